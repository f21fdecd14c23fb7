"""End of JTL-Vouchers."""

from tests.kinds.scene import Scene
from tests.kinds.words import GONE, INCLUDED, PAID, THE_SAME, Case, warned

CASES = [
    Case({**PAID, **warned("user_management_lost")}, later=(THE_SAME, GONE)),
    Case({**INCLUDED, **warned("user_management_lost")}),
]
SCENES = [
    Scene("voucher", "V-1"),
    Scene("voucher", "V-1", "voucher-guided", guided=True),
]
