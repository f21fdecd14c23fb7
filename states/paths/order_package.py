"""The path of an order package's downgrade."""

from statemachine import State

from states.chart.lifecycle import Conduct


class OrderPackagePath(Conduct):
    """A lower tier needs no check of licences (OPL-1); package 0 needs every channel to be gone first (OP0-1, OP0-3).

    There is no override, and on the date a channel that is there again holds the order (X4).
    """

    received = State(initial=True, enter="ask_for_check")
    license_check = State(enter="ask_for_check")
    surplus_resolution = State()
    feature_warning = State()
    order = State(enter="ask_open_questions")
    ordering = State(enter="ask_for_order_check")
    placing = State(enter="ask_for_booking")
    scheduled = State()
    applying = State(enter="ask_for_change")
    held = State(enter="open_held")
    withdrawing = State(enter="ask_for_withdrawal")
    applied = State(final=True, enter="applied_now")
    refused = State(final=True, enter="refuse")
    abandoned = State(final=True, enter="tell_abandoned")
    revoked = State(final=True, enter="end_revoked")
    superseded = State(final=True, enter="tell_superseded")
    given_up = State(final=True)

    begin = (
        received.to(refused, cond="refused_by_check")
        | received.to(license_check, cond="to_zero")
        | received.to(feature_warning)
    )
    licences_checked = (
        license_check.to(scheduled, cond="refused_beneath", on="drop_change")
        | license_check.to(refused, cond="refused_by_check")
        | license_check.to(surplus_resolution, cond="surplus_found")
        | license_check.to(order, cond="was_acknowledged")
        | license_check.to(feature_warning)
        | surplus_resolution.to.itself(internal=True)
        | feature_warning.to(surplus_resolution, cond="surplus_found")
        | feature_warning.to.itself(internal=True)
        | ordering.to(scheduled, cond="refused_beneath", on="drop_change")
        | ordering.to(refused, cond="refused_by_check")
        | ordering.to(received, cond="another_catalogue", on="reject_catalogue")
        | ordering.to(surplus_resolution, cond="surplus_found", on="reject_in_surplus")
        | ordering.to(order, cond="unclear", on="reject_unclear")
        | ordering.to(placing)
        | order.to(surplus_resolution, cond="surplus_found")
        | order.to.itself(internal=True, on="ask_open_questions")
        | scheduled.to.itself(internal=True)
    )
    acknowledge_warning = feature_warning.to(order, on="remember_acknowledged")
    recheck_licences = surplus_resolution.to(license_check) | order.to(license_check, on="ask_anew") | held.to(applying)
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
    change_applied = applying.to(held, cond="was_held", on="take_surplus") | applying.to(applied)
    surplus_settled = held.to(applying)
    target_checked = license_check.from_(
        feature_warning, surplus_resolution, order, scheduled, cond="to_zero", on="keep_standing"
    ) | feature_warning.from_(feature_warning, surplus_resolution, order, scheduled, on="keep_standing")
    standing_due = applying.from_(
        received,
        license_check,
        surplus_resolution,
        feature_warning,
        order,
        ordering,
        cond="has_standing",
        on=["drop_change", "hand_over_revocation"],
    ) | placing.to(applying, cond="standing_unbooked", on=["drop_change", "hand_over_revocation"])
    revocation_granted = (
        placing.to(revoked, cond="nothing_booked")
        | withdrawing.from_(placing, scheduled)
        | withdrawing.from_(
            received, license_check, surplus_resolution, feature_warning, order, ordering, cond="has_standing"
        )
    )
    withdrawn = withdrawing.to(revoked)
    supersede = superseded.from_(scheduled) | superseded.from_(
        license_check, surplus_resolution, feature_warning, order, cond="has_standing"
    )
    abandon = scheduled.from_(
        license_check, surplus_resolution, feature_warning, order, cond="has_standing", on="drop_change"
    ) | abandoned.from_(license_check, surplus_resolution, feature_warning, order)
    give_up = given_up.from_(
        received,
        license_check,
        surplus_resolution,
        feature_warning,
        order,
        ordering,
        placing,
        scheduled,
        applying,
        held,
        withdrawing,
        before="tell_given_up",
    )

    def to_zero(self) -> bool:
        """Package 0 is a process of its own (OP4)."""
        return self.model.request.target == 0

    def react_licence_changed(self) -> None:
        """Held on the date: another run's news is the moment to try again (X4)."""
        if self.model.state == "held":
            self.send("recheck_licences")
        else:
            super().react_licence_changed()
