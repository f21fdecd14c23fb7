"""Editions and order package are ordered in one configurator: they know of each other (ED14, OP2)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalogue.texts import say
from states.model.facts import BookedChange, Check
from tests.charts.lone_run import LoneRun, document_of
from tests.rules.checks import AT, COMPLETE, SHIPPED, ask, customer, editions, refusal_of, warned

JANUARY = datetime(2026, 12, 31, 23, tzinfo=UTC)
FEBRUARY = datetime(2027, 1, 31, 23, tzinfo=UTC)


def edition_booked(target: str, effective_at: datetime, family: str = "jtl") -> BookedChange:
    return BookedChange(kind="edition", subject=family, target=target, effective_at=effective_at)


def package_booked(target: int, effective_at: datetime) -> BookedChange:
    return BookedChange(kind="order_package", subject="orders", target=target, effective_at=effective_at)


def asked(check: Check) -> list[tuple[str, str, str | None]]:
    return [(question.type, question.rule, question.text) for question in check.questions]


def package(target: int, edition: str = "jtl_pro", **more: Any) -> Check:
    return ask("order_package", customer(order_package=10000, editions=editions(edition)), "orders", target, **more)


ASKED = [("clarify", "OPL-2", "clarify_package")]


@pytest.mark.parametrize(
    ("edition", "tier", "attested", "listed"),
    [
        ("jtl_pro", 0, True, True),
        ("jtl_pro", 100, True, True),
        ("jtl_pro", 1000, True, True),
        ("jtl_pro", 2500, True, True),
        ("jtl_pro", 5000, True, True),
        ("jtl_pro", 250, False, False),
        ("jtl_pro", 7500, False, False),
        ("jtl_advanced", 0, True, True),
        ("jtl_advanced", 100, True, True),
        ("jtl_advanced", 1000, False, True),
        ("jtl_advanced", 5000, False, False),
        ("jtl_start", 2500, False, True),
        ("jtl_enterprise", 5000, False, True),
    ],
)
def test_OP2_OPL_2_a_package_that_is_not_attested_is_asked_about_unless_the_lists_are_complete(
    edition: str, tier: int, attested: bool, listed: bool
) -> None:
    check = package(tier, edition)
    assert (check.refusal, asked(check)) == (None, [] if attested else ASKED)
    complete = package(tier, edition, catalogue=COMPLETE)
    assert complete.questions == () and (complete.refusal is None) == listed
    assert listed or refusal_of(complete) == ("OPL-2", "not_bookable")


def test_OP2_without_an_edition_in_the_record_it_is_asked_about_too() -> None:
    record = customer(editions={})
    assert asked(ask("order_package", record, "orders", 100)) == ASKED
    assert refusal_of(ask("order_package", record, "orders", 100, catalogue=COMPLETE)) == ("OPL-2", "not_bookable")
    assert ask("order_package", customer(editions={}), "orders", 0).questions == ()


def test_OP2_who_is_asked_reads_the_package_the_edition_and_what_is_attested() -> None:
    [question] = package(500).questions
    for language, words in (("de", "500 in JTL Pro buchbar"), ("en", "500 be booked in JTL Pro")):
        text = say(language, "task.clarify_package", question.values)
        assert words in text and "5.000" in text.replace(",", ".")


@pytest.mark.parametrize(
    ("at", "effective_at", "judged_by"),
    [
        (AT, JANUARY, "jtl_advanced"),  # the package is ordered for 1 January, when the edition changes
        (AT, FEBRUARY, "jtl_pro"),  # the edition changes only afterwards
        (datetime(2026, 12, 18, 12, tzinfo=UTC), FEBRUARY, "jtl_advanced"),
        (datetime(2026, 12, 17, 12, tzinfo=UTC), FEBRUARY, "jtl_pro"),  # in time for 1 January
    ],
)
def test_OPL_2_a_package_is_judged_by_the_edition_in_force_when_it_takes_effect(
    at: datetime, effective_at: datetime, judged_by: str
) -> None:
    booked = (edition_booked("jtl_advanced", effective_at),)
    check = package(1000, changes=booked, at=at)
    assert asked(check) == ([] if judged_by == "jtl_pro" else ASKED)
    refused = package(5000, changes=booked, at=at, catalogue=COMPLETE).refusal
    assert (refused is not None) == (judged_by == "jtl_advanced")


def test_OPL_2_what_is_booked_is_judged_by_its_own_date_whenever_it_is_looked_at() -> None:
    later = datetime(2027, 1, 20, tzinfo=UTC)
    own, edition = package_booked(1000, JANUARY), edition_booked("jtl_advanced", FEBRUARY)
    assert package(1000, changes=(own, edition), at=later).questions == ()
    assert asked(package(1000, changes=(edition,), at=later)) == ASKED


def test_OPL_2_another_package_than_the_booked_one_is_judged_by_the_date_of_a_new_order() -> None:
    later = datetime(2027, 1, 20, tzinfo=UTC)  # too late for 1 February, when the edition changes
    booked = (package_booked(2500, JANUARY), edition_booked("jtl_advanced", FEBRUARY))
    assert asked(package(1000, changes=booked, at=later)) == ASKED


NOON, NIGHT = datetime(2026, 12, 17, 12, tzinfo=UTC), datetime(2026, 12, 17, 23, 30, tzinfo=UTC)
"""The last day in time for 1 January; half past midnight of the next one in Berlin."""


@pytest.mark.parametrize(
    ("at", "settings", "judged_by"),
    [
        (NOON, {}, "jtl_pro"),
        (NOON, {"boundary": "strict"}, "jtl_advanced"),
        (NOON - timedelta(days=1), {"boundary": "strict"}, "jtl_pro"),
        (NIGHT, {}, "jtl_advanced"),
        (NIGHT, {"zone": "UTC"}, "jtl_pro"),
    ],
)
def test_X1_D8_when_a_package_takes_effect_follows_the_settings(
    at: datetime, settings: dict[str, Any], judged_by: str
) -> None:
    check = package(1000, changes=(edition_booked("jtl_advanced", FEBRUARY),), at=at, **settings)
    assert asked(check) == ([] if judged_by == "jtl_pro" else ASKED)


# They name each other.


def test_ED14_what_is_booked_in_the_same_configurator_is_named_in_each() -> None:
    edition, wms, orders = (
        edition_booked("jtl_advanced", JANUARY),
        edition_booked("wms_start", FEBRUARY, "wms"),
        package_booked(1000, JANUARY),
    )
    check = package(1000, changes=(edition, wms, orders))
    assert check.beside == (edition, wms)
    values = warned(check)["knock_on"]
    assert (values["current"], values["target"]) == (10000, 1000)
    booked = values["booked"]
    assert [(row["subject"], row["target"]) for row in booked] == [("jtl", "jtl_advanced"), ("wms", "wms_start")]
    other = ask("edition", customer(), "wms", "wms_start", changes=(edition, wms, orders))
    assert other.beside == (edition, orders) and len(warned(other)["knock_on"]["booked"]) == 2
    facts = {"kind": "order_package", "target": 1000}
    for language, day in (("de", "1. Januar 2027"), ("en", "1 January 2027")):
        text = say(language, "warning.knock_on", facts | warned(check)["knock_on"])
        assert "JTL Advanced" in text and "WMS Start" in text and day in text


def test_ED14_nothing_is_said_where_nothing_else_is_booked() -> None:
    own = package_booked(1000, JANUARY)
    assert "knock_on" not in warned(package(1000)) | warned(package(1000, changes=(own,)))
    assert package(1000, changes=(own,)).beside == ()


def test_X12_what_others_ask_for_and_have_not_booked_is_known_to_who_books_by_hand() -> None:
    runs = frozenset({"edition/K-1/jtl", "order_package/K-1/orders", "voucher/K-1/L-1"})
    check = package(1000, open_runs=runs)
    assert check.beside == (BookedChange(kind="edition", subject="jtl"),)
    assert "knock_on" not in warned(check)
    booked = edition_booked("jtl_advanced", JANUARY)
    assert package(1000, open_runs=runs, changes=(booked,)).beside == (booked,)


@pytest.mark.parametrize(
    ("catalogue", "name", "at_once", "later"),
    [(SHIPPED, "package_unsure", False, True), (COMPLETE, "package", False, True)],
)
def test_ED14_an_edition_looks_at_the_package_that_is_in_force_then(
    catalogue: Any, name: str, at_once: bool, later: bool
) -> None:
    """5.000 is not in the list of JTL Advanced; a smaller one that is booked for the same day or before is."""
    record = customer(order_package=5000)
    for effective_at, touched in ((JANUARY, at_once), (FEBRUARY, later)):
        booked = (package_booked(1000, effective_at),)
        check = ask("edition", record, "jtl", "jtl_advanced", catalogue=catalogue, changes=booked)
        assert (name in warned(check)["knock_on"]) == touched


# In the run.

WHICH = {
    "type": "clarify",
    "rule": "OPL-2",
    "text": "clarify_package",
    "values": {"target": 500, "edition": "JTL Pro", "attested": [0]},
}
NOTICE = {"date_rule": "notice", "cost_effect": "cancellation"}


def lower_package(**says: Any) -> LoneRun:
    run = LoneRun("order_package", NOTICE | says, subject="orders", target=500)
    run.acknowledge()
    return run


def test_OP2_a_person_who_says_that_it_is_bookable_lets_it_be_ordered() -> None:
    run = lower_package(questions=(WHICH,), warnings=({"code": "overage", "values": {"target": 500}},))
    assert (run.state, "place_order" in run.chart.enabled()) == ("order", False)
    assert run.task("clarify").text == "clarify_package"
    run.confirm("clarify", note="seen in the configurator")
    assert run.send("place_order") is None
    assert run.state == "scheduled"


def test_OP2_a_person_who_says_no_leaves_it_not_orderable() -> None:
    run = lower_package(questions=(WHICH,), warnings=({"code": "overage", "values": {"target": 500}},))
    run.reject("clarify", "not in JTL Pro")
    assert run.memory.refusal is not None and run.memory.refusal.code == "declined"
    assert "place_order" not in run.chart.enabled()


def test_X12_the_second_booking_by_hand_says_what_must_not_be_overwritten() -> None:
    booked = {"kind": "edition", "subject": "jtl", "target": "jtl_advanced", "effective_at": JANUARY}
    beside = (booked, {"kind": "edition", "subject": "wms"})
    run = lower_package(mode="guided", beside=beside, warnings=({"code": "overage", "values": {"target": 500}},))
    run.send("place_order")
    [task] = document_of(run, say).tasks
    assert "JTL Advanced" in task.instructions and "1. Januar 2027" in task.instructions
    assert "noch nicht vorgemerkt" in task.instructions
    alone = lower_package(mode="guided", warnings=({"code": "overage", "values": {"target": 500}},))
    alone.send("place_order")
    assert "Konfigurator ist außerdem" not in document_of(alone, say).tasks[0].instructions
