"""When something took effect, and why then, for ever: with and without an order (docs/contract.md, `effective_at`)."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from states.model.effects import Notify
from states.model.facts import Receipt, Surplus
from states.rules.moments import AHEAD
from tests.charts.lone_run import (
    DAY,
    INCLUDED,
    NOTICE,
    NOW,
    PACKAGE,
    PAID,
    LoneRun,
    document_of,
    edition,
    moment,
    scheduled,
)

TERM = moment("2027-01-31 23:00")
SHOPIFY = INCLUDED | {"outside": ({"what": "shopify", "rule": "CO4"},)}
GUIDED = INCLUDED | {"mode": "guided"}
ECOMDATA = {"outside": ({"what": "ecomdata", "rule": "ECO2"},)}
TRANSFER: dict[str, Any] = {"date_rule": "agreed", "cost_effect": "none"}


def outcome(run: LoneRun) -> tuple[str, datetime | None, list[str]]:
    """The end, when it took effect, and the rules that say why."""
    document = document_of(run)
    return document.state, document.effective_at, [step.rule for step in document.why]


def key_accounting(**says: Any) -> LoneRun:
    """Granted by sales, and ended on the day agreed or recorded."""
    run = LoneRun("key_accounting", {"cost_effect": "cancellation"} | says, subject="key_accounting")
    at = {} if says.get("term_ends") else {"at": "2027-03-31"}
    assert run.confirm("support_ticket", decision="granted", note="agreed", **at) is None
    run.wait(NOW + 120 * DAY)
    return run


def test_SUP3_key_accounting_shows_the_day_agreed() -> None:
    run = key_accounting(date_rule="agreed")
    assert outcome(run) == ("applied", moment("2027-03-31 22:00"), ["SUP3", "SUP3"])
    assert run.notice("applied")["effective_at"] == "2027-03-31T22:00:00+00:00"


def test_SUP3_X6_key_accounting_at_its_recorded_term_shows_that() -> None:
    run = key_accounting(date_rule="term", term_ends="2027-01-31")
    assert outcome(run) == ("applied", TERM, ["X6", "X6"])


def test_SUP3_a_day_agreed_beside_the_recorded_term_is_why() -> None:
    run = LoneRun("key_accounting", PAID, subject="key_accounting")
    run.confirm("support_ticket", decision="granted", at="2027-02-28")
    assert outcome(run) == ("scheduled", moment("2027-02-28 23:00"), ["SUP3", "X6"])
    run.wait(NOW + 120 * DAY)
    assert outcome(run) == ("applied", moment("2027-02-28 23:00"), ["SUP3", "SUP3"])


@pytest.mark.parametrize(("kind", "rule"), [("misclick", "MIS2"), ("setup_service", "SVC1")])
def test_MIS1_SVC1_what_a_person_granted_took_effect_then(kind: str, rule: str) -> None:
    run = LoneRun(kind, {}, explanation="e")
    run.wait(NOW + 2 * DAY)
    run.confirm("support_ticket", decision="granted", note="done")
    assert outcome(run) == ("applied", NOW + 2 * DAY, [rule, rule])


@pytest.mark.parametrize(
    ("confirmed_at", "shown"), [(None, NOW + DAY), (NOW - 3 * DAY, NOW - 3 * DAY), (NOW + DAY + AHEAD, NOW + DAY)]
)
@pytest.mark.parametrize(("kind", "says", "rule"), [("ecomdata", ECOMDATA, "ECO2"), ("connector", SHOPIFY, "CO4")])
def test_ECO2_CO4_what_ended_elsewhere_shows_when_that_was_confirmed(
    kind: str, says: dict[str, Any], rule: str, confirmed_at: datetime | None, shown: datetime
) -> None:
    run = LoneRun(kind, says)
    run.wait(NOW + DAY)
    proof = {"reference": "mail"} | ({"confirmed_at": confirmed_at} if confirmed_at else {})
    assert run.confirm("third_party", proof=proof) is None
    assert outcome(run) == ("external", shown, [rule, rule])


def test_X9_ECO2_a_proof_that_the_customer_handed_in_says_when_it_ended() -> None:
    run = LoneRun("ecomdata", ECOMDATA)
    run.wait(NOW + DAY)
    assert run.send("hand_in_proof", task=run.task("third_party").task, reference="mail") is None
    run.wait(NOW + 3 * DAY)
    assert run.confirm("third_party") is None
    assert outcome(run) == ("external", NOW + DAY, ["ECO2", "ECO2"])


@pytest.mark.parametrize("named", [(2, 1), (1, 2), (1, None), (None, 1), (None, None)])
def test_FFN5_an_exit_holds_from_the_latest_moment_that_a_partners_proof_names(named: tuple[int | None, ...]) -> None:
    """In whatever order proofs come; one that names none counts as of when it is confirmed."""
    partners = [{"what": "partner", "rule": "FFN1", "name": name, "subject": name} for name in ("P-1", "P-2")]
    run = LoneRun("fulfillment", {"cost_effect": "none", "outside": partners}, subject="ffn")
    run.send("place_order")
    run.wait(NOW + 3 * DAY)
    for days in named:
        proof = {"reference": "mail"} | ({"confirmed_at": run.now - days * DAY} if days else {})
        assert run.confirm_task(run.memory.tasks[0], proof=proof) is None
    state, holds_from, rules = outcome(run)
    assert (state, holds_from) == ("applied", NOW + 3 * DAY if None in named else NOW + 2 * DAY)
    assert rules[-1] == "FFN5"


def made_late(run: LoneRun) -> LoneRun:
    """Its change is made two days after its date."""
    run.held_back = {"apply_change"}
    fired = run.wait(TERM)
    assert fired[-1] == "date_reached"
    run.wait(TERM + 2 * DAY)
    if run.tasks("perform"):
        run.held_back = set()
        assert run.confirm("perform", proof={"reference": "T"}) is None
    run.release()
    return run


@pytest.mark.parametrize(
    ("run", "shown"),
    [
        (lambda: scheduled(edition()), TERM),
        (lambda: scheduled(LoneRun("voucher", PAID)), TERM),
        (lambda: agreed_for("2027-01-31"), TERM),
        (lambda: scheduled(LoneRun("voucher", INCLUDED), effective_on="2027-02-01"), TERM + 2 * DAY),
        (lambda: scheduled(LoneRun("voucher", GUIDED), effective_on="2027-02-01"), TERM + 2 * DAY),
    ],
    ids=["an edition", "what is paid", "what is agreed", "what is included", "the same by hand"],
)
def test_X12_X6_SUP3_what_is_booked_took_effect_on_its_date_and_what_must_be_switched_off_when_it_was(
    run: Any, shown: datetime
) -> None:
    ended = made_late(run())
    assert outcome(ended)[:2] == ("applied", shown)
    assert ended.notice("applied")["effective_at"] == shown.isoformat()


def agreed_for(day: str) -> LoneRun:
    """Sales have agreed on the last day."""
    run = LoneRun("key_accounting", {"date_rule": "agreed"}, subject="key_accounting")
    assert run.confirm("support_ticket", decision="granted", at=day) is None
    return run


def test_X9_X12_what_was_switched_off_later_by_hand_shows_that_while_its_proof_is_awaited_and_after_it() -> None:
    run = LoneRun("marketplace", GUIDED | {"outside": ({"what": "pilot", "rule": "MP3"},)})
    run.send("place_order")
    run.wait(NOW + 2 * DAY)
    assert run.confirm("perform", proof={"reference": "T"}) is None
    assert outcome(run)[:2] == ("third_party", NOW + 2 * DAY)
    run.wait(NOW + 9 * DAY)
    run.confirm("third_party", proof={"reference": "mail"})
    assert outcome(run)[:2] == ("applied", NOW + 2 * DAY)


@pytest.mark.parametrize(("kind", "says"), [("ecomdata", ECOMDATA), ("connector", SHOPIFY)])
def test_ECO2_CO4_a_proof_that_the_customer_handed_in_says_when_it_had_ended(kind: str, says: dict[str, Any]) -> None:
    run = LoneRun(kind, says)
    run.wait(NOW + DAY)
    run.send("hand_in_proof", task=run.task("third_party").task, reference="mail")
    run.wait(NOW + 3 * DAY)
    assert run.confirm("third_party") is None
    assert outcome(run)[:2] == ("external", NOW + DAY)


@pytest.mark.parametrize("mode", ["automatic", "guided"])
def test_WMU4_a_re_assignment_shows_when_it_was_made_and_that_nothing_is_saved(mode: str) -> None:
    run = LoneRun("wms_user", PAID | {"mode": mode})
    run.send("reassign", to="wms_mobile")
    if mode == "guided":
        run.wait(NOW + 2 * DAY)
        run.confirm("perform", proof={"reference": "T", "confirmed_at": NOW + DAY})
    assert outcome(run) == ("reassigned", NOW + (DAY if mode == "guided" else 0 * DAY), ["WMU4", "WMU4"])
    assert document_of(run).cost_effect == "none"


@pytest.mark.parametrize(
    ("clicked", "shown", "rules"),
    [
        (timedelta(hours=1), timedelta(0), ["MOV1", "MOV1"]),
        (DAY, DAY, ["MOV1", "X12", "X12"]),
    ],
)
def test_MOV1_a_move_shows_the_moment_agreed_or_the_later_day_on_which_it_was_made(
    clicked: timedelta, shown: timedelta, rules: list[str]
) -> None:
    run = LoneRun("marketplace_transfer", TRANSFER, target="K-2")
    run.confirm("support_ticket", decision="granted")
    agreed = NOW + 7 * DAY
    run.confirm("appointment", at=agreed)
    run.wait(agreed + 2 * DAY)
    run.confirm("perform", proof={"reference": "T", "confirmed_at": agreed + clicked})
    assert outcome(run) == ("applied", agreed + shown, rules)


def booked() -> LoneRun:
    """What the customer centre ends by itself."""
    return scheduled(LoneRun("voucher", PAID))


def agreed() -> LoneRun:
    """What sales end on the day agreed."""
    run = LoneRun("key_accounting", TRANSFER, subject="key_accounting")
    run.confirm("support_ticket", decision="granted", at="2027-01-31")
    return run


@pytest.mark.parametrize("begun", [booked, agreed])
def test_X6_SUP3_what_ends_by_itself_shows_its_date_however_late_our_record_follows(
    begun: Callable[[], LoneRun],
) -> None:
    run = begun()
    run.held_back = {"apply_change"}
    run.wait(TERM + 2 * DAY)
    run.release()
    assert outcome(run)[:2] == ("applied", TERM)


@pytest.mark.parametrize(("clicked", "shown"), [(timedelta(hours=1), TERM), (2 * DAY, TERM + 2 * DAY)])
def test_X12_what_a_person_switches_off_on_a_later_day_than_planned_has_ended_then(
    clicked: timedelta, shown: datetime
) -> None:
    run = scheduled(LoneRun("voucher", INCLUDED | {"mode": "guided"}), effective_on="2027-02-01")
    run.wait(TERM + 3 * DAY)
    assert run.confirm("perform", proof={"reference": "T", "confirmed_at": TERM + clicked}) is None
    assert outcome(run)[:2] == ("applied", shown)


def test_a_request_that_ends_without_anything_shows_no_date() -> None:
    run = LoneRun("key_accounting", {"date_rule": "agreed"}, subject="key_accounting")
    run.confirm("support_ticket", decision="declined", note="no")
    assert outcome(run) == ("refused", None, [])


def test_X9_what_is_switched_off_before_its_proof_shows_when_it_was_switched_off() -> None:
    run = LoneRun("marketplace", INCLUDED | {"outside": ({"what": "pilot", "rule": "MP3"},)})
    run.send("place_order")
    run.wait(NOW + 9 * DAY)
    run.confirm("third_party", proof={"reference": "mail"})
    assert outcome(run) == ("applied", NOW, ["X6", "X6"])


# What was held on its date (X4), and what is left after it (X2).

CHANNEL = Surplus(licence="M-1", product="marketplace", reason="channel")
NOTICED = ["D6", "D8", "D5"]


def held() -> LoneRun:
    """Package 0 on its date, on which a channel is active."""
    run = LoneRun("order_package", NOTICE | {"warnings": ({"code": "package_zero"},)}, **PACKAGE)
    run.acknowledge()
    scheduled(run)
    run.receipt = Receipt(key="k", surplus=(CHANNEL,), held=True)
    run.wait(TERM)
    assert run.state == "held"
    return run


def test_X4_a_held_package_is_told_on_its_date_and_only_then() -> None:
    run = held()
    assert run.notices()[-1] == ("held", "customer")
    assert [entry["names"] for entry in run.notice("held")["surplus"]] == [["marketplace (M-1)"]]
    assert outcome(run) == ("surplus_resolution", TERM, [*NOTICED, "X4", "X4"])
    run.receipt = Receipt(key="k", surplus=(CHANNEL, CHANNEL.model_copy(update={"licence": "M-2"})), held=True)
    run.receive("licence_changed", None)
    assert run.notices().count(("held", "customer")) == 1
    shown = [entry["names"] for entry in run.task("surplus").values["surplus"]]
    assert shown == [["marketplace (M-1)"], ["marketplace (M-2)"]]


@pytest.mark.parametrize("how", ["licence_changed", "confirmed", "recheck_licences"])
def test_X4_a_held_package_takes_effect_when_it_is_changed(how: str) -> None:
    run = held()
    run.wait(TERM + 9 * DAY)
    run.receipt = Receipt(key="k")
    if how == "confirmed":
        run.confirm("surplus")
    elif how == "recheck_licences":
        run.send("recheck_licences")
    else:
        run.receive("licence_changed", None)
    assert outcome(run) == ("applied", TERM + 9 * DAY, [*NOTICED, "X4", "X4"])
    assert run.notice("applied")["held_since"] == TERM.isoformat()
    assert run.notice("applied")["effective_at"] == (TERM + 9 * DAY).isoformat()
    assert document_of(run).order_by is None


@pytest.mark.parametrize("at", ["2027-02-05", "2027-02-01"])
def test_X4_or_from_the_day_that_the_operator_names(at: str) -> None:
    run = held()
    run.wait(TERM + 9 * DAY)
    run.receipt = Receipt(key="k")
    assert run.confirm("surplus", at=at) is None
    assert outcome(run) == ("applied", moment(at) - timedelta(hours=1), [*NOTICED, "X4", "X4", "X4"])


def test_X4_a_day_to_come_is_waited_for_and_checked_again() -> None:
    run = held()
    run.receipt = Receipt(key="k")
    march = moment("2027-02-28 23:00")
    assert run.confirm("surplus", at="2027-03-01") is None
    assert outcome(run) == ("scheduled", march, [*NOTICED, "X4", "X4", "X4"])
    assert run.notice("scheduled")["clarified"] is True
    run.receipt = Receipt(key="k", surplus=(CHANNEL,), held=True)
    run.wait(march)
    assert run.state == "held"
    run.receipt = Receipt(key="k")
    run.wait(march + DAY)
    run.receive("licence_changed", None)
    assert outcome(run) == ("applied", march + DAY, [*NOTICED, "X4", "X4"])


@pytest.mark.parametrize(("after", "state"), [(timedelta(0), "applied"), (timedelta(minutes=1), "scheduled")])
def test_X4_only_what_is_still_to_come_is_waited_for(after: timedelta, state: str) -> None:
    run = held()
    run.receipt = Receipt(key="k")
    run.now = TERM + DAY
    told = run.notices().count(("scheduled", "customer"))
    assert run.confirm("surplus", at=run.now + after) is None
    assert run.state == state
    assert run.notices().count(("scheduled", "customer")) == told + (state == "scheduled")


def test_X4_it_cannot_have_held_before_it_was_ordered_for() -> None:
    run = held()
    refusal = run.confirm("surplus", at="2027-01-31")
    assert refusal is not None and refusal.code == "malformed"
    assert run.state == "held"


def test_X2_an_edition_that_changes_with_surplus_tells_the_customer_on_the_day() -> None:
    run = scheduled(edition())
    run.receipt = Receipt(key="k", surplus=(Surplus(licence="L-9", product="p", reason="not_available"),))
    run.wait(TERM)
    assert (run.state, run.notices()[-1]) == ("leftover", ("changed", "customer"))
    assert run.notices().count(("changed", "customer")) == 1
    assert [entry["names"] for entry in run.notice("changed")["surplus"]] == [["p (L-9)"]]


def test_X9_what_is_switched_off_on_its_day_before_its_proof_is_told_on_the_day() -> None:
    outside = {"outside": ({"what": "pilot", "rule": "MP3"},)}
    run = scheduled(LoneRun("marketplace", INCLUDED | outside), effective_on="2027-02-01")
    run.wait(TERM)
    assert (run.state, run.notices()[-1]) == ("third_party", ("changed", "customer"))
    assert run.notice("changed")["steps"] == [{"what": "pilot", "name": None}]
    at_once = LoneRun("marketplace", INCLUDED | outside)
    at_once.send("place_order")
    at_once.wait(NOW)
    assert (at_once.state, at_once.notices()) == ("third_party", [("scheduled", "customer")])


def test_X9_X12_what_a_person_switched_off_later_than_planned_shows_that_before_its_proof_too() -> None:
    outside = {"outside": ({"what": "pilot", "rule": "MP3"},), "mode": "guided"}
    run = scheduled(LoneRun("marketplace", INCLUDED | outside), effective_on="2027-02-01")
    run.wait(TERM + 2 * DAY)
    run.confirm("perform", proof={"reference": "T"})
    assert outcome(run)[:2] == ("third_party", TERM + 2 * DAY)
    run.confirm("third_party", proof={"reference": "mail"})
    assert outcome(run)[:2] == ("applied", TERM + 2 * DAY)


# A hosting with its add-ons (ADD2).

COST = {"before": "50.00", "after": "0"}


def hosting(*decided: str, **prices: Any) -> LoneRun:
    """Ordered, with what is said of its add-ons A-1 and so on."""
    names = [f"A-{number}" for number, _ in enumerate(decided, 1)]
    addons = [{"licence": name, "product": "Extra", "cost": prices.get(name.replace("-", ""))} for name in names]
    run = LoneRun("hosting", PAID | {"cost": COST, "addons": addons}, subject="H-1")
    return scheduled(run, details={"addons": dict(zip(names, decided, strict=True))})


TEN = {"before": "10.00", "after": "0"}


@pytest.mark.parametrize(
    ("decided", "prices", "saved"),
    [
        (("end",), {"A1": TEN}, ("60.00", "0.00", "60.00")),
        (("keep",), {"A1": TEN}, ("60.00", "10.00", "50.00")),
        (("end", "keep"), {"A1": TEN, "A2": TEN}, ("70.00", "10.00", "60.00")),
        (("end",), {}, (None, None, None)),
    ],
)
def test_ADD2_what_ends_and_what_stays_is_counted_in_the_saving(
    decided: tuple[str, ...], prices: Any, saved: tuple[str | None, ...]
) -> None:
    told = hosting(*decided, **prices).notice("scheduled")
    assert tuple(told.get(name) for name in ("price", "new_price", "saved_price")) == saved


def test_ADD2_what_ends_and_what_stays_is_named_when_it_is_booked_and_made() -> None:
    run = hosting("end", "keep", "end")
    run.wait(TERM)
    for mail in ("scheduled", "applied"):
        told = run.notice(mail)
        assert (told["addons_ending"], told["addons_staying"]) == (["Extra (A-1)", "Extra (A-3)"], ["Extra (A-2)"])


@pytest.mark.parametrize("decided", ["end", "keep"])
def test_ADD2_what_ends_by_itself_is_not_counted_twice_and_neither_ends_with_it_nor_stays(decided: str) -> None:
    own = {"licence": "A-1", "product": "Extra", "cost": TEN, "ends_at": (TERM - 30 * DAY).isoformat()}
    other = {"licence": "A-2", "product": "Extra", "cost": TEN}
    run = LoneRun("hosting", PAID | {"cost": COST, "addons": [own, other]}, subject="H-1")
    told = scheduled(run, details={"addons": {"A-1": decided, "A-2": "end"}}).notice("scheduled")
    assert tuple(told[name] for name in ("price", "new_price", "saved_price")) == ("60.00", "0.00", "60.00")
    assert (told["addons_ending"], told["addons_apart"]) == (["Extra (A-2)"], ["Extra (A-1)"])
    assert "addons_staying" not in told


def test_ADD2_X12_whoever_clicks_is_told_which_add_ons_end_and_how() -> None:
    addons = [{"licence": "A-1", "product": "Extra"}, {"licence": "A-2", "product": "Extra"}]
    says = PAID | {"addons": addons, "addon_path": ("one", "two"), "mode": "guided"}
    run = LoneRun("hosting", says, subject="H-1")
    run.send("place_order", details={"addons": {"A-1": "end", "A-2": "keep"}})
    values = run.task("perform").values
    assert (values["addons_ending"], values["addons_staying"]) == (["Extra (A-1)"], ["Extra (A-2)"])
    assert values["addon_path"] == ["one", "two"]


# A marketplace account that moves (MOV1).


def told(run: LoneRun) -> list[tuple[str, str, str | None]]:
    """The mails of the move: template, to whom, what."""
    mails = [effect for effect in run.effects if isinstance(effect, Notify) and effect.to != "operator"]
    return [(mail.template, mail.to, mail.values.get("what")) for mail in mails]


def moving(**says: Any) -> LoneRun:
    """A move whose appointment is agreed."""
    run = LoneRun("marketplace_transfer", TRANSFER | says, target="K-2")
    run.confirm("support_ticket", decision="granted")
    assert told(run) == ARRIVED
    run.confirm("appointment", at=NOW + 7 * DAY)
    return run


ARRIVED = [("report_received", "customer", None)]
AGREED = [("move", "customer", "agreed"), ("move_other", "other_customer", "agreed")]
OFF = [("move", "customer", "off"), ("move_other", "other_customer", "off")]
DONE = [("applied", "customer", None), ("move_other", "other_customer", "done")]


def test_MOV1_both_customers_are_told_of_the_appointment_and_that_it_can_be_connected_now() -> None:
    run = moving()
    assert told(run) == [*ARRIVED, *AGREED]
    assert run.notice("move_other")["effective_at"] == (NOW + 7 * DAY).isoformat()
    run.wait(NOW + 7 * DAY)
    run.reject("perform", "nobody there")
    assert told(run) == [*ARRIVED, *AGREED, *OFF]
    run.confirm("appointment", at=NOW + 8 * DAY)
    run.wait(NOW + 8 * DAY)
    run.confirm("perform", proof={"reference": "T"})
    assert told(run) == [*ARRIVED, *AGREED, *OFF, *AGREED, *DONE]


@pytest.mark.parametrize("called", ["eBay (L-1)", None])
def test_MOV1_the_other_customer_reads_what_moves_by_name_and_when(called: str | None) -> None:
    run = moving(called=called)
    said = {"what": "agreed", "effective_at": (NOW + 7 * DAY).isoformat(), "called": called}
    assert run.notice("move_other") == said


def test_MOV1_the_other_customer_hears_that_an_agreed_move_does_not_come() -> None:
    run = moving()
    run.send("abandon")
    assert told(run) == [*ARRIVED, *AGREED, ("abandoned", "customer", None), ("move_other", "other_customer", "off")]
    early = LoneRun("marketplace_transfer", TRANSFER, target="K-2")
    early.send("abandon")
    assert told(early) == [*ARRIVED, ("abandoned", "customer", None)]
