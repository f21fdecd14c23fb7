"""Handover to ecomDATA."""

from tests.kinds.scene import Scene
from tests.kinds.words import Case, outside

CASES = [Case(outside("ecomdata"))]
SCENES = [
    Scene("ecomdata", "E-1"),
]
