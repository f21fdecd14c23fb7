"""Registers: included up to the edition's number (POS)."""

from states.kinds.licence import licence_kind
from states.paths.licence_end import LicenceEnd


class PosEnd(LicenceEnd):
    """The end of a licence (POS4, X6)."""

    traits = LicenceEnd.traits.but(
        unused=frozenset({"feature_warning", "third_party", "external", "reassigning", "reassigned"})
    )


KIND = licence_kind("pos", "PosDeactivation", PosEnd, by_edition=True)
"""A register connected to JTL-Wawi is deactivated (POS1); a stand-alone one is asked about (POS5, X5)."""
