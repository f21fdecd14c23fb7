"""The path of an edition's downgrade."""

from statemachine import State

from states.chart import amendments, checks, notifications, orders, questions, revocation, surplus, tasks
from states.chart.base import Chart
from states.chart.traits import Traits


class EditionPath(Chart):
    """Cancelling an edition is booking a lower one (ED1).

    Lost functions are acknowledged (ED4), licences in surplus resolved or overridden (ED5, X2), the order waits for
    the first of its month (D1). The edition changes on its date in any case; what is then in surplus needs a person.
    """

    traits = Traits(rechecks=True)

    received = State(initial=True, enter=checks.ask_for_check)
    feature_warning = State()
    license_check = State(enter=checks.ask_for_check)
    surplus_resolution = State()
    order = State(enter=questions.ask_open_questions)
    ordering = State(enter=checks.ask_for_order_check)
    placing = State(enter=orders.ask_for_booking)
    scheduled = State()
    applying = State(enter=orders.ask_for_change)
    leftover = State(enter=surplus.open_leftover)
    withdrawing = State(enter=revocation.ask_for_withdrawal)
    applied = State(final=True, enter=notifications.tell_applied)
    refused = State(final=True, enter=notifications.tell_refused)
    abandoned = State(final=True, enter=notifications.tell_abandoned)
    revoked = State(final=True, enter=revocation.tell_revoked)
    superseded = State(final=True, enter=notifications.tell_superseded)
    given_up = State(final=True)

    unordered = (feature_warning, license_check, surplus_resolution, order)
    beneath = (received, *unordered, ordering)
    """Where an order may stand beneath a change (X10)."""

    begin = received.to(refused, cond=checks.refused_by_check) | received.to(feature_warning)
    acknowledge_warning = feature_warning.to(license_check, on=checks.remember_acknowledged)
    licences_checked = (
        license_check.to(scheduled, cond=amendments.refused_beneath, on=amendments.drop_change)
        | license_check.to(refused, cond=checks.refused_by_check)
        | license_check.to(surplus_resolution, cond=checks.surplus_found)
        | license_check.to(order)
        | surplus_resolution.to(None)
        | ordering.to(scheduled, cond=amendments.refused_beneath, on=amendments.drop_change)
        | ordering.to(refused, cond=checks.refused_by_check)
        | ordering.to(received, cond=checks.another_catalogue, on=orders.reject_catalogue)
        | ordering.to(surplus_resolution, cond=checks.surplus_found, on=orders.reject_in_surplus)
        | ordering.to(order, cond=checks.unclear, on=orders.reject_unclear)
        | ordering.to(placing)
        | placing.to(None)
        | feature_warning.to(None)
        | order.to(surplus_resolution, cond=checks.surplus_found)
        | order.to(None, on=questions.ask_open_questions)
        | scheduled.to(None, on=notifications.remind_of_surplus)
        | leftover.to(applied, cond=surplus.nothing_left)
        | leftover.to(None)
    )
    recheck_licences = (
        surplus_resolution.to(license_check)
        | order.to(license_check, on=checks.ask_anew)
        | leftover.to(None, on=checks.ask_what_is_left)
    )
    override_surplus = surplus_resolution.to(order, before=surplus.accept_override)
    place_order = order.to(ordering, cond=orders.orderable, before=orders.accept_order)
    order_placed = (
        placing.to(withdrawing, cond=revocation.is_revoking)
        | placing.to(scheduled, on=orders.note_booked)
        | scheduled.to(None, on=notifications.tell_clarified)
    )
    order_refused = (
        placing.to(withdrawing, cond=revocation.revoking_standing, on=orders.note_booking_refused)
        | placing.to(revoked, cond=revocation.is_revoking, on=orders.note_booking_refused)
        | placing.to(order, on=orders.note_booking_refused)
    )
    date_reached = scheduled.to(applying, on=revocation.hand_over_on_date)
    change_applied = applying.to(
        leftover, cond=surplus.left_by_change, on=[surplus.take_surplus, notifications.note_made]
    ) | applying.to(applied, on=surplus.take_surplus)
    surplus_settled = leftover.to(applied)
    target_checked = feature_warning.from_(
        feature_warning, surplus_resolution, order, scheduled, on=amendments.keep_standing
    )
    standing_due = applying.from_(
        *beneath, cond=amendments.has_standing, on=[amendments.drop_change, revocation.hand_over_on_date]
    ) | placing.to(
        applying, cond=amendments.standing_unbooked, on=[amendments.drop_change, revocation.hand_over_on_date]
    )
    revocation_granted = (
        placing.to(None, cond=orders.booking_under_way, on=revocation.note_revoking)
        | placing.to(revoked, cond=revocation.nothing_booked)
        | withdrawing.from_(placing, scheduled)
        | withdrawing.from_(*beneath, cond=amendments.has_standing)
    )
    withdrawn = withdrawing.to(revoked)
    supersede = superseded.from_(scheduled) | superseded.from_(*unordered, cond=amendments.has_standing)
    abandon = (
        scheduled.from_(*unordered, cond=amendments.has_standing, on=amendments.drop_change)
        | placing.to(scheduled, cond=[amendments.has_standing, tasks.unclicked], on=amendments.drop_change)
        | abandoned.from_(*unordered)
        | placing.to(abandoned, cond=tasks.unclicked, on=orders.drop_order)
    )
    licence_changed = surplus_resolution.to(license_check) | leftover.to(None, on=checks.ask_what_is_left)
    give_up = given_up.from_.any(before=notifications.tell_given_up)
