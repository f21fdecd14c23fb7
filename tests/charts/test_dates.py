"""Operators' dates are weighed (docs/contract.md, Dates that are weighed): each bound from both sides, every type."""

from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

import pytest

from catalogue.texts import say
from states.chart.dates import ASKED, takes_at
from states.chart.task_types import TASK_TYPES
from states.model.facts import Refusal, RunSettings
from states.model.memory import Task
from states.model.request import ConfirmTask, RejectTask
from states.rules.moments import AHEAD
from states.views.audience import audience_of
from states.views.status import status
from tests.charts.lone_run import ASK_TERM, DAY, EDITION, INCLUDED, NOTICE, NOW, PAID, LoneRun, moment
from tests.charts.test_outcome import held

HOUR = timedelta(hours=1)
SECOND = timedelta(seconds=1)
PROVED = {"proof": {"reference": "T-1"}}
AGREED = {"date_rule": "agreed"}
SURE = {"confirm_anyway": True, "note": "I have asked"}


def code_of(refusal: Refusal | None) -> str | None:
    """What stands against a decision: the fault of one that is wrong, the names of what is asked back."""
    if refusal is None:
        return None
    if refusal.code == "confirm_anyway":
        return "? " + " ".join(doubt["doubt"] for doubt in refusal.values["doubts"])
    return str(refusal.values.get("fault", refusal.code)).removeprefix("fault.")


# The runs, each with the task that asks for a date.


def appointment() -> LoneRun:
    """A moment is to be agreed."""
    run = LoneRun("marketplace_transfer", AGREED, target="K-2")
    run.confirm("support_ticket", decision="granted")
    return run


def term() -> LoneRun:
    """A term is asked for."""
    return LoneRun("voucher", PAID | {"term_ends": None, "questions": (ASK_TERM,)})


def late_term() -> LoneRun:
    """A booking came too late for its date, and nobody knows which holds."""
    run = booking()
    run.wait(moment("2027-02-01 12:00"))
    run.confirm("perform", **PROVED)
    return run


def booking() -> LoneRun:
    """A licence is to be booked by hand."""
    run = LoneRun("voucher", PAID | {"mode": "guided"})
    run.send("place_order")
    return run


def booking_by_notice() -> LoneRun:
    """An edition is to be booked by hand: its date follows from the notice."""
    run = LoneRun("edition", NOTICE | {"mode": "guided"}, **EDITION)
    run.acknowledge()
    assert run.send("place_order") is None
    return run


def grant() -> LoneRun:
    """Sales agree on a last day, two days after they were asked."""
    run = LoneRun("key_accounting", AGREED, subject="key_accounting")
    run.wait(NOW + 2 * DAY)
    return run


def package_zero() -> LoneRun:
    """A channel sells again on package 0's date, the first of February."""
    run = held()
    run.wait(moment("2027-02-01 12:00"))
    return run


class Row(NamedTuple):
    """A run, its task and what confirms it beside `at`."""

    run: Any
    type: str
    answer: dict[str, Any]


ROWS = {
    "appointment": Row(appointment, "appointment", {}),
    "term": Row(term, "clarify_term", {}),
    "late_term": Row(late_term, "clarify_term", {}),
    "booking": Row(booking, "perform", PROVED),
    "grant": Row(grant, "support_ticket", {"decision": "granted"}),
    "package_zero": Row(package_zero, "surplus", {}),
}

BOUNDS: list[tuple[str, list[tuple[Any, str | None]]]] = [
    # The last that is refused or asked back before, the first and the last that is plain, the first of each after.
    ("appointment", [
        (NOW - SECOND, "at_past"), (NOW, None), ("2027-07-04T20:00:00+02:00", "? odd_hour"),
        ("2027-07-03T20:00:00+02:00", None), ("2027-07-05T20:00:00+02:00", "? far"),
        ("2029-01-04T20:00:00+01:00", "? far"), ("2029-01-05", "at_far"),
        # A mere day is the midnight that it begins with.
        ("2027-01-03", "at_past"), ("2027-01-04", "at_past"), ("2027-01-05", "? odd_hour"),
        ("2027-07-03", "? odd_hour"), ("2027-07-05", "? far odd_hour"),
        ("2027-01-05T06:00:00+01:00", None), ("2027-01-05T05:59:59+01:00", "? odd_hour"),
        ("2027-01-05T21:59:59+01:00", None), ("2027-01-05T22:00:00+01:00", "? odd_hour"),
        ("2027-01-09T12:00:00+01:00", None), ("2027-01-10T12:00:00+01:00", "? odd_hour"), ("2027-01-10", "? odd_hour"),
    ]),
    ("term", [
        ("2027-01-03", "at_past"), ("2027-01-04", None), ("2030-01-04", None), ("2030-01-05", "? far"),
        ("2037-01-04", "? far"), ("2037-01-05", "at_far"), ("2062-01-31", "at_far"),
    ]),
    ("late_term", [
        ("2027-01-03", "at_past"), ("2027-01-04", "? over"), ("2027-01-31", "? over"), ("2027-02-01", None),
        ("2030-02-01", None), ("2030-02-02", "? far"), ("2037-02-01", "? far"), ("2037-02-02", "at_far"),
    ]),
    ("booking", [
        ("2027-01-03", "at_past"), ("2027-01-04", "? other_date"), ("2027-01-30", "? other_date"), ("2027-01-31", None),
        ("2030-01-04", None), ("2030-01-05", "? far"), ("2037-01-04", "? far"), ("2037-01-05", "at_far"),
    ]),
    ("grant", [
        ("2027-01-03", "at_past"), ("2027-01-04", "? over"), ("2027-01-05", "? over"), ("2027-01-06", None),
        ("2030-01-06", None), ("2030-01-07", "? far"), ("2037-01-06", "? far"), ("2037-01-07", "at_far"),
    ]),
    ("package_zero", [
        ("2027-01-31", "at_past"), ("2027-02-01", None), ("2027-08-01", None), ("2027-08-02", "? far"),
        ("2029-02-01", "? far"), ("2029-02-02", "at_far"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "at", "expected"), [(name, at, expected) for name, rows in BOUNDS for at, expected in rows]
)
def test_confirm_anyway_X6_X12_MOV1_SUP3_X4_each_bound_of_a_day_from_both_sides(
    name: str, at: Any, expected: str | None
) -> None:
    row = ROWS[name]
    run = row.run()
    before = run.memory.model_dump()
    refusal = run.confirm(row.type, at=at, **row.answer)
    assert code_of(refusal) == expected
    if refusal is None:
        return
    rule = "contract" if refusal.code == "confirm_anyway" else ASKED[name].rule
    assert (refusal.rule, run.memory.model_dump()) == (rule, before), "a refusal changes nothing"
    for language in ("de", "en"):
        assert say(language, f"problem.{refusal.code}", {"zone": "Europe/Berlin"} | refusal.values)
    meant = run.confirm(row.type, at=at, **row.answer, **SURE)
    assert code_of(meant) == (None if refusal.code == "confirm_anyway" else expected), "what cannot be is not asked"


@pytest.mark.parametrize("revision", [1, 2])
@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize(
    ("year", "fault"), [("0002", "at_past"), ("0027", "at_past"), ("2207", "at_far"), ("9998", "at_far")]
)
def test_a_year_mistyped_is_told_of_what_would_be_right(name: str, year: str, fault: str, revision: int) -> None:
    """Never by its shape: the rule is named, and the sentence says why; in runs of the first revision too."""
    row = ROWS[name]
    run = row.run()
    run.memory.settings = run.memory.settings.model_copy(update={"revision": revision})
    for at in (f"{year}-12-31", f"{year}-12-31T23:59:59-14:00", f"{year}-01-01T00:00:00+14:00"):
        refusal = run.confirm(row.type, at=at, **row.answer)
        assert (code_of(refusal), refusal and refusal.rule) == (fault, ASKED[name].rule)
        assert refusal is not None and say("de", "problem.malformed", {"zone": "Europe/Berlin"} | refusal.values)


@pytest.mark.parametrize("revision", [1, 2])
@pytest.mark.parametrize("name", ROWS)
@pytest.mark.parametrize(("year", "fault"), [("0027", "confirmed_early"), ("2207", "confirmed_at")])
def test_X9_X12_a_proof_of_a_year_mistyped_is_told_so(name: str, year: str, fault: str, revision: int) -> None:
    row = ROWS[name]
    run = row.run()
    run.memory.settings = run.memory.settings.model_copy(update={"revision": revision})
    at = {} if name in ("booking", "package_zero") else {"at": "2027-06-02T10:00:00+02:00"}
    proof = {"reference": "T-1", "confirmed_at": f"{year}-01-04T12:00:00+01:00"}
    refusal = run.confirm(row.type, **row.answer | at | {"proof": proof})
    assert (code_of(refusal), refusal and refusal.rule) == (fault, "X12" if row.type == "perform" else "X9")
    assert refusal is not None and say("en", "problem.malformed", {"zone": "Europe/Berlin"} | refusal.values)


def test_every_row_is_held_against_its_bounds() -> None:
    assert set(ROWS) == {name for name, _ in BOUNDS} == set(ASKED)


DATED = {"appointment": 1, "clarify_term": 1, "perform": 1, "support_ticket": 1, "surplus": 1}
"""The types that may take a day, as the contract's table says."""


@pytest.mark.parametrize("type_", TASK_TYPES)
def test_a_type_that_takes_a_day_stands_in_the_table(type_: str) -> None:
    """A new type that asks for `at` must say within which bounds (`states.chart.dates`), and be tried above."""
    asks = "at" in TASK_TYPES[type_].example or type_ in DATED
    assert asks == any(row.type == type_ for row in ROWS.values())


def test_a_task_that_needs_a_day_and_stands_in_no_row_takes_none() -> None:
    """So that nobody opens one unawares: it could not be confirmed, which exploration finds."""
    run = LoneRun("voucher", PAID)
    stranger = Task(task="t-1", type="clarify", text="clarify_partners", opened_at=NOW, at_required=True)
    assert not takes_at(run.chart.turn(), stranger)


def given_up() -> LoneRun:
    """A booking keeps failing."""
    run = LoneRun("voucher", PAID, held_back=("place_order",))
    run.send("place_order")
    run.fails()
    return run


def switched_off() -> LoneRun:
    """A licence that costs nothing is to be switched off by hand."""
    run = LoneRun("voucher", INCLUDED | {"mode": "guided"})
    run.send("place_order")
    run.wait(NOW)
    return run


def agreed_and_asked_back() -> LoneRun:
    """Sales have agreed on a day, and the customer wants to keep it."""
    run = grant()
    assert run.confirm("support_ticket", decision="granted", at="2027-02-28") is None
    assert run.send("request_revocation", explanation="clicked wrongly") is None
    return run


@pytest.mark.parametrize(
    ("open_run", "type_", "answer"),
    [
        (given_up, "repair", {"decision": "retry"}),
        (switched_off, "perform", PROVED),
        (agreed_and_asked_back, "revocation", {"decision": "granted"}),
    ],
)
def test_a_day_is_taken_only_where_one_is_asked_for(open_run: Any, type_: str, answer: dict[str, Any]) -> None:
    run = open_run()
    assert code_of(run.confirm(type_, at="2027-02-28", **answer)) == "at_needless"
    assert run.confirm(type_, **answer) is None


# What a refusal says beside its name: what was asked for, what was named, and what would be right.

REFUSED: list[tuple[Any, str, dict[str, Any], dict[str, Any]]] = [
    (package_zero, "surplus", {"at": "2027-01-31"}, {
        "fault": "fault.at_past", "asked": "package_zero", "at": "2027-01-31", "limit_at": "2027-01-31T23:00:00+00:00",
    }),
    (term, "clarify_term", {"at": "2037-01-05"}, {
        "fault": "fault.at_far", "asked": "term", "at": "2037-01-05", "limit_on": "2037-01-04",
    }),
    (booking, "perform", {"proof": {"reference": "T-1", "confirmed_at": NOW - SECOND}}, {
        "fault": "fault.confirmed_early", "ordered": True, "others": False,
        "limit_at": "2027-01-04T11:00:00+00:00", "confirmed_at": "2027-01-04T10:59:59+00:00",
    }),
    (booking, "perform", {"proof": {"reference": "T-1", "confirmed_at": NOW + HOUR}}, {
        "fault": "fault.confirmed_at",
        "limit_at": "2027-01-04T11:05:00+00:00", "confirmed_at": "2027-01-04T12:00:00+00:00",
    }),
    (term, "clarify_term", {"at": "2027-01-31", "proof": {"reference": "T-1", "confirmed_at": NOW - 400 * DAY}}, {
        "fault": "fault.confirmed_early", "ordered": False, "others": True,
        "limit_at": "2027-01-04T11:00:00+00:00", "confirmed_at": "2025-11-30T11:00:00+00:00",
    }),
]  # fmt: skip


@pytest.mark.parametrize(("open_run", "type_", "answer", "values"), REFUSED)
def test_X6_X12_X4_a_date_that_cannot_be_right_is_told_what_would_be(
    open_run: Any, type_: str, answer: dict[str, Any], values: dict[str, Any]
) -> None:
    refusal = open_run().confirm(type_, **answer)
    assert refusal is not None and refusal.values == values


ODD: list[tuple[Any, str, dict[str, Any], list[dict[str, Any]]]] = [
    (term, "clarify_term", {"at": "2030-01-05"}, [
        {"doubt": "far", "months": 36, "asked": "term", "at": "2030-01-05"},
    ]),
    (grant, "support_ticket", {"decision": "granted", "at": "2027-01-05"}, [
        {"doubt": "over", "asked": "grant", "at": "2027-01-05"},
    ]),
    (appointment, "appointment", {"at": "2027-01-10"}, [
        {"doubt": "odd_hour", "asked": "appointment", "at": "2027-01-10", "no_hour": True},
    ]),
    (term, "clarify_term", {"at": "2027-01-31", "proof": {"reference": "T-1", "confirmed_at": NOW - 30 * DAY}}, [
        {"doubt": "proof_old", "weeks": 4, "confirmed_at": "2026-12-05T11:00:00+00:00"},
    ]),
]  # fmt: skip


@pytest.mark.parametrize(("open_run", "type_", "answer", "doubts"), ODD)
def test_confirm_anyway_says_what_is_odd_about_which_date(
    open_run: Any, type_: str, answer: dict[str, Any], doubts: list[dict[str, Any]]
) -> None:
    refusal = open_run().confirm(type_, **answer)
    assert refusal == Refusal(rule="contract", code="confirm_anyway", values={"doubts": doubts})


# A booking for another date than the run's.


def test_D7_X12_a_booking_for_another_date_is_asked_back_where_the_date_is_known() -> None:
    assert code_of(booking_by_notice().confirm("perform", at="2027-01-31", **PROVED)) is None
    assert code_of(booking_by_notice().confirm("perform", at="2027-02-28", **PROVED)) == "? other_date"
    run = booking()
    assert code_of(run.confirm("perform", at="2027-02-28", **PROVED)) is None, "its notice is not known (D7)"
    line = next(line for line in run.memory.timeline if line.event == "date_found")
    assert line.values == {"effective_at": "2027-02-28T23:00:00+00:00"}


@pytest.mark.parametrize(
    ("at", "planned_at"),
    [("2027-01-31", None), ("2027-02-28", None), ("2027-03-31", "2027-01-31T23:00:00+00:00")],
)
def test_X12_a_booking_that_is_overdue_may_be_for_the_date_planned_or_the_one_shown(
    at: str, planned_at: str | None
) -> None:
    run = booking_by_notice()
    assert "booking_overdue" in run.wait(moment("2027-01-18"))
    refusal = run.confirm("perform", at=at, **PROVED)
    assert code_of(refusal) == ("? other_date" if planned_at else None)
    if refusal is None:
        assert (run.order.planned_at, run.order.overdue_at, run.order.found) == (None, None, True)
    assert refusal is None or refusal.values["doubts"] == [
        {"doubt": "other_date", "planned_at": planned_at, "asked": "booking", "at": at}
    ]


def test_D7_X12_where_no_date_is_shown_any_more_a_booking_is_for_no_other() -> None:
    run = booking()
    assert "booking_overdue" in run.wait(moment("2027-02-01 12:00"))
    assert run.order.effective_at is None
    assert run.confirm("perform", at="2027-03-31", **PROVED) is None
    assert run.order.effective_at == moment("2027-03-31 22:00")


# Proofs.


def outside(kind: str, what: str) -> LoneRun:
    """A step at a third party is to be proved."""
    return LoneRun(kind, PAID | {"outside": ({"what": what, "rule": "X9"},)})


def beside_the_order() -> LoneRun:
    """Beside an order, which has been booked."""
    run = outside("marketplace", "pilot")
    assert run.send("place_order") is None
    return run


def instead_of_an_order() -> LoneRun:
    """Instead of one: it ends elsewhere."""
    return outside("ecomdata", "ecomdata")


PROOFS: list[tuple[Any, str, list[tuple[datetime, str | None]]]] = [
    (booking, "perform", [
        (NOW - SECOND, "confirmed_early"), (NOW, None), (NOW + AHEAD, None), (NOW + AHEAD + SECOND, "confirmed_at"),
        (datetime(2026, 1, 4, 11, tzinfo=UTC), "confirmed_early"), (datetime(2062, 1, 4, tzinfo=UTC), "confirmed_at"),
    ]),
    (beside_the_order, "third_party", [
        (NOW - 366 * DAY - SECOND, "confirmed_early"), (NOW - 366 * DAY, "? proof_early"),
        (NOW - SECOND, "? proof_early"),
        (NOW, None), (NOW + AHEAD, None), (NOW + AHEAD + SECOND, "confirmed_at"),
    ]),
    (instead_of_an_order, "third_party", [
        (NOW - 366 * DAY - SECOND, "confirmed_early"), (NOW - 28 * DAY - SECOND, "? proof_old"), (NOW - 28 * DAY, None),
        (NOW + AHEAD, None), (NOW + AHEAD + SECOND, "confirmed_at"),
    ]),
    (term, "clarify_term", [
        (NOW - 28 * DAY - SECOND, "? proof_old"), (NOW - 28 * DAY, None),
        (NOW + AHEAD, None), (NOW + AHEAD + SECOND, "confirmed_at"),
    ]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("open_run", "type_", "at", "expected"),
    [(open_run, type_, at, expected) for open_run, type_, rows in PROOFS for at, expected in rows],
)
def test_confirm_anyway_X12_X9_each_bound_of_a_proofs_moment_from_both_sides(
    open_run: Any, type_: str, at: datetime, expected: str | None
) -> None:
    run = open_run()
    answer = {"at": "2027-01-31"} if type_ == "clarify_term" else {}
    proof = {"proof": {"reference": "T-1", "confirmed_at": at}}
    refusal = run.confirm(type_, **answer, **proof)
    assert code_of(refusal) == expected
    if refusal is not None:
        for language in ("de", "en"):
            assert say(language, f"problem.{refusal.code}", {"zone": "Europe/Berlin"} | refusal.values)
        meant = run.confirm(type_, **answer, **proof, **SURE)
        assert code_of(meant) == (None if refusal.code == "confirm_anyway" else expected)


def test_X12_a_booking_from_weeks_ago_is_asked_back() -> None:
    run = booking()
    run.now = NOW + 28 * DAY + HOUR
    old = {"proof": {"reference": "T-1", "confirmed_at": NOW + HOUR - SECOND}}
    assert code_of(run.confirm("perform", **old)) == "? proof_old"
    young = {"proof": {"reference": "T-1", "confirmed_at": NOW + HOUR}}
    assert run.confirm("perform", **young) is None


# The operator's own moment.


def opened_later(type_: str) -> tuple[LoneRun, Task, dict[str, Any]]:
    """A run with an open task of that type, which was opened a day ago."""
    run = term()
    task = Task(task="t-9", type=type_, text=TASK_TYPES[type_].texts[0], opened_at=run.now, decisions=("x",))
    run.memory.tasks = (task,)
    run.now = run.now + DAY
    return run, task, {"by": "o", "task": "t-9"}


@pytest.mark.parametrize("type_", TASK_TYPES)
@pytest.mark.parametrize(
    ("ahead", "fault"),
    [(-DAY - AHEAD - SECOND, "time_before_task"), (-DAY - AHEAD, None), (AHEAD, None), (AHEAD + SECOND, "future_time")],
)
def test_no_decision_of_any_type_is_dated_before_its_task_or_to_come(
    type_: str, ahead: timedelta, fault: str | None
) -> None:
    run, _, said = opened_later(type_)
    message = RejectTask(note="no", time=run.now + ahead, **said)
    refusal = run.chart.would_refuse("reject_task", message, run.now)
    assert (code_of(refusal) if fault else code_of(refusal) not in ("time_before_task", "future_time")) == (
        fault or True
    )
    if fault == "time_before_task":
        limits = {"time": (run.now + ahead).isoformat(), "limit_at": (run.now - DAY).isoformat()}
        assert refusal is not None and refusal.values == {"fault": "fault.time_before_task"} | limits
    confirmed = ConfirmTask(decision="x", time=run.now + ahead, **said)
    refusal = run.chart.would_refuse("confirm_task", confirmed, run.now)
    assert (code_of(refusal) if fault else code_of(refusal) not in ("time_before_task", "future_time")) == (
        fault or True
    )


def test_what_came_without_a_time_claims_none() -> None:
    """A decision that was received before the task was opened, and meets it by being for the only one, is taken."""
    run = term()
    assert run.confirm("clarify_term", at="2027-01-31", received_at=run.now - DAY) is None


# Asked back once.


def test_confirm_anyway_needs_a_reason_and_is_marked_for_operators() -> None:
    run = term()
    assert code_of(run.confirm("clarify_term", at="2031-01-31", confirm_anyway=True)) == "anyway_note"
    assert run.confirm("clarify_term", at="2031-01-31", **SURE) is None
    line = run.memory.timeline[-1]
    assert line.values is not None and line.values["doubts"] == ["far"]
    entry = status(run.chart, say, workflow_id="w", run_id="r", ui_url="u").timeline[-1]
    assert audience_of(line) == "retold" and entry.note is not None and entry.customer_note is not None
    assert "trotz Rückfrage" in entry.note and "31. Januar 2031" in entry.note
    assert "Rückfrage" not in entry.customer_note, "what was asked back is the operators'"


def test_confirm_anyway_without_anything_to_ask_changes_nothing() -> None:
    run = term()
    assert run.confirm("clarify_term", at="2027-01-31", confirm_anyway=True) is None
    values = run.memory.timeline[-1].values
    assert values is not None and "doubts" not in values


def test_all_that_is_odd_is_asked_at_once_and_after_all_that_is_wrong() -> None:
    run = appointment()
    odd = {"at": "2027-08-01T03:00:00+02:00", "proof": {"reference": "T-1", "confirmed_at": NOW - 40 * DAY}}
    assert code_of(run.confirm("appointment", **odd)) == "? far odd_hour proof_old"
    assert code_of(run.confirm("appointment", **odd, decision="granted")) == "decision"


def test_runs_of_the_first_revision_judge_as_they_did() -> None:
    """What they took stands in their history: it is taken again on replay."""
    run = LoneRun("marketplace_transfer", AGREED | {"settings": RunSettings(revision=1)}, target="K-2")
    run.confirm("support_ticket", decision="granted")
    assert code_of(run.confirm("appointment", at=NOW - SECOND)) == "at_past"
    early = {"proof": {"reference": "T-1", "confirmed_at": NOW - 400 * DAY}}
    assert run.confirm("appointment", at="2062-01-01T03:00:00Z", **early) is None


def of_the_first_revision(run: LoneRun) -> LoneRun:
    """The run as one that was requested before dates were weighed."""
    run.memory.settings = run.memory.settings.model_copy(update={"revision": 1})
    return run


@pytest.mark.parametrize(
    ("open_run", "type_", "at", "fault"),
    [
        (booking, "perform", NOW + DAY, None),
        (booking, "perform", NOW + DAY + SECOND, "confirmed_at"),
        (booking, "perform", datetime(1970, 1, 1, tzinfo=UTC), None),
        (booking, "perform", datetime(1969, 12, 31, 23, tzinfo=UTC), "confirmed_early"),
        (instead_of_an_order, "third_party", datetime(2199, 12, 31, tzinfo=UTC), None),
        (instead_of_an_order, "third_party", datetime(2200, 1, 1, tzinfo=UTC), "confirmed_at"),
        (instead_of_an_order, "third_party", datetime(1970, 1, 1, tzinfo=UTC), None),
        (instead_of_an_order, "third_party", datetime(1969, 12, 31, 23, tzinfo=UTC), "confirmed_early"),
    ],
)
def test_X12_X9_runs_of_the_first_revision_take_a_proof_of_any_year_but_no_booking_of_the_day_after_tomorrow(
    open_run: Any, type_: str, at: datetime, fault: str | None
) -> None:
    run = of_the_first_revision(open_run())
    assert code_of(run.confirm(type_, proof={"reference": "T-1", "confirmed_at": at})) == fault


@pytest.mark.parametrize(("at", "fault"), [("2199-12-31", None), ("2200-01-01", "at_far")])
def test_MOV1_runs_of_the_first_revision_take_an_appointment_of_any_year_to_come(at: str, fault: str | None) -> None:
    assert code_of(of_the_first_revision(appointment()).confirm("appointment", at=at)) == fault


@pytest.mark.parametrize(("revision", "fault"), [(1, None), (2, "at_past")])
def test_MOV1_an_appointment_is_to_come_when_the_decision_arrives_and_in_the_first_revision_when_it_was_taken(
    revision: int, fault: str | None
) -> None:
    run = appointment()
    run.memory.settings = run.memory.settings.model_copy(update={"revision": revision})
    run.now = NOW + 2 * DAY
    said = {"time": NOW + DAY, "at": NOW + DAY + HOUR}
    assert code_of(run.confirm("appointment", **said)) == fault


@pytest.mark.parametrize(("revision", "fault"), [(1, None), (2, "time_before_task")])
def test_runs_of_the_first_revision_take_a_decision_dated_before_its_task(revision: int, fault: str | None) -> None:
    run = term()
    run.memory.settings = run.memory.settings.model_copy(update={"revision": revision})
    assert code_of(run.confirm("clarify_term", at="2027-01-31", time=NOW - DAY)) == fault
