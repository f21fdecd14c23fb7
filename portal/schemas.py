"""The shapes of what the portal answers and takes, beside the status document (docs/contract.md, Portal)."""

from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from states.model.base import Moment, ShortText, Value
from states.model.facts import CostEffect
from states.model.request import ConfirmTask, RejectTask
from states.model.status import CancellationItem, Status, TaskEntry


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


class CloudEventDocument(BaseModel):
    """A CloudEvent in structured mode."""

    model_config = ConfigDict(extra="allow")

    specversion: str = Field(default="1.0", pattern=r"^1\.0$")
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


class Counted(Value):
    """How many there are in all: counted to 10,000, of more it is only known that they are more."""

    total: int
    total_is_at_least: Literal[True] | None = Field(
        default=None, description="Only where there are more: `total` is 10000 then, and nobody counts further"
    )


class CancellationPage(Counted):
    """A page; `next` is the `cursor` of the following one."""

    items: tuple[CancellationItem, ...]
    next: str | None


class TaskItem(TaskEntry):
    """A task with the run that it belongs to."""

    id: str
    workflow_id: str
    kind: str
    customer: str


class TaskPage(Counted):
    """A page of the work list; `next` is the `cursor` of the following one."""

    items: tuple[TaskItem, ...]
    next: str | None


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


class Health(Value):
    """That a program answers, and what it could reach."""

    status: str
    temporal: str | None = None
    worker: str | None = None
    database: str | None = None
    mail: str | None = None
    off: tuple[str, ...] = ()
