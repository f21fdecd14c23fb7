"""The customer centre and the activities over a database with customers."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from activities.cancellations import CancellationActivities, create_activities
from activities.customer_centre import load_customers
from activities.ports import Ends, Judgement
from activities.sql.customer_centre import SqlCustomerCentre
from activities.sql.database import Database
from activities.sql.tables import orders
from catalogue.loader import load_catalogues
from settings import Settings
from states.model.facts import Inquiry
from states.model.record import Customer
from states.model.request import Request
from tests.adapters.customers import (
    CONTRACT,
    file_of,
    licence,
    line,
)

MORNING = datetime(2027, 1, 10, 8, tzinfo=UTC)
CATALOGUES = load_catalogues()
LATER = CATALOGUES.all[-1].model_copy(update={"version": "later", "valid_from": date(2027, 2, 1)})


@pytest.fixture
async def acts(settings: Settings, tmp_path: Path) -> AsyncIterator[CancellationActivities]:
    """The activities over a database that knows K-1001 (Pro, package 2,500, a user, a channel) and K-1002."""
    licences = [
        licence("L-77", term_ends="2027-01-31"),
        licence("M-1", "marketplace"),
        licence("TT-1", "track_and_trace"),
    ]
    others = line(customer="K-1002", email=None, language="en", licences=[])
    await load_customers(settings, file_of(tmp_path, line(licences=licences, edition_terms={}), others))
    acts = replace(await asyncio.to_thread(create_activities, settings), catalogues=CATALOGUES)
    yield acts
    acts.adapters.close()


def inquiry(kind: str, subject: str, target: Any = None, **more: Any) -> Inquiry:
    """What is asked about K-1001."""
    request = Request(kind=kind, customer="K-1001", subject=subject, target=target)
    return Inquiry(**({"request": request, "at": MORNING} | more))


@pytest.fixture
async def centre(settings: Settings, database: Database, tmp_path: Path) -> SqlCustomerCentre:
    """A customer centre that knows K-1001: edition Pro, package 2,500, a user, a hosting with two add-ons."""
    licences = [
        *CONTRACT["licences"],  # type: ignore[misc]
        licence("H-1", "hosting", term_ends="2027-03-31"),
        licence("A-1", "hosting_addon", parent="H-1"),
        licence("A-2", "hosting_addon", parent="H-1"),
        licence("KA-9", "key_accounting"),
    ]
    await load_customers(settings, file_of(tmp_path, line(licences=licences)))
    return SqlCustomerCentre(database)


def nothing_left(_record: Customer, _ends: Ends) -> Judgement:
    """Judges that nothing is in surplus after a change."""
    return Judgement()


async def states_of(database: Database) -> list[tuple[str, str]]:
    """The bookings' targets and states, in the order in which they were booked."""
    with database.read() as connection:
        rows = connection.execute(select(orders.c.target, orders.c.state).order_by(orders.c.reference))
        return [(row.target, row.state) for row in rows]
