"""What the timeline says of a person's decision: a sentence with its proof and words, and no code (X9)."""

import re
from datetime import UTC, date, datetime
from itertools import product
from typing import Any

import pytest

from catalogue.formats import LANGUAGES
from catalogue.texts import keys, say
from states.chart.decisions import decision_note
from states.chart.task_types import TASK_TYPES
from states.model.memory import Task
from states.model.request import ConfirmTask, HandInProof, Proof, RejectTask
from tests.texts.samples import samples_of
from tests.texts.written import check_all

AT = datetime(2027, 1, 4, 11, tzinfo=UTC)
CODE = re.compile(r"`|\b[a-z]+_[a-z_]+\b|\b\d{4}-\d\d-\d\d")
"""Backticks, a name as programs write it, a day as programs write it."""
QUOTES_PAYLOADS = ("note.ignored_signal", "note.refused_event")
"""What is wrong with a payload is said with the names of its fields."""
PROOF = Proof(reference="T-1", confirmed_by="Frau Ost", confirmed_at=AT)


def task_of(type_: str, text: str, **values: Any) -> Task:
    """An open task."""
    return Task(task="t-1", type=type_, opened_at=AT, text=text, values=values)


def said(language: str, message: ConfirmTask | RejectTask | HandInProof, task: Task) -> str:
    """The line's sentence."""
    note = decision_note(message, task)
    return say(language, f"note.{note.key}", note.values)


def check_decided(language: str, type_: str) -> None:
    """Every decision on a task of this type."""
    for text in TASK_TYPES[type_].texts:
        task = task_of(type_, text)
        answers: list[ConfirmTask | RejectTask] = [RejectTask(by="o", task="t-1", note="no")]
        for decision in (*TASK_TYPES[type_].decisions, None):
            answers.append(ConfirmTask(by="o", decision=decision, at=date(2027, 1, 31), proof=PROOF, note="ok"))
        for answer in answers:
            sentence = said(language, answer, task)
            assert not CODE.search(sentence), sentence
            assert sentence.endswith(("ok", "no"))


def test_X9_no_decision_is_said_in_codes() -> None:
    check_all(check_decided, product(LANGUAGES, TASK_TYPES))


def check_note(language: str, key: str) -> None:
    """With the documented values."""
    sentence = say(language, key, samples_of(key))
    assert not CODE.search(sentence), sentence


def test_no_line_of_the_timeline_has_a_code() -> None:
    notes = [key for key in keys() if key.startswith("note.") and key not in QUOTES_PAYLOADS]
    check_all(check_note, product(LANGUAGES, notes))


@pytest.mark.parametrize(
    ("message", "task", "sentence"),
    [
        (
            ConfirmTask(by="o", decision="declined", note="Schon berechnet."),
            task_of("support_ticket", "support_ticket_misclick"),
            "Entscheidung im Einzelfall: abgelehnt. Dazu: Schon berechnet.",
        ),
        (
            ConfirmTask(by="o", proof=PROOF),
            task_of("third_party", "third_party_third_party", name="Kaufland"),
            "Schritt des Kunden, Kaufland: erledigt. Nachweis: „T-1“, "
            "bestätigt von Frau Ost am 4. Januar 2027, 12:00 Uhr",
        ),
        (
            HandInProof(by="c", task="t-1", reference="Mail vom 3. Januar"),
            task_of("third_party", "third_party_pilot"),
            "Schritt des Kunden, Pilotprogramm: Nachweis eingereicht, noch zu prüfen. Nachweis: „Mail vom 3. Januar“",
        ),
        (
            ConfirmTask(by="o", at=date(2027, 1, 31)),
            task_of("clarify_term", "clarify_term"),
            "Klärung der Laufzeit: erledigt (31. Januar 2027)",
        ),
    ],
)
def test_X9_a_decision_is_a_sentence(message: Any, task: Task, sentence: str) -> None:
    assert said("de", message, task) == sentence
