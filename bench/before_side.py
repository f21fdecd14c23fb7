"""One side of `bench.before`: the worker that PYTHONPATH leads to; says on each line of its input what it has used.

`BENCH_RECEIPTS=0`: its receipts are not made, and so no mail carries one, which earlier code had none of; the run asks
for them all the same.

Milliseconds of CPU, and the statements and transactions that it has sent to its database.
"""

import asyncio
import json
import logging
import os
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog
from sqlalchemy import Engine, event
from temporalio.client import Client

from activities.customer_centre import load_customers
from settings import Settings
from tests.system.soon import months_begin_soon
from worker import DATA_CONVERTER, create_worker

MONTH_S = 3


def counted(counts: Counter[str], name: str) -> Any:
    """What counts an event of SQLAlchemy."""

    def count(*_: Any) -> None:
        counts[name] += 1

    return count


def leave_receipts_out() -> None:
    """Of code that has receipts."""
    try:
        from activities.receipts.issuing import ReceiptDesk
    except ImportError:
        return
    ReceiptDesk.issue = lambda *_: None  # type: ignore[method-assign]


def serve_as_usual() -> None:
    """What the worker's own program does when it begins to serve."""
    import programs

    for name in ("collect_while_serving", "collect_as_usual"):
        getattr(programs, name, lambda: None)()


async def main(address: str, folder: Path, task_queue: str, customers: Path) -> None:
    """Serve until the input ends."""
    settings = Settings(state_dir=folder, task_queue=task_queue)
    await load_customers(settings, customers)
    counts: Counter[str] = Counter(statements=0, transactions=0)
    event.listen(Engine, "after_cursor_execute", counted(counts, "statements"))
    event.listen(Engine, "begin", counted(counts, "transactions"))
    client = await Client.connect(address, data_converter=DATA_CONVERTER)
    async with create_worker(client, settings):
        serve_as_usual()
        print("ready", flush=True)
        while await asyncio.to_thread(sys.stdin.readline):
            print(json.dumps({"CPU": time.process_time() * 1000, **counts}), flush=True)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    months_begin_soon(timedelta(seconds=MONTH_S))
    if os.environ.get("BENCH_RECEIPTS") == "0":
        leave_receipts_out()
    asyncio.run(main(sys.argv[1], Path(sys.argv[2]), sys.argv[3], Path(sys.argv[4])))
