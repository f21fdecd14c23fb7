"""Every chart, every reachable state, every event: the invariants hold, and every state of the path is reached."""

from collections.abc import Callable, Iterable
from dataclasses import replace
from functools import wraps
from pathlib import Path
from pkgutil import resolve_name
from types import SimpleNamespace
from typing import Any, cast

import pytest

from catalogue.click_paths import click_path
from states.chart import lifecycle, tasks
from states.chart.base import Chart
from states.chart.turn import Turn
from states.kinds.registry import KINDS
from states.model.effects import ApplyChange
from states.model.facts import ACTIONS, QUESTION_TYPES, Action, Check
from states.model.memory import Task
from states.model.request import Request
from states.paths import licence_end
from states.views.labels import waits
from tests.charts import offered
from tests.charts.explorer import PERFORMED, Broken, Facts, Tried, explore
from tests.kinds import module_of
from tests.kinds.words import ASK_TERM, GONE, INCLUDED, PAID, UNKNOWN, Case, Fields, outside
from tests.rules.checks import SHIPPED
from tools.docs.kind_facts import KindState

NONE_KNOWN = frozenset[Action]({"withdraw"})
"""What no click path is known for: nothing is undone in the customer centre (G3)."""


@pytest.mark.parametrize("kind", sorted(KINDS))
def test_every_state_under_every_event(kind: str) -> None:
    """In both modes; states declared but not reached, or reached but said to be unused, fail."""
    chart = KINDS[kind].chart
    cases: list[Case] = module_of(kind).CASES
    assert cases, f"no facts to explore {kind} with: add a case to tests/kinds/{kind}.py"
    tried = Tried()
    walks = [
        explore(KINDS[kind], facts_of(kind, case, {**first, "catalogue": "v", "mode": mode}), tried=tried)
        for case in cases
        for mode in ("automatic", "guided")
        for first in (case.first, {**case.first, **GONE})
    ]
    reached: set[str] = set().union(*(walk.reached for walk in walks))
    print(f"{kind}: {sum(walk.nodes for walk in walks)} nodes (states × facts), {len(reached)} states")
    declared = {name for name in chart.states_map if name not in chart.traits.unused}
    assert reached == declared
    decided: set[str] = set().union(*(walk.decided for walk in walks))
    # The latter two are decided at every node (`check_failing_mails`, `check_cancel_requests`).
    beside = {*QUESTION_TYPES, "tell_customer", "abandon"}
    assert decided - beside == tasks_of_kind(kind) - beside, "a task that nobody can reach"
    performed: set[str] = set().union(*(walk.performed for walk in walks))
    request = Request(kind=kind, customer="K", subject="L-1")
    actions = {PERFORMED[step][1] for step in performed}
    assert {action for action in actions if not click_path(SHIPPED, request, None, action)} == actions & NONE_KNOWN


def tasks_of_kind(kind: str) -> set[str]:
    """The types of the tasks that the pages say may be open in some state of a kind."""
    states = [name for name in KINDS[kind].chart.states_map if name not in KINDS[kind].chart.traits.unused]
    return {task for name in states for task in KindState(KINDS[kind], name).tasks}


def facts_of(kind: str, case: Case, first: dict[str, Any]) -> Facts:
    """A case as the explorer plays it, from one first check on."""
    paths = {action: (f"to {action}",) for action in ACTIONS}
    first = {"click_paths": paths} | first
    return Facts(
        first=Check(**first),
        later=tuple(Check(**{**first, **change}) for change in case.later),
        other_target=case.other,
        request={"kind": kind, "customer": "K", "subject": "L-1", **case.request},
    )


def test_a_kind_that_the_tests_are_not_told_of_is_named_with_the_file_to_write() -> None:
    with pytest.raises(AssertionError, match=r"nothing of the kind unheard_of: write tests/kinds/unheard_of\.py"):
        module_of("unheard_of")


# A check that cannot fail is none: faults of each sort are found, by an invariant or by a state that is never reached.

NEVER_REACHED = "a state is never reached"
UNANSWERED = "a doing-state waits for an answer that is not under way"
NO_RECEIPT = "receipts of what arrived are []"
NO_MATTER = SimpleNamespace(possible=None, still_matters=lambda *_: False, stops_clock=True)
FUNCTIONS: list[tuple[str, Any, str]] = [
    ("lifecycle.type_of", NO_MATTER, UNANSWERED),
    ("lifecycle.drop_tasks", None, "it is asked whether to abandon what cannot be"),
    ("lifecycle.keep_due", None, "a task that is never due"),
    ("tasks.reminded", {}, "reminded again within a period of repair"),
    ("lifecycle.remember_surplus", ArithmeticError("a bug"), "ArithmeticError: a bug"),
    ("orders.orderable", False, "what is held can be neither ended nor asked about"),
    ("orders.ask_for_booking", None, NO_RECEIPT),
    ("tasks.proofs_missing", False, NEVER_REACHED),
    ("timers.date_timers", {}, NEVER_REACHED),
    ("orders.booking_under_way", True, "a granted revocation waits for no booking"),
    ("admission.came_too_late", True, "request_revocation is enabled in placing but refused"),
    ("admission.rejected_event", "nonsense", "reject repair is not possible in received"),
    ("base.after_event", None, "it is asked whether to abandon what cannot be"),
    ("base.awaits", False, UNANSWERED),
    ("base.public_state", "nowhere", "a state that the contract does not name"),
    ("base.waiting_for", (), "waits for nobody"),
    ("callbacks.Guards.possible", frozenset({"begin"}), "possible is not what the library calls enabled"),
]
"""Functions of `states.chart`, what they answer or raise by mistake, and what finds it."""

DECLARATIONS = [
    ("license_check.to(order)", "license_check.to(applied) | license_check.to(order)", "applied without order"),
    ("ordering.to(placing)", "ordering.to(scheduled) | ordering.to(placing)", "scheduled before it was booked"),
    ("applying.to(external, cond=checks.ends_outside)", "applying.to(external)", "external without proof"),
    ("placing.to(scheduled, on=orders.note_booked)", "placing.to(scheduled)", NEVER_REACHED),
    ("applying = State(enter=orders.ask_for_change)", "applying = State()", UNANSWERED),
]
"""What stands in the path of a licence, what by mistake stands in its place, and what finds it."""


@pytest.mark.parametrize(("function", "answer", "message"), FUNCTIONS, ids=[fault[0] for fault in FUNCTIONS])
def test_the_exploration_finds_a_function_that_answers_wrongly(
    function: str, answer: Any, message: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(f"states.chart.{function}", mistaken(resolve_name(f"states.chart.{function}"), answer))
    assert message in explored(declared())


@pytest.mark.parametrize(("right", "wrong", "message"), DECLARATIONS, ids=[fault[1] for fault in DECLARATIONS])
def test_the_exploration_finds_a_path_that_is_declared_wrongly(right: str, wrong: str, message: str) -> None:
    assert message in explored(declared(right, wrong))


def test_the_exploration_finds_a_task_that_shows_the_way_of_another_action(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ApplyChange, "action", "withdraw")
    assert "the click path is that of another action" in explored(declared())


def test_the_exploration_finds_a_task_that_outlives_its_run(monkeypatch: pytest.MonkeyPatch) -> None:
    right = tasks.drop_tasks

    def drop_questions(turn: Turn, dropped: Iterable[Task]) -> None:
        right(turn, [task for task in dropped if task.type == "abandon"])

    monkeypatch.setattr(lifecycle, "drop_tasks", drop_questions)
    assert "a task is open after the end" in explored(declared())


def test_the_exploration_finds_a_receipt_that_decides_how_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    right = Chart.waiting_for
    wrong = lambda chart: right(chart) and (*right(chart), *(("system",) if chart.model.receipted else ()))  # noqa: E731
    monkeypatch.setattr(Chart, "waiting_for", wrong)
    assert "a receipt decides what is possible" in explored(declared())


def test_the_exploration_finds_a_customer_who_is_asked_for_what_he_cannot_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """X5: what could not be clarified is not to be submitted, and may be asked about again."""
    monkeypatch.setattr(offered, "waits", lambda state, whom, awaited, _: waits(state, whom, awaited, ("place_order",)))
    facts = facts_of("wawi_module", Case(UNKNOWN), {**UNKNOWN, "catalogue": "v"})
    with pytest.raises(Broken, match=r"asked for \['place_order'\].*reject clarify_cost"):
        explore(KINDS["wawi_module"], facts)


def test_the_exploration_finds_a_page_without_a_button(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(offered, "act_address", lambda _, act: f"/elsewhere/{act}")
    assert "no button on the page for ['abandon']" in explored(declared())


@pytest.mark.parametrize("case", [PAID, {**PAID, "term_ends": None, **ASK_TERM}], ids=["recorded", "clarified"])
def test_the_exploration_finds_a_term_that_has_run_out(case: Fields, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("states.rules.effective_date.still_runs", lambda _, last_day, at=None: last_day is not None)
    facts = facts_of("wms_module", Case(case), {**case, "catalogue": "v"})
    with pytest.raises(Broken, match="an order takes effect before it was placed"):
        explore(KINDS["wms_module"], facts)


def test_without_a_fault_it_finds_none() -> None:
    assert explored(declared()) == ""


def mistaken(function: Callable[..., Any], answer: Any) -> Callable[..., Any]:
    """A function of the same parameters that answers, or raises, always the same."""

    @wraps(function)
    def mistake(*_: Any, **__: Any) -> Any:
        if isinstance(answer, Exception):
            raise answer
        return answer

    return mistake


def declared(right: str = "", wrong: str = "") -> type[Chart]:
    """The path of a licence, declared anew of the functions as they are now, with another text in one place."""
    source = Path(licence_end.__file__).read_text(encoding="utf-8")
    assert right in source
    module = {"__name__": licence_end.__name__}
    exec(source.replace(right, wrong, 1) if right else source, module)
    return cast(type[Chart], module["LicenceEnd"])


def explored(path: type[Chart]) -> str:
    """What the exploration of a marketplace on this path has found; nothing where all is well."""
    kind = KINDS["marketplace"]
    chart: type[Chart] = type("Marketplace", (path,), {"__doc__": "A marketplace.", "traits": kind.chart.traits})
    case = Case({**INCLUDED, **outside("pilot"), "catalogue": "v", "mode": "guided"}, later=({}, GONE))
    try:
        walk = explore(replace(kind, chart=chart), facts_of("marketplace", case, dict(case.first)), limit=2_000)
    except Broken as broken:
        return str(broken)
    return NEVER_REACHED if set(chart.states_map) - chart.traits.unused - walk.reached else ""
