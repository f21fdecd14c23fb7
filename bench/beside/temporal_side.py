"""Ours or the bare workflow as an application: worker and client in one process.

`python -m bench.beside.temporal_side ours|bare ADDRESS FOLDER DATABASE_URL`
"""

import asyncio
import logging
import sys
from pathlib import Path

import structlog
from temporalio.client import Client

from bench.beside.application import serve
from bench.document import MONTH
from bench.sides import Caller, settings_of
from bench.worker import worker_of
from tests.system.soon import months_begin_soon
from worker import DATA_CONVERTER


async def main(name: str, address: str, folder: Path, database_url: str) -> None:
    """Serve until the input ends."""
    client = await Client.connect(address, data_converter=DATA_CONVERTER)
    # Ours on either database share a server: each has a task queue of its own.
    settings = settings_of(name, folder, database_url).model_copy(update={"task_queue": folder.name})
    caller = Caller(name, client, settings.task_queue)
    async with worker_of(name, client, settings):
        await serve(caller.least_path)


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.ERROR))
    months_begin_soon(MONTH)
    asyncio.run(main(sys.argv[1], sys.argv[2], Path(sys.argv[3]), sys.argv[4]))
