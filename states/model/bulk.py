"""Bulk decisions: one decision on many tasks, as portal, workflow and activities speak of them."""

from typing import Literal

from states.model.base import ShortText, Value

WORKFLOW = "BulkDecision"
ROOM = "bulk/"
"""What workflow IDs of bulk decisions begin with: no cancellation's does, which has three parts."""
MOST_TASKS = 10_000
BulkState = Literal["prepared", "running", "paused", "stopped", "done"]
LineState = Literal["waiting", "decided", "proposed", "failed", "left"]
"""`proposed`: a second person must decide it too. `left`: it was not sent, since the bulk decision was stopped."""
BulkAct = Literal["pause", "resume", "stop", "again"]

POSSIBLE: dict[BulkAct, frozenset[BulkState]] = {
    "pause": frozenset({"running"}),
    "resume": frozenset({"prepared", "paused", "running"}),
    "stop": frozenset({"prepared", "paused", "running"}),
    "again": frozenset({"running", "paused", "stopped", "done"}),
}
"""In which states an act is possible. `resume` of one that runs starts a run that Temporal has lost."""
LEADS_TO: dict[BulkAct, BulkState] = {"pause": "paused", "resume": "running", "stop": "stopped", "again": "running"}


class BulkProgress(Value):
    """How far a bulk decision has come. `due_in`: in how many seconds the next line is due, where none is now."""

    state: BulkState
    total: int
    decided: int
    proposed: int
    failed: int
    left: int
    waiting: int
    due_in: int = 0


class BulkChange(Value):
    """What a person does to a bulk decision."""

    bulk: str
    act: BulkAct
    by: ShortText


class SaidBy(Value):
    """Who does it: the payload of `pause`, `resume`, `stop` and `again`."""

    by: ShortText


def workflow_id_of(bulk: str) -> str:
    """The workflow ID of a bulk decision."""
    return f"{ROOM}{bulk}"
