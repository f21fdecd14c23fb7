"""Freezes as people read them."""

from console.documents import label
from console.output import at, pairs, table, until
from console.refusals import Document

MOST_LOGGED = 10
"""So many freezes are shown; `--json` has more."""


def print_freeze(stands: Document, zone: str) -> None:
    """Whether all effects are frozen, what waits, which dates fall into it, and the freezes so far."""
    freeze, held = stands["freeze"] or {}, stands["held"]
    pairs(
        [
            ("frozen", stands["frozen"]),
            ("since", at(freeze.get("since"), zone)),
            ("by", freeze.get("by")),
            ("reason", freeze.get("reason")),
            ("planned end", at(freeze.get("until"), zone)),
            ("runs that wait", str(held["runs"]) if held["runs"] else None),
            ("what waits", [f"{entry['effect']} ({entry['count']})" for entry in held["effects"]]),
        ]
    )
    if held["effects"] and not stands["frozen"]:
        print("\nIt is released; what waits is done in order, a few runs a second.")
    print_falling(stands, zone)
    print_log(stands["log"][:MOST_LOGGED], zone)


def print_falling(stands: Document, zone: str) -> None:
    """The runs with a date in the freeze, or in one that would begin now."""
    falls = stands["falls_into"]
    what = "falls into it" if stands["frozen"] else "would fall into a freeze"
    has_no_end = stands["frozen"] and stands["freeze"]["until"] is None
    to = "now; no end is planned" if has_no_end else at(falls["until"], zone)
    print(f"\n{what}, from {at(falls['since'], zone)} to {to}")
    effective = [(run, "takes effect", at(run["at"], zone)) for run in falls["effective"]["items"]]
    deadlines = [(run, "order by", until(run["at"], zone)) for run in falls["deadlines"]["items"]]
    rows = [
        (run["workflow_id"], label("kind", run["kind"]), run["state"], *date) for run, *date in effective + deadlines
    ]
    table(("cancellation", "kind", "state", "date", "on"), rows)
    left = falls["effective"]["total"] + falls["deadlines"]["total"] - len(rows)
    if left:
        print(f"and {left} more")


def print_log(log: list[Document], zone: str) -> None:
    """The freezes so far, the newest first."""
    rows = [
        (entry["number"], at(entry["since"], zone), entry["by"], entry["reason"], at(entry["released_at"], zone),
         entry["released_by"], entry["note"])
        for entry in log
    ]  # fmt: skip
    if rows:
        print()
        table(("freeze", "since", "by", "reason", "released", "by", "note"), rows)
