"""The shapes of what is found, and of all that is known of a case or a customer (docs/contract.md, Cases)."""

from pydantic import Field

from portal.schemas import Board, CancellationPage, ListedCancellation, MailPage, ReceiptAnswer, TaskComment, TaskItem
from states.model.base import Moment, Value
from states.model.receipts import ReceiptEvent
from states.model.record import Language
from states.model.status import Status


class FoundCustomer(Value):
    """A customer that was found."""

    customer: str
    name: str


class FoundTask(TaskItem):
    """A task that was found: an item of the work list, open or not any more."""

    open: bool


class Found(Value):
    """What was found, of each the first twenty."""

    q: str = Field(description="What was looked for, as it was read")
    customers: tuple[FoundCustomer, ...]
    cases: tuple[ListedCancellation, ...] = Field(description="Open ones first, then the newest")
    tasks: tuple[FoundTask, ...]


class CaseFile(Value):
    """All that is known of a case."""

    status: Status
    customer_name: str | None
    tasks: tuple[FoundTask, ...] = Field(description="The open ones, and those about mails that could not be delivered")
    comments: tuple[TaskComment, ...] = Field(description="What operators have noted, the latest 200")
    receipts: tuple[ReceiptAnswer, ...]
    mails: MailPage = Field(description="The last 50; `GET /cancellations/{workflow_id}/mails` goes on")
    runs: tuple[ListedCancellation, ...] = Field(description="All of this subject: the open one, then the newest")


class CustomerReceipt(Value):
    """A receipt of one of a customer's cases."""

    workflow_id: str
    run_id: str
    number: int
    event: ReceiptEvent
    issued_at: Moment


class CustomerFile(Value):
    """All that is known of a customer."""

    customer: str
    name: str
    mail: str | None = Field(description="One address, or several with a comma between")
    language: Language
    board: Board
    cases: CancellationPage = Field(description="The first 50; `GET /cancellations?customer=` goes on")
    receipts: tuple[CustomerReceipt, ...] = Field(description="The last 50")
    mails: MailPage = Field(description="The last 50; `GET /customers/{customer}/mails` goes on")
    tasks: tuple[FoundTask, ...] = Field(description="The open ones, the most urgent first")
