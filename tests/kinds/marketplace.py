"""Deactivation of a marketplace connection."""

from tests.kinds.scene import Scene
from tests.kinds.words import GONE, INCLUDED, THE_SAME, Case, outside

CASES = [Case({**INCLUDED, **outside("pilot")}, later=(THE_SAME, GONE))]
SCENES = [Scene("marketplace", "M-1")]
