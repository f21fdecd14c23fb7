"""End of a production module or user."""

from tests.kinds.scene import Scene
from tests.kinds.words import GONE, THE_SAME, UNKNOWN, Case

CASES = [Case(UNKNOWN, later=(THE_SAME, GONE))]
SCENES = [Scene("production", "PR-1")]
