"""Exit from the Fulfillment Network."""

from tests.kinds.scene import Scene
from tests.kinds.words import ASK_PARTNERS, GONE, OPEN, THE_SAME, Case

CASES = [
    Case(
        {"cost_effect": "none", **OPEN},
        later=({"surplus": ()}, THE_SAME, {"surplus": (), **ASK_PARTNERS}, GONE),
        request={"subject": "ffn"},
    ),
]
SCENES = [Scene("fulfillment", "ffn")]
