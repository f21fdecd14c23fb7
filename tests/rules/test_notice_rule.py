"""The notice rule against a table made by hand (docs/contract.md, Time): D1 to D8, X1."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from states.rules.notice import NoticeRule, first_of_month, latest_choice

LAST = {1: 17, 2: 14, 3: 17, 4: 16, 5: 17, 6: 16, 7: 17, 8: 17, 9: 16, 10: 17, 11: 16, 12: 17}
"""The last day in time of each month, by hand; February 2028 has 29 days: the 15th."""
SUMMER = range(4, 11)
"""The months whose first lies in summer time in Berlin: two hours before UTC's midnight, else one."""
READINGS = ("inclusive", "strict")
ZONES = ("Europe/Berlin", "UTC", "America/Los_Angeles", "Pacific/Kiritimati", "Asia/Kathmandu", "Australia/Lord_Howe")

rules = st.builds(NoticeRule, days=st.integers(1, 27), boundary=st.sampled_from(READINGS), zone=st.sampled_from(ZONES))
START = datetime(2025, 1, 1, tzinfo=UTC)
moments = st.integers(0, 15 * 365 * 86400).map(lambda seconds: START + timedelta(seconds=seconds))
days = st.dates(date(2025, 1, 1), date(2040, 1, 1))


def last_in_time(day: date) -> int:
    return 15 if (day.year, day.month) == (2028, 2) else LAST[day.month]


def expected(day: date, boundary: str) -> date:
    """The effective day, by the table alone."""
    late = day.day > last_in_time(day) or (boundary == "strict" and day.day == last_in_time(day))
    month = day.month + (2 if late else 1)
    return date(day.year + (month > 12), month - 12 * (month > 12), 1)


def midnight(first: date) -> datetime:
    """00:00 in Berlin of a first of a month, in UTC, without a time zone's data."""
    return datetime(first.year, first.month, 1, tzinfo=UTC) - timedelta(hours=2 if first.month in SUMMER else 1)


@pytest.mark.parametrize(
    ("ordered", "latest"), [("2027-01-04", "2028-01-04"), ("2027-02-28", "2028-02-28"), ("2028-02-29", "2029-02-28")]
)
def test_X6_a_day_may_be_chosen_for_twelve_months(ordered: str, latest: str) -> None:
    assert latest_choice(date.fromisoformat(ordered)).isoformat() == latest


def every_day() -> list[date]:
    return [date(2026, 1, 1) + timedelta(days=number) for number in range(365 * 4 + 1)]


@pytest.mark.parametrize("boundary", READINGS)
def test_D1_to_D5_every_day_of_four_years(boundary: str) -> None:
    rule = NoticeRule(boundary=boundary)
    berlin = ZoneInfo("Europe/Berlin")
    assert every_day()[-1] == date(2029, 12, 31)
    for day in every_day():
        due = expected(day, boundary)
        assert rule.effective_on(day) == due, day
        assert rule.last_day_in_time(day) == day.replace(day=last_in_time(day)), day
        for hour, minute in ((0, 0), (12, 0), (23, 59)):
            placed = datetime(day.year, day.month, day.day, hour, minute, tzinfo=berlin)
            assert rule.effective_at(placed) == midnight(due), placed
            assert rule.is_boundary(placed) == (day.day == last_in_time(day)), placed


@pytest.mark.parametrize(
    ("rule", "placed_on", "inclusive", "strict"),
    [
        ("D4", "2027-01-16", "2027-02-01", "2027-02-01"),
        ("X1", "2027-01-17", "2027-02-01", "2027-03-01"),
        ("D4", "2027-01-18", "2027-03-01", "2027-03-01"),
        ("D3", "2027-01-31", "2027-03-01", "2027-03-01"),
        ("D2", "2027-02-01", "2027-03-01", "2027-03-01"),
        ("D5", "2027-02-14", "2027-03-01", "2027-04-01"),
        ("D5", "2028-02-15", "2028-03-01", "2028-04-01"),
        ("D3", "2028-02-16", "2028-04-01", "2028-04-01"),
        ("D5", "2027-04-16", "2027-05-01", "2027-06-01"),
        ("D5", "2026-11-16", "2026-12-01", "2027-01-01"),
        ("D3", "2026-11-18", "2027-01-01", "2027-01-01"),
        ("D3", "2026-12-18", "2027-02-01", "2027-02-01"),
        ("ED13", "2027-07-18", "2027-09-01", "2027-09-01"),
    ],
)
def test_the_vectors_of_the_contract(rule: str, placed_on: str, inclusive: str, strict: str) -> None:
    day = date.fromisoformat(placed_on)
    assert NoticeRule().effective_on(day).isoformat() == inclusive
    assert NoticeRule(boundary="strict").effective_on(day).isoformat() == strict


@pytest.mark.parametrize(
    ("rule", "zone", "placed_at", "effective_at"),
    [
        ("D8", "Europe/Berlin", "2027-01-17T22:59:59+00:00", "2027-01-31T23:00+00:00"),  # still the 17th in Berlin
        ("D8", "Europe/Berlin", "2027-01-17T23:00:00+00:00", "2027-02-28T23:00+00:00"),  # the 18th begins there
        ("D8", "Europe/Berlin", "2027-04-16T21:59:59+00:00", "2027-04-30T22:00+00:00"),  # summer time
        ("D8", "Europe/Berlin", "2027-04-16T22:00:00+00:00", "2027-05-31T22:00+00:00"),
        ("D8", "Europe/Berlin", "2027-03-28T00:30:00+00:00", "2027-04-30T22:00+00:00"),  # the night clocks go forward
        ("D8", "Europe/Berlin", "2027-03-17T22:59:59+00:00", "2027-03-31T22:00+00:00"),  # over the change
        ("D8", "Europe/Berlin", "2027-10-31T00:30:00+00:00", "2027-11-30T23:00+00:00"),  # the night clocks go back
        ("D8", "Europe/Berlin", "2027-10-17T21:59:59+00:00", "2027-10-31T23:00+00:00"),
        ("D8", "Europe/Berlin", "2026-12-31T23:30:00+00:00", "2027-01-31T23:00+00:00"),  # New Year in Berlin already
        ("D8", "UTC", "2027-01-17T23:59:59+00:00", "2027-02-01T00:00+00:00"),
        ("D8", "America/New_York", "2027-01-18T04:59:59+00:00", "2027-02-01T05:00+00:00"),
        ("D8", "Asia/Tokyo", "2027-01-17T15:00:00+00:00", "2027-02-28T15:00+00:00"),
    ],
)
def test_D8_the_calendar_day_is_that_of_the_zone(rule: str, zone: str, placed_at: str, effective_at: str) -> None:
    effective = NoticeRule(zone=zone).effective_at(datetime.fromisoformat(placed_at))
    assert effective == datetime.fromisoformat(effective_at)
    assert effective.utcoffset() == timedelta(0)


@pytest.mark.parametrize(
    ("boundary", "effective_at", "order_by"),
    [
        ("inclusive", "2027-02-01T00:00+01:00", "2027-01-18T00:00+01:00"),
        ("strict", "2027-02-01T00:00+01:00", "2027-01-17T00:00+01:00"),
        ("inclusive", "2027-05-01T00:00+02:00", "2027-04-17T00:00+02:00"),
        ("inclusive", "2027-04-01T00:00+02:00", "2027-03-18T00:00+01:00"),  # over the change of the clocks
        ("inclusive", "2028-03-01T00:00+01:00", "2028-02-16T00:00+01:00"),
        ("inclusive", "2027-01-01T00:00+01:00", "2026-12-18T00:00+01:00"),
    ],
)
def test_order_by_is_the_first_moment_too_late(boundary: str, effective_at: str, order_by: str) -> None:
    deadline = NoticeRule(boundary=boundary).order_by(datetime.fromisoformat(effective_at))
    assert deadline == datetime.fromisoformat(order_by)


@pytest.mark.parametrize(
    ("moment", "turns"),
    [
        ("2027-01-05T12:00+01:00", "2027-01-17T00:00+01:00"),  # the boundary day begins: its warning appears
        ("2027-01-16T23:59+01:00", "2027-01-17T00:00+01:00"),
        ("2027-01-17T00:00+01:00", "2027-01-18T00:00+01:00"),  # it ends: the later date is shown
        ("2027-01-18T00:00+01:00", "2027-02-14T00:00+01:00"),
        ("2027-12-31T12:00+01:00", "2028-01-17T00:00+01:00"),
    ],
)
@pytest.mark.parametrize("boundary", READINGS)
def test_X1_what_is_shown_changes_when_the_boundary_day_begins_and_ends(boundary: str, moment: str, turns: str) -> None:
    change = NoticeRule(boundary=boundary).next_change(datetime.fromisoformat(moment))
    assert change == datetime.fromisoformat(turns)


@settings(deadline=None)
@given(rules, days)
@example(NoticeRule(), date(2027, 2, 14))
def test_D1_never_less_notice_than_the_rule_asks_for(rule: NoticeRule, day: date) -> None:
    notice = rule.effective_on(day) - timedelta(days=1) - day
    assert notice >= timedelta(days=rule.days + (rule.boundary == "strict"))


@settings(deadline=None)
@given(rules, days)
def test_D3_always_a_first_and_never_later_than_that_of_the_month_after_next(rule: NoticeRule, day: date) -> None:
    effective = rule.effective_on(day)
    assert effective in (first_of_month(day, 1), first_of_month(day, 2))


@settings(deadline=None)
@given(rules, days, st.integers(0, 70))
def test_D2_a_later_order_never_takes_effect_earlier(rule: NoticeRule, day: date, later: int) -> None:
    assert rule.effective_on(day) <= rule.effective_on(day + timedelta(days=later))


@settings(deadline=None)
@given(st.integers(1, 27), days)
def test_X1_the_readings_differ_on_the_boundary_day_alone(count: int, day: date) -> None:
    rule = NoticeRule(days=count)
    other = rule.other_reading()
    differ = rule.effective_on(day) != other.effective_on(day)
    assert differ == (day == rule.last_day_in_time(day))
    assert other.other_reading() == rule
    assert not differ or other.effective_on(day) == first_of_month(rule.effective_on(day), 1)


@settings(deadline=None)
@given(rules, moments)
def test_order_by_is_exclusive_and_agrees_with_the_date(rule: NoticeRule, placed_at: datetime) -> None:
    date_shown = rule.effective_at(placed_at)
    deadline = rule.order_by(date_shown)
    assert placed_at < deadline
    assert rule.effective_at(deadline - timedelta(microseconds=1)) == date_shown
    assert rule.effective_at(deadline) > date_shown


@settings(deadline=None)
@given(rules, moments)
def test_nothing_shown_changes_before_next_change(rule: NoticeRule, moment: datetime) -> None:
    def shown(at: datetime) -> tuple[datetime, bool]:
        return rule.effective_at(at), rule.is_boundary(at)

    turn = rule.next_change(moment)
    assert moment < turn <= moment + timedelta(days=32)
    assert shown(turn - timedelta(microseconds=1)) == shown(moment)
    assert shown(turn) != shown(moment)
    assert turn <= rule.order_by(rule.effective_at(moment))


@pytest.mark.parametrize("count", [0, 28, -1, 31])
def test_a_notice_outside_1_to_27_days_is_no_rule(count: int) -> None:
    with pytest.raises(ValidationError, match="days"):
        NoticeRule(days=count)


@pytest.mark.parametrize("wrong", [{"boundary": "lenient"}, {"cutoff": 17}])
def test_a_rule_takes_nothing_that_it_does_not_know(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError, match=next(iter(wrong))):
        NoticeRule.model_validate(wrong)


@pytest.mark.parametrize("count", [1, 27])
def test_the_ends_of_the_range_are_rules(count: int) -> None:
    assert NoticeRule(days=count).last_day_in_time(date(2027, 2, 3)) == date(2027, 2, 28 - count)


def test_a_rule_is_frozen() -> None:
    with pytest.raises(ValidationError, match="frozen"):
        NoticeRule().days = 3  # type: ignore[misc]
