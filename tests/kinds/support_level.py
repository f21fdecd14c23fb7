"""Support level: always refused."""

from tests.kinds.scene import Scene
from tests.kinds.words import GONE, Case

CASES = [Case(GONE, request={"subject": "support"})]
SCENES: list[Scene] = []
"""Always refused, so that no run of it ever sleeps."""
