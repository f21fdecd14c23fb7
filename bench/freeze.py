"""`python -m bench.freeze`: orders that a freeze holds, its release, and how long new events wait meanwhile.

Customers order in a freeze, so that each run waits with a booking and a mail; then it is released. Others send a first
event to the portal in each phase. Prints how long these wait without a freeze, in it and during the release, how
long the release took beside the pace at which runs are told of it, and what was done twice or not at all.
With `--kill` the worker is killed and started anew in the midst of the release. The server keeps nothing on disk.
"""

import argparse
import asyncio
import logging
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from temporalio.client import Client

from activities.release_teller import AT_A_TIME, BETWEEN_S
from bench.herd import PROGRAMS, QUIET, Month, Newcomers, Phase, before, load, order_all, show_phase
from bench.ratios import compared, heading, measured
from tests.system.processes import until
from worker import DATA_CONVERTER

PACE = AT_A_TIME / BETWEEN_S
"""So many runs a second are told of a release at most."""
FAR = timedelta(days=30)
"""The orders' date: nothing comes of it here."""
PATIENCE = 1800.0
"""Seconds for all that was held."""
LOOK = 0.5
"""Seconds between two looks at how far it is."""
MAILS = 2
"""Of each run: that the order has arrived, and that it is booked."""


class Done:
    """What has been done, by the customer centre's database and the folder of mails."""

    def __init__(self, folder: Path, held: int) -> None:
        self.folder, self.held = folder, held
        self.began = 0.0
        self.moments: dict[str, float] = {}
        """Seconds from the release until all were told, booked, and written to."""

    def rows(self, question: str) -> list[Any]:
        """What stands in the database."""
        with sqlite3.connect(self.folder / "customer_centre.db", timeout=30) as database:
            return database.execute(question).fetchall()

    def booked(self) -> Counter[str]:
        """How often each run has booked."""
        keys = self.rows("SELECT key FROM receipts WHERE action = 'place_order'")
        return Counter(key.split("/")[1] for (key,) in keys)

    def written_to(self) -> Counter[str]:
        """How many mails each of those has who ordered."""
        names = (path.name.split("_")[1] for path in (self.folder / "mail").glob("edition_H-*.eml"))
        return Counter(names)

    def stands(self) -> dict[str, bool]:
        """What is done with."""
        return {
            "told": self.rows("SELECT count(*) FROM held_effects") == [(0,)],
            "booked": len(self.booked()) >= self.held,
            "written": sum(self.written_to().values()) >= MAILS * self.held,
        }

    async def follow(self) -> None:
        """Look until all is done, and keep when each was."""
        while len(self.moments) < 3:
            if time.monotonic() - self.began > PATIENCE:
                raise SystemExit(f"not within {PATIENCE:.0f} seconds: {len(self.booked())} booked of {self.held}")
            await asyncio.sleep(LOOK)
            stands, now = await asyncio.to_thread(self.stands), time.monotonic() - self.began
            for name in (name for name, is_done in stands.items() if is_done and name not in self.moments):
                self.moments[name] = now

    def twice(self) -> int:
        """What was done more than once: bookings, orders that stand, mails."""
        orders = Counter(run for (run,) in self.rows("SELECT workflow_id FROM orders"))
        bookings = sum(number - 1 for counts in (self.booked(), orders) for number in counts.values())
        return bookings + sum(max(number - MAILS, 0) for number in self.written_to().values())


async def measure(folder: Path, held: int, every: float, kill: bool) -> None:
    """Without a freeze, in one that holds so many, and during its release."""
    await load(folder, held, int((2 * QUIET + held) / every) + 200)
    system = Month(folder, 0, date=datetime.now(UTC) + FAR, before=60, window=60)
    try:
        await asyncio.gather(*(system.start(name) for name in PROGRAMS))
        await until(system.portal_ready, 120)
        client = await Client.connect(f"127.0.0.1:{system.settings.temporal_port}", data_converter=DATA_CONVERTER)
        newcomers, phases, done = Newcomers(system, every), list[Phase](), Done(folder, held)

        async def for_a_while(name: str) -> None:
            phases.append(await newcomers.measure(name, before(datetime.now(UTC) + timedelta(seconds=QUIET))))
            print(phases[-1].line(), flush=True)

        print(f"{'':10} {'new':>5} {'p50 ms':>8} {'p99 ms':>8} {'max ms':>8}   CPU, share of a core")
        await for_a_while("without")
        freezing = await posted(system, "/freeze", reason="bench", by="bench")
        began = time.monotonic()
        await order_all(client, held)
        print(f"{held} runs ordered in the freeze in {time.monotonic() - began:.0f} s", flush=True)
        assert not done.booked() and not done.written_to(), "something was done in the freeze"
        await for_a_while("frozen")
        done.began = time.monotonic()
        releasing = await posted(system, "/freeze/release", note="bench", by="bench")
        following = asyncio.create_task(done.follow())
        killing = asyncio.create_task(killed_half_way(system, done)) if kill else None
        phases.append(await newcomers.measure("release", lambda: not following.done()))
        await following
        if killing is not None:
            await killing
        print(phases[-1].line(), flush=True)
        repairs = done.rows("SELECT count(*) FROM tasks WHERE type = 'repair'")[0][0]
        show(phases, done, (freezing, releasing), repairs)
    finally:
        for child in system.children.values():
            with suppress(ProcessLookupError):
                await child.stop()


async def posted(system: Month, path: str, **document: str) -> float:
    """A call that is taken; the seconds that it took."""
    began = time.perf_counter()
    async with system.http() as http:
        answer = await http.post(path, json=document)
    assert answer.status_code == 200, answer.text
    return time.perf_counter() - began


async def killed_half_way(system: Month, done: Done) -> None:
    """Kill the worker when half is booked, and start another one."""

    async def half_way() -> bool:
        return len(await asyncio.to_thread(done.booked)) >= done.held / 2

    await until(half_way, PATIENCE)
    await system.kill("worker")
    await system.start("worker")


def show(phases: Sequence[Phase], done: Done, calls: tuple[float, float], repairs: int) -> None:
    """Each phase beside the one without a freeze; how long the release took; what must not be."""
    without, *others = phases
    held, pace = done.held, done.held / PACE
    heading(f"{held:,} orders held by a freeze", "freeze", "without")
    for phase in others:
        show_phase(phase, without)
    heading(f"release, beside {PACE:.0f} runs a second", "seconds", "pace")
    for name, what in (("told", "all were told"), ("booked", "all were booked"), ("written", "all mails were out")):
        compared(what, [done.moments[name]], [pace])
    heading("a freeze and its release", "freeze")
    for name, seconds in zip(("the freeze", "the release"), calls, strict=True):
        measured(f"{name}, the call, seconds", [seconds], 1)
    for phase in others:
        measured(f"new events p99 ({phase.name}), seconds", [phase.share(0.99) / 1000], 1)
        measured(f"new events without an answer ({phase.name})", [phase.unanswered], 0)
    measured("done twice", [done.twice()], 0)
    measured("not done", [held - len(done.booked())], 0)
    measured("repair tasks", [repairs], 0)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench.freeze", description=__doc__)
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--every", type=float, default=0.2, help="seconds between two new events")
    parser.add_argument("--kill", action="store_true", help="kill the worker in the midst of the release")
    arguments = parser.parse_args()
    logging.disable(logging.INFO)
    with tempfile.TemporaryDirectory() as name:
        asyncio.run(measure(Path(name), arguments.runs, arguments.every, arguments.kill))
