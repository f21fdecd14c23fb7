"""The path out of the Fulfillment Network."""

from statemachine import State

from states.chart.lifecycle import Conduct
from states.model.facts import OutsideStep


class FulfillmentPath(Conduct):
    """The cooperation ends with every partner on its own (FFN1, FFN5), once nothing is open there (FFN2)."""

    received = State(initial=True, enter="ask_for_check")
    license_check = State(enter="ask_for_check")
    surplus_resolution = State()
    order = State(enter="ask_open_questions")
    ordering = State(enter="ask_for_order_check")
    third_party = State(enter="open_outside_steps")
    applying = State(enter="ask_for_change")
    applied = State(final=True, enter="applied_now")
    refused = State(final=True, enter="refuse")
    abandoned = State(final=True, enter="tell_abandoned")
    revoked = State(final=True, enter="end_revoked")
    given_up = State(final=True)

    begin = received.to(refused, cond="refused_by_check") | received.to(license_check)
    licences_checked = (
        license_check.to(refused, cond="refused_by_check")
        | license_check.to(surplus_resolution, cond="surplus_found")
        | license_check.to(order)
        | surplus_resolution.to.itself(internal=True)
        | ordering.to(refused, cond="refused_by_check")
        | ordering.to(received, cond="another_catalogue", on="reject_catalogue")
        | ordering.to(surplus_resolution, cond="surplus_found", on="reject_in_surplus")
        | ordering.to(order, cond="unclear", on="reject_unclear")
        | ordering.to(third_party)
        | order.to(surplus_resolution, cond="surplus_found")
        | order.to.itself(internal=True, on="ask_open_questions")
    )
    recheck_licences = surplus_resolution.to(license_check) | order.to(license_check, on="ask_anew")
    place_order = order.to(ordering, cond="orderable", before="accept_order")
    outside_done = third_party.to(applying, on=["end_now", "hand_over_revocation"])
    change_applied = applying.to(applied)
    revocation_granted = third_party.to(revoked)
    abandon = abandoned.from_(license_check, surplus_resolution, order)
    give_up = given_up.from_(
        received, license_check, surplus_resolution, order, ordering, third_party, applying, before="tell_given_up"
    )

    def outside_steps(self) -> tuple[OutsideStep, ...]:
        """A step for each partner; where none is recorded, one for the network as a person clarified it."""
        return super().outside_steps() or (OutsideStep(what="partner", rule="FFN1", name="-", subject="network"),)

    def accept_order(self) -> None:
        """It ends with the last partner's confirmation, so its date is not known before (FFN5)."""
        super().accept_order()
        if self.model.order:
            self.model.order = self.model.order.model_copy(update={"effective_at": None})

    def end_now(self) -> None:
        """The last partner has confirmed: that is the moment."""
        if self.model.order:
            self.model.order = self.model.order.model_copy(update={"effective_at": self.model.now})

    def partners_left(self) -> list[str]:
        """The partners who have confirmed: with them it has ended, whatever becomes of the rest (FFN5)."""
        waiting = {task.subject for task in self.open_of("third_party")}
        return [step.name or "-" for step in self.outside_steps() if (step.subject or step.what) not in waiting]

    def react_request_revocation(self) -> None:
        """Names the partners with whom it has ended: that does not come back by itself (FFN5, X13)."""
        super().react_request_revocation()
        (task,) = self.open_of("revocation")
        self.change_task(task, values=task.values | {"partners": self.partners_left()})

    def end_revoked(self) -> None:
        """What has ended with a partner stays ended (X13)."""
        self.tell("revoked", cancelled=[], partners=self.partners_left())

    def ends_when(self) -> tuple[str, str]:
        """With the last partner's confirmation (FFN5)."""
        return "partners", "FFN5"

    def revocable(self) -> bool:
        """Until the last partner has confirmed."""
        return self.model.state == "third_party"

    def by_hand(self) -> bool:
        """Nothing is clicked in the customer centre (FFN1)."""
        return False
