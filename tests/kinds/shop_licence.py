"""End of a shop licence."""

from tests.kinds.scene import Scene
from tests.kinds.words import GONE, PAID, THE_SAME, Case

CASES = [Case(PAID, later=(THE_SAME, GONE))]
SCENES = [Scene("shop_licence", "SH-1")]
