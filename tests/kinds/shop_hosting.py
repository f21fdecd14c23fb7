"""End or change of a shop hosting."""

from tests.kinds.scene import Scene
from tests.kinds.words import GONE, PAID, THE_SAME, Case, warned

CASES = [Case({**PAID, **warned("backup")}, later=(THE_SAME, GONE), other="tariff-2")]
SCENES = [Scene("shop_hosting", "SHH-1")]
