"""What every application beside does alike: runs its least path as often as it is told, and says what that took.

A line on its input is `NUMBER AT_ONCE`; the line that answers it holds the CPU of the process in ms a run, the runs a
second and the milliseconds to each first answer.
"""

import asyncio
import json
import sys
import time
from collections.abc import Awaitable, Callable
from itertools import count

LeastPath = Callable[[str], Awaitable[tuple[object, float]]]
"""From the request to the end for a customer; answers its run, and the seconds until the first answer."""


async def serve(least_path: LeastPath) -> None:
    """Do as each line says, until there is none."""
    numbers = count()
    print("ready", flush=True)
    while line := await asyncio.to_thread(sys.stdin.readline):
        number, at_once = map(int, line.split())
        gate = asyncio.Semaphore(at_once)

        async def run(gate: asyncio.Semaphore = gate) -> float:
            async with gate:
                return (await least_path(f"B-{next(numbers):04}"))[1]

        began, cpu = time.perf_counter(), time.process_time()
        answers = await asyncio.gather(*(run() for _ in range(number)))
        cpu, took = time.process_time() - cpu, time.perf_counter() - began
        measures = {"cpu": cpu / number * 1000, "rate": number / took, "first": [each * 1000 for each in answers]}
        print(json.dumps(measures), flush=True)
