"""The vocabulary: what a value may be, on both sides of each bound, and what it is where nothing is said."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from pydantic import TypeAdapter, ValidationError

from states.model.base import (
    Day,
    Details,
    Identifier,
    LongIdentifier,
    LongText,
    Moment,
    ShortText,
    Value,
    WrittenDay,
    WrittenMoment,
    day_after,
    day_of,
    depth_of,
    local,
    start_of,
)
from states.model.effects import ApplyChange, BookOrder, CheckLicences, Withdraw
from states.model.facts import Check, Cost, Receipt, RunSettings, Surplus
from states.model.memory import Memory, Task
from states.model.record import Customer, EditionTerm, Licence, Partner
from states.model.request import (
    CUSTOMER_MESSAGES,
    OPERATOR_MESSAGES,
    ConfirmTask,
    LicenceChanged,
    Message,
    OverrideSurplus,
    Proof,
    Reason,
    RejectTask,
    Request,
)

NOW = datetime(2027, 1, 4, 11, tzinfo=UTC)


def holds(shape: Any, value: Any) -> bool:
    """Whether a value is taken."""
    try:
        TypeAdapter(shape).validate_python(value)
    except ValidationError:
        return False
    return True


def nested(levels: int, kind: str) -> Any:
    """A document of that many levels."""
    found: Any = "x"
    for _ in range(levels - 1):
        found = [found] if kind == "list" else {"a": found}
    return {"a": found}


@pytest.mark.parametrize(
    ("shape", "value", "taken"),
    [
        (Identifier, "x" * 40, True),
        (Identifier, "x" * 41, False),
        (Identifier, "", False),
        (Identifier, "a/b", False),
        (LongIdentifier, "x" * 64, True),
        (LongIdentifier, "x" * 65, False),
        (ShortText, "x", True),
        (ShortText, " ", False),
        (ShortText, "x" * 200, True),
        (ShortText, "x" * 201, False),
        (ShortText, "x\x00", False),
        (LongText, "x", True),
        (LongText, " ", False),
        (LongText, "x" * 4000, True),
        (LongText, "x" * 4001, False),
        (LongText, "x\x00", False),
        (Day, date(1970, 1, 1), True),
        (Day, date(1969, 12, 31), False),
        (Day, date(2199, 12, 31), True),
        (Day, date(2200, 1, 1), False),
        (WrittenMoment, "2199-12-31T00:00:00Z", True),
        (WrittenMoment, "2200-01-01T00:00:00Z", False),
        (WrittenMoment, "2027-01-04T00:00:00", False),
        (WrittenMoment, 1_800_000_000, False),
        (WrittenMoment, "1800000000", False),
        (WrittenMoment, 1.8e9, False),
        (WrittenDay, 20_000, False),
        (WrittenDay, "20000", False),
        (WrittenDay, "2027-01-31", True),
        (Moment, datetime(2500, 1, 1, tzinfo=UTC), True),
        (Moment, datetime(2027, 1, 1), False),  # noqa: DTZ001
        (Details, nested(12, "dict"), True),
        (Details, nested(13, "dict"), False),
        (Details, nested(13, "list"), False),
        (Details, {"a": "x" * 119_991}, True),
        (Details, {"a": "x" * 119_992}, False),
        (Details, {"a": "\x00"}, False),
        (Details, {"a": "\ud800"}, False),
        (Details, {"a": float("nan")}, False),
        (Details, {"a": "ä" * 10_000}, True),
    ],
)
def test_what_a_value_may_be(shape, value, taken):
    assert holds(shape, value) is taken


def test_texts_are_kept_without_the_blanks_around_them():
    assert TypeAdapter(ShortText).validate_python("  a ") == "a"
    assert TypeAdapter(LongText).validate_python("  a ") == "a"


@pytest.mark.parametrize(("levels", "depth"), [(1, 1), (2, 2), (12, 12), (13, 13), (40, 13)])
def test_depth_is_counted_up_to_one_more_than_is_enough(levels, depth):
    assert depth_of(nested(levels, "dict"), 12) == depth_of(nested(levels, "list"), 12) == depth
    assert depth_of("plain", 12) == 0


def test_a_moment_is_kept_in_utc():
    moment = TypeAdapter(WrittenMoment).validate_python("2027-01-31T12:00:00+01:00")
    assert moment.isoformat() == "2027-01-31T11:00:00+00:00"
    assert TypeAdapter(Moment).validate_python("2027-01-31T12:00:00+01:00").isoformat() == "2027-01-31T11:00:00+00:00"


def test_D8_days_are_those_of_the_zone():
    assert day_of(datetime(2027, 1, 17, 23, tzinfo=UTC), "Europe/Berlin") == date(2027, 1, 18)
    assert start_of(date(2027, 7, 1), "Europe/Berlin") == datetime(2027, 6, 30, 22, tzinfo=UTC)
    assert start_of(date(2027, 7, 1), "Europe/Berlin").tzinfo is UTC
    assert day_after(date(2027, 1, 31), "Europe/Berlin") == datetime(2027, 1, 31, 23, tzinfo=UTC)
    assert local(datetime(2027, 1, 31, 23, tzinfo=UTC), "Europe/Berlin") == "2027-02-01 00:00"


class Pair(Value):
    """A value for these tests."""

    one: int = 1
    two: str | None = None


def test_a_value_is_frozen_takes_nothing_unknown_and_changes_by_a_validated_copy():
    pair = Pair(one=2)
    with pytest.raises(ValidationError):
        setattr(pair, "one", 3)  # noqa: B010
    with pytest.raises(ValidationError):
        Pair.model_validate({"three": 3})
    changed = pair.but(two="x")
    assert (changed, changed.model_fields_set) == (Pair(one=2, two="x"), {"one", "two"})
    assert pair.but(one=5) == Pair(one=5)
    with pytest.raises(ValidationError):
        pair.but(one="x")


@pytest.mark.parametrize(
    ("shape", "given", "taken"),
    [
        (Request, {"kind": "k", "customer": "K", "subject": "s", "target": 10**9}, True),
        (Request, {"kind": "k", "customer": "K", "subject": "s", "target": 10**9 + 1}, False),
        (Request, {"kind": "k", "customer": "K", "subject": "s", "target": -(10**9)}, True),
        (Request, {"kind": "k", "customer": "K", "subject": "s", "target": -(10**9) - 1}, False),
        (Request, {"kind": "k", "customer": "K", "subject": "s", "target": True}, False),
        (Request, {"kind": "k", "customer": "K", "subject": "s", "target": 1.0}, True),
        (Request, {"kind": "k", "customer": "K", "subject": "s", "target": "x" * 200}, True),
        (Request, {"kind": "k", "customer": "K", "subject": "s", "target": "x" * 201}, False),
        (Request, {"kind": "k", "customer": "K", "subject": "s", "target": "\x00"}, False),
        (Request, {"kind": "k", "customer": "K", "subject": "s"}, True),
        (Request, {"customer": "K", "subject": "s"}, False),
        (Message, {"by": "c", "run_id": "x" * 200}, True),
        (Message, {"by": "c", "run_id": "x" * 201}, False),
        (OverrideSurplus, {"by": "c", "licences": ["L"] * 2000}, True),
        (OverrideSurplus, {"by": "c", "licences": ["L"] * 2001}, False),
        (Licence, {"licence": "L", "product": "p", "label": "x" * 200}, True),
        (Licence, {"licence": "L", "product": "p", "label": "x" * 201}, False),
        (Licence, {"licence": "L", "product": "p", "third_party": "x" * 200}, True),
        (Licence, {"licence": "L", "product": "p", "third_party": "x" * 201}, False),
        (Licence, {"licence": "L", "product": "p", "module": "x" * 80}, True),
        (Licence, {"licence": "L", "product": "p", "module": "x" * 81}, False),
        (Licence, {"licence": "L", "product": "p", "price_per_month": "0"}, True),
        (Licence, {"licence": "L", "product": "p", "price_per_month": "-0.5"}, False),
        (Licence, {"licence": "L", "product": "p", "price_per_month": "0.01"}, True),
        (Licence, {"licence": "L", "product": "p", "price_per_month": "0.001"}, False),
        (Licence, {"licence": "L", "product": "p", "price_per_month": "9999999999.99"}, True),
        (Licence, {"licence": "L", "product": "p", "price_per_month": "1E+10"}, False),
        (Licence, {"licence": "L", "product": "p", "price_per_month": "NaN"}, False),
        (Partner, {"id": "P", "name": "n", "role": "merchant", "open_operations": 0, "stock": 0}, True),
        (Partner, {"id": "P", "name": "n", "role": "merchant", "open_operations": -1}, False),
        (Partner, {"id": "P", "name": "n", "role": "merchant", "stock": -1}, False),
        (Customer, {"customer": "K", "name": "n", "email": "x" * 1000}, True),
        (Customer, {"customer": "K", "name": "n", "email": "x" * 1001}, False),
        (Customer, {"customer": "K", "name": "n", "order_package": 0}, True),
        (Customer, {"customer": "K", "name": "n", "order_package": -1}, False),
    ],
)
def test_the_bounds_of_a_document(shape, given, taken):
    assert holds(shape, given) is taken


@pytest.mark.parametrize(("written", "shown"), [
    ("1E+3", "1000.00"), ("9", "9.00"), ("9.5", "9.50"), ("9.5000", "9.50"), ("1e-2", "0.01"), ("-0", "0.00"),
    ("0E+5", "0.00"), (19.9, "19.90"), (7, "7.00"),
])  # fmt: skip
def test_an_amount_is_answered_as_money_however_it_was_written(written, shown):
    licence = Licence(licence="L", product="p", price_per_month=written)
    assert licence.model_dump(mode="json")["price_per_month"] == str(licence.price_per_month) == shown
    cost = Cost.model_validate({"before": written, "after": written}).model_dump(mode="json")
    assert (cost["before"], cost["after"]) == (shown, shown)


def test_a_record_where_nothing_is_said():
    licence = Licence(licence="L", product="p")
    assert licence.model_dump(exclude={"licence", "product"}) == {
        "label": None, "included": None, "term_ends": None, "price_per_month": None, "assigned_to": None,
        "booked_via": None, "pilot": False, "third_party": None, "contract": None, "module": None, "parent": None,
    }  # fmt: skip
    partner = Partner(id="P", name="n", role="merchant")
    assert (partner.open_operations, partner.stock) == (0, 0)
    assert EditionTerm() == EditionTerm(term="monthly", ends=None)
    customer = Customer(customer="K", name="n", licences=(licence,))
    assert (customer.email, customer.language, customer.editions, customer.edition_terms) == (None, "de", {}, {})
    assert (customer.order_package, customer.partners) == (0, ())
    assert (customer.licence("L"), customer.licence("M")) == (licence, None)


def test_a_run_where_nothing_is_said():
    settings = RunSettings()
    assert settings.model_dump() == {
        "revision": 1, "boundary": "inclusive", "zone": "Europe/Berlin", "abandon_after": timedelta(days=30),
        "remind_every": timedelta(days=7), "recheck_before": timedelta(days=5), "repair_after": timedelta(hours=1),
        "apply_window": timedelta(minutes=10), "max_event_age": timedelta(days=7), "reasons": (), "ui_url": "http://127.0.0.1:8233",
        "namespace": "default", "task_due": {}, "second_opinion": (),
    }  # fmt: skip
    memory = Memory(request=Request(kind="k", customer="K", subject="s"), now=NOW, requested_at=NOW)
    assert memory.model_dump(exclude={"request", "now", "requested_at", "settings"}) == {
        "state": "received", "run_id": "", "check": None, "clarified_cost": None, "clarified_term": None,
        "clarified_note": None, "acknowledged": False, "overridden": (), "once_surplus": (),
        "licence_news": (), "run_ids": (),
        "order": None, "receipt": None, "standing": None, "refusal": None, "revoking": False, "rechecked": False,
        "told_of_surplus": False, "reassigned_to": None, "agreed_at": None, "tasks": (), "timeline": (), "number": 0,
        "acting_at": None, "held_since": None, "named_before": (), "took_effect_at": None, "last_customer_at": None,
        "proved_at": None, "found_against": False, "idle_since": None, "given_up_after": False,
        "idle_spent": timedelta(0), "reminders": 0, "receipted": False, "untold": (), "written_to": (),
        "reminded_at": None, "reminded": {},
    }  # fmt: skip
    assert memory.settings == settings
    with pytest.raises(ValidationError):
        setattr(memory, "number", "many")  # noqa: B010
    with pytest.raises(ValidationError):
        setattr(memory, "unknown", 1)  # noqa: B010
    assert not holds(Memory, memory.model_dump() | {"unknown": 1}) and holds(Memory, memory.model_dump())


def test_a_check_where_nothing_is_said():
    check = Check(catalogue="v")
    assert (check.language, check.date_rule, check.cost_effect, check.mode) == ("de", "moment", "unknown", "automatic")
    assert check.model_dump(exclude_defaults=True) == {"catalogue": "v"}
    assert (check.details_needed, check.surplus, check.optional_services, check.click_paths) == (None, (), (), {})
    assert Cost(before=Decimal(2), after=Decimal(1)).currency == "EUR"
    assert Surplus(product="p", reason="limit").model_dump() == {
        "licence": None, "product": "p", "reason": "limit", "values": {}, "candidates": (), "too_many": 1,
        "ends_at": None, "ending": {},
    }  # fmt: skip
    receipt = Receipt(key="k")
    assert (receipt.surplus, receipt.held, receipt.tell) == ((), False, ())


def test_a_task_where_nothing_is_said():
    task = Task(task="t", type="x", opened_at=NOW, text="x")
    assert task.model_dump(exclude={"task", "type", "opened_at", "text"}) == {
        "due_at": None, "proposed": None, "decisions": None, "at_required": False, "values": {},
        "subject": None, "step": None,
        "proof": None, "note": None, "escalated": 0, "reminded_at": None,
    }  # fmt: skip


def test_effects_and_who_waits_for_them():
    assert BookOrder(placed_at=NOW, effective_at=NOW).booked and BookOrder(placed_at=NOW, effective_at=NOW).number == 0
    assert CheckLicences.holds and not BookOrder.holds and not ApplyChange.holds and not Withdraw.holds
    assert (BookOrder.refused, Withdraw.refused) == ("order_refused", None)
    numbered = Withdraw().numbered(3)
    assert (numbered.number, numbered.model_dump(exclude_unset=True)) == (3, {"number": 3, "effect": "withdraw"})


@pytest.mark.parametrize(
    ("effect", "check", "answered"),
    [
        (CheckLicences(), Check(catalogue="v1"), True),
        (CheckLicences(version="v1"), Check(catalogue="v1"), True),
        (CheckLicences(version="v1"), Check(catalogue="v2"), False),
        (CheckLicences(after=True), Check(catalogue="v1"), False),
        (CheckLicences(order_at=NOW), Check(catalogue="v1"), False),
        (
            CheckLicences(proposal=Request(kind="k", customer="K", subject="s")),
            Check(catalogue="v1"),
            False,
        ),
        (CheckLicences(), Check(catalogue="v1", refusal={"rule": "G2", "code": "not_held"}), False),
    ],
)
def test_a_check_made_just_now_answers_a_plain_question_by_the_same_version(effect, check, answered):
    assert effect.is_answered_by(check) is answered


def test_a_request_names_its_run():
    assert Request(kind="edition", customer="K-1", subject="jtl").workflow_id == "edition/K-1/jtl"


def test_what_may_be_left_out():
    said = Message(by="c")
    assert (said.time, said.run_id, said.target, said.effective_at) == (None, None, None, None)
    assert Reason(code="c").text is None
    assert Proof(reference="r").model_dump() == {"reference": "r", "confirmed_by": None, "confirmed_at": None}
    nothing = {"time": None, "received_at": None, "promised": False}
    left_out = dict.fromkeys(("task", "decision", "at", "proof", "note"))
    assert ConfirmTask(by="o").model_dump(exclude={"by"}) == nothing | left_out | {"confirm_anyway": False}
    assert RejectTask(by="o", note="n").model_dump(exclude={"by", "note"}) == nothing | {"task": None}
    assert not holds(RejectTask, {"by": "o"}) and not holds(LicenceChanged, {"licence": "L"})


def test_a_day_or_a_moment_may_be_confirmed():
    assert ConfirmTask(by="o", at="2027-03-31").at == date(2027, 3, 31)
    assert ConfirmTask(by="o", at="2027-03-31T00:00:00Z").at == datetime(2027, 3, 31, tzinfo=UTC)


def test_the_events_of_customers_and_operators_in_the_order_of_enabled():
    assert list(CUSTOMER_MESSAGES) == [
        "acknowledge_warning", "recheck_licences", "override_surplus", "place_order", "reassign", "hand_in_proof",
        "supersede", "request_revocation", "abandon",
    ]  # fmt: skip
    assert list(OPERATOR_MESSAGES) == ["confirm_task", "reject_task"]
