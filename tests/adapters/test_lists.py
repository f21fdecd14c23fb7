"""The lists on SQLite and PostgreSQL: each question is answered by an index, in its order; open runs as they stand."""

from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain, combinations
from typing import Any

import pytest
from sqlalchemy import event, update

from activities.ports import Unavailable
from activities.reconciliation.shown_list import mend
from activities.shown_runs import ShownRuns
from activities.sql import paging
from activities.sql.database import Database
from activities.sql.ledger import SqlLedger
from activities.sql.open_list import SqlOpenList
from activities.sql.paging import BY_INDEX, Page, WrongCursor
from activities.sql.recorded_runs import SqlRecordedRuns
from activities.sql.tables import open_list as open_list_table
from activities.sql.work_list import SqlWorkList
from states.model.reconciliation import Execution, RecordedRun
from states.model.status import GoingOn, ShownRun
from tests.adapters.databases import database, postgres, settings
from tests.adapters.many_rows import BEGAN, fill
from tests.adapters.stored_runs import RUN, ended
from tests.adapters.test_recorded_runs import GivenExecutions

__all__ = ["database", "postgres", "settings"]

RUNS = {"customer": "K-7", "kind": "edition", "state": "order", "waiting_for": "customer"}
TASKS = {"customer": "K-7", "kind": "edition", "type": "perform"}
NOW = BEGAN + timedelta(days=5)
"""The moment at which the work list is asked for."""
SORTED: tuple[dict[str, Any], ...] = tuple(
    {"now": NOW, "order": order} | whose | which
    for order in ("due", "urgency")
    for whose in ({}, {"claimed_by": "anna"}, {"unclaimed": True})
    for which in ({}, {"overdue": True}, {"waiting_for": "operator"}, {"waiting_for": "third_party"})
)
"""Each order of the work list, whoever has the tasks, and those of them that press."""
FROM, TO = BEGAN + timedelta(days=30), BEGAN + timedelta(days=200)
DATES: tuple[dict[str, Any], ...] = (
    {},
    {"effective_from": FROM},
    {"effective_to": TO},
    {"effective_from": FROM, "effective_to": TO},
)
Question = tuple[Callable[..., Page[Any]], dict[str, Any]]


def subsets(filters: dict[str, str]) -> Iterator[dict[str, Any]]:
    """Every combination of the filters, that of none first."""
    for names in chain.from_iterable(combinations(filters, number) for number in range(len(filters) + 1)):
        yield {name: filters[name] for name in names}


def questions(database: Database) -> Iterator[Question]:
    """Every combination of filters that the portal's lists take."""
    for filters in subsets(RUNS):
        for dates in DATES:
            yield SqlOpenList(database).open_runs, filters | dates
            if "waiting_for" not in filters:
                states = {"state": "applied"} if "state" in filters else {}
                yield SqlLedger(database).ended_runs, filters | states | dates
    for filters in subsets(TASKS):
        yield from ((SqlWorkList(database).tasks, filters | order) for order in SORTED)


def asked(database: Database) -> list[tuple[str, Any]]:
    """The questions put to the database from now on, as they are sent."""
    statements: list[tuple[str, Any]] = []

    @event.listens_for(database.engine, "before_cursor_execute")
    def keep(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
        if statement.startswith("SELECT") and "set_config" not in statement:
            statements.append((statement, parameters))

    return statements


def plan(database: Database, statement: str, parameters: Any) -> str:
    """How the database would answer."""
    sqlite = database.engine.dialect.name == "sqlite"
    with database.read() as connection:
        if not sqlite:
            connection.execute(BY_INDEX)
        cursor = connection.connection.cursor()
        cursor.execute(("EXPLAIN QUERY PLAN " if sqlite else "EXPLAIN ") + statement, parameters)
        return "\n".join(row[3 if sqlite else 0] for row in cursor.fetchall())


def reads_too_much(plan: str) -> bool:
    """Whether a table is read whole, or rows are sorted: `SCAN … USING INDEX` reads on in an index from its begin."""
    lines = plan.splitlines()
    scans = [line for line in lines if line.startswith("SCAN") and "USING" not in line and "anon_" not in line]
    return bool(scans) or any(word in plan for word in ("Seq Scan", "Bitmap", "Sort", "TEMP B-TREE"))


async def test_every_question_is_answered_by_an_index_in_its_order(database: Database) -> None:
    """The first page, one further on, and the count."""
    fill(database, 2_000)
    statements = asked(database)
    for ask, query in questions(database):
        ask(limit=0, **query)
        page = ask(limit=1, **query)
        if page.next:
            ask(limit=1, cursor=page.next, **query)
    slow = [
        (statement, found)
        for statement, values in dict(statements).items()  # each text once: on its values no plan depends
        if reads_too_much(found := plan(database, statement, values))
    ]
    assert not slow, "\n".join(slow[0])
    assert len(statements) > 250


async def test_the_numbers_of_tasks_are_read_in_indexes_in_one_statement(database: Database) -> None:
    fill(database, 2_000)
    statements = asked(database)
    days = {name: NOW + timedelta(days=1) for name in ("today", "three_days", "week", "tomorrow", "next_week")}
    SqlWorkList(database).counts(NOW, days, "anna")
    ((statement, values),) = statements
    found = plan(database, statement, values).replace("SCAN CONSTANT ROW\n", "")
    assert not reads_too_much(found), found


async def test_every_question_is_answered_rightly_and_in_order_page_by_page(database: Database) -> None:
    fill(database, 300)
    for ask, query in questions(database):
        whole = ask(limit=200, **query)
        pages = every(ask, query, 40)
        assert (len(pages), pages[:200]) == (whole.total, [*whole.items]), query
        assert ask(limit=0, **query).total == len(pages), query
        for item in whole.items:
            shown = item.model_dump()
            plain = {name: value for name, value in query.items() if name in ("customer", "kind", "state", "type")}
            assert {name: shown[name] for name in plain} == plain
            assert "waiting_for" not in query or query["waiting_for"] in shown["waiting_for"]
            if "effective_from" in query:
                assert shown["effective_at"] >= FROM
            if "effective_to" in query:
                assert shown["effective_at"] <= TO
        if {"effective_from", "effective_to"}.intersection(query):
            dates = [item.effective_at for item in whole.items]
            assert dates == sorted(dates, reverse=True)


def every(ask: Callable[..., Page[Any]], query: dict[str, Any], limit: int) -> list[Any]:
    """Every item, page by page."""
    items: list[Any] = []
    cursor = None
    while True:
        page = ask(limit=limit, cursor=cursor, **query)
        items += page.items
        if (cursor := page.next) is None:
            return items


async def test_nobody_counts_further_than_it_is_said(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(database, 20)
    monkeypatch.setattr(paging, "MOST_COUNTED", 10)
    assert SqlOpenList(database).open_runs().total == SqlLedger(database).ended_runs(limit=0).total == 11
    assert paging.total_of(11) == {"total": 10, "total_is_at_least": True}
    assert paging.total_of(10) == {"total": 10}


async def test_nobody_counts_what_stands_on_one_page(database: Database) -> None:
    fill(database, 20)
    statements = asked(database)
    for ask in (SqlOpenList(database).open_runs, SqlLedger(database).ended_runs, SqlWorkList(database).tasks):
        assert len(ask(limit=20).items) == ask(limit=20).total == ask(limit=19).total == 20
        assert len([statement for statement, _ in statements if "count(" in statement]) == 1
        statements.clear()


async def test_a_cursor_goes_on_in_its_own_order_only(database: Database) -> None:
    fill(database, 20)
    by_date = SqlOpenList(database).open_runs(limit=1, effective_from=FROM).next
    with pytest.raises(WrongCursor):
        SqlOpenList(database).open_runs(limit=1, cursor=by_date)


# Open runs.


def run(state: str = "order", minute: int = 1, run_id: str = "r1", first_run_id: str = "r1", **more: Any) -> ShownRun:
    """What a run shows at a minute."""
    at = datetime(2027, 1, 1, 12, minute, tzinfo=UTC)
    kind, customer, subject = more.get("workflow_id", RUN).split("/")
    known: dict[str, Any] = {"workflow_id": RUN, "run_id": run_id, "first_run_id": first_run_id, "kind": kind}
    known |= {
        "customer": customer,
        "subject": subject,
        "state": state,
        "waiting_for": ("customer",),
        "being_booked": False,
    }
    return ShownRun(**known | {"effective_at": None, "order_by": None, "started_at": BEGAN, "as_of": at} | more)


def shown(database: Database, **query: Any) -> list[tuple[str, str]]:
    """Run and state of what is listed."""
    return [(item.run_id, item.state) for item in SqlOpenList(database).open_runs(**query).items]


async def test_a_run_is_listed_once_as_it_showed_itself_last(database: Database) -> None:
    open_list = SqlOpenList(database)
    open_list.show([run("feature_warning", 1)])
    open_list.show([run("order", 3, waiting_for=("customer", "operator"))])
    open_list.show([run("license_check", 2)])  # of a worker that was slower
    assert shown(database) == shown(database, waiting_for="operator") == [("r1", "order")]
    open_list.show([run("scheduled", 4, waiting_for=("date",))])
    assert shown(database) == shown(database, waiting_for="date") == [("r1", "scheduled")]
    assert shown(database, waiting_for="operator") == shown(database, waiting_for="customer") == []


async def test_what_has_ended_is_not_listed_whatever_arrives_late_and_a_newer_run_is(database: Database) -> None:
    open_list = SqlOpenList(database)
    open_list.show([run()])
    SqlLedger(database).record_end(ended())
    assert shown(database) == []
    open_list.show([run("scheduled", 2)])
    assert shown(database) == []
    open_list.show([run("order", 3, "r2", "r2")])
    assert shown(database) == [("r2", "order")]


async def test_a_run_that_goes_on_after_its_end_is_listed_again(database: Database) -> None:
    SqlLedger(database).record_end(ended())
    going_on = GoingOn(workflow_id=RUN, first_run_id="r1", run_ids=("r1",), kind="edition", customer="K-1001")
    SqlLedger(database).take_back(going_on, watches=True)
    SqlOpenList(database).show([run("order", 3, "r7", "r1")])
    assert shown(database) == [("r7", "order")]


async def test_a_lost_run_that_is_closed_leaves_the_list_and_a_newer_one_stays(database: Database) -> None:
    def close(run_id: str) -> None:
        lost = RecordedRun(workflow_id=RUN, run_id=run_id, kind="edition", customer="K-1001", subject="jtl", open=True)
        execution = Execution(workflow_id=RUN, run_id=run_id, how="terminated", succeeded=True)
        SqlRecordedRuns(database).close(lost, execution, ended(run_id=run_id, state="given_up"))

    SqlOpenList(database).show([run("order", 3, "r2", "r2")])
    close("r1")
    assert shown(database) == [("r2", "order")]
    close("r2")
    assert shown(database) == []


async def test_what_could_not_be_written_waits_unless_it_is_shown_anew_or_ends(database: Database) -> None:
    class Down(SqlOpenList):
        down = True

        def show(self, shown: Sequence[ShownRun]) -> None:
            if self.down:
                raise Unavailable("down")
            super().show(shown)

    waiting = ShownRuns(Down(database))
    waiting.show(run("feature_warning", 1))
    waiting.show(run("order", 1, workflow_id="edition/K-2/jtl"))
    waiting.show(run("order", 1, workflow_id="edition/K-3/jtl"))
    with pytest.raises(Unavailable):
        await waiting.write_waiting()
    waiting.show(run("order", 2))
    waiting.hide("edition/K-3/jtl")
    Down.down = False
    assert await waiting.write_waiting() == 0
    assert [(item.customer, item.state) for item in SqlOpenList(database).open_runs().items] == [
        ("K-2", "order"),
        ("K-1001", "order"),
    ]


# The second opinion.


class Temporal(GivenExecutions):
    """Temporal, where these runs are open; `found`: as they can be searched for."""

    def __init__(self, runs: Sequence[ShownRun], found: Sequence[ShownRun] | None = None) -> None:
        super().__init__("open")
        self.runs = {run.workflow_id: run for run in runs}
        self.found = runs if found is None else found

    async def open_runs(self) -> Any:
        """One a page."""
        for each in self.found:
            yield [each]

    async def shown(self, workflow_id: str) -> ShownRun | None:
        """As it is."""
        return self.runs.get(workflow_id)


async def test_the_comparison_shows_what_a_killed_worker_could_not_tell(database: Database) -> None:
    open_list = SqlOpenList(database)
    open_list.show([run("feature_warning", 1)])
    missing = run("scheduled", 0, workflow_id="edition/K-2/jtl", waiting_for=("date",))
    temporal = Temporal([run("order", 0), missing])
    assert await mend(open_list, temporal) == 2
    assert {item.state for item in open_list.open_runs().items} == {"order", "scheduled"}
    assert await mend(open_list, temporal) == 0
    open_list.show([run("license_check", 2)])  # what a run shows itself counts, however little later
    assert shown(database, customer="K-1001") == [("r1", "license_check")]


async def test_the_comparison_changes_nothing_where_only_what_is_searched_for_is_late(database: Database) -> None:
    """Nor for a date that holds no more: Temporal never unsets one (docs/adr/0009)."""
    open_list = SqlOpenList(database)
    open_list.show([run("order", 1)])
    late = run("feature_warning", 0)
    assert await mend(open_list, Temporal([run("order", 1, effective_at=FROM)], found=[late])) == 0
    SqlLedger(database).record_end(ended())
    assert await mend(open_list, Temporal([], found=[late])) == 0
    assert await mend(open_list, Temporal([late])) == 0
    assert shown(database) == []


async def test_the_comparison_gives_way_to_what_a_run_shows_meanwhile_and_drops_what_came_late(
    database: Database,
) -> None:
    open_list = SqlOpenList(database)
    open_list.show([run("feature_warning", 1)])
    held = open_list.held([RUN])[RUN]
    open_list.show([run("scheduled", 2)])
    assert not open_list.mend(run("order", 1), held)
    assert shown(database) == [("r1", "scheduled")]
    SqlLedger(database).record_end(ended(run_id="r9"))
    with database.write() as connection:
        connection.execute(update(open_list_table).values(first_run_id="r9"))
    assert await mend(open_list, Temporal([])) == 0
    assert shown(database) == []
