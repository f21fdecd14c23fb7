"""What is wrong with a payload, field by field, in both languages: every kind of fault that a payload can have."""

from typing import Any

import pytest
from pydantic import ValidationError

from catalogue.texts import say
from portal.schemas import BulkRequest
from states.model.payload_errors import WHAT, faults_of, place_of, readable, text_of
from states.model.request import (
    Abandon,
    AcknowledgeWarning,
    ConfirmTask,
    HandInProof,
    OverrideSurplus,
    Request,
)

REQUEST = {"kind": "edition", "customer": "K-1", "subject": "jtl"}
ORDER = {"by": "anna"}
DEEP: dict[str, Any] = {"a": {}}
for _ in range(12):
    DEEP = {"a": DEEP}

FAULTS: list[tuple[type, Any, str, str]] = [
    (AcknowledgeWarning, {}, "`by` is missing", "`by` fehlt"),
    (AcknowledgeWarning, ORDER | {"colour": 1}, "`colour` does not belong here", "`colour` ist hier nicht vorgesehen"),
    (AcknowledgeWarning, {"by": 7}, "`by` has to be a text", "`by` muss ein Text sein"),
    (AcknowledgeWarning, {"by": "  "}, "`by` is empty", "`by` ist leer"),
    (
        AcknowledgeWarning,
        {"by": "x" * 201},
        "`by` is too long, at most 200 characters",
        "`by` ist zu lang, höchstens 200 Zeichen",
    ),
    (
        Request,
        REQUEST | {"customer": "K 1"},
        "`customer` may hold A to Z, a to z, 0 to 9, dot, hyphen and underscore, at most 40 characters",
        "`customer` darf nur A bis Z, a bis z, 0 bis 9, Punkt, Bindestrich und Unterstrich enthalten, "
        "höchstens 40 Zeichen",
    ),
    (
        AcknowledgeWarning,
        {"by": "a\x00"},
        "`by` holds the character NUL, which cannot be kept",
        "`by` enthält das Zeichen NUL, das nicht gespeichert werden kann",
    ),
    (
        ConfirmTask,
        {"by": "a", "at": "0001-12-31"},
        "`at` has to lie in the years 2 to 9998",
        "`at` muss in den Jahren 2 bis 9998 liegen",
    ),
    (
        ConfirmTask,
        {"by": "a", "at": "9999-12-31T23:59:59-12:00"},
        "`at` has to lie in the years 2 to 9998",
        "`at` muss in den Jahren",
    ),
    (
        BulkRequest,
        {"tasks": ["t-1"], "id": "short"},
        "`id` has not the form that is asked for: [A-Za-z0-9-]{8,64}",
        "`id` hat nicht die verlangte Form: [A-Za-z0-9-]{8,64}",
    ),
    (
        Request,
        REQUEST | {"target": []},
        "`target` has to be a text or a whole number",
        "`target` muss ein Text oder eine ganze Zahl sein",
    ),
    (
        AcknowledgeWarning,
        ORDER | {"time": "2027-01-31T12:00:00"},
        "`time` has to be a moment with offset, such as 2027-01-31T12:00:00+01:00",
        "`time` muss ein Zeitpunkt mit Zeitzone sein, zum Beispiel 2027-01-31T12:00:00+01:00",
    ),
    (
        AcknowledgeWarning,
        ORDER | {"time": "1812-01-01T00:00:00Z"},
        "`time` has to lie in the years 1970 to 2199",
        "`time` muss in den Jahren 1970 bis 2199 liegen",
    ),
    (
        ConfirmTask,
        ORDER | {"at": "2027-02-30"},
        "`at` has to be a day or moment as ISO 8601, such as 2027-01-31 or 2027-01-31T12:00:00+01:00",
        "`at` muss ein Tag oder Zeitpunkt nach ISO 8601 sein, zum Beispiel 2027-01-31 oder 2027-01-31T12:00:00+01:00",
    ),
    (
        ConfirmTask,
        ORDER | {"at": "tomorrow"},
        "`at` has to be a day or moment as ISO 8601, such as 2027-01-31 or 2027-01-31T12:00:00+01:00",
        "`at` muss ein Tag oder Zeitpunkt nach ISO 8601 sein, zum Beispiel 2027-01-31 oder 2027-01-31T12:00:00+01:00",
    ),
    (Request, None, "the payload has to be a JSON object", "der Inhalt muss ein JSON-Objekt sein"),
    (Request, REQUEST | {"details": 7}, "`details` has to be a JSON object", "`details` muss ein JSON-Objekt sein"),
    (ConfirmTask, ORDER | {"proof": "T-1"}, "`proof` has to be a JSON object", "`proof` muss ein JSON-Objekt sein"),
    (HandInProof, ORDER | {"task": "t"}, "`reference` is missing", "`reference` fehlt"),
    (ConfirmTask, ORDER | {"proof": {}}, "`proof.reference` is missing", "`proof.reference` fehlt"),
    (OverrideSurplus, ORDER | {"licences": "L-1"}, "`licences` has to be a list", "`licences` muss eine Liste sein"),
    (
        OverrideSurplus,
        ORDER | {"licences": ["L"] * 2001},
        "`licences` has too many entries, at most 2,000",
        "`licences` hat zu viele Einträge, höchstens 2.000",
    ),
    (
        OverrideSurplus,
        ORDER | {"licences": ["L-1", 7]},
        "`licences.1` has to be a text",
        "`licences.1` muss ein Text sein",
    ),
    (
        Request,
        REQUEST | {"details": DEEP},
        "`details` is nested too deep, at most 12 levels",
        "`details` ist zu tief verschachtelt, höchstens 12 Ebenen",
    ),
    (
        Request,
        REQUEST | {"details": {"a": "x" * 120_001}},
        "`details` is too large, at most 120,000 bytes",
        "`details` ist zu groß, höchstens 120.000 Byte",
    ),
    (
        Request,
        REQUEST | {"details": {"a": "\x00"}},
        "`details` holds the character NUL, which cannot be kept",
        "`details` enthält das Zeichen NUL, das nicht gespeichert werden kann",
    ),
    (Request, REQUEST | {"target": 10**10}, "`target` is too large, at most 1,000,000,000", "zu groß, höchstens"),
    (Request, REQUEST | {"target": -(10**10)}, "`target` is too small, at least -1,000,000,000", "mindestens -1"),
    (Abandon, ORDER | {"reason": {"text": "t"}}, "`reason.code` is missing", "`reason.code` fehlt"),
]


def faults_in(shape: type, payload: Any) -> list[dict[str, Any]]:
    """What is wrong with a payload."""
    with pytest.raises(ValidationError) as wrong:
        shape.model_validate(payload)  # type: ignore[attr-defined]
    return faults_of(wrong.value.errors())


@pytest.mark.parametrize(
    ("shape", "payload", "english", "german"), FAULTS, ids=[english[:40] for _, _, english, _ in FAULTS]
)
def test_each_fault_names_its_field_and_what_it_should_be(shape: type, payload: Any, english: str, german: str) -> None:
    faults = faults_in(shape, payload)
    assert text_of(say, "en", faults).startswith(english)
    assert german in text_of(say, "de", faults)
    for language in ("de", "en"):
        assert "Input" not in text_of(say, language, faults)
        assert "valid" not in text_of(say, language, faults)


@pytest.mark.parametrize("at", ["0001-12-31", "9999-12-31", "9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00"])
def test_a_day_or_moment_beyond_reckoning_is_told_of_its_year_alone(at: str) -> None:
    (fault,) = faults_in(ConfirmTask, {"by": "a", "at": at})
    assert (fault["what"], fault["first"], fault["last"]) == ("year", "2", "9998")


def test_several_faults_are_said_one_after_the_other_each_once_and_no_more_than_five() -> None:
    assert text_of(say, "en", faults_in(Request, {"customer": 7})) == (
        "`kind` is missing; `customer` has to be a text; `subject` is missing"
    )
    faults = faults_in(Request, {f"x{number}": 1 for number in range(9)})
    assert len(faults) == 5
    assert text_of(say, "en", [*faults, *faults]).count(";") == 4


def test_a_fault_without_a_text_of_ours_is_said_as_it_is() -> None:
    (fault,) = faults_of([{"type": "finite_number", "loc": ("a", 0), "msg": "no number \ud800", "ctx": {}}])
    assert text_of(say, "en", [fault]) == "`a.0`: no number \\ud800"
    assert text_of(say, "de", [fault | {"field": None}]) == "der Inhalt: no number \\ud800"


def test_whoever_asks_for_one_of_several_values_reads_which() -> None:
    error = {"type": "literal_error", "loc": ("query", "order"), "msg": "m", "ctx": {"expected": "'up' or 'down'"}}
    assert text_of(say, "en", faults_of([error])) == "`query.order` does not know this value; possible: 'up' or 'down'"


def test_where_a_fault_lies_is_said_without_the_names_of_validators_and_alternatives() -> None:
    assert place_of(("details", "function-after[writable()]", 0)) == "details.0"
    assert place_of(("target", "constrained-str")) == place_of(("target", "int")) == "target"
    assert place_of(("reason", "Reason", "code")) == "reason.code"
    assert place_of(("function-wrap",)) is None
    assert place_of(()) is None


def test_a_field_of_the_payloads_own_can_be_sent_on() -> None:
    (fault,) = faults_of([{"type": "extra_forbidden", "loc": ("\ud800" + "x" * 300,), "msg": "m"}])
    assert (len(fault["field"]), fault["field"][:9], fault["field"][-2:]) == (202, "\\ud800xxx", " …")
    assert readable("x" * 600) == "x" * 600
    assert readable("x" * 601) == "x" * 600 + " …"


def test_every_kind_of_fault_has_its_text() -> None:
    for what in {*WHAT.values(), "identifier", "plain", "other", "form", "written"}:
        values = {"field": "f", "limit": 1, "first": 1, "last": 2, "expected": "e", "said": "s", "pattern": "p"}
        assert say("de", f"shape.{what}", values) != say("en", f"shape.{what}", values) or what == "other"
