"""Production: modules and users are cancelled singly (PR)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, ending, find, plain_licence
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue
from states.paths.licence_end import LicenceEnd

NAME = "production"


class ProductionEnd(LicenceEnd):
    """The end of a licence, once its cost is clear (PR1, PR2, X6)."""

    traits = LicenceEnd.traits.but(
        unused=frozenset({"feature_warning", "third_party", "external", "reassigning", "reassigned"})
    )


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """Users lower the cost (G7); of modules no source says it, so a person is asked (PR2, X5)."""
    found = find(NAME, inquiry, context, catalogue, plain_licence(inquiry.request))
    return ending(found) if isinstance(found, HeldLicence) else found


KIND = Kind(kind=NAME, workflow="ProductionCancellation", chart=ProductionEnd, check=check, malformed=plain_licence)
