"""Whose a field of the status document is, and whose a line of its timeline: the one declaration of both.

Operators get a document as it is. The customer, and the vendor's portal that shows it to him, get the customer's
view: what is an operator's is not in it, of tasks there is what the customer must do or wait for, in words for him,
and whoever acted for the vendor is the vendor's service, by no name. What is not declared is not shown.
"""

from collections.abc import Iterable, Mapping
from typing import Any, Literal

from states.model.base import Value
from states.model.memory import Task, TimelineLine
from states.model.request import CUSTOMER_MESSAGES, OPERATOR_MESSAGES
from states.model.sent_mails import SentMail
from states.model.status import (
    Audience,
    CancellationItem,
    ReasonText,
    RefusalText,
    StandingOrder,
    Status,
    SurplusEntry,
    TaskEntry,
    TimelineEntry,
    WarningText,
    WhyStep,
)
from states.model.texts import Say
from states.rules.run_values import step_row
from states.views.labels import OPERATORS_DO

Whose = Literal["everyone", "operators", "retold"]
"""`retold`: the customer gets it in another form, which a function of this module makes."""
Document = Mapping[str, Any]


def those(whose: Whose, names: str) -> dict[str, Whose]:
    """Fields by name."""
    return dict.fromkeys(names.split(), whose)


FIELDS: Mapping[type[Value], Mapping[str, Whose]] = {
    Status: those("operators", "ui_url")
    | those("retold", "tasks timeline")
    | those("everyone", "workflow_id run_id case_number kind customer subject language label target target_text reason")
    | those("everyone", "state state_text being_booked waiting_for waiting_text enabled effective_at effective_day")
    | those("everyone", "order_by order_by_day why term_ends cost_effect catalogue warnings refusal surplus standing"),
    TaskEntry: those("everyone", "task type customer_text")
    | those("retold", "due_at instructions decisions proof_required")
    | those("operators", "proposed at proof"),
    TimelineEntry: those("everyone", "at state event actor")
    | those("retold", "by note")
    | those("operators", "audience customer_note task"),
    WhyStep: those("everyone", "step value rule"),
    WarningText: those("everyone", "code text"),
    RefusalText: those("everyone", "rule code text"),
    ReasonText: those("everyone", "code text"),
    SurplusEntry: those("everyone", "licence product reason candidates too_many resolved"),
    StandingOrder: those("everyone", "target effective_at"),
    CancellationItem: those("everyone", "workflow_id run_id kind customer subject state waiting_for effective_at")
    | those("everyone", "being_booked order_by started_at ended_at"),
    SentMail: those("operators", "to addresses template message_id")
    | those("everyone", "workflow_id run_id case_number customer language subject text attachments sent_at"),
}
"""Every field of the document, of what it holds, of an item of the list, and of a mail that went out."""
HOLDS: Mapping[str, type[Value]] = {
    "why": WhyStep,
    "warnings": WarningText,
    "refusal": RefusalText,
    "reason": ReasonText,
    "surplus": SurplusEntry,
    "standing": StandingOrder,
}
"""What stands in the fields that everyone reads."""

NOTES: Mapping[str, Whose | Literal["its sender's"]] = {
    **those("operators", "step_failed skipped frozen escalated cancel_requested_not_possible not_delivered"),
    **those("operators", "proposed proposal_withdrawn cancel_asked"),
    **those("retold", "decided reminded begun_for"),
    **dict.fromkeys(("ignored_signal", "refused_event", "delivered_late"), "its sender's"),
    **those("everyone", "order_by_passed rechecked change_dropped cost_changed revocation_passed_on order_refused"),
    **those("everyone", "proof_handed_in target_changed amended catalogue_changed date_found booking_overdue"),
    **those("everyone", "late_booking booking to licences gone lost lost_after_end"),
}
"""Every note of the timeline (`note.<name>`). `its sender's`: what became of a message is told to whoever sent it."""
EVENTS: Mapping[str, Whose] = {
    **dict.fromkeys((*CUSTOMER_MESSAGES, "requested"), "everyone"),
    **dict.fromkeys((*OPERATOR_MESSAGES, "cancel_requested"), "operators"),
    **those("operators", "step_failed skipped frozen task_due not_delivered details_replaced target_proposed put_off"),
    **those("everyone", "begin licences_checked licence_changed target_checked order_placed order_refused"),
    **those("everyone", "date_reached standing_due change_applied change_dropped cost_changed catalogue_changed"),
    **those("everyone", "delivered_late order_by_passed term_ran_out recheck_due remind withdrawn decoupled"),
    **those("everyone", "reassigned_to reassign_refused decouple_refused date_found booking_overdue late_booking"),
    **those("everyone", "revocation_passed_on gone completed terminated failed timed_out canceled unknown"),
}
"""Every event that a line may have, where its note says nothing of it. What a decision causes stands in its line."""

WORDS_FOR_CUSTOMERS = {
    "support_ticket": {"granted", "declined", "rejected"},
    "revocation": {"granted", "declined", "rejected"},
    "appointment": {"rejected"},
    "clarify_cost": {"rejected"},
    "clarify_term": {"rejected"},
    "clarify": {"rejected"},
    "third_party": {"rejected"},
    "repair": {"end"},
}
"""By type of task the outcomes of which an operator's own words are meant for the customer (docs/contract.md)."""
SILENT = {
    "repair": {"retry", "skip", "rejected"},
    "tell_customer": {"told", "retry", "rejected"},
    "abandon": {"go_on", "rejected"},
}
"""By type of task the outcomes that the customer does not hear of."""


# What a run says of itself, when it makes its document.


def customer_text(task: Task, facts: Mapping[str, Any], say: Say, language: str) -> str | None:
    """What the customer reads of a task: a step of his own, or what he waits for; None of what is not for him."""
    if task.type == "third_party" and task.proof is None:
        step = step_row(task.text.removeprefix("third_party_"), task.values.get("name"))
        return say(language, "about.own_step", {**facts, **step})
    awaited = "proof" if task.type == "third_party" else task.type
    return say(language, f"waits.{awaited}", facts) if awaited in OPERATORS_DO else None


def audience_of(line: TimelineLine) -> Audience:
    """Who reads a line of the timeline."""
    key = line.note.removeprefix("note.") if line.note and line.values is not None else None
    if key == "decided" and line.values is not None:
        return audience_of_decision(line)
    whose = NOTES.get(key, "operators") if key else EVENTS.get(line.event, "operators")
    if whose == "its sender's":
        return "everyone" if line.actor == "customer" else "operators"
    # An operator's own words are no text of ours: nobody has said whom they are for.
    return "operators" if key is None and line.note and line.actor == "operator" else whose


def audience_of_decision(line: TimelineLine) -> Audience:
    """The customer reads what he decided himself as it stands, and of operators' decisions what came of them."""
    values = line.values or {}
    if line.actor == "customer":
        return "everyone"
    silent = values.get("stays_open") or values.get("outcome") in SILENT.get(str(values.get("type")), ())
    return "operators" if silent else "retold"


def customer_note(line: TimelineLine, say: Say, language: str) -> str | None:
    """What the customer reads in a line that is retold: what came of it, and the words that are meant for him."""
    if line.note is None:
        return None
    values = dict(line.values or {})
    if values.get("outcome") not in WORDS_FOR_CUSTOMERS.get(str(values.get("type")), ()):
        values["note"] = None
    return say(language, line.note.replace("note.", "retold.", 1), values)


# What is made of a document as it leaves.


def customer_view(document: Document, brand: str) -> dict[str, Any]:
    """A status document as the customer may see it. `brand`: what the vendor's service is called."""
    shown = declared(document, Status)
    for name, model in HOLDS.items():
        held = shown.get(name)
        if isinstance(held, Mapping):
            shown[name] = declared(held, model)
        elif held:
            shown[name] = [declared(entry, model) for entry in held]
    shown["tasks"] = [own_task(task) for task in document.get("tasks", ()) if task.get("customer_text")]
    shown["timeline"] = list(lines_for_customer(document.get("timeline", ()), brand))
    return shown


def mail_for_customer(mail: Document) -> dict[str, Any]:
    """A mail that went to the customer, as he may see it again: as it was, without what only the vendor sees of it."""
    return declared(mail, SentMail)


def declared(value: Document, model: type[Value]) -> dict[str, Any]:
    """Of a value in plain JSON what is declared for everyone."""
    return {name: entry for name, entry in value.items() if FIELDS[model].get(name) == "everyone"}


def own_task(task: Document) -> dict[str, Any]:
    """A task as the customer sees it: he decides nothing in it, and only of a step of his own he owes a proof."""
    own = task["type"] == "third_party"
    made = {
        "instructions": task["customer_text"],
        "decisions": [],
        "due_at": task["due_at"] if own else None,
        "proof_required": own and task["proof_required"],
    }
    return declared(task, TaskEntry) | made


def lines_for_customer(lines: Iterable[Document], brand: str) -> Iterable[dict[str, Any]]:
    """The lines that the customer may read; whoever acted for the vendor is called by the vendor's name."""
    for line in lines:
        audience = line.get("audience", "operators")
        if audience in ("everyone", "retold"):
            by = brand if line.get("actor") == "operator" else line["by"]
            note = line["note"] if audience == "everyone" else line["customer_note"]
            yield declared(line, TimelineEntry) | {"by": by, "note": note}
