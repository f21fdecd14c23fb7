"""Shipping modules: JTL-ShippingLabels in every edition, JTL-Track&Trace from JTL Pro (SH)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, ending, find, plain_licence
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue
from states.paths.licence_end import LicenceEnd

NAME = "shipping_module"


class ShippingModuleEnd(LicenceEnd):
    """The end of a licence (SH4, X6)."""

    traits = LicenceEnd.traits.but(
        unused=frozenset({"feature_warning", "third_party", "external", "reassigning", "reassigned"})
    )


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """Deactivated without a saving (SH1, SH2); JTL-Track&Trace below JTL Pro is `not_available` (SH2)."""
    found = find(NAME, inquiry, context, catalogue, plain_licence(inquiry.request))
    return ending(found) if isinstance(found, HeldLicence) else found


KIND = Kind(
    kind=NAME, workflow="ShippingModuleDeactivation", chart=ShippingModuleEnd, check=check, malformed=plain_licence
)
