"""The path of everything that ends licence by licence."""

from typing import ClassVar

from statemachine import State

from states.chart.lifecycle import Conduct


class LicenceEnd(Conduct):
    """A licence ends at its term, or at once where the edition includes it (X6).

    A warning comes first where something else is lost with it (VOU1, API4, HOS3). A connector booked via Shopify
    ends there (CO4). Steps at third parties stand beside `scheduled`, and after the date hold `applied` back until
    their proof is confirmed (X9).
    """

    received = State(initial=True, enter="ask_for_check")
    feature_warning = State()
    license_check = State(enter="ask_for_check")
    order = State(enter="ask_open_questions")
    ordering = State(enter="ask_for_order_check")
    placing = State(enter="ask_for_booking")
    scheduled = State()
    applying = State(enter="ask_for_change")
    third_party = State(enter="open_outside_steps")
    reassigning = State(enter="ask_for_reassignment")
    withdrawing = State(enter="ask_for_withdrawal")
    applied = State(final=True, enter="applied_now")
    external = State(final=True, enter="applied_now")
    reassigned = State(final=True, enter="tell_reassigned")
    refused = State(final=True, enter="refuse")
    abandoned = State(final=True, enter="tell_abandoned")
    revoked = State(final=True, enter="end_revoked")
    superseded = State(final=True, enter="tell_superseded")
    given_up = State(final=True)

    begin = (
        received.to(refused, cond="refused_by_check")
        | received.to(feature_warning, cond="warns_first")
        | received.to(license_check)
    )
    acknowledge_warning = feature_warning.to(license_check, on="remember_acknowledged")
    licences_checked = (
        license_check.to(scheduled, cond="refused_beneath", on="drop_change")
        | license_check.to(refused, cond="refused_by_check")
        | license_check.to(third_party, cond="ends_outside")
        | license_check.to(order)
        | ordering.to(scheduled, cond="refused_beneath", on="drop_change")
        | ordering.to(refused, cond="refused_by_check")
        | ordering.to(received, cond="another_catalogue", on="reject_catalogue")
        | ordering.to(order, cond="unclear", on="reject_unclear")
        | ordering.to(placing)
        | feature_warning.to.itself(internal=True)
        | order.to.itself(internal=True, on="ask_open_questions")
        | scheduled.to.itself(internal=True)
    )
    recheck_licences = order.to(license_check, on="ask_anew")
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
    change_applied = (
        applying.to(external, cond="ends_outside")
        | applying.to(third_party, cond="proofs_missing", on="tell_ended")
        | applying.to(applied)
    )
    outside_done = third_party.to(applying, cond="ends_outside") | third_party.to(applied)
    reassign = order.to(reassigning, cond="reassignable")
    reassigned_to = reassigning.to(reassigned)
    reassign_refused = reassigning.to(order)
    target_checked = feature_warning.from_(
        feature_warning, order, scheduled, cond="warns_first", on="keep_standing"
    ) | license_check.from_(feature_warning, order, scheduled, on="keep_standing")
    standing_due = applying.from_(
        received,
        feature_warning,
        license_check,
        order,
        ordering,
        cond="has_standing",
        on=["drop_change", "hand_over_revocation"],
    ) | placing.to(applying, cond="standing_unbooked", on=["drop_change", "hand_over_revocation"])
    revocation_granted = (
        placing.to(revoked, cond="nothing_booked")
        | withdrawing.from_(placing, scheduled)
        | withdrawing.from_(received, feature_warning, license_check, order, ordering, cond="has_standing")
    )
    withdrawn = withdrawing.to(revoked)
    supersede = superseded.from_(scheduled) | superseded.from_(
        feature_warning, license_check, order, cond="has_standing"
    )
    abandon = (
        scheduled.from_(feature_warning, license_check, order, cond="has_standing", on="drop_change")
        | abandoned.from_(feature_warning, license_check, order)
        | third_party.to(abandoned, cond="ends_outside")
    )
    give_up = given_up.from_(
        received,
        feature_warning,
        license_check,
        order,
        ordering,
        placing,
        scheduled,
        applying,
        third_party,
        reassigning,
        withdrawing,
        before="tell_given_up",
    )

    reassigns: ClassVar[bool] = False

    def reassignable(self) -> bool:
        """Only a WMS user has the alternative (WMU4)."""
        return self.reassigns
