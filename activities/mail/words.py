"""The words of a mail as they go out: in their reader's language, with the names that stand in our record."""

from collections.abc import Mapping

from activities.mail.messages import mail_text, mail_to, values_of
from activities.names import names_in
from catalogue.loader import Catalogues
from settings import Settings
from states.model.effects import Notify, Step
from states.model.record import Customer, NamedPart
from states.views.mails import MailText


def words_of(
    step: Step,
    mail: Notify,
    record: Customer | None,
    former_names: Mapping[NamedPart, str],
    catalogues: Catalogues,
    settings: Settings,
    link: str,
) -> MailText:
    """What a mail says. `record`, `former_names`: of the customer whom it is about or goes to.

    One to the other customer of a move names nothing of whoever moves (MOV1).
    """
    _, language = mail_to(mail, record, settings)
    text = mail_text(mail.template, language, values_of(step, mail, record, settings, language, link))
    if mail.to == "other_customer":
        return text
    return MailText(*map(names_in(record, former_names, catalogues).in_text, text))
