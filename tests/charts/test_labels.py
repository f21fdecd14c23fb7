"""What a document says for people beside its codes: what ends, what it becomes, what is waited for, calendar days."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from catalogue.texts import known, say
from states.chart.state_names import CUSTOMER_STATES
from states.model.status import bare_status
from states.views.labels import OPERATORS_DO, in_words, last_day_before, subject_label, texts_of, waits
from tests.canary import SURPLUS
from tests.charts.lone_run import (
    ASK_COST,
    INCLUDED,
    NOTICE,
    PACKAGE,
    PAID,
    LoneRun,
    document_of,
    edition,
    moment,
    scheduled,
)

BERLIN = "Europe/Berlin"


def english(run: LoneRun) -> Any:
    """The document in English."""
    run.memory.check = run.check.model_copy(update={"language": "en"})
    return document_of(run, say)


@pytest.mark.parametrize(
    ("run", "label", "in_english"),
    [
        (lambda: edition({"current": "jtl_pro"}), "JTL Pro", "JTL Pro"),
        (lambda: edition(), "JTL-Edition", "JTL edition"),
        (lambda: LoneRun("order_package", NOTICE | {"current": 2500}, **PACKAGE), "Auftragspaket 2.500",
         "Order package 2,500"),
        (lambda: LoneRun("pos", INCLUDED | {"called": "Kasse (POS-21)"}, subject="POS-21"), "Kasse (POS-21)",
         "Kasse (POS-21)"),
        (lambda: LoneRun("fulfillment", {}, subject="ffn"), "JTL-Fulfillment Network", "JTL-Fulfillment Network"),
        (lambda: LoneRun("misclick", {}, explanation="x", subject="edition.jtl"), "JTL-Edition", "JTL edition"),
        (lambda: LoneRun("misclick", {}, explanation="x", subject="something.else"), "something.else",
         "something.else"),
    ],
)  # fmt: skip
def test_the_label_says_what_is_ended(run: Any, label: str, in_english: str) -> None:
    assert document_of(run(), say).label == label
    assert english(run()).label == in_english


def test_before_the_first_check_the_label_is_what_the_subject_stands_for() -> None:
    run = LoneRun("pos", PAID, held_back=("check_licences",), subject="POS-21")
    assert document_of(run, say).label == "POS-21"


@pytest.mark.parametrize(
    ("kind", "target", "text"),
    [
        ("edition", "jtl_advanced", "JTL Advanced"),
        ("order_package", 0, "Auftragspaket 0"),
        ("order_package", 1000, "Auftragspaket 1.000"),
        ("marketplace_transfer", "K-2", "Kundenkonto K-2"),
        ("shop_hosting", "Tarif L", "Tarif L"),
        ("voucher", None, None),
    ],
)
def test_the_target_is_said_as_people_say_it(kind: str, target: Any, text: str | None) -> None:
    fields = texts_of(
        say, "de", BERLIN, kind=kind, target=target, state="order", waiting_for=(), effective_at=None, order_by=None
    )
    assert fields["target_text"] == text


def test_the_state_is_said_by_its_label() -> None:
    run = scheduled(edition())
    assert document_of(run, say).state_text == say("de", "state.scheduled")
    assert english(run).state_text == say("en", "state.scheduled")


# For whom and what it waits.


@pytest.mark.parametrize(
    ("run", "keys"),
    [
        (lambda: LoneRun("voucher", PAID | {"warnings": ({"code": "user_management_lost"},)}),
         ["customer_feature_warning"]),
        (lambda: edition({"surplus": (SURPLUS,)}), ["customer_surplus_resolution"]),
        (lambda: scheduled(edition()), ["date"]),
        (lambda: LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)}), ["clarify_cost"]),
        (lambda: scheduled(LoneRun("marketplace", PAID | {"outside": ({"what": "pilot", "rule": "MP3"},)})),
         ["third_party", "date"]),
    ],
)  # fmt: skip
def test_the_sentences_say_for_whom_and_what_it_waits(run: Any, keys: list[str]) -> None:
    document = document_of(run(), say)
    values = {"effective_at": document.effective_at.isoformat() if document.effective_at else None, "zone": BERLIN}
    assert document.waiting_text == " ".join(say("de", f"waits.{key}", values) for key in keys)


def test_X5_what_could_not_be_clarified_is_asked_about_again_and_not_to_be_submitted() -> None:
    run = LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)})
    run.reject("clarify_cost", note="We do not know yet")
    document = document_of(run, say)
    assert (document.waiting_for, document.enabled) == (("customer",), ("recheck_licences", "abandon"))
    assert document.waiting_text == say("de", "waits.customer_unclear")
    run.send("recheck_licences")
    assert document_of(run, say).waiting_text == say("de", "waits.clarify_cost")


def test_the_last_day_to_order_stands_in_the_sentence() -> None:
    text = document_of(edition(), say).waiting_text or ""
    assert "17. Januar 2027" in text and "18." not in text


def test_a_run_that_has_ended_waits_for_nothing_and_one_at_work_for_us() -> None:
    run = edition()
    assert document_of(run, say, busy=True).waiting_text == say("de", "waits.system")
    run.send("abandon")
    assert document_of(run, say).waiting_text is None


def test_whatever_may_be_waited_for_has_a_sentence() -> None:
    keys = {*OPERATORS_DO, *(f"customer_{state}" for state in CUSTOMER_STATES)}
    keys |= {"operator", "third_party", "date", "system", "repair"}
    assert [key for key in sorted(keys) if not known(f"waits.{key}")] == []
    assert waits("scheduled", ("operator",), (), ()) == ["operator"]
    assert waits("scheduled", ("operator",), ("perform", "perform", "repair"), ()) == ["perform"]


# Days.


@pytest.mark.parametrize(
    ("order_by", "day"),
    [
        ("2027-01-17 23:00", date(2027, 1, 17)),  # 00:00 of the 18th in Berlin, exclusive
        ("2027-01-17 22:59", date(2027, 1, 17)),
        ("2027-07-17 22:00", date(2027, 7, 17)),  # in summer
        ("2027-01-17 23:01", date(2027, 1, 18)),  # a minute of the 18th is still in time
    ],
)
def test_D5_the_last_day_in_time_is_the_one_before_the_exclusive_moment(order_by: str, day: date) -> None:
    assert last_day_before(moment(order_by), BERLIN) == day


def test_D8_days_are_calendar_days_in_berlin() -> None:
    document = document_of(edition(), say)
    assert (document.effective_at, document.effective_day) == (moment("2027-01-31 23:00"), date(2027, 2, 1))
    assert (document.order_by, document.order_by_day) == (moment("2027-01-17 23:00"), date(2027, 1, 17))
    assert document.order_by_day is not None and document.order_by is not None
    assert datetime.combine(document.order_by_day + timedelta(days=1), datetime.min.time()).date() == date(2027, 1, 18)


def test_without_a_date_there_are_no_days() -> None:
    document = document_of(LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)}), say)
    assert (document.effective_day, document.order_by_day) == (None, None)


# Documents that no run has made.


def test_what_is_only_known_in_codes_is_put_in_words() -> None:
    bare = bare_status(
        workflow_id="edition/K-1/jtl", run_id="r", ui_url="u", kind="edition", customer="K-1", subject="jtl",
        target="jtl_start", state="received", waiting_for=("operator",), effective_at=moment("2027-01-31 23:00"),
    )  # fmt: skip
    said = in_words(bare, say, "en", BERLIN, state="given_up", waiting_for=())
    assert (said.label, said.target_text, said.state_text) == ("JTL edition", "JTL Start", say("en", "state.given_up"))
    assert (said.waiting_text, said.effective_day) == (None, date(2027, 2, 1))
    kept = in_words(bare.but(label="JTL Pro"), say, "en", BERLIN)
    assert (kept.label, kept.waiting_text) == ("JTL Pro", say("en", "waits.operator"))
    assert subject_label(say, "de", "pos", "POS-1") == "POS-1"
