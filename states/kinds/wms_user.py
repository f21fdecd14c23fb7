"""Users of JTL-WMS and JTL-WMS Mobile: one pool, additional ones lower the cost (WMU)."""

from states.kinds.licence import LicenceInquiry, check_of_ending, licence_kind
from states.model.facts import Check, Warning
from states.model.record import Licence
from states.paths.licence_end import LicenceEnd

ASSIGNED = {"wms": "JTL-WMS", "wms_mobile": "JTL-WMS Mobile"}


class WmsUserEnd(LicenceEnd):
    """The end of a licence, or in its place another assignment (WMU3, WMU4)."""

    traits = LicenceEnd.traits.but(unused=frozenset({"feature_warning", "third_party", "external"}), reassigns=True)


def check(inquiry: LicenceInquiry) -> Check:
    """The inclusive user stays (WMU2); an additional one is cancelled (WMU3), or better assigned elsewhere (WMU4).

    The inclusive one is free of charge: one with a price is asked about (X5).
    """
    licence = inquiry.licence
    if licence.included and not licence.price_per_month:
        return inquiry.refuse("WMU2", "inclusive_user")
    return check_of_ending(inquiry, reassign_instead(licence), current=licence.assigned_to)


def reassign_instead(licence: Licence) -> Warning:
    """The alternative to offer first (WMU4)."""
    present = licence.assigned_to
    others = [name for key, name in ASSIGNED.items() if key != present]
    values = {"assigned_to": ASSIGNED[present] if present else "-", "other": " / ".join(others)}
    return Warning(code="reassign_instead", values=values)


KIND = licence_kind(
    "wms_user", "WmsUserCancellation", WmsUserEnd, check, codes={"inclusive_user", "reassign_instead"}, by_edition=True
)
