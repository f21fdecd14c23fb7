"""Handover to ecomDATA."""

from tests.kinds.scene import Scene
from tests.kinds.words import Case, outside

CASES = [Case(outside("ecomdata"))]
SCENES = [
    # What open runs did before a change (`workflows.patches`), and the same as it is now.
    Scene("ecomdata", "E-1"),
    Scene("ecomdata", "E-1", "ecomdata-once"),
]
