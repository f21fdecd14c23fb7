"""Bulk decisions as people read them."""

from itertools import starmap

from console.output import at, footer, one_line_each, pairs
from console.refusals import Document

COUNTS = ("total", "decided", "proposed", "failed", "left", "waiting")


def counts(bulk: Document) -> str:
    """How far it has come: `50 total, 47 decided, 3 failed`."""
    return ", ".join(f"{bulk[name]} {name}" for name in COUNTS if bulk[name] or name == "total")


def print_bulks(page: Document, zone: str) -> None:
    """A page of them, a line each."""
    rows = [
        (bulk["id"], at(bulk["created_at"], zone), bulk["state"], bulk["by"], bulk["type"], counts(bulk))
        for bulk in page["items"]
    ]
    one_line_each(("bulk decision", "begun", "state", "by", "type", "tasks"), rows)
    footer(page)


def print_bulk(bulk: Document, zone: str) -> None:
    """One of them: what is decided, whom it concerns, what came of each task, what may be done now."""
    way = "confirm" if bulk.get("confirm") else "reject"
    customers = [f"{customer['customer']} ({customer['tasks']})" for customer in bulk["customers"]]
    pairs(
        [
            ("bulk decision", bulk["id"]),
            ("state", bulk["state"]),
            ("tasks", counts(bulk)),
            ("of type", bulk["type"]),
            (way, ", ".join(starmap("{}: {}".format, spoken(bulk[way]).items()))),
            ("by", bulk["by"]),
            ("customers", [*customers, *(["and more"] if bulk["more_customers"] else [])]),
            ("no longer open", str(bulk["closed"]) if bulk["closed"] else None),
            ("possible now", bulk["possible"]),
            ("web UI", bulk["ui_url"]),
        ]
    )
    if bulk["state"] == "prepared":
        print(f"\nNothing is decided yet. To begin: cancellations bulk act {bulk['id']} resume")
    lines = bulk["lines"]
    print()
    rows = [(line["task"], line["state"], line["workflow_id"], line["text"]) for line in lines["items"]]
    one_line_each(("task", "state", "cancellation", "why"), rows)
    if lines["next"]:
        print(f"go on with --cursor {lines['next']}")


def spoken(payload: Document) -> Document:
    """What a decision says, with what its proof says; who decides stands beside it."""
    said = payload | (payload.get("proof") or {})
    return {name: value for name, value in said.items() if value is not None and name not in ("by", "proof")}
