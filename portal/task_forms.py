"""What each type of task needs to be decided, as forms show it: `GET /task-types`."""

from typing import Any, Literal

from catalogue.texts import known, say
from portal.schemas import DecisionChoice, TaskTypeItem, TaskTypes
from states.chart.task_types import TASK_TYPES, TaskType

MAY_TAKE_A_DAY = ("perform", "support_ticket", "surplus")
"""Types of which some tasks take a day: one that was booked on another, or was agreed."""


def task_types(language: str) -> dict[str, Any]:
    """Every type, in the order of the contract's table."""
    items = tuple(item_of(type_, language) for type_ in TASK_TYPES.values())
    return TaskTypes(items=items).model_dump(mode="json")


def item_of(type_: TaskType, language: str) -> TaskTypeItem:
    """One type."""
    every = "*" in type_.needs_note
    return TaskTypeItem(
        type=type_.type,
        label=label_of("task_type", type_.type, language),
        decisions=tuple(
            DecisionChoice(
                decision=name,
                label=label_of("decision", name, language),
                note_needed=every or name in type_.needs_note,
            )
            for name in type_.decisions
        ),
        at=at_of(type_),
        at_form=type_.at_form,
        note_needed=every,
        proof_needed=type_.needs_proof,
        rejected_as=next((name for name, event in type_.decisions.items() if event == type_.rejected), None),
    )


def at_of(type_: TaskType) -> Literal["needed", "optional"] | None:
    """Whether a confirmation names a day or a moment."""
    if "at" in type_.needs:
        return "needed"
    return "optional" if type_.type in MAY_TAKE_A_DAY else None


def label_of(namespace: str, name: str, language: str) -> str:
    """What people call it."""
    key = f"{namespace}.{name}"
    return say(language, key) if known(key) else name
