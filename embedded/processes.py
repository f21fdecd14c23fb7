"""Child programs: each in a process group of its own, its output in a file, none left behind."""

import asyncio
import ctypes
import os
import signal
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from programs import END_WITHIN

PR_SET_PDEATHSIG = 1
STOP_AFTER = END_WITHIN + 2
"""Seconds that a program gets to end by itself."""
LARGEST_LOG = 20_000_000
"""Bytes of a log, after which the next start begins a new one."""
LAST_LINES = 15


class Died(Exception):
    """A program ended that should have stayed up. The message names it and shows the end of its log."""


@dataclass
class Child:
    """A running program."""

    name: str
    process: asyncio.subprocess.Process
    log: Path
    began: int = 0
    """Where in its log this start begins."""

    async def watch(self) -> None:
        """Wait for its end, which is never right. Raises `Died`."""
        code = await self.process.wait()
        ended = f"was ended by signal {-code}" if code < 0 else f"ended with exit code {code}"
        with self.log.open("rb") as log:
            log.seek(self.began)
            last = log.read().decode(errors="replace").splitlines()[-LAST_LINES:]
        lines = "".join(f"\n  | {line}" for line in last) or " (which is empty)"
        raise Died(f"{self.name} {ended}; the end of {self.log}:{lines}")

    async def stop(self) -> None:
        """Ask it to end, with whatever it started, and insist after a while."""
        self.send(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), STOP_AFTER)
        except TimeoutError:
            self.send(signal.SIGKILL)
            await self.process.wait()
        self.send(signal.SIGKILL)

    def send(self, what: signal.Signals) -> None:
        """Signal its whole group; fine where nobody is left."""
        try:
            os.killpg(self.process.pid, what)
        except ProcessLookupError:
            return


async def start(name: str, command: Sequence[str], environment: Mapping[str, str], log: Path) -> Child:
    """Start a program. Its output is added to `log`; one that has grown large is kept as `….1`."""
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > LARGEST_LOG:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as output:
        began = output.tell()
        process = await asyncio.create_subprocess_exec(
            *command,
            env=dict(environment),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=output,
            stderr=asyncio.subprocess.STDOUT,
            process_group=0,
            preexec_fn=tied_to(os.getpid()),
        )
    return Child(name, process, log, began)


def tied_to(parent: int) -> Callable[[], None] | None:
    """What makes a child end when its parent is killed: Linux offers it, elsewhere there is nothing."""
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None, use_errno=True)

    def tie() -> None:
        library.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return tie
