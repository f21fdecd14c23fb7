"""`python -m embedded`: check what can be checked, start, and stay up until told to stop."""

import sys

if sys.version_info < (3, 11):
    sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0])

import asyncio
import os
from typing import NoReturn

import httpx

from activities.customer_centre import LoadFailed
from activities.ports import AdapterError
from embedded.preflight import Unusable, check_ports, find_temporal, lock_state_dir
from embedded.processes import Died
from embedded.supervisor import Supervisor
from settings import Settings, run_program
from states.kinds.registry import KINDS


def supervise(settings: Settings) -> None:
    """Until Ctrl-C or SIGTERM. Raises what keeps it from starting, and `Died`."""
    with lock_state_dir(settings):
        check_ports(settings)
        asyncio.run(Supervisor(settings, find_temporal()).run())


def main() -> int:
    """0 after Ctrl-C or SIGTERM, 1 where it cannot start or a program died, 2 for wrong settings."""
    return run_program(supervise, KINDS, (Unusable, Died, LoadFailed, AdapterError, httpx.HTTPError))


def leave(code: int) -> NoReturn:
    """End at once: a thread of Temporal's client that is still connecting panics where Python ends beneath it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main())
