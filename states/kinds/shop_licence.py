"""Licences of JTL-Shop: an Abonnement can be cancelled, a Subscription runs out (SL)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, ending, find, plain_licence, refused
from states.model.facts import Check, CostEffect, Inquiry, Warning
from states.model.offers import Catalogue
from states.paths.licence_end import LicenceEnd

NAME = "shop_licence"


class ShopLicenceEnd(LicenceEnd):
    """The end of a licence on a monthly basis (SL2, X6)."""

    traits = LicenceEnd.traits.but(
        unused=frozenset({"feature_warning", "third_party", "external", "reassigning", "reassigned"})
    )


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """A Subscription is refused with its expiry (SL2); hosting is another contract (SL5).

    Only an Abonnement is known to be cancellable (SL1): a licence recorded without a contract is asked about (X5).
    """
    found = find(NAME, inquiry, context, catalogue, plain_licence(inquiry.request))
    if not isinstance(found, HeldLicence):
        return found
    term = found.licence.term_ends
    if found.licence.contract == "subscription":
        ends_on = term.isoformat() if term else None
        return refused(found.record, catalogue, "SL2", "subscription", ends_on=ends_on)
    effect: CostEffect | None = None if found.licence.contract == "abonnement" else "unknown"
    return ending(found, Warning(code="two_contracts"), effect=effect)


KIND = Kind(kind=NAME, workflow="ShopLicenceCancellation", chart=ShopLicenceEnd, check=check, malformed=plain_licence)
