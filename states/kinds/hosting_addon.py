"""Add-ons to hosting (Zusatzleistungen): each has a form that asks for details (ADD)."""

from states.kinds.licence import LicenceInquiry, check_of_ending, licence_kind
from states.model.facts import Check
from states.paths.licence_end import LicenceEnd


class HostingAddonEnd(LicenceEnd):
    """The end of a licence, ordered with the details that its form asks for (ADD1, X6). The hosting stays (ADD2)."""

    traits = LicenceEnd.traits.but(
        unused=frozenset({"feature_warning", "third_party", "external", "reassigning", "reassigned"})
    )


def check(inquiry: LicenceInquiry) -> Check:
    """A paid add-on, whose form's details the catalogue names (ADD1)."""
    return check_of_ending(inquiry, details_needed=inquiry.product.details_needed)


KIND = licence_kind("hosting_addon", "HostingAddonCancellation", HostingAddonEnd, check)
