"""The shapes of what the portal answers and takes, beside the status document (docs/contract.md, Portal)."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StringConstraints

from activities.sql.freezes import Freeze
from states.model.base import Amount, Identifier, LongText, Moment, ShortText, Value, as_number
from states.model.bulk import MOST_TASKS, BulkAct, BulkState, LineState
from states.model.consequence import Consequence
from states.model.facts import CostEffect
from states.model.receipts import ReceiptEvent
from states.model.record import Language
from states.model.request import ConfirmTask, RejectTask
from states.model.sent_mails import SentMail
from states.model.status import CancellationItem, Status, TaskEntry, WaitingFor
from states.views.audience import FIELDS
from states.views.outlook import Timing
from states.views.preview import Preview


class ProblemDocument(BaseModel):
    """RFC 9457, with the code of the contract's table, the rule, what is possible now, and how the run stands."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    rule: str | None
    enabled: tuple[str, ...]
    current: Status | None
    language: Language | None = Field(default=None, description="That of `detail`")


class CloudEventDocument(BaseModel):
    """A CloudEvent in structured mode."""

    model_config = ConfigDict(extra="allow")

    specversion: str = Field(pattern=r"^1\.0$")
    type: str = Field(pattern=r"^jtl\.cancellation\.[a-z]+(-[a-z]+)*\.v1$")
    source: str = Field(min_length=1)
    id: str = Field(min_length=1)
    subject: str | None = None
    time: Moment | None = None
    datacontenttype: str | None = None
    data: dict[str, Any]


class LicenceAnswer(Value):
    """A licence, and what its end would do: `text` says it, `rule` why. `kind` and `subject`: the request that ends it;
    `kind` is None where no process here does."""

    licence: str
    kind: str | None
    subject: str
    product: str
    label: str
    term_ends: date | None
    effect: CostEffect
    rule: str
    text: str
    running: str | None


class LicencesAnswer(Value):
    """The customer's licences."""

    customer: str
    licences: tuple[LicenceAnswer, ...]


class Deadline(Value):
    """An order placed before `order_by` takes effect at `effective_at`; the days are those in `TIME_ZONE`."""

    timing: Timing | None = Field(description="What decides when it ends; null where it cannot be ended here")
    timing_text: str | None
    order_by: Moment | None = Field(description="The first moment that is too late; null where no notice is known")
    order_by_day: date | None = Field(description="The last day in time")
    last_day_unclear: bool = Field(description="Whether the sources leave open if that day itself is in time (X1)")
    effective_at: Moment | None
    effective_day: date | None


class RunningItem(Value):
    """An open run, as far as it has shown itself: just begun, it has no state yet."""

    workflow_id: str
    kind: str
    subject: str
    label: str
    state: str | None
    state_text: str
    waiting_for: tuple[WaitingFor, ...]
    order_by_day: date | None
    effective_day: date | None


class TargetChoice(Value):
    """A target with what people call it."""

    target: int | str
    label: str


class BoardItem(Deadline):
    """Something that the customer has: what its end would mean, until when it may be ordered, from when it would hold.

    Dates of what has targets are judged by the first of them.
    """

    kind: str | None = Field(description="Null where no process here ends it")
    subject: str
    licence: str | None
    product: str
    product_label: str
    label: str
    price_per_month: Amount | None
    currency: str
    effect: CostEffect
    rule: str
    text: str
    can_be_ended_here: bool
    where_instead: str | None
    next: Deadline | None = Field(description="What an order placed after the deadline would give; null without one")
    term_ends: date | None
    targets: tuple[TargetChoice, ...] = Field(description="The next lower one first")
    saving_per_month: Amount | None = Field(description="Null where one of both prices is not known")
    running: RunningItem | None


class Total(Value):
    """What the customer pays a month, as far as prices are known; `unknown`: of how many items none is known."""

    price_per_month: Amount
    currency: str
    unknown: int


class Board(Value):
    """Everything that a customer has, whether or not its end was requested."""

    customer: str
    name: str
    language: Language = Field(description="That of the texts")
    as_of: Moment
    total: Total
    items: tuple[BoardItem, ...]
    others: tuple[RunningItem, ...] = Field(description="Open runs about nothing that is in the record (any more)")


class ReceiptAnswer(Value):
    """A receipt: its document, the hash by which the next one names it, and the JWS of exactly this document."""

    number: int
    event: ReceiptEvent
    title: str
    issued_at: Moment
    sha256: str
    document: dict[str, Any]
    jws: str


class ReceiptsAnswer(Value):
    """The receipts of a case in their order: what `cancellations verify` reads."""

    workflow_id: str
    items: tuple[ReceiptAnswer, ...]


class KeySet(Value):
    """A JWK set."""

    keys: tuple[dict[str, str], ...]


RemindBefore = Annotated[Literal[1, 3, 7, 14], BeforeValidator(as_number)]
"""Days before at which a calendar may remind."""


class Calendar(Value):
    """A customer's calendar feed; `since` is null where there is none."""

    customer: str
    since: Moment | None = Field(description="When its address was made; null where there is none")
    remind_before: int | None = Field(description="Days before each day at which it reminds; null: it does not")
    url: str | None = Field(description="The address, in the answer to the call that made it alone")


class CalendarChange(Value):
    """What is to become of the feed; what is not said stays as it is."""

    renew: StrictBool = Field(default=False, description="Make another address; the former one then ends")
    remind_before: RemindBefore | None = None


class Counted(Value):
    """How many there are in all: counted to 10,000, of more it is only known that they are more."""

    total: int
    total_is_at_least: Literal[True] | None = Field(
        default=None, description="Only where there are more: `total` is 10000 then, and nobody counts further"
    )


class ListedCancellation(CancellationItem):
    """An item of the list."""

    label: str = Field(description="What is ended, as people call it")
    state_text: str


class CancellationPage(Counted):
    """A page; `next` is the `cursor` of the following one."""

    items: tuple[ListedCancellation, ...]
    next: str | None


def without_operators_fields(schema: dict[str, Any]) -> None:
    """Say of what is an operator's that customers do not get it."""
    own = [name for name, whose in FIELDS[SentMail].items() if whose == "operators"]
    schema["required"] = [name for name in schema["required"] if name not in own]
    for name in own:
        schema["properties"][name]["description"] = "For operators only"


class MailItem(SentMail):
    """A mail that went out, in the words in which it did."""

    model_config = ConfigDict(json_schema_extra=without_operators_fields)


class MailPage(Counted):
    """A page of mails that went out, the newest first; `next` is the `cursor` of the following one."""

    items: tuple[MailItem, ...]
    next: str | None


class TaskItem(TaskEntry):
    """A task with the run that it belongs to, how urgent it is and who has it."""

    id: str
    workflow_id: str
    kind: str
    customer: str
    customer_name: str | None = Field(description="As our record has it; null where it cannot be read at once")
    label: str = Field(description="What is ended")
    opened_at: Moment
    waiting_for: Literal["operator", "third_party"] = Field(
        description="`third_party`: the customer has still to hand in a proof, and nobody here has anything to decide"
    )
    urgency: Literal["overdue", "deadline", "waiting"] = Field(
        description="`deadline`: a customer's deadline within seven days depends on it"
    )
    deadline: Moment | None = Field(description="The customer's deadline that depends on it")
    claimed_by: str | None
    claimed_at: Moment | None


class TaskPage(Counted):
    """A page of the work list; `next` is the `cursor` of the following one."""

    as_of: Moment = Field(description="When the list stood so: all pages show its order as of then")
    items: tuple[TaskItem, ...]
    next: str | None


class TaskClaim(Value):
    """Who has a task, and since when."""

    by: str
    at: Moment


class TaskComment(Value):
    """What an operator said of the case, at one of its tasks."""

    at: Moment
    by: str
    text: str
    task: str


class TaskStep(Value):
    """A step of the click path that is done; `step` is its number, from 1."""

    step: int
    by: str
    at: Moment


class TaskDetails(TaskItem):
    """A task as the work list has it, also one that has been decided, with what operators noted beside it."""

    instructions_language: Language = Field(
        description="The one asked for, while the task is open and its run answers; else the customer's"
    )
    open: bool
    ticket: str | None
    claim: TaskClaim | None
    comments: tuple[TaskComment, ...] = Field(description="Of the whole case, the latest 200")
    steps_done: tuple[TaskStep, ...]


class TaskCount(Value):
    """The open tasks of a type, by how long they have been open."""

    type: str
    total: int
    today: int
    three_days: int = Field(description="Opened in the two days before today")
    week: int = Field(description="Opened in the four days before those")
    older: int


class DueCount(Value):
    """What operators have to decide, by when it must be done."""

    overdue: int
    today: int
    week: int = Field(description="In the six days after today")
    later: int
    undated: int


class TaskCounts(Value):
    """How many tasks are open. Each number is exact up to 10,000 (`up_to`), and one more means that there are more."""

    as_of: Moment
    types: tuple[TaskCount, ...] = Field(description="Of each type that has any")
    due: DueCount
    waiting: int = Field(description="What waits for a proof of the customer's")
    unclaimed: int
    mine: int = Field(description="Those of the operator who asks")


class Doing(BaseModel):
    """What an operator does about a task. `by` is the name of the operator's token where tokens are set."""

    model_config = ConfigDict(extra="forbid")

    by: ShortText | None = None


class HandOver(Doing):
    """Whose the task is to be."""

    to: ShortText


class Comment(Doing):
    """What is to be kept with the case. `id`: the same again is the same comment."""

    text: Annotated[LongText, Field(max_length=2000)]
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{8,64}$")] | None = None


class Step(Doing):
    """A step of the click path, and whether it is done."""

    step: Annotated[int, Field(ge=1, le=99, strict=True), BeforeValidator(as_number)]
    done: StrictBool = True


class DecisionChoice(Value):
    """A decision that a confirmation may carry, with what people call it."""

    decision: str
    label: str
    note_needed: bool


class TaskTypeItem(Value):
    """What a type of task needs to be decided. To reject one a note is needed always."""

    type: str
    label: str
    decisions: tuple[DecisionChoice, ...] = Field(description="Empty: it is confirmed without a decision")
    at: Literal["needed", "optional"] | None = Field(description="`optional`: some tasks of the type take one")
    at_form: Literal["day", "moment"]
    note_needed: bool = Field(description="By a confirmation without a decision")
    proof_needed: bool
    rejected_as: str | None = Field(description="The decision that a rejection of such a task is")


class TaskTypes(Value):
    """Every type of task."""

    items: tuple[TaskTypeItem, ...]


def addressed(schema: dict[str, Any]) -> None:
    """Say of `task`, as the last of the fields, that it is the one in the address."""
    task = schema["properties"].pop("task")
    schema["properties"]["task"] = task | {"description": "May be left out; otherwise the task in the address."}


class Confirmation(ConfirmTask):
    """An operator's confirmation. `by` is the name of the operator's token where tokens are set."""

    model_config = ConfigDict(json_schema_extra=addressed)

    by: ShortText | None = None  # type: ignore[assignment]


class Rejection(RejectTask):
    """An operator's rejection, with its reason."""

    model_config = ConfigDict(json_schema_extra=addressed)

    by: ShortText | None = None  # type: ignore[assignment]


TaskName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9._:-]{1,100}$")]


class BulkFilter(BaseModel):
    """The open tasks that are like that now, as `GET /tasks` lists them: all of one type."""

    model_config = ConfigDict(extra="forbid")

    type: str
    kind: str | None = None
    customer: Identifier | None = None
    claimed_by: ShortText | None = None
    unclaimed: StrictBool = False
    overdue: StrictBool = False
    waiting_for: str | None = None


class BulkRequest(BaseModel):
    """One decision on many tasks: `tasks` or `filter`, `confirm` or `reject`. `id`: the same again is the same one.
    `start` false: it is looked at and kept, and begins with `resume`."""

    model_config = ConfigDict(extra="forbid")

    id: str | None = Field(default=None, pattern=r"^[A-Za-z0-9-]{8,64}$")
    tasks: tuple[TaskName, ...] | None = Field(default=None, min_length=1, max_length=MOST_TASKS)
    filter: BulkFilter | None = None
    confirm: Confirmation | None = None
    reject: Rejection | None = None
    start: StrictBool = True


class BulkBy(BaseModel):
    """Who does it, where no operators' tokens are set; else the name of the token."""

    model_config = ConfigDict(extra="forbid")

    by: ShortText | None = None


class BulkActEntry(Value):
    """What was done to a bulk decision. `by` is null where it came to its end by itself."""

    at: Moment
    by: str | None
    act: Literal["prepared", "pause", "resume", "stop", "again", "done"]


class BulkItem(Value):
    """A bulk decision: what was decided, by whom, and how far it has come."""

    id: str
    workflow_id: str
    ui_url: str
    by: str
    type: str
    confirm: dict[str, Any] | None = Field(default=None, description="Only where the tasks are confirmed")
    reject: dict[str, Any] | None = Field(default=None, description="Only where they are rejected")
    created_at: Moment
    state: BulkState
    total: int
    decided: int
    proposed: int = Field(description="Decided by one, where a second person must decide too")
    failed: int
    left: int = Field(description="Not sent, since it was stopped")
    waiting: int
    possible: tuple[BulkAct, ...]
    acts: tuple[BulkActEntry, ...]


class BulkLineAnswer(Value):
    """A task of it. `text`: why it failed, in the caller's language; `detail`: as the run said it."""

    number: int
    task: str
    workflow_id: str
    customer: str
    state: LineState
    at: Moment | None
    code: str | None
    rule: str | None
    text: str | None
    detail: str | None
    first: dict[str, Any] | None = Field(description="Who was faster: by, at, note")


class BulkLines(Value):
    """A page of its lines; `next` is the `cursor` of the following one."""

    items: tuple[BulkLineAnswer, ...]
    next: str | None


class CustomerTasks(Value):
    """How many of the tasks are a customer's."""

    customer: str
    tasks: int


class BulkAnswer(BulkItem):
    """The same with its lines, and whose tasks they are: ten customers, the most frequent first."""

    customers: tuple[CustomerTasks, ...]
    more_customers: bool
    closed: int = Field(description="Before it begins: how many of the tasks are not open any more")
    lines: BulkLines


class BulkRefused(Value):
    """Why some of them would be refused."""

    code: str
    text: str | None
    tasks: int


class BulkComesTo(Value):
    """How the runs of some of them would stand."""

    state: str
    state_text: str
    effective_day: date | None
    tasks: int


class BulkConsequence(Value):
    """What it would do, asked of some of its tasks (`looked_at`): nothing has changed."""

    looked_at: int
    refused: tuple[BulkRefused, ...]
    comes_to: tuple[BulkComesTo, ...]
    needs_second: int = Field(description="How many would wait for a second person")
    freeze: Freeze | None = Field(description="The freeze that stands: what is asked for is done when it ends")


class PreviewDocument(Preview):
    """What would happen (`POST /previews`)."""

    at_rest: str | None = Field(
        description="While all effects are frozen, of what would be ordered now: that it counts, and is done afterwards"
    )


class BulkPage(Counted):
    """A page of bulk decisions, the newest first; `next` is the `cursor` of the following one."""

    items: tuple[BulkItem, ...]
    next: str | None


class AskedConsequence(BaseModel):
    """A decision that is weighed and not sent: just one of them."""

    model_config = ConfigDict(extra="forbid")

    confirm: Confirmation | None = None
    reject: Rejection | None = None


class ComingMail(Value):
    """A mail that would go out, in the words in which it would."""

    to: Literal["customer", "operators", "other_customer"]
    subject: str
    text: str


class ConsequenceDocument(Consequence):
    """How the run would stand, and who would hear of it. `refused`: why it would not be taken; nothing would change."""

    mails: tuple[ComingMail, ...]  # type: ignore[assignment]
    freeze: Freeze | None = Field(description="The freeze that stands: what the decision asks for is done when it ends")


OPEN: dict[str, Any] = {
    "anyOf": [
        {"const": "board"},
        *(
            {"type": "object", "properties": fields, "required": list(fields), "additionalProperties": False}
            for fields in (
                {"licence": {"type": "string"}},
                {"run": {"type": "string"}},
                {"kind": {"type": "string"}, "subject": {"type": "string"}},
            )
        ),
        {"type": "null"},
    ]
}
"""What a link may lead to."""


class CustomerSession(BaseModel):
    """A link that a portal asks for. `language`: the customer's own unless given; `open`: to the board unless given."""

    model_config = ConfigDict(extra="forbid")

    customer: Identifier
    language: Language | None = None
    return_url: str | None = Field(default=None, max_length=1000)
    open: Any = Field(default=None, json_schema_extra=OPEN)


class SessionLink(BaseModel):
    """A link, and until when it may be entered."""

    url: str
    expires_at: Moment


class Health(Value):
    """That a program answers, and what it could reach."""

    status: str
    temporal: str | None = None
    worker: str | None = None
    database: str | None = None
    mail: str | None = None
    frozen: bool | None = None
    notices: str | None = None
    off: tuple[str, ...] = ()
