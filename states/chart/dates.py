"""Operators' dates are weighed: each day and moment that a decision names is held against its case, in this one place.

It holds for every task type and every way in, since all of them judge a decision by `states.chart.admission`. What
cannot be meant is refused, with the sentence that says why and what would be right. What may be meant is asked back
once: refused with code `confirm_anyway`, and taken when it comes again with `confirm_anyway` and a reason in `note`;
the timeline then says so to operators.

What a type asks for in `at`, and within which bounds, is `ASKED`; a task takes `at` only where it has a row there:

    row           task type                    refused before   asked back before  asked back after  refused after
    appointment   appointment (MOV1)           now              –                  6 months          2 years
    term          clarify_term (X6)            today            –                  3 years           10 years
    late_term     the same, booked late (X12)  the order        today              3 years           10 years
    booking       perform of a booking (X12)   the order        –                  3 years           10 years
    grant         support_ticket (SUP3)        the request      today              3 years           10 years
    package_zero  surplus of channels (X4)     the date held    –                  6 months          2 years

Asked back too: an appointment at night or on a Sunday, and one without an hour, which would be at midnight; a booking
made for another date than the run's, where that is known (D7). `proof.confirmed_at`, in every type: never after now; of
what a person clicks never before the order (else the request), of what others confirm asked back before an order and
refused a year before; asked back where it lies more than four weeks back. `time`, in every type: within its bounds
(`states.rules.moments`), not before the task was opened.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from states.chart.revision import since as since_revision
from states.chart.turn import Turn
from states.model.base import YEARS, day_after, day_of, hour_of, last_usable_day, start_of
from states.model.effects import BookOrder
from states.model.facts import Refusal
from states.model.memory import Memory, Task
from states.model.request import ConfirmTask, RejectTask
from states.rules.effective_date import notice_unknown, still_runs
from states.rules.moments import AHEAD
from states.rules.notice import months_after
from states.rules.run_values import isoformat

Doubt = dict[str, Any]
"""What is asked back: its name, and the values that its text needs."""

A_DAY = timedelta(days=1)
"""So far a proof could be dated ahead in runs of the first revision."""
OLD_PROOF = timedelta(weeks=4)
"""A proof from longer ago is asked back: what was done is confirmed soon after."""
LONG_BEFORE = timedelta(days=366)
"""What others confirm may have been done before the order, but not so long before: that is another year by mistake."""
NIGHT = (22, 6)
"""From which hour until which nobody moves a marketplace."""
SUNDAY = 6

weighs = since_revision(2)
"""Runs of the first revision judge what is said to them as they did: only what lay before its case was refused."""


@dataclass(frozen=True)
class Asked:
    """What a type of task asks for in `at`, and between which bounds it is plain."""

    rule: str
    since: Callable[[Memory, datetime, datetime], datetime | None]
    """The earliest that is possible: of the memory, when the operator acted, and when the decision arrived."""
    months: int
    """So many months ahead it is plain; what lies further is asked back."""
    years: int
    """So many years ahead it is possible; what lies further is a year mistyped."""
    to_the_moment: bool = False
    """Whether a moment is held against the bound as a moment; else its day is (D8)."""
    to_come: bool = False
    """Whether a day that is over is asked back where it is possible at all."""


def when_it_arrived(memory: Memory, acted: datetime, arrived: datetime) -> datetime:
    """What both sides agree on is still to come, whenever the operator says that they did (MOV1)."""
    return arrived


def when_answered(memory: Memory, acted: datetime, arrived: datetime) -> datetime:
    """A term that ran when the operator answered is an answer, whenever it is delivered (X6)."""
    return acted


def the_order(memory: Memory, *_: datetime) -> datetime:
    """Nothing is made for an order before it was placed (X12)."""
    return memory.order.placed_at if memory.order else memory.requested_at


def the_request(memory: Memory, *_: datetime) -> datetime:
    """Nothing ends before its end was asked for (SUP3)."""
    return memory.requested_at


def the_date_held(memory: Memory, *_: datetime) -> datetime | None:
    """Package 0 holds from no day before the one that it was ordered for (X4)."""
    return memory.held_since


ASKED: Mapping[str, Asked] = {
    "appointment": Asked("MOV1", when_it_arrived, months=6, years=2, to_the_moment=True),
    "term": Asked("X6", when_answered, months=36, years=10),
    "late_term": Asked("X12", the_order, months=36, years=10, to_come=True),
    "booking": Asked("X12", the_order, months=36, years=10),
    "grant": Asked("SUP3", the_request, months=36, years=10, to_come=True),
    "package_zero": Asked("X4", the_date_held, months=6, years=2),
}
"""By what is asked for (`asked_of`)."""


def asked_of(turn: Turn, task: Task) -> str | None:
    """What a confirmation of the task may name in `at`; None where nothing is asked for."""
    if task.type == "clarify_term":
        return "late_term" if task.subject == "late" else "term"
    if task.type == "appointment":
        return "appointment"
    if task.type == "support_ticket" and turn.traits.agrees:
        return "grant"
    if task.type == "perform" and isinstance(task.step, BookOrder):
        return "booking"
    return "package_zero" if task.text == "surplus_channels" else None


def takes_at(turn: Turn, task: Task) -> bool:
    """Whether a confirmation may name a day or a moment."""
    return asked_of(turn, task) is not None


def needs_at(turn: Turn, task: Task) -> bool:
    """Whether a confirmation must name a day or a moment: a recorded term that has run out meanwhile is none (SUP3)."""
    if asked_of(turn, task) == "grant":
        check = turn.memory.check
        return not still_runs(turn.memory, check.term_ends if check else None, turn.message.time)
    return task.at_required


# What cannot be meant.


def refusal_of_dates(turn: Turn, task: Task, message: ConfirmTask | RejectTask) -> Refusal | None:
    """Why a date that the decision names cannot be right; None where each may be."""
    refusal = refusal_of_time(turn, task, message)
    if refusal is not None or isinstance(message, RejectTask):
        return refusal
    return refusal_of_at(turn, task, message) or refusal_of_proof(turn, task, message)


def refusal_of_time(turn: Turn, task: Task, message: ConfirmTask | RejectTask) -> Refusal | None:
    """Nobody has decided a task before it was opened; what came without a `time` claims none."""
    time, opened = message.time, task.opened_at
    if time is None or not weighs(turn.memory) or time >= min(opened - AHEAD, arrival(turn, message)):
        return None
    return wrong("fault.time_before_task", "contract", time=isoformat(time), limit_at=isoformat(opened))


def refusal_of_at(turn: Turn, task: Task, message: ConfirmTask) -> Refusal | None:
    """`at` is missing, not asked for, before its case, or so far ahead that the year is mistyped."""
    name, at = asked_of(turn, task), message.at
    if message.decision == "declined" or name is None:
        return wrong("fault.at_needless", "contract") if at is not None else None
    if at is None:
        return wrong("fault.at_needed", "contract") if needs_at(turn, task) else None
    memory, asked = turn.memory, ASKED[name]
    acted = message.time or memory.now
    arrived = arrival(turn, message) if weighs(memory) else acted
    since, zone = asked.since(memory, acted, arrived), memory.settings.zone
    values = {"asked": name, "at": at.isoformat()} | hour_missing(memory, asked, at)
    at = as_held(memory, asked, at)
    early = since is not None and is_before(at, since, zone, asked.to_the_moment)
    if early or at.year < YEARS[0]:
        return wrong("fault.at_past", asked.rule, limit_at=isoformat(since or memory.requested_at), **values)
    last = months_after(day_of(arrived, zone), 12 * asked.years)
    if (weighs(memory) and last_usable_day(at, zone) > last) or at.year > YEARS[-1]:
        return wrong("fault.at_far", asked.rule, limit_on=last.isoformat(), **values)
    return None


def refusal_of_proof(turn: Turn, task: Task, message: ConfirmTask) -> Refusal | None:
    """A proof is dated neither after now nor before what it proves."""
    memory = turn.memory
    done = message.proof.confirmed_at if message.proof else None
    if done is None:
        return None
    rule = "X12" if task.type == "perform" else "X9"
    latest = arrival(turn, message) + AHEAD
    if not weighs(memory):
        latest = memory.now + A_DAY if task.type == "perform" else done
    values = {"confirmed_at": isoformat(done)}
    if done > latest or done.year > YEARS[-1]:
        return wrong("fault.confirmed_at", rule, limit_at=isoformat(latest), **values)
    earliest, others = the_order(memory), others_do(task)
    too_early = weighs(memory) and done < (earliest - LONG_BEFORE if others else earliest)
    if too_early or done.year < YEARS[0]:
        known = {"ordered": memory.order is not None, "others": others}
        return wrong("fault.confirmed_early", rule, limit_at=isoformat(earliest), **known, **values)
    return None


def wrong(fault: str, rule: str, **values: Any) -> Refusal:
    """A date that cannot be right."""
    return Refusal(rule=rule, code="malformed", values={"fault": fault} | values)


# What may be meant.


def refusal_of_doubts(turn: Turn, task: Task, message: ConfirmTask | RejectTask) -> Refusal | None:
    """What is asked back once, where nothing else stands against it; None where nothing is, or it is meant."""
    doubts = doubts_of(turn, task, message)
    if not doubts or not isinstance(message, ConfirmTask):
        return None
    if message.confirm_anyway:
        return wrong("fault.anyway_note", "contract") if message.note is None else None
    return Refusal(rule="contract", code="confirm_anyway", values={"doubts": doubts})


def doubts_of(turn: Turn, task: Task, message: ConfirmTask | RejectTask) -> list[Doubt]:
    """Everything in a decision that may be meant, but seldom is."""
    if not isinstance(message, ConfirmTask) or not weighs(turn.memory):
        return []
    return [*doubts_about_at(turn, task, message), *doubts_about_proof(turn, task, message)]


def doubts_about_at(turn: Turn, task: Task, message: ConfirmTask) -> Iterator[Doubt]:
    """Far ahead, over already, at an hour at which nobody works, or another date than the run's."""
    name, at = asked_of(turn, task), message.at
    if name is None or at is None:
        return
    asked, memory, zone = ASKED[name], turn.memory, turn.memory.settings.zone
    day, today = last_usable_day(at, zone), day_of(arrival(turn, message), zone)
    values = {"asked": name, "at": at.isoformat()} | hour_missing(memory, asked, at)
    if day > months_after(today, asked.months):
        yield {"doubt": "far", "months": asked.months, **values}
    if asked.to_come and day < today:
        yield {"doubt": "over", **values}
    if name == "appointment" and at_odd_hour(as_held(memory, asked, at), zone):
        yield {"doubt": "odd_hour", **values}
    planned = planned_otherwise(memory, day) if name == "booking" else None
    if planned is not None:
        yield {"doubt": "other_date", "planned_at": isoformat(planned), **values}


def doubts_about_proof(turn: Turn, task: Task, message: ConfirmTask) -> Iterator[Doubt]:
    """Old, or from before the order; what needs none is often reported when it has ended elsewhere already (ECO1)."""
    done = message.proof.confirmed_at if message.proof else None
    if done is None:
        return
    values, order = {"confirmed_at": isoformat(done)}, turn.memory.order
    if order is not None and done < order.placed_at:
        yield {"doubt": "proof_early", "limit_at": isoformat(order.placed_at), **values}
    elif done < arrival(turn, message) - OLD_PROOF:
        yield {"doubt": "proof_old", "weeks": OLD_PROOF.days // 7, **values}


def planned_otherwise(memory: Memory, last_day: date) -> datetime | None:
    """The date of the order, where a booking by hand was made for another; None where it is the same.

    Where nobody knows the notice, the person who books finds the date, and only one that lies before the term is odd
    (D7).
    """
    order = memory.order
    if order is None or order.effective_at is None:
        return None
    date = day_after(last_day, memory.settings.zone)
    if date in (order.effective_at, order.planned_at) or (notice_unknown(memory) and date > order.effective_at):
        return None
    return order.planned_at or order.effective_at


def at_odd_hour(at: date | datetime, zone: str) -> bool:
    """Whether an appointment lies in the night or on a Sunday, where it takes place."""
    evening, morning = NIGHT
    by_night = isinstance(at, datetime) and not morning <= hour_of(at, zone) < evening
    return by_night or last_usable_day(at, zone).weekday() == SUNDAY


# Days and moments.


def as_held(memory: Memory, asked: Asked, at: date | datetime) -> date | datetime:
    """What a person gave, as it is weighed: where a moment is agreed, a mere day is the midnight at its beginning."""
    return start_of(at, memory.settings.zone) if hour_missing(memory, asked, at) else at


def hour_missing(memory: Memory, asked: Asked, at: date | datetime) -> dict[str, bool]:
    """That a mere day was given where a moment is agreed; runs of the first revision took it."""
    is_day = asked.to_the_moment and not isinstance(at, datetime) and weighs(memory)
    return {"no_hour": True} if is_day else {}


def others_do(task: Task) -> bool:
    """Whether what is proved is done by others, who need not wait for our order (X9)."""
    return task.type != "perform"


def arrival(turn: Turn, message: ConfirmTask | RejectTask) -> datetime:
    """When the decision first arrived: what was right then is not wrong because it is judged later."""
    return message.received_at or turn.memory.now


def is_before(at: date | datetime, since: datetime, zone: str, to_the_moment: bool) -> bool:
    """Whether a day or a moment lies before a bound: to the moment where both are moments, else by the day."""
    if to_the_moment and isinstance(at, datetime):
        return at < since
    return last_usable_day(at, zone) < day_of(since, zone)
