"""Columns whose types mean the same on SQLite and PostgreSQL. Migrations use them too, so what is here stays."""

import re
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, Column, DateTime, Dialect, Integer, MetaData, Text
from sqlalchemy.types import TypeDecorator, TypeEngine

UNSTORABLE = re.compile("[\x00\ud800-\udfff]")
"""What PostgreSQL cannot keep in a text (NUL), or no database in UTF-8 (half of a surrogate pair)."""


class UtcMoment(TypeDecorator[datetime]):
    """A moment, kept in UTC and answered with offset UTC. A moment without offset is an error, never guessed."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """To UTC; SQLite keeps no offset."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a moment needs an offset: {value.isoformat()}")
        moment = value.astimezone(UTC)
        return moment.replace(tzinfo=None) if dialect.name == "sqlite" else moment

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """With offset UTC, whatever the connection's time zone is."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class FreeText(TypeDecorator[str]):
    """Text of any length, to keep or to look up; a character that no database keeps becomes the replacement one."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Replace what cannot be kept."""
        return None if value is None else UNSTORABLE.sub("\ufffd", value)


PLAIN = JSON(none_as_null=True)
"""A document; None is no document."""


def new_metadata() -> MetaData:
    """An empty schema, whose indexes and constraints are named after their columns."""
    return MetaData(
        naming_convention={
            "ix": "ix_%(table_name)s_%(column_0_N_name)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "fk": "fk_%(table_name)s_%(column_0_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


def keys(*names: str) -> list[Column[Any]]:
    """The parts of a primary key."""
    return [Column(name, FreeText, primary_key=True) for name in names]


def counted(name: str) -> Column[Any]:
    """A primary key that the database counts up."""
    return Column(name, BigInteger().with_variant(Integer(), "sqlite"), primary_key=True, autoincrement=True)


def needed(*names: str, of: type[TypeEngine[Any]] | TypeEngine[Any] = FreeText) -> list[Column[Any]]:
    """Columns of one type that are always filled."""
    return [Column(name, of, nullable=False) for name in names]


def optional(*names: str, of: type[TypeEngine[Any]] | TypeEngine[Any] = FreeText) -> list[Column[Any]]:
    """Columns of one type that may be empty."""
    return [Column(name, of) for name in names]
