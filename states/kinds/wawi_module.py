"""Modules of JTL-Wawi: included, with exceptions that no source names (WM)."""

from states.kinds.licence import licence_kind
from states.paths.licence_end import LicenceEnd


class WawiModuleEnd(LicenceEnd):
    """The end of a licence (WM3, X6)."""

    traits = LicenceEnd.traits.but(
        unused=frozenset({"feature_warning", "third_party", "external", "reassigning", "reassigned"})
    )


KIND = licence_kind("wawi_module", "WawiModuleCancellation", WawiModuleEnd, by_edition=True)
"""Included (WM1); a record that says otherwise is one of the exceptions, and is asked about (WM2, X5)."""
