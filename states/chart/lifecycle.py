"""How a run behaves between events: what it waits for, when it wakes, whose clock runs, which tasks still matter."""

from datetime import datetime, timedelta
from typing import Any, ClassVar

from states.chart.amendments import Changes
from states.chart.base import AWAITED_EFFECT
from states.model.effects import CheckLicences, Effect
from states.model.facts import Check, Receipt, Refusal
from states.model.memory import Task
from states.model.request import CUSTOMER_MESSAGES, HandInProof, Request
from states.rules.effective_date import effective_at, follows_notice, notice_rule, open_questions
from states.rules.surplus_resolution import split_by_licence, unresolved_surplus

KEEPS_CHECK = frozenset({"scheduled", "order", "feature_warning"})
"""Where a refusal found in passing changes nothing: it is judged again when the customer acts, or on the date."""

KEEPS_TASK = frozenset({"stays_open", "hand_in_proof", "proof_rejected"})
"""What is done to a task without closing it."""


class Conduct(Changes):
    """The last part of every chart; paths derive from it. Declares no states."""

    has_date: ClassVar[bool] = False
    """Whether a person's grant agrees on a date (SUP3)."""
    mends_what_was_done = True
    """Whether a person mends it where our record refuses what was done by hand, with proof, in the customer centre
    (X12); runs that had it refused before told the customer that it was not done."""
    refuses_past_terms = True
    """Whether a term that has ended answers nothing; runs that took one as an answer go on with it."""
    notes_date = True
    """Whether that date is kept where other runs find it; runs that began before did not (`workflows.patches`)."""

    # What it waits for.

    def at_rest(self) -> bool:
        """Nothing is under way that this state waits for, or a person holds it."""
        return self.model.state not in AWAITED_EFFECT or self.held_by("perform", "repair")

    def awaits_customer(self) -> bool:
        """The customer is the one who must act."""
        if self.ended or self.model.state not in self.customer_states:
            return False
        return self.model.state != "order" or not self.open_of("clarify_cost", "clarify_term", "clarify")

    def waiting_for(self) -> tuple[str, ...]:
        """Whom or what the run waits for (contract, `waiting_for`); empty when it has ended."""
        if self.ended:
            return ()
        waits = {waiter(task) for task in self.model.tasks}
        if self.awaits_customer():
            waits.add("customer")
        if self.model.state == "scheduled" and effective_at(self.model) is not None:
            waits.add("date")
        if not self.at_rest():
            waits.add("system")
        order = ("customer", "operator", "third_party", "date", "system", "repair")
        return tuple(value for value in order if value in waits) or ("operator",)

    def enabled(self) -> tuple[str, ...]:
        """Just the events that a customer could send now."""
        if self.ended:
            return ()
        possible = self.possible()
        return tuple(event for event in CUSTOMER_MESSAGES if event in possible)

    def possible(self) -> frozenset[str]:
        """Transitions and reactions that would be taken now."""
        found = set(super().possible())
        if self.ended:
            return frozenset()
        if self.revocable() and not self.open_of("revocation"):
            found.add("request_revocation")
        if self.open_of("third_party"):
            found.add("hand_in_proof")
        return frozenset(found)

    def revocable(self) -> bool:
        """From the order to the effective date (X11)."""
        if self.model.revoking or self.model.state in ("withdrawing", "applying"):
            return False
        ordered = self.model.state in ("placing", "scheduled") or self.model.standing is not None
        return ordered and not self.date_has_come(self.model.now)

    def date_has_come(self, at: datetime) -> bool:
        """Whether the effective moment of what is booked has come."""
        standing = self.model.standing
        date = standing.order.effective_at if standing else effective_at(self.model)
        return date is not None and self.model.order is not None and at >= date and self.model.state != "placing"

    def happen(self, event: str) -> None:
        """A revocation granted while the booking is on its way is taken up with its answer (X11)."""
        if isinstance(self.task, Task) and event not in KEEPS_TASK:
            self.close_task(self.task)
        super().happen("revocation_under_way" if event == "revocation_granted" and self.booking_under_way() else event)

    def can(self, event: str) -> bool:
        """Whether a decision's event could be taken now."""
        if event == "revocation_granted" and self.booking_under_way():
            return True
        return hasattr(self, f"react_{event}") or event in self.possible()

    def react_proof_confirmed(self) -> None:
        """A step outside our reach is proved (X9); with the last one the run ends where it waits for that alone."""
        if self.model.state == "third_party" and not self.open_of("third_party"):
            self.send("outside_done")

    # After each event.

    def settle(self) -> None:
        """Drop the tasks that no longer matter, remember surplus, run or stop the customer's clock."""
        if self.ended:
            self.model.tasks = ()
        elif self.at_rest():
            self.model.tasks = tuple(task for task in self.model.tasks if self.still_matters(task))
        if self.model.check is not None:
            known = {entry.licence for entry in self.model.once_surplus}
            found = {one.licence: one for entry in self.model.check.surplus for one in split_by_licence(entry)}
            fresh = tuple(entry for licence, entry in found.items() if licence not in known)
            if fresh:
                self.model.once_surplus = (*self.model.once_surplus, *fresh)
        self.run_clock()

    def still_matters(self, task: Task) -> bool:
        """Whether a task's decision could still be taken up here."""
        if task.type == "perform":
            return task.step is not None and self.expects(task.step)
        if task.type.startswith("clarify"):
            late = task.subject == "late" and self.model.state == "scheduled"
            return late or (self.model.state == "order" and task.type in open_questions(self.model))
        if task.type == "revocation":
            return self.revocable()
        if task.type == "surplus":
            return self.model.state in ("leftover", "held")
        return True

    def run_clock(self) -> None:
        """The clock of a customer who does nothing; it stands still while somebody else is awaited."""
        memory = self.model
        if self.message is not None and (self.task is None or isinstance(self.message, HandInProof)):
            memory.idle_spent, memory.reminders = timedelta(0), 0
            memory.idle_since = None
        waits = self.clock_runs()
        if waits and memory.idle_since is None:
            memory.idle_since = memory.now
        elif not waits and memory.idle_since is not None:
            memory.idle_spent += max(memory.now - memory.idle_since, timedelta(0))
            memory.idle_since = None

    def clock_runs(self) -> bool:
        """Whether the customer is the one who does nothing; at a third party that is the customer too (X9)."""
        outside = self.model.state == "third_party" and all(task.proof is None for task in self.model.tasks)
        awaited = (self.awaits_customer() and "operator" not in self.waiting_for()) or outside
        return awaited and self.at_rest() and "abandon" in self.possible()

    # When it wakes.

    def timers(self) -> dict[str, datetime]:
        """The moments at which the run wakes, by the event that it then takes; read off memory, nothing to cancel."""
        if self.ended:
            return {}
        due = dict(self.clock_timers())
        memory = self.model
        if memory.state in self.before_order and follows_notice(memory):
            due["order_by_passed"] = notice_rule(memory).next_change(memory.now)
        ran_out = self.term_ends_at()
        if ran_out is not None:
            due["term_ran_out"] = ran_out
        if memory.state == "scheduled":
            due |= self.date_timers()
        if memory.standing and memory.standing.order.effective_at and "standing_due" in self.possible():
            due["standing_due"] = memory.standing.order.effective_at
        if memory.tasks:
            due["task_due"] = min(self.escalation_at(task) for task in memory.tasks)
        return due

    def clock_timers(self) -> dict[str, datetime]:
        """Reminders, and the end of patience."""
        memory = self.model
        if memory.idle_since is None:
            return {}
        start = memory.idle_since - memory.idle_spent
        end = start + memory.settings.abandon_after
        remind = start + memory.settings.remind_every * (memory.reminders + 1)
        return {"abandon": end} | ({"remind": remind} if remind < end else {})

    def date_timers(self) -> dict[str, datetime]:
        """The effective moment, and the check some days before it (X2)."""
        date = effective_at(self.model)
        if date is None:
            return {}
        due = {"date_reached": date}
        if self.rechecks() and not self.model.rechecked:
            due["recheck_due"] = date - self.model.settings.recheck_before
        return due

    def rechecks(self) -> bool:
        """Whether licences are checked again before the date: editions (X2)."""
        return False

    def ends_when(self) -> tuple[str, str]:
        """Why something without a term ends when it does, as a text of `why` and its rule: with the order (X6)."""
        return "at_once", "X6"

    # Answers.

    def start(self) -> tuple[Effect, ...]:
        """The first question of a run: what the record and the catalogue say."""
        self.asked = []
        self.ask(CheckLicences())
        return tuple(self.asked)

    def answer(self, effect: Effect, at: datetime, **facts: Any) -> tuple[Effect, ...]:
        """What came back: `check`, `receipt`, or `refusal`. An answer that nobody waits for any more is dropped."""
        self.verdict, self.asked = None, []
        if isinstance(effect, CheckLicences):
            return self.checked(effect, at, facts["check"])
        refusal = facts.get("refusal")
        if refusal is not None and self.mends_what_was_done and getattr(effect, "proof", None) is not None:
            return self.failed(effect, at, str(refusal.values.get("reason", "")))
        event = effect.refused if refusal is not None and effect.refused else self.answer_to(effect)
        if event not in self.possible():
            return ()
        return self.decide(event, at, **facts)

    def checked(self, effect: CheckLicences, at: datetime, check: Check) -> tuple[Effect, ...]:
        """The record's answer: for a proposal it is taken up only where nothing stands against it."""
        event = self.answer_to(effect)
        if effect.proposal is not None:
            return self.proposal_checked(effect.proposal, at, check)
        if event not in self.possible():
            return ()
        facts: dict[str, Any] = {"check": check}
        if check.settings is not None:
            facts = {"settings": check.settings, "check": check.model_copy(update={"settings": None})}
        former = self.model.check
        if former is not None and effect.after:
            facts["check"] = former.model_copy(update={"surplus": check.surplus})
        elif former is not None and check.refusal and self.model.state in KEEPS_CHECK:
            facts["check"] = former
        return self.decide(event, at, **facts)

    def proposal_checked(self, said: Request, at: datetime, check: Check) -> tuple[Effect, ...]:
        """Another target: refused with its code, and nothing changes; or the run begins again with it (X10)."""
        if check.refusal is not None:
            self.verdict = check.refusal
        elif "target_checked" not in self.possible():
            self.verdict = Refusal(rule="X10", code="not_enabled", values={"event": "requested"})
        else:
            self.kept = self.snapshot() if self.model.state == "scheduled" else None
            check = check.model_copy(update={"settings": None})
            acted = said.time or at
            return self.decide(
                "target_checked", at, message=said, quiet=True, check=check, request=said, last_customer_at=acted
            )
        return ()

    def failed(self, effect: Effect, at: datetime, error: str) -> tuple[Effect, ...]:
        """An effect keeps failing: a person is asked (contract, `repair`)."""
        skippable = not isinstance(effect, CheckLicences) or self.model.check is not None
        return self.decide("step_failed", at, task=(effect, error, skippable), note=error)

    def nothing_left(self) -> bool:
        """A clean check: whatever was in surplus has ended or its end is booked (X2, X4)."""
        return not unresolved_surplus(self.model)

    def left_by_change(self) -> bool:
        """The change left something in surplus whose own end is not booked (X2)."""
        receipt: Receipt | None = self.model.receipt
        return receipt is not None and any(entry.ends_at is None for entry in receipt.surplus)


def waiter(task: Task) -> str:
    """Whom an open task waits for."""
    if task.type == "repair":
        return "repair"
    if task.type == "third_party" and task.proof is None:
        return "third_party"
    return "operator"
