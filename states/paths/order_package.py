"""The path of an order package's downgrade."""

from statemachine import State

from states.chart import amendments, checks, notifications, orders, questions, revocation, surplus, tasks
from states.chart.base import Chart
from states.model.memory import Memory


def to_zero(model: Memory) -> bool:
    """Package 0 is a process of its own (OP4)."""
    return model.request.target == 0


class OrderPackagePath(Chart):
    """A lower tier needs no check of licences (OPL-1); package 0 needs every channel to be gone first (OP0-1, OP0-3).

    There is no override, and on the date a channel that is there again holds the order (X4).
    """

    received = State(initial=True, enter=checks.ask_for_check)
    license_check = State(enter=checks.ask_for_check)
    surplus_resolution = State()
    feature_warning = State()
    order = State(enter=questions.ask_open_questions)
    ordering = State(enter=checks.ask_for_order_check)
    placing = State(enter=orders.ask_for_booking)
    scheduled = State()
    applying = State(enter=orders.ask_for_change)
    held = State(enter=surplus.open_held)
    withdrawing = State(enter=revocation.ask_for_withdrawal)
    applied = State(final=True, enter=notifications.tell_applied)
    refused = State(final=True, enter=notifications.tell_refused)
    abandoned = State(final=True, enter=notifications.tell_abandoned)
    revoked = State(final=True, enter=revocation.tell_revoked)
    superseded = State(final=True, enter=notifications.tell_superseded)
    given_up = State(final=True)

    unordered = (license_check, surplus_resolution, feature_warning, order)
    beneath = (received, *unordered, ordering)
    """Where an order may stand beneath a change (X10)."""

    begin = (
        received.to(refused, cond=checks.refused_by_check)
        | received.to(license_check, cond=to_zero)
        | received.to(feature_warning)
    )
    licences_checked = (
        license_check.to(scheduled, cond=amendments.refused_beneath, on=amendments.drop_change)
        | license_check.to(refused, cond=checks.refused_by_check)
        | license_check.to(surplus_resolution, cond=checks.surplus_found)
        | license_check.to(order, cond=checks.was_acknowledged)
        | license_check.to(feature_warning)
        | surplus_resolution.to(None)
        | feature_warning.to(surplus_resolution, cond=checks.surplus_found)
        | feature_warning.to(None)
        | ordering.to(scheduled, cond=amendments.refused_beneath, on=amendments.drop_change)
        | ordering.to(refused, cond=checks.refused_by_check)
        | ordering.to(received, cond=checks.another_catalogue, on=orders.reject_catalogue)
        | ordering.to(surplus_resolution, cond=checks.surplus_found, on=orders.reject_in_surplus)
        | ordering.to(order, cond=checks.unclear, on=orders.reject_unclear)
        | ordering.to(placing)
        | placing.to(None)
        | order.to(surplus_resolution, cond=checks.surplus_found)
        | order.to(None, on=questions.ask_open_questions)
        | scheduled.to(None)
    )
    acknowledge_warning = feature_warning.to(order, on=checks.remember_acknowledged)
    recheck_licences = (
        surplus_resolution.to(license_check) | order.to(license_check, on=checks.ask_anew) | held.to(applying)
    )
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
    change_applied = applying.to(held, cond=surplus.was_held, on=surplus.take_surplus) | applying.to(applied)
    surplus_settled = held.to(None, on=surplus.note_first_day)
    put_off = held.to(scheduled, on=notifications.tell_clarified)
    target_checked = license_check.from_(
        feature_warning, surplus_resolution, order, scheduled, cond=to_zero, on=amendments.keep_standing
    ) | feature_warning.from_(feature_warning, surplus_resolution, order, scheduled, on=amendments.keep_standing)
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
    give_up = given_up.from_.any(before=notifications.tell_given_up)
    licence_changed = surplus_resolution.to(license_check) | held.to(applying)
