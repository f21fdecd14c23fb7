"""What may happen to an order: another target over it, revocation, news of other runs, time."""

from datetime import datetime

from states.chart.orders import Orders
from states.model.base import day_after
from states.model.effects import CheckLicences, HandOver
from states.model.memory import Standing
from states.model.request import Request
from states.rules.effective_date import (
    date_rule_of,
    effective_at,
    term_runs,
)
from states.rules.run_values import isoformat
from states.rules.surplus_resolution import cancellations_for_run, surplus_names


class Changes(Orders):
    """Changes over a standing order (X10), revocation (X11), re-checks (X2, X3); declares no states."""

    kept: Standing | None = None
    """The booked order as it stood when another target was asked about."""

    def react_target_proposed(self) -> None:
        """Another target is asked about first; nothing changes unless it is possible (X10)."""
        self.ask(CheckLicences(proposal=self.message, order_at=self.message.time))

    def react_details_replaced(self) -> None:
        """Other details replace the former before the order (contract, `requested` for the same target)."""
        request = self.model.request
        said = self.message
        self.model.request = request.model_copy(
            update={"details": said.details or request.details, "explanation": said.explanation or request.explanation}
        )

    def keep_standing(self) -> None:
        """Keep the booked order with all that belongs to it, beneath the change."""
        memory = self.model
        if memory.standing is None and self.kept is not None:
            memory.standing = self.kept
        self.reset_for_target()
        self.write("requested", "target_changed", target=memory.request.target)

    def snapshot(self) -> Standing | None:
        """The booked order as it stands, to be put back when the change is dropped."""
        memory = self.model
        if memory.order is None or memory.check is None:
            return None
        return Standing(
            request=memory.request,
            order=memory.order,
            check=memory.check,
            receipt=memory.receipt,
            clarified_cost=memory.clarified_cost,
            clarified_term=memory.clarified_term,
            overridden=memory.overridden,
        )

    def drop_change(self) -> None:
        """Back to the standing order, with a notice (X10)."""
        memory = self.model
        standing = memory.standing
        if standing is None:
            return
        self.reset_for_target()
        memory.request, memory.order, memory.check = standing.request, standing.order, standing.check
        memory.receipt, memory.clarified_cost = standing.receipt, standing.clarified_cost
        memory.clarified_term, memory.overridden = standing.clarified_term, standing.overridden
        memory.standing = None
        for task in self.open_of("perform", "repair"):
            self.close_task(task)
        self.write("change_dropped", "change_dropped", target=memory.request.target)
        self.tell("change_dropped")

    def react_request_revocation(self) -> None:
        """Opens a ticket; the cancellation goes on."""
        cancelled = [
            {"run": one.workflow_id, "ends_at": isoformat(one.ends_at), "state": one.state}
            for one in cancellations_for_run(self.model)
        ]
        self.open_decision(
            "revocation",
            "revocation",
            "revocation_granted",
            "revocation_declined",
            explanation=self.message.explanation,
            effective_at=isoformat(effective_at(self.model)),
            cancelled=cancelled,
        )

    def react_revocation_under_way(self) -> None:
        """Granted while the booking is on its way: taken up with its answer."""
        self.model.revoking = True

    def end_revoked(self) -> None:
        """Nothing is booked any more; what ended for it stays ended (X13)."""
        self.tell("revoked", cancelled=[one.licence for one in cancellations_for_run(self.model)])

    def hand_over_revocation(self) -> None:
        """On the effective date an open revocation passes to a `misclick` run of its own (X11)."""
        request = self.model.request
        for task in self.open_of("revocation"):
            self.close_task(task)
            asked = self.last_line("request_revocation")
            passed_on = Request(
                kind="misclick",
                customer=request.customer,
                subject=f"{request.kind}.{request.subject}",
                explanation=str(task.values.get("explanation") or "-"),
                details={"run": request.workflow_id},
                by=asked.by if asked else None,
            )
            self.write("revocation_passed_on", "revocation_passed_on", run=passed_on.workflow_id)
            self.ask(HandOver(request=passed_on))

    def tell_superseded(self) -> None:
        """An upgrade was booked elsewhere (X10)."""
        self.tell("superseded")

    def react_order_by_passed(self) -> None:
        """The date shown moves by itself (contract, `order_by`)."""
        self.write("order_by_passed", "order_by_passed", effective_at=isoformat(effective_at(self.model)))

    def react_term_ran_out(self) -> None:
        """The recorded term ran out before the order: which one holds is asked (X6)."""
        self.ask_open_questions()

    def term_ends_at(self) -> datetime | None:
        """When the recorded term runs out, while the customer has not ordered (X6)."""
        check = self.model.check
        waits = self.model.state == "order" and date_rule_of(self.model) == "term" and not self.model.clarified_term
        if not waits or check is None or check.term_ends is None or not term_runs(self.model):
            return None
        return day_after(check.term_ends, self.model.settings.zone)

    def react_recheck_due(self) -> None:
        """Some days before the date the licences are looked at again (X2)."""
        self.model.rechecked = True
        self.ask_for_check()

    def react_licence_changed(self) -> None:
        """Another run's news: check again by itself (X3)."""
        if self.model.state == "surplus_resolution":
            self.send("recheck_licences")
        elif self.model.state == "leftover":
            self.ask_what_is_left()
        elif self.model.state in ("feature_warning", "order", "scheduled"):
            self.ask_for_check()

    def remind_of_surplus(self) -> None:
        """Some days before the date the customer is told what is still in surplus, overridden or not (X2)."""
        entries = self.model.check.surplus if self.model.check else ()
        left = surplus_names(entry for entry in entries if entry.ends_at is None)
        if left and self.model.rechecked:
            self.tell("surplus_reminder", licences=left)

    def ask_what_is_left(self) -> None:
        """After the change: only what is still in surplus (X2)."""
        self.ask(CheckLicences(version=self.version(), after=True))
