"""Every chart, every reachable state, every event: the invariants hold, and every state of the path is reached."""

from collections.abc import Callable
from typing import Any

import pytest

from states.chart import lifecycle, orders, task_types, tasks, timers
from states.kinds.registry import KINDS
from states.model.facts import Check
from tests.charts.explorer import Broken, Facts, explore
from tests.kinds import module_of
from tests.kinds.words import GONE, INCLUDED, Case, outside


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_state_under_every_event(kind: str) -> None:
    """Design, Exploration: in both modes; states declared but not reached, or reached but said to be unused, fail."""
    chart = KINDS[kind].chart
    cases: list[Case] = module_of(kind).CASES
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
        module_of("unheard_of")


NEVER_REACHED = "a state is never reached"

Faults = dict[Any, Callable[..., Any]]
"""Functions of the charts, each with a faulty one that takes its place."""


@pytest.mark.parametrize(
    ("faults", "what"),
    [
        ({task_types.while_step_awaited: lambda memory, traits, task: False}, "an answer that is not under way"),
        ({orders.orderable: lambda model: False}, NEVER_REACHED),
        ({orders.ask_for_booking: lambda turn: None}, "an answer that is not under way"),
        ({timers.date_timers: lambda memory, traits: {}}, NEVER_REACHED),
        ({lifecycle.waiting_for: lambda memory: ()}, "waits for nobody"),
        ({tasks.proofs_missing: lambda model: False}, NEVER_REACHED),
    ],
)
def test_the_exploration_finds_faults(faults: Faults, what: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A check that cannot fail is none: each fault is found by an invariant, or by a state that is never reached."""
    for function, faulty in faults.items():
        # What a declaration names is the function itself: it stays, with other code.
        monkeypatch.setattr(function, "__code__", faulty.__code__)
    case = Case({**INCLUDED, **outside("pilot"), "catalogue": "v", "mode": "guided"}, later=({}, GONE))
    facts = facts_of("marketplace", case, dict(case.first))
    kind = KINDS["marketplace"]
    message = NEVER_REACHED
    try:
        _, reached = explore(kind, facts)
    except Broken as broken:
        message = str(broken)
    else:
        assert {name for name in kind.chart.states_map if name not in kind.chart.traits.unused} - reached
    assert what in message
