"""Registers: included up to the edition's number (POS)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, ending, find, plain_licence
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue
from states.paths.licence_end import LicenceEnd

NAME = "pos"


class PosEnd(LicenceEnd):
    """The end of a licence (POS4, X6)."""

    traits = LicenceEnd.traits.but(
        unused=frozenset({"feature_warning", "third_party", "external", "reassigning", "reassigned"})
    )


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """A register connected to JTL-Wawi is deactivated (POS1); a stand-alone one is asked about (POS5, X5)."""
    found = find(NAME, inquiry, context, catalogue, plain_licence(inquiry.request))
    return ending(found) if isinstance(found, HeldLicence) else found


KIND = Kind(kind=NAME, workflow="PosDeactivation", chart=PosEnd, check=check, malformed=plain_licence)
