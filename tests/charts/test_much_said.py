"""Whatever people write, and however often: a run and its document stay below what Temporal takes (2 MiB)."""

from collections.abc import Callable
from typing import Any

import pytest

from catalogue.texts import say
from states.chart.excerpts import size
from states.chart.timeline import BETWEEN, BRIEF, MOST_BYTES, with_line
from states.chart.turn import Answer
from states.model.effects import Notify
from states.model.facts import RunSettings, Undelivered
from states.model.memory import TimelineLine
from states.model.record import MOST_PARTNERS
from states.model.request import LicenceChanged, Reason, RejectTask
from tests.charts.lone_run import LoneRun, document_of, edition, scheduled

MOST = 1024 * 1024
LARGE = {"note": "y" * 119_900}
MARKS = {"note": "*" * 119_900}
SIGNS = {f"k{number}": "\U0001f600" * 300 for number in range(90)}


def longest(number: int) -> str:
    """A text of 4,000 characters, the longest that may be, in the most bytes that it may have."""
    return f"{number:04}" + "\U0001f600" * 3_996


def check_size(run: LoneRun) -> None:
    """Memory and document, in both languages, with their texts as they are shown."""
    assert size(run.memory) < MOST
    document = document_of(run, say)
    assert size(document) < MOST


def details(run: LoneRun, number: int) -> None:
    filled = (LARGE, MARKS, SIGNS)[number % 3] | {"number": number}
    assert run.request(details=filled, explanation=longest(number)) is None


def reasons(run: LoneRun, number: int) -> None:
    assert run.request(reason=Reason(code="cost", text=longest(number)), explanation=longest(number)) is None


def refused(run: LoneRun, number: int) -> None:
    run.chart.write("confirm_task", "ignored_signal", at=run.now, by="o" * 200, fault=longest(number))


def news(run: LoneRun, number: int) -> None:
    for licence in range(20 * number, 20 * number + 20):
        run.receive("licence_changed", LicenceChanged(licence=f"L-{licence:038}", state="s" * 40))


def targets(run: LoneRun, number: int) -> None:
    target = ("jtl_start", "jtl_advanced")[number % 2]
    filled = LARGE | {"number": number}
    assert run.request(target=target, details=filled, explanation=longest(number)) is None
    run.acknowledge()


@pytest.mark.parametrize("say_more", [details, reasons, refused, news, targets])
def test_what_is_said_before_the_order_does_not_grow_without_end(say_more: Callable[[LoneRun, int], None]) -> None:
    run = edition({"settings": RunSettings(reasons=("cost",))}, target="jtl_advanced")
    for number in range(60):
        say_more(run, number)
        run.effects.clear()
        if number % 20 == 19:
            check_size(run)
    assert run.memory.timeline[0].event == "begin"


def test_the_longest_details_of_order_and_change_fit_in_beside_many_revocations() -> None:
    run = scheduled(edition(target="jtl_advanced", details=LARGE), details=LARGE)
    for number in range(200):
        assert run.send("request_revocation", explanation=longest(number)) is None
        assert run.reject("revocation", longest(number)) is None
        run.effects.clear()
    check_size(run)
    assert run.request(target="jtl_start", details=MARKS) is None
    run.acknowledge()
    run.held_back = {"place_order"}
    assert run.send("place_order") is None
    run.fails("x" * 4_000)
    check_size(run)
    events = run.lines()
    assert "place_order" in events and events.count("request_revocation") > 10
    said = [line for line in document_of(run, say).timeline if line.note and "gekürzt" in line.note]
    assert len(said) > 10


def test_X9_the_longest_proofs_of_200_partners_and_what_is_said_to_them_fit_in() -> None:
    names = [f"P-{number:038}" for number in range(MOST_PARTNERS)]
    partners = [{"what": "partner", "rule": "FFN1", "name": name, "subject": name} for name in names]
    run = LoneRun("fulfillment", {"cost_effect": "none", "outside": partners}, subject="ffn")
    assert run.request(details=LARGE, explanation=longest(0)) is None
    assert run.send("place_order") is None
    check_size(run)
    for number, task in enumerate(run.tasks("third_party")):
        for answer in (RejectTask(by="o", task=task.task, note=longest(number)), None):
            assert run.send("hand_in_proof", task=task.task, reference=longest(number), note=longest(number)) is None
            assert answer is None or run.would_take("reject_task", answer) is None
            run.effects.clear()
    check_size(run)
    assert len(run.tasks("third_party")) == MOST_PARTNERS


def test_mails_that_do_not_arrive_are_kept_as_far_as_there_is_room_and_the_last_is() -> None:
    run = edition()
    for number in range(100):
        mail = Notify(template="declined", number=1_000 + number, values={"note": longest(number)})
        undelivered = Undelivered(why="refused", said=f"{number}")
        run.receive("answered", Answer(mail, undelivered=undelivered))
        run.effects.clear()
    check_size(run)
    assert run.memory.untold[-1].mail.number == 1_099
    assert 1 < len(run.memory.untold) < 100


def test_a_service_that_is_named_again_is_kept_once() -> None:
    run = edition({"optional_services": ("a", "b")})
    assert run.send("place_order", optional_services=("a", "b", "a", "a")) is None
    assert run.order.optional_services == ("a", "b")


def test_ADD1_details_that_are_too_large_together_are_malformed() -> None:
    run = edition(details=LARGE)
    refusal = run.send("place_order", details={"other": "y" * 119_000})
    assert refusal is not None
    assert (refusal.code, refusal.values["fault"]) == ("malformed", [{"field": "details", "what": "large"}])


def test_X2_lines_that_are_left_out_are_counted_and_an_order_stays() -> None:
    run = scheduled(edition())
    asked = 1_000
    for number in range(asked):
        line = TimelineLine(at=run.now, state="order", event="request_revocation", by="c", note=f"{number:04}" * 100)
        run.memory.timeline = with_line(run.memory.timeline, line)
    lines = run.memory.timeline
    assert "place_order" in run.lines() and len(lines) > 400
    assert sum(line.left_out + line.times for line in lines if line.event == "request_revocation") == asked
    assert sum(map(size, lines)) <= MOST_BYTES + BETWEEN * BRIEF


def test_what_has_room_is_as_it_was_written() -> None:
    run = edition()
    assert run.request(details=LARGE, explanation="e" * 4_000) is None
    line = run.memory.timeline[-1]
    assert (line.values, line.shortened, line.left_out) == ({"details": LARGE, "explanation": "e" * 4_000}, False, 0)


@pytest.mark.parametrize("line", [{"shortened": True}, {"left_out": 1}, {"left_out": 7, "times": 3}])
def test_a_line_says_what_it_leaves_out(line: dict[str, Any]) -> None:
    run = edition()
    run.memory.timeline = (TimelineLine(at=run.now, state="order", event="requested", note="Bald", **line),)
    (shown,) = document_of(run, say).timeline
    assert shown.note in (
        "Bald (gekürzt)",
        "Bald (eine frühere Zeile dieser Art ist hier nicht mehr einzeln aufgeführt)",
        "Bald (insgesamt 3-mal) (7 frühere Zeilen dieser Art sind hier nicht mehr einzeln aufgeführt)",
    )
