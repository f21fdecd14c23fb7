"""How a program ends: at a signal, in time, and with the exit code that is meant.

What a program does first is to import this, which is quickly loaded: a signal may come while the rest is loading.
"""

import asyncio
import gc
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import NoReturn

STOP = (signal.SIGINT, signal.SIGTERM)
END_WITHIN = 30.0
"""Seconds that a program may take to end when it is told to (docs/contract.md, Commands)."""
SERVING = (10_000, 10, 10)
"""While a program serves: how many objects are made between two looks for garbage among the new ones, and how many of
these looks until one goes further. Most garbage needs no look, and Python's 700 take some hundredths of a run's CPU."""


def leave(code: int) -> NoReturn:
    """End at once, with what was printed: a thread of Temporal's client aborts where Python ends beneath it."""
    for stream in (sys.stdout, sys.stderr):
        try:
            stream.flush()
        except (OSError, ValueError):  # nobody reads it any more, or it is closed
            code = code or 1
    os._exit(code)


def collect_seldom() -> None:
    """What a program loads stays, some hundred thousand objects: looking for garbage among it every few hundred is a
    fifth of its start, and even once a tenth of a second."""
    gc.set_threshold(1_000_000)


def collect_while_serving() -> None:
    """From now on; what has been loaded is left out, since none of it becomes garbage while the program serves."""
    gc.freeze()
    gc.set_threshold(*SERVING)


def end_at_a_signal() -> None:
    """Until a program serves, nothing is under way: a signal ends it at once, whatever it waits for."""
    for number in STOP:
        signal.signal(number, lambda *_: leave(0))


def end_in_time() -> None:
    """End the process when its time to end is over, though something still hangs."""
    clock = threading.Timer(END_WITHIN, leave, (0,))
    clock.daemon = True
    clock.start()


@contextmanager
def told_to_stop(on_stop: Callable[[], None] = lambda: None) -> Iterator[asyncio.Event]:
    """An event that SIGINT or SIGTERM sets, now that a program serves; the first of them calls `on_stop`."""
    loop, stopped = asyncio.get_running_loop(), asyncio.Event()

    def stop() -> None:
        if not stopped.is_set():
            stopped.set()
            on_stop()

    for number in STOP:
        loop.add_signal_handler(number, stop)
    try:
        yield stopped
    finally:
        with suppress(RuntimeError):
            for number in STOP:
                loop.remove_signal_handler(number)
