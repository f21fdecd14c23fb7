"""Handlers for whatever arrives: each takes any payload, validates it itself, and never fails a workflow task."""

from collections.abc import Callable, Coroutine
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from states.chart.admission import judge, judge_confirmation, judge_rejection, judge_request, malformed, parse
    from states.kinds.registry import KINDS
    from states.model.facts import Refusal
    from states.model.memory import Task
    from states.model.payload_errors import readable
    from states.model.request import (
        CUSTOMER_MESSAGES,
        OPERATOR_MESSAGES,
        Abandon,
        ConfirmTask,
        HandInProof,
        LicenceChanged,
        Message,
        Proof,
        RejectTask,
        Request,
    )
    from states.model.status import Status


from workflows.publisher import Face
from workflows.run_state import Base

DESCRIPTIONS = {
    "requested": "A customer asks for this cancellation, or for another target. Payload: the `requested` document.",
    "acknowledge_warning": 'The customer has read what is lost. Payload: {"by": "…"}',
    "recheck_licences": 'The customer asks for a fresh look at the licences. Payload: {"by": "…"}',
    "override_surplus": (
        'The customer goes on in spite of surplus, naming each licence. Payload: {"by": "…", "licences": ["…"]}'
    ),
    "place_order": 'The order itself; `time` is the moment placed. Payload: {"by": "…", "time": "…"}',
    "reassign": 'A WMS user is assigned elsewhere instead. Payload: {"by": "…", "to": "wms | wms_mobile"}',
    "hand_in_proof": 'Proof of a step at a third party. Payload: {"by": "…", "task": "…", "reference": "…"}',
    "supersede": 'An upgrade was booked elsewhere. Payload: {"by": "…", "booking": "…"}',
    "request_revocation": 'The customer asks a person to take the order back. Payload: {"by": "…", "explanation": "…"}',
    "abandon": 'Leave everything as it is. Payload: {"by": "…"}',
    "confirm_task": (
        'An operator confirms a task. Payload: {"task": "…", "by": "…", "decision": "…", "proof": {"reference": "…"}}'
    ),
    "reject_task": 'An operator rejects a task. Payload: {"task": "…", "by": "…", "note": "…"}',
    "licence_changed": "Another run of this customer: a licence is scheduled to end, or has ended.",
}


def by_operator() -> Abandon:
    """A cancel request from the web UI or the command line is an operator's `abandon`."""
    return Abandon(by="operator")


def said_of(message: ConfirmTask | RejectTask | HandInProof, task: Task) -> str:
    """What the timeline keeps of a decision: task and choice with the note, else either; and always the proof (X9)."""
    proof = proof_in(message, task)
    if proof is None:
        decision = getattr(message, "decision", None)
        said = (task.type, decision, message.note) if decision else (message.note or task.type,)
        return ", ".join(part for part in said if part)
    step = f"{task.type} {task.subject}" if task.type == "third_party" else task.type
    confirmed_at = proof.confirmed_at.isoformat() if proof.confirmed_at else None
    parts = (step, proof.reference, proof.confirmed_by, confirmed_at, message.note)
    return ", ".join(part for part in parts if part)


def proof_in(message: ConfirmTask | RejectTask | HandInProof, task: Task) -> Proof | None:
    """The proof that is handed in or confirmed: the message's own, else the one that the customer handed in."""
    if isinstance(message, HandInProof):
        return Proof(reference=message.reference)
    return (message.proof or task.proof) if isinstance(message, ConfirmTask) else None


def read(run: Face, event: str, payloads: tuple[Any, ...]) -> Any:
    """The payload in its shape, or a Refusal. A `requested` must also make this workflow ID."""
    shape: Any = CUSTOMER_MESSAGES.get(event) or OPERATOR_MESSAGES.get(event) or Request
    found = parse(shape, payloads)
    return belonging(run, found) if isinstance(found, Request) else found


def belonging(run: Base, request: Request) -> Request | Refusal:
    """The document, unless it makes another workflow ID than the run's, or is not what its kind asks for."""
    if request.workflow_id != run.info.workflow_id:
        return malformed("fault.other_id", makes=readable(request.workflow_id), given=run.info.workflow_id)
    fault = KINDS[run.kind].malformed(request)
    return malformed(fault) if fault else request


def look(run: Face, event: str, payloads: tuple[Any, ...]) -> Refusal | None:
    """What a validator can say: the payload, and what is plainly impossible as the run stands."""
    message = read(run, event, payloads)
    if isinstance(message, Refusal):
        return message
    if run.chart.ended:
        return Refusal(rule="X11", code="ended", values={"state": run.chart.shown})
    if run.queue or run.answers or run.under_way or not run.begun():
        return None
    with run.at_this_moment():
        if isinstance(message, Request):
            return judge_request(run.chart, message)
        if event in OPERATOR_MESSAGES:
            judged = (judge_confirmation if event == "confirm_task" else judge_rejection)(run.chart, message)
            return judged if isinstance(judged, Refusal) else None
        return judge(run.chart, event, message, run.runs) if isinstance(message, Message) else None


def update(event: str) -> Any:
    """The update of an event with its validator."""

    async def handler(self: Any, *payloads: Any) -> Status:
        if event == "requested" and self.is_own_request(payloads):
            document: Status = await self.answered(None)
            return document
        message = read(self, event, payloads)
        if isinstance(message, Refusal):
            raise self.failure(message)
        document = await self.answered(self.enqueue(event, message))
        return document

    def validator(self: Any, *payloads: Any) -> None:
        if event == "requested" and self.would_be_own_request(payloads):
            return
        refusal = look(self, event, payloads)
        if refusal is not None:
            raise self.failure(refusal)

    handler.__name__ = handler.__qualname__ = f"update_{event}"
    made = workflow.update(name=event, description=DESCRIPTIONS[event])(handler)
    made.validator(validator)
    return made


def signal(event: str) -> Callable[..., Coroutine[Any, Any, None]]:
    """The signal of an operator's decision: what is wrong leaves a line and changes nothing."""

    async def handler(self: Any, *payloads: Any) -> None:
        message = read(self, event, payloads)
        if isinstance(message, Refusal):
            self.ignore(event, message)
            return
        item = self.enqueue(event, message)
        await workflow.wait_condition(lambda: item.judged)
        if item.refusal is not None:
            self.ignore(event, item.refusal, message.by)

    handler.__name__ = handler.__qualname__ = f"signal_{event}"
    return workflow.signal(name=event, description=DESCRIPTIONS[event])(handler)


class Handlers:
    """Every handler of the contract, inherited by each workflow."""

    requested = update("requested")
    acknowledge_warning = update("acknowledge_warning")
    recheck_licences = update("recheck_licences")
    override_surplus = update("override_surplus")
    place_order = update("place_order")
    reassign = update("reassign")
    hand_in_proof = update("hand_in_proof")
    supersede = update("supersede")
    request_revocation = update("request_revocation")
    abandon = update("abandon")
    confirm_task_update = update("confirm_task")
    reject_task_update = update("reject_task")
    confirm_task_signal = signal("confirm_task")
    reject_task_signal = signal("reject_task")

    @workflow.signal(name="licence_changed", description=DESCRIPTIONS["licence_changed"])
    def licence_changed(self: Any, *payloads: Any) -> None:
        """News of another run of this customer."""
        news = parse(LicenceChanged, payloads)
        if isinstance(news, Refusal):
            self.ignore("licence_changed", news)
        elif not any(item.event == "licence_changed" and item.message == news for item in self.queue):
            self.enqueue("licence_changed", news)

    @workflow.query(name="status", description="Where the run stands: the status document.")
    def status(self: Any, *payloads: Any) -> Status:
        """The status document."""
        document: Status = self.document()
        return document
