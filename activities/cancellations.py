"""The activities: what workflows ask of the world. Their errors: `activities.failures`.

What an activity asks of the database it does in a thread, there and back once: so the worker's event loop waits for
nothing, and pays for one step to another thread and not for one a statement.
"""

import asyncio
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from typing import Any, TypeVar

import structlog
from temporalio import activity

from activities import activity_names
from activities.adapters import Adapters, create_adapters
from activities.failures import adapter_errors_translated, misconfigured
from activities.mail_desk import SENT_BEFORE, MailDesk, NoMail
from activities.names import Names, names_of
from activities.receipts.issuing import ReceiptDesk
from activities.receipts.keys import ReceiptKeys, receipt_keys
from activities.request_check import check_request, judge_of
from activities.sql.freezes import Held
from activities.ticket_desk import TicketDesk
from catalogue.loader import Catalogues, load_catalogues
from settings import Settings
from states.kinds.registry import KINDS
from states.model import status
from states.model.effects import IssueReceipt, Notify, Step
from states.model.facts import Check, Inquiry, Receipt, Unchanged, Undelivered

Document = TypeVar("Document", status.Status, status.TaskList)
Asked = TypeVar("Asked")
Answer = TypeVar("Answer")
Blocking = Callable[["CancellationActivities", Asked], Answer]
Activity = Callable[["CancellationActivities", Asked], Coroutine[Any, Any, Answer]]
log = structlog.get_logger()
BEAT_S = 5
"""Seconds between two signs of life."""


def in_thread(work: Blocking[Asked, Answer]) -> Activity[Asked, Answer]:
    """An activity whose work blocks: it is done in a thread, and the errors of ports become Temporal's."""

    @wraps(work)
    async def performed(self: "CancellationActivities", asked: Asked) -> Answer:
        with adapter_errors_translated():
            return await self.adapters.database.in_thread(work, self, asked)

    return performed


@dataclass(frozen=True)
class CancellationActivities:
    """The activities of all cancellations, over the adapters and the catalogue."""

    adapters: Adapters
    catalogues: Catalogues
    settings: Settings
    receipt_keys: ReceiptKeys

    def registered(self) -> list[Callable[..., Any]]:
        """What a worker registers."""
        return [
            self.read,
            self.place_order,
            self.apply_change,
            self.withdraw,
            self.reassign,
            self.decouple,
            self.issue_receipt,
            self.notify,
            self.write_tasks,
            self.record_end,
            self.amend_end,
            self.go_on,
        ]

    @activity.defn(name=activity_names.READ)
    @in_thread
    def read(self, inquiry: Inquiry) -> Check | Unchanged:
        """Judge a request by record and catalogue; a run's first check registers the run."""
        if not inquiry.first:
            check = with_run(check_request(inquiry, self.adapters, self.catalogues, self.settings), inquiry)
            return Unchanged(unchanged=True) if inquiry.known == check.digest() else check
        with self.adapters.together(self.adapters.bookings):
            ended = not self.register(inquiry)
            check = with_run(check_request(inquiry, self.adapters, self.catalogues, self.settings), inquiry)
            return check.model_copy(update={"had_ended": True}) if ended else check

    def register(self, inquiry: Inquiry) -> bool:
        """The run is open; one that was reset to its beginning is so again, unless it had ended: then nothing changes,
        and the answer is no."""
        request, run_id = inquiry.request, inquiry.run_id or this_run()
        watches = KINDS[request.kind].watches
        if run_id == this_run():
            self.adapters.runs.register(request.workflow_id, run_id, request.kind, request.customer, watches)
            return True
        if self.adapters.ledger.own_end(request.workflow_id, run_id) is not None:
            return False
        run = status.GoingOn(
            workflow_id=request.workflow_id,
            first_run_id=run_id,
            run_ids=(run_id,),
            kind=request.kind,
            customer=request.customer,
        )
        self.adapters.ledger.take_back(run, watches)
        return True

    @activity.defn(name=activity_names.PLACE_ORDER)
    @in_thread
    def place_order(self, step: Step) -> Receipt:
        """Book the order once, however often it is asked. May be refused."""
        return self.changed(step, self.adapters.bookings.place_order)

    @activity.defn(name=activity_names.APPLY_CHANGE)
    @in_thread
    def apply_change(self, step: Step) -> Receipt:
        """Make the change in the record; answers what is then in surplus (X2), or what holds it (X4)."""
        judge = judge_of(step, self.catalogues, self.settings)
        return self.changed(step, lambda step: self.adapters.bookings.apply_change(step, judge))

    @activity.defn(name=activity_names.WITHDRAW)
    @in_thread
    def withdraw(self, step: Step) -> Receipt:
        """Take the booking back (X11)."""
        return self.changed(step, self.adapters.bookings.withdraw)

    @activity.defn(name=activity_names.REASSIGN)
    @in_thread
    def reassign(self, step: Step) -> Receipt:
        """Assign a WMS user elsewhere (WMU4). May be refused."""
        return self.changed(step, self.adapters.bookings.reassign)

    @activity.defn(name=activity_names.DECOUPLE)
    @in_thread
    def decouple(self, step: Step) -> Receipt:
        """Take a marketplace account off this customer (MOV1). May be refused."""
        return self.changed(step, self.adapters.bookings.decouple)

    def changed(self, step: Step, change: Callable[[Step], Receipt]) -> Receipt:
        """The receipt of a change, which is made unless all effects are frozen. Raises `Frozen`.

        A customer centre outside our database is asked after that: what it has begun by then ends.
        """
        with self.adapters.together(self.adapters.bookings):
            frozen = self.adapters.freezes.hold(held(step))
            if frozen is None:
                return self.with_watchers(step, change(step))
        raise frozen  # what is held has been noted

    def with_watchers(self, step: Step, receipt: Receipt) -> Receipt:
        """The receipt of a change with the runs that it concerns (X3), the same however often it is asked.

        Where the centre has not looked for them itself, that is done when the change is made: a run that registers
        later has a first check that already sees it.
        """
        if receipt.held or "tell" in receipt.model_fields_set:
            return receipt
        with self.adapters.database.write():
            tell = self.adapters.runs.watchers(step.customer, step.workflow_id, step.kind)
            return self.adapters.receipts.keep(step, receipt.model_copy(update={"tell": tell}))

    @activity.defn(name=activity_names.ISSUE_RECEIPT)
    async def issue_receipt(self, step: Step) -> None:
        """Give the customer a receipt, once for its key; it is there before the mail that it goes with."""
        effect = step.effect
        if not isinstance(effect, IssueReceipt):
            raise misconfigured(f"issue_receipt cannot perform {effect.effect}")
        desk = ReceiptDesk(self.adapters, self.catalogues, self.receipt_keys, self.settings.time_zone)
        with adapter_errors_translated(patient=True):
            await self.adapters.database.in_thread(desk.issue, step, effect, this_run())

    @activity.defn(name=activity_names.NOTIFY)
    async def notify(self, step: Step) -> Undelivered | None:
        """Send a mail; name, address and language are looked up here and never enter a history.

        A customer without an address gets none, and a mail that the server refuses for good is not tried again: the
        answer says so, and the run goes on. What went out is kept in its words, and does not go out again for its key.
        """
        effect = step.effect
        if not isinstance(effect, Notify):
            raise misconfigured(f"notify cannot perform {effect.effect}")
        bound_log = log.bind(workflow_id=step.workflow_id, template=effect.template, to=effect.to)
        desk = MailDesk(self.adapters, self.catalogues, self.settings)
        with adapter_errors_translated(patient=True):
            mail = await self.adapters.database.in_thread(desk.made, step, effect, held(step))
            if isinstance(mail, NoMail):
                bound_log.info("mail_sent_before" if mail.why == SENT_BEFORE else "mail_without_address", why=mail.why)
                return mail.answer
            return await with_signs_of_life(desk.send(step, effect, mail, bound_log))

    @activity.defn(name=activity_names.WRITE_TASKS)
    @in_thread
    def write_tasks(self, tasks: status.TaskList) -> status.TicketNumbers:
        """Write the run's open tasks to the work list; those that a person at the vendor decides get a ticket."""
        with self.adapters.together(self.adapters.tickets):
            tasks = self.with_names(tasks, tasks.customer)
            numbers = TicketDesk(self.adapters).write(tasks, activity.info().workflow_id or tasks.workflow_id)
            self.adapters.work_list.write(tasks, numbers.tickets)
            return numbers

    @activity.defn(name=activity_names.RECORD_END)
    @in_thread
    def record_end(self, end: status.End) -> Receipt:
        """Keep the status document in the ledger; close run, booking, tasks and tickets; answers whom to tell."""
        document = end.status.model_copy(update={"ui_url": self.ui_url(end.status.ui_url)})
        with self.adapters.together(self.adapters.tickets):
            document = self.with_names(document, document.customer)
            TicketDesk(self.adapters).close(document.workflow_id)
            self.adapters.ledger.record_end(end.model_copy(update={"status": document}))
            tell = self.adapters.runs.watchers(document.customer, document.workflow_id, document.kind)
            return Receipt(key=f"{document.workflow_id}/{document.run_id}/end", tell=tell)

    @activity.defn(name=activity_names.AMEND_END)
    @in_thread
    def amend_end(self, document: status.Status) -> Receipt:
        """Keep what has happened to an ended run since: whom its mails did not reach, and who told him."""
        document = document.model_copy(update={"ui_url": self.ui_url(document.ui_url)})
        self.adapters.ledger.amend(self.with_names(document, document.customer))
        return Receipt(key=f"{document.workflow_id}/{document.run_id}/amended")

    @activity.defn(name=activity_names.GO_ON)
    @in_thread
    def go_on(self, run: status.GoingOn) -> status.WentOn:
        """A run has been reset. One that had ended hears how, and nothing changes. Else it goes on: what the comparison
        has written of its end is taken back, and the answer says whom to tell.

        Its tasks it writes anew itself. What was changed in the record stays changed.
        """
        key = f"{run.workflow_id}/{run.run_ids[-1]}/go_on"
        with self.adapters.database.write():
            self.adapters.records.customer(run.customer)  # held fast: a run that registers meanwhile waits (X3)
            ended = self.adapters.ledger.own_end(run.workflow_id, run.first_run_id)
            if ended is not None:
                self.adapters.ledger.keep_ended(run)
                return status.WentOn(key=key, ended=ended)
            self.adapters.ledger.take_back(run, KINDS[run.kind].watches)
            tell = self.adapters.runs.watchers(run.customer, run.workflow_id, run.kind)
        return status.WentOn(key=key, tell=tell)

    def names_of(self, customer: str) -> Names:
        """What the customer's licences and partners are called."""
        return names_of(customer, self.adapters.records, self.catalogues)

    def with_names(self, document: Document, customer: str) -> Document:
        """A document for people, with the names that no history holds."""
        names = self.names_of(customer)
        return type(document).model_validate(names.in_document(document.model_dump(mode="json")))

    def ui_url(self, written: str) -> str:
        """A run's page in the web UI, where it is now: a run that was malformed never read where that is."""
        _, namespaces, path = written.partition("/namespaces/")
        return f"{self.settings.temporal_ui_url.rstrip('/')}{namespaces}{path}" if namespaces else written


async def with_signs_of_life(work: Coroutine[Any, Any, Answer]) -> Answer:
    """Do what may take long, and let the server know that this worker is still at it."""
    task = asyncio.create_task(work)
    try:
        while not (await asyncio.wait({task}, timeout=BEAT_S))[0]:
            activity.heartbeat()
        return await task
    finally:
        task.cancel()


def held(step: Step) -> Held:
    """An effect, as it waits for the end of a freeze: told is the workflow that asks for it now."""
    return Held(step.key, step.effect.name, activity.info().workflow_id or step.workflow_id)


def this_run() -> str:
    """The run ID of the run that asks."""
    return activity.info().workflow_run_id or ""


def with_run(check: Check, inquiry: Inquiry) -> Check:
    """A first check with the namespace that the run is in, for its links, and its run ID where that is another now."""
    if check.settings is None:
        return check
    known: dict[str, Any] = {}
    namespace = activity.info().namespace
    if namespace != check.settings.namespace:
        known["settings"] = check.settings.but(namespace=namespace)
    if inquiry.run_id not in (None, this_run()):
        known["run_id"] = this_run()
    return check.model_copy(update=known) if known else check


def create_activities(settings: Settings) -> CancellationActivities:
    """The activities as they ship. Creates or migrates the database, and blocks until that is done.

    Raises `Misconfigured` or `Unavailable`, and `CatalogueError`.
    """
    keys = receipt_keys(settings)
    _ = keys.signing  # a worker that cannot sign does not begin
    adapters = create_adapters(settings)
    return CancellationActivities(adapters, load_catalogues(settings.catalogue_dir), settings, keys)
