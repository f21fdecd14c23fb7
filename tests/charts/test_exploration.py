"""Every chart, every reachable state, every event: the invariants hold, and every state of the path is reached."""

import dataclasses
from typing import Any

import pytest

from states.kinds.registry import KINDS
from states.model.facts import Check
from tests.charts.explorer import Broken, Facts, explore
from tests.kinds import told_of
from tests.kinds.words import GONE, INCLUDED, Case, outside


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_state_under_every_event(kind: str) -> None:
    """Design, Exploration: in both modes; states declared but not reached, or reached but said to be unused, fail."""
    chart = KINDS[kind].chart
    cases: list[Case] = told_of(kind).CASES
    assert cases, f"no facts to explore {kind} with: add a case to tests/kinds/{kind}.py"
    reached: set[str] = set()
    visited = 0
    for case in cases:
        for mode in ("automatic", "guided"):
            for first in (case.first, {**case.first, **GONE}):
                count, states = explore(KINDS[kind], facts_of(kind, case, {**first, "catalogue": "v", "mode": mode}))
                visited += count
                reached |= states
    print(f"{kind}: {visited} nodes (states × facts), {len(reached)} states")
    declared = {name for name in chart.states_map if name not in chart.traits.unused}
    assert reached == declared


def facts_of(kind: str, case: Case, first: dict[str, Any]) -> Facts:
    """A case as the explorer plays it, from one first check on."""
    return Facts(
        first=Check(**first),
        later=tuple(Check(**{**first, **change}) for change in case.later),
        other_target=case.other,
        request={"kind": kind, "customer": "K", "subject": "L-1", **case.request},
    )


def test_a_kind_that_the_tests_are_not_told_of_is_named_with_the_file_to_write() -> None:
    with pytest.raises(AssertionError, match=r"nothing of the kind unheard_of: write tests/kinds/unheard_of\.py"):
        told_of("unheard_of")


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
    case = Case({**INCLUDED, **outside("pilot"), "catalogue": "v", "mode": "guided"}, later=({}, GONE))
    facts = facts_of("marketplace", case, dict(case.first))
    kind = wrong(**methods)
    said = NEVER_REACHED
    try:
        _, reached = explore(kind, facts)
    except Broken as broken:
        said = str(broken)
    else:
        assert {name for name in kind.chart.states_map if name not in kind.chart.traits.unused} - reached
    assert found in said
