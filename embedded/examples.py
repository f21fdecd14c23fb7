"""The examples as they stand in `examples/`: customers, and for each kind what they ask for and decide.

`customers.jsonl` is a file as the command line loads it. `<kind>.toml` holds the kind's `runs`, each with its
`request` (without kind and `by`), the `steps` that follow it, in the form of `docs/conversations`, and how it `stands`
afterwards in automatic mode; and `customers` of its own, where it needs any.
"""

import json
import sys
import tomllib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from portal.event_types import event_type
from states.kinds.registry import KINDS

ROOT = Path(__file__).resolve().parent.parent
PLACED_ON = 8
"""The day of last month on which a past order was placed: in time for this month's first in any month (D1)."""
AHEAD = timedelta(days=45)
"""So far ahead a term ends at least, whenever the examples are loaded."""
DAYS = ("term_ends", "ends", "effective_on")
"""The fields whose day is moved."""

Document = dict[str, Any]


class ExampleStanding(BaseModel):
    """How a run stands when its events have been played. `tasks`: the types of those open, in alphabetical order."""

    model_config = ConfigDict(extra="forbid")

    state: str
    waiting_for: list[str] = []
    tasks: list[str] = []
    refusal: str | None = None


class Example(BaseModel):
    """One run of the examples. `placed`: when all of it happened, up to now or one morning of last month."""

    model_config = ConfigDict(extra="forbid")

    kind: str
    placed: Literal["now", "last month"] = "now"
    request: Document
    steps: list[Document] = []
    stands: ExampleStanding

    @property
    def workflow_id(self) -> str:
        """The run that the request makes."""
        return f"{self.kind}/{self.request['customer']}/{self.request['subject']}"


class Event(BaseModel):
    """Something to play. `answer`: the status of the final answer, once there was one.

    `type`: of the portal event that a customer sends, or `confirm` or `reject`, an operator's decision on the open
    task whose type `data.task` names.
    """

    id: str
    type: str
    subject: str | None = None
    time: datetime
    data: Document
    answer: int | None = None


def folder() -> Path:
    """Where the examples are: beside the sources, or where the distribution put them."""
    beside = ROOT / "examples"
    return beside if beside.is_dir() else Path(sys.prefix) / "share" / "cancellations" / "examples"


def document_of(kind: str) -> Document:
    """What is written down for a kind, or nothing."""
    path = folder() / f"{kind}.toml"
    return tomllib.loads(path.read_text(encoding="utf-8")) if path.exists() else {}


def customers(today: date) -> list[Document]:
    """Every example customer, with terms that lie ahead."""
    lines = (folder() / "customers.jsonl").read_text(encoding="utf-8").splitlines()
    records = [json.loads(line) for line in lines]
    records += [record for kind in KINDS for record in document_of(kind).get("customers", ())]
    return [in_time(record, today) for record in records]


def examples(today: date) -> list[Example]:
    """Every example run, in the order of the registry. Raises `ValidationError` for one that is wrongly written."""
    runs = [run | {"kind": kind} for kind in KINDS for run in document_of(kind).get("runs", ())]
    return [Example.model_validate(in_time(run, today)) for run in runs]


def in_time(value: Any, today: date) -> Any:
    """The same record, with each term's end moved on by whole years until it lies ahead."""
    if isinstance(value, list):
        return [in_time(item, today) for item in value]
    if not isinstance(value, dict):
        return value
    return {
        name: moved_on(date.fromisoformat(entry), today).isoformat()
        if name in DAYS and entry
        else in_time(entry, today)
        for name, entry in value.items()
    }


def moved_on(day: date, today: date) -> date:
    """The day, or the same in a later year (28 February for the 29th)."""
    while day < today + AHEAD:
        day = day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else date(day.year + 1, 2, 28)
    return day


def events(now: datetime, zone: str, oldest: timedelta) -> list[Event]:
    """The events with their times: a minute apart, up to now, or one morning of last month.

    What the portal would not take, since it is older than `oldest`, happens now as well.
    """
    local = now.astimezone(ZoneInfo(zone))
    morning = (local.replace(day=1) - timedelta(days=1)).replace(day=PLACED_ON, hour=9, minute=0)
    runs = examples(now.date())
    first = local - timedelta(minutes=sum(1 + len(run.steps) for run in runs))
    played: list[Event] = []
    for run in runs:
        begin = morning if run.placed == "last month" and now - morning < oldest else first
        moments = (begin + timedelta(minutes=len(played) + number) for number in range(1 + len(run.steps)))
        played += events_of(run, [moment.astimezone(UTC).replace(microsecond=0) for moment in moments])
    return played


def events_of(run: Example, moments: list[datetime]) -> list[Event]:
    """The request of a run and its steps, each at its moment."""
    name, user = run.workflow_id.replace("/", "-"), f"portal-user-{run.request['customer']}"
    request = {"kind": run.kind, **run.request, "by": user}
    events = [Event(id=f"example-{name}-0", type=event_type("requested"), time=moments[0], data=request)]
    for number, (step, moment) in enumerate(zip(run.steps, moments[1:], strict=True), 1):
        decision = next((decision for decision in ("confirm", "reject") if decision in step), None)
        data = {"by": "operator", "task": step[decision]} if decision else {"by": user}
        events.append(
            Event(
                id=f"example-{name}-{number}",
                type=decision or event_type(step["send"]),
                subject=run.workflow_id,
                time=moment,
                data=data | step.get("with", {}),
            )
        )
    return events
