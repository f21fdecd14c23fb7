"""What the page of the board shows of the board's document: its parts, ordered by who must act soonest."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from pages.calls import Document

FEW = 6
"""So many of a product are shown at once; more are folded up."""
MANY = 8
"""With more items than that there is a form to look for one."""
SOON, NOW = 7, 2
"""From so many days left it is urgent, and very urgent."""
BY_DAY = ("order_by_day", "effective_day")
"""By what the days of the board are told apart."""
PARTS: dict[str, tuple[str, ...]] = {
    "deadlines": ("notice", "term_notice"),
    "terms": ("term",),
    "asked": ("notice_missed", "annual_term", "unclear", "agreed", "decided", "partners", "third_party"),
    "any_time": ("at_once",),
}
"""The parts of the page, with the timings of what stands there; what cannot be ended here comes last."""


@dataclass(frozen=True)
class Group:
    """Items of one product that stand alike, so that several can be ended in one go."""

    items: tuple[Document, ...]

    @property
    def first(self) -> Document:
        """Any of them: but for names they are the same."""
        return self.items[0]

    @property
    def folded(self) -> bool:
        """Whether they are too many to be shown at once."""
        return len(self.items) > FEW


@dataclass(frozen=True)
class Leaf:
    """What has one day in common. `left`: the days until then; None where no day is known."""

    left: int | None
    groups: tuple[Group, ...]

    @property
    def first(self) -> Document:
        """Any of its items: they share their days."""
        return self.groups[0].first

    @property
    def urgency(self) -> str:
        """How near it is: `now`, `soon` or `later`."""
        if self.left is None or self.left > SOON:
            return "later"
        return "now" if self.left <= NOW else "soon"


@dataclass(frozen=True)
class Part:
    """A part of the page, by one of the names in `PARTS`, or `not_here`."""

    name: str
    leaves: tuple[Leaf, ...]

    @property
    def number(self) -> int:
        """How many items it has."""
        return sum(len(group.items) for leaf in self.leaves for group in leaf.groups)


@dataclass(frozen=True)
class View:
    """The page. `wanted`: what the customer looks for, by field of the form; `ended`: the newest of what has ended."""

    board: Document
    zone: str
    wanted: Mapping[str, str]
    ended: tuple[Document, ...] = ()

    @property
    def today(self) -> date:
        """The calendar day of the board."""
        return today_of(self.board, self.zone)

    @property
    def searchable(self) -> bool:
        """Whether there is so much that one would look for something."""
        return len(self.board["items"]) > MANY

    @property
    def items(self) -> list[Document]:
        """The items that are looked for, as the record has them."""
        return [item for item in self.board["items"] if is_wanted(item, self.wanted)]

    @property
    def running(self) -> list[Document]:
        """The open runs: those that wait for the customer first, the earliest deadline before the later ones."""
        runs = open_runs_of({"items": self.items, "others": [] if self.wanted else self.board["others"]})
        return sorted(
            runs, key=lambda run: (not waits_for_customer(run), run["order_by_day"] or run["effective_day"] or "9")
        )

    def ending_with(self, run: Document) -> list[str]:
        """What ends with an open run beside what it is about, by its name."""
        return [item["label"] for item in ending_with(run, self.board["items"])]

    @property
    def waiting(self) -> int:
        """How many open runs wait for the customer."""
        return sum(map(waits_for_customer, self.running))

    @property
    def parts(self) -> list[Part]:
        """What may be requested, the next deadline first, and what is not ended here."""
        leaves: dict[str, dict[tuple[str, ...], list[Document]]] = {name: {} for name in (*PARTS, "not_here")}
        for item in self.items:
            if item["running"] is None:
                days = tuple(item[name] or "" for name in BY_DAY)
                leaves[part_of(item)].setdefault(days, []).append(item)
        found = (
            Part(name, tuple(self.leaf(items) for _, items in sorted(by_days.items())))
            for name, by_days in leaves.items()
        )
        return [part for part in found if part.leaves]

    def leaf(self, items: Iterable[Document]) -> Leaf:
        """Items with the same days, those of a product together."""
        groups: dict[tuple[Any, ...], list[Document]] = {}
        for item in items:
            alike = (item["kind"], item["product"], item["timing"], item["effect"], item["price_per_month"])
            groups.setdefault(alike, []).append(item)
        return Leaf(self.left(items), tuple(Group(tuple(alike)) for alike in groups.values()))

    def left(self, items: Iterable[Document]) -> int | None:
        """The days until the last day in time of the first of them."""
        day = next(iter(items))["order_by_day"]
        return (date.fromisoformat(day) - self.today).days if day else None

    @property
    def next_leaf(self) -> Leaf | None:
        """What has the next deadline."""
        return next((part.leaves[0] for part in self.parts if part.name == "deadlines"), None)

    @property
    def saving(self) -> str | None:
        """What falls away a month if all is ended whose price is known, and of which no end is under way."""
        open_items = [item for item in self.board["items"] if item["running"] is None]
        known = [Decimal(item["saving_per_month"]) for item in open_items if item["saving_per_month"]]
        return str(sum(known)) if known else None


def today_of(board: Document, zone: str) -> date:
    """The calendar day of a board."""
    return datetime.fromisoformat(board["as_of"]).astimezone(ZoneInfo(zone)).date()


def is_wanted(item: Document, wanted: Mapping[str, str]) -> bool:
    """Whether an item is what is looked for: words of its names or its number, and what its end does to the cost."""
    names = " ".join(str(item[name]) for name in ("label", "product_label", "licence", "subject") if item[name])
    words = wanted.get("q", "").casefold().split()
    return all(word in names.casefold() for word in words) and wanted.get("effect", item["effect"]) == item["effect"]


def part_of(item: Document) -> str:
    """The part of the page on which an item stands."""
    if not item["can_be_ended_here"]:
        return "not_here"
    return next(name for name, timings in PARTS.items() if item["timing"] in timings)


def waits_for_customer(run: Document) -> bool:
    """Whether the customer has something to do: here, or at a third party a step of which he still owes the proof."""
    return not {"customer", "third_party"}.isdisjoint(run["waiting_for"])


def open_runs_of(board: Document) -> list[Document]:
    """The open runs of a board, each once: several items may end with one."""
    runs = (*(item["running"] for item in board["items"] if item["running"]), *board["others"])
    return list({run["workflow_id"]: run for run in runs}.values())


def ending_with(run: Document, items: Iterable[Document]) -> list[Document]:
    """The items that end with an open run and are not what it is about: the add-ons of a hosting (ADD2)."""
    found = (item for item in items if item["running"] and item["running"]["workflow_id"] == run["workflow_id"])
    return [item for item in found if item["subject"] != run["subject"]]
