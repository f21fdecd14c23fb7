"""Modules of JTL-WMS: included in WMS Pro (WMM)."""

from states.kinds.licence import licence_kind
from states.paths.licence_end import LicenceEnd


class WmsModuleEnd(LicenceEnd):
    """The end of a licence (WMM2, X6)."""

    traits = LicenceEnd.traits.but(
        unused=frozenset({"feature_warning", "third_party", "external", "reassigning", "reassigned"})
    )


KIND = licence_kind("wms_module", "WmsModuleDeactivation", WmsModuleEnd, by_edition=True)
"""Deactivated without a saving in WMS Pro; WMS Start has none (WMM1)."""
