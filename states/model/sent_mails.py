"""A mail that went out, as it is kept and answered (docs/contract.md, Mails)."""

from typing import Literal

from states.model.base import Moment, Value
from states.model.record import Language

Reader = Literal["customer", "operators", "other_customer"]
"""To whom a mail of a run goes: its customer, the vendor's people, or the customer to whom something moves (MOV1)."""


class SentMail(Value):
    """A mail that a mail server has taken, in the words in which it went out.

    `workflow_id`, `run_id`, `case_number`: the run that sent it, and the part that asked for it. `customer`: whom it
    went to; of one to operators, whom it is about. `text` is the whole, with closing and particulars; `attachments`
    names the files that went with it.
    """

    workflow_id: str
    run_id: str
    case_number: str
    customer: str
    to: Reader
    addresses: tuple[str, ...]
    language: Language
    template: str
    subject: str
    text: str
    attachments: tuple[str, ...]
    message_id: str
    sent_at: Moment
