"""What ending something is called, by kind and by what it does to the cost: the same word on every page."""

from typing import Any

from catalogue.texts import CHANGES

BY_KIND = {**dict.fromkeys(CHANGES, "change"), "fulfillment": "leave", "setup_service": "waive"}
BY_EFFECT = {"cancellation": "end", "deactivation": "switch_off", "none": "switch_off"}
WORDS_TO_COME = "–"
"""Stands in a preview for the case in words, which nothing of it depends on."""


def act_of(kind: str, cost_effect: str, target: Any = None) -> str:
    """`change`, `leave`, `waive`, `tariff`, `end` or `switch_off`; `finish` where it is not clear what it does."""
    if kind == "shop_hosting" and target:
        return "tariff"
    return BY_KIND.get(kind) or BY_EFFECT.get(cost_effect, "finish")
