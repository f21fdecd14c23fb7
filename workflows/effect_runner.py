"""Performing what a chart asks for: through an activity, a signal or a child workflow; answers wait for the loop."""

from collections import deque
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.exceptions import (
    ApplicationError,
    ChildWorkflowError,
    FailureError,
    WorkflowAlreadyStartedError,
)
from temporalio.workflow import ParentClosePolicy

with workflow.unsafe.imports_passed_through():
    from catalogue.quoting import in_markdown
    from states.chart.turn import Answer
    from states.kinds.registry import KINDS
    from states.model.base import Value
    from states.model.effects import CHANGES, CheckLicences, Effect, HandOver, IssueReceipt, Notify, Step, Tell
    from states.model.facts import Check, Inquiry, Refusal, Unchanged, Undelivered
    from states.model.memory import Memory
    from states.model.names import case_number
from workflows.activity_calls import ACTIVITIES, IN_THE_WORKER, Slow, call, call_patiently, outcome, send_mail
from workflows.background import Background
from workflows.freezing import Freezing, freeze_of

RECEIPT = "issue_receipt"


class EffectRunner:
    """Each effect is performed beside the loop; its answer waits here for its turn."""

    def __init__(
        self,
        memory: Callable[[], Memory],
        background: Background,
        patience: timedelta | None = None,
        note_freeze: Callable[[int], None] = lambda _: None,
    ) -> None:
        self.patience = patience
        """How long what fails is tried before a person is asked, where that is not as the run's settings say."""
        self.freezing = Freezing(note_freeze)
        self.in_line: set[int] = set()
        """Mails that a freeze has held up: they go out in the order in which they were asked for."""
        self.memory = memory
        self.background = background
        self.under_way: dict[int, Effect] = {}
        self.answers: deque[Answer] = deque()
        self.on_hold = False
        """The run has been reset, and it is looked up whether it had ended: nothing is begun meanwhile."""
        self.slow: set[int] = set()
        """Effects whose first stage ended without an answer."""
        self.last_check: Check | None = None
        """What the last check said: one that says the same need not say it again. Settings come with the first only."""
        self.unsent: dict[int, Notify | IssueReceipt] = {}
        """Mails and receipts that could not be sent or issued at once, and are tried patiently, by number."""

    def start(self, effects: tuple[Effect, ...], check: Check | None = None) -> None:
        """Begin what was asked for. A check asked for because of a check just made is answered by that one."""
        asked_for = []
        for effect in effects:
            if check is not None and isinstance(effect, CheckLicences) and effect.is_answered_by(check):
                self.answers.append(Answer(effect, check=check))
            else:
                asked_for.append(effect)
        for effect in asked_for:
            self.under_way[effect.number] = effect
            self.background.start(self.perform(effect))

    def next(self) -> Answer:
        """Take the answer that came first."""
        answer = self.answers.popleft()
        self.under_way.pop(answer.effect.number, None)
        return answer

    def holds_events(self) -> bool:
        """Events of people wait while a check is under way."""
        return any(effect.holds for effect in self.under_way.values())

    def is_slow(self, awaits: Callable[[Effect], bool]) -> bool:
        """A system does not answer, and something waits for it."""
        return any(self.held_up_by(effect) & self.slow for effect in self.awaited(awaits))

    def is_frozen(self, awaits: Callable[[Effect], bool]) -> bool:
        """Something waits for what a freeze holds up."""
        waiting = self.freezing.waiting.keys()
        return bool(waiting) and any(self.held_up_by(effect) & waiting for effect in self.awaited(awaits))

    def awaited(self, awaits: Callable[[Effect], bool]) -> list[Effect]:
        """What is under way for which something waits."""
        return [effect for effect in self.under_way.values() if effect.holds or awaits(effect)]

    def held_up_by(self, effect: Effect) -> set[int]:
        """The numbers of what must be performed before an effect is: itself, and those whose turn comes first."""
        ahead = self.ahead_of(effect, CHANGES) if isinstance(effect, CHANGES) else set()
        return {effect.number, *ahead}

    def being_performed(self) -> list[Effect]:
        """What was begun and is not performed yet, whether or not its answer was taken."""
        performed = {answer.effect.number for answer in self.answers}
        return [effect for number, effect in self.under_way.items() if number not in performed]

    def changes_made(self) -> bool:
        """Nothing that changes something outside is under way any more; a mail or a receipt may be."""
        return all(isinstance(effect, Notify | IssueReceipt) for effect in self.being_performed())

    def nothing_left(self) -> bool:
        """All that was begun has been performed, but for mails and receipts that must be tried patiently."""
        return all(effect.number in self.unsent for effect in self.being_performed())

    def unsent_in_order(self) -> tuple[Notify | IssueReceipt, ...]:
        """What is tried patiently, in the order in which it was asked for: a receipt comes before its mail."""
        return tuple(effect for _, effect in sorted(self.unsent.items()))

    async def perform(self, effect: Any) -> None:
        """Perform one effect and put its answer where the loop finds it."""
        await self.unheld()
        if isinstance(effect, Tell):
            await tell(effect, self.memory())
            answer = Answer(effect)
        elif isinstance(effect, HandOver):
            await hand_over(effect)
            answer = Answer(effect)
        elif isinstance(effect, Notify):
            answer = await self.send(effect)
        elif isinstance(effect, IssueReceipt):
            answer = await self.issue(effect)
        elif isinstance(effect, CheckLicences):
            answer = await self.check(effect)
        else:
            await self.turn_of(effect)
            answer = await self.call_activity(effect, step_of(self.memory(), effect))
        self.slow.discard(effect.number)
        self.answers.append(answer)

    async def unheld(self) -> None:
        """Nothing is begun while it is looked up whether a run that was reset had ended; what is under way goes on."""
        if self.on_hold:
            await workflow.wait_condition(lambda: not self.on_hold)

    async def turn_of(self, effect: Effect) -> None:
        """What changes the booking is done in the order in which it was asked for.

        An order that is booked anew and then withdrawn would otherwise stand in the end (X11).
        """
        if isinstance(effect, CHANGES) and (ahead := self.ahead_of(effect, CHANGES)):
            await workflow.wait_condition(lambda: not ahead & self.numbers_performed())
            await self.unheld()

    def ahead_of(self, effect: Effect, types: tuple[type[Effect], ...]) -> set[int]:
        """The effects of these types that were asked for before and are not performed yet, by number."""
        asked_for = (other.number for other in self.being_performed() if isinstance(other, types))
        return {number for number in asked_for if number < effect.number}

    def numbers_performed(self) -> set[int]:
        """The numbers of what is being performed."""
        return {effect.number for effect in self.being_performed()}

    async def behind(self, ahead: set[int], effect: Notify | IssueReceipt) -> None:
        """Wait for what goes first; where that is tried patiently, so is what waits for it."""
        await workflow.wait_condition(lambda: not (ahead & self.numbers_performed()) - self.unsent.keys())
        if ahead & self.numbers_performed():
            self.unsent[effect.number] = effect
            await workflow.wait_condition(lambda: not ahead & self.numbers_performed())

    async def issue(self, effect: IssueReceipt) -> Answer:
        """A receipt, in the order in which they were asked for: each carries the hash of the one before."""
        try:
            if ahead := self.ahead_of(effect, (IssueReceipt,)):
                await self.behind(ahead, effect)
                await self.unheld()
            return await self.call_activity(effect, step_of(self.memory(), effect))
        finally:
            self.unsent.pop(effect.number, None)

    async def send(self, effect: Notify) -> Answer:
        """A mail, behind its receipt: tried at once, then patiently; then it counts as not delivered."""
        step = step_of(self.memory(), effect)
        try:
            if effect.receipt in self.numbers_performed():
                await self.behind({effect.receipt}, effect)
                await self.unheld()
            return Answer(effect, undelivered=await self.sent(effect, step))
        finally:
            self.unsent.pop(effect.number, None)
            self.in_line.discard(effect.number)

    async def sent(self, effect: Notify, step: Step) -> Undelivered | None:
        """Send a mail; answers why it was not delivered, where that is so."""
        once = True
        while True:
            try:
                return await send_mail(step, once=once)
            except FailureError as error:
                self.unsent[effect.number] = effect
                if (freeze := freeze_of(error)) is not None:
                    await self.in_its_order(effect, freeze)
                elif once:
                    once = False
                    self.in_line.discard(effect.number)
                else:
                    fault = outcome(error)
                    said = reason_of(fault) if isinstance(fault, Refusal) else fault
                    return Undelivered(why="given_up", said=said)

    async def in_its_order(self, effect: Notify, freeze: int) -> None:
        """Wait until a freeze is over, and until the mails are out that it held up before this one."""
        self.in_line.add(effect.number)
        await self.freezing.over(effect.number, effect, freeze)
        await workflow.wait_condition(lambda: effect.number == min(self.in_line))

    async def check(self, effect: CheckLicences) -> Answer:
        """A check; what it has not said before is kept, to know it again."""
        last = self.last_check
        answer = await self.call_activity(effect, inquiry_of(self.memory(), effect, last))
        said: Any = answer.check
        if isinstance(said, Unchanged):
            unasked = "it was answered as unchanged, and nothing was known before"
            return Answer(effect, check=last) if last is not None else Answer(effect, error=unasked)
        if said is not None:
            self.last_check = said.model_copy(update={"settings": None, "run_id": None})
        return answer

    async def call_activity(self, effect: Any, argument: Value) -> Answer:
        """The effect's activity; then what it says, a refusal, or an error that a person must mend.

        While all effects are frozen it waits, and begins anew when that is over, with all its time.
        """
        while True:
            try:
                return await self.in_two_stages(effect, argument)
            except FailureError as error:
                freeze = freeze_of(error)
                if freeze is None:
                    fault = outcome(error)
                    if isinstance(fault, Refusal) and effect.refused:
                        return Answer(effect, refusal=fault)
                    return Answer(effect, error=reason_of(fault) if isinstance(fault, Refusal) else fault)
            self.slow.add(effect.number)
            await self.freezing.over(effect.number, effect, freeze)

    async def in_two_stages(self, effect: Any, argument: Value) -> Answer:
        """The effect's activity, at first while the caller waits, then patiently.

        What nobody waits for need not keep the run open in the second stage.
        """
        name, type_, summary = ACTIVITIES[effect.name]
        patience = self.patience or self.memory().settings.repair_after
        try:
            result = await call(name, argument, type_, summary, local=name in IN_THE_WORKER)
        except Slow:
            self.slow.add(effect.number)
            if isinstance(effect, IssueReceipt):
                self.unsent[effect.number] = effect
            result = await call_patiently(name, argument, type_, summary, patience)
        return Answer(effect, check=result) if isinstance(effect, CheckLicences) else Answer(effect, receipt=result)


def reason_of(refusal: Refusal) -> str:
    """Why a system said no."""
    return str(refusal.values.get("reason"))


def step_of(memory: Memory, effect: Any) -> Step:
    """An effect with its idempotency key, the same on retry and after continue-as-new."""
    request = memory.request
    receipt = getattr(effect, "receipt", None)
    return Step(
        key=key_of(memory, effect.name, effect.number),
        workflow_id=request.workflow_id,
        kind=request.kind,
        customer=request.customer,
        subject=request.subject,
        target=request.target,
        run_id=memory.run_ids[0],
        case=case_number(request.workflow_id, memory.first_run_id),
        receipt=key_of(memory, RECEIPT, receipt) if receipt is not None else "",
        effect=effect,
    )


def key_of(memory: Memory, name: str, number: int) -> str:
    """The idempotency key of what was asked for under a number: run, step and number."""
    return f"{memory.request.workflow_id}/{memory.name_of(number)}/{name}/{number}"


def inquiry_of(memory: Memory, effect: CheckLicences, last: Check | None) -> Inquiry:
    """The question that a check is: by which version, as of which moment, and what the last one said."""
    first = memory.check is None
    at = effect.order_at or (memory.requested_at if first else workflow.now())
    request = effect.proposal or memory.request
    run_id = memory.run_id if first else None
    return Inquiry(
        request=request,
        at=at,
        version=effect.version,
        first=first,
        run_id=run_id,
        after=effect.after,
        known=None if first or last is None else last.digest(),
    )


async def tell(effect: Tell, memory: Memory) -> None:
    """Signal `licence_changed`; a run that has ended meanwhile needs no news."""
    news = {"licence": memory.request.subject, "state": effect.state}
    for run in effect.runs:
        try:
            await workflow.get_external_workflow_handle(run).signal("licence_changed", news)
        except ApplicationError:
            workflow.logger.info("licence_changed not delivered", extra={"run": run})


async def hand_over(effect: HandOver) -> None:
    """Start the `misclick` run; where one is open for it already, that one serves (X11)."""
    request = effect.request
    try:
        await workflow.start_child_workflow(
            KINDS[request.kind].workflow,
            request.model_dump(mode="json", exclude_none=True),
            id=request.workflow_id,
            parent_close_policy=ParentClosePolicy.ABANDON,
            static_summary=f"{request.kind}, {in_markdown(request.customer)}",
        )
    except (WorkflowAlreadyStartedError, ChildWorkflowError):
        workflow.logger.info("a misclick run is open already", extra={"run": request.workflow_id})
