"""Support level: always refused."""

from tests.kinds.scene import Scene
from tests.kinds.words import Case, refused

CASES = [Case(refused("SUP2", "support_level"), request={"subject": "support"})]
SCENES: list[Scene] = []
"""Always refused, so that no run of it ever sleeps."""
