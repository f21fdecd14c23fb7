"""`python -m bench.units`: what one run and one customer cost in each store; `docs/scale.md` makes large numbers of it.

Our record on PostgreSQL: transactions, rows, write-ahead log and bytes kept, of a run of the least path and of a
customer with three licences. Temporal's development server: CPU and requests to its store, of the run.
"""

import argparse
import asyncio
import json
import re
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

import httpx
import psycopg

from activities.customer_centre import load_customers
from bench.beside.__main__ import APPLICATIONS, OTHERS, started
from bench.beside.servers import Server, postgresql, temporal
from bench.ratios import heading, measured
from bench.sides import customers_file, settings_of

Units = dict[str, float]
OURS = next(each for each in APPLICATIONS if each.name == "ours on PostgreSQL")
CUSTOMERS = 1000
WARM = 10
SETTLED_S = 2.0
"""After so long what a connection has done is counted."""
READS = ("Get", "List", "Read", "Count", "Describe")
"""How Temporal's requests to its store begin that only read."""


def of_postgres(url: str) -> Units:
    """What a database has counted; its server does nothing else."""
    statement = """
        SELECT xact_commit, tup_inserted, tup_updated, tup_deleted, wal_records, wal_bytes / 1024.0,
            (SELECT sum(pg_total_relation_size(relid)) / 1024.0 FROM pg_stat_user_tables)
        FROM pg_stat_database, pg_stat_wal WHERE datname = current_database()"""
    with psycopg.connect(url) as connection:
        row = connection.execute(statement).fetchone()
    assert row is not None
    names = ("transactions", "rows inserted", "rows updated", "rows deleted", "log records", "log, kB", "kept, kB")
    return {f"PostgreSQL: {name}": float(value) for name, value in zip(names, row, strict=True)}


async def of_temporal(server: Server) -> Units:
    """CPU of the development server, and its requests to its store for runs."""
    async with httpx.AsyncClient() as http:
        text = (await http.get(f"http://{server.metrics}/metrics")).text
    units = {
        "Temporal: writes to its store": 0.0,
        "Temporal: reads of its store": 0.0,
        "Temporal: CPU, ms": server.cpu(),
    }
    for labels, value in re.findall(r"^persistence_requests\{([^}]*)\} (\S+)$", text, re.M):
        if 'namespace="default"' in labels:
            reads = re.search(r'operation="(\w+)"', labels)[1].startswith(READS)  # type: ignore[index]
            units[f"Temporal: {'reads of' if reads else 'writes to'} its store"] += float(value)
    return units


def each_of(number: int, before: Units, after: Units) -> Units:
    """What came about between the two, of each of so many."""
    return {name: (after[name] - value) / number for name, value in before.items()}


def show(what: str, rounds: list[Units]) -> None:
    """The units of one thing."""
    heading(what, "each")
    for name in rounds[0]:
        measured(name, [units[name] for units in rounds])


async def of_runs(folder: Path, servers: dict[str, Server], rounds: int, number: int) -> list[Units]:
    """Of a run, and the CPU of its application."""
    units = []
    async with started(OURS, OTHERS, folder, servers) as side:
        record = servers["postgres"].database(side.record)

        async def counted() -> Units:
            await asyncio.sleep(SETTLED_S)
            return of_postgres(record) | await of_temporal(servers["temporal"])

        await side.runs(WARM, WARM)
        for _ in range(rounds):
            before = await counted()
            answer = await side.runs(number, WARM)
            units.append({"application: CPU, ms": answer["cpu"]} | each_of(number, before, await counted()))
    return units


async def of_customers(folder: Path, server: Server) -> Units:
    """Of a customer whom `customers load` brings."""
    editions = {"jtl": "jtl_pro"}
    licences = [{"licence": f"L-{{}}-{each}", "product": "pos_wawi", "term_ends": "2027-12-31"} for each in range(3)]
    path = folder / "loaded.jsonl"
    with path.open("w", encoding="utf-8") as file:
        for each in range(CUSTOMERS):
            of_them = [licence | {"licence": licence["licence"].format(each)} for licence in licences]
            customer = {"customer": f"L-{each:05}", "name": f"Shop {each}", "email": f"shop{each}@shops.example"}
            file.write(json.dumps(customer | {"language": "de", "editions": editions, "licences": of_them}) + "\n")
    url = server.new_database("loaded")
    (folder / "loaded").mkdir()
    settings = settings_of("loaded", folder, url)
    await load_customers(settings, customers_file(folder, 1))
    await asyncio.sleep(SETTLED_S)
    before = of_postgres(url)
    await load_customers(settings, path)
    await asyncio.sleep(SETTLED_S)
    return each_of(CUSTOMERS, before, of_postgres(url))


async def main(rounds: int, number: int) -> None:
    """Both servers, one sitting."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with AsyncExitStack() as stack:
            servers = {"postgres": stack.enter_context(postgresql(folder))}
            show("a customer with three licences", [await of_customers(folder, servers["postgres"])])
            servers["temporal"] = await stack.enter_async_context(temporal(folder))
            customers_file(folder, WARM + rounds * number)
            show("a run", await of_runs(folder, servers, rounds, number))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.units", description=__doc__)
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--runs", type=int, default=40)
    arguments = parser.parse_args()
    asyncio.run(main(arguments.rounds, arguments.runs))
