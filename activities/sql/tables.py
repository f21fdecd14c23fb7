"""The tables: the record of the customers, what we changed in it and why, and what people still have to do.

They are those of the first schema, and beside them what later migrations have added. The first migration that changes
one of the first schema takes a copy of that declaration to here, and changes it here.
"""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Boolean, Column, Index, Integer, Table, UniqueConstraint, false, text

from activities.sql import first_schema
from activities.sql.columns import PLAIN, FreeText, UtcMoment, counted, keys, needed, new_metadata, optional
from activities.sql.first_schema import ONLY_OPEN, of_list


def called_so(table: Table, *first: str, orders: Sequence[str]) -> None:
    """Cases are found by number (`states.model.names.case_number`) and subject, each by an index in a list's order."""
    table.append_column(Column("case_number", FreeText))
    for name in ("case_number", "subject"):
        columns = (table.c[column] for column in (*first, name, *orders))
        Index(f"ix_{table.name}_{name}", *columns)


PRESENT = text("ended_at IS NULL")
ONLY_THE_PRESENT: dict[str, Any] = {"sqlite_where": PRESENT, "postgresql_where": PRESENT}
UNRELEASED = text("released_at IS NULL")
NOT_RELEASED: dict[str, Any] = {"sqlite_where": UNRELEASED, "postgresql_where": UNRELEASED}
metadata = new_metadata()
for table in first_schema.schema.tables.values():  # copies: what is added here is not in the first schema
    if table.name != "tasks":
        table.to_metadata(metadata)
customers = metadata.tables["customers"]
"""`record`: as a line of the file that was loaded, and as changes have left it since. `former_names`: what licences and
partners were called that have left it: their last texts name them too. `looked_for`: number and name, as operators look
for them (`activities.sql.folded`)."""
customers.append_column(Column("looked_for", FreeText))
Index("ix_customers_looked_for", customers.c.looked_for, customers.c.customer)
orders = metadata.tables["orders"]
"""`booked` False: a note of ours only. `state`: booked | withdrawn | superseded | applied."""
receipts = metadata.tables["receipts"]
runs = metadata.tables["runs"]
open_list = metadata.tables["open_list"]
open_list.append_column(Column("being_booked", Boolean, nullable=False, server_default=false()))
"""What the list of cancellations shows of open runs: for each a row whatever it waits for (`awaited` empty), and one
for each that it waits for. `run_id`: of its newest part; `as_of`: when it stood so."""
Index("ix_open_list_order_by", open_list.c.awaited, open_list.c.order_by)
called_so(open_list, "awaited", orders=("started_at", "workflow_id"))
news = metadata.tables["news"]
"""What an open run must be told and has not been yet."""
TASKS_BY = ((), ("kind",), ("type",), ("kind", "type"))
"""By what the work list is searched, whoever has the tasks; each with an index of its own, and another for one who has
them (or nobody, which is what is asked most). A customer has few, among which the rest is looked for one by one."""
tasks = Table(
    "tasks",
    metadata,
    *keys("task"),
    *needed("workflow_id", "run_id", "kind", "customer", "type"),
    *optional("subject"),
    *needed("entry", of=PLAIN),
    *optional("ticket"),
    *needed("opened_at", "due", of=UtcMoment),
    *needed("open", of=Boolean),
    Column("rank", FreeText, nullable=False, server_default="age"),
    *optional("deadline", of=UtcMoment),
    *optional("about", of=PLAIN),
    Column("claimed_by", FreeText, nullable=False, server_default=""),
    *optional("claimed_at", of=UtcMoment),
    *of_list(
        "tasks",
        [("customer",), *((*by, "rank") for by in TASKS_BY), *(("claimed_by", *by, "rank") for by in TASKS_BY)],
        ("due", "task", "open"),
        **ONLY_OPEN,
    ),
    Index("ix_tasks_type_opened_at", "type", "opened_at", "open", **ONLY_OPEN),
    Index(None, "workflow_id"),
    Index("ix_tasks_ticket", "ticket", "task"),
)
"""`rank`: by what its urgency is told (`activities.sql.urgency`). `due`: when it is due, at the latest with `deadline`,
which is the customer's; one without either is due since it was opened. `about`: what is said of the run beside its
identifiers. `claimed_by`: who has it; empty: nobody."""
comments = Table(
    "comments",
    metadata,
    *keys("id"),
    *needed("workflow_id", "task"),
    *needed("at", of=UtcMoment),
    *needed("by", "text"),
    Index(None, "workflow_id", "at", "id"),
)
"""What operators say among themselves of a case, which no customer ever reads. `task`: at which of its tasks."""
steps_done = Table(
    "steps_done",
    metadata,
    *keys("task"),
    Column("step", Integer, primary_key=True, autoincrement=False),
    *needed("by"),
    *needed("at", of=UtcMoment),
)
"""The steps of a task's click path that somebody has ticked, by their number, from 1."""
notices = Table(
    "notices",
    metadata,
    *keys("id"),
    *needed("task", "occasion"),
    *optional("number", of=Integer),
    *needed("at", of=UtcMoment),
    *needed("facts", of=PLAIN),
    *optional("letter"),
    *optional("mail_at", "call_at", of=UtcMoment),
    *needed("mail_tries", "call_tries", of=Integer),
    *optional("mail_fault", "call_fault"),
    Index(None, "mail_at"),
    Index(None, "call_at"),
    Index(None, "letter"),
    Index(None, "task"),
    *(
        Index(
            f"ix_notices_{fault}",
            fault,
            sqlite_where=text(f"{fault} IS NOT NULL"),
            postgresql_where=text(f"{fault} IS NOT NULL"),
        )
        for fault in ("mail_fault", "call_fault")
    ),
)
"""What operators are told of tasks (`activities.sql.notices`), each once for its `id`. `at`: when that comes about;
`mail_at`, `call_at`: when the mail, the call of the webhook is tried next, empty once it is done. `letter`: the mail in
which it goes, perhaps with others. `mail_fault`, `call_fault`: why the last try did not succeed."""
tickets = metadata.tables["tickets"]
ledger = metadata.tables["ledger"]
called_so(ledger, orders=("ended_at", "workflow_id", "run_id"))
"""Whatever was started ends here, also what was started by hand under any name: nothing limits its identifiers."""
inbox = metadata.tables["inbox"]
"""`content` and `sender`: all that it takes to carry it out. `attempt`: how often it was refused; `tries`: how often a
worker took it up. `stage`: promised | accepted, while what came of it is not known; `status` and `body`: what did."""
signed_messages = Table(
    "signed_messages",
    metadata,
    *keys("message"),
    *needed("event"),
    *needed("received_at", of=UtcMoment),
    Index(None, "received_at"),
)
"""Which event a signed message carried (`activities.sql.signed_messages`), both as hashes."""
customer_sessions = Table(
    "customer_sessions",
    metadata,
    *keys("session"),
    *needed("began_at", "called_at", of=UtcMoment),
    *optional("ended_at", of=UtcMoment),
    Index(None, "began_at"),
)
"""The sessions that customers' links have begun. `session`: the ID of both. `called_at`: the last call in it."""
operator_sessions = Table(
    "operator_sessions",
    metadata,
    *keys("session"),
    *needed("name", "means", "begun_with"),
    *needed("groups", of=PLAIN),
    *needed("language"),
    *needed("began_at", "called_at", of=UtcMoment),
    *optional("ended_at", of=UtcMoment),
    Index(None, "began_at"),
    Index(None, "name"),
)
"""Who has logged in at the desk. `means`: token | provider | name; `begun_with`: the token's hash, or the provider."""
issued_receipts = Table(
    "issued_receipts",
    metadata,
    *keys("key"),
    *needed("workflow_id", "first_run_id"),
    *needed("number", of=Integer),
    *needed("run_id", "customer", "event", "content", "sha256"),
    *optional("previous"),
    *needed("jws"),
    *needed("issued_at", of=UtcMoment),
    UniqueConstraint("workflow_id", "first_run_id", "number"),
    Index("ix_issued_receipts_customer", "customer", "issued_at", "key"),
)
"""The receipts that customers were given. `number`: in the case, which `first_run_id` names; `run_id`: of the part that
asked. `content`: the document as it is hashed and signed; `previous`: the hash of the one before."""
sent_mails = Table(
    "sent_mails",
    metadata,
    *keys("key"),
    *needed("workflow_id", "run_id", "case_number", "customer", "to"),
    *needed("addresses", of=PLAIN),
    *needed("language", "template", "subject", "text"),
    *needed("attachments", of=PLAIN),
    *needed("message_id"),
    *needed("sent_at", of=UtcMoment),
    Index("ix_sent_mails_case", "workflow_id", "case_number", "sent_at", "key"),
    Index("ix_sent_mails_customer", "customer", "sent_at", "key"),
)
"""The mails that went out. `customer`: whom it went to; of one to operators, whom it is about. `to`: customer |
operators | other_customer. `case_number`: of the run; `run_id`: of the part that asked for it."""
calendar_feeds = Table(
    "calendar_feeds",
    metadata,
    *keys("secret_hash"),
    *needed("customer"),
    *optional("remind_before", of=Integer),
    *needed("made_at", of=UtcMoment),
    *optional("ended_at", of=UtcMoment),
    Index("uq_calendar_feeds_one_a_customer", "customer", unique=True, **ONLY_THE_PRESENT),
)
"""The addresses of customers' calendar feeds, the former ones too, which never come back."""
bulk_decisions = Table(
    "bulk_decisions",
    metadata,
    *keys("id"),
    *needed("by", "type", "event"),
    *needed("message", "customers", "acts", of=PLAIN),
    *needed("hash", "state"),
    *needed("total", "decided", "proposed", "failed", "left", of=Integer),
    *needed("created_at", of=UtcMoment),
    Index(None, "created_at", "id"),
)
"""One decision on many tasks. `event`: confirm_task | reject_task, with its payload in `message`. `customers`: whose
tasks they are, the first of them with how many. `acts`: who did what to it, the last ones. `state`: prepared |
running | paused | stopped | done. `left`: how many were not sent."""
bulk_lines = Table(
    "bulk_lines",
    metadata,
    *keys("bulk"),
    Column("number", Integer, primary_key=True),
    *needed("task", "workflow_id", "customer", "state"),
    *needed("attempt", "tries", of=Integer),
    *needed("due_at", of=UtcMoment),
    *optional("at", of=UtcMoment),
    *optional("code", "rule", "text"),
    *optional("first", "said", of=PLAIN),
    UniqueConstraint("bulk", "task"),
    Index(None, "bulk", "state", "due_at", "number"),
    Index(None, "bulk", "state", "number"),
)
"""The tasks of a bulk decision, as they were chosen. `attempt`: how often its outcome was a no and it was sent again;
`tries`: how often it was sent since. `first`: who was faster, where somebody was. `said`: why the run refused it, by
language."""
freezes = Table(
    "freezes",
    metadata,
    counted("number"),
    *needed("since", of=UtcMoment),
    *needed("by", "reason"),
    *optional("until", "released_at", of=UtcMoment),
    *optional("released_by", "note"),
    Index("ix_freezes_unreleased", "number", **NOT_RELEASED),
    sqlite_autoincrement=True,
)
"""All freezes; one without `released_at` stands."""
held_effects = Table(
    "held_effects",
    metadata,
    counted("number"),
    *needed("key", "effect", "asker"),
    *needed("freeze", of=Integer),
    *needed("since", of=UtcMoment),
    *optional("claimed_until", of=UtcMoment),
    UniqueConstraint("key"),
    Index(None, "asker"),
    sqlite_autoincrement=True,
)
"""What waits for the end of a freeze, and has not been told of it yet. `asker`: the workflow that asked for it."""
comparisons = Table(
    "comparisons",
    metadata,
    counted("number"),
    *needed("made_at", of=UtcMoment),
    *needed("document", of=PLAIN),
    sqlite_autoincrement=True,
)
"""What the last comparisons with Temporal found."""
