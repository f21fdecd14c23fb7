"""Production: modules and users are cancelled singly (PR)."""

from states.kinds.licence import licence_kind
from states.paths.licence_end import LicenceEnd


class ProductionEnd(LicenceEnd):
    """The end of a licence, once its cost is clear (PR1, PR2, X6)."""

    traits = LicenceEnd.traits.but(
        unused=frozenset({"feature_warning", "third_party", "external", "reassigning", "reassigned"})
    )


KIND = licence_kind("production", "ProductionCancellation", ProductionEnd)
"""Users lower the cost (G7); of modules no source says it, so a person is asked (PR2, X5)."""
