"""`python -m embedded`: check what can be checked, start, and stay up until told to stop."""

import sys

if sys.version_info < (3, 11):
    sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0])

import asyncio
import os
from typing import NoReturn

import httpx
from pydantic import ValidationError

from activities.customer_centre import LoadFailed
from activities.ports import AdapterError
from embedded.preflight import Unusable, check_ports, find_temporal, held_state_dir
from embedded.processes import Died
from embedded.supervisor import Supervisor
from settings import Settings, checked, explain, misspelt
from states.kinds.registry import KINDS


def main() -> int:
    """0 after Ctrl-C or SIGTERM, 1 where it cannot start or a program died, 2 for wrong settings."""
    for line in misspelt(os.environ):
        print(line, file=sys.stderr)
    try:
        settings = checked(Settings(), KINDS)
    except ValidationError as error:
        print("\n".join(explain(error)), file=sys.stderr)
        return 2
    try:
        with held_state_dir(settings):
            check_ports(settings)
            return asyncio.run(Supervisor(settings, find_temporal()).run())
    except (Unusable, Died, LoadFailed, AdapterError, httpx.HTTPError) as error:
        print(str(error) or repr(error), file=sys.stderr)
        return 1


def leave(code: int) -> NoReturn:
    """End at once: a thread of Temporal's client that is still connecting panics where Python ends beneath it."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


if __name__ == "__main__":
    leave(main())
