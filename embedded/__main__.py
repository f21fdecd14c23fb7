"""`python -m embedded`: check what can be checked, start, and stay up until told to stop."""

import sys

if sys.version_info < (3, 11):
    sys.exit("Python 3.11 or newer is needed; this is " + sys.version.split()[0])

from programs import end_at_a_signal, leave

if __name__ == "__main__":
    end_at_a_signal()  # before all else, which takes a while to load

import asyncio
from contextlib import suppress

import httpx

from activities.adapters import opened_adapters
from activities.customer_centre import LoadFailed
from activities.ports import AdapterError, Unavailable
from activities.setting_names import SETTING_NAMES
from catalogue.loader import CatalogueError, load_catalogues
from embedded.example_player import MayNotPlay, player_of
from embedded.preflight import Unusable, check_ports, find_temporal, lock_state_dir
from embedded.processes import Died
from embedded.supervisor import Supervisor
from settings import Settings, run_program


def supervise(settings: Settings) -> None:
    """Until Ctrl-C or SIGTERM. Raises what keeps it from starting, and `Died`."""
    with lock_state_dir(settings):
        player_of(settings)
        check_ports(settings)
        asyncio.run(prove(settings))
        asyncio.run(Supervisor(settings, find_temporal()).run())


async def prove(settings: Settings) -> None:
    """Raise `CatalogueError` or `AdapterError` for what worker and portal could not do without."""
    load_catalogues(settings.catalogue_dir)
    async with opened_adapters(settings) as adapters:
        with suppress(Unavailable):  # a mail server that is down is waited for
            await adapters.mail.ready()


def main() -> int:
    """0 after Ctrl-C or SIGTERM, 1 where it cannot start or a program died, 2 for wrong settings."""
    faults = (Unusable, MayNotPlay, Died, LoadFailed, CatalogueError, AdapterError, httpx.HTTPError)
    return run_program(supervise, SETTING_NAMES, faults)


if __name__ == "__main__":
    leave(main())
