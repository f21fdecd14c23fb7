"""What a run does beside its loop; a fault in it fails the workflow task, with its traceback."""

import asyncio
from collections.abc import Coroutine
from typing import Any


class Background:
    """Tasks that nobody awaits by themselves. The loop raises what one of them raised: never silence."""

    def __init__(self) -> None:
        self.fault: BaseException | None = None

    def start(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        """Begin something; keep what it raises."""
        task = asyncio.create_task(work)
        task.add_done_callback(self.finished)
        return task

    def finished(self, task: asyncio.Task[None]) -> None:
        """A task is over."""
        if not task.cancelled() and task.exception() is not None:
            self.fault = self.fault or task.exception()

    def check(self) -> None:
        """Raise what a task raised."""
        if self.fault is not None:
            raise self.fault
