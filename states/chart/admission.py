"""Whether a person's event can be taken: payload, what the person saw, and state. Pure; changes nothing.

Each function answers a `Refusal` with a code of the contract's table 'refusals of an event', or None.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from states.chart.lifecycle import Conduct
from states.chart.tasks import last_day
from states.model.base import day_of
from states.model.facts import Refusal
from states.model.memory import Task
from states.model.payload_errors import Fault, faults_of, readable
from states.model.request import (
    ConfirmTask,
    HandInProof,
    Message,
    OverrideSurplus,
    PlaceOrder,
    Reassign,
    RejectTask,
    Request,
)
from states.rules.effective_date import date_for, date_rule_of, effective_at
from states.rules.surplus_resolution import resolved_flags, surplus_names

Shape = TypeVar("Shape", bound=BaseModel)

EMPTY: tuple[Any, ...] = (None, "", [], {})
"""What counts as no detail."""
AFTER_DATE = frozenset({"applying", "leftover", "held", "third_party"})


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


def judge(chart: Conduct, event: str, message: Message, runs: Collection[str]) -> Refusal | None:
    """A customer's event. `runs`: the run IDs by which this run is known."""
    memory = chart.model
    at = message.time or memory.now
    seen = what_was_seen(chart, message, runs, at)
    if seen is not None:
        return seen
    if memory.last_customer_at is not None and message.time is not None and message.time < memory.last_customer_at:
        return malformed("fault.before_previous", previous_at=memory.last_customer_at.isoformat())
    impossible = not_enabled(chart, event, at)
    if impossible is not None:
        return impossible
    if isinstance(message, PlaceOrder):
        return judge_order(chart, message, at)
    if isinstance(message, OverrideSurplus):
        return judge_override(chart, message)
    if isinstance(message, Reassign) and memory.check and message.to == memory.check.current:
        return malformed("fault.reassign_same", "WMU4")
    if isinstance(message, Reassign) and message.to not in ("wms", "wms_mobile"):
        return malformed("fault.reassign_to", "WMU4")
    if isinstance(message, HandInProof):
        task = next((one for one in chart.open_of("third_party") if one.task == message.task), None)
        return None if task else unknown_task(chart, message.task, ("third_party",))
    return None


def what_was_seen(chart: Conduct, message: Message, runs: Collection[str], at: datetime) -> Refusal | None:
    """`run_id`, `target` and `effective_at` as the person saw them must still hold (contract, `changed`)."""
    if message.run_id is not None and message.run_id not in runs:
        return changed("run_id")
    if message.target is not None and message.target != chart.model.request.target:
        return changed("target")
    if message.effective_at is not None:
        order = message if isinstance(message, PlaceOrder) else None
        holds = effective_at(chart.model) if chart.model.order else date_for(chart.model, at, order)
        if holds != message.effective_at:
            return changed("effective_at")
    return None


def changed(what: str) -> Refusal:
    """What the person saw no longer holds."""
    return Refusal(rule="contract", code="changed", values={"what": what})


def not_enabled(chart: Conduct, event: str, at: datetime) -> Refusal | None:
    """Whether the state allows the event; the refusal says what it allows instead."""
    if chart.ended:
        return Refusal(rule="X11", code="ended", values={"state": chart.shown})
    if event == "request_revocation":
        passed = chart.model.state in AFTER_DATE and not chart.revocable()
        if passed or (chart.model.state == "scheduled" and chart.date_has_come(max(at, chart.model.now))):
            date = effective_at(chart.model)
            return Refusal(rule="X11", code="too_late", values={"effective_at": date.isoformat() if date else "-"})
    enabled = chart.enabled()
    if event in enabled:
        return None
    values = {"event": event, "state": chart.shown, "enabled": list(enabled)}
    return Refusal(rule="contract", code="not_enabled", values=values)


def judge_order(chart: Conduct, message: PlaceOrder, at: datetime) -> Refusal | None:
    """Day chosen (X6), services (ED10), details (ADD1, ADD2, SHH2)."""
    memory = chart.model
    check = memory.check
    if message.effective_on is not None:
        if date_rule_of(memory) != "moment":
            return malformed("fault.effective_on", "X6", why="not_included")
        if message.effective_on <= day_of(at, memory.settings.zone):
            return malformed("fault.effective_on", "X6", why="not_later")
    known = check.optional_services if check else ()
    unknown = [service for service in message.optional_services if service not in known]
    if unknown:
        return malformed("fault.optional_service", "ED10", service=", ".join(unknown), known=list(known))
    details = {**(memory.request.details or {}), **(message.details or {})}
    missing = details_missing(chart, details)
    if missing is None:
        return None
    rule, keys = missing
    return Refusal(rule=rule, code="details_missing", values={"missing": keys, "any": keys == ["details"]})


def details_missing(chart: Conduct, details: dict[str, Any]) -> tuple[str, list[str]] | None:
    """Rule and keys of what the order's form still needs."""
    check = chart.model.check
    if check is None:
        return None
    if check.details_needed is not None:
        lacking = [key for key in check.details_needed if details.get(key) in EMPTY]
        if lacking or all(value in EMPTY for value in details.values()):
            rule = "SHH2" if "new_contract" in check.details_needed else "ADD1"
            return rule, lacking or ["details"]
    decided = details.get("addons")
    decided = decided if isinstance(decided, dict) else {}
    undecided = [addon for addon in check.addons if decided.get(addon) not in ("end", "keep")]
    return ("ADD2", [f"addons.{addon}" for addon in undecided]) if undecided else None


def judge_override(chart: Conduct, message: OverrideSurplus) -> Refusal | None:
    """It must name every unresolved entry (X2)."""
    entries = chart.model.check.surplus if chart.model.check else ()
    flags = resolved_flags(entries, (*chart.model.overridden, *message.licences))
    left = [entry for entry, resolved in zip(entries, flags, strict=True) if not resolved]
    return malformed("fault.licences_missing", "X2", licences=surplus_names(left)) if left else None


def judge_request(chart: Conduct, request: Request) -> Refusal | None:
    """A `requested` on an open run: the same target, or another one where the state allows it (X10)."""
    memory = chart.model
    if chart.ended:
        return Refusal(rule="X11", code="ended", values={"state": chart.shown})
    if request.time and memory.last_customer_at and request.time < memory.last_customer_at:
        return malformed("fault.before_previous", previous_at=memory.last_customer_at.isoformat())
    ordered = memory.order is not None
    if request.target == memory.request.target:
        if ordered and request.details not in (None, memory.request.details):
            return Refusal(rule="contract", code="not_enabled", values=about_request(chart))
        return None
    if memory.standing is not None and request.target == memory.standing.request.target:
        return (
            None
            if "abandon" in chart.possible()
            else Refusal(rule="X10", code="not_enabled", values=about_request(chart))
        )
    if "target_checked" not in chart.possible():
        return Refusal(rule="X10", code="not_enabled", values=about_request(chart))
    return None


def about_request(chart: Conduct) -> dict[str, Any]:
    """What a text about a request that is not possible needs."""
    return {"event": "requested", "state": chart.shown, "enabled": list(chart.enabled())}


def find_task(chart: Conduct, name: str | None) -> Task | Refusal:
    """The task meant: named, or the only one open."""
    if name is None:
        if len(chart.model.tasks) == 1:
            return chart.model.tasks[0]
        fault = "fault.several_tasks" if chart.model.tasks else "fault.no_task"
        open_ = [task.task for task in chart.model.tasks]
        return Refusal(rule="contract", code="unknown_task", values={"task": "-", "open": open_, "fault": fault})
    return next((task for task in chart.model.tasks if task.task == name), None) or unknown_task(chart, name)


def unknown_task(chart: Conduct, name: str, types: tuple[str, ...] = ()) -> Refusal:
    """No such task is open; says which are."""
    tasks = chart.open_of(*types) if types else chart.model.tasks
    return Refusal(rule="contract", code="unknown_task", values={"task": name, "open": [task.task for task in tasks]})


def judge_confirmation(chart: Conduct, message: ConfirmTask) -> tuple[Task, str] | Refusal:
    """The task confirmed and the event it causes; decision, moment, note and proof as its type needs them."""
    task = find_task(chart, message.task)
    if isinstance(task, Refusal):
        return task
    event = task.decisions.get(message.decision or "") if task.decisions else task.confirmed
    if event is None or (message.decision is not None and not task.decisions):
        return malformed("fault.decision", decisions=list(task.decisions))
    if task.at_required and message.at is None and message.decision != "declined":
        return malformed("fault.at_needed")
    if chart.refuses_past_terms and term_is_past(chart, task, message):
        return malformed("fault.at_past", "X6")
    if message.note is None and ("*" in task.note_required or message.decision in task.note_required):
        return malformed("fault.note_needed")
    if task.proof_required and message.proof is None and task.proof is None:
        return Refusal(rule="X12" if task.type == "perform" else "X9", code="proof_missing")
    return takeable(chart, task, event)


def term_is_past(chart: Conduct, task: Task, message: ConfirmTask) -> bool:
    """A present term cannot have ended before today (X6); what was booked late may hold from an earlier day."""
    if task.type != "clarify_term" or task.subject == "late" or message.at is None:
        return False
    zone = chart.model.settings.zone
    return bool(last_day(message.at, zone) < day_of(chart.model.now, zone))


def judge_rejection(chart: Conduct, message: RejectTask) -> tuple[Task, str] | Refusal:
    """The task rejected and the event that follows; where none does, it stays open and is escalated.

    So does a step at a third party, without the proof that was handed in (X9).
    """
    task = find_task(chart, message.task)
    if isinstance(task, Refusal):
        return task
    kept = "proof_rejected" if task.type == "third_party" and task.proof is not None else "stays_open"
    return takeable(chart, task, task.rejected or kept)


def takeable(chart: Conduct, task: Task, event: str) -> tuple[Task, str] | Refusal:
    """The decision, unless what is under way has made it pointless: then the task closes by itself."""
    if chart.can(event):
        return task, event
    values = {"event": event, "state": chart.shown, "enabled": list(chart.enabled())}
    return Refusal(rule="contract", code="not_enabled", values=values)
