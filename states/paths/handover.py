"""The path of what ends at a third party alone."""

from statemachine import State

from states.chart import checks, notifications, orders, outcome, tasks
from states.chart.base import Chart
from states.chart.traits import Traits


class HandoverPath(Chart):
    """The customer leaves the customer centre; we hand over, remind, and keep the proof (ECO1, ECO2, X9)."""

    traits = Traits(clicked=False, ends=("third_party", "ECO2"))

    received = State(initial=True, enter=checks.ask_for_check)
    third_party = State(enter=[tasks.open_outside_steps, notifications.tell_reported_outside])
    applying = State(enter=orders.ask_for_change)
    external = State(final=True, enter=notifications.tell_applied)
    refused = State(final=True, enter=notifications.tell_refused)
    abandoned = State(final=True, enter=notifications.tell_abandoned)
    given_up = State(final=True)

    begin = received.to(refused, cond=checks.refused_by_check) | received.to(third_party)
    proof_confirmed = third_party.to(applying, cond=tasks.all_proved, on=outcome.note_proved)
    change_applied = applying.to(external)
    abandon = abandoned.from_(third_party)
    give_up = given_up.from_.any(before=notifications.tell_given_up)
