"""Facts that a person must clarify before an order is possible (X5, X6, X14)."""

from datetime import date, datetime
from typing import Any

from states.chart.checks import pointless
from states.chart.orders import ask_for_booking
from states.chart.state_names import BEFORE_ORDER
from states.chart.tasks import change_task, open_task, tasks_of
from states.chart.turn import Turn
from states.model.base import day_after, last_usable_day
from states.model.facts import Check, Question, Refusal
from states.model.memory import Memory
from states.rules.effective_date import last_order_day, notice_missed, notice_of, open_questions, recorded_term
from states.rules.run_values import left_unclear


def ask_open_questions(turn: Turn) -> None:
    """On entering `order`: what must be known first is asked; a term only when it is clear that the cost falls."""
    memory = turn.memory
    if pointless(memory) or left_unclear(memory):
        return
    questions = open_questions(memory)
    for type_ in questions:
        if type_ != "clarify_term" or "clarify_cost" not in questions:
            open_question(turn, type_)


def open_question(turn: Turn, type_: str) -> None:
    """The task of a question, with what the record shows."""
    question = question_of(turn.memory, type_)
    values: dict[str, Any] = dict(question.values) if question else {"recorded": recorded_term(turn.memory)}
    if type_ == "clarify_term" and notice_missed(turn.memory):
        values["notice"] = notice_of(turn.memory)
    text = question.text if question and question.text else type_
    decisions = tuple(question.answers) if question and question.answers else None
    asked = next((task for task in tasks_of(turn.memory, type_) if task.subject is None), None)
    if asked is not None:
        change_task(turn.memory, asked, text=text, values=values, decisions=decisions)
    open_task(turn, type_, text, at_required=type_ == "clarify_term", values=values, decisions=decisions)


def outdated_answers(memory: Memory, former: Check, check: Check) -> dict[str, None]:
    """What a person said before the order of facts that are recorded, or listed, otherwise now: it is asked anew."""
    if memory.state not in BEFORE_ORDER | {"ordering"}:
        return {}
    before, after = answered_facts(former), answered_facts(check)
    outdated: dict[str, None] = {name: None for name in before if before[name] != after[name]}
    if outdated and left_unclear(memory):
        outdated["refusal"] = None
    return outdated


def answered_facts(check: Check) -> dict[str, Any]:
    """For each answer that a run remembers, the facts that it is about."""
    asked = {question.type: question for question in check.questions}
    annual = asked.get("clarify_term") if check.date_rule == "notice" else None
    return {
        "clarified_cost": (asked.get("clarify_cost"), asked.get("clarify")),
        "clarified_term": (check.term_ends, annual),
        "clarified_note": asked.get("clarify"),
    }


def question_of(memory: Memory, type_: str) -> Question | None:
    """What the last check asks under that type; None where what it found has changed by itself since."""
    questions = memory.check.questions if memory.check else ()
    return next((question for question in questions if question.type == type_), None)


def note_clarified(turn: Turn) -> None:
    """A person answered; the answer may raise the next question: a cancellation needs a term (X6)."""
    memory, message = turn.memory, turn.message
    assert turn.task is not None
    if turn.task.type == "clarify_cost":
        memory.clarified_cost = message.decision
    elif turn.task.type == "clarify":
        note_answer(turn)
    else:
        note_term(turn, last_usable_day(message.at, memory.settings.zone))
    if memory.state == "order" and turn.follow is None:
        ask_open_questions(turn)


def note_answer(turn: Turn) -> None:
    """What was asked in words is answered; a decision says what it costs, or stands against the request (SL1, SL2)."""
    memory, message = turn.memory, turn.message
    memory.clarified_note = message.note or message.decision
    question = question_of(memory, "clarify")
    meaning = question.answers.get(message.decision) if question else None
    if isinstance(meaning, Refusal):
        assert memory.check is not None
        memory.check = memory.check.model_copy(update={"refusal": meaning})
        turn.follow = "licences_checked"
    elif meaning not in (None, "unknown"):
        memory.clarified_cost = meaning


def note_term(turn: Turn, last_day: date) -> None:
    """The last usable day as a person said it; beside `scheduled` it replaces the date."""
    memory = turn.memory
    if memory.order is None:
        memory.clarified_term = last_day
        return
    moment = day_after(last_day, memory.settings.zone)
    changes = {"term": last_day, "effective_at": moment, "late": False, "found": True}
    memory.order = memory.order.model_copy(update=changes)
    ask_for_booking(turn)


def note_not_clarified(turn: Turn) -> None:
    """Not orderable: the customer sees the note, and may abandon or ask again."""
    turn.memory.refusal = Refusal(rule="X5", code="declined", values={"note": turn.message.note})


def term_ends_at(memory: Memory) -> datetime | None:
    """When the term from which the date follows runs out, or its notice can no longer be kept, while the customer has
    not ordered, or nobody has decided yet (X6, X14, D7, SUP3)."""
    last = last_order_day(memory) if memory.state in ("order", "support_ticket") else None
    return day_after(last, memory.settings.zone) if last else None
