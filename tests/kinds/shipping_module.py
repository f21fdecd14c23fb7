"""Deactivation of a shipping module."""

from tests.kinds.scene import Scene
from tests.kinds.words import GONE, INCLUDED, THE_SAME, Case

CASES = [Case(INCLUDED, later=(THE_SAME, GONE))]
SCENES = [Scene("shipping_module", "SL-1")]
