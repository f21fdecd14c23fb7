"""What open runs show, on its way to the list (docs/adr/0025)."""

from threading import Lock

from activities.sql.open_list import SqlOpenList
from states.model.status import ShownRun

MOST = 500
"""So many are written at a time."""


class ShownRuns:
    """Of each run the latest, until it is written. Runs show themselves from threads of their own."""

    def __init__(self, open_list: SqlOpenList) -> None:
        self.open_list = open_list
        self.waiting: dict[str, ShownRun] = {}
        self.lock = Lock()

    def show(self, run: ShownRun) -> None:
        """It stands like this."""
        with self.lock:
            self.waiting[run.workflow_id] = run

    def hide(self, workflow_id: str) -> None:
        """It ends, and writes that itself: what is still waiting here would come behind it."""
        with self.lock:
            self.waiting.pop(workflow_id, None)

    async def write_waiting(self) -> int:
        """Write what waits, in one transaction; answers how much is left. Raises `AdapterError`: it waits on then."""
        taken = self.take()
        if taken:
            try:
                await self.open_list.database.in_thread(self.open_list.show, taken)
            except BaseException:
                self.put_back(taken)
                raise
        return len(self.waiting) if len(taken) == MOST else 0

    def take(self) -> list[ShownRun]:
        """The oldest."""
        with self.lock:
            return [self.waiting.pop(workflow_id) for workflow_id in [*self.waiting][:MOST]]

    def put_back(self, runs: list[ShownRun]) -> None:
        """What could not be written, but for runs that have shown themselves anew."""
        with self.lock:
            self.waiting = {run.workflow_id: run for run in runs} | self.waiting
