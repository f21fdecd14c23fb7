"""The days of a customer's calendar feed, from the board: what a calendar should show, and nothing else of it."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from pages.calendar_file import CalendarDay
from pages.calls import Document
from pages.my.board_view import ending_with, open_runs_of, part_of
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
        for run in open_runs_of(self.board):
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
        """Until when an open run must be submitted, and from when it holds; the order beneath a change (X10)."""
        values = {"name": run["label"], "kind": run["kind"], "state": run["state_text"]}
        effective, of, standing = run["effective_day"], run["workflow_id"], run["standing"]
        if standing:
            lines = [self.say("standing_text", **values)]
            title = self.title_of(run, standing["target"])
            yield self.entry(("effective", of), standing["effective_day"], title, lines, None)
        if run["stage"] == "unsent" and run["order_by_day"]:
            lines = [self.say("unsent_text", **values, effective=effective)]
            title = self.say("unsent", **values)
            yield self.entry(("unsent", of), run["order_by_day"], title, lines, self.remind_before)
        elif effective and run["stage"] == "sent":
            ending = names_of(ending_with(run, self.board["items"]))
            lines = [self.say("effective_text", **values), *([self.say("ending", names=ending)] if ending else [])]
            key = "change" if standing else "effective"
            yield self.entry((key, of), effective, self.title_of(run, run["target"]), lines, None)
        elif effective:
            yield self.term_of_run(run, values)

    def term_of_run(self, run: Document, values: dict[str, Any]) -> CalendarDay:
        """The last day of the term at which it would end what nobody has sent yet, or a person has to decide (D7)."""
        last_day = (date.fromisoformat(run["effective_day"]) - ONE_DAY).isoformat()
        if run["stage"] == "asked":
            title, lines = self.say("term", names=[run["label"]]), [self.say("effective_text", **values)]
            return self.entry(("unsent", run["workflow_id"]), last_day, title, lines, None)
        title, lines = self.say("unsent_term", **values), [self.say("unsent_term_text", **values)]
        return self.entry(("unsent", run["workflow_id"]), last_day, title, lines, self.remind_before)

    def title_of(self, run: Document, target: str | None) -> str:
        """What happens on the day of an order."""
        happens = self.texts.text("calendar.happens", kind=run["kind"], name=run["label"], target=target)
        return self.say("effective", happens=happens)

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
