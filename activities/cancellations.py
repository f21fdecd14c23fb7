"""The activities: what workflows ask of the world, with errors as Temporal must see them.

    Refused         never retried: the system said no, and `details[0]` says why
    Misconfigured   never retried: a person is asked at once
    Unavailable     retried

No error carries a statement, a value of the record or a password: failures stay in histories.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Protocol

import structlog
from pydantic import ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from activities import activity_names
from activities.assessment import assess, channels, surplus_after
from activities.customer_centre import SqlCustomerCentre
from activities.mail.messages import mail_to, values_of
from activities.mail.senders import mail_of
from activities.ports import (
    AdapterError,
    CustomerCentre,
    Ledger,
    Mail,
    Misconfigured,
    Refused,
    Runs,
    Tickets,
    WorkList,
)
from activities.sql.database import TRANSIENT, Database, create_database, fault
from activities.sql.ledger import SqlLedger
from activities.sql.runs import SqlRuns
from activities.sql.tickets import SqlTickets
from activities.sql.work_list import SqlWorkList
from catalogue.loader import Catalogues, load_catalogues
from catalogue.texts import say
from settings import Settings
from states.kinds.registry import KINDS
from states.model import status
from states.model.effects import Notify, Step
from states.model.facts import Check, Inquiry, Receipt

log = structlog.get_logger()

CATEGORIES = {
    "support_ticket_setup_service": "accounting",
    "support_ticket_key_accounting": "sales",
    "support_ticket_transfer": "eazyauction",
}
"""Where a ticket goes, by the text of its task (SVC1, SUP3, MOV1); else to support (MIS1)."""


class TicketedWorkList(WorkList, Protocol):
    """A work list that knows which of its tasks have a ticket."""

    async def ticketed(self, workflow_id: str) -> tuple[str, ...]:
        """The open tasks of a run that have a ticket."""


@contextmanager
def told_to_temporal() -> Iterator[None]:
    """Turn the errors of ports into those that the driver knows."""
    try:
        yield
    except Refused as error:
        details = {"reason": str(error), "reference": error.reference}
        raise ApplicationError(str(error), details, type=activity_names.REFUSED, non_retryable=True) from None
    except ValidationError as error:
        fields = ", ".join(".".join(str(part) for part in one["loc"]) for one in error.errors(include_input=False))
        raise misconfigured(f"what is recorded has another form than expected: {fields}") from None
    except TRANSIENT as error:
        raise told(fault(error)) from None
    except AdapterError as error:
        raise told(error) from None


def told(error: AdapterError) -> ApplicationError:
    """An error that is not the system's no."""
    if isinstance(error, Misconfigured):
        return misconfigured(str(error))
    return ApplicationError(str(error), type="Unavailable")


def misconfigured(text: str) -> ApplicationError:
    """An administrator must act; trying again cannot help."""
    return ApplicationError(text, type=activity_names.MISCONFIGURED, non_retryable=True)


@dataclass(frozen=True)
class CancellationActivities:
    """What the activities need: the ports, the catalogue, the settings."""

    centre: CustomerCentre
    runs: Runs
    ledger: Ledger
    work_list: TicketedWorkList
    tickets: Tickets
    mail: Mail
    catalogues: Catalogues
    settings: Settings

    def ui_url(self, written: str) -> str:
        """A run's page in the web UI, where it is now: a run that was malformed never read where that is."""
        _, found, path = written.partition("/namespaces/")
        return f"{self.settings.temporal_ui_url.rstrip('/')}{found}{path}" if found else written

    @activity.defn(name=activity_names.READ)
    async def read(self, inquiry: Inquiry) -> Check:
        """Judge a request by record and catalogue; a run's first check registers the run."""
        request = inquiry.request
        with told_to_temporal():
            if inquiry.first:
                watches = KINDS[request.kind].watches
                run_id = activity.info().workflow_run_id or ""
                await self.runs.register(request.workflow_id, run_id, request.kind, request.customer, watches)
            check = await assess(
                inquiry, centre=self.centre, runs=self.runs, catalogues=self.catalogues, settings=self.settings
            )
        return with_namespace(check)

    @activity.defn(name=activity_names.PLACE_ORDER)
    async def place_order(self, step: Step) -> Receipt:
        """Book the order once, however often it is asked. May be refused."""
        with told_to_temporal():
            return await self.centre.place_order(step)

    @activity.defn(name=activity_names.APPLY_CHANGE)
    async def apply_change(self, step: Step) -> Receipt:
        """Make the change in the record; answers what is then in surplus (X2), or what holds it (X4)."""
        with told_to_temporal():
            return await self.centre.apply_change(step)

    @activity.defn(name=activity_names.WITHDRAW)
    async def withdraw(self, step: Step) -> Receipt:
        """Take the booking back (X11)."""
        with told_to_temporal():
            return await self.centre.withdraw(step)

    @activity.defn(name=activity_names.REASSIGN)
    async def reassign(self, step: Step) -> Receipt:
        """Assign a WMS user elsewhere (WMU4). May be refused."""
        with told_to_temporal():
            return await self.centre.reassign(step)

    @activity.defn(name=activity_names.DECOUPLE)
    async def decouple(self, step: Step) -> Receipt:
        """Take a marketplace account off this customer (MOV1). May be refused."""
        with told_to_temporal():
            return await self.centre.decouple(step)

    @activity.defn(name=activity_names.NOTIFY)
    async def notify(self, step: Step) -> None:
        """Send a mail; name, address and language are looked up here and never enter a history.

        A customer without an address gets none, and a mail that the server refuses for good is not tried again: the
        run goes on, and a line in the log says so.
        """
        effect = step.effect
        if not isinstance(effect, Notify):
            raise misconfigured(f"notify cannot perform {effect.effect}")
        with told_to_temporal():
            record = await self.centre.customer(step.customer)
            to, language = mail_to(effect, record, self.settings)
            said = log.bind(workflow_id=step.workflow_id, template=effect.template, to=effect.to)
            if to is None:
                said.info("mail_without_address")
                return
            values = values_of(step, effect, record, self.settings, language)
            subject, body = (say(language, f"mail.{effect.template}.{part}", values) for part in ("subject", "body"))
            try:
                await self.mail.send(step.key, to, subject, body)
            except Refused as error:
                said.warning("mail_refused", code=error.reference)

    @activity.defn(name=activity_names.WRITE_TASKS)
    async def write_tasks(self, listed: status.TaskList) -> status.Tickets:
        """Write the run's open tasks to the work list; those that a person at the vendor decides get a ticket."""
        with told_to_temporal():
            await self.close_tickets(listed.workflow_id, {row.entry.task for row in listed.tasks if row.ticket})
            tickets = {
                row.entry.task: await self.tickets.open(
                    row.entry.task, listed.customer, CATEGORIES.get(row.text, "support"), row.entry.instructions
                )
                for row in listed.tasks
                if row.ticket
            }
            await self.work_list.write(listed, tickets)
            return status.Tickets(tickets=tickets)

    @activity.defn(name=activity_names.RECORD_END)
    async def record_end(self, end: status.End) -> Receipt:
        """Keep the status document in the ledger; close run, booking, tasks and tickets; answers whom to tell."""
        document = end.status.model_copy(update={"ui_url": self.ui_url(end.status.ui_url)})
        with told_to_temporal():
            await self.close_tickets(document.workflow_id, set())
            await self.ledger.record_end(end.model_copy(update={"status": document}))
            tell = await self.runs.watchers(document.customer, document.workflow_id)
            return Receipt(key=f"{document.workflow_id}/{document.run_id}/end", tell=tell)

    async def close_tickets(self, workflow_id: str, still_open: set[str]) -> None:
        """Before the work list forgets them: the tickets of tasks that are no longer open."""
        for task in await self.work_list.ticketed(workflow_id):
            if task not in still_open:
                await self.tickets.close(task)


def with_namespace(check: Check) -> Check:
    """A first check's settings with the namespace that the run is in, for its links."""
    namespace = activity.info().namespace
    if check.settings is None or namespace == check.settings.namespace:
        return check
    return check.model_copy(update={"settings": check.settings.but(namespace=namespace)})


def activities_of(database: Database, catalogues: Catalogues, settings: Settings) -> CancellationActivities:
    """The activities over our own database: the composition that ships."""
    centre = SqlCustomerCentre(database, surplus_after(catalogues, settings), channels(catalogues))
    return CancellationActivities(
        centre=centre,
        runs=SqlRuns(database),
        ledger=SqlLedger(database),
        work_list=SqlWorkList(database),
        tickets=SqlTickets(database),
        mail=mail_of(settings),
        catalogues=catalogues,
        settings=settings,
    )


def shipped_activities(settings: Settings) -> CancellationActivities:
    """The same from the settings alone. Creates or migrates the database, and blocks until that is done."""
    return activities_of(create_database(settings), load_catalogues(settings.catalogue_dir), settings)


def methods(acts: CancellationActivities) -> list[Callable[..., Any]]:
    """What a worker registers."""
    return [
        acts.read,
        acts.place_order,
        acts.apply_change,
        acts.withdraw,
        acts.reassign,
        acts.decouple,
        acts.notify,
        acts.write_tasks,
        acts.record_end,
    ]
