"""What a mail says, made from what it was asked for with: when it is sent, and before a decision that would send it."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from states.model.effects import Notify
from states.model.texts import Say

ABSENT = (
    *("target", "called", "state", "effective_at", "order_by", "note", "reason", "cancelled", "surplus", "task"),
    *("cost_effect", "price", "new_price", "saved_price", "steps", "number", "last", "abandons_on", "standing"),
    *("urgent", "type", "due_at", "again", "held_since", "late", "clarified", "other_effective_at", "passed_on"),
    *("partners", "to", "missed", "overdue", "last_day_unclear", "at_once", "come", "elsewhere"),
    *("what", "addons_ending", "addons_staying", "addons_apart", "revocation", "change_to"),
)
"""Values that a mail may ask for and that not every notice has."""


class MailText(NamedTuple):
    """What a mail says."""

    subject: str
    body: str


def mail_text(say: Say, template: str, language: str, values: Mapping[str, Any]) -> MailText:
    """The mail of a template."""
    return MailText(*(say(language, f"mail.{template}.{part}", values) for part in MailText._fields))


def mail_values(say: Say, mail: Notify, language: str, own: Mapping[str, Any]) -> dict[str, Any]:
    """What the texts of a mail may need. `own`: what is looked up when it is sent: who, what about, where it leads."""
    said = dict(own)
    refusal = mail.values.get("refusal")
    if isinstance(refusal, dict):
        said["reason"] = say(language, f"refusal.{refusal['code']}", said | mail.values | refusal["values"])
    return dict.fromkeys(ABSENT) | said | mail.values
