"""Hosting of an online shop: a contract of its own, beside the shop's licence (SHH)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, ending, find, subject_too_long
from states.model.facts import Check, Inquiry, Warning
from states.model.offers import Catalogue
from states.model.request import Request
from states.paths.licence_end import LicenceEnd

NAME = "shop_hosting"


class ShopHostingEnd(LicenceEnd):
    """The end of a contract, after the warning about backups (HOS3, X6)."""

    traits = LicenceEnd.traits.but(unused=frozenset({"third_party", "external", "reassigning", "reassigned"}))


def malformed(request: Request) -> str | None:
    """The contract, and for a change the new tariff's name."""
    if request.target is not None and not isinstance(request.target, str):
        return "fault.target_tariff"
    return subject_too_long(request)


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """Back up first (HOS3); the licence is another contract (SL5).

    A change of tariff is a new booking made elsewhere: the order needs its reference, and until then the old contract
    runs on (SHH2).
    """
    found = find(NAME, inquiry, context, catalogue, malformed(inquiry.request))
    if not isinstance(found, HeldLicence):
        return found
    warnings = [Warning(code="backup"), Warning(code="two_contracts")]
    if inquiry.request.target is None:
        return ending(found, *warnings)
    return ending(found, *warnings, Warning(code="old_contract_runs_on"), details_needed=("new_contract",))


KIND = Kind(kind=NAME, workflow="ShopHostingCancellation", chart=ShopHostingEnd, check=check, malformed=malformed)
