"""Hosting by JTL: a paid contract, whose add-ons are asked about one by one (HOS, ADD2)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, ending, find, plain_licence
from states.model.facts import Check, Inquiry, Warning
from states.model.offers import Catalogue
from states.paths.licence_end import LicenceEnd

NAME = "hosting"


class HostingEnd(LicenceEnd):
    """The end of a contract, after the warning about backups (HOS1, HOS3, X6)."""

    traits = LicenceEnd.traits.but(unused=frozenset({"third_party", "external", "reassigning", "reassigned"}))


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """Back up first (HOS3); for each add-on the order must say whether it ends or stays (ADD2)."""
    found = find(NAME, inquiry, context, catalogue, plain_licence(inquiry.request))
    if not isinstance(found, HeldLicence):
        return found
    subject = found.licence.licence
    addons = tuple(one.licence for one in found.record.licences if one.parent == subject)
    warnings = [Warning(code="backup")]
    if addons:
        warnings.append(Warning(code="addons_remain", values={"addons": list(addons)}))
    return ending(found, *warnings, addons=addons)


KIND = Kind(
    kind=NAME, workflow="HostingCancellation", chart=HostingEnd, check=check, malformed=plain_licence, watches=True
)
