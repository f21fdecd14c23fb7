"""Cancellation of a hosting contract."""

from tests.kinds.scene import Scene
from tests.kinds.words import GONE, PAID, THE_SAME, Case, warned

CASES = [Case({**PAID, **warned("backup")}, later=(THE_SAME, GONE))]
SCENES = [Scene("hosting", "H-1", order={"details": {"addons": {"A-1": "end"}, "mailbox": "shop"}})]
