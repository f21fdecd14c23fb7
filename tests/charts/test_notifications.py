"""What people are told of a run, and how urgently: mails, reminders, prices, what a downgrade touches."""

from typing import Any

import pytest

from states.chart.turn import Answer
from states.kinds.edition import LEVELS, products_touched, support_touched
from states.model.effects import BookOrder, Tell, Withdraw
from states.model.facts import Cost, Receipt, Refusal, Surplus
from states.model.memory import Memory
from states.model.offers import Offer, Product, Source
from states.model.reconciliation import LOST, Execution, Finding
from states.model.request import LicenceChanged, Request
from states.rules.run_values import mail_facts, monthly_prices, origin_facts, surplus_rows
from states.rules.surplus_resolution import cancellations_for_run, with_licence_news
from tests.charts.lone_run import (
    DAY,
    EDITION,
    GONE,
    INCLUDED,
    LIMIT,
    NOTICE,
    NOW,
    PAID,
    UNAVAILABLE,
    LoneRun,
    document_of,
    edition,
    moment,
    scheduled,
    warning_codes,
    warning_text,
)
from tests.rules.checks import SHIPPED, customer

EFFECTIVE = moment("2027-01-31 23:00")
PILOT = {"what": "pilot", "rule": "MP3", "name": "JTL"}
UNNAMED = {"what": "third_party", "rule": "MP4", "name": "-"}
SOURCE = Source(label="?", at="made up")


def late_edition() -> LoneRun:
    """An edition that was booked by hand after its deadline (docs/contract.md, `perform`)."""
    run = LoneRun("edition", NOTICE | {"mode": "guided"}, **EDITION)
    run.send("acknowledge_warning")
    run.send("place_order")
    run.now = run.memory.now = moment("2027-01-20")
    run.confirm("perform", proof={"reference": "T"})
    return run


# Mails.


def test_G2_a_refused_customer_is_told_why():
    run = LoneRun("voucher", PAID | {"refusal": GONE.model_copy(update={"values": {"subject": "L-1"}})})
    assert run.notice("refused")["refusal"] == {"code": "not_held", "values": {"subject": "L-1"}}


def test_a_check_that_stands_against_nothing_is_no_refusal():
    run = LoneRun("misclick", {}, explanation="e")
    run.confirm("support_ticket", decision="declined", note="no")
    assert run.notices() == [("declined", "customer")] and run.notice("declined")["note"] == "no"


@pytest.mark.parametrize(
    ("outside", "steps"),
    [((), []), ((PILOT, UNNAMED), [("pilot", "JTL"), ("third_party", None)]), ((UNNAMED,), [("third_party", None)])],
)
def test_X9_the_mail_of_a_booking_names_the_steps_that_are_left_and_whose_they_are(outside, steps):
    run = scheduled(LoneRun("marketplace", PAID | {"outside": outside}))
    values = run.notice("scheduled")
    named = [(step["what"], step["name"]) for step in values["steps"]]
    assert (named, values["effective_at"]) == (steps, EFFECTIVE.isoformat())


def test_a_booking_whose_date_is_asked_about_says_that_there_is_none():
    run = LoneRun("voucher", PAID | {"mode": "guided"})
    run.send("place_order")
    run.now = EFFECTIVE
    run.confirm("perform", proof={"reference": "T"})
    assert run.notice("scheduled")["effective_at"] is None


def test_SUP3_an_agreed_date_is_noted_and_told_to_the_runs_that_wait_for_it():
    run = LoneRun("key_accounting", {"date_rule": "agreed"}, subject="key_accounting")
    run.receipt = Receipt(key="k", tell=("edition/K-1/jtl",))
    run.confirm("support_ticket", decision="granted", at="2027-03-31")
    (booking,) = [effect for effect in run.effects if isinstance(effect, BookOrder)]
    assert (booking.booked, booking.placed_at, booking.effective_at) == (False, NOW, moment("2027-03-31 22:00"))
    (news,) = [effect for effect in run.effects if isinstance(effect, Tell)]
    assert (news.runs, news.state) == (("edition/K-1/jtl",), "scheduled")
    quiet = LoneRun("key_accounting", {"date_rule": "agreed"}, subject="key_accounting")
    quiet.confirm("support_ticket", decision="granted", at="2027-03-31")
    assert not [effect for effect in quiet.effects if isinstance(effect, Tell)]


@pytest.mark.parametrize(
    ("outside", "states"),
    [
        ((PILOT,), ["scheduled", "applied"]),
        ((), ["scheduled"]),  # told at its end, which is now
    ],
)
def test_X3_X4_X9_other_runs_hear_of_the_end_while_its_proof_is_awaited(outside: Any, states: list[str]) -> None:
    run = LoneRun("marketplace", INCLUDED | {"outside": outside})
    run.receipt = Receipt(key="k", tell=("order_package/K-1/orders",))
    run.send("place_order")
    run.wait(NOW)
    assert run.state == ("third_party" if outside else "applied")
    tells = [effect for effect in run.effects if isinstance(effect, Tell)]
    assert [(tell.runs, tell.state) for tell in tells] == [(("order_package/K-1/orders",), state) for state in states]


def test_X9_nobody_is_told_where_nobody_waits_for_the_proof():
    run = LoneRun("marketplace", INCLUDED | {"outside": (PILOT,)})
    run.send("place_order")
    run.wait(NOW)
    assert (run.state, [effect for effect in run.effects if isinstance(effect, Tell)]) == ("third_party", [])


# What arrived.


@pytest.mark.parametrize("mode", ["automatic", "guided"])
@pytest.mark.parametrize(
    ("says", "order", "at_once"),
    [(PAID, {}, False), (INCLUDED, {"effective_on": "2027-02-01"}, False), (INCLUDED, {}, True)],
)
def test_X12_G5_an_order_that_arrived_says_who_books_it_and_whether_there_is_a_date_to_wait_for(
    mode: str, says: dict[str, Any], order: dict[str, Any], at_once: bool
) -> None:
    run = LoneRun("voucher", says | {"mode": mode}, held_back=("apply_change",))
    assert run.send("place_order", **order) is None
    by_hand = mode == "guided"
    told = run.notice("order_received")
    assert told.get("by_hand") == (True if by_hand else None)
    assert told.get("at_once") == (("by_hand" if by_hand else "now") if at_once else None)


@pytest.mark.parametrize(
    ("kind", "says", "steps"),
    [
        ("misclick", {}, []),
        ("ecomdata", {"outside": ({"what": "ecomdata", "rule": "ECO2"},)}, [{"what": "ecomdata", "name": None}]),
        (
            "connector",
            {"outside": ({"what": "shopify", "rule": "CO4", "name": "Shopify"},)},
            [{"what": "shopify", "name": "Shopify"}],
        ),
    ],
)
def test_MIS1_ECO1_CO4_what_was_reported_is_told_with_the_steps_that_are_the_customers(
    kind: str, says: dict[str, Any], steps: list[dict[str, Any]]
) -> None:
    assert LoneRun(kind, says, explanation="e").notice("report_received")["steps"] == steps


@pytest.mark.parametrize(
    ("kind", "says", "elsewhere"),
    [
        ("voucher", PAID, None),
        ("marketplace", PAID | {"outside": (PILOT,)}, None),
        ("ecomdata", {"outside": ({"what": "ecomdata", "rule": "ECO2"},)}, "ecomdata"),
        ("connector", {"outside": ({"what": "shopify", "rule": "CO4", "name": "Shopify"},)}, "shopify"),
    ],
)
def test_CO4_ECO2_ED10_who_abandons_is_told_that_it_may_have_ended_elsewhere(
    kind: str, says: dict[str, Any], elsewhere: str | None
) -> None:
    run = LoneRun(kind, says)
    assert run.send("abandon") is None
    assert run.notice("abandoned").get("elsewhere") == elsewhere


@pytest.mark.parametrize("called", [None, "JTL-Vouchers (L-1)"])
@pytest.mark.parametrize("how", ["abandoned", "revoked"])
def test_X12_operators_are_told_what_nobody_is_to_click_any_more(how: str, called: str | None) -> None:
    run = LoneRun("voucher", PAID | {"mode": "guided", "called": called})
    run.send("place_order")
    task = run.task("perform").task
    if how == "abandoned":
        run.send("abandon")
    else:
        run.send("request_revocation", explanation="x")
        run.confirm("revocation", decision="granted")
    assert run.state == how
    date = None if how == "abandoned" else EFFECTIVE.isoformat()
    named = {"called": called} if called else {}
    assert run.notice("perform_dropped") == {"effective_at": date, "task": task, "target": None} | named


@pytest.mark.parametrize("called", [None, "Amazon (M-1)"])
def test_MOV1_the_other_customer_reads_which_account_moves(called: str | None) -> None:
    run = LoneRun("marketplace_transfer", {"date_rule": "agreed", "called": called}, target="K-2")
    run.confirm("support_ticket", decision="granted")
    run.confirm("appointment", at=NOW + 7 * DAY)
    values = {"what": "agreed", "effective_at": (NOW + 7 * DAY).isoformat(), "called": called}
    assert run.notice("move_other") == values


def test_X12_X3_other_runs_hear_again_when_a_late_booking_has_its_date() -> None:
    run = LoneRun("voucher", PAID | {"mode": "guided"})
    run.receipt = Receipt(key="k", tell=("edition/K-1/jtl",))
    run.send("place_order")
    run.now = EFFECTIVE
    run.confirm("perform", proof={"reference": "T"})
    assert run.confirm("clarify_term", at="2027-02-28") is None
    tells = [(effect.runs, effect.state) for effect in run.effects if isinstance(effect, Tell)]
    assert tells == [(("edition/K-1/jtl",), "scheduled")] * 2


def test_X2_the_customer_is_told_once_of_each_booking_what_is_still_in_surplus() -> None:
    run = edition({"surplus": (UNAVAILABLE,)}, target="jtl_advanced")
    run.send("override_surplus", licences=["L-9"])
    scheduled(run)
    run.wait(EFFECTIVE - 4 * DAY)
    for _ in range(2):
        run.receive("licence_changed", None)
    assert run.notices().count(("surplus_reminder", "customer")) == 1
    run.request(target="jtl_start")
    run.send("acknowledge_warning")
    run.send("override_surplus", licences=["L-9"])
    scheduled(run)
    assert run.order.effective_at == moment("2027-02-28 23:00")
    run.wait(moment("2027-02-24 12:00"))
    assert run.notices().count(("surplus_reminder", "customer")) == 2


# Booked, and each end.


ENDS_NOW = [
    ("ends with its order: told once, as made", {}, {}, "applied", ["applied"]),
    ("later", {}, {"effective_on": "2027-02-01"}, "scheduled", ["scheduled"]),
    ("a step elsewhere is to be taken", {"outside": (PILOT,)}, {}, "third_party", ["scheduled"]),
    ("a person clicks", {"mode": "guided"}, {}, "applying", ["scheduled"]),
]


@pytest.mark.parametrize(("case", "says", "order", "state", "mails"), ENDS_NOW, ids=[case[0] for case in ENDS_NOW])
def test_G5_what_ends_with_its_order_is_told_once(
    case: str, says: dict[str, Any], order: dict[str, Any], state: str, mails: list[str]
) -> None:
    run = LoneRun("marketplace", INCLUDED | says)
    run.send("place_order", **order)
    run.wait(NOW)
    assert (run.state, [name for name, _ in run.notices()]) == (state, mails)


@pytest.mark.parametrize(
    ("says", "order", "by_hand", "at_once"),
    [
        (INCLUDED, {}, None, "now"),
        (INCLUDED | {"mode": "guided"}, {}, True, "by_hand"),
        (INCLUDED, {"effective_on": "2027-02-01"}, None, None),
        (INCLUDED | {"mode": "guided"}, {"effective_on": "2027-02-01"}, True, None),
        (PAID, {}, None, None),
        (PAID | {"mode": "guided"}, {}, True, None),
    ],
)
def test_X6_X12_the_mails_of_an_order_say_whether_a_person_does_it_and_whether_there_is_a_date_to_wait_for(
    says: dict[str, Any], order: dict[str, Any], by_hand: bool | None, at_once: str | None
) -> None:
    run = LoneRun("marketplace", says | {"outside": (PILOT,)})
    run.send("place_order", **order)
    received = run.notice("order_received")
    assert (received.get("by_hand"), received.get("at_once")) == (by_hand, at_once)
    if run.tasks("perform") and run.state == "placing":
        run.confirm("perform", proof={"reference": "T"})
    assert run.notice("scheduled").get("at_once") == at_once


@pytest.mark.parametrize(
    ("kind", "says", "steps"),
    [
        ("misclick", {}, []),
        ("connector", {"outside": ({"what": "shopify", "rule": "CO4", "name": "Shopify"},)}, [("shopify", "Shopify")]),
        ("ecomdata", {"outside": ({"what": "ecomdata", "rule": "ECO1"},)}, [("ecomdata", None)]),
    ],
)
def test_MIS1_CO4_ECO1_the_mail_of_a_report_names_what_is_to_be_ended_elsewhere(
    kind: str, says: dict[str, Any], steps: list[tuple[str, str | None]]
) -> None:
    run = LoneRun(kind, says, explanation="e")
    assert [(step["what"], step["name"]) for step in run.notice("report_received")["steps"]] == steps


@pytest.mark.parametrize(
    ("kind", "what", "elsewhere"),
    [("connector", "shopify", "shopify"), ("ecomdata", "ecomdata", "ecomdata"), ("marketplace", "pilot", None)],
)
def test_CO4_ECO2_who_leaves_is_told_where_it_may_have_been_ended_meanwhile(
    kind: str, what: str, elsewhere: str | None
) -> None:
    run = LoneRun(kind, INCLUDED | {"outside": ({"what": what, "rule": "CO4"},)})
    assert run.send("abandon") is None
    assert run.notice("abandoned").get("elsewhere") == elsewhere


def test_a_booking_of_the_past_month_is_told_before_it_is_made():
    """Placed before the date, and booked after it: the change may wait for its turn in the month's first hours."""
    run = LoneRun("voucher", PAID, held_back=("place_order", "apply_change"))
    run.send("place_order")
    run.now = EFFECTIVE
    run.answer()
    assert [name for name, _ in run.notices()] == ["scheduled"]


def booked_late(run: LoneRun) -> LoneRun:
    """Booked by hand after the deadline of its date."""
    run.send("place_order")
    run.now = moment("2027-01-20 12:00")
    run.confirm("perform", proof={"reference": "T"})
    return run


def test_X12_a_late_booking_says_that_the_date_has_moved_and_is_being_asked_about():
    run = booked_late(edition({"mode": "guided"}))
    values = run.notice("scheduled")
    assert (values["late"], values["effective_at"]) == (True, "2027-02-28T23:00:00+00:00")
    run.confirm("clarify_term", at="2027-01-31")
    values = run.notice("scheduled")
    assert (values["clarified"], values["effective_at"]) == (True, EFFECTIVE.isoformat())
    assert "late" not in values
    assert [name for name, _ in run.notices()].count("scheduled") == 2


def test_X3_X12_other_runs_hear_of_the_day_that_a_person_named_after_a_late_booking():
    run = edition({"mode": "guided"})
    run.receipt = Receipt(key="k", tell=("order_package/K-1/orders",))
    booked_late(run)
    run.confirm("clarify_term", at="2027-01-31")
    tells = [effect for effect in run.effects if isinstance(effect, Tell)]
    assert [(tell.runs, tell.state) for tell in tells] == [(("order_package/K-1/orders",), "scheduled")] * 2


@pytest.mark.parametrize(
    ("day", "other"), [("2027-01-16", None), ("2027-01-17", "2027-02-28T23:00:00+00:00"), ("2027-01-18", None)]
)
def test_X1_the_mail_of_an_order_on_the_boundary_day_says_the_other_reading(day: str, other: str | None) -> None:
    run = edition()
    run.wait(moment(f"{day} 12:00"))
    assert scheduled(run).notice("scheduled").get("other_effective_at") == other


def test_D6_a_refused_booking_stays_in_the_timeline():
    run = LoneRun("voucher", PAID)
    run.refuses = Refusal(rule="D6", code="booking_refused", values={"reason": "no payment method"})
    run.send("place_order")
    line = run.memory.timeline[-1]
    assert (line.event, line.state, line.note, line.values) == (
        "order_refused", "order", "note.order_refused", {"reason": "no payment method"},
    )  # fmt: skip
    run.refuses = None
    scheduled(run)
    assert run.lines().count("order_refused") == 1


def test_D6_where_the_refusal_ends_the_run_it_is_one_line():
    run = LoneRun("voucher", PAID, held_back=("place_order",))
    run.refuses = Refusal(rule="D6", code="booking_refused", values={"reason": "r"})
    run.send("place_order")
    run.send("request_revocation", explanation="oh")
    run.confirm("revocation", decision="granted")
    run.release()
    assert (run.state, run.lines().count("order_refused")) == ("revoked", 1)


def test_X10_WMU4_the_timeline_says_which_booking_and_where_to():
    run = scheduled(LoneRun("voucher", PAID))
    run.send("supersede", booking="B-7")
    line = run.memory.timeline[-1]
    assert (line.note, line.values) == ("note.booking", {"booking": "B-7"})
    moved = LoneRun("wms_user", PAID | {"current": "wms"})
    moved.send("reassign", to="wms_mobile")
    (line,) = [line for line in moved.memory.timeline if line.event == "reassign"]
    assert (line.note, line.values) == ("note.to", {"to": "wms_mobile"})


def test_MIS1_the_customer_reads_what_the_person_who_granted_it_says():
    run = LoneRun("misclick", {}, explanation="e")
    run.confirm("support_ticket", decision="granted", note="booked back")
    assert run.notice("applied")["note"] == "booked back"
    silent = LoneRun("misclick", {}, explanation="e")
    silent.confirm("support_ticket", decision="granted")
    assert "note" not in silent.notice("applied")
    licence = LoneRun("ecomdata", {"outside": (PILOT,)})
    licence.confirm("third_party", proof={"reference": "r"}, note="for us alone")
    assert "note" not in licence.notice("applied" if licence.state == "applied" else licence.notices()[-1][0])


REFUSED_BY_HAND = [
    ("booked", "voucher", PAID, {}, "placing", "scheduled"),
    ("assigned elsewhere", "wms_user", PAID | {"current": "wms"}, {"to": "wms_mobile"}, "reassigning", "reassigned"),
]


@pytest.mark.parametrize(
    ("case", "kind", "says", "to", "state", "after"), REFUSED_BY_HAND, ids=[case[0] for case in REFUSED_BY_HAND]
)
def test_X12_what_was_done_by_hand_and_our_record_refuses_is_mended_by_a_person(
    case: str, kind: str, says: dict[str, Any], to: dict[str, Any], state: str, after: str
) -> None:
    """It is done in the customer centre: the customer is not told that it is not."""
    run = LoneRun(kind, says | {"mode": "guided"})
    run.refuses = Refusal(rule="D6", code="booking_refused", values={"reason": "not held any more"})
    run.send("reassign" if to else "place_order", **to)
    run.confirm("perform", proof={"reference": "B-9"})
    assert (run.state, run.chart.waiting_for()) == (state, ("repair",))
    assert run.task("repair").values["error"] == "not held any more"
    assert run.notices() == []
    run.refuses = None
    run.confirm("repair", decision="retry")
    assert run.state == after


GIVEN_UP = [
    ("never booked", PAID, "place_order", None),
    ("booked, and to be made", PAID, "apply_change", EFFECTIVE),
    ("a note of ours goes", INCLUDED, "apply_change", None),
]


@pytest.mark.parametrize(("case", "says", "fails", "stays"), GIVEN_UP, ids=[case[0] for case in GIVEN_UP])
def test_the_customer_is_told_why_a_run_was_given_up_and_what_stays_booked(
    case: str, says: dict[str, Any], fails: str, stays: Any
) -> None:
    run = LoneRun("voucher", says, held_back=(fails,))
    run.send("place_order")
    run.wait(EFFECTIVE if fails == "apply_change" else NOW)
    run.fails()
    assert run.confirm("repair", decision="end", note="we look after it by hand") is None
    assert (run.state, run.notices()[-1]) == ("given_up", ("given_up", "customer"))
    values = run.notice("given_up")
    assert (values["note"], values["effective_at"]) == (
        "we look after it by hand",
        stays.isoformat() if stays else None,
    )
    assert document_of(run).effective_at == stays


def test_X9_what_has_ended_stays_ended_when_the_rest_is_given_up():
    run = LoneRun("marketplace", INCLUDED | {"outside": (PILOT,)})
    run.send("place_order")
    run.wait(NOW)
    run.receive("answered", Answer(Withdraw(number=90), error="down"))
    run.confirm("repair", decision="end", note="n")
    assert (run.state, document_of(run).effective_at) == ("given_up", NOW)


@pytest.mark.parametrize(("made", "state"), [("edition", "leftover"), ("order_package", "held")])
def test_X2_X4_after_the_date_what_was_ordered_keeps_its_date_when_the_rest_is_given_up(made: str, state: str) -> None:
    run = edition() if made == "edition" else LoneRun("order_package", NOTICE, subject="orders", target=0)
    if made == "order_package":
        run.send("acknowledge_warning")
    scheduled(run)
    run.receipt = Receipt(key="k", surplus=(UNAVAILABLE,), held=made == "order_package")
    run.wait(EFFECTIVE)
    assert run.state == state
    run.receive("answered", Answer(Withdraw(number=90), error="down"))
    run.confirm("repair", decision="end", note="n")
    assert (run.state, document_of(run).effective_at) == ("given_up", EFFECTIVE)


def test_X2_what_was_changed_is_spoken_of_as_changed_when_the_rest_is_given_up() -> None:
    run = scheduled(edition())
    run.receipt = Receipt(key="k", surplus=(UNAVAILABLE,))
    run.wait(EFFECTIVE)
    changed = warning_text(run, "surplus")
    run.says["surplus"] = (UNAVAILABLE,)
    run.held_back = {"check_licences"}
    assert run.send("recheck_licences") is None
    run.fails()
    run.confirm("repair", decision="end", note="n")
    assert run.state == "given_up"
    assert warning_text(run, "surplus") == changed


def test_X2_what_is_given_up_before_its_date_is_spoken_of_as_ordered() -> None:
    run = scheduled(edition())
    run.says["surplus"] = (UNAVAILABLE,)
    run.receive("licence_changed", None)
    ordered = warning_text(run, "surplus")
    run.held_back = {"check_licences"}
    run.receive("licence_changed", None)
    run.fails()
    run.confirm("repair", decision="end", note="n")
    assert (run.state, warning_text(run, "surplus")) == ("given_up", ordered)


def test_X10_a_standing_order_stays_booked_when_its_change_is_given_up():
    run = scheduled(edition())
    run.request(target="jtl_advanced")
    run.held_back = {"place_order"}
    run.send("acknowledge_warning")
    run.send("place_order", time=moment("2027-01-20 12:00"))
    run.fails()
    run.confirm("repair", decision="end", note="n")
    assert run.notice("given_up")["effective_at"] == EFFECTIVE.isoformat()


def test_a_revocation_that_is_given_up_leaves_the_booking():
    run = scheduled(LoneRun("voucher", PAID, held_back=("withdraw",)))
    run.send("request_revocation", explanation="oh")
    run.confirm("revocation", decision="granted")
    run.fails()
    run.confirm("repair", decision="end", note="n")
    assert run.notice("given_up")["effective_at"] == EFFECTIVE.isoformat()


def test_WMU4_the_customer_is_told_where_the_user_is_assigned_now():
    run = LoneRun("wms_user", PAID | {"current": "wms"})
    run.send("reassign", to="wms_mobile")
    assert (run.state, run.notices()) == ("reassigned", [("reassigned", "customer")])
    assert run.notice("reassigned")["to"] == "wms_mobile"


# Reminders (X9).


def test_X9_an_open_task_is_brought_to_mind_each_week_and_counted():
    run = LoneRun("misclick", {}, explanation="e")
    numbers = []
    for week in range(1, 5):
        run.wait(NOW + (7 * week - 5) * DAY)
        numbers.append(run.task("support_ticket").escalated)
    assert numbers == [1, 2, 3, 4]


def test_X9_a_customer_is_reminded_of_the_steps_without_a_proof():
    says = {"outside": ({"what": "shopify", "rule": "CO4", "name": "Shopify"},)}
    run = LoneRun("connector", says)
    run.wait(NOW + 7 * DAY)
    values = run.notice("reminder")
    assert (values["steps"], values["number"], values["again"]) == (
        [{"what": "shopify", "name": "Shopify"}],
        1,
        False,
    )


def test_X9_a_proof_that_is_no_good_counts_for_nothing_and_the_customer_is_told_why():
    run = scheduled(LoneRun("marketplace", PAID | {"outside": (PILOT,)}))
    task = run.task("third_party").task
    run.send("hand_in_proof", task=task, reference="mail")
    assert run.reject("third_party", "unreadable") is None
    assert run.task("third_party").task == task and run.task("third_party").proof is None
    values = run.notice("proof_rejected")
    assert (values["steps"], values["note"]) == ([{"what": "pilot", "name": "JTL"}], "unreadable")
    run.send("hand_in_proof", task=task, reference="again")
    run.reject("third_party", "unreadable too")
    assert run.notice("proof_rejected")["note"] == "unreadable too"


def test_X9_a_step_without_a_proof_is_rejected_as_any_other_task():
    run = scheduled(LoneRun("marketplace", PAID | {"outside": (PILOT,)}))
    run.reject("third_party", "not yet")
    assert (run.task("third_party").note, run.task("third_party").escalated) == ("not yet", 1)
    assert [template for template, _ in run.notices()] == ["scheduled"]


def test_X9_while_a_proof_waits_for_its_confirmation_the_customer_is_left_alone():
    run = scheduled(LoneRun("marketplace", PAID | {"outside": (PILOT,)}))
    run.send("hand_in_proof", task=run.task("third_party").task, reference="mail")
    run.wait(NOW + 14 * DAY)
    assert (run.notices(), run.task("third_party").escalated) == ([("scheduled", "customer")], 2)


def test_X9_a_proof_handed_in_sets_the_customers_clock_back():
    run = LoneRun("ecomdata", {"outside": ({"what": "ecomdata", "rule": "ECO1"},)})
    run.wait(NOW + 8 * DAY)
    assert run.memory.reminders == 1
    run.send("hand_in_proof", task=run.task("third_party").task, reference="mail")
    assert (run.memory.reminders, run.memory.idle_spent) == (0, 0 * DAY)


# What mails and lists say.


@pytest.mark.parametrize(
    ("before", "after", "saved"), [("9", "5", "4.00"), ("9", "9", None), ("5", "9", None), ("5.5", "5", "0.50")]
)
def test_G7_G9_what_is_saved_is_what_falls_away(before, after, saved):
    cost = Cost.model_validate({"before": before, "after": after})
    assert monthly_prices(cost) == {
        "price": f"{float(before):.2f}",
        "new_price": f"{float(after):.2f}",
        "saved_price": saved,
    }


def test_a_mail_says_dates_and_prices_as_far_as_they_are_known():
    run = edition({"cost": {"before": "9", "after": "5"}})
    assert mail_facts(run.memory) == {
        "effective_at": "2027-01-31T23:00:00+00:00", "order_by": "2027-01-17T23:00:00+00:00",
        "last_day_unclear": True, "cost_effect": "cancellation",
        "price": "9.00", "new_price": "5.00", "saved_price": "4.00",
    }  # fmt: skip


def test_a_mail_names_the_licence_that_it_is_about():
    run = scheduled(LoneRun("voucher", PAID | {"called": "JTL-Vouchers (L-1)"}))
    assert run.notice("scheduled")["called"] == "JTL-Vouchers (L-1)"
    assert "called" not in scheduled(LoneRun("voucher", PAID)).notice("scheduled")


def test_an_operator_is_told_all_that_was_given_with_the_order():
    run = LoneRun("voucher", PAID, details={"first": "a", "second": "b"})
    assert origin_facts(run.memory)["given"] == {"first": "a", "second": "b"}
    scheduled(run, details={"second": "c"})
    run.send("request_revocation", explanation="x")
    assert "'given': {'first': 'a', 'second': 'c'}" in document_of(run).tasks[0].instructions


def test_who_asked_and_who_ordered_and_when():
    request = Request(kind="k", customer="K", subject="s", by="c", time=NOW - DAY)
    values = origin_facts(Memory(request=request, now=NOW, requested_at=NOW))
    assert values == {
        "customer": "K", "asked_by_whom": "c", "asked_at": (NOW - DAY).isoformat(),
        "ordered_by_whom": None, "ordered_at": None, "explanation": None, "said": None, "given": None,
        "meant": "-", "run": None, "leaving": None,
    }  # fmt: skip
    plain = request.model_copy(update={"time": None})
    assert origin_facts(Memory(request=plain, now=NOW, requested_at=NOW))["asked_at"] == NOW.isoformat()


def test_ED5_POS3_what_is_in_surplus_is_named_once_with_how_many():
    two, other = LIMIT.model_copy(update={"too_many": 2}), LIMIT.model_copy(update={"candidates": ("L-3",)})
    stock = Surplus(licence="L-9", product="fulfillment", reason="stock", candidates=("L-9",))
    more = UNAVAILABLE.model_copy(update={"licence": "L-8"})
    entries = surplus_rows((two, UNAVAILABLE, other, stock, more))
    assert [(entry["names"], entry["reason"], entry["number"]) for entry in entries] == [
        (["pos_wawi (L-1)", "pos_wawi (L-2)"], "limit", 2),
        (["voucher (L-9)"], "not_available", 1),
        (["pos_wawi (L-3)"], "limit", 1),
        (["fulfillment (L-9)"], "stock", 1),
        (["voucher (L-8)"], "not_available", 1),
    ]


LABELLED = UNAVAILABLE.model_copy(update={"values": {"kind": "voucher", "product": "JTL-Vouchers"}})
REGISTERS = LIMIT.model_copy(update={"values": {"kind": "pos", "product": "Kasse"}})


@pytest.mark.parametrize(
    ("entries", "names"),
    [
        ((UNAVAILABLE, LIMIT), ["voucher (L-9)", "pos_wawi (L-1)"]),
        ((LABELLED, REGISTERS), ["JTL-Vouchers (L-9)", "Kasse (L-1)"]),
    ],
)
def test_X2_ED5_what_stays_in_surplus_is_called_by_its_product_where_a_label_is_known(entries, names):
    run = edition({"surplus": entries})
    assert f"'names': ['{names[0]}']" in warning_text(run, "surplus")
    assert run.send("override_surplus", licences=["L-9", "L-1"]) is None
    assert run.memory.timeline[-1].values == {"licences": names}


def test_a_line_is_written_by_whoever_it_says():
    run = edition()
    run.chart.turn().write("e", by="somebody")
    assert run.memory.timeline[-1].by == "somebody"


# Dates and why.


def test_X12_a_late_booking_counts_from_the_click():
    run = late_edition()
    steps = [(step.step.split()[1], step.value, step.rule) for step in document_of(run).why]
    assert steps[0] == ("why.booked", "2027-01-20T00:00:00+00:00", "X12")
    assert "'booked_at': '2027-01-20T00:00:00+00:00'" in document_of(run).why[0].step
    assert [rule for *_, rule in steps] == ["X12", "D8", "D5", "D3"]


def test_X14_a_term_that_is_asked_about_is_the_reason_why_there_is_no_date():
    run = edition({"questions": ({"type": "clarify_term", "rule": "X14"},)})
    assert [(step.step.split()[1], step.rule) for step in document_of(run).why] == [("why.annual", "X14")]


def test_X5_a_booked_date_keeps_its_reason_whatever_a_later_check_asks():
    run = scheduled(LoneRun("voucher", PAID))
    run.memory.check = run.next_check(cost_effect="unknown", questions=({"type": "clarify_cost", "rule": "X5"},))
    assert [step.step.split()[1] for step in document_of(run).why] == ["why.term", "why.result"]
    run = scheduled(edition())
    run.memory.check = run.next_check(questions=({"type": "clarify_term", "rule": "X14"},))
    assert document_of(run).why[0].rule == "D6"


def test_a_warning_names_both_dates():
    run = edition()
    run.wait(moment("2027-01-17 12:00"))
    assert "'effective_at': '2027-01-31T23:00:00+00:00'" in warning_text(run, "boundary_day")
    run = edition({"surplus": (UNAVAILABLE.model_copy(update={"ends_at": NOW}),)})
    assert "'effective_at': '2027-01-31T23:00:00+00:00'" in warning_text(run, "surplus_gap")
    run = scheduled(edition(target="jtl_advanced"))
    run.request(target="jtl_start")
    run.wait(moment("2027-01-18"))
    assert "'effective_at': '2027-02-28T23:00:00+00:00'" in warning_text(run, "later_than_standing")
    assert warning_codes(run) == ["later_than_standing"]


# What a downgrade touches (ED14, SUP1).


def offer(status: Any, limit: int | None = None) -> Offer:
    """What a product is in an edition."""
    return Offer(status=status, limit=limit, source=SOURCE)


def touched(count: int, before: Offer | None, after: Offer | None, then: Offer | None = None) -> dict[str, Any]:
    """What is said of a first product with these offers, and of a second one behind it."""
    label: Any = {"de": "Ding", "en": "thing"}
    offers = {"jtl_pro": before, "jtl_start": after}
    second = {"jtl_pro": offer("included"), "jtl_start": then or offer("included")}
    products = [
        Product(key=key, kind="voucher", label={"de": key, "en": label["en"]}, family="jtl", source=SOURCE,
                offers={edition_: offer_ for edition_, offer_ in given.items() if offer_})
        for key, given in (("first", offers), ("second", second))
    ]  # fmt: skip
    catalogue = SHIPPED.model_copy(update={"products": {product.key: product for product in products}})
    record = customer(*[{"product": "first"}] * count, {"product": "second"})
    return products_touched(record, catalogue, catalogue.editions["jtl_pro"], catalogue.editions["jtl_start"])


FIRST = {"product": "first"}


@pytest.mark.parametrize(
    ("count", "before", "after", "values"),
    [
        (1, offer("included"), offer("paid_addon"), {"products": ["first"]}),
        (1, offer("included"), offer("not_available"), {"lost": ["first"], "inferred": ["first"]}),
        (1, offer("not_available"), offer("not_available"), {}),
        (2, offer("included", 3), offer("included", 1), {"limits": [FIRST | {"limit": 1}], "inferred": ["first"]}),
        (1, offer("included", 3), offer("included", 1), {}),
        (1, offer("included", 3), offer("included", 0), {"limits": [FIRST | {"limit": 0}], "inferred": ["first"]}),
        (2, offer("included", 1), offer("included", 1), {}),
        (2, offer("included", 1), offer("included"), {}),
    ],
)
def test_ED14_SH3_POS3_what_a_downgrade_does_to_what_is_held(count, before, after, values):
    assert touched(count, before, after) == values


def test_ED14_what_is_not_known_of_one_product_hides_no_other():
    assert touched(1, None, offer("paid_addon"), offer("not_available")) == {"lost": ["second"], "inferred": ["second"]}


@pytest.mark.parametrize(
    ("before", "after", "values"),
    [
        ("Silber", "Bronze", {"support_before": "Silber", "support_after": "Bronze"}),
        ("Silber", "Silber", {}),
        ("Silber", None, {}),
        (None, "Bronze", {}),
    ],
)
def test_SUP1_the_support_level_falls_with_the_edition(before, after, values):
    edition_ = SHIPPED.editions["jtl_pro"]
    assert (
        support_touched(
            edition_.model_copy(update={"support_level": before}), edition_.model_copy(update={"support_level": after})
        )
        == values
    )


def test_WE4_modules_of_the_warehouse_are_named_where_its_edition_changes():
    record = customer({"product": "wms_module"})
    for family, named in (("wms", True), ("jtl", False)):
        editions = SHIPPED.editions
        values = products_touched(record, SHIPPED, editions[f"{family}_pro"], editions[f"{family}_start"])
        assert values.get("warehouse", False) is named


def test_ED4_restricted_is_less_than_full_and_more_than_none():
    assert LEVELS["none"] < LEVELS["limited"] < LEVELS["full"]


# News and comparisons.


def test_X13_key_accounting_is_known_by_its_product():
    entry = Surplus(licence="L-5", product="key_accounting", reason="not_available", values={"kind": "key_accounting"})
    run = edition({"surplus": (entry,)})
    run.memory.licence_news = with_licence_news(
        run.memory, LicenceChanged(licence="key_accounting", state="applied"), NOW
    )
    run.says["surplus"] = ()
    run.send("recheck_licences")
    assert [(ended.workflow_id, ended.ends_at) for ended in cancellations_for_run(run.memory)] == [
        ("key_accounting/K-1/key_accounting", NOW)
    ]


def test_a_finding_where_nothing_is_said():
    finding = Finding(key="k", code="run_lost", workflow_id="w", run_id="r", how="unknown")
    assert (finding.overdue, finding.count, finding.known, finding.tasks) == (False, 1, False, ())
    assert Execution(workflow_id="w", run_id="r", how="open").succeeded is False
    assert LOST == ("booking_unwatched", "tasks_dropped", "run_lost")
