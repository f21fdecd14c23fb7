"""The figures of `docs/scale.md`: what one run and one customer cost, carried to the numbers of the page."""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

CUSTOMERS = 10_000_000
CHANGES = 300_000
"""On one first of a month."""
WINDOW_S = 6 * 3600
"""Of `CANCELLATIONS_APPLY_WINDOW` on the page, in which they take effect."""
CACHED = 2000
"""Runs in a worker's cache (`worker.py`)."""

A_RUN, A_CUSTOMER = ("units", "a run"), ("units", "a customer with three licences")
BARE = ("runner", "bare without the sandbox")
GB, CORE_HOUR_MS = 1024 * 1024, 3_600_000.0


class Row(NamedTuple):
    """A figure of the page: of which part, under which heading and name it was measured, and what is made of it."""

    what: str
    part: str
    heading: str
    figure: str
    carried: Callable[[float], float]
    unit: str


ROWS = (
    Row("record of the customers, rows", *A_CUSTOMER, "PostgreSQL: rows inserted", lambda n: n * CUSTOMERS / 1e6, "M"),
    Row("record of the customers", *A_CUSTOMER, "PostgreSQL: kept, kB", lambda kb: kb * CUSTOMERS / GB, "GB"),
    Row("loading them, log", *A_CUSTOMER, "PostgreSQL: log, kB", lambda kb: kb * CUSTOMERS / GB, "GB"),
    Row("a month's changes, rows", *A_RUN, "PostgreSQL: rows inserted", lambda n: n * CHANGES / 1e6, "M"),
    Row("a month's changes, rows rewritten", *A_RUN, "PostgreSQL: rows updated", lambda n: n * CHANGES / 1e6, "M"),
    Row("a month's changes, kept", *A_RUN, "PostgreSQL: kept, kB", lambda kb: kb * CHANGES / GB, "GB"),
    Row("a month's changes, log", *A_RUN, "PostgreSQL: log, kB", lambda kb: kb * CHANGES / GB, "GB"),
    Row(
        "transactions, if all in the window", *A_RUN, "PostgreSQL: transactions", lambda n: n * CHANGES / WINDOW_S, "/s"
    ),
    Row("workers, CPU", *A_RUN, "application: CPU, ms", lambda ms: ms * CHANGES / CORE_HOUR_MS, "core hours"),
    Row(
        "workers, if all in the window",
        *A_RUN,
        "application: CPU, ms",
        lambda ms: ms * CHANGES / 1000 / WINDOW_S,
        "cores",
    ),
    Row("Temporal, CPU", *A_RUN, "Temporal: CPU, ms", lambda ms: ms * CHANGES / CORE_HOUR_MS, "core hours"),
    Row(
        "Temporal, if all in the window",
        *A_RUN,
        "Temporal: CPU, ms",
        lambda ms: ms * CHANGES / 1000 / WINDOW_S,
        "cores",
    ),
    Row(
        "Temporal's store, writes in the window",
        *A_RUN,
        "Temporal: writes to its store",
        lambda n: n * CHANGES / WINDOW_S,
        "/s",
    ),
    Row("Temporal's store, histories", *BARE, "history bytes", lambda size: size * CHANGES / 1024 / GB, "GB"),
    Row("cache of one worker", *BARE, "memory a cached run, kB", lambda kb: kb * CACHED / 1024, "MB"),
    Row("replay of all, once", *BARE, "replay a run, CPU, ms", lambda ms: ms * CHANGES / CORE_HOUR_MS, "core hours"),
)


def table(kept: Mapping[str, Any]) -> str:
    """The page's table, of what there is."""
    lines = ["| what | measured | by | carried |", "| --- | ---: | --- | ---: |"]
    for row in ROWS:
        one = measured(kept.get(row.part, {}).get("rows", []), row)
        shown = ("not measured", "") if one is None else (f"{one:.2f}", f"{row.carried(one):,.1f} {row.unit}")
        lines.append(f"| {row.what} | {shown[0]} | `{row.part}`: {row.figure} | {shown[1]} |")
    return "\n".join(lines)


def measured(rows: list[dict[str, Any]], row: Row) -> float | None:
    """Our side's figure under its heading."""
    heading = None
    for each in rows:
        heading = each.get("heading", heading)
        if heading == row.heading and each.get("name") == row.figure:
            return float(each["here"])
    return None
