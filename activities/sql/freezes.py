"""Freezes: while one stands, no effect on the world is performed, at whichever worker (docs/adr/0033).

Whoever changes something asks in the transaction of the change (`hold`). What is held is noted there, and told when it
may be done (`claim`, `told`). So nothing slips through: a freeze begins when no such transaction is under way any more.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, delete, func, insert, or_, select, text, update

from activities.ports import Frozen
from activities.sql.database import Database, insert_once
from activities.sql.tables import freezes, held_effects, open_list, receipts
from states.model.base import Moment, Value

LOCK = 7_203_451
"""Of PostgreSQL, held by all who change something, or by the one who begins or ends a freeze."""
CLAIMED = timedelta(minutes=1)
"""So long a worker may take to tell what it has claimed; then another does it."""
LOOKED_THROUGH = 4
"""So many rows are looked through for each asker that is told: most have something that waits, and its mail."""
NOTHING_STANDS = freezes.c.released_at.is_(None)
STANDING = select(freezes).where(NOTHING_STANDS).limit(1)
PRESENT = select(freezes.c.number).where(NOTHING_STANDS).order_by(freezes.c.number.desc()).limit(1)
MOST_SHOWN = 200
"""So many runs of one list are shown; `total` counts all."""


class Freeze(Value):
    """A freeze. `until` is what was planned: nothing ends it but a release."""

    number: int
    since: Moment
    by: str
    reason: str
    until: Moment | None = None
    released_at: Moment | None = None
    released_by: str | None = None
    note: str | None = None


class Held(NamedTuple):
    """What waits: an effect of a run, or a ticket to be closed (`CLOSE_TICKET`). `asker`: the workflow that is told."""

    key: str
    effect: str
    asker: str


class Claimed(NamedTuple):
    """What may be done now: `asker` is to be told that the freeze is over, or the ticket `key` is to be closed."""

    number: int
    key: str
    effect: str
    asker: str


class Falling(Value):
    """An open run whose date falls into a freeze. `at`: the effective date, or the end of the notice period."""

    workflow_id: str
    kind: str
    customer: str
    subject: str
    state: str
    at: Moment


class FallingRuns(Value):
    """Those runs, earliest first; `total` counts those too that are not shown."""

    total: int
    items: tuple[Falling, ...]


CLOSE_TICKET = "close_ticket"
WRITE_TICKETS = "tickets"
"""The names, beside those of effects, of what else waits."""


@dataclass(frozen=True)
class SqlFreezes:
    """Keeps the freezes and what they hold."""

    database: Database

    # By administrators.

    def freeze(self, by: str, reason: str, until: datetime | None, at: datetime) -> tuple[Freeze, bool]:
        """Begin a freeze when all changes under way have ended; answers it, or the one that stands, and whether new."""
        with self.database.write() as connection:
            alone(connection)
            standing = self.standing()
            if standing is not None:
                return standing, False
            values = {"since": at, "by": by, "reason": reason, "until": until}
            number = connection.execute(insert(freezes).values(values).returning(freezes.c.number)).scalar_one()
            return Freeze(number=number, **values), True

    def release(self, by: str, note: str | None, at: datetime) -> Freeze | None:
        """End the freeze that stands; None where none does."""
        with self.database.write() as connection:
            alone(connection)
            released = {"released_at": at, "released_by": by, "note": note}
            row = connection.execute(update(freezes).where(NOTHING_STANDS).values(released).returning(freezes)).first()
            return freeze_of(row) if row else None

    def standing(self) -> Freeze | None:
        """The freeze that stands."""
        with self.database.read() as connection:
            row = connection.execute(STANDING).first()
            return freeze_of(row) if row else None

    def log(self, most: int = 50) -> tuple[Freeze, ...]:
        """All freezes, the newest first."""
        with self.database.read() as connection:
            rows = connection.execute(select(freezes).order_by(freezes.c.number.desc()).limit(most))
            return tuple(map(freeze_of, rows))

    def waiting(self) -> dict[str, int]:
        """How much waits, by effect; and under `runs` how many runs wait."""
        with self.database.read() as connection:
            rows = connection.execute(select(held_effects.c.effect, func.count()).group_by(held_effects.c.effect)).all()
            asking = held_effects.c.effect != CLOSE_TICKET
            runs = select(func.count(held_effects.c.asker.distinct())).where(asking)
            return {**dict(sorted((name, count) for name, count in rows)), "runs": connection.scalar(runs) or 0}

    def waiting_runs(self) -> frozenset[str]:
        """The workflow IDs of those that wait."""
        with self.database.read() as connection:
            return frozenset(connection.scalars(select(held_effects.c.asker).distinct()))

    def effective_between(self, since: datetime, until: datetime) -> FallingRuns:
        """The open runs whose effective date is in that time."""
        return self.falling("effective_at", since, until)

    def deadlines_between(self, since: datetime, until: datetime) -> FallingRuns:
        """The open runs that wait for the customer, whose notice period ends in that time."""
        return self.falling("order_by", since, until)

    def falling(self, name: str, since: datetime, until: datetime) -> FallingRuns:
        """The open runs with a date in that time."""
        moment = open_list.c[name]
        awaited = "" if name == "effective_at" else "customer"
        which = (open_list.c.awaited == awaited, moment >= since, moment <= until)
        names = ("workflow_id", "kind", "customer", "subject", "state")
        columns = [open_list.c[column] for column in names]
        earliest = select(*columns, moment.label("at")).where(*which).order_by(moment, open_list.c.workflow_id)
        with self.database.read() as connection:
            total = connection.scalar(select(func.count()).select_from(open_list).where(*which)) or 0
            rows = connection.execute(earliest.limit(MOST_SHOWN))
            return FallingRuns(total=total, items=tuple(Falling.model_validate(row._asdict()) for row in rows))

    # By whoever changes something.

    def hold(self, *held: Held) -> Frozen | None:
        """Ask in the transaction of a change: None where it may be made, for as long as the transaction lasts.

        Else what is held is noted, and the answer is to be raised when the transaction is over.
        """
        with self.database.write() as connection:
            beside_others(connection)
            freeze = connection.scalar(PRESENT)
            if freeze is None:
                return None
            for each in held:
                row = {**each._asdict(), "freeze": freeze, "since": datetime.now(UTC)}
                if insert_once(connection, held_effects, row) is None:
                    again = update(held_effects).where(held_effects.c.key == each.key)
                    # A mail that a run could not send before it ended is another workflow's: that one is told.
                    connection.execute(again.values(freeze=freeze, claimed_until=None, asker=each.asker))
            return Frozen(freeze)

    # By whoever tells that it may be done.

    def claim(self, most: int) -> tuple[int, tuple[Claimed, ...]]:
        """What has waited longest and may be done, for this worker to tell, all that `most` askers wait for; with the
        number of the last freeze. Nothing while a freeze stands.
        """
        with self.database.read() as connection:
            if connection.scalar(select(held_effects.c.number).limit(1)) is None:
                return 0, ()
        now = datetime.now(UTC)
        with self.database.write() as connection:
            beside_others(connection)
            if connection.scalar(PRESENT) is not None:
                return 0, ()
            free = or_(held_effects.c.claimed_until.is_(None), held_effects.c.claimed_until < now)
            oldest = select(held_effects).where(free).order_by(held_effects.c.number).with_for_update(skip_locked=True)
            first = connection.execute(oldest.limit(most * LOOKED_THROUGH))
            askers = list(dict.fromkeys(row.asker for row in first))[:most]
            rows = connection.execute(oldest.where(held_effects.c.asker.in_(askers))).all()
            if not rows:
                return 0, ()
            mine = held_effects.c.number.in_([row.number for row in rows])
            connection.execute(update(held_effects).where(mine).values(claimed_until=now + CLAIMED))
            last = connection.scalar(select(func.max(freezes.c.number))) or 0
            return last, tuple(Claimed(row.number, row.key, row.effect, row.asker) for row in rows)

    def made(self, keys: Sequence[str]) -> frozenset[str]:
        """Those of the changes, by key, that are made by now."""
        with self.database.read() as connection:
            return frozenset(connection.scalars(select(receipts.c.key).where(receipts.c.key.in_(keys))))

    def told(self, claimed: Sequence[Claimed], freeze: int) -> None:
        """Forget what has been told; not what a later freeze holds since."""
        mine = held_effects.c.number.in_([each.number for each in claimed])
        with self.database.write() as connection:
            connection.execute(delete(held_effects).where(mine, held_effects.c.freeze <= freeze))


def freeze_of(row: Row[Any]) -> Freeze:
    """A row as a value."""
    return Freeze.model_validate(row._asdict())


def beside_others(connection: Connection) -> None:
    """Make sure that no freeze begins or ends in this transaction; on SQLite there is one writer anyway."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock_shared(:lock)"), {"lock": LOCK})


def alone(connection: Connection) -> None:
    """Wait until no change is under way, and let none begin."""
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
