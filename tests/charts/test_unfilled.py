"""What the web UI offers for pasting is refused as it stands: nobody is called `…`."""

import json
import re
from typing import Any

import pytest

from catalogue.texts import say
from states.chart.admission import parse
from states.chart.task_types import TASK_TYPES
from states.chart.unfilled import blank, unfilled
from states.model.facts import Refusal, RunSettings
from states.model.memory import Task
from states.model.request import (
    CUSTOMER_MESSAGES,
    OPERATOR_MESSAGES,
    ConfirmTask,
    PlaceOrder,
    Request,
    Sent,
)
from states.model.status import TaskEntry
from tests.charts.lone_run import ASK_TERM, NOW, PAID, LoneRun
from workflows import last_mails
from workflows.current_details import template_of, written
from workflows.handlers import DESCRIPTIONS

MESSAGES: dict[str, Any] = {**CUSTOMER_MESSAGES, **OPERATOR_MESSAGES}
FILLED: dict[str, dict[str, Any]] = {
    "acknowledge_warning": {},
    "recheck_licences": {},
    "override_surplus": {"licences": ["L-1", "L-2"]},
    "place_order": {"details": {"mailbox": "a@b.example"}, "optional_services": ["s"]},
    "reassign": {"to": "wms"},
    "hand_in_proof": {"task": "t-1", "reference": "T-1", "note": "n"},
    "supersede": {"booking": "B-1"},
    "request_revocation": {"explanation": "e"},
    "abandon": {"reason": {"code": "cost", "text": "t"}},
    "confirm_task": {
        "task": "t-1", "decision": "d", "note": "n", "proof": {"reference": "T-1", "confirmed_by": "p"},
    },
    "reject_task": {"task": "t-1", "note": "n"},
}  # fmt: skip

WIDTH = 58
"""So many signs of code are seen in a line where the web UI shows the details."""


def blanked(said: Any, blank: str) -> list[tuple[str, Any]]:
    """The document once for each of its texts, with a placeholder in place of that text, and where."""
    if isinstance(said, str):
        return [("", blank)]
    if isinstance(said, list):
        return [("", [*said[:number], blank, *said[number + 1 :]]) for number in range(len(said))]
    found = []
    for name, entry in said.items():
        found += [(f"{name}.{place}".rstrip("."), said | {name: changed}) for place, changed in blanked(entry, blank)]
    return found


UNFILLED = [
    (event, place, payload)
    for event in MESSAGES
    for place, payload in blanked({"by": "Anna"} | FILLED[event], "…")
]  # fmt: skip


def test_every_message_of_people_is_tried() -> None:
    assert set(FILLED) == set(MESSAGES)


@pytest.mark.parametrize(("event", "place", "payload"), UNFILLED)
def test_malformed_any_field_of_any_message_that_is_left_as_the_template_has_it(
    event: str, place: str, payload: dict[str, Any]
) -> None:
    run = LoneRun("voucher", PAID | {"term_ends": None, "questions": (ASK_TERM,)})
    refusal = run.chart.would_refuse(event, MESSAGES[event].model_validate(payload), NOW)
    assert refusal is not None and refusal.values == {"fault": "fault.unfilled", "field": place, "given": "…"}
    assert all(place in say(language, "problem.malformed", refusal.values) for language in ("de", "en"))


@pytest.mark.parametrize("event", MESSAGES)
def test_what_is_filled_in_is_not(event: str) -> None:
    assert unfilled(MESSAGES[event].model_validate({"by": "Anna"} | FILLED[event])) is None


PLACEHOLDERS = ["…", " … ", "...", "..", "……", "….", "<name>", "<your name>"]
DRESSED_UP = [
    '"…"',
    "„…“",
    "(…)",
    "[...]",
    "- …",
    "<…>",
    "⋯",
    "．．．",
    "＜name＞",
    "\u200b…\u200b",
    "\ufeff...",
    "<name>\u2060",
]
WORDS = [".", "-", "A.", "Anna …", "… Anna", "a...b", "<b>Anna</b>", "<a> <b>", "Ü", "0", "?", "🙂", "<3"]
ADDRESSES = ["<CAF1@mail.example>", "<https://x.example/a>", "<mailto://a>"]
"""What is pasted as proof: a mail's ID, an address between its brackets."""
UNSEEN = ["\u200b", "\u00ad", "\ufeff", "\u2060\u200d", "\u202e", "\u2800", "\u3164", "\uffa0", "\ufe0f", "\U000e0041"]


@pytest.mark.parametrize("text", [*PLACEHOLDERS, *DRESSED_UP])
def test_what_is_a_placeholder(text: str) -> None:
    assert unfilled(ConfirmTask(by=text)) is not None


@pytest.mark.parametrize("text", [*WORDS, *ADDRESSES])
def test_what_is_a_persons_word(text: str) -> None:
    assert unfilled(ConfirmTask(by=text)) is None


@pytest.mark.parametrize(("event", "place", "payload"), UNFILLED)
def test_malformed_a_text_in_which_nothing_is_seen_is_empty(event: str, place: str, payload: dict[str, Any]) -> None:
    run = LoneRun("voucher", PAID | {"term_ends": None, "questions": (ASK_TERM,)})
    said = json.loads(json.dumps(payload).replace(json.dumps("…"), json.dumps("\u200b")))
    refusal = run.chart.would_refuse(event, MESSAGES[event].model_validate(said), NOW)
    expected = {"fault": [{"field": place, "what": "empty"}]}
    assert place.startswith("details.") or (refusal is not None and refusal.values == expected)


@pytest.mark.parametrize("text", UNSEEN)
def test_what_is_not_seen(text: str) -> None:
    assert blank(ConfirmTask(by=text)) == "by"


@pytest.mark.parametrize("text", ["á", "कि", "🙂", "👩‍💻", "-"])
def test_what_is_seen_is_not_empty(text: str) -> None:
    assert blank(ConfirmTask(by=text + "\u200b")) is None


def test_a_customers_form_may_leave_a_detail_blank() -> None:
    assert blank(PlaceOrder(by="Anna", details={"mailbox": " ", "more": ["\u200b"]})) is None


def test_runs_of_the_first_revision_take_it_as_they_did() -> None:
    run = LoneRun("voucher", PAID | {"settings": RunSettings(revision=1)})
    assert run.send("place_order", by="…") is None


@pytest.mark.parametrize(("revision", "state"), [(1, "order"), (2, "refused")])
def test_a_start_that_is_unfilled_is_judged_by_the_settings_that_its_first_check_brings(
    revision: int, state: str
) -> None:
    run = LoneRun("voucher", PAID, held_back=("check_licences",), by="…")
    run.answer(check=run.next_check(settings=RunSettings(revision=revision)))
    run.release()
    assert run.state == state
    values = {"fault": "fault.unfilled", "field": "by", "given": "…"}
    assert run.memory.refusal == (
        Refusal(rule="contract", code="malformed", values=values) if state == "refused" else None
    )


def test_a_request_that_is_unfilled_is_refused_too() -> None:
    run = LoneRun("voucher", PAID)
    refusal = run.chart.would_refuse("requested", Request(**run.memory.request.model_dump() | {"by": "…"}), NOW)
    assert refusal is not None and refusal.values["fault"] == "fault.unfilled"


# The templates themselves.


def is_refused(shape: type[Sent], payload: Any) -> bool:
    """Whether what is pasted is refused by its shape or since it is unfilled."""
    message = parse(shape, (payload,))
    return isinstance(message, Refusal) or unfilled(message) is not None


@pytest.mark.parametrize("type_", TASK_TYPES)
def test_the_template_of_each_task_type_is_refused_field_by_field(type_: str) -> None:
    """Whoever fills in his name alone has not decided: what the type needs is still open, and the choice his own."""
    record = TASK_TYPES[type_]
    at_required = type_ in ("appointment", "clarify_term")
    task = Task(task="t-1", type=type_, text=record.texts[0], opened_at=NOW, at_required=at_required)
    entry = TaskEntry(
        task="t-1", type=type_, due_at=None, instructions="i", customer_text=None,
        decisions=tuple(record.decisions), proof_required=record.needs_proof,
    )  # fmt: skip
    template = template_of(entry, task)
    assert is_refused(ConfirmTask, template)
    assert max(map(len, written(template).splitlines())) <= WIDTH, "it fits the page and the form's box"
    if record.decisions:
        assert template["decision"] not in record.decisions
    if at_required:
        assert is_refused(ConfirmTask, template | {"by": "Anna"})
        assert ("T" in template["at"]) == (type_ == "appointment"), (
            "of a day no hour is asked, of an appointment one is"
        )
    if record.needs_proof or "*" in record.needs_note:
        assert is_refused(ConfirmTask, template | {"by": "Anna"})


SHOWN = [*DESCRIPTIONS.items(), *last_mails.DESCRIPTIONS.items()]


@pytest.mark.parametrize(
    ("event", "description"), [(event, text) for event, text in SHOWN if "{" in text and event in MESSAGES]
)
def test_malformed_the_payload_that_a_description_shows_is_refused_as_it_stands(event: str, description: str) -> None:
    found = re.search(r"\{.*\}", description)
    assert found is not None
    assert is_refused(MESSAGES[event], json.loads(found[0]))
