"""Where many runs share a month's start each has its place in `APPLY_WINDOW`; the date itself stays (D1, X2, X10)."""

from collections import Counter
from datetime import datetime, timedelta

import pytest

from states.model.facts import RunSettings
from states.rules.spread import spread_out
from tests.charts.lone_run import ASK_TERM, PAID, LoneRun, edition, over_standing, scheduled
from tests.runs.documents import moment

WINDOW = timedelta(hours=2)
SPREAD = {"settings": RunSettings(apply_window=WINDOW)}
TICK = timedelta(microseconds=1)
DATE = moment("2027-02-01T00:00+01:00")
CHECK = DATE - timedelta(days=5)


def wakes(run: LoneRun) -> dict[str, datetime]:
    """When the run wakes."""
    return spread_out(run.chart.timers(), run.memory)


def named(run: LoneRun, customer: str) -> LoneRun:
    """The run of another customer."""
    run.memory.request = run.memory.request.model_copy(update={"customer": customer})
    return run


def test_D1_the_work_of_a_month_begins_at_its_start_and_the_check_before_it_is_done_in_time():
    run = scheduled(edition(SPREAD))
    meant = run.chart.timers()
    assert meant == {"date_reached": DATE, "recheck_due": CHECK}
    for number in range(200):
        spread = wakes(named(run, f"K-{number}"))
        assert DATE <= spread["date_reached"] < DATE + WINDOW
        assert CHECK - WINDOW <= spread["recheck_due"] < CHECK
        assert run.chart.timers() == meant and run.order.effective_at == DATE


def test_all_of_the_window_is_used_and_no_part_of_it_by_many():
    run, runs, parts = scheduled(edition(SPREAD)), 2000, 20
    for event, begins in (("date_reached", DATE), ("recheck_due", CHECK - WINDOW)):
        places = [(wakes(named(run, f"K-{number}"))[event] - begins) / WINDOW for number in range(runs)]
        in_part = Counter(int(place * parts) for place in places)
        assert set(in_part) == set(range(parts))
        assert max(in_part.values()) < 1.5 * runs / parts


def test_a_run_keeps_its_place():
    run, other = (scheduled(edition(SPREAD)) for _ in range(2))
    assert wakes(run) == wakes(other) != wakes(named(other, "K-2"))


@pytest.mark.parametrize(
    ("ends", "shared"), [("2027-01-31", True), ("2027-01-30", False), ("2027-02-01", False), ("2027-02-14", False)]
)
def test_X6_only_what_begins_with_a_month_is_spread(ends, shared):
    run = scheduled(LoneRun("voucher", PAID | SPREAD | {"term_ends": ends}))
    assert (wakes(run) != run.chart.timers()) is shared


@pytest.mark.parametrize(("ends", "spread"), [("2027-06-29", False), ("2027-06-30", True), ("2027-07-01", False)])
def test_X14_the_check_before_the_end_of_an_annual_term_is_spread_with_a_months_start_alone(ends, spread):
    run = edition(SPREAD | {"questions": (ASK_TERM,)})
    run.confirm("clarify_term", at=ends)
    scheduled(run)
    assert (wakes(run)["recheck_due"] != run.chart.timers()["recheck_due"]) is spread


def test_X6_a_moment_on_the_first_of_a_month_that_is_not_its_start_is_kept():
    run = scheduled(LoneRun("voucher", PAID | SPREAD))
    run.memory.order = run.order.model_copy(update={"effective_at": DATE + timedelta(hours=14)})
    assert wakes(run) == run.chart.timers()


def test_X10_a_standing_order_has_its_place_too():
    run = over_standing(**SPREAD)
    run.memory.settings = SPREAD["settings"]
    assert DATE < wakes(run)["standing_due"] < DATE + WINDOW
    assert wakes(run).keys() == run.chart.timers().keys()


def test_without_a_window_moments_are_exact():
    run = scheduled(edition({"settings": RunSettings(apply_window=timedelta(0))}))
    assert wakes(run) == run.chart.timers()


@pytest.mark.parametrize("placed_at", [DATE, DATE + TICK])
def test_an_order_whose_date_has_come_is_not_put_off(placed_at):
    run = scheduled(edition(SPREAD))
    run.memory.order = run.order.model_copy(update={"placed_at": placed_at})
    assert wakes(run)["date_reached"] == DATE


def test_X2_an_order_placed_in_the_window_of_its_check_is_checked_at_its_moment():
    run = scheduled(edition(SPREAD))
    early = wakes(run)["recheck_due"]
    for placed_at, wakes_at in ((early - TICK, early), (early, CHECK)):
        run.memory.order = run.order.model_copy(update={"placed_at": placed_at})
        assert wakes(run)["recheck_due"] == wakes_at


def test_what_is_the_runs_alone_is_not_spread():
    run = edition(SPREAD)
    assert set(run.chart.timers()) == {"remind", "abandon", "order_by_passed"}
    assert wakes(run) == run.chart.timers()
