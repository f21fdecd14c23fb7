"""The activities of the nightly comparison: compare, tell operators, settle."""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from temporalio import activity

from activities import activity_names
from activities.adapters import Adapters
from activities.failures import adapter_errors_translated
from activities.mail.frame import framed
from activities.mail.messages import mail_text, send_letter
from activities.notice_routes import operators
from activities.ports import Executions
from activities.reconciliation.findings import Still, findings_of, is_overdue, remembered, text_of
from activities.reconciliation.lost_runs import end_of, read_status
from activities.reconciliation.shown_list import mend
from activities.ticket_desk import TicketDesk
from settings import Settings
from states.model.reconciliation import LOST, Comparison, Execution, Night, RecordedRun

log = structlog.get_logger()

AT_ONCE = 8
"""How many runs are asked about at the same time."""
MOST = 500
"""Findings of one comparison; the others are found by the next one."""
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ComparisonActivities:
    """The comparison of what our database holds for open with what Temporal knows."""

    adapters: Adapters
    executions: Executions
    settings: Settings

    def registered(self) -> list[Callable[..., Any]]:
        """What a worker registers."""
        return [self.compare, self.compare_list, self.tell_findings, self.settle_findings]

    @activity.defn(name=activity_names.COMPARE)
    async def compare(self) -> Comparison:
        """Compare; nothing is changed, and what was found is kept to be shown.

        What a run did while it was being compared is no finding: it counts only what our database still holds then.
        """
        runs, in_thread = self.adapters.recorded_runs, self.adapters.database.in_thread
        with adapter_errors_translated():
            executions = await self.executions_of(await in_thread(runs.recorded))
            now = datetime.now(UTC)
            still = [
                Still(freeze.since, freeze.released_at or now) for freeze in await in_thread(self.adapters.freezes.log)
            ]
            grace = self.settings.apply_window + A_DAY
            compared = [
                (await self.completed(run, executions[part_of(run)], now, grace, still), executions[part_of(run)])
                for run in await in_thread(runs.recorded)
                if part_of(run) in executions
            ]
            held = await in_thread(self.adapters.freezes.waiting_runs)
            findings = findings_of(compared, now, grace, held, still)
            reported = await in_thread(runs.reported, [finding.key for finding in findings])
        marked = tuple(finding.model_copy(update={"known": finding.key in reported}) for finding in findings)
        new = sum(not finding.known for finding in marked)
        log.info("compared", runs=len(compared), findings=len(marked), new=new)
        comparison = Comparison(compared=len(compared), total=len(marked), findings=marked[:MOST])
        with adapter_errors_translated():
            await in_thread(self.adapters.comparisons.keep, comparison, now)
        return comparison

    @activity.defn(name=activity_names.COMPARE_LIST)
    async def compare_list(self) -> None:
        """Show open runs as Temporal knows them, where the list shows them otherwise."""
        with adapter_errors_translated():
            await mend(self.adapters.open_list, self.executions)

    @activity.defn(name=activity_names.TELL_FINDINGS)
    async def tell_findings(self, night: Night) -> None:
        """One mail to operators with all findings and what to do about each. The same night again is the same mail."""
        mail, settings = self.adapters.mail, self.settings
        texts = [text_of(finding, settings.operator_language, settings.time_zone) for finding in night.findings]
        values = {"name": None, "count": len(night.findings), "findings": texts, "url": settings.temporal_ui_url}
        key, bound_log = f"comparison/{night.night}", log.bind(template="comparison", to="operator")
        with adapter_errors_translated():
            text = mail_text("comparison", settings.operator_language, values)
            link = settings.temporal_ui_url
            letter = framed(
                text, operators(settings), settings.operator_language, settings, link=link, whose="operator"
            )
            await send_letter(mail, key, letter, bound_log)

    @activity.defn(name=activity_names.SETTLE_FINDINGS)
    async def settle_findings(self, night: Night) -> None:
        """Close lost runs in our database and remember what operators were told. Nothing booked is changed."""
        runs, in_thread = self.adapters.recorded_runs, self.adapters.database.in_thread
        with adapter_errors_translated():
            recorded = {part_of(run): run for run in await in_thread(runs.recorded)}
            for finding in night.findings:
                run = recorded.get((finding.workflow_id, finding.run_id))
                if finding.code in LOST and run is not None:
                    await self.settle(run)
            await in_thread(runs.remember, [key for finding in night.findings for key in remembered(finding)])

    async def settle(self, run: RecordedRun) -> None:
        """A lost run's end into the ledger; its row, tasks and tickets are closed."""
        execution = await self.executions.seen(*part_of(run))
        if execution.how == "open":
            return
        document = await self.executions.status(run.workflow_id, execution.run_id)
        await self.adapters.database.in_thread(self.close, run, execution, document, activity.info().namespace)
        log.warning("lost_run_closed", workflow_id=run.workflow_id, run_id=execution.run_id, how=execution.how)

    def close(self, run: RecordedRun, execution: Execution, document: dict[str, Any] | None, namespace: str) -> None:
        """A run's end, as its last status document says it, into the ledger."""
        customer = self.adapters.records.customer(run.customer)
        end = end_of(
            run,
            execution,
            document,
            settings=self.settings,
            namespace=namespace,
            language=customer.language if customer else "de",
            now=datetime.now(UTC),
        )
        ticketed = self.adapters.recorded_runs.ticketed(run, execution)
        TicketDesk(self.adapters).close_those(ticketed, run.workflow_id)
        self.adapters.recorded_runs.close(run, execution, end)

    async def completed(
        self, run: RecordedRun, execution: Execution, now: datetime, grace: timedelta, still: Sequence[Still]
    ) -> RecordedRun:
        """With what else is known: its end in the ledger; of an open run whose date seems to have passed, its own date.

        An operator may have moved that one, and the booking still shows what was ordered.
        """
        if execution.how != "open":
            return await self.adapters.database.in_thread(self.adapters.recorded_runs.with_end, run, execution)
        if run.booking is None or not is_overdue(run, now, grace, still):
            return run
        document = read_status(await self.executions.status(run.workflow_id, execution.run_id))
        if document is None or document.effective_at is None:
            return run
        booking = run.booking.model_copy(update={"effective_at": document.effective_at})
        return run.model_copy(update={"booking": booking})

    async def executions_of(self, runs: tuple[RecordedRun, ...]) -> dict[tuple[str, str], Execution]:
        """What Temporal knows of each run, some asked at a time."""
        slots = asyncio.Semaphore(AT_ONCE)

        async def ask(run: RecordedRun) -> Execution:
            async with slots:
                return await self.executions.seen(*part_of(run))

        executions = await asyncio.gather(*map(ask, runs))
        return {part_of(run): execution for run, execution in zip(runs, executions, strict=True)}


def part_of(run: RecordedRun) -> tuple[str, str]:
    """What tells a run from others."""
    return run.workflow_id, run.run_id
