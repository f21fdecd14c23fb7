"""Users of JTL-WMS and JTL-WMS Mobile: one pool, additional ones lower the cost (WMU)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, ending, find, plain_licence, refused
from states.model.facts import Check, Inquiry, Warning
from states.model.offers import Catalogue
from states.model.record import Licence
from states.paths.licence_end import LicenceEnd

NAME = "wms_user"
ASSIGNED = {"wms": "JTL-WMS", "wms_mobile": "JTL-WMS Mobile"}


class WmsUserEnd(LicenceEnd):
    """The end of a licence, or in its place another assignment (WMU3, WMU4)."""

    traits = LicenceEnd.traits.but(unused=frozenset({"feature_warning", "third_party", "external"}), reassigns=True)


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """The inclusive user stays (WMU2); an additional one is cancelled (WMU3), or better assigned elsewhere (WMU4)."""
    found = find(NAME, inquiry, context, catalogue, plain_licence(inquiry.request))
    if not isinstance(found, HeldLicence):
        return found
    if found.licence.included:
        return refused(found.record, catalogue, "WMU2", "inclusive_user")
    return ending(found, reassign_instead(found.licence), current=found.licence.assigned_to)


def reassign_instead(licence: Licence) -> Warning:
    """The alternative to offer first (WMU4)."""
    present = licence.assigned_to
    others = [name for key, name in ASSIGNED.items() if key != present]
    values = {"assigned_to": ASSIGNED[present] if present else "-", "other": " / ".join(others)}
    return Warning(code="reassign_instead", values=values)


KIND = Kind(kind=NAME, workflow="WmsUserCancellation", chart=WmsUserEnd, check=check, malformed=plain_licence)
