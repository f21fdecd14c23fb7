"""Whatever is started on our task queue under a workflow type that does not exist: it ends `refused`, and says so.

Without it each workflow task of such a run would fail, again and again, and its workflow ID would stay taken.
"""

from collections.abc import Sequence

from temporalio import workflow
from temporalio.common import RawValue

with workflow.unsafe.imports_passed_through():
    from activities import activity_names
    from catalogue.texts import say
    from states.chart.admission import malformed
    from states.model.facts import Receipt, RunSettings
    from states.model.memory import Memory
    from states.model.payload_errors import readable
    from states.model.request import Request
    from states.model.status import End, Status, bare_status, page_of
    from states.views.labels import in_words
    from states.views.refusals import language_of, refusal_of
from workflows.activity_calls import call_until_done


@workflow.defn(dynamic=True)
class UnknownType:
    """A start by hand with a wrong workflow type: refused as `malformed`, like one with a wrong document."""

    @workflow.run
    async def run(self, _: Sequence[RawValue]) -> Status:
        """Keep the refusal in the ledger and end."""
        info, document = workflow.info(), self.status()
        end = End(
            status=document,
            started_at=workflow.now(),
            ended_at=workflow.now(),
            first_run_id=info.first_execution_run_id,
        )
        await call_until_done(activity_names.RECORD_END, end, Receipt, "Keep the ended run in the ledger")
        return document

    @workflow.query(name="status", description="Where the run stands: the status document.")
    def status(self) -> Status:
        """The status document: what the workflow ID says, and what is wrong."""
        info = workflow.info()
        _, customer, subject, *_ = (*info.workflow_id.split("/"), "unknown", "unknown")
        refusal = malformed("fault.unknown_type", given=readable(info.workflow_type))
        request = Request(kind="unknown", customer="unknown", subject="unknown")
        memory = Memory(request=request, now=info.start_time, requested_at=info.start_time, refusal=refusal)
        document = bare_status(
            workflow_id=info.workflow_id,
            run_id=info.run_id,
            ui_url=page_of(RunSettings().ui_url, info.namespace, info.workflow_id, info.run_id),
            kind=info.workflow_id.split("/")[0],
            customer=customer,
            subject=subject,
            target=None,
            state="refused",
            refusal=refusal_of(memory, say),
        )
        return in_words(document, say, language_of(memory), memory.settings.zone)
