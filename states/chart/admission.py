"""Whether a person's event can be taken: payload, what the person saw, and state. Pure; changes nothing.

Each function answers a `Refusal` with a code of docs/contract.md, 'refusals of an event', or None.
"""

from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from states.chart.amendments import asks_otherwise
from states.chart.dates import refusal_of_dates, refusal_of_doubts
from states.chart.excerpts import size
from states.chart.revocation import came_too_late
from states.chart.state_names import public_state
from states.chart.task_types import decisions_of, rejected_event, type_of
from states.chart.tasks import tasks_of
from states.chart.turn import Turn
from states.chart.unfilled import refusal_of_unfilled
from states.model.base import MOST_DETAILS, day_of
from states.model.facts import Check, Refusal, RunSettings
from states.model.memory import Memory, Task
from states.model.payload_errors import Fault, faults_of, readable
from states.model.request import (
    CUSTOMER_MESSAGES,
    Abandon,
    ConfirmTask,
    HandInProof,
    Message,
    OverrideSurplus,
    PlaceOrder,
    Reason,
    Reassign,
    RejectTask,
    Request,
    Sent,
)
from states.rules.effective_date import date_for, date_rule_of, effective_at
from states.rules.moments import bounds
from states.rules.notice import latest_choice
from states.rules.run_values import addon_decisions, surplus_rows
from states.rules.surplus_resolution import all_licences, resolved_flags

Shape = TypeVar("Shape", bound=BaseModel)

EMPTY: tuple[Any, ...] = (None, "", [], {})
"""What counts as no detail."""


def malformed(fault: str | list[Fault], rule: str = "contract", **values: Any) -> Refusal:
    """A payload that is wrong: `fault` is a key of the texts, or what is wrong with it field by field."""
    return Refusal(rule=rule, code="malformed", values={"fault": fault} | values)


def parse(shape: type[Shape], payloads: tuple[Any, ...]) -> Shape | Refusal:
    """The payload as its shape, or what is wrong with it, field by field."""
    if len(payloads) != 1:
        return malformed("fault.no_payload" if not payloads else "fault.several_payloads")
    try:
        return shape.model_validate(payloads[0])
    except ValidationError as error:
        return malformed(faults_of(error.errors()))
    except (RecursionError, ArithmeticError, ValueError, TypeError) as error:
        return malformed([{"field": None, "what": "other", "said": readable(str(error))}])


def enabled(possible: frozenset[str]) -> tuple[str, ...]:
    """Just the events that a customer could send now, in the order of the contract."""
    return tuple(event for event in CUSTOMER_MESSAGES if event in possible)


def ended(memory: Memory) -> Refusal:
    """The run is over."""
    return Refusal(rule="X11", code="ended", values={"state": public_state(memory.state)})


def not_possible(turn: Turn, event: str, rule: str = "contract") -> Refusal:
    """The state does not allow the event; says what it allows instead."""
    values = {"event": event, "state": public_state(turn.memory.state), "enabled": list(enabled(turn.possible()))}
    return Refusal(rule=rule, code="not_enabled", values=values)


def wrong_moment(memory: Memory, message: Sent) -> Refusal | None:
    """A moment that the message names must lie within the bounds of `time`, wherever it arrives (`MAX_EVENT_AGE`)."""
    return out_of_bounds(message, memory.now, memory.settings)


def wrong_as_sent(memory: Memory, message: Sent) -> Refusal | None:
    """What is wrong with a message whatever the run makes of it: its moment, or that it is a template unfilled."""
    return wrong_moment(memory, message) or refusal_of_unfilled(memory.settings, message)


def wrong_document(request: Request, settings: RunSettings, now: datetime) -> Refusal | None:
    """What is wrong with a `requested` document under the settings that it is requested under."""
    wrong = out_of_bounds(request, now, settings) or refusal_of_unfilled(settings, request)
    return wrong or unlisted_reason(request.reason, settings)


def unlisted_reason(reason: Reason | str | None, settings: RunSettings) -> Refusal | None:
    """A reason for leaving is one of the catalogue's list, or a person's own words; none is a condition of anything."""
    if not isinstance(reason, Reason) or reason.code in settings.reasons:
        return None
    return malformed("fault.reason", code=reason.code, known=list(settings.reasons))


def out_of_bounds(message: Sent, now: datetime, settings: RunSettings) -> Refusal | None:
    """`time` is neither older than `MAX_EVENT_AGE` nor more than five minutes ahead when the message first arrives."""
    if message.time is None:
        return None
    values = {"time": message.time.isoformat()}
    first, last = bounds(message, now, settings.max_event_age)
    if message.time < first:
        return malformed("fault.too_old", limit_at=first.isoformat(), **values)
    return malformed("fault.future_time", limit_at=last.isoformat(), **values) if message.time > last else None


def before_previous(memory: Memory, time: datetime | None) -> Refusal | None:
    """A customer's event is never before his previous one of this run."""
    if time is None or memory.last_customer_at is None or time >= memory.last_customer_at:
        return None
    return malformed("fault.before_previous", previous_at=memory.last_customer_at.isoformat())


# Customers.


def refusal_of_message(turn: Turn, event: str, message: Message) -> Refusal | None:
    """A customer's decision."""
    memory = turn.memory
    at = message.time or memory.now
    refusal = what_changed(memory, message, at) or before_previous(memory, message.time) or not_enabled(turn, event, at)
    if refusal is not None:
        return refusal
    if isinstance(message, PlaceOrder):
        return refusal_of_order(memory, message, at)
    if isinstance(message, OverrideSurplus):
        return refusal_of_override(memory, message)
    if isinstance(message, Reassign):
        return refusal_of_reassignment(memory, message)
    if isinstance(message, Abandon):
        return unlisted_reason(message.reason, memory.settings)
    if isinstance(message, HandInProof):
        return None if proof_task(memory, message) else unknown_task(message.task, tasks_of(memory, "third_party"))
    return None


def what_changed(memory: Memory, message: Message, at: datetime) -> Refusal | None:
    """`run_id`, `target` and `effective_at` as the person saw them must still hold (docs/contract.md, `changed`)."""
    changed = None
    if message.run_id is not None and message.run_id not in memory.run_ids:
        changed = "run_id"
    elif message.target is not None and message.target != memory.request.target:
        changed = "target"
    elif message.effective_at is not None:
        order = message if isinstance(message, PlaceOrder) else None
        date = effective_at(memory) if memory.order else date_for(memory, at, order)
        changed = "effective_at" if date != message.effective_at else None
    return Refusal(rule="contract", code="changed", values={"what": changed}) if changed else None


def not_enabled(turn: Turn, event: str, at: datetime) -> Refusal | None:
    """Whether the state allows a customer's event."""
    memory = turn.memory
    if event == "request_revocation" and came_too_late(memory, turn.traits, at):
        date = effective_at(memory)
        return Refusal(rule="X11", code="too_late", values={"effective_at": date.isoformat() if date else "-"})
    return None if event in turn.possible() else not_possible(turn, event)


def refusal_of_order(memory: Memory, message: PlaceOrder, at: datetime) -> Refusal | None:
    """Day chosen (X6), services (ED10), details (ADD1, ADD2, SHH2)."""
    check = memory.check
    if message.effective_on is not None:
        if date_rule_of(memory) != "moment":
            return malformed("fault.effective_on", "X6", why="not_included")
        today = day_of(at, memory.settings.zone)
        if message.effective_on <= today:
            return malformed("fault.effective_on", "X6", why="not_later")
        if message.effective_on > latest_choice(today):
            latest = latest_choice(today).isoformat()
            return malformed("fault.effective_on", "X6", why="too_far", latest=latest)
    services = check.optional_services if check else ()
    unknown = [service for service in message.optional_services if service not in services]
    if unknown:
        return malformed("fault.optional_service", "ED10", service=", ".join(unknown), known=list(services))
    details = {**(memory.request.details or {}), **(message.details or {})}
    if size(details) > MOST_DETAILS:
        return malformed([{"field": "details", "what": "large"}])
    strangers = unknown_addons(memory, details)
    if strangers:
        return malformed("fault.addons_unknown", "ADD2", addons=strangers)
    missing = details_missing(memory, details)
    if missing is None:
        return None
    rule, keys = missing
    return Refusal(rule=rule, code="details_missing", values={"missing": keys, "any": keys == ["details"]})


def details_missing(memory: Memory, details: dict[str, Any]) -> tuple[str, list[str]] | None:
    """Rule and keys of what the order's form still needs."""
    check = memory.check
    if check is None:
        return None
    lacking = form_lacks(check.details_needed, details)
    if lacking:
        return "SHH2" if "new_contract" in (check.details_needed or ()) else "ADD1", lacking
    decided = addon_decisions(details)
    undecided = [addon.licence for addon in check.addons if decided.get(addon.licence) not in ("end", "keep")]
    if undecided:
        return "ADD2", [f"addons.{number}" for number in undecided]
    common = without_addons(check, details)
    for addon in check.addons:
        own = details.get(addon.licence)
        given = common | own if isinstance(own, dict) else common
        if decided[addon.licence] == "end" and (lacking := form_lacks(addon.details_needed, given)):
            return "ADD1", lacking
    return None


def form_lacks(needed: tuple[str, ...] | None, details: dict[str, Any]) -> list[str]:
    """What a form still needs: the keys that it names, and any that are not empty; without a form nothing (ADD1)."""
    if needed is None:
        return []
    lacking = [key for key in needed if details.get(key) in EMPTY]
    return lacking or (["details"] if all(value in EMPTY for value in details.values()) else [])


def without_addons(check: Check, details: dict[str, Any]) -> dict[str, Any]:
    """Of a hosting's details those for the forms of all of its add-ons: neither the decisions nor one's own (ADD2)."""
    own = {"addons", *(addon.licence for addon in check.addons)}
    return {key: value for key, value in details.items() if key not in own}


def unknown_addons(memory: Memory, details: dict[str, Any]) -> list[str]:
    """The add-ons that the order decides about, and that are none of this contract."""
    if memory.request.kind != "hosting" or memory.check is None:
        return []
    known = {addon.licence for addon in memory.check.addons}
    return [number for number in addon_decisions(details) if number not in known]


def refusal_of_override(memory: Memory, message: OverrideSurplus) -> Refusal | None:
    """It must name every unresolved entry, and nothing that does not stand in the way (X2)."""
    entries = memory.check.surplus if memory.check else ()
    flags = resolved_flags(entries, (*memory.overridden, *message.licences))
    left = [entry for entry, resolved in zip(entries, flags, strict=True) if not resolved]
    if left:
        return malformed("fault.licences_missing", "X2", surplus=surplus_rows(left))
    named = {licence for entry in entries for licence in all_licences(entry)}
    unknown = [licence for licence in message.licences if licence not in named]
    return malformed("fault.licences_unknown", "X2", licences=unknown) if unknown else None


def refusal_of_reassignment(memory: Memory, message: Reassign) -> Refusal | None:
    """To the other of the two, and not to where the user is assigned already (WMU4)."""
    if memory.check and message.to == memory.check.current:
        return malformed("fault.reassign_same", "WMU4")
    return None if message.to in ("wms", "wms_mobile") else malformed("fault.reassign_to", "WMU4")


def proof_task(memory: Memory, message: HandInProof) -> Task | None:
    """The step at a third party that a proof is for."""
    return next((task for task in tasks_of(memory, "third_party") if task.task == message.task), None)


def refusal_of_request(turn: Turn, request: Request) -> Refusal | None:
    """A `requested` on an open run: the same target, or another one where the state allows it (X10)."""
    memory = turn.memory
    refusal = before_previous(memory, request.time)
    if refusal is not None:
        return refusal
    refusal = unlisted_reason(request.reason, memory.settings)
    if refusal is not None:
        return refusal
    if request.target == memory.request.target:
        ordered = memory.order is not None
        return not_possible(turn, "requested") if ordered and asks_otherwise(memory.request, request) else None
    standing = memory.standing
    if standing is None or request.target != standing.request.target:
        return None if "target_checked" in turn.possible() else not_possible(turn, "requested", "X10")
    possible = "abandon" in turn.possible() and not asks_otherwise(standing.request, request)
    return None if possible else not_possible(turn, "requested", "X10")


# Operators.


def task_meant(memory: Memory, name: str | None) -> Task | Refusal:
    """The task meant: named, or the only one open."""
    if name is not None:
        task = next((task for task in memory.tasks if task.task == name), None)
        return task or unknown_task(name, memory.tasks)
    if len(memory.tasks) == 1:
        return memory.tasks[0]
    refusal = unknown_task("-", memory.tasks)
    fault = "fault.several_tasks" if memory.tasks else "fault.no_task"
    return refusal.model_copy(update={"values": refusal.values | {"fault": fault}})


def unknown_task(name: str, open_tasks: tuple[Task, ...]) -> Refusal:
    """No such task is open; says which are."""
    values = {"task": name, "open": [task.task for task in open_tasks]}
    return Refusal(rule="contract", code="unknown_task", values=values)


def decision_of(turn: Turn, message: ConfirmTask | RejectTask) -> tuple[Task, str] | Refusal:
    """The task that an operator decides and the event that follows, or why it cannot be decided so."""
    task = task_meant(turn.memory, message.task)
    if isinstance(task, Refusal):
        return task
    if isinstance(message, ConfirmTask):
        event = confirmed_event(turn, task, message)
    else:
        event = refusal_of_dates(turn, task, message) or rejected_event(task)
    if isinstance(event, Refusal):
        return event
    if event not in turn.possible():
        return not_possible(turn, event)
    return refusal_of_doubts(turn, task, message) or (task, event)


def confirmed_event(turn: Turn, task: Task, message: ConfirmTask) -> str | Refusal:
    """What a confirmation causes; decision, dates, note and proof must be as the task's type needs them."""
    type_, decisions = type_of(task), decisions_of(task)
    if message.decision not in (decisions or (None,)):
        return malformed("fault.decision", decisions=list(decisions))
    refusal = refusal_of_dates(turn, task, message)
    if refusal is not None:
        return refusal
    says_enough = message.decision is not None and message.decision not in type_.decisions
    if message.note is None and not says_enough and type_.needs_note & {"*", message.decision}:
        return malformed("fault.note_needed")
    if type_.needs_proof and message.proof is None and task.proof is None:
        return Refusal(rule=type_.proof_rule, code="proof_missing")
    return type_.decisions.get(message.decision or "", str(type_.confirmed))
