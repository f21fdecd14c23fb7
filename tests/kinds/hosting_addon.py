"""Cancellation of a hosting's add-on."""

from tests.kinds.scene import Scene
from tests.kinds.words import GONE, PAID, THE_SAME, Case

CASES = [Case(PAID, later=(THE_SAME, GONE))]
SCENES = [Scene("hosting_addon", "A-1", more={"details": {"reason": "not needed"}})]
