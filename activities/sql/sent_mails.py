"""The mails that went out, in the words in which they did. Nothing is changed: what was said was said.

A row is written when the mail server has taken the mail, and never before: what could not be sent is nowhere shown as
sent. Between the two somebody may fall, or the database be away. Then the mail goes out once more, under the same
message ID, by which mail programs drop the double, and gets its row this time. So a row may come late, but is never
missing where a run was told that its mail is out; and whatever has a row is not sent again.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Row, bindparam, func, literal, or_, select, union_all

from activities.sql.database import Database, insert_once
from activities.sql.paging import Page, read_page
from activities.sql.tables import issued_receipts, ledger, open_list, sent_mails
from states.model.names import case_number
from states.model.sent_mails import Reader, SentMail

KEYS = (sent_mails.c.sent_at, sent_mails.c.key)
COLUMNS = tuple(sent_mails.c[name] for name in SentMail.model_fields)
OF_KEY = select(literal(1)).where(sent_mails.c.key == bindparam("key", type_=sent_mails.c.key.type))


@dataclass(frozen=True)
class SqlSentMails:
    """Keeps what went out, and answers the lists of it, the newest first."""

    database: Database

    def is_sent(self, key: str) -> bool:
        """Whether the mail of a key has gone out."""
        with self.database.read() as connection:
            return connection.scalar(OF_KEY, {"key": key}) is not None

    def keep(self, key: str, mail: SentMail) -> None:
        """Keep a mail, once for its key."""
        row = mail.model_dump() | {"key": key, "addresses": list(mail.addresses), "attachments": list(mail.attachments)}
        with self.database.write() as connection:
            insert_once(connection, sent_mails, row, answering=(literal(1),))

    def case_number(self, workflow_id: str, run_id: str | None = None) -> str | None:
        """The number of the case that a run ID belongs to, its first or that of any part; without one, of the newest
        run of the workflow ID. None where nothing here knows of it."""
        with self.database.read() as connection:
            if run_id is None:
                return newest_case(connection, workflow_id)
            return case_of_run(connection, workflow_id, run_id)

    def of_case(self, workflow_id: str, number: str, **asked: Any) -> Page[SentMail]:
        """A page of the mails of one run. Raises `WrongCursor`."""
        return self.read({"workflow_id": workflow_id, "case_number": number}, **asked)

    def of_customer(self, customer: str, **asked: Any) -> Page[SentMail]:
        """A page of the mails to a customer, and of those to operators about his runs. Raises `WrongCursor`."""
        return self.read({"customer": customer}, **asked)

    def read(
        self,
        which: Mapping[str, str],
        *,
        to: Reader | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> Page[SentMail]:
        """A page. `to`: only of those that went to them."""
        fixed = {**which, "to": to} if to else which
        columns = (*COLUMNS, sent_mails.c.key)
        return read_page(
            self.database, KEYS, mail_of, fixed=fixed, limit=limit, cursor=cursor, newest_first=True, columns=columns
        )


def mail_of(row: Row[Any]) -> SentMail:
    """A row as a mail."""
    return SentMail.model_validate({name: row._mapping[name] for name in SentMail.model_fields})


def newest_case(connection: Connection, workflow_id: str) -> str | None:
    """The case of the run that is open, else of the one that began last."""
    shown = select(open_list.c.case_number).where(open_list.c.workflow_id == workflow_id).limit(1)
    if (number := connection.scalar(shown)) is not None:
        return str(number)
    sent, first_sent = sent_mails.c, func.min(sent_mails.c.sent_at)  # the last ones may go out after a newer run began
    cases = union_all(
        select(ledger.c.case_number, ledger.c.started_at.label("at")).where(ledger.c.workflow_id == workflow_id),
        select(sent.case_number, first_sent.label("at"))
        .where(sent.workflow_id == workflow_id)
        .group_by(sent.case_number),
    ).subquery()
    number = connection.scalar(select(cases.c.case_number).order_by(cases.c.at.desc()).limit(1))
    return str(number) if number is not None else None


def case_of_run(connection: Connection, workflow_id: str, run_id: str) -> str | None:
    """The case of a run that continued as new is the same, whichever part is named."""
    for table in (open_list, ledger, sent_mails):
        named = [table.c.run_id == run_id]
        if table is not sent_mails:
            named.append(table.c.first_run_id == run_id)
        known = select(table.c.case_number).where(table.c.workflow_id == workflow_id, or_(*named))
        if (number := connection.scalar(known.limit(1))) is not None:
            return str(number)
    receipts = issued_receipts.c
    receipted = select(receipts.first_run_id).where(receipts.workflow_id == workflow_id, receipts.run_id == run_id)
    first = connection.scalar(receipted.limit(1)) or run_id
    number = case_number(workflow_id, str(first))
    sent = select(literal(1)).where(sent_mails.c.workflow_id == workflow_id, sent_mails.c.case_number == number)
    return number if connection.scalar(sent.limit(1)) is not None else None
