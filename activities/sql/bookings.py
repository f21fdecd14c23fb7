"""The orders: what is booked, and what became of it."""

from collections.abc import Collection
from typing import Any, NamedTuple

from sqlalchemy import Connection, insert, select, update

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


def book(connection: Connection, step: Step, reference: str) -> None:
    """Book; a newer order of the same run replaces the older one (X10)."""
    close(connection, step.workflow_id, "superseded")
    own = step.model_dump(exclude={"effect"})
    booked = step.effect.model_dump(exclude={"effect", "number", "proof"})
    values = own | booked | {"proof": proof_of(step), "state": "booked", "reference": reference}
    connection.execute(insert(orders).values(values))


def proof_of(step: Step) -> dict[str, Any] | None:
    """The customer's consent that a step brings with it, as a document."""
    proof: dict[str, Any] | None = step.effect.model_dump(mode="json").get("proof")
    return proof


def close(connection: Connection, workflow_id: str, state: str, *, notes_only: bool = False) -> None:
    """The open booking of a run gets another state; fine where there is none."""
    mine = [orders.c.workflow_id == workflow_id, orders.c.state == "booked"]
    if notes_only:
        mine.append(orders.c.booked.is_(False))
    connection.execute(update(orders).where(*mine).values(state=state))


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


def details_of(connection: Connection, workflow_id: str) -> dict[str, Any] | None:
    """The details of a run's open booking."""
    booking = select(orders.c.details).where(orders.c.workflow_id == workflow_id, orders.c.state == "booked")
    details: dict[str, Any] | None = connection.scalar(booking)
    return details


def ends_of(connection: Connection, record: Customer) -> Ends:
    """When the booked ends of this customer's licences take effect, by licence (X3); the earlier one counts."""
    booked = select(orders).where(orders.c.customer == record.customer, orders.c.state == "booked")
    rows = connection.execute(booked.order_by(orders.c.effective_at.desc(), orders.c.reference))
    return {
        licence.licence: row.effective_at
        for row in rows
        for licence in subject_of(row.kind).ending(record, row.subject, row.details)
    }


def changes_of(connection: Connection, customer: str) -> tuple[BookedChange, ...]:
    """What is booked of editions and the order package: they are ordered in one configurator (ED14)."""
    booked = (orders.c.customer == customer, orders.c.state == "booked", orders.c.kind.in_(CONFIGURED))
    rows = connection.execute(select(orders).where(*booked).order_by(orders.c.workflow_id))
    return tuple(
        BookedChange(kind=row.kind, subject=row.subject, target=row.target, effective_at=row.effective_at)
        for row in rows
    )
