"""The path of an edition's downgrade."""

from statemachine import State

from states.chart.lifecycle import Conduct


class EditionPath(Conduct):
    """Cancelling an edition is booking a lower one (ED1).

    Lost functions are acknowledged (ED4), licences in surplus resolved or overridden (ED5, X2), the order waits for
    the first of its month (D1). The edition changes on its date in any case; what is then in surplus needs a person.
    """

    received = State(initial=True, enter="ask_for_check")
    feature_warning = State()
    license_check = State(enter="ask_for_check")
    surplus_resolution = State()
    order = State(enter="ask_open_questions")
    ordering = State(enter="ask_for_order_check")
    placing = State(enter="ask_for_booking")
    scheduled = State()
    applying = State(enter="ask_for_change")
    leftover = State(enter="open_leftover")
    withdrawing = State(enter="ask_for_withdrawal")
    applied = State(final=True, enter="applied_now")
    refused = State(final=True, enter="refuse")
    abandoned = State(final=True, enter="tell_abandoned")
    revoked = State(final=True, enter="end_revoked")
    superseded = State(final=True, enter="tell_superseded")
    given_up = State(final=True)

    begin = received.to(refused, cond="refused_by_check") | received.to(feature_warning)
    acknowledge_warning = feature_warning.to(license_check, on="remember_acknowledged")
    licences_checked = (
        license_check.to(scheduled, cond="refused_beneath", on="drop_change")
        | license_check.to(refused, cond="refused_by_check")
        | license_check.to(surplus_resolution, cond="surplus_found")
        | license_check.to(order)
        | surplus_resolution.to.itself(internal=True)
        | ordering.to(scheduled, cond="refused_beneath", on="drop_change")
        | ordering.to(refused, cond="refused_by_check")
        | ordering.to(received, cond="another_catalogue", on="reject_catalogue")
        | ordering.to(surplus_resolution, cond="surplus_found", on="reject_in_surplus")
        | ordering.to(order, cond="unclear", on="reject_unclear")
        | ordering.to(placing)
        | feature_warning.to.itself(internal=True)
        | order.to(surplus_resolution, cond="surplus_found")
        | order.to.itself(internal=True, on="ask_open_questions")
        | scheduled.to.itself(internal=True, on="remind_of_surplus")
        | leftover.to(applied, cond="nothing_left")
        | leftover.to.itself(internal=True)
    )
    recheck_licences = (
        surplus_resolution.to(license_check)
        | order.to(license_check, on="ask_anew")
        | leftover.to.itself(internal=True, on="ask_what_is_left")
    )
    override_surplus = surplus_resolution.to(order, before="accept_override")
    place_order = order.to(ordering, cond="orderable", before="accept_order")
    order_placed = (
        placing.to(withdrawing, cond="is_revoking")
        | placing.to(scheduled, on="booked")
        | scheduled.to.itself(internal=True, on="tell_clarified")
    )
    order_refused = (
        placing.to(withdrawing, cond="revoking_standing", on="booking_refused")
        | placing.to(revoked, cond="is_revoking", on="booking_refused")
        | placing.to(order, on="booking_refused")
    )
    date_reached = scheduled.to(applying, on="hand_over_revocation")
    change_applied = applying.to(leftover, cond="left_by_change", on="take_surplus") | applying.to(
        applied, on="take_surplus"
    )
    surplus_settled = leftover.to(applied)
    target_checked = feature_warning.from_(feature_warning, surplus_resolution, order, scheduled, on="keep_standing")
    standing_due = applying.from_(
        received,
        feature_warning,
        license_check,
        surplus_resolution,
        order,
        ordering,
        cond="has_standing",
        on=["drop_change", "hand_over_revocation"],
    ) | placing.to(applying, cond="standing_unbooked", on=["drop_change", "hand_over_revocation"])
    revocation_granted = (
        placing.to(revoked, cond="nothing_booked")
        | withdrawing.from_(placing, scheduled)
        | withdrawing.from_(
            received, feature_warning, license_check, surplus_resolution, order, ordering, cond="has_standing"
        )
    )
    withdrawn = withdrawing.to(revoked)
    supersede = superseded.from_(scheduled) | superseded.from_(
        feature_warning, license_check, surplus_resolution, order, cond="has_standing"
    )
    abandon = scheduled.from_(
        feature_warning, license_check, surplus_resolution, order, cond="has_standing", on="drop_change"
    ) | abandoned.from_(feature_warning, license_check, surplus_resolution, order)
    give_up = given_up.from_(
        received,
        feature_warning,
        license_check,
        surplus_resolution,
        order,
        ordering,
        placing,
        scheduled,
        applying,
        leftover,
        withdrawing,
        before="tell_given_up",
    )

    def rechecks(self) -> bool:
        """Every edition order is checked again some days before its date (X2)."""
        return True
