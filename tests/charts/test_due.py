"""By when each task is due, on both sides of each boundary; and that nobody is reminded more than once a period."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from settings.reading import durations
from states.chart.task_types import TASK_TYPES
from states.chart.turn import Answer
from states.model.durations import patience
from states.model.effects import Notify
from states.model.facts import RunSettings, Undelivered
from states.model.request import RejectTask
from states.rules.due_dates import due_within
from tests.charts.lone_run import ASK_COST, ASK_TERM, DAY, NOW, PAID, LoneRun, edition, moment, scheduled
from tests.charts.test_lifecycle import guided

BERLIN = "Europe/Berlin"
PILOT = {"outside": ({"what": "pilot", "rule": "MP3", "name": "JTL"},)}
LICENCE_ENDS = moment("2027-01-31 23:00")


# How long something may take.


@pytest.mark.parametrize(("opened", "within", "due"), [
    ("2027-01-04 11:00", "P2D", "2027-01-06 23:00"),  # Monday noon: by the end of Wednesday in Berlin
    ("2027-01-04 22:59", "P2D", "2027-01-06 23:00"),  # still Monday there
    ("2027-01-04 23:00", "P2D", "2027-01-07 23:00"),  # Tuesday has begun
    ("2027-01-05 11:00", "P3D", "2027-01-08 23:00"),  # Friday
    ("2027-01-06 11:00", "P3D", "2027-01-11 23:00"),  # Saturday: Monday takes its place
    ("2027-01-07 11:00", "P3D", "2027-01-11 23:00"),  # Sunday
    ("2027-01-08 11:00", "P3D", "2027-01-11 23:00"),  # Monday
    ("2027-01-09 11:00", "P1D", "2027-01-11 23:00"),  # opened on a Saturday
    ("2027-01-04 11:00", "P1W", "2027-01-11 23:00"),
    ("2027-03-26 11:00", "P3D", "2027-03-29 22:00"),  # over the day on which summer time begins
    ("2027-01-08 17:00", "PT4H", "2027-01-08 21:00"),
    ("2027-01-08 22:00", "PT24H", "2027-01-09 22:00"),  # hours are counted through, over nights and weekends
    ("2027-01-08 22:00", "P1DT2H", "2027-01-10 00:00"),
    ("2027-01-08 22:00", "PT90M", "2027-01-08 23:30"),
])  # fmt: skip
def test_days_end_with_a_day_of_the_calendar_and_hours_by_the_clock(opened: str, within: str, due: str) -> None:
    assert due_within(moment(opened), within, BERLIN) == moment(due)


@pytest.mark.parametrize(
    "written", ["", "P", "PT", "P0D", "PT0H", "P1DT", "2 days", "P-1D", "P1M", "P1Y", "p1d", "P1W2D"]
)
def test_what_is_no_such_duration_is_refused_by_the_setting_as_by_the_run(written: str) -> None:
    with pytest.raises(ValueError, match="ISO 8601"):
        patience(written)
    with pytest.raises(ValueError, match=r"repair: write an ISO 8601|name=value"):
        durations(f"repair={written}")


@pytest.mark.parametrize("written", ["P1D", "P14D", "P2W", "PT4H", "PT30M", "P1DT12H", "P10D", "PT10H30M", "P100W"])
def test_what_the_setting_takes_the_run_understands(written: str) -> None:
    assert durations(f"repair={written}") == {"repair": written}
    assert patience(written) > (0, timedelta(0))


def test_each_types_own_time_is_one() -> None:
    assert all(patience(type_.within) for type_ in TASK_TYPES.values())


# Each type.


def due(run: LoneRun, type_: str) -> datetime | None:
    """When the open task of a type is due."""
    return run.task(type_).due_at


def set_to(**task_due: str) -> dict[str, Any]:
    """Settings in which types have another time."""
    return {"settings": RunSettings(task_due=task_due)}


def clarifying(ends: str, now: datetime = NOW, **says: Any) -> LoneRun:
    """A run that waits to be told what a licence costs, whose term ends on that day."""
    unclear = {"cost_effect": "unknown", "questions": (ASK_COST,), "term_ends": ends}
    return LoneRun("production", PAID | unclear | says, now=now)


@pytest.mark.parametrize(("ends", "notice", "at"), [
    ("2027-03-31", None, "2027-01-06 23:00"),  # within two days, the term being far off
    ("2027-01-07", None, "2027-01-06 23:00"),  # a day before the last moment to order, which is the end of the 7th
    ("2027-01-06", None, "2027-01-05 23:00"),
    ("2027-01-05", None, "2027-01-04 23:00"),
    ("2027-01-04", None, "2027-01-04 11:00"),  # its last day: at once
    ("2027-01-03", None, "2027-01-06 23:00"),  # it is over: nothing depends on it any more
    ("2027-01-20", 15, "2027-01-04 23:00"),  # with its notice, the 5th is the last day to order
    ("2027-01-20", 16, "2027-01-04 11:00"),
    ("2027-01-20", 17, "2027-01-06 23:00"),  # the notice cannot be kept any more
])  # fmt: skip
def test_X5_what_must_be_clarified_is_due_while_the_customer_can_still_order(
    ends: str, notice: int | None, at: str
) -> None:
    assert due(clarifying(ends, notice=notice), "clarify_cost") == moment(at)


@pytest.mark.parametrize(("now", "ends", "at"), [
    ("2027-03-26 11:00", "2027-03-28", "2027-03-27 23:00"),  # the 28th has 23 hours
    ("2027-10-29 11:00", "2027-10-31", "2027-10-30 22:00"),  # the 31st has 25
])  # fmt: skip
def test_X5_a_day_before_is_a_midnight_in_berlin_when_the_clocks_change_too(now: str, ends: str, at: str) -> None:
    assert due(clarifying(ends, moment(now)), "clarify_cost") == moment(at)


@pytest.mark.parametrize(("now", "at"), [
    ("2027-01-04 11:00", "2027-01-06 23:00"),
    ("2027-01-15 11:00", "2027-01-16 23:00"),  # Friday; the last day in time is Sunday, the 17th
    ("2027-01-17 11:00", "2027-01-17 11:00"),
    ("2027-01-18 11:00", "2027-01-20 23:00"),  # the next one is in February
])  # fmt: skip
def test_D1_by_the_notice_rule_it_is_due_a_day_before_the_last_day_in_time_ends(now: str, at: str) -> None:
    run = edition({"questions": (ASK_TERM,)}, now=moment(now))
    assert due(run, "clarify_term") == moment(at)


def test_a_deadline_that_passes_while_something_is_clarified_gives_way_to_the_next() -> None:
    """What was due by its own time stays so."""
    run = edition({"questions": (ASK_TERM,)} | set_to(clarify_term="P30D"), now=moment("2027-01-15 11:00"))
    assert due(run, "clarify_term") == moment("2027-01-16 23:00")
    run.wait(moment("2027-01-18 11:00"))
    assert run.send("recheck_licences") is None
    assert due(run, "clarify_term") == moment("2027-02-13 23:00")
    run = edition({"questions": (ASK_TERM,)}, now=moment("2027-01-15 11:00"))
    run.wait(moment("2027-01-18 11:00"))
    assert run.send("recheck_licences") is None
    assert due(run, "clarify_term") == moment("2027-01-18 23:00")


def test_X12_a_booking_is_due_before_its_date_moves_however_far_off_that_is() -> None:
    run = edition({"mode": "guided"})
    run.send("place_order")
    assert due(run, "perform") == moment("2027-01-17 23:00")
    run.wait(moment("2027-01-17 23:00"))
    assert due(run, "perform") == moment("2027-02-14 23:00")


@pytest.mark.parametrize(("written", "at"), [("P1D", "2027-01-05 23:00"), ("P30D", "2027-01-17 23:00")])
def test_a_setting_makes_it_due_sooner_and_never_later(written: str, at: str) -> None:
    run = edition({"mode": "guided"} | set_to(perform=written))
    run.send("place_order")
    assert due(run, "perform") == moment(at)


def test_D7_where_nobody_knows_the_notice_it_is_due_at_once_whatever_is_set() -> None:
    run = guided("voucher", PAID | set_to(perform="P3D"))
    run.send("place_order")
    assert due(run, "perform") == NOW


@pytest.mark.parametrize(("notice", "now", "before", "after"), [
    (None, "2027-01-04 11:00", "2027-01-04 11:00", "2027-01-04 11:00"),  # nobody knows the notice: at once (D7)
    (14, "2027-01-04 11:00", "2027-01-17 23:00", "2027-01-17 23:00"),
    (14, "2027-01-17 22:30", "2027-01-17 23:00", "2027-01-17 23:00"),
])  # fmt: skip
def test_X12_D7_a_booking_that_nobody_clicked_in_time_stays_due_since_then(
    notice: int | None, now: str, before: str, after: str
) -> None:
    run = LoneRun("wms_user", PAID | {"mode": "guided", "notice": notice}, now=moment(now))
    assert run.send("place_order") is None
    assert due(run, "perform") == moment(before)
    assert "booking_overdue" in run.wait(moment("2027-02-02"))
    assert run.order.effective_at is None
    assert due(run, "perform") == moment(after)


def test_X9_a_customers_own_step_is_due_by_the_date_else_within_two_weeks() -> None:
    assert due(scheduled(LoneRun("marketplace", PAID | PILOT)), "third_party") == LICENCE_ENDS
    without_order = LoneRun("connector", {"outside": ({"what": "shopify", "rule": "CO4", "name": "Shopify"},)})
    assert due(without_order, "third_party") == moment("2027-01-18 23:00")


@pytest.mark.parametrize(("now", "at"), [
    ("2027-01-29 11:00", "2027-01-31 23:00"),  # Friday: Saturday's end would be Monday's, and the date is sooner
    ("2027-01-04 11:00", "2027-01-05 23:00"),
])  # fmt: skip
def test_X11_a_revocation_is_due_within_a_day_and_before_the_date(now: str, at: str) -> None:
    run = scheduled(edition())
    run.wait(moment(now))
    run.send("request_revocation", explanation="oh")
    assert due(run, "revocation") == moment(at)


@pytest.mark.parametrize(("agreed", "at"), [
    ("2027-01-04", "2027-01-04 23:00"), ("2027-01-05", "2027-01-05 23:00"), ("2027-01-06", "2027-01-05 23:00"),
])  # fmt: skip
def test_X11_SUP3_without_an_order_it_is_due_before_the_day_agreed(agreed: str, at: str) -> None:
    run = LoneRun("key_accounting", {"date_rule": "agreed"}, subject="key_accounting")
    assert run.confirm("support_ticket", decision="granted", at=agreed) is None
    run.send("request_revocation", explanation="oh")
    assert due(run, "revocation") == moment(at)


@pytest.mark.parametrize(("now", "at"), [
    ("2027-01-31 18:59", "2027-01-31 22:59"),  # within four hours
    ("2027-01-31 19:01", "2027-01-31 23:00"),  # its licence ends sooner
])  # fmt: skip
def test_X6_a_booking_that_fails_is_to_be_repaired_before_its_date(now: str, at: str) -> None:
    run = LoneRun("voucher", PAID, held_back=("place_order",), now=moment(now))
    run.send("place_order")
    run.fails()
    assert due(run, "repair") == moment(at)


def test_what_no_deadline_depends_on_is_due_within_its_own_time() -> None:
    ticket = LoneRun("misclick", {}, explanation="e")
    assert due(ticket, "support_ticket") == moment("2027-01-06 23:00")
    move = LoneRun("marketplace_transfer", {"date_rule": "agreed", "cost_effect": "none"}, target="K-2")
    move.confirm("support_ticket", decision="granted")
    assert due(move, "appointment") == moment("2027-01-07 23:00")
    failing = LoneRun("voucher", PAID, held_back=("place_order",))
    failing.send("place_order")
    failing.fails()
    assert due(failing, "repair") == NOW + timedelta(hours=4)
    untold = scheduled(edition())
    untold.receive("answered", Answer(Notify(template="applied", number=9), undelivered=Undelivered(why="no_address")))
    assert due(untold, "tell_customer") == NOW + DAY


@pytest.mark.parametrize(("type_", "written", "at"), [
    ("support_ticket", "PT1H", "2027-01-04 12:00"), ("support_ticket", "P5D", "2027-01-11 23:00"),
    ("repair", "PT1H", "2027-01-06 23:00"),
])  # fmt: skip
def test_a_setting_holds_for_the_type_that_it_names(type_: str, written: str, at: str) -> None:
    run = LoneRun("misclick", set_to(**{type_: written}), explanation="e")
    assert due(run, "support_ticket") == moment(at)


# Reminders: once a period.


def escalated(run: LoneRun) -> list[int]:
    """How often each open task has been brought to mind."""
    return [task.escalated for task in run.memory.tasks]


def reminders(run: LoneRun) -> int:
    """How often the customer has been reminded."""
    return sum(template.startswith("reminder") for template, _ in run.notices())


def test_three_rejections_within_a_second_remind_once_and_the_last_note_is_shown() -> None:
    run = guided("voucher", PAID)
    run.send("place_order")
    for note in ("one", "two", "three"):
        assert run.reject("perform", note) is None
    assert (escalated(run), run.task("perform").note) == ([1], "three")


@pytest.mark.parametrize(("after", "times"), [(7 * DAY - timedelta(seconds=1), 1), (7 * DAY, 2)])
def test_a_period_later_a_rejection_reminds_again(after: timedelta, times: int) -> None:
    run = LoneRun("voucher", PAID | {"mode": "guided"})
    run.send("place_order")
    run.reject("perform", "one")
    run.now = NOW + after
    run.reject("perform", "two")
    assert escalated(run) == [times]


def test_X9_the_customer_hears_of_each_proof_that_is_no_good_and_is_reminded_of_none() -> None:
    run = scheduled(LoneRun("marketplace", PAID | PILOT))
    for _ in range(3):
        run.send("hand_in_proof", task=run.task("third_party").task, reference="mail")
        assert run.reject("third_party", "unreadable") is None
    assert [template for template, _ in run.notices()].count("proof_rejected") == 3
    assert (escalated(run), reminders(run)) == ([1], 0)


def test_X9_the_customer_is_reminded_of_all_his_steps_in_one_mail() -> None:
    shop = {"what": "third_party", "rule": "MP4", "name": "eBay"}
    run = scheduled(LoneRun("marketplace", PAID | {"outside": (*PILOT["outside"], shop)}))
    run.wait(NOW + 7 * DAY)
    assert (escalated(run), reminders(run)) == ([1, 1], 1)
    assert [step["what"] for step in run.notice("reminder")["steps"]] == ["pilot", "third_party"]
    assert (run.memory.timeline[-1].note, run.memory.timeline[-1].times) == ("note.escalated", 2)


def test_X9_whatever_of_his_steps_comes_to_mind_the_customer_is_reminded_once_a_period() -> None:
    shop = {"what": "third_party", "rule": "MP4", "name": "eBay"}
    run = scheduled(LoneRun("marketplace", PAID | {"outside": (*PILOT["outside"], shop)}))
    run.now = NOW + 2 * DAY
    first, _ = run.memory.tasks
    run.would_take("reject_task", RejectTask(by="o", task=first.task, note="not yet"))
    run.wait(NOW + 9 * DAY)
    assert (escalated(run), reminders(run)) == ([2, 1], 1)
    run.wait(NOW + 14 * DAY)
    assert reminders(run) == 2


def test_X9_while_the_customers_own_clock_runs_it_alone_reminds_him_of_his_steps() -> None:
    shopify = {"outside": ({"what": "shopify", "rule": "CO4", "name": "Shopify"},)}
    run = LoneRun("connector", shopify | set_to(third_party="P2D"))
    run.wait(NOW + 7 * DAY - timedelta(seconds=1))
    assert (escalated(run), reminders(run)) == ([1], 0)
    run.wait(NOW + 7 * DAY)
    assert reminders(run) == 1


def test_what_is_opened_anew_within_a_period_begins_no_reminders_of_its_own() -> None:
    run = LoneRun("voucher", PAID, held_back=("place_order",))
    run.send("place_order")
    run.fails()
    first = run.task("repair")
    run.reject("repair", "one")
    run.confirm("repair", decision="retry")
    run.fails()
    again = run.task("repair")
    run.reject("repair", "two")
    assert (again.task != first.task, escalated(run)) == (True, [0])
    assert run.chart.timers()["task_due"] == NOW + 7 * DAY
    run.wait(NOW + 7 * DAY)
    assert escalated(run) == [1]


def test_after_a_long_outage_each_is_reminded_once_and_then_a_period_later() -> None:
    run = LoneRun("misclick", {}, explanation="e")
    run.now = NOW + 30 * DAY
    assert run.wait(run.now) == ["task_due"]
    assert (escalated(run), run.chart.timers()["task_due"]) == ([1], NOW + 37 * DAY)
    idle = edition()
    idle.now = NOW + 20 * DAY
    assert [event for event in idle.wait(idle.now) if event == "remind"] == ["remind"]
    assert reminders(idle) == 1


def test_after_a_reset_nobody_is_told_again_what_came_to_mind_before_it() -> None:
    run = scheduled(LoneRun("marketplace", PAID | PILOT))
    run.chart.pass_over_reminders(NOW + 8 * DAY)
    assert (escalated(run), reminders(run)) == ([1], 0)
    assert run.chart.timers()["task_due"] == NOW + 15 * DAY
    idle = edition()
    idle.chart.pass_over_reminders(NOW + 15 * DAY)
    assert (reminders(idle), idle.memory.reminders, idle.chart.timers()["remind"]) == (0, 2, NOW + 21 * DAY)


@pytest.mark.parametrize(("after", "told"), [(7 * DAY - timedelta(seconds=1), 0), (7 * DAY, 1), (8 * DAY, 1)])
def test_what_came_to_mind_at_the_very_moment_of_a_reset_counts_as_told(after: timedelta, told: int) -> None:
    run = scheduled(LoneRun("marketplace", PAID | PILOT))
    run.chart.pass_over_reminders(NOW + after)
    idle = edition()
    idle.chart.pass_over_reminders(NOW + after)
    assert (escalated(run), idle.memory.reminders) == ([told], told)
    assert idle.chart.timers()["remind"] == NOW + 7 * (told + 1) * DAY
