"""End of a JTL-Wawi module."""

from tests.kinds.scene import Scene
from tests.kinds.words import GONE, INCLUDED, THE_SAME, UNKNOWN, Case

CASES = [Case(INCLUDED, later=(THE_SAME, GONE)), Case(UNKNOWN)]
SCENES = [Scene("wawi_module", "WM-1")]
