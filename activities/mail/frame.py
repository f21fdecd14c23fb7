"""What stands around what a mail says: brand, closing, case number, particulars; and the same as HTML."""

from collections.abc import Iterable
from dataclasses import dataclass

from activities.mail.headers import MOST_IN_SUBJECT, in_one_line, readable
from activities.mail.html import Page, as_html
from activities.ports import Attachment, Letter
from catalogue.texts import say
from settings import Settings
from states.model.record import Language
from states.views.mails import MailText

NOT_SHOWN = "image/svg+xml"
"""The kind of picture that mail programs do not show."""
LOGO = "logo"
RULE = "-- "
"""What begins the signature of a mail: programs fold or grey what stands below."""


@dataclass(frozen=True)
class Case:
    """Which case a mail is about: its number, and whether this is the first mail about it to whom it is written."""

    number: str
    opens_thread: bool = False


def framed(
    text: MailText,
    to: tuple[str, ...],
    language: Language,
    settings: Settings,
    *,
    link: str,
    case: Case | None = None,
    whose: str = "customer",
    attachments: Iterable[Attachment] = (),
    links: frozenset[str] = frozenset(),
    link_label: str | None = None,
) -> Letter:
    """The letter with which a mail's text goes out.

    `link`: the address in the text that leads on; none but this and `links`, which are ours too, is a link, whatever a
    person may have written. `whose`: to
    whom the mails of the case are that belong together. Operators get neither closing nor particulars.
    """
    subject = with_number(text.subject, case)
    body = readable(text.body)
    closing = closing_of(language, settings) if whose != "operator" else ""
    below = [
        *([say(language, "letter.case", {"case": case.number})] if case else []),
        *(settings.mail_particulars.splitlines() if whose != "operator" else []),
    ]
    pictures = logo_of(settings)
    page = Page(
        language=language,
        subject=subject,
        heading=in_one_line(text.subject),
        body=body,
        link=link,
        links=links,
        link_label=link_label or say(language, "letter.open"),
        closing=closing,
        below=tuple(below),
        brand=settings.brand_name,
        colour=settings.brand_colour,
        ink=settings.brand_ink,
        logo=LOGO if pictures else None,
    )
    return Letter(
        to=to,
        subject=subject,
        text="\n\n".join(part for part in (body, closing, "\n".join([RULE, *below]) if below else "") if part),
        html=as_html(page),
        thread=f"{case.number}/{whose}" if case else None,
        opens_thread=case is not None and case.opens_thread,
        pictures=pictures,
        attachments=tuple(attachments),
    )


def with_number(subject: str, case: Case | None) -> str:
    """A subject with the number of the case, which is not cut off."""
    if case is None:
        return in_one_line(subject)
    number = f" [{case.number}]"
    return in_one_line(subject, MOST_IN_SUBJECT - len(number)) + number


def closing_of(language: Language, settings: Settings) -> str:
    """How a mail to a customer ends."""
    return settings.mail_closing or say(language, "letter.closing", {"brand": settings.brand_name})


def logo_of(settings: Settings) -> tuple[Attachment, ...]:
    """The brand's picture, where mail programs show it; one that is gone meanwhile is left out."""
    path, media_type = settings.brand_logo, settings.brand_logo_type
    if path is None or media_type is None or media_type == NOT_SHOWN:
        return ()
    try:
        return (Attachment(LOGO, media_type, path.read_bytes()),)
    except OSError:
        return ()
