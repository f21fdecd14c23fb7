"""What every path does alike, whatever its state: internal transitions, declared here once for all of them.

A reaction changes memory and asks for effects; the state stays. A path that does something else in a state declares a
transition of the same event there: its own come first.
"""

from collections.abc import Callable
from typing import NamedTuple

from states.chart import (
    amendments,
    cancel_requests,
    checks,
    orders,
    outcome,
    overdue,
    proposals,
    questions,
    reminders,
    revocation,
    tasks,
    untold,
)
from states.chart.state_names import answer_event
from states.chart.turn import Turn
from states.model.facts import Receipt


class Reaction(NamedTuple):
    """An internal transition out of every state that is no end."""

    event: str
    on: Callable[[Turn], None] | list[Callable[[Turn], None]] | None
    cond: Callable[..., bool] | None = None


def note_skipped(turn: Turn) -> None:
    """Go on as if the effect had been made; the operator's note says why."""
    memory = turn.memory
    assert turn.task is not None and turn.task.step is not None
    turn.write("skipped", "skipped")
    memory.receipt = Receipt(key="skipped")
    turn.follow = answer_event(memory.state, turn.task.step)


REACTIONS = (
    # The customer.
    Reaction("request_revocation", revocation.open_revocation, revocation.may_be_asked),
    Reaction("hand_in_proof", tasks.keep_proof, tasks.proofs_missing),
    Reaction("target_proposed", amendments.propose_target),
    Reaction("details_replaced", amendments.replace_details),
    # Operators.
    Reaction("performed", [orders.note_performed, revocation.hand_over_when_made]),
    Reaction("clarified", questions.note_clarified),
    Reaction("not_clarified", questions.note_not_clarified),
    Reaction("revocation_declined", revocation.note_declined),
    Reaction("proof_confirmed", outcome.keep_proved),
    Reaction("proof_rejected", reminders.reject_proof),
    Reaction("perform_rejected", reminders.keep_open),
    Reaction("stays_open", reminders.keep_open),
    Reaction("proposed", proposals.keep_proposal),
    Reaction("proposal_withdrawn", proposals.withdraw_proposal),
    Reaction("retry", tasks.try_again),
    Reaction("skip", note_skipped),
    Reaction("customer_told", untold.note_told),
    Reaction("mail_again", untold.mail_again),
    Reaction("cancel_requested", cancel_requests.ask_whether),
    Reaction("went_on", None),
    # The world.
    Reaction("step_failed", [tasks.open_repair, revocation.wait_no_longer]),
    Reaction("not_delivered", untold.note_not_delivered),
    Reaction("licence_changed", checks.check_on_news),
    # Time.
    Reaction("remind", reminders.remind_customer),
    Reaction("task_due", reminders.remind_of_tasks),
    Reaction("order_by_passed", orders.note_order_by_passed),
    Reaction("booking_overdue", overdue.note_booking_overdue),
    Reaction("term_ran_out", questions.ask_open_questions),
    Reaction("recheck_due", checks.ask_for_recheck),
)
"""In every path, after its own transitions."""
