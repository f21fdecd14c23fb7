"""JTL-Vouchers: a paid add-on in lower editions, included in higher ones (VOU)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, ending, find, plain_licence
from states.model.facts import Check, Inquiry, Warning
from states.model.offers import Catalogue
from states.paths.licence_end import LicenceEnd

NAME = "voucher"


class VoucherEnd(LicenceEnd):
    """license_check after the warning that the user management is lost (VOU1), then the end of a licence (X6)."""

    traits = LicenceEnd.traits.but(unused=frozenset({"third_party", "external", "reassigning", "reassigned"}))


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """The user management goes with it, to be acknowledged (VOU1); what is saved depends on the edition (VOU2)."""
    found = find(NAME, inquiry, context, catalogue, plain_licence(inquiry.request))
    return ending(found, Warning(code="user_management_lost")) if isinstance(found, HeldLicence) else found


KIND = Kind(kind=NAME, workflow="VoucherCancellation", chart=VoucherEnd, check=check, malformed=plain_licence)
