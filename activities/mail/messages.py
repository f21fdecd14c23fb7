"""What a mail says and to whom: looked up when it is sent, never kept in a history."""

from typing import Any

from activities.links import customer_home, customer_page, operator_page
from activities.mail.addresses import Addresses, addresses_in
from activities.notice_routes import operators, recipients
from activities.ports import Letter, Mail, Refused, TakenMail
from catalogue.templates import Values
from catalogue.texts import say
from settings import Settings
from states.model.effects import Notify, Step
from states.model.facts import Undelivered
from states.model.record import Customer, Language
from states.views import mails
from states.views.mails import MailText

ABOUT_TASKS = {"perform_dropped": "perform"}
"""The mails to operators that tell of a task which is no more, so that no notice can: by template its type."""


def mail_text(template: str, language: str, values: Values) -> MailText:
    """The mail of a template."""
    return mails.mail_text(say, template, language, values)


async def send_letter(mail: Mail, key: str, letter: Letter, log: Any) -> Undelivered | TakenMail:
    """Send a mail; answers what was taken of it. One that is refused for good is not tried again: a line in the log and
    the answer say so."""
    try:
        return await mail.send(key, letter)
    except Refused as error:
        log.warning("mail_refused", code=error.reference)
        return Undelivered(why="refused", said=error.reference)


def addressee(step: Step, effect: Notify) -> str:
    """The customer whom a mail is about, or goes to: the other one of a move (MOV1)."""
    return str(step.target) if effect.to == "other_customer" else step.customer


def mail_to(effect: Notify, record: Customer | None, settings: Settings) -> tuple[Addresses, Language]:
    """Addresses and language."""
    if effect.to == "operator":
        type_ = ABOUT_TASKS.get(effect.template)
        return Addresses(recipients(settings, type_) if type_ else operators(settings)), settings.operator_language
    return (addresses_in(record.email), record.language) if record else (Addresses(), "de")


def link_of(step: Step, effect: Notify, settings: Settings) -> str:
    """Where a mail leads. The link to a customer's case stands in that customer's own mail only."""
    if effect.to == "operator":
        return operator_page(settings, step.workflow_id, effect.values.get("task"))
    return customer_home(settings) if effect.to == "other_customer" else customer_page(settings, step.workflow_id)


def values_of(
    step: Step, effect: Notify, record: Customer | None, settings: Settings, language: Language, link: str
) -> dict[str, Any]:
    """What the texts may need; a customer's name stands in the customer's own mail only."""
    own: dict[str, Any] = {
        "name": record.name if record and effect.to != "operator" else None,
        "customer": step.customer,
        "kind": step.kind,
        "subject": step.subject,
        "target": step.target,
        "zone": settings.time_zone,
        "url": link,
    }
    return mails.mail_values(say, effect, language, own)
