"""Tickets in a table of our own, with the life cycle of a ticket system: open, closed."""

from dataclasses import dataclass

from sqlalchemy import select, update

from activities.sql.database import Database, insert_once
from activities.sql.tables import tickets


@dataclass(frozen=True)
class SqlTickets:
    """The port `Tickets` in our own database. Numbers look like `T-000017`."""

    database: Database

    def open(self, key: str, customer: str, category: str, text: str) -> str:
        """Open a ticket once for a key; answers its number. A closed one stays closed, an open one says what is new."""
        ticket = {"key": key, "customer": customer, "category": category, "text": text, "state": "open"}
        id_of_key = select(tickets.c.id).where(tickets.c.key == key)
        with self.database.write() as connection:
            number = connection.execute(id_of_key).scalar_one_or_none()
            if number is not None:
                renewed = update(tickets).where(tickets.c.key == key, tickets.c.state == "open")
                connection.execute(renewed.values(text=text))
            else:
                row = insert_once(connection, tickets, ticket)
                number = row.id if row is not None else connection.execute(id_of_key).scalar_one()
        return f"T-{number:06d}"

    def close(self, key: str) -> None:
        """Close the ticket of a key; fine where there is none."""
        with self.database.write() as connection:
            connection.execute(update(tickets).where(tickets.c.key == key).values(state="closed"))
