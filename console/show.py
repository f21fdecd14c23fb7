"""How the command line prints: tables for people, JSON for programs."""

import json
import sys
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from catalogue.texts import day, moment
from console.talk import language

WIDTH = 160
"""Columns of a table that goes into a file or a pipe."""


def print_json(document: Any) -> None:
    """JSON for programs."""
    print(json.dumps(document, ensure_ascii=False, indent=2))


def console() -> Console:
    """Where tables go."""
    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, soft_wrap=False)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]], title: str | None = None) -> None:
    """A table; without rows, a dash."""
    if not rows:
        print(f"{title}: –" if title else "–")
        return
    shown = Table(*columns, box=None, title=title, title_justify="left", pad_edge=False, header_style="bold")
    for row in rows:
        shown.add_row(*(Text(cell(value)) for value in row))
    console().print(shown)


def footer(page: dict[str, Any]) -> None:
    """How many there are, and how to get on."""
    print(
        f"{len(page['items'])} of {page['total']}" + (f"; go on with --cursor {page['next']}" if page["next"] else "")
    )


def cell(value: Any) -> str:
    """A value as people read it."""
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return {"de": ("nein", "ja"), "en": ("no", "yes")}[language()][value]
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value))
    return str(value)


def at(value: str | None, zone: str) -> str:
    """A moment in local form: 00:00 in `zone` is said as such, since months begin then."""
    return moment(language(), datetime.fromisoformat(value), zone) if value else "–"


def on(value: str | None) -> str:
    """A day in local form."""
    return day(language(), date.fromisoformat(value)) if value else "–"


def pairs(rows: Sequence[tuple[str, Any]]) -> None:
    """Names and values, one a line; what is empty is left out."""
    shown = Table.grid(padding=(0, 2))
    shown.add_column(style="bold", no_wrap=True)
    shown.add_column(overflow="fold")
    for name, value in rows:
        if value not in (None, "", "–", [], ()):
            shown.add_row(name, Text(cell(value)))
    console().print(shown)
