"""JTL-Vouchers: a paid add-on in lower editions, included in higher ones (VOU)."""

from states.kinds.licence import LicenceInquiry, check_of_ending, licence_kind
from states.model.facts import Check, Warning
from states.paths.licence_end import LicenceEnd


class VoucherEnd(LicenceEnd):
    """license_check after the warning that the user management is lost (VOU1), then the end of a licence (X6)."""

    traits = LicenceEnd.traits.but(unused=frozenset({"third_party", "external", "reassigning", "reassigned"}))


def check(inquiry: LicenceInquiry) -> Check:
    """The user management goes with it, to be acknowledged (VOU1); what is saved depends on the edition (VOU2)."""
    return check_of_ending(inquiry, Warning(code="user_management_lost"))


KIND = licence_kind(
    "voucher", "VoucherCancellation", VoucherEnd, check, codes={"user_management_lost"}, by_edition=True
)
