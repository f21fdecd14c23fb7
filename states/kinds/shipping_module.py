"""Shipping modules: JTL-ShippingLabels in every edition, JTL-Track&Trace from JTL Pro (SH)."""

from states.kinds.licence import licence_kind
from states.paths.licence_end import LicenceEnd


class ShippingModuleEnd(LicenceEnd):
    """The end of a licence (SH4, X6)."""

    traits = LicenceEnd.traits.but(
        unused=frozenset({"feature_warning", "third_party", "external", "reassigning", "reassigned"})
    )


KIND = licence_kind("shipping_module", "ShippingModuleDeactivation", ShippingModuleEnd, by_edition=True)
"""Deactivated without a saving (SH1, SH2); JTL-Track&Trace below JTL Pro is `not_available` (SH2)."""
