"""A task as the work list and the notices show it: with the names of our record.

Apart from the calls about tasks, since workers tell of tasks too, and need no web framework for that.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Protocol

from activities.adapters import Adapters
from activities.names import Names
from activities.sql.work_list import WorkItem
from catalogue.loader import Catalogues
from catalogue.quoting import one_line
from catalogue.texts import say
from portal.schemas import TaskItem
from settings import Settings
from states.model.names import case_of
from states.model.record import Customer
from states.views.labels import subject_label

Document = dict[str, Any]
KEPT = set(TaskItem.model_fields) - {"customer_name", "label"}
"""What an item says as a table of ours holds it; the rest is looked up for each page."""


class Recorded(Protocol):
    """What it takes to read our record."""

    @property
    def adapters(self) -> Adapters: ...
    @property
    def catalogues(self) -> Catalogues: ...
    @property
    def settings(self) -> Settings: ...


@dataclass(frozen=True)
class Known:
    """What our record says of a customer; nothing where it has no such customer, or cannot be read at once.

    `names`: of what has a number; no text of a run is searched for them.
    """

    record: Customer | None = None
    names: Names = field(default_factory=Names)


def read_known(portal: Recorded, customers: set[str]) -> Mapping[str, Known]:
    """What our record says of these customers, in one read. Blocks. Raises `AdapterError`."""
    records = portal.adapters.records.several(customers)
    return {
        customer: Known(record, Names(dict(former) | record.names())) for customer, (record, former) in records.items()
    }


def item_of(task: WorkItem, known: Known, language: str | None) -> Document:
    """A task as an item of the list; what is ended is said in a language, unless one is asked for the customer's."""
    record, case = known.record, case_of(task.workflow_id)
    spoken = language or (record.language if record else "de")
    subject = case.split("/", 2)[-1]
    about = {name: task.about.get(name) for name in ("called", "current")}
    named = {"kind": task.kind, "subject": subject, "label": subject_label(say, spoken, task.kind, subject, **about)}
    found = {
        "customer_name": one_line(record.name) if record else None,
        "label": known.names.label_in(named).get("label", named["label"]),
    }
    return task.model_dump(mode="json", include=KEPT) | {"workflow_id": case} | found
