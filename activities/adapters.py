"""The one place where adapters are put together: settings → adapters, for worker, portal and command line.

A second customer centre is another adapter of `Bookings`, chosen here by a setting.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass

from activities.mail.senders import mail_of
from activities.ports import Bookings, CustomerRecords, Mail, Tickets
from activities.sql.bulk_decisions import SqlBulkDecisions
from activities.sql.calendar_feeds import SqlCalendarFeeds
from activities.sql.claims import SqlClaims
from activities.sql.comparisons import SqlComparisons
from activities.sql.customer_centre import SqlCustomerCentre
from activities.sql.customer_records import SqlCustomerRecords
from activities.sql.customer_sessions import customer_sessions_in
from activities.sql.database import Database, create_database
from activities.sql.found import SqlSearch
from activities.sql.freezes import SqlFreezes
from activities.sql.inbox import SqlInbox
from activities.sql.issued_receipts import SqlIssuedReceipts
from activities.sql.kept_sessions import KeptSessions
from activities.sql.ledger import SqlLedger
from activities.sql.news import SqlNews
from activities.sql.notices import SqlNotices
from activities.sql.open_list import SqlOpenList
from activities.sql.operator_sessions import SqlOperatorSessions, operator_sessions_in
from activities.sql.overview import SqlOverview
from activities.sql.receipts import SqlReceipts
from activities.sql.recorded_runs import SqlRecordedRuns
from activities.sql.runs import SqlRuns
from activities.sql.sent_mails import SqlSentMails
from activities.sql.signed_messages import SqlSignedMessages
from activities.sql.task_notes import SqlTaskNotes
from activities.sql.tickets import SqlTickets
from activities.sql.work_list import SqlWorkList
from settings import Settings


@dataclass(frozen=True)
class Adapters:
    """Every port with its adapter, and what is always kept in our own database."""

    database: Database
    records: CustomerRecords
    bookings: Bookings
    receipts: SqlReceipts
    issued_receipts: SqlIssuedReceipts
    sent_mails: SqlSentMails
    runs: SqlRuns
    recorded_runs: SqlRecordedRuns
    open_list: SqlOpenList
    news: SqlNews
    ledger: SqlLedger
    work_list: SqlWorkList
    overview: SqlOverview
    search: SqlSearch
    bulk_decisions: SqlBulkDecisions
    claims: SqlClaims
    task_notes: SqlTaskNotes
    notices: SqlNotices
    inbox: SqlInbox
    signed_messages: SqlSignedMessages
    customer_sessions: KeptSessions
    operator_sessions: SqlOperatorSessions
    calendar_feeds: SqlCalendarFeeds
    freezes: SqlFreezes
    comparisons: SqlComparisons
    tickets: Tickets
    mail: Mail

    def together(self, *parts: object, writes: bool = True) -> AbstractContextManager[object]:
        """One transaction for all that this thread asks, where these adapters are over our database too.

        One that asks another system is no part of it: our only writer would wait for a network.
        """
        if any(getattr(part, "database", None) is not self.database for part in parts):
            return nullcontext()
        return self.database.write() if writes else self.database.read()

    def close(self) -> None:
        """Let go of the connections."""
        self.database.close()


def create_adapters(settings: Settings) -> Adapters:
    """The adapters under these settings. Creates or migrates the database, and blocks until that is done.

    Raises `Misconfigured` or `Unavailable`, each in one line without credentials.
    """
    database = create_database(settings)
    return Adapters(
        database=database,
        records=SqlCustomerRecords(database),
        bookings=SqlCustomerCentre(database),
        receipts=SqlReceipts(database),
        issued_receipts=SqlIssuedReceipts(database),
        sent_mails=SqlSentMails(database),
        runs=SqlRuns(database),
        recorded_runs=SqlRecordedRuns(database),
        open_list=SqlOpenList(database),
        news=SqlNews(database),
        ledger=SqlLedger(database),
        work_list=SqlWorkList(database),
        overview=SqlOverview(database),
        search=SqlSearch(database),
        bulk_decisions=SqlBulkDecisions(database),
        claims=SqlClaims(database),
        task_notes=SqlTaskNotes(database),
        notices=SqlNotices(database),
        inbox=SqlInbox(database),
        signed_messages=SqlSignedMessages(database),
        customer_sessions=customer_sessions_in(database),
        operator_sessions=operator_sessions_in(database),
        calendar_feeds=SqlCalendarFeeds(database),
        freezes=SqlFreezes(database),
        comparisons=SqlComparisons(database),
        tickets=SqlTickets(database),
        mail=mail_of(settings),
    )


@asynccontextmanager
async def opened_adapters(settings: Settings) -> AsyncIterator[Adapters]:
    """The adapters for a single errand, closed afterwards; the event loop is not blocked."""
    adapters = await asyncio.to_thread(create_adapters, settings)
    try:
        yield adapters
    finally:
        adapters.close()
