"""Downgrade of an order package."""

from tests.kinds.scene import Scene
from tests.kinds.words import NOTICE, OPEN, THE_SAME, Case, refused, warned

CASES = [
    Case(
        {**NOTICE, **warned("package_zero"), **OPEN},
        later=({"surplus": ()}, THE_SAME, refused("OPL-2", "not_lower")),
        request={"subject": "orders", "target": 0},
        other=100,
    ),
]
SCENES = [
    Scene("order_package", "orders", more={"target": 1000}),
    Scene("order_package", "orders", "order_package-zero", more={"target": 0}),
]
