"""What a status document says for people beside its codes: labels, sentences, calendar days.

What is ended is called by its product's label with its number, as everywhere in a run (`states.model.names`); where
the document leaves for a person, the name in our record takes its place (`activities.names`).
"""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from states.chart.task_types import TASK_TYPES
from states.kinds.registry import KINDS
from states.model.base import day_of
from states.model.memory import Memory
from states.model.status import Status
from states.model.texts import Say

INWARD = frozenset(name for name, type_ in TASK_TYPES.items() if type_.inward)
"""What operators ask among themselves: no customer is told that it is awaited."""
OPERATORS_DO = frozenset(
    {"proof", *(name for name, type_ in TASK_TYPES.items() if type_.waits_for == "operator" and not type_.inward)}
)
"""What operators are awaited for, each with a sentence of its own, `waits.<name>`: task types, and a proof to check."""


CODES = ("kind", "target", "state", "being_booked", "waiting_for", "enabled", "effective_at", "order_by")
"""The fields from which the texts are made."""


def label_of(memory: Memory, say: Say, language: str) -> str:
    """What is ended: the edition or package that the customer has, the licence, else what the subject stands for."""
    request, check = memory.request, memory.check
    called, current = (check.called, check.current) if check else (None, None)
    return subject_label(say, language, request.kind, request.subject, called=called, current=current)


def subject_label(
    say: Say, language: str, kind: str, subject: str, *, called: str | None = None, current: int | str | None = None
) -> str:
    """The same of what is known: `called` of a licence, `current` of an edition or a package."""
    values = {"kind": kind, "subject": ended_subject(kind, subject), "called": called, "current": current}
    return say(language, "about.label", values)


def ended_subject(kind: str, subject: str) -> str:
    """What the subject names: of a revocation that passed to a slip, `<kind>.<subject>`, the latter (X11)."""
    passed_on, _, its_subject = subject.partition(".")
    return its_subject if kind == "misclick" and its_subject and passed_on in KINDS else subject


def texts_of(
    say: Say,
    language: str,
    zone: str,
    *,
    kind: str,
    target: int | str | None,
    state: str,
    waiting_for: Iterable[str],
    effective_at: datetime | None,
    order_by: datetime | None,
    being_booked: bool = False,
    enabled: Iterable[str] = (),
    awaited: Iterable[str] = (),
    frozen: bool = False,
) -> dict[str, Any]:
    """The fields for people but `label`, by name. `enabled`: what the customer could do. `awaited`: the open tasks'
    types, `proof` for one to be checked. `frozen`: while it waits for the system, that is for the end of a freeze.
    """
    values = {"kind": kind, "target": target, "state": state, "zone": zone}
    moments = {"effective_at": effective_at, "order_by": order_by}
    values |= {name: moment.isoformat() if moment else None for name, moment in moments.items()}
    keys = waits(state, waiting_for, awaited, enabled)
    keys = ["frozen" if frozen and key == "system" else key for key in keys]
    sentences = [say(language, f"waits.{key}", values) for key in keys]
    return {
        "state_text": state_text(say, language, kind, state, being_booked),
        "target_text": None if target is None else say(language, "about.target", values),
        "waiting_text": " ".join(sentences) or None,
        "effective_day": day_of(effective_at, zone) if effective_at else None,
        "order_by_day": last_day_before(order_by, zone) if order_by else None,
    }


def state_text(say: Say, language: str, kind: str, state: str, being_booked: bool = False) -> str:
    """A state of a run in words. `being_booked`: in `order`, that it has been placed."""
    return say(language, f"state.{state}", {"kind": kind, "being_booked": being_booked})


def waits(state: str, waiting_for: Iterable[str], awaited: Iterable[str], enabled: Iterable[str]) -> list[str]:
    """The sentences that say for whom or what a run waits, by their keys under `waits.`."""
    keys: list[str] = []
    for whom in waiting_for:
        if whom == "customer":
            # What could not be clarified can be asked about again, and not be submitted (X5).
            unclear = state == "order" and "place_order" not in enabled
            keys.append("customer_unclear" if unclear else f"customer_{state}")
        elif whom == "operator":
            told = dict.fromkeys(name for name in awaited if name in OPERATORS_DO)
            keys += told or (() if INWARD.intersection(awaited) else ("operator",))
        else:
            keys.append(whom)
    return keys


def last_day_before(moment: datetime, zone: str) -> date:
    """The last calendar day before a moment that is exclusive."""
    return day_of(moment - timedelta(microseconds=1), zone)


def in_words(document: Status, say: Say, language: str, zone: str, **changes: Any) -> Status:
    """A document with these fields, of which no run says the texts: they are made from its codes."""
    fields: Mapping[str, Any] = document.model_dump() | changes
    named = {name: fields[name] for name in CODES}
    texts = texts_of(say, language, zone, **named)
    if document.label == document.subject:
        texts["label"] = subject_label(say, language, document.kind, document.subject)
    return Status.model_validate({**fields, **texts, "language": language})
