"""Deactivation of a till's connection."""

from tests.kinds.scene import Scene
from tests.kinds.words import GONE, INCLUDED, THE_SAME, Case

CASES = [Case(INCLUDED, later=(THE_SAME, GONE))]
SCENES = [Scene("pos", "POS-1")]
