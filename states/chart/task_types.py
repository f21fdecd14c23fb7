"""What each type of task means: one record a type, from which everything about it derives.

Work list, command line, guide, documents, tickets and web UI read it. A new type is a record here, the path that opens
it, and its texts (`task.<text>`, `task_type.<type>`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from states.chart.checks import pointless
from states.chart.revocation import can_be_taken_back
from states.chart.state_names import awaits
from states.chart.traits import Traits
from states.model.memory import Memory, Task
from states.rules import due_dates
from states.rules.effective_date import open_questions

StillMatters = Callable[[Memory, Traits, Task], bool]
Deadline = Callable[[Memory, Task], datetime | None]


def always(memory: Memory, traits: Traits, task: Task) -> bool:
    """As long as the run is open."""
    return True


def while_step_awaited(memory: Memory, traits: Traits, task: Task) -> bool:
    """While the state waits for the step that the task holds."""
    return task.step is not None and awaits(memory.state, task.step)


def while_asked(memory: Memory, traits: Traits, task: Task) -> bool:
    """While the question stands before the order, and the order is possible at all; the date after a late booking,
    while that is booked."""
    if task.subject == "late":
        return memory.state == "scheduled"
    return memory.state == "order" and task.type in open_questions(memory) and not pointless(memory)


def while_revocable(memory: Memory, traits: Traits, task: Task) -> bool:
    """Until what was ordered is made (X11)."""
    return can_be_taken_back(memory, traits)


def while_left(memory: Memory, traits: Traits, task: Task) -> bool:
    """After the date, while something is in surplus (X2, X4)."""
    return memory.state in ("leftover", "held")


@dataclass(frozen=True)
class TaskType:
    """One type of task (docs/contract.md, task types).

    A confirmation causes the event of its decision, or `confirmed` where there are no decisions; a rejection causes
    `rejected`.
    """

    type: str
    opened: str
    """When it is opened, for the documents."""
    within: str
    """So long it may take unless `TASK_DUE` says otherwise (`states.rules.due_dates`)."""
    texts: tuple[str, ...]
    """The keys under `task.` that its instructions may have."""
    opened_by: tuple[str, ...] = ()
    """The actions on entering a state that open it."""
    decisions: Mapping[str, str] = field(default_factory=dict)
    """The event of each decision."""
    confirmed: str | None = None
    rejected: str = "stays_open"
    """`stays_open`: it does not go away, and is escalated."""
    waits_for: Literal["operator", "third_party", "repair"] = "operator"
    """Whom the run waits for; at a third party the operator once a proof has been handed in."""
    needs_proof: bool = False
    needs_note: frozenset[str] = frozenset()
    """The decisions that need a note; `*`: any confirmation."""
    proof_rule: str = "X9"
    """The rule that asks for the proof."""
    tickets: Mapping[str, str] | None = None
    """The group of the ticket system that decides, by text (`*`: any other); None: there is no ticket."""
    example: Mapping[str, str] = field(default_factory=lambda: {"reference": "T-1"})
    """What a confirmation may carry beside who confirms, as examples show it."""
    still_matters: StillMatters = always
    """Whether a decision could still be taken up."""
    deadline: Deadline = due_dates.none_depends
    """The customer's deadline that depends on it."""
    deadline_alone: bool = False
    """Whether it is due by that deadline, however far off, unless `TASK_DUE` names the type."""
    possible: str | None = None
    """The event that must be possible for it to matter."""
    told_at_once: bool = False
    """Whether operators get a mail of it at once, unless `NOTICE` says otherwise; else in the next digest."""
    stops_clock: bool = True
    """Whether the clock of a customer who does nothing stands still while it is open."""
    inward: bool = False
    """Whether it is a question of operators among themselves, of which the customer hears nothing."""

    @property
    def needs(self) -> tuple[str, ...]:
        """What a confirmation carries beside a decision and a proof: `at` or `note`."""
        return () if self.decisions else tuple(name for name in self.example if name != "reference")

    @property
    def at_form(self) -> Literal["day", "moment"]:
        """How `at` is written, where a confirmation names one: as its example is."""
        return "moment" if "T" in self.example.get("at", "") else "day"


COSTS = dict.fromkeys(("cancellation", "deactivation", "none"), "clarified")

TASK_TYPES: dict[str, TaskType] = {
    type_.type: type_
    for type_ in (
        TaskType(
            "perform",
            "guided mode: a person must click (X12)",
            "P1D",
            ("perform_order", "perform_end", "perform_withdraw", "perform_reassign", "perform_decouple"),
            opened_by=(
                "ask_for_booking",
                "ask_for_change",
                "ask_for_withdrawal",
                "ask_for_reassignment",
                "open_decoupling",
            ),
            confirmed="performed",
            rejected="perform_rejected",
            needs_proof=True,
            proof_rule="X12",
            still_matters=while_step_awaited,
            deadline=due_dates.when_it_must_be_clicked,
            deadline_alone=True,
            told_at_once=True,
        ),
        TaskType(
            "third_party",
            "a step outside our reach (X9)",
            "P14D",
            tuple(f"third_party_{what}" for what in ("pilot", "third_party", "shopify", "ecomdata", "partner")),
            opened_by=("open_outside_steps",),
            confirmed="proof_confirmed",
            waits_for="third_party",
            needs_proof=True,
            deadline=due_dates.before_the_date,
            deadline_alone=True,
        ),
        TaskType(
            "support_ticket",
            "a person decides (MIS, SVC, MOV, SUP3)",
            "P2D",
            tuple(f"support_ticket_{what}" for what in ("misclick", "setup_service", "key_accounting", "transfer")),
            opened_by=("open_ticket",),
            decisions={"granted": "granted", "declined": "declined"},
            example={"decision": "granted", "note": "Corrected by hand"},
            rejected="declined",
            tickets={
                "support_ticket_setup_service": "accounting",
                "support_ticket_key_accounting": "sales",
                "support_ticket_transfer": "eazyauction",
                "*": "support",
            },
            deadline=due_dates.while_it_can_be_ordered,
        ),
        TaskType(
            "revocation",
            "a customer asks for the order to be taken back (X11)",
            "P1D",
            ("revocation",),
            decisions={"granted": "revocation_granted", "declined": "revocation_declined"},
            example={"decision": "declined", "note": "The order stands"},
            rejected="revocation_declined",
            tickets={"*": "support"},
            still_matters=while_revocable,
            deadline=due_dates.before_the_date,
            told_at_once=True,
        ),
        TaskType(
            "appointment",
            "a marketplace moves (MOV1)",
            "P3D",
            ("appointment",),
            opened_by=("open_appointment",),
            confirmed="appointed",
            rejected="declined",
            tickets={"*": "support"},
            example={"at": "2027-12-01T10:00+01:00"},
        ),
        TaskType(
            "clarify_cost",
            "nobody knows what it costs (X5)",
            "P2D",
            ("clarify_cost",),
            opened_by=("ask_open_questions",),
            decisions=COSTS,
            example={"decision": "none"},
            rejected="not_clarified",
            still_matters=while_asked,
            deadline=due_dates.while_it_can_be_ordered,
        ),
        TaskType(
            "clarify_term",
            "the last usable day is not known (X6, X14)",
            "P2D",
            ("clarify_term",),
            opened_by=("ask_open_questions",),
            example={"at": "2027-12-31"},
            confirmed="clarified",
            rejected="not_clarified",
            still_matters=while_asked,
            deadline=due_dates.while_it_can_be_ordered,
        ),
        TaskType(
            "clarify",
            "anything else that must be known (FFN1, SL1, OPL-2)",
            "P2D",
            ("clarify_partners", "clarify_contract", "clarify_package"),
            opened_by=("ask_open_questions",),
            confirmed="clarified",
            rejected="not_clarified",
            needs_note=frozenset({"*"}),
            example={"note": "Asked and answered"},
            still_matters=while_asked,
            deadline=due_dates.while_it_can_be_ordered,
        ),
        TaskType(
            "surplus",
            "still in surplus on the date (X2, X4)",
            "P1D",
            ("surplus", "surplus_channels"),
            opened_by=("open_leftover", "open_held"),
            confirmed="surplus_settled",
            still_matters=while_left,
            told_at_once=True,
        ),
        TaskType(
            "repair",
            "an effect keeps failing",
            "PT4H",
            ("repair",),
            decisions={"retry": "retry", "skip": "skip", "end": "give_up"},
            example={"decision": "retry"},
            waits_for="repair",
            needs_note=frozenset({"skip", "end"}),
            deadline=due_dates.while_the_step_is_in_time,
            told_at_once=True,
        ),
        TaskType(
            "tell_customer",
            "a mail could not be delivered",
            "PT24H",
            ("tell_customer",),
            decisions={"told": "customer_told", "retry": "mail_again"},
            example={"decision": "told", "note": "Told Ms Muster by telephone"},
            needs_note=frozenset({"told"}),
            stops_clock=False,
            told_at_once=True,
        ),
        TaskType(
            "abandon",
            "somebody asked Temporal to cancel the run, where `abandon` is possible",
            "P1D",
            ("abandon",),
            decisions={"abandon": "abandon", "go_on": "went_on"},
            example={"decision": "go_on"},
            rejected="went_on",
            possible="abandon",
            stops_clock=False,
            inward=True,
            told_at_once=True,
        ),
    )
}
"""By name, in the order of the contract's table."""


def type_of(task: Task) -> TaskType:
    """The record of a task's type."""
    return TASK_TYPES[task.type]


def due_of(memory: Memory, task: Task) -> datetime:
    """When a task is due, as the run stands: by the customer's deadline that depends on it, or within the time that its
    type has, whichever comes first.

    It follows a deadline that moves. One that had passed when the task was opened is none any more.
    """
    type_, chosen = type_of(task), memory.settings.task_due.get(task.type)
    own = due_dates.due_within(task.opened_at, chosen or type_.within, memory.settings.zone)
    deadline = type_.deadline(memory, task)
    if deadline is None or deadline < task.opened_at:
        return own
    return deadline if type_.deadline_alone and chosen is None else min(deadline, own)


def keep_due(memory: Memory) -> None:
    """Each open task is due as the run stands now."""
    due = tuple(due_of(memory, task) for task in memory.tasks)
    if due != tuple(task.due_at for task in memory.tasks):
        pairs = zip(memory.tasks, due, strict=True)
        memory.tasks = tuple(task.model_copy(update={"due_at": moment}) for task, moment in pairs)


def decisions_of(task: Task) -> tuple[str, ...]:
    """The decisions that a confirmation of this task may carry."""
    return tuple(type_of(task).decisions) if task.decisions is None else task.decisions


def waits_for(task: Task) -> str:
    """Whom an open task waits for."""
    waits = type_of(task).waits_for
    return "operator" if waits == "third_party" and task.proof is not None else waits


def rejected_event(task: Task) -> str:
    """What a rejection causes. A proof that was handed in counts for nothing; which date holds must be said."""
    if task.type == "third_party" and task.proof is not None:
        return "proof_rejected"
    return "stays_open" if task.subject == "late" else type_of(task).rejected


def ticket_group(type_: str, text: str) -> str | None:
    """The group of the ticket system that decides a task; None where there is no ticket (SVC1, SUP3, MOV1, MIS1)."""
    groups = TASK_TYPES[type_].tickets
    return groups.get(text, groups["*"]) if groups else None
