"""The days of a customer's calendar feed, from the board: what a calendar should show, and nothing else of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pages.calendar_file import CalendarDay
from pages.calls import Document
from pages.my.board_view import part_of
from pages.rendering import Texts

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Days:
    """The entries of a board. `url`: of its page; `remind_before`: days before those on which one must act."""

    board: Document
    texts: Texts
    url: str
    remind_before: int | None

    def all(self) -> Iterator[CalendarDay]:
        """What may be ended by a day, now and after that; terms that end; what is under way."""
        items = [item for item in self.board["items"] if item["running"] is None]
        yield from self.deadlines([item for item in items if part_of(item) == "deadlines"])
        yield from self.terms([item for item in items if part_of(item) == "terms"])
        for run in (*(item["running"] for item in self.board["items"] if item["running"]), *self.board["others"]):
            yield from self.of_run(run)

    def deadlines(self, items: Iterable[Document]) -> Iterator[CalendarDay]:
        """One entry for each last day in time, and one for the next: with all that may be ended by then."""
        by_days: dict[tuple[str, str], list[tuple[Document, Document]]] = {}
        for item in items:
            for at in (item, item["next"]):
                if at and at["order_by_day"]:
                    by_days.setdefault((at["order_by_day"], at["effective_day"]), []).append((item, at))
        for (last_day, effective), found in by_days.items():
            listed = [item for item, _ in found]
            first, at = found[0]
            missed = first["next"]["effective_day"] if at is first and first["next"] else None
            lines = [
                self.say("deadline_text", effective=effective),
                *self.lines_of(listed),
                *([self.say("deadline_missed", effective=missed)] if missed else []),
                *([self.texts.text("part.last_day", order_by=at["order_by"])] if at["last_day_unclear"] else []),
            ]
            of = ("deadline", last_day, effective)
            yield self.entry(of, last_day, self.say("deadline", names=names_of(listed)), lines, self.remind_before)

    def terms(self, items: Iterable[Document]) -> Iterator[CalendarDay]:
        """One entry for each day on which terms end whose notice is not known (D7)."""
        by_day: dict[str, list[Document]] = {}
        for item in items:
            last_day = date.fromisoformat(item["effective_day"]) - ONE_DAY
            by_day.setdefault(last_day.isoformat(), []).append(item)
        for day, found in by_day.items():
            lines = [self.say("term_text"), *self.lines_of(found)]
            yield self.entry(("term", day), day, self.say("term", names=names_of(found)), lines, self.remind_before)

    def of_run(self, run: Document) -> Iterator[CalendarDay]:
        """Until when an open run must be submitted, and from when it holds."""
        values = {"name": run["label"], "kind": run["kind"], "state": run["state_text"]}
        effective, of = run["effective_day"], run["workflow_id"]
        if run["order_by_day"]:
            lines = [self.say("unsent_text", **values, effective=effective)]
            title = self.say("unsent", **values)
            yield self.entry(("unsent", of), run["order_by_day"], title, lines, self.remind_before)
        elif effective:
            title, lines = self.say("effective", **values), [self.say("effective_text", **values)]
            yield self.entry(("effective", of), effective, title, lines, None)

    def entry(
        self, of: tuple[str, ...], day: str, title: str, lines: Iterable[str], remind_before: int | None
    ) -> CalendarDay:
        """An entry of this customer's calendar, with the way to the board."""
        text = "\n".join([*lines, "", self.say("link", url=self.url)])
        return CalendarDay((self.board["customer"], *of), date.fromisoformat(day), title, text, self.url, remind_before)

    def lines_of(self, items: Iterable[Document]) -> list[str]:
        """A line for each item."""
        return [
            "- "
            + self.say(
                "item",
                name=item["label"],
                product=item["product_label"],
                saving=item["saving_per_month"],
                effect=item["effect"],
            )
            for item in items
        ]

    def say(self, key: str, **values: Any) -> str:
        """A text of the calendar."""
        return self.texts.text(f"calendar.day.{key}", **values)


def names_of(items: Iterable[Document]) -> list[str]:
    """What the items are called."""
    return [str(item["label"]) for item in items]
