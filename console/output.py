"""How the command line prints: tables for people, JSON for programs."""

import sys
from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from rich.cells import cell_len, set_cell_size
from rich.console import Console
from rich.table import Column, Table
from rich.text import Text

from catalogue.formats import day, last_day_before, moment, until_from
from catalogue.quoting import one_line
from console.portal_client import language
from console.refusals import written

WIDTH = 160
"""Columns of a table that goes into a file or a pipe."""
GAP = 2
"""Columns between two columns."""
SHORTEST = 20
"""Columns that the last of them has at least."""


def print_json(document: Any) -> None:
    """JSON for programs."""
    print(written(document, sys.stdout, indent=2))


def console() -> Console:
    """Where tables go."""
    return Console(width=None if sys.stdout.isatty() else WIDTH, highlight=False, soft_wrap=False)


def table(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A table; without rows, a dash. Where words had to be broken to fit, each row is shown line by line instead."""
    if not rows:
        return print("–")
    cells = [[cell(value) for value in row] for row in rows]
    least = [
        max(longest(text) for text in (name, *(row[place] for row in cells))) for place, name in enumerate(columns)
    ]
    here = console()
    if sum(least) + GAP * (len(least) - 1) > here.width:
        return one_by_one(columns, cells)
    made = [Column(name, min_width=width) for name, width in zip(columns, least, strict=True)]
    shown = Table(*made, box=None, pad_edge=False, header_style="bold")
    for row in cells:
        shown.add_row(*map(Text, row))
    here.print(shown)


def one_line_each(columns: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    """A line a row, as scripts and eyes like it: what does not fit is cut off the last column, and of no other."""
    if not rows:
        return print("–")
    cells = [[one_line(cell(value)) for value in row] for row in rows]
    widths = [max(cell_len(row[place]) for row in (columns, *cells)) for place in range(len(columns) - 1)]
    left = console().width - sum(widths) - GAP * len(widths)
    for row in (columns, *cells):
        padded = [set_cell_size(text, width) for text, width in zip(row[:-1], widths, strict=True)]
        print((" " * GAP).join([*padded, cut(row[-1], max(left, SHORTEST))]).rstrip())


def cut(text: str, width: int) -> str:
    """A text in so many columns."""
    return text if cell_len(text) <= width else set_cell_size(text, width - 1).rstrip() + "…"


def one_by_one(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """The rows as names and values, for a narrow terminal."""
    for number, row in enumerate(rows):
        if number:
            print()
        pairs(tuple(zip(columns, row, strict=True)))


def longest(text: str) -> int:
    """How long the longest word is: an ID or an address that is broken can be neither copied nor opened."""
    return max((cell_len(word) for word in text.split()), default=0)


def footer(page: dict[str, Any]) -> None:
    """How many there are, and how to get on."""
    total = f"more than {page['total']}" if page.get("total_is_at_least") else page["total"]
    print(f"{len(page['items'])} of {total}" + (f"; go on with --cursor {page['next']}" if page["next"] else ""))


def cell(value: Any) -> str:
    """A value as people read it, without what would move a terminal's cursor."""
    if value is None or value == "" or value == []:
        return "–"
    if isinstance(value, bool):
        return {"de": ("nein", "ja"), "en": ("no", "yes")}[language()][value]
    if isinstance(value, list | tuple):
        return ", ".join(one_line(str(entry)) for entry in value)
    return "\n".join(map(one_line, str(value).split("\n")))


def at(value: str | None, zone: str) -> str:
    """A moment in local form: 00:00 in `zone` is said as such, since months begin then."""
    return moment(language(), datetime.fromisoformat(value), zone) if value else "–"


def until(value: str | None, zone: str) -> str:
    """The last day that lies before a moment: the last one in time, as people say it."""
    return last_day_before(language(), value, zone) if value else "–"


def in_time(value: str | None, zone: str) -> str:
    """The last day, or day and time, that lies before a moment: as `until`, where the hour matters too."""
    return until_from(language(), value, zone) if value else "–"


def on(value: str | None) -> str:
    """A day in local form."""
    return day(language(), date.fromisoformat(value)) if value else "–"


def pairs(rows: Sequence[tuple[str, Any]]) -> None:
    """Names and values, one a line; what is empty is left out, and no word is broken."""
    here = console()
    given = [(name, cell(value)) for name, value in rows if value not in (None, "", "–", [], ())]
    width = max((len(name) for name, _ in given), default=0)
    for name, value in given:
        if width + GAP + longest(value) > here.width:
            here.print(Text.assemble((name.ljust(width), "bold"), " " * GAP, value), soft_wrap=True)
            continue
        line = Table.grid(
            Column(style="bold", no_wrap=True, min_width=width), Column(overflow="fold"), padding=(0, GAP)
        )
        line.add_row(name, Text(value))
        here.print(line)
