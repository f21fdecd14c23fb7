"""Every chart, every reachable state, every event: the invariants hold, and every state of the path is reached."""

import dataclasses
from datetime import date
from typing import Any

import pytest

from states.model.facts import Check, Note, OutsideStep, Question, Refusal, Surplus
from states.registry import KINDS
from tests.explorer import Broken, Facts, explore

GONE = Refusal(rule="G2", code="not_held")
OPEN = (Surplus(licence="L-1", product="p", reason="not_available"),)
ENDING = (Surplus(licence="L-1", product="p", reason="not_available", ends_at="2027-01-31T23:00:00Z"),)
ASK_COST = (Question(type="clarify_cost", rule="X5"),)
ASK_TERM = (Question(type="clarify_term", rule="X6"),)
ASK_PARTNERS = (Question(type="clarify", rule="FFN1"),)
PAID: dict[str, Any] = {"cost_effect": "cancellation", "term_ends": date(2027, 1, 31), "date_rule": "term"}
NOTICE: dict[str, Any] = {"cost_effect": "cancellation", "date_rule": "notice"}
INCLUDED: dict[str, Any] = {"cost_effect": "deactivation"}
UNKNOWN: dict[str, Any] = {"cost_effect": "unknown", "questions": ASK_COST}


def warned(code: str) -> dict[str, Any]:
    """A warning that comes first."""
    return {"warnings": (Note(code=code),)}


def outside(what: str) -> dict[str, Any]:
    """A step outside our reach."""
    return {"outside": (OutsideStep(what=what, rule="X9"),)}


# kind, document, facts of the first check, what later checks may say instead
CASES: list[tuple[str, dict[str, Any], dict[str, Any], list[dict[str, Any]]]] = [
    (
        "edition",
        {"subject": "jtl", "target": "jtl_start", "other": "jtl_advanced"},
        NOTICE | warned("features_lost") | {"surplus": OPEN},
        [{"surplus": ()}, {}, {"surplus": ENDING}, {"refusal": GONE}],
    ),
    ("edition", {"subject": "wms", "target": "wms_start"}, NOTICE | {"questions": ASK_TERM}, [{}]),
    (
        "order_package",
        {"subject": "orders", "target": 0, "other": 100},
        NOTICE | warned("package_zero") | {"surplus": OPEN},
        [{"surplus": ()}, {}, {"refusal": GONE}],
    ),
    ("wms_user", {}, PAID, [{}, {"refusal": GONE}]),
    ("wms_user", {}, PAID | {"term_ends": None, "questions": ASK_TERM}, [{}]),
    ("hosting_addon", {}, PAID, [{}, {"refusal": GONE}]),
    ("voucher", {}, PAID | warned("user_management_lost"), [{}, {"refusal": GONE}]),
    ("voucher", {}, INCLUDED | warned("user_management_lost"), [{}]),
    ("marketplace", {}, INCLUDED | outside("pilot"), [{}, {"refusal": GONE}]),
    ("marketplace_transfer", {"target": "K-2"}, {"date_rule": "agreed"}, [{}]),
    ("connector", {}, INCLUDED, [{}, {"refusal": GONE}]),
    ("connector", {}, INCLUDED | outside("shopify"), [{}]),
    ("wawi_module", {}, INCLUDED, [{}, {"refusal": GONE}]),
    ("wawi_module", {}, UNKNOWN, [{}]),
    ("pos", {}, INCLUDED, [{}, {"refusal": GONE}]),
    ("shipping_module", {}, INCLUDED, [{}, {"refusal": GONE}]),
    ("production", {}, UNKNOWN, [{}, {"refusal": GONE}]),
    ("wms_module", {}, INCLUDED, [{}, {"refusal": GONE}]),
    (
        "fulfillment",
        {"subject": "ffn"},
        {"cost_effect": "none", "surplus": OPEN},
        [{"surplus": ()}, {}, {"surplus": (), "questions": ASK_PARTNERS}, {"refusal": GONE}],
    ),
    ("shop_licence", {}, PAID, [{}, {"refusal": GONE}]),
    ("shop_hosting", {"other": "tariff-2"}, PAID | warned("backup"), [{}, {"refusal": GONE}]),
    ("rest_api", {}, INCLUDED | warned("integrations_end") | outside("pilot"), [{}, {"refusal": GONE}]),
    ("setup_service", {"explanation": "not needed"}, {}, [{}]),
    ("key_accounting", {"subject": "key_accounting"}, {"date_rule": "agreed"}, [{}]),
    ("support_level", {"subject": "support"}, {"refusal": GONE}, [{}]),
    ("ecomdata", {}, outside("ecomdata"), [{}]),
    ("hosting", {}, PAID | warned("backup"), [{}, {"refusal": GONE}]),
    ("misclick", {"explanation": "clicked wrongly"}, {}, [{}]),
]
REFUSED_FIRST = {"refusal": GONE}


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_state_under_every_event(kind: str) -> None:
    """Design, Exploration: in both modes; states declared but not reached, or reached but said to be unused, fail."""
    chart = KINDS[kind].chart
    cases = [case for case in CASES if case[0] == kind]
    assert cases, f"no facts to explore {kind} with: add a case"
    reached: set[str] = set()
    visited = 0
    for _, document, first, later in cases:
        for mode in ("automatic", "guided"):
            for start in (first, first | REFUSED_FIRST):
                base = {"catalogue": "v", "mode": mode}
                facts = Facts(
                    first=Check(**(base | start)),
                    later=tuple(Check(**(base | first | change)) for change in later),
                    other_target=document.get("other"),
                    request={"kind": kind, "customer": "K", "subject": "L-1"}
                    | {name: value for name, value in document.items() if name != "other"},
                )
                count, states = explore(KINDS[kind], facts)
                visited += count
                reached |= states
    print(f"{kind}: {visited} nodes (states × facts), {len(reached)} states")
    declared = {name for name in chart.states_map if name not in chart.unused}
    assert reached == declared


def wrong(**methods: Any) -> Any:
    """The voucher's kind with a fault in its chart."""
    kind = KINDS["marketplace"]
    return dataclasses.replace(kind, chart=type("Wrong", (kind.chart,), {"__doc__": "A fault.", **methods}))


NEVER_REACHED = "a state is never reached"


@pytest.mark.parametrize(
    ("methods", "found"),
    [
        ({"still_matters": lambda self, task: False}, "an answer that is not under way"),
        ({"orderable": lambda self: False}, NEVER_REACHED),
        ({"ask_for_booking": lambda self: None}, "an answer that is not under way"),
        ({"date_timers": lambda self: {}}, NEVER_REACHED),
        ({"waiting_for": lambda self: ()}, "waits for nobody"),
        ({"surplus_found": lambda self: True, "proofs_missing": lambda self: False}, NEVER_REACHED),
    ],
)
def test_the_exploration_finds_faults(methods: dict[str, Any], found: str) -> None:
    """A check that cannot fail is none: each fault is found by an invariant, or by a state that is never reached."""
    base = {"catalogue": "v", "mode": "guided"} | INCLUDED | outside("pilot")
    facts = Facts(
        Check(**base), (Check(**base), Check(**base, refusal=GONE)), None,
        {"kind": "marketplace", "customer": "K", "subject": "L-1"},
    )  # fmt: skip
    kind = wrong(**methods)
    said = NEVER_REACHED
    try:
        _, reached = explore(kind, facts)
    except Broken as broken:
        said = str(broken)
    else:
        assert {name for name in kind.chart.states_map if name not in kind.chart.unused} - reached
    assert found in said
