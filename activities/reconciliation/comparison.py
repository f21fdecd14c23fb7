"""The activities of the nightly comparison: compare, tell operators, settle."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from temporalio import activity

from activities import activity_names
from activities.cancellations import told_to_temporal
from activities.customer_centre import SqlCustomerCentre
from activities.mail.messages import OPERATORS
from activities.mail.senders import mail_of
from activities.ports import CustomerCentre, Executions, Mail, Refused, Tickets
from activities.reconciliation.findings import findings_of, is_overdue, remembered, text_of
from activities.reconciliation.lost_runs import end_of, read
from activities.sql.database import Database
from activities.sql.open_runs import HeldOpen
from activities.sql.tickets import SqlTickets
from catalogue.texts import say
from settings import Settings
from states.model.reconciliation import LOST, Comparison, Execution, Finding, Night, RecordedRun
from states.model.record import Language

log = structlog.get_logger()

AT_ONCE = 8
"""How many runs are asked about at the same time."""
MOST = 500
"""Findings of one comparison; the others are found by the next one."""
A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ComparisonActivities:
    """What the comparison needs: our database, what Temporal knows, and the ways to operators."""

    held_open: HeldOpen
    executions: Executions
    centre: CustomerCentre
    tickets: Tickets
    mail: Mail
    settings: Settings

    @activity.defn(name=activity_names.COMPARE)
    async def compare(self) -> Comparison:
        """Compare; nothing is changed.

        What a run did while it was being compared is no finding: it counts only what our database still holds then.
        """
        with told_to_temporal():
            before = await self.held_open.held()
            seen = {part(one): execution for one, execution in await self.seen(before)}
            compared = [(one, seen[part(one)]) for one in await self.held_open.held() if part(one) in seen]
            now = datetime.now(UTC)
            grace = self.settings.apply_window + A_DAY
            compared = [(await self.known(one, found, now, grace), found) for one, found in compared]
            findings = findings_of(compared, now, grace)
            known = await self.held_open.told([one.key for one in findings])
        marked = tuple(one.model_copy(update={"known": one.key in known}) for one in findings)
        log.info("compared", runs=len(compared), findings=len(marked), new=sum(not one.known for one in marked))
        return Comparison(compared=len(compared), total=len(marked), findings=marked[:MOST])

    @activity.defn(name=activity_names.TELL_FINDINGS)
    async def tell_findings(self, night: Night) -> None:
        """One mail to operators with all findings and what to do about each. The same night again is the same mail."""
        subject, body = mail_text(night.findings, self.settings)
        with told_to_temporal():
            try:
                await self.mail.send(f"comparison/{night.night}", self.settings.operator_mail, subject, body)
            except Refused as error:
                log.warning("mail_refused", template="comparison", to="operator", code=error.reference)

    @activity.defn(name=activity_names.SETTLE_FINDINGS)
    async def settle_findings(self, night: Night) -> None:
        """Close lost runs in our database and remember what operators were told. Nothing booked is changed."""
        with told_to_temporal():
            held = {part(one): one for one in await self.held_open.held()}
            for finding in night.findings:
                found = held.get((finding.workflow_id, finding.run_id))
                if finding.code in LOST and found is not None:
                    await self.settle(found)
            await self.held_open.remember([key for finding in night.findings for key in remembered(finding)])

    # One run.

    async def settle(self, held: RecordedRun) -> None:
        """A lost run's end into the ledger; its row, tasks and tickets are closed."""
        execution = await self.executions.seen(*part(held))
        if execution.how == "open":
            return
        document = await self.executions.status(held.workflow_id, execution.run_id)
        end = end_of(
            held,
            execution,
            document,
            settings=self.settings,
            namespace=activity.info().namespace,
            language=await self.language(held.customer),
            now=datetime.now(UTC),
        )
        for task in await self.held_open.ticketed(part(held), execution):
            await self.tickets.close(task)
        await self.held_open.close(part(held), execution, end)
        log.warning("lost_run_closed", workflow_id=held.workflow_id, run_id=execution.run_id, how=execution.how)

    async def known(self, held: RecordedRun, execution: Execution, now: datetime, grace: timedelta) -> RecordedRun:
        """With what else is known: its end in the ledger; of an open run whose date seems to have passed, its own date.

        An operator may have moved that one, and the booking still shows what was ordered.
        """
        if execution.how != "open":
            return await self.held_open.with_end(held, execution)
        if held.booking is None or not is_overdue(held, now, grace):
            return held
        document = read(await self.executions.status(held.workflow_id, execution.run_id))
        if document is None or document.effective_at is None:
            return held
        return held.model_copy(
            update={"booking": held.booking.model_copy(update={"effective_at": document.effective_at})}
        )

    async def seen(self, held: tuple[RecordedRun, ...]) -> list[tuple[RecordedRun, Execution]]:
        """Each with what Temporal knows of it, some at a time."""
        few = asyncio.Semaphore(AT_ONCE)

        async def one(run: RecordedRun) -> tuple[RecordedRun, Execution]:
            async with few:
                return run, await self.executions.seen(*part(run))

        return await asyncio.gather(*map(one, held))

    async def language(self, customer: str) -> Language:
        """The customer's language."""
        found = await self.centre.customer(customer)
        return found.language if found else "de"


def part(held: RecordedRun) -> tuple[str, str]:
    """What tells a run from others."""
    return held.workflow_id, held.run_id


def mail_text(findings: tuple[Finding, ...], settings: Settings) -> tuple[str, str]:
    """Subject and body of a night's mail, for operators."""
    told = "\n\n".join(text_of(finding, OPERATORS, settings.time_zone) for finding in findings)
    values = {"name": None, "count": len(findings), "findings": told, "url": settings.temporal_ui_url}
    subject, body = (say(OPERATORS, f"mail.comparison.{name}", values) for name in ("subject", "body"))
    return subject, body


def comparison_of(database: Database, executions: Executions, settings: Settings) -> ComparisonActivities:
    """The comparison over our own database: the composition that ships."""
    return ComparisonActivities(
        held_open=HeldOpen(database),
        executions=executions,
        centre=SqlCustomerCentre(database),
        tickets=SqlTickets(database),
        mail=mail_of(settings),
        settings=settings,
    )


def comparing(acts: ComparisonActivities) -> list[Callable[..., Any]]:
    """What a worker registers."""
    return [acts.compare, acts.tell_findings, acts.settle_findings]
