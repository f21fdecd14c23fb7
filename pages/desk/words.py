"""What codes are called to the vendor's people."""

from collections.abc import Callable, Mapping, Sequence

from markupsafe import Markup

from catalogue.formats import moment_from
from catalogue.texts import keys, known, say
from pages.desk.instructions import inline

FIELDS = {
    "decision": "page.desk.task.called.decision",
    "at": "page.desk.task.called.at",
    "reference": "page.desk.task.called.reference",
    "confirmed_by": "page.desk.task.called.confirmed_by",
    "confirmed_at": "page.desk.task.called.confirmed_at",
    "note": "page.desk.task.called.note",
    "text": "page.desk.task.comment",
    "to": "page.desk.task.hand_over_to",
    "explanation": "page.desk.start.explanation",
    "reason": "page.desk.freeze.reason",
    "until": "page.desk.freeze.until",
}
"""What people enter at the desk, by the names of fields; the others are what forms send beside it."""
MOMENTS = ("at", "confirmed_at", "until")
CHOICES = {"confirm": "page.desk.bulk.choose.confirm", "reject": "page.desk.bulk.choose.reject"}
"""The decisions that have no name of their own."""


def labelled(namespace: str) -> list[str]:
    """The codes that have a label there: `kind`, `task_type`."""
    return [key.removeprefix(f"{namespace}.") for key in keys() if key.startswith(f"{namespace}.")]


def happened(language: str, event: str) -> str:
    """What happened, of an event: in other words than those of customers' pages, which speak to the customer."""
    key = f"event.{event}"
    return say(language, key) if known(key) else event


def entered(language: str, zone: str, fields: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """What somebody entered into a form of the desk, whichever it was: each field and its value in words."""
    return [
        (say(language, key), in_words(language, zone, name, value))
        for name, key in FIELDS.items()
        for value in fields.get(name, ())
        if value
    ]


def in_words(language: str, zone: str, name: str, value: str) -> str:
    """A value as people write it: a day, a decision by its name."""
    if name in MOMENTS:
        return moment_from(language, value, zone)
    if name == "decision":
        key = CHOICES.get(value, f"decision.{value}")
        return say(language, key) if known(key) else value
    return value


def as_on_the_form(language: str, called: Mapping[str, str]) -> Callable[[str], Markup]:
    """Makes a text of a call one of the page, where fields and decisions are called as its form does. `called`: the
    key of a text by the name of a field, wherever it stands in a payload."""

    def name_of(code: str) -> str | None:
        key = called.get(code.rpartition(".")[2], f"decision.{code}")
        return say(language, key) if known(key) else None

    return lambda text: Markup("<br>").join(inline(line, name_of) for line in text.splitlines())
