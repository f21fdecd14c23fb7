"""Cancellation of an additional WMS user."""

from tests.kinds.scene import Scene, reassigned
from tests.kinds.words import ASK_TERM, GONE, PAID, THE_SAME, Case

CASES = [Case(PAID, later=(THE_SAME, GONE)), Case({**PAID, "term_ends": None, **ASK_TERM})]
SCENES = [
    Scene("wms_user", "U-1"),
    Scene("wms_user", "U-1", "wms_user-guided", guided=True),
    Scene("wms_user", "U-1", "wms_user-moved", then=(("reassigned", reassigned),)),
]
