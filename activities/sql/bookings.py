"""The orders: what is booked, and what became of it."""

from collections.abc import Collection, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from activities.ports import Ends
from activities.sql.tables import orders, receipts
from activities.subjects import subject_of
from states.model.effects import Step
from states.model.ends import ENDS
from states.model.facts import CONFIGURED, BookedChange
from states.model.record import Customer


class Key(NamedTuple):
    """An idempotency key: `<workflow ID>/<run ID>/<step>/<number>`."""

    run_id: str
    number: int


def key_of(key: str, workflow_id: str) -> Key:
    """The parts of a key; the number of one that has none is 0."""
    parts = key.removeprefix(f"{workflow_id}/").split("/")
    run_id, number = parts[0], parts[-1]
    return Key(run_id, int(number) if number.isdecimal() else 0)


WORKFLOW_ID, CUSTOMER = orders.c.workflow_id.type, orders.c.customer.type
NEW_ORDER = insert(orders)
OF_RUN = (orders.c.workflow_id == bindparam("of_run", type_=WORKFLOW_ID), orders.c.state == "booked")
CLOSE = update(orders).where(*OF_RUN).values(state=bindparam("closed"))
CLOSE_NOTE = CLOSE.where(orders.c.booked.is_(False))
BOOKED = (
    select(*(orders.c[name] for name in ("workflow_id", "kind", "subject", "target", "effective_at", "details")))
    .where(orders.c.customer == bindparam("customer", type_=CUSTOMER), orders.c.state == "booked")
    .order_by(orders.c.effective_at.desc(), orders.c.reference)
)
Booked = Sequence[Row[Any]]
"""What is booked of a customer, the latest first."""


def book(connection: Connection, step: Step, reference: str) -> None:
    """Book; a newer order of the same run replaces the older one (X10)."""
    close(connection, step.workflow_id, "superseded")
    own = step.model_dump(exclude={"effect"})
    booked = step.effect.model_dump(exclude={"effect", "number", "proof"})
    values = own | booked | {"proof": proof_of(step), "state": "booked", "reference": reference}
    connection.execute(NEW_ORDER, values)


def proof_of(step: Step) -> dict[str, Any] | None:
    """The customer's consent that a step brings with it, as a document."""
    proof: dict[str, Any] | None = step.effect.model_dump(mode="json").get("proof")
    return proof


def close(connection: Connection, workflow_id: str, state: str, *, notes_only: bool = False) -> None:
    """The open booking of a run gets another state; fine where there is none."""
    connection.execute(CLOSE_NOTE if notes_only else CLOSE, {"of_run": workflow_id, "closed": state})


def close_with_run(connection: Connection, workflow_id: str, state: str) -> None:
    """What becomes of a booking when its run ends.

    Given up: what the customer centre has booked stays as it is; a mere note of ours, which nobody would act on any
    more, goes.
    """
    end = ENDS.get(state)
    if end is not None and end.booking is not None:
        close(connection, workflow_id, end.booking)
    else:
        close(connection, workflow_id, "withdrawn", notes_only=True)


def open_again(connection: Connection, workflow_id: str, run_ids: Collection[str]) -> None:
    """The last booking of a run stands again that only the run's end has closed; `run_ids` name its keys.

    Not one that a step of the run's own has closed since: what was applied or withdrawn stays so.
    """
    present = select(orders.c.key, orders.c.state).where(orders.c.workflow_id == workflow_id)
    rows = connection.execute(present).all()
    own = [row for row in rows if key_of(row.key, workflow_id).run_id in run_ids]
    last = max(own, key=lambda row: key_of(row.key, workflow_id).number, default=None)
    if last is None or any(row.state == "booked" for row in rows):
        return
    of_run = receipts.c.key.startswith(f"{workflow_id}/", autoescape=True)
    closing = select(receipts.c.key).where(of_run, receipts.c.action.in_(("apply_change", "withdraw")))
    made = [key_of(key, workflow_id) for key in connection.scalars(closing)]
    booked = key_of(last.key, workflow_id).number
    if not any(step.run_id in run_ids and step.number > booked for step in made):
        connection.execute(update(orders).where(orders.c.key == last.key).values(state="booked"))


def booked_of(connection: Connection, customer: str) -> Booked:
    """What is booked of a customer."""
    return connection.execute(BOOKED, {"customer": customer}).all()


def details_of(booked: Booked, workflow_id: str) -> dict[str, Any] | None:
    """The details of a run's booking."""
    return next((row.details for row in booked if row.workflow_id == workflow_id), None)


def ends_of(booked: Booked, record: Customer) -> Ends:
    """When the booked ends of this customer's licences take effect, by licence (X3); the earlier one counts."""
    return {
        licence.licence: row.effective_at
        for row in booked
        for licence in subject_of(row.kind).ending(record, row.subject, row.details)
    }


def own_ends_of(booked: Booked, record: Customer) -> Ends:
    """The same of the ends that were ordered for a licence by itself, and not with what it belongs to (ADD2)."""
    own = [row for row in booked if record.licence(row.subject) is not None]
    return {row.subject: row.effective_at for row in own if subject_of(row.kind).ending(record, row.subject, None)}


def changes_of(booked: Booked) -> tuple[BookedChange, ...]:
    """What is booked of editions and the order package: they are ordered in one configurator (ED14)."""
    return tuple(
        BookedChange(kind=row.kind, subject=row.subject, target=row.target, effective_at=row.effective_at)
        for row in sorted(booked, key=lambda row: str(row.workflow_id))
        if row.kind in CONFIGURED
    )
