"""What a mail about tasks says: of one task, or of several that have come about together."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from activities.links import operator_page, work_list_page
from activities.mail.frame import framed
from activities.ports import Letter
from activities.sql.notices import Told
from catalogue.texts import say
from settings import Settings
from states.model.names import named
from states.views.mails import MailText

MOST_LISTED = 50
"""So many tasks are named in one mail; of the others it says how many they are."""
OCCASIONS = ("escalated", "due", "new")
"""In the order in which a mail lists them, the most urgent first."""


def letter_about(
    notices: Sequence[tuple[Told, Mapping[str, Any]]], to: tuple[str, ...], settings: Settings, now: datetime
) -> Letter:
    """The mail about these notices, each with its task as the work list shows it: a task is named once, for what is
    most urgent about it, and counted once."""
    by_task: dict[str, list[tuple[Told, Mapping[str, Any]]]] = {}
    for told, item in sorted(notices, key=lambda notice: urgency(notice[0])):
        by_task.setdefault(told.task.task, []).append((told, item))
    most_urgent = [own[0] for own in by_task.values()]
    entries = [entry_of(told, item, settings, now) for told, item in most_urgent]
    if len(entries) == 1:
        opens_thread = any(told.occasion == "new" for told, _ in notices)
        return letter_about_one(most_urgent[0][0], entries[0], to, settings, opens_thread=opens_thread)
    listed = [entry | {"listed": True} for entry in entries[:MOST_LISTED]]
    link = work_list_page(settings)
    values: dict[str, Any] = {occasion: [e for e in listed if e["occasion"] == occasion] for occasion in OCCASIONS}
    counts = {f"{name}_count": sum(e["occasion"] == name for e in entries) or None for name in OCCASIONS}
    values = {name: rows or None for name, rows in values.items()} | counts
    values |= {"count": len(entries), "others": len(entries) - len(listed) or None, "url": link}
    text = text_of("notice.several", settings, values | {"zone": settings.time_zone})
    label = say(settings.operator_language, "notice.open_all")
    pages = frozenset(entry["url"] for entry in listed)
    return framed(
        text, to, settings.operator_language, settings, link=link, whose="operator", links=pages, link_label=label
    )


def urgency(told: Told) -> tuple[int, int]:
    """What sorts notices, the most urgent first: by occasion, of reminders the last."""
    return OCCASIONS.index(told.occasion), -(told.number or 0)


def letter_about_one(
    told: Told, entry: Mapping[str, Any], to: tuple[str, ...], settings: Settings, *, opens_thread: bool
) -> Letter:
    """The mail about one task: all that are about it are a thread, which the first one opens."""
    text = text_of("notice.one", settings, entry)
    language = settings.operator_language
    label = say(language, "notice.open_one")
    letter = framed(text, to, language, settings, link=entry["url"], whose="operator", link_label=label)
    return replace(letter, thread=f"task/{told.task.task}", opens_thread=opens_thread)


def text_of(key: str, settings: Settings, values: Mapping[str, Any]) -> MailText:
    """Subject and body."""
    return MailText(*(say(settings.operator_language, f"{key}.{part}", values) for part in MailText._fields))


def entry_of(told: Told, item: Mapping[str, Any], settings: Settings, now: datetime) -> dict[str, Any]:
    """What a mail says of one notice."""
    due_at = item["due_at"]
    number = told.number or 0
    return {
        "zone": settings.time_zone,
        "listed": None,
        "occasion": told.occasion,
        "proof": (told.occasion == "new" and item["type"] == "third_party") or None,
        "number": told.number,
        "urgent": number > 1,
        "again": number > 2,
        "type": item["type"],
        "label": item["label"],
        "whom": named(item["customer_name"], item["customer"]) if item["customer_name"] else item["customer"],
        "at": told.at.isoformat(),
        "due_at": due_at,
        "overdue": bool(due_at and datetime.fromisoformat(due_at) <= now),
        "deadline": item["deadline"],
        "claimed_by": item["claimed_by"],
        "url": operator_page(settings, item["workflow_id"], item["task"]),
        **{name: told.facts.get(name) for name in ("note", "action", "error")},
    }
