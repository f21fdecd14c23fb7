"""Add-ons to hosting (Zusatzleistungen): each has a form that asks for details (ADD)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, ending, find, plain_licence
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue
from states.paths.licence_end import LicenceEnd

NAME = "hosting_addon"


class HostingAddonEnd(LicenceEnd):
    """The end of a licence, ordered with the details that its form asks for (ADD1, X6). The hosting stays (ADD2)."""

    traits = LicenceEnd.traits.but(
        unused=frozenset({"feature_warning", "third_party", "external", "reassigning", "reassigned"})
    )


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """A paid add-on, whose form's details the catalogue names (ADD1)."""
    found = find(NAME, inquiry, context, catalogue, plain_licence(inquiry.request))
    return ending(found, details_needed=found.product.details_needed) if isinstance(found, HeldLicence) else found


KIND = Kind(kind=NAME, workflow="HostingAddonCancellation", chart=HostingAddonEnd, check=check, malformed=plain_licence)
