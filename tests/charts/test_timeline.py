"""A long timeline counts what is repeated and forgets nothing that a person decided (ED4, X2)."""

from datetime import timedelta

import pytest

from states.chart.decisions import sender_of
from states.chart.timeline import MOST
from states.model.memory import TimelineLine
from states.model.request import CUSTOMER_MESSAGES, OPERATOR_MESSAGES
from tests.charts.lone_run import NOW, LoneRun, document_of, edition, scheduled


def decided(run: LoneRun) -> list[tuple[str, str | None]]:
    """What people decided, by event and person."""
    return [(line.event, line.by) for line in document_of(run).timeline if line.by is not None]


@pytest.mark.parametrize("noise", ["signals", "timers", "different signals"])
def test_ED4_X2_what_a_person_decided_is_never_dropped(noise: str) -> None:
    run = scheduled(edition())
    before = decided(run)
    assert ("place_order", "c") in before and ("acknowledge_warning", "c") in before
    for number in range(3 * MOST):
        at = NOW + timedelta(minutes=number)
        if noise == "timers":
            run.chart.write("task_due", "escalated", at=at)
        else:
            fault = "x" if noise == "signals" else f"x{number}"
            run.chart.write("confirm_task", "ignored_signal", at=at, fault=fault)
    timeline = run.memory.timeline
    assert len(timeline) == MOST
    assert [line for line in decided(run) if line[0] != "confirm_task"] == before
    counted = sum(line.times for line in timeline) - len(before)
    assert (counted >= 3 * MOST) is (noise != "different signals")
    assert timeline[-1].at == NOW + timedelta(minutes=3 * MOST - 1)


def test_X2_decisions_alone_may_be_more_and_equal_ones_are_counted() -> None:
    run = scheduled(edition())
    own = len(run.memory.timeline)
    for number in range(MOST + 5):
        run.send("request_revocation", explanation=f"reason {number}")
        run.reject("revocation", f"no {number}")
    said = {line.note for line in run.memory.timeline}
    assert {f"reason {number}" for number in range(MOST + 5)} <= said
    assert len(run.memory.timeline) > MOST > own


@pytest.mark.parametrize(
    ("event", "actor"),
    [
        *((event, "customer") for event in (*CUSTOMER_MESSAGES, "requested")),
        *((event, "operator") for event in OPERATOR_MESSAGES),
        *((event, "system") for event in ("licence_changed", "answered", "nobody_knows")),
    ],
)
def test_a_message_that_was_not_taken_is_its_senders_by_the_event_alone(event: str, actor: str) -> None:
    assert sender_of(event) == actor


def test_a_line_that_is_counted_says_so() -> None:
    run = edition()
    line = TimelineLine(at=NOW, state="order", event="task_due", note="note.escalated", values={}, times=12)
    run.memory.timeline = (line,)
    (shown,) = document_of(run).timeline
    assert shown.note == "de part.repeated {'note': 'de note.escalated {}', 'times': 12}"
