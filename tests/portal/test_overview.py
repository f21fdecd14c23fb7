"""The overview by the portal: days are those of Berlin, months are counted whole, and who may."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from temporalio.client import Client

from portal import overview_examples
from portal.overview import by_day, month_after, month_in
from portal.overview_schemas import EffectsAnswer, OverviewAnswer
from settings import Settings
from states.model.status import ShownRun
from tests.portal.access import OPERATOR, PORTAL, TOKENS, opened
from tests.portal.conftest import Caller
from tests.portal.test_events import is_problem

BERLIN = "Europe/Berlin"
FEBRUARY = datetime(2027, 1, 31, 23, tzinfo=UTC)


def test_the_examples_are_what_is_answered() -> None:
    OverviewAnswer.model_validate(overview_examples.OVERVIEW)
    EffectsAnswer.model_validate(overview_examples.EFFECTS)


def test_a_change_belongs_to_the_calendar_day_of_berlin() -> None:
    before, first = FEBRUARY - timedelta(seconds=1), FEBRUARY
    days = by_day({before: {"pos": 1}, first: {"edition": 2}, first + timedelta(hours=3): {"edition": 1}}, BERLIN)
    assert days == {date(2027, 1, 31): Counter(pos=1), date(2027, 2, 1): Counter(edition=3)}
    month = month_in(days, date(2027, 1, 12), 1)
    assert (month.first, month.total, month.on_the_first, month.kinds) == (date(2027, 2, 1), 3, 3, {"edition": 3})
    assert month_in(days, date(2027, 1, 12), 0).on_the_first == 0


@pytest.mark.parametrize(("day", "number", "first"), [
    ("2026-12-31", 0, "2026-12-01"), ("2026-12-31", 1, "2027-01-01"), ("2026-11-30", 13, "2027-12-01"),
    ("2027-01-01", 12, "2028-01-01"),
])  # fmt: skip
def test_months_go_on_over_the_year(day: str, number: int, first: str) -> None:
    assert month_after(date.fromisoformat(day), number).isoformat() == first


def shown(number: int, **values: Any) -> ShownRun:
    """A booked run that shows itself."""
    now = datetime.now(UTC)
    usual: dict[str, Any] = {
        "workflow_id": f"edition/K-{number}/jtl", "run_id": "r", "first_run_id": "r", "kind": "edition",
        "customer": f"K-{number}", "subject": "jtl", "order_by": None, "started_at": now, "as_of": now,
        "state": "scheduled", "being_booked": False, "waiting_for": ("date",), "effective_at": FEBRUARY,
    }  # fmt: skip
    return ShownRun(**usual | values)


async def test_all_of_it_over_http(offline: Caller) -> None:
    """Without Temporal: it is counted in our database."""
    repair = {"state": "order", "waiting_for": ("repair", "operator"), "effective_at": None}
    offline.adapters.open_list.show([shown(1), shown(2), shown(3, **repair)])
    stands = OverviewAnswer.model_validate((await offline.http.get("/overview")).json())
    assert {entry.waiting_for: entry.total for entry in stands.waiting} == {
        "customer": 0, "operator": 1, "third_party": 0, "date": 2, "system": 0, "repair": 1,
    }  # fmt: skip
    assert [(part.waiting_for, part.total) for part in stands.stuck] == [("repair", 1), ("system", 0)]
    assert stands.stuck[0].items[0].workflow_id == "edition/K-3/jtl"
    assert (stands.booked, len(stands.months)) == (2, 13)
    answer = await offline.http.get("/effects", params={"from": "2027-02-01", "to": "2027-02-01"})
    found = EffectsAnswer.model_validate(answer.json())
    assert (found.total, [(day.day, day.kinds) for day in found.days]) == (2, [(date(2027, 2, 1), {"edition": 2})])
    nothing = await offline.http.get("/effects", params={"from": "2027-01-02", "to": "2027-01-31"})
    assert (nothing.json()["total"], nothing.json()["days"]) == (0, [])


@pytest.mark.parametrize(("first", "last", "taken"), [
    ("2027-01-01", "2027-01-01", True), ("2027-01-01", "2028-02-04", True), ("2027-01-01", "2028-02-05", False),
    ("2027-01-02", "2027-01-01", False), ("0001-01-01", "0001-01-01", False), ("9999-12-31", "9999-12-31", False),
    ("2000-01-01", "2000-01-01", True), ("1999-12-31", "1999-12-31", False), ("soon", "2027-01-01", False),
    ("2027-02-30", "2027-03-01", False),
])  # fmt: skip
async def test_the_days_asked_for_are_a_span_of_400_at_most(
    offline: Caller, first: str, last: str, taken: bool
) -> None:
    answer = await offline.http.get("/effects", params={"from": first, "to": last})
    if taken:
        assert answer.status_code == 200
    else:
        assert is_problem(answer, 422, "malformed")


@pytest.mark.parametrize("path", ["/overview", "/effects"])
async def test_operators_alone_see_it(client: Client, settings: Settings, path: str) -> None:
    async with opened(client, settings, **TOKENS) as caller:
        assert (await caller.http.get(path)).status_code == 401
        assert (await caller.http.get(path, headers=PORTAL)).status_code == 403
        assert (await caller.http.get(path, headers=OPERATOR)).status_code == 200
