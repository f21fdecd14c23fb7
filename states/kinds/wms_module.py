"""Modules of JTL-WMS: included in WMS Pro (WMM)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, ending, find, plain_licence
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue
from states.paths.licence_end import LicenceEnd

NAME = "wms_module"


class WmsModuleEnd(LicenceEnd):
    """The end of a licence (WMM2, X6)."""

    traits = LicenceEnd.traits.but(
        unused=frozenset({"feature_warning", "third_party", "external", "reassigning", "reassigned"})
    )


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """Deactivated without a saving in WMS Pro; WMS Start has none (WMM1)."""
    found = find(NAME, inquiry, context, catalogue, plain_licence(inquiry.request))
    return ending(found) if isinstance(found, HeldLicence) else found


KIND = Kind(kind=NAME, workflow="WmsModuleDeactivation", chart=WmsModuleEnd, check=check, malformed=plain_licence)
