"""What if: choose what to end, a target and a moment, and see what that would mean; nothing is started here."""

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Request, Response

from catalogue.texts import CHANGES
from pages.act_names import WORDS_TO_COME
from pages.calls import Calls, Document, Form, Visitor
from pages.my.addresses import start_address
from pages.my.board_view import FEW, today_of
from pages.my.case import Notice
from pages.my.faults import UNCLEAR, Fault, Faults, is_unclear
from pages.site import CurrentSite, CurrentVisitor

router = APIRouter(include_in_schema=False)
MOST = 8
"""So many are looked at together."""
EVERY = "every"
"""In place of a target: all of them, side by side."""
MOMENTS = ("compare", "today", "day")
"""Today and after the deadline side by side; today alone; on a day of one's own."""
FURTHEST = timedelta(days=3 * 366)
"""How far ahead one may look: beyond that nobody knows prices and editions."""


@dataclass(frozen=True)
class Choice:
    """Something that may be ended, whether it is looked at, and which target of it."""

    item: Document
    chosen: bool
    target: str | None

    @property
    def name(self) -> str:
        """What it is called in the form."""
        return name_of(self.item)

    @property
    def targets(self) -> list[Any]:
        """The targets that are looked at; of what has none, one that is none."""
        listed = [choice["target"] for choice in self.item["targets"]]
        if self.target == EVERY:
            return listed or [None]
        return [next((target for target in listed if str(target) == self.target), listed[0] if listed else None)]


@dataclass(frozen=True)
class Column:
    """One way it could go: a target at a moment. `at` None: now. `heading`: which it is, beside the others."""

    item: Document
    target: Any
    heading: str
    at: datetime | None = None
    preview: Document | None = None

    @property
    def target_label(self) -> str | None:
        """What people call the target."""
        return next((choice["label"] for choice in self.item["targets"] if choice["target"] == self.target), None)

    @property
    def start(self) -> str:
        """Where it begins, with the same choice."""
        target = None if self.target is None else str(self.target)
        return start_address(self.item["kind"], self.item["subject"], target=target)

    @property
    def saved(self) -> Decimal | None:
        """What the cost falls by a month, where both prices are known and nothing stands against it."""
        preview = self.preview or {}
        if preview.get("refusal") or preview.get("cost_effect") != "cancellation" or not preview.get("cost"):
            return None
        return Decimal(preview["cost"]["before"]) - Decimal(preview["cost"]["after"])

    @property
    def gone(self) -> list[str]:
        """The functions that it would take away."""
        return [entry["feature"] for entry in (self.preview or {})["features_lost"] if not entry["limited"]]

    @property
    def limited(self) -> list[str]:
        """The functions that it would restrict."""
        return [entry["feature"] for entry in (self.preview or {})["features_lost"] if entry["limited"]]

    @property
    def warnings(self) -> list[Document]:
        """What else would have to be said: functions and licences have a place of their own."""
        told = ("features_lost", "surplus") if self.item["kind"] == "edition" else ("surplus",)
        return [entry for entry in (self.preview or {})["warnings"] if entry["code"] not in told]


@router.get("/my/what-if")
async def what_if(request: Request, site: CurrentSite, visitor: CurrentVisitor) -> Response:
    """The form, and what the choice would mean. `end`: what to look at, as `<kind>:<subject>`."""
    board, query = await site.calls.board(visitor), request.query_params
    ends = query.getlist("end")
    choices = [
        Choice(item, name_of(item) in ends, query.get(f"target:{name_of(item)}"))
        for item in board["items"]
        if item["can_be_ended_here"] and item["running"] is None
    ]
    when, today = query.get("when") or MOMENTS[0], today_of(board, site.look.zone)
    day = read_day(query.get("day"), today)
    asked = {name: query.getlist(name) for name in query}
    faults = faults_of(asked, when, day, today)
    chosen = [choice for choice in choices if choice.chosen and not faults]
    at = noon_of(day, site.look.zone) if when == "day" and day else None
    columns = [column for choice in chosen[:MOST] for column in columns_of(choice, when, at)]
    cases = await asyncio.gather(*(previewed(site.calls, visitor, column) for column in columns))
    results = [[column for column in cases if column.item is choice.item] for choice in chosen[:MOST]]
    shown, folds = laid_out(choices)
    values = {
        "choices": choices,
        "shown": shown,
        "folds": folds,
        "results": results,
        "left_out": chosen[MOST:],
        "when": when,
        "day_given": query.get("day") or "",
        "notice": Notice(UNCLEAR, typed=asked, faults=faults) if faults else None,
        "today": today.isoformat(),
        "furthest": (today + FURTHEST).isoformat(),
        "together": together(results),
        "bear_on_each_other": any(case[0].item["kind"] in CHANGES for case in results) and len(results) > 1,
        "names": {item["licence"]: item["label"] for item in board["items"] if item["licence"]},
        "EVERY": EVERY,
    }
    status = UNCLEAR["status"] if faults else 200
    return site.look.page(request, "my/what_if.html", visitor.language, values, visitor=visitor, status=status)


def faults_of(asked: Form, when: str, day: date | None, today: date) -> Faults:
    """What is not clear about the moment: a day that the choice does not ask for, a choice that is none, no day."""
    if is_unclear(asked, "when", ["day"], asked_by=("day",), others=MOMENTS):
        return {"when": Fault("fault.what_if_when")}
    days = {"first": today.isoformat(), "last": (today + FURTHEST).isoformat()}
    return {"day": Fault("fault.what_if_day", days)} if when == "day" and day is None else {}


def laid_out(choices: list[Choice]) -> tuple[list[Choice], dict[str, list[Choice]]]:
    """What the form shows at once, and what it folds up: many of a product, by its name."""
    alike: dict[str, list[Choice]] = {}
    for choice in choices:
        alike.setdefault(choice.item["product_label"], []).append(choice)
    folds = {name: found for name, found in alike.items() if len(found) > FEW}
    return [choice for choice in choices if choice.item["product_label"] not in folds], folds


def columns_of(choice: Choice, when: str | None, at: datetime | None) -> Iterator[Column]:
    """What is looked at side by side: the targets, or one target today and after the deadline."""
    targets, item = choice.targets, choice.item
    later = item["order_by"] if when == "compare" else None
    for target in targets:
        heading = "target" if len(targets) > 1 else "day" if at else "now"
        yield Column(item, target, heading, at)
    if later and len(targets) == 1:
        yield Column(item, targets[0], "later", datetime.fromisoformat(later))


async def previewed(calls: Calls, visitor: Visitor, column: Column) -> Column:
    """The column with what would happen."""
    data: Document = {"kind": column.item["kind"], "subject": column.item["subject"], "explanation": WORDS_TO_COME}
    data |= {"target": column.target} if column.target is not None else {}
    data |= {"time": column.at.isoformat()} if column.at else {}
    preview = await calls.preview(visitor, data)
    return Column(column.item, column.target, column.heading, column.at, preview)


def together(results: list[list[Column]]) -> str | None:
    """What all that is chosen saves a month, by the first column of each; None unless all of it is known."""
    saved = [columns[0].saved for columns in results]
    known = [amount for amount in saved if amount is not None]
    return str(sum(known)) if len(saved) > 1 and len(known) == len(saved) else None


def name_of(item: Document) -> str:
    """What an item is called in the form."""
    return f"{item['kind']}:{item['subject']}"


def noon_of(day: date, zone: str) -> datetime:
    """A moment within a day, wherever clocks are put forward or back."""
    return datetime(day.year, day.month, day.day, 12, tzinfo=ZoneInfo(zone))


def read_day(text: str | None, today: date) -> date | None:
    """A day as a browser sends it, from today on; None for anything else."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if today <= day <= today + FURTHEST else None
