"""The path out of the Fulfillment Network."""

from statemachine import State

from states.chart import checks, notifications, orders, questions, revocation, tasks
from states.chart.base import Chart
from states.chart.outcome import note_proved
from states.chart.traits import Traits
from states.chart.turn import Turn
from states.model.facts import OutsideStep


def end_when_proved(turn: Turn) -> None:
    """The moment at which the last partner has confirmed: what was ordered holds from then (FFN5)."""
    memory = turn.memory
    note_proved(turn)
    order = memory.order
    if order:
        memory.order = order.model_copy(update={"effective_at": memory.took_effect_at})


class FulfillmentPath(Chart):
    """The cooperation ends with every partner on its own (FFN1, FFN5), once nothing is open there (FFN2).

    Nothing is clicked in the customer centre. It can be taken back until the last partner has confirmed.
    """

    traits = Traits(
        clicked=False,
        revocable=frozenset({"third_party"}),
        unrecorded=OutsideStep(what="partner", rule="FFN1", name="-", subject="network"),
        ends=("partners", "FFN5"),
        open_ended=True,
    )

    received = State(initial=True, enter=checks.ask_for_check)
    license_check = State(enter=checks.ask_for_check)
    surplus_resolution = State()
    order = State(enter=questions.ask_open_questions)
    ordering = State(enter=checks.ask_for_order_check)
    third_party = State(enter=tasks.open_outside_steps)
    applying = State(enter=orders.ask_for_change)
    applied = State(final=True, enter=notifications.tell_applied)
    refused = State(final=True, enter=notifications.tell_refused)
    abandoned = State(final=True, enter=notifications.tell_abandoned)
    revoked = State(final=True, enter=revocation.tell_revoked)
    given_up = State(final=True)

    begin = received.to(refused, cond=checks.refused_by_check) | received.to(license_check)
    licences_checked = (
        license_check.to(refused, cond=checks.refused_by_check)
        | license_check.to(surplus_resolution, cond=checks.surplus_found)
        | license_check.to(order)
        | surplus_resolution.to(None)
        | ordering.to(refused, cond=checks.refused_by_check)
        | ordering.to(received, cond=checks.another_catalogue, on=orders.reject_catalogue)
        | ordering.to(surplus_resolution, cond=checks.surplus_found, on=orders.reject_in_surplus)
        | ordering.to(order, cond=checks.unclear, on=orders.reject_unclear)
        | ordering.to(third_party)
        | order.to(surplus_resolution, cond=checks.surplus_found)
        | order.to(None, on=questions.ask_open_questions)
    )
    recheck_licences = surplus_resolution.to(license_check) | order.to(license_check, on=checks.ask_anew)
    place_order = order.to(ordering, cond=orders.orderable, before=orders.accept_order)
    proof_confirmed = third_party.to(
        applying, cond=tasks.all_proved, on=[end_when_proved, revocation.hand_over_revocation]
    )
    change_applied = applying.to(applied)
    revocation_granted = third_party.to(revoked)
    abandon = abandoned.from_(license_check, surplus_resolution, order)
    give_up = given_up.from_.any(before=notifications.tell_given_up)
    licence_changed = surplus_resolution.to(license_check)
