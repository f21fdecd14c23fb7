"""Modules of JTL-Wawi: included, with exceptions that no source names (WM)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, ending, find, plain_licence
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue
from states.paths.licence_end import LicenceEnd

NAME = "wawi_module"


class WawiModuleEnd(LicenceEnd):
    """The end of a licence (WM3, X6)."""

    traits = LicenceEnd.traits.but(
        unused=frozenset({"feature_warning", "third_party", "external", "reassigning", "reassigned"})
    )


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """Included (WM1); a record that says otherwise is one of the exceptions, and is asked about (WM2, X5)."""
    found = find(NAME, inquiry, context, catalogue, plain_licence(inquiry.request))
    return ending(found) if isinstance(found, HeldLicence) else found


KIND = Kind(kind=NAME, workflow="WawiModuleCancellation", chart=WawiModuleEnd, check=check, malformed=plain_licence)
