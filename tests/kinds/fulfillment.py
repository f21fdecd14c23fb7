"""Exit from the Fulfillment Network."""

from tests.kinds.scene import Scene
from tests.kinds.words import ASK_PARTNERS, NOBODY, OPEN, THE_SAME, Case

CASES = [
    Case(
        {"cost_effect": "none", **OPEN},
        later=({"surplus": ()}, THE_SAME, {"surplus": (), **ASK_PARTNERS}, NOBODY),
        request={"subject": "ffn"},
    ),
]
SCENES = [Scene("fulfillment", "ffn")]
