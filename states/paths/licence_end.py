"""The path of everything that ends licence by licence."""

from statemachine import State

from states.chart import amendments, checks, notifications, orders, outcome, questions, revocation, tasks
from states.chart.base import Chart


class LicenceEnd(Chart):
    """A licence ends at its term, or at once where the edition includes it (X6).

    A warning comes first where something else is lost with it (VOU1, API4, HOS3). A connector booked via Shopify
    ends there (CO4). Steps at third parties stand beside `scheduled`, and after the date hold `applied` back until
    their proof is confirmed (X9).
    """

    received = State(initial=True, enter=checks.ask_for_check)
    feature_warning = State()
    license_check = State(enter=checks.ask_for_check)
    order = State(enter=questions.ask_open_questions)
    ordering = State(enter=checks.ask_for_order_check)
    placing = State(enter=orders.ask_for_booking)
    scheduled = State()
    applying = State(enter=orders.ask_for_change)
    third_party = State(enter=[tasks.open_outside_steps, notifications.tell_reported_outside])
    reassigning = State(enter=orders.ask_for_reassignment)
    withdrawing = State(enter=revocation.ask_for_withdrawal)
    applied = State(final=True, enter=notifications.tell_applied)
    external = State(final=True, enter=notifications.tell_applied)
    reassigned = State(final=True, enter=notifications.tell_reassigned)
    refused = State(final=True, enter=notifications.tell_refused)
    abandoned = State(final=True, enter=notifications.tell_abandoned)
    revoked = State(final=True, enter=revocation.tell_revoked)
    superseded = State(final=True, enter=notifications.tell_superseded)
    given_up = State(final=True)

    unordered = (feature_warning, license_check, order)
    beneath = (received, *unordered, ordering)
    """Where an order may stand beneath a change (X10)."""

    begin = (
        received.to(refused, cond=checks.refused_by_check)
        | received.to(feature_warning, cond=checks.warns_first)
        | received.to(license_check)
    )
    acknowledge_warning = feature_warning.to(license_check, on=checks.remember_acknowledged)
    licences_checked = (
        license_check.to(scheduled, cond=amendments.refused_beneath, on=amendments.drop_change)
        | license_check.to(refused, cond=checks.refused_by_check)
        | license_check.to(third_party, cond=checks.ends_outside)
        | license_check.to(order)
        | ordering.to(scheduled, cond=amendments.refused_beneath, on=amendments.drop_change)
        | ordering.to(refused, cond=checks.refused_by_check)
        | ordering.to(received, cond=checks.another_catalogue, on=orders.reject_catalogue)
        | ordering.to(order, cond=checks.unclear, on=orders.reject_unclear)
        | ordering.to(placing)
        | placing.to(None)
        | feature_warning.to(None)
        | order.to(refused, cond=checks.refused_by_check)
        | order.to(None, on=questions.ask_open_questions)
        | scheduled.to(None, on=orders.note_other_cost)
    )
    recheck_licences = order.to(license_check, on=checks.ask_anew)
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
    change_applied = (
        applying.to(external, cond=checks.ends_outside)
        | applying.to(third_party, cond=tasks.proofs_missing, on=notifications.tell_ended)
        | applying.to(applied)
    )
    proof_confirmed = third_party.to(
        applying, cond=[tasks.all_proved, checks.ends_outside], on=outcome.note_proved
    ) | third_party.to(applied, cond=tasks.all_proved)
    reassign = order.to(reassigning, cond=orders.reassignable)
    reassigned_to = reassigning.to(reassigned)
    reassign_refused = reassigning.to(order)
    target_checked = feature_warning.from_(
        feature_warning, order, scheduled, cond=checks.warns_first, on=amendments.keep_standing
    ) | license_check.from_(feature_warning, order, scheduled, on=amendments.keep_standing)
    standing_due = applying.from_(
        *beneath, cond=amendments.has_standing, on=[amendments.drop_change, revocation.hand_over_on_date]
    ) | placing.to(
        applying, cond=amendments.standing_unbooked, on=[amendments.drop_change, revocation.hand_over_on_date]
    )
    revocation_granted = (
        placing.to(None, cond=orders.booking_under_way, on=revocation.note_revoking)
        | placing.to(revoked, cond=revocation.nothing_booked)
        | applying.to(revoked, cond=revocation.change_unmade)
        | withdrawing.from_(placing, scheduled)
        | withdrawing.from_(*beneath, cond=amendments.has_standing)
    )
    withdrawn = withdrawing.to(revoked)
    supersede = superseded.from_(scheduled) | superseded.from_(*unordered, cond=amendments.has_standing)
    abandon = (
        scheduled.from_(*unordered, cond=amendments.has_standing, on=amendments.drop_change)
        | placing.to(scheduled, cond=[amendments.has_standing, tasks.unclicked], on=amendments.drop_change)
        | abandoned.from_(*unordered)
        | abandoned.from_(placing, reassigning, cond=tasks.unclicked, on=orders.drop_order)
        | abandoned.from_(scheduled, applying, cond=revocation.change_unmade, on=orders.drop_order)
        | third_party.to(abandoned, cond=checks.ends_outside)
    )
    give_up = given_up.from_.any(before=notifications.tell_given_up)
