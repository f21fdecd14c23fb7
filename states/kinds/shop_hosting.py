"""Hosting of an online shop: a contract of its own, beside the shop's licence (SHH)."""

from states.kinds.documents import subject_too_long
from states.kinds.licence import LicenceInquiry, check_of_ending, licence_kind, two_contracts
from states.model.facts import Check, Warning
from states.model.request import Request
from states.paths.licence_end import LicenceEnd


class ShopHostingEnd(LicenceEnd):
    """The end of a contract, after the warning about backups (HOS3, X6)."""

    traits = LicenceEnd.traits.but(unused=frozenset({"third_party", "external", "reassigning", "reassigned"}))


def malformed(request: Request) -> str | None:
    """The contract, and for a change the new tariff's name."""
    if request.target is not None and not isinstance(request.target, str):
        return "fault.target_tariff"
    return subject_too_long(request)


def check(inquiry: LicenceInquiry) -> Check:
    """Back up first (HOS3); a licence is another contract, where one is recorded (SL5).

    A change of tariff is a new booking made elsewhere: the order needs its reference, and until then the old contract
    runs on (SHH2).
    """
    warnings = [Warning(code="backup"), *two_contracts(inquiry, "shop_licence")]
    if inquiry.request.target is None:
        return check_of_ending(inquiry, *warnings)
    return check_of_ending(inquiry, *warnings, Warning(code="old_contract_runs_on"), details_needed=("new_contract",))


KIND = licence_kind(
    "shop_hosting",
    "ShopHostingCancellation",
    ShopHostingEnd,
    check,
    malformed=malformed,
    codes={"backup", "two_contracts", "old_contract_runs_on"},
)
