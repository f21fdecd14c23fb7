"""Handlers for whatever arrives: each takes any payload, validates it itself, and never fails a workflow task."""

from collections.abc import Callable, Coroutine
from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from states.chart.admission import parse
    from states.model.consequence import Consequence
    from states.model.facts import Refusal
    from states.model.request import CUSTOMER_MESSAGES, OPERATOR_MESSAGES, LicenceChanged, Request
    from states.model.status import Status
from workflows.driver import Driver
from workflows.freezing import RELEASED
from workflows.ignored import BETTER_AS_UPDATE, said_by
from workflows.query_language import in_language_asked
from workflows.weighing import CONSEQUENCE, weigh

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
    "confirm_task": "An operator confirms a task. Payload: as under User Metadata, beside the task, filled in",
    "reject_task": 'An operator rejects a task. Payload: {"task": "…", "by": "…", "note": "…"}',
    "effects_released": RELEASED,
    "licence_changed": "Another run of this customer: a licence is scheduled to end, or has ended.",
}
"""What the web UI's forms say of each handler."""


PROMISED = "promised"
"""The field of a message by which a portal says that it has promised it."""


def read(run: Driver, event: str, payloads: tuple[Any, ...]) -> Any:
    """The payload in its shape, as it arrives, or a Refusal. A `requested` must also make this workflow ID."""
    shape: Any = CUSTOMER_MESSAGES.get(event) or OPERATOR_MESSAGES.get(event) or Request
    message = parse(shape, payloads)
    if isinstance(message, Refusal):
        return message
    message = message.arrived(workflow.now())
    return run.belonging(message) if isinstance(message, Request) else message


def would_refuse(run: Driver, event: str, payloads: tuple[Any, ...]) -> Refusal | None:
    """What a validator can say: the payload, and what is plainly impossible as the run stands."""
    message = read(run, event, payloads)
    if isinstance(message, Refusal):
        return message
    unsettled = run.queue or run.effects.answers or not run.effects.changes_made() or not run.is_quiet()
    if unsettled and not run.chart.ended:
        return None
    if run.chart.ended and not run.finished and event == "requested":
        return None  # refused when it is closed, so that the next try starts a run
    return run.chart.would_refuse(event, message, workflow.now())


def is_own_request(run: Driver, event: str, payloads: tuple[Any, ...]) -> bool:
    """Whether this is the document that the run itself was started with; a later one is a request on an open run."""
    if event != "requested" or run.own_request_seen or len(payloads) != len(run.payloads):
        return False
    return [*map(without_promise, payloads)] == [*map(without_promise, run.payloads)]


def without_promise(payload: Any) -> Any:
    """The payload as it was first sent: it is promised only when it comes again."""
    return (
        {name: value for name, value in payload.items() if name != PROMISED} if isinstance(payload, dict) else payload
    )


def is_promised(payloads: tuple[Any, ...]) -> bool:
    """Whether a portal has answered that this will be carried out: it is then refused in the history, not before."""
    return any(isinstance(payload, dict) and payload.get(PROMISED) is True for payload in payloads)


def update(event: str) -> Any:
    """The update of an event with its validator."""

    async def handler(self: Driver, *payloads: Any) -> Status | None:
        own = is_own_request(self, event, payloads)
        self.own_request_seen |= event == "requested"
        if own:
            return await self.answered(None)
        message = read(self, event, payloads)
        if isinstance(message, Refusal):
            self.ignore(event, message, said_by(payloads))
            raise self.failure(message)
        return await self.answered(self.queue.put(event, message))

    def validator(self: Driver, *payloads: Any) -> None:
        if is_own_request(self, event, payloads) or (is_promised(payloads) and not self.chart.ended):
            return
        refusal = would_refuse(self, event, payloads)
        if refusal is not None:
            raise self.failure(refusal)

    handler.__name__ = handler.__qualname__ = f"update_{event}"
    made = workflow.update(name=event, description=DESCRIPTIONS[event])(handler)
    made.validator(validator)
    return made


def signal(event: str) -> Callable[..., Coroutine[Any, Any, None]]:
    """The signal of an operator's decision: what is wrong leaves a line and changes nothing."""

    async def handler(self: Driver, *payloads: Any) -> None:
        message = read(self, event, payloads)
        if isinstance(message, Refusal):
            self.ignore(event, message, said_by(payloads))
            return
        queued = self.queue.put(event, message)
        await workflow.wait_condition(lambda: queued.judged)
        if queued.refusal is not None and not queued.promised:
            self.ignore(event, queued.refusal, message.by)

    handler.__name__ = handler.__qualname__ = f"signal_{event}"
    return workflow.signal(name=event, description=BETTER_AS_UPDATE)(handler)


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
        elif not self.queue.holds("licence_changed", news):
            self.queue.put("licence_changed", news)

    @workflow.signal(name="effects_released", description=DESCRIPTIONS["effects_released"])
    def effects_released(self: Any, *payloads: Any) -> None:
        """What a freeze has held up is tried again; where it still stands, it waits on."""
        self.effects.freezing.release(payloads)

    @workflow.query(name="status", description="Where the run stands: the status document.")
    def status(self: Any, *payloads: Any) -> Status:
        """The status document, with the instructions of its tasks in the language that is asked for."""
        return in_language_asked(payloads, self.document(), self.chart.model)

    @workflow.query(name="consequence", description=CONSEQUENCE)
    def consequence(self: Any, *payloads: Any) -> Consequence:
        """What a decision would do, said before it is sent."""
        return weigh(self.chart, tuple(self.effects.being_performed()), payloads, self.effects.is_frozen)
