"""Licences of JTL-Shop: an Abonnement can be cancelled, a Subscription runs out (SL)."""

from states.kinds.licence import LicenceInquiry, check_of_ending, licence_kind
from states.model.facts import Check, Warning
from states.paths.licence_end import LicenceEnd


class ShopLicenceEnd(LicenceEnd):
    """The end of a licence on a monthly basis (SL2, X6)."""

    traits = LicenceEnd.traits.but(
        unused=frozenset({"feature_warning", "third_party", "external", "reassigning", "reassigned"})
    )


def check(inquiry: LicenceInquiry) -> Check:
    """A Subscription is refused with its expiry (SL2); hosting is another contract (SL5).

    Only an Abonnement is known to be cancellable (SL1): a licence recorded without a contract is asked about (X5).
    """
    contract, term_ends = inquiry.licence.contract, inquiry.licence.term_ends
    if contract == "subscription":
        return inquiry.refuse("SL2", "subscription", ends_on=term_ends.isoformat() if term_ends else None)
    effect = inquiry.effect if contract == "abonnement" else "unknown"
    return check_of_ending(inquiry, Warning(code="two_contracts"), effect=effect)


KIND = licence_kind(
    "shop_licence", "ShopLicenceCancellation", ShopLicenceEnd, check, codes={"subscription", "two_contracts"}
)
