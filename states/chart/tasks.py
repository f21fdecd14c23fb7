"""Tasks: what waits for a person, how it is opened, and what each decision causes (contract, Operator decisions)."""

import hashlib
from datetime import datetime
from typing import Any

from states.chart.base import Chart
from states.model.base import day_after, day_of
from states.model.effects import AnyEffect, AssignLicence, BookOrder, Notify
from states.model.facts import OutsideStep, Receipt, Refusal
from states.model.memory import Task
from states.model.request import Proof
from states.rules.effective_date import effective_at, follows_notice, notice_rule, order_by
from states.rules.run_values import isoformat, mail_facts
from states.rules.surplus_resolution import surplus_names, unresolved_surplus

COSTS = ("cancellation", "deactivation", "none")


class Tasks(Chart):
    """The part of every chart that opens, escalates and closes tasks. Declares no states."""

    def open_task(
        self, type_: str, text: str, *, step: AnyEffect | None = None, subject: str | None = None, **more: Any
    ) -> None:
        """Open a task unless the same is open already; its id is opaque, without slashes, and the same on replay."""
        memory = self.model
        if any(task.type == type_ and task.subject == subject and task.step == step for task in memory.tasks):
            return
        memory.number += 1
        seed = f"{memory.request.workflow_id}/{memory.run_id}/{memory.number}"
        name = "t-" + hashlib.blake2s(seed.encode(), digest_size=8).hexdigest()
        opened = Task(task=name, type=type_, text=text, opened_at=memory.now, step=step, subject=subject, **more)
        memory.tasks = (*memory.tasks, opened)

    def close_task(self, task: Task) -> None:
        """Take a task off the list."""
        self.model.tasks = tuple(open_ for open_ in self.model.tasks if open_.task != task.task)

    def change_task(self, task: Task, **changes: Any) -> None:
        """Replace a task by a changed copy."""
        changed = task.model_copy(update=changes)
        self.model.tasks = tuple(changed if open_.task == task.task else open_ for open_ in self.model.tasks)

    def open_of(self, *types: str) -> tuple[Task, ...]:
        """The open tasks of these types."""
        return tuple(task for task in self.model.tasks if task.type in types)

    def tell(self, template: str, **values: Any) -> None:
        """A mail to the customer, with the date, the deadline and the price as far as they are known."""
        self.ask(Notify(template=template, values=mail_facts(self.model) | values))

    def tell_operators(self, template: str, **values: Any) -> None:
        """A mail to the operators; a date that no order has yet is none of theirs."""
        date = isoformat(effective_at(self.model)) if self.model.order else None
        self.ask(Notify(template=template, to="operator", values={"effective_at": date} | values))

    # Opening each type.

    def ask_or_open(self, step: AnyEffect, by_hand: bool, text: str, due_at: datetime | None) -> None:
        """Ask for an effect, or have a person do it by hand (X12)."""
        if by_hand:
            self.open_perform(text, step, due_at)
        else:
            self.ask(step)

    def open_perform(self, text: str, step: AnyEffect, due_at: datetime | None) -> None:
        """A person must click; confirming needs proof, and then acts under the number that the step gets here (X12)."""
        self.model.number += 1
        step = step.numbered(self.model.number)
        check = self.model.check
        order = self.model.order
        labels = check.service_labels if check else {}
        called = {key: f"{label} ({key})" for key, label in labels.items()}
        values = {
            "product": self.model.request.kind,
            "subject": self.model.request.subject,
            "target": self.model.request.target,
            "effective_at": isoformat(effective_at(self.model)),
            "click_path": list(check.click_path) if check else [],
            "details": order.details if order else None,
            "optional_services": [called.get(key, key) for key in order.optional_services] if order else [],
        }
        if isinstance(step, AssignLicence):
            values["target"] = step.to
        self.open_task(
            "perform", text, step=step, due_at=due_at, confirmed="performed", proof_required=True, values=values
        )

    def open_question(self, type_: str) -> None:
        """A fact that must be asked for (X5, X6, X14)."""
        check = self.model.check
        question = next((one for one in check.questions if one.type == type_), None) if check else None
        values = dict(question.values) if question else {"recorded": recorded_term(self.model)}
        self.open_task(
            type_,
            "clarify_partners" if type_ == "clarify" else type_,
            decisions=dict.fromkeys(COSTS, "clarified") if type_ == "clarify_cost" else {},
            confirmed=None if type_ == "clarify_cost" else "clarified",
            rejected="not_clarified",
            at_required=type_ == "clarify_term",
            note_required=("*",) if type_ == "clarify" else (),
            values=values,
        )

    def open_decision(self, type_: str, text: str, granted: str, declined: str, **values: Any) -> None:
        """A person at the vendor decides: `granted` or `declined`."""
        self.open_task(
            type_, text, decisions={"granted": granted, "declined": declined}, rejected=declined, values=values
        )

    def open_outside(self, step: OutsideStep) -> None:
        """A step outside our reach: proof is needed, by customer or third party (X9)."""
        values = {"name": step.name} | dict(step.values)
        subject = step.subject or step.what
        text = f"third_party_{step.what}"
        self.open_task(
            "third_party", text, subject=subject, confirmed="proof_confirmed", proof_required=True, values=values
        )

    def open_surplus(self, text: str) -> None:
        """Still in surplus on the date (X2, X4)."""
        self.open_task(
            "surplus",
            text,
            confirmed="surplus_settled",
            values={"licences": surplus_names(unresolved_surplus(self.model))},
        )

    def open_repair(self, step: AnyEffect, error: str, skippable: bool) -> None:
        """An effect keeps failing: a person decides (contract, `repair`)."""
        decisions = {"retry": "retry", "skip": "skip", "end": "give_up"}
        if not skippable:
            del decisions["skip"]
        values = {"action": step.effect, "error": error}
        self.open_task("repair", "repair", step=step, decisions=decisions, note_required=("skip", "end"), values=values)
        self.tell_operators("repair", **values)

    # Reactions to decisions.

    def react_performed(self) -> None:
        """By hand, with proof: the same change is now written to our record under the effect's key (X12)."""
        step = self.task.step
        proof = self.message.proof.model_copy(
            update={
                "confirmed_by": self.message.proof.confirmed_by or self.message.by,
                "confirmed_at": self.message.proof.confirmed_at or self.model.now,
            }
        )
        changes: dict[str, Any] = {"proof": proof}
        if isinstance(step, BookOrder):
            changes |= self.late_booking(step, proof.confirmed_at)
        self.again(step.model_copy(update=changes))

    def late_booking(self, step: BookOrder, booked_at: datetime) -> dict[str, Any]:
        """A booking that came too late for its date: the date that the click gives (contract, `perform`)."""
        order = self.model.order
        deadline = order_by(self.model) or step.effective_at
        if order is None or booked_at < deadline:
            return {}
        given = self.date_of_late_booking(booked_at)
        self.model.order = order.model_copy(update={"effective_at": given, "late": True, "booked_at": booked_at})
        self.write("late_booking", "late_booking")
        return {"effective_at": given or step.effective_at}

    def date_of_late_booking(self, booked_at: datetime) -> datetime | None:
        """By the notice rule where it holds; otherwise only a person can say."""
        return notice_rule(self.model).effective_at(booked_at) if follows_notice(self.model) else None

    def react_clarified(self) -> None:
        """A person answered a question."""
        if self.task.type == "clarify_cost":
            self.model.clarified_cost = self.message.decision
        elif self.task.type == "clarify":
            self.model.clarified_note = self.message.note
        else:
            self.term_clarified(last_day(self.message.at, self.model.settings.zone))
        self.questions_answered()

    def term_clarified(self, last: Any) -> None:
        """The last usable day as a person said it; beside `scheduled` it replaces the date."""
        memory = self.model
        if memory.order is None:
            memory.clarified_term = last
            return
        moment = day_after(last, memory.settings.zone)
        memory.order = memory.order.model_copy(update={"term": last, "effective_at": moment, "late": False})
        self.ask_for_booking()

    def questions_answered(self) -> None:
        """What follows when a question was answered; paths with an order ask the next one."""

    def ask_for_booking(self) -> None:
        """Book, or book again with another date; paths with an order do."""

    def react_not_clarified(self) -> None:
        """Not orderable: the customer sees the note, and may abandon or ask again."""
        self.model.refusal = Refusal(rule="X5", code="declined", values={"note": self.message.note})

    def react_revocation_declined(self) -> None:
        """The cancellation goes on, and the customer is told."""
        self.tell("declined", note=self.message.note or "")

    def react_stays_open(self) -> None:
        """Rejected, but the task does not go away: the note is shown, and it is escalated."""
        self.change_task(self.task, note=self.message.note, escalated=self.task.escalated + 1)
        self.escalate(self.task, self.message.note)

    def escalate(self, task: Task, note: str | None) -> None:
        """The operators are told of a task that is still open: the more urgently, the more often."""
        number = task.escalated + 1
        values = {"task": task.task, "type": task.type, "due_at": isoformat(task.due_at), "note": note or ""}
        self.tell_operators("task_escalated", number=number, urgent=number > 1, again=number > 2, **values)

    def react_hand_in_proof(self) -> None:
        """The customer's proof waits for the operator's confirmation (X9)."""
        proof = Proof(
            reference=self.message.reference,
            confirmed_by=self.message.by,
            confirmed_at=self.message.time or self.model.now,
        )
        self.change_task(self.task, proof=proof)

    def react_retry(self) -> None:
        """Try the failed effect again, under its key."""
        self.again(self.task.step)

    def react_skip(self) -> None:
        """Go on as if it had been done; the operator's note says why."""
        self.write("skipped", "skipped")
        self.skipped(self.task.step)

    def skipped(self, step: AnyEffect) -> None:
        """Send the answer of an effect that is skipped."""
        self.model.receipt = Receipt(key="skipped")
        event = self.answer_to(step)
        if event in self.possible():
            self.happen(event)

    def react_step_failed(self) -> None:
        """An effect keeps failing: `message` is None, `task` carries (step, error)."""
        step, error, skippable = self.task
        self.open_repair(step, error, skippable)


def last_day(at: Any, zone: str) -> Any:
    """The last usable day that an operator gave, as a day or as a moment in it."""
    return day_of(at, zone) if isinstance(at, datetime) else at


def recorded_term(memory: Any) -> str:
    """What the record shows of the term, for the one who is asked about it."""
    return memory.check.term_ends.isoformat() if memory.check and memory.check.term_ends else "-"
