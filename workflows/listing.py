"""What the list of open runs shows of a run: told to the worker that carries it, beside the history (docs/adr/0025)."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from temporalio import workflow
from temporalio.worker import Interceptor, WorkflowInboundInterceptor, WorkflowInterceptorClassInput

with workflow.unsafe.imports_passed_through():
    from states.model.request import Request
    from states.model.status import ShownRun
    from states.views.status import Glance

SHOW, HIDE = "show_open_run", "hide_open_run"


class Showing(Interceptor):
    """Gives the runs that a worker carries two calls, and intercepts nothing; a replayer has none."""

    def __init__(self, show: Callable[[ShownRun], None], hide: Callable[[str], None]) -> None:
        self.calls: dict[str, Callable[..., None]] = {SHOW: show, HIDE: hide}

    def workflow_interceptor_class(
        self, input: WorkflowInterceptorClassInput
    ) -> type[WorkflowInboundInterceptor] | None:
        """Add the calls to what runs may call outside."""
        input.unsafe_extern_functions.update(self.calls)
        return None


class Listing:
    """One run's entry. What is replayed was shown when it happened, by whichever worker carried the run then."""

    def __init__(self, info: workflow.Info, started_at: datetime) -> None:
        self.info = info
        self.started_at = started_at
        self.shown: ShownRun | None = None
        """By this worker."""

    def begin(self, request: Request) -> None:
        """The run is there, and reads its first facts."""
        self.rest(request, Glance("received", ("system",), None, None))

    def rest(self, request: Request, stands: Glance) -> None:
        """The run waits: show it, unless it is shown like this."""
        if not stands.waiting_for:
            return
        info = self.info
        names = (info.workflow_id, info.run_id, info.first_execution_run_id)
        about = (request.kind, request.customer, request.subject)
        run = ShownRun._make([*names, *about, *stands, self.started_at, workflow.now()])
        if self.shown is None or run != self.shown._replace(as_of=run.as_of):
            self.shown = run if tell(SHOW, run) else None

    def end(self) -> None:
        """The run ends, and writes that itself."""
        tell(HIDE, self.info.workflow_id)


def tell(call: str, argument: Any) -> bool:
    """Make a call to the worker; answers whether it was made."""
    function = workflow.extern_functions().get(call)
    if function is None or workflow.unsafe.is_replaying():
        return False
    function(argument)
    return True
