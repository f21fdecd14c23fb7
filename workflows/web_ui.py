"""What the web UI asks of a run beside its history: its details are made when it asks, and not at each rest."""

from typing import Any

from temporalio import workflow
from temporalio.api.sdk.v1 import WorkflowMetadata
from temporalio.worker import HandleQueryInput, Interceptor, WorkflowInboundInterceptor, WorkflowInterceptorClassInput

from workflows.bulk_decision import BulkDecision
from workflows.driver import Driver
from workflows.last_mails import LastMails

FROM_PROGRAMS = frozenset({"licence_changed", "effects_released", "look"})
"""What runs and the portal say to runs, and no person: the web UI offers it to nobody."""


class WebUiQueries(WorkflowInboundInterceptor):
    """The SDK's own answer to what the web UI asks, with the run's details in it."""

    async def handle_query(self, input: HandleQueryInput) -> Any:
        """Answer a query."""
        answer = await super().handle_query(input)
        run: object = workflow.instance()
        if isinstance(answer, WorkflowMetadata) and isinstance(run, Driver | LastMails | BulkDecision):
            answer.current_details = run.details()
            offered = [signal for signal in answer.definition.signal_definitions if signal.name not in FROM_PROGRAMS]
            del answer.definition.signal_definitions[:]
            answer.definition.signal_definitions.extend(offered)
        return answer


class WebUi(Interceptor):
    """For the worker, and for whoever replays."""

    def workflow_interceptor_class(self, input: WorkflowInterceptorClassInput) -> type[WorkflowInboundInterceptor]:
        """What stands before each run's handlers."""
        return WebUiQueries
