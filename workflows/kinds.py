"""The workflow classes, one for each kind of the registry: `workflows.kinds.EditionDowngrade`, say.

All of them are the same driver with the same handlers; what a kind does is in `states.kinds`. Temporal wants the run
method in the class itself, under its name.
"""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from states import kinds
    from states.kinds.kind import Kind
    from states.kinds.registry import KINDS
    from states.model.status import Status
from workflows.driver import Driver
from workflows.handlers import Handlers


class Cancellation(Handlers, Driver):
    """What every workflow class derives from."""


def workflow_of(kind: Kind) -> type[Cancellation]:
    """The workflow class of a kind; it says of itself what the kind's module says."""

    async def run(self, *payloads: Any) -> Status:  # type: ignore[no-untyped-def]
        """Drive the chart to its end; the one argument is the `requested` document."""
        document: Status = await self.drive()
        return document

    run.__qualname__ = f"{kind.workflow}.run"
    members = {
        "__doc__": getattr(kinds, kind.chart.__module__.rpartition(".")[2]).__doc__,
        "__module__": __name__,
        "kind": kind.kind,
        "run": workflow.run(run),
    }
    return workflow.defn(type(kind.workflow, (Cancellation,), members))


WORKFLOWS = tuple(workflow_of(kind) for kind in KINDS.values())
"""Every workflow class, in the order of the registry."""

globals().update({workflow_class.__name__: workflow_class for workflow_class in WORKFLOWS})
