"""Runs that are open in our record and that Temporal does not know: what the record knows is answered, and told."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import structlog
from temporalio.client import Client, RPCError
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from activities.adapters import Adapters
from activities.reconciliation.lost_runs import minimal_status
from catalogue.texts import say
from settings import Settings
from states.model.reconciliation import WORKFLOW, Execution, RecordedRun
from states.model.record import Language
from states.model.status import Status, TimelineEntry
from states.views.labels import in_words

log = structlog.get_logger(__name__)

GONE = "gone"
"""The event of the line that says so."""


@dataclass(frozen=True)
class GoneRuns:
    """Looks in the record for what Temporal has lost, and has the comparison made that tells operators."""

    client: Client
    settings: Settings
    adapters: Adapters

    async def document(self, workflow_id: str, run_id: str | None = None) -> dict[str, Any] | None:
        """The status document of an open run that Temporal does not know, as far as it is recorded; else None."""
        in_thread = self.adapters.database.in_thread
        run = await in_thread(self.adapters.recorded_runs.gone, workflow_id)
        if run is None or run_id not in (None, run.run_id):
            return None
        log.warning("run_gone", workflow_id=workflow_id, run_id=run.run_id)
        await self.have_it_told()
        return self.status(run, await self.language(run.customer)).model_dump(mode="json")

    async def language(self, customer: str) -> Language:
        """In which language a customer reads; German where he is not known."""
        record = await self.adapters.database.in_thread(self.adapters.records.customer, customer)
        return record.language if record else "de"

    def status(self, run: RecordedRun, language: Language) -> Status:
        """What is booked and where it stood, with the word that the run is gone."""
        execution = Execution(workflow_id=run.workflow_id, run_id=run.run_id, how="unknown")
        bare = minimal_status(run, execution, self.settings, self.client.namespace)
        booking = run.booking
        state = "scheduled" if booking else bare.state
        reference = booking.reference if booking and booking.booked else None
        values = {"reference": reference, "effective_at": booking.effective_at if booking else None}
        note = say(language, "note.gone", values | {"zone": self.settings.time_zone})
        line = TimelineEntry(at=datetime.now(UTC), state=state, event=GONE, by=None, note=note, audience="everyone")
        changes: dict[str, Any] = {"state": state, "timeline": (line,), "waiting_for": ("operator",)}
        changes |= {"effective_at": booking.effective_at if booking else None}
        return in_words(bare, say, language, self.settings.time_zone, **changes)

    async def have_it_told(self) -> None:
        """Have a worker compare as each night, once an hour at most: operators get a mail, what is lost is closed."""
        hour = datetime.now(UTC).strftime("%Y-%m-%dT%H")
        try:
            await self.client.start_workflow(
                WORKFLOW,
                {"settle": True},
                id=f"comparison-of-a-gone-run-{hour}",
                task_queue=self.settings.task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
                static_summary="Comparison, since a run is gone",
            )
        except WorkflowAlreadyStartedError:
            pass
        except RPCError as error:
            log.warning("comparison_not_started", reason=error.status.name)
