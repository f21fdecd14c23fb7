"""The mails of runs: made when they are sent, and kept in their words when they are out."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, NamedTuple

from activities.adapters import Adapters
from activities.mail.frame import Case, framed
from activities.mail.headers import in_one_line, readable
from activities.mail.messages import addressee, link_of, mail_to, send_letter
from activities.mail.words import words_of
from activities.ports import Attachment, Letter, TakenMail
from activities.receipts.printed import file_name, pdf_of
from activities.sql.freezes import Held
from catalogue.loader import Catalogues
from settings import Settings
from states.model.effects import Notify, Step
from states.model.facts import Undelivered
from states.model.names import case_number
from states.model.record import Language
from states.model.sent_mails import Reader, SentMail

READERS: dict[str, Reader] = {"customer": "customer", "operator": "operators", "other_customer": "other_customer"}
SENT_BEFORE = "sent_before"
"""Why no mail goes out that has gone out already."""


class ToSend(NamedTuple):
    """A mail that is to go out."""

    letter: Letter
    language: Language


class NoMail(NamedTuple):
    """That none is to go out, why, and what the run is answered."""

    why: str
    answer: Undelivered | None = None


@dataclass(frozen=True)
class MailDesk:
    """Makes the mails of runs over the adapters, sends them, and keeps what went out."""

    adapters: Adapters
    catalogues: Catalogues
    settings: Settings

    def made(self, step: Step, effect: Notify, held: Held) -> ToSend | NoMail:
        """The mail of a step; none where it is out already, or there is nobody to write to. Blocks.

        Raises `Frozen` for a mail that leaves the house. Operators decide in a freeze as ever, so that their own mails
        go on.
        """
        freezes = self.adapters.freezes
        with self.adapters.database.read():
            if self.adapters.sent_mails.is_sent(step.key):
                return NoMail(SENT_BEFORE)
            if effect.to == "operator" or freezes.standing() is None:
                return self.letter_of(step, effect)
        frozen = freezes.hold(held)
        if frozen is not None:
            raise frozen
        return self.letter_of(step, effect)  # released meanwhile

    def letter_of(self, step: Step, effect: Notify) -> ToSend | NoMail:
        """What it says, and to whom."""
        whose = addressee(step, effect)
        record, former_names = self.adapters.records.with_former_names(whose)
        if record is None and effect.to != "operator":
            return NoMail("unknown_customer")
        to, language = mail_to(effect, record, self.settings)
        if not to.usable:
            missing = Undelivered(why="wrong_address" if to.wrong else "no_address")
            return NoMail(missing.why, missing)
        link = link_of(step, effect, self.settings)
        text = words_of(step, effect, record, former_names, self.catalogues, self.settings, link)
        case = Case(step.case, effect.opens_thread) if step.case else None
        attachments = self.attachments_of(step)
        letter = framed(
            text, to.usable, language, self.settings, link=link, case=case, whose=effect.to, attachments=attachments
        )
        return ToSend(letter, language)

    def attachments_of(self, step: Step) -> tuple[Attachment, ...]:
        """The receipt that goes with a mail, to keep and to check; none where it could not be issued yet."""
        receipt = self.adapters.issued_receipts.of_key(step.receipt) if step.receipt else None
        if receipt is None:
            return ()
        return (
            Attachment(file_name(receipt, "pdf"), "application/pdf", pdf_of(receipt, self.settings)),
            Attachment(file_name(receipt, "jws"), "application/jose", receipt.jws.encode()),
        )

    async def send(self, step: Step, effect: Notify, mail: ToSend, log: Any) -> Undelivered | None:
        """Send a mail, and keep it once it is out; answers why it could not be delivered, where that is so.

        No transaction waits for a mail server: what is kept is a transaction of its own, behind the sending. Where it
        fails, so does this, and the mail goes out again under the same message ID (`activities.sql.sent_mails`). Raises
        `Unavailable`, `Misconfigured`.
        """
        sent = await send_letter(self.adapters.mail, step.key, mail.letter, log)
        if isinstance(sent, Undelivered):
            return sent
        kept = as_sent(step, effect, mail, sent)
        await self.adapters.database.in_thread(self.adapters.sent_mails.keep, step.key, kept)
        return None


def as_sent(step: Step, effect: Notify, mail: ToSend, taken: TakenMail) -> SentMail:
    """What is kept of a mail that has just gone out, as whoever got it reads it."""
    return SentMail(
        workflow_id=step.workflow_id,
        run_id=step.run_id,
        case_number=step.case or case_number(step.workflow_id, step.run_id),
        customer=addressee(step, effect),
        to=READERS[effect.to],
        addresses=taken.addresses,
        language=mail.language,
        template=effect.template,
        subject=in_one_line(mail.letter.subject),
        text=readable(mail.letter.text),
        attachments=tuple(in_one_line(file.name) for file in mail.letter.attachments),
        message_id=taken.message_id,
        sent_at=datetime.now(UTC),
    )
