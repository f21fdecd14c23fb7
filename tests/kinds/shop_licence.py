"""End of a shop licence."""

from states.model.facts import Question
from tests.kinds.scene import Scene
from tests.kinds.words import GONE, PAID, THE_SAME, Case, refused

RUNS_OUT = refused("SL2", "subscription")
WHICH = Question(
    type="clarify",
    rule="SL1",
    text="clarify_contract",
    answers={"abonnement": "cancellation", "subscription": RUNS_OUT["refusal"]},
)
ASKED = {**PAID, "cost_effect": "unknown", "date_rule": "moment", "questions": (WHICH,)}

CASES = [Case(PAID, later=(THE_SAME, GONE)), Case(ASKED, later=(THE_SAME, RUNS_OUT))]
SCENES = [Scene("shop_licence", "SH-1")]
