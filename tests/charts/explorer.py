"""Walks every state that a chart can reach, under every event, and checks what must hold in each.

All events go through the chart's one door, and people's are judged there before. A node is the memory without counters,
moments and timeline, with what is under way and which tasks are open. People act also while an effect is under way, not
only at rest. One constant moment, but for a term that runs out; few facts an event.
"""

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from states.chart.base import KEEPS_TASK, Chart
from states.chart.checks import pointless
from states.chart.dates import takes_at
from states.chart.orders import booking_under_way
from states.chart.receipts import ARRIVALS
from states.chart.revision import REVISION
from states.chart.state_names import BEFORE_ORDER
from states.chart.task_types import TASK_TYPES, decisions_of, rejected_event
from states.chart.tasks import tasks_of, work_of
from states.chart.turn import Answer
from states.kinds.kind import Kind
from states.model.base import day_of
from states.model.effects import BookOrder, CheckLicences, Effect, HandOver, IssueReceipt, Notify, Tell
from states.model.facts import QUESTION_TYPES, Action, Check, Receipt, Refusal, RunSettings, Surplus, Undelivered
from states.model.memory import Memory, Task
from states.model.request import (
    CUSTOMER_MESSAGES,
    OPERATOR_MESSAGES,
    ConfirmTask,
    HandInProof,
    Proof,
    RejectTask,
    Request,
    Sent,
)
from states.rules.effective_date import effective_at
from states.rules.surplus_resolution import resolved_flags, unresolved_surplus
from states.views.why import why
from tests.charts.consequences import as_happens, as_said, said_of
from tests.charts.offered import not_offered, situation

NOW = datetime(2027, 1, 4, 11, tzinfo=UTC)
A_MOMENT = timedelta(seconds=1)
A_WHILE = timedelta(hours=1)
"""So much later than its moment a run wakes, perhaps."""
LAST_DAYS = (date(2027, 3, 31), date(2036, 12, 30))
"""What operators answer: a day that still comes, and where that is past, one so far ahead that it is asked back."""
TO_COME = date(2028, 12, 30)
"""From when package 0 may hold, where that is not yet: asked back too."""
CONTRACT_STATES = {
    "received", "feature_warning", "license_check", "surplus_resolution", "order", "scheduled", "support_ticket",
    "third_party", "applied", "abandoned", "revoked", "superseded", "reassigned", "refused", "external", "given_up",
}  # fmt: skip
REFUSED = Undelivered(why="refused", said="550")
PERFORMED: dict[str, tuple[str, Action]] = {
    "place_order": ("perform_order", "order"),
    "apply_change": ("perform_end", "order"),
    "withdraw": ("perform_withdraw", "withdraw"),
    "reassign": ("perform_reassign", "reassign"),
    "decouple": ("perform_decouple", "decouple"),
}
"""For each step that a person may make by hand: the text of its task, and the action whose click path it shows."""
TOOK_EFFECT = frozenset({"applied", "external", "reassigned"})
"""The ends after which something is no longer as it was."""
NO_NEWS = frozenset({"proof_rejected", "reminder", "reminder_urgent", "surplus_reminder"})
"""The mails to a customer that say nothing new."""
PAYLOADS: dict[str, dict[str, Any]] = {
    "override_surplus": {"licences": ["L-1"]},
    "place_order": {"details": {"any": "thing"}},
    "reassign": {"to": "wms_mobile"},
    "supersede": {"booking": "B-9"},
    "request_revocation": {"explanation": "clicked wrongly"},
}


@dataclass(frozen=True)
class Ghost:
    """What has happened on the way, for invariants about history."""

    booked: bool = False
    date_came: bool = False
    granted: bool = False
    proved: bool = False
    changed: bool = False


@dataclass
class Node:
    """Where a run can stand, with the way that led there."""

    memory: Memory
    under_way: tuple[Effect, ...]
    ghost: Ghost
    path: tuple[str, ...] = ()
    told: bool = False
    """Whether what led here was told to the customer."""


@dataclass
class Facts:
    """The facts that an exploration plays: one check as it is at first, and what later checks may say."""

    first: Check
    later: tuple[Check, ...]
    other_target: Any = None
    request: dict[str, Any] = field(default_factory=dict)
    second_opinion: tuple[str, ...] = ()
    """The decisions that two people must take."""


class Broken(AssertionError):
    """An invariant does not hold; the message is the path of events that shows it."""


Key = tuple[Any, ...]
Situation = tuple[Any, ...]


def key_of(node: Node) -> Key:
    """What makes two nodes the same: all that guards and actions tell apart, and nothing else.

    Whether the customer has a receipt is left to `check_with_receipts`.
    """
    memory = node.memory
    check, order, refusal = memory.check, memory.order, memory.refusal
    tasks = sorted(
        (task.type, task.subject or "", task.step.name if task.step else "", task.proof is not None, word_of(task))
        for task in memory.tasks
    )
    under_way = sorted(
        (effect.name, bool(getattr(effect, "proposal", None)), getattr(effect, "after", False))
        for effect in node.under_way
    )
    facts = (
        check and (bool(check.refusal), check.in_force, bool(check.questions), memory.found_against),
        check and tuple(resolved_flags(check.surplus, memory.overridden)),
        order and (order.late, order.effective_at is None),
        refusal and refusal.code,
        (memory.clarified_cost, memory.clarified_term is not None, memory.clarified_note is not None),
        (memory.acknowledged, memory.revoking, memory.rechecked, memory.agreed_at is not None),
        memory.standing is not None,
        memory.receipt.held if memory.receipt else False,
        memory.now if memory.state in BEFORE_ORDER else None,
    )
    return memory.state, memory.request.target, facts, tuple(tasks), tuple(under_way), node.ghost


def word_of(task: Task) -> str:
    """What one person has decided, where a second one must do so too."""
    proposal = task.proposed
    return f"{proposal.message.by}: {proposal.message.decision or 'confirmed'}" if proposal else ""


@dataclass(frozen=True)
class Tried:
    """What has been tried beside the moves, and where: once for each situation, on all walks of a kind together."""

    weighed: set[Situation] = field(default_factory=set)
    """Which decisions have been weighed before they were sent."""
    without_mails: set[Situation] = field(default_factory=set)
    """Where mails have not arrived: in which state, beside which open tasks."""
    asked_to_cancel: set[Situation] = field(default_factory=set)
    """Where it was asked to cancel."""
    reminded: set[Situation] = field(default_factory=set)
    """Where it was tried to have somebody reminded more than once."""
    offered: set[Situation] = field(default_factory=set)
    """Where it was looked at what the customer's page offers."""


class Stage:
    """One chart for the whole walk: to build one takes longer than to take an event."""

    def __init__(self, kind: Kind, memory: Memory, tried: Tried) -> None:
        self.kind = kind
        self.tried = tried
        self.chart = kind.chart(memory.model_copy())

    def at(self, memory: Memory) -> Chart:
        """The chart as it is with that memory; one that has reached its end takes no event any more."""
        if self.chart.ended:
            self.chart = self.kind.chart(memory.model_copy())
        self.chart.model.__dict__.clear()
        self.chart.model.__dict__.update(memory.__dict__)
        return self.chart

    def memory(self) -> Memory:
        """The memory as it is now, to keep."""
        return self.chart.model.model_copy()


class Walk(NamedTuple):
    """What an exploration came across."""

    nodes: int
    reached: set[str]
    """The chart's states."""
    performed: set[str]
    """The steps that a person is told to make by hand."""
    decided: set[str]
    """The types of the tasks that were open and could be confirmed."""


class Move(NamedTuple):
    """Something that can happen: as the path of a broken invariant names it, and as the chart's door takes it.

    `at`: when; without it, when the last thing happened.
    """

    name: str
    event: str
    message: Any = None
    at: datetime | None = None


class Step(NamedTuple):
    """A move that was taken: to which node, whether the customer was told, whether there was a receipt then."""

    move: Move
    to: Key
    told: bool
    receipted: bool


def explore(kind: Kind, facts: Facts, limit: int = 60_000, tried: Tried | None = None) -> Walk:
    """Visit every node. Raises `Broken`.

    `tried`: what other walks of this kind have tried, and this one need not try again.
    """
    request = Request(**facts.request)
    settings = RunSettings(second_opinion=facts.second_opinion, revision=REVISION)
    start = Memory(
        request=request,
        run_id="r",
        run_ids=("r",),
        now=NOW,
        requested_at=NOW,
        last_customer_at=NOW,
        settings=settings,
    )
    stage = Stage(kind, start, tried or Tried())
    under_way = stage.chart.receive("start", None, NOW)
    first = Node(stage.memory(), under_way, Ghost())
    seen = {key_of(first): first}
    steps: dict[Key, list[Step]] = {}
    reached, performed, decided = {"received"}, set[str](), set[str]()
    waiting = deque([first])
    while waiting:
        node = waiting.popleft()
        moves = list(moves_from(stage, facts, node))
        taken_here = steps[key_of(node)] = []
        check_node(stage, node, moves)
        check_offers(stage, node)
        check_consequences(stage, node, moves)
        check_cancel_requests(stage, node, moves)
        performed |= {task.step.name for task in tasks_of(node.memory, "perform") if task.step}
        decided |= {move.name.split()[1] for move in moves if move.name.startswith("confirm ")}
        for move in moves:
            following = follow(stage, node, move)
            reached.add(following.memory.state)
            key = key_of(following)
            taken_here.append(Step(move, key, following.told, following.memory.receipted))
            if key not in seen:
                seen[key] = following
                waiting.append(following)
                if len(seen) > limit:
                    raise Broken(f"more than {limit} nodes: {' → '.join(following.path)}")
    check_with_receipts(stage, seen, steps)
    return Walk(len(seen), reached, performed, decided)


def check_offers(stage: Stage, node: Node) -> None:
    """The customer's page offers just what he could do, and asks for nothing else."""
    chart = stage.at(node.memory)
    here = situation(chart)
    if here in stage.tried.offered:
        return
    stage.tried.offered.add(here)
    wrong = not_offered(chart)
    if wrong is not None:
        raise Broken(f"{wrong}: {' → '.join(node.path)}")


def check_with_receipts(stage: Stage, seen: dict[Key, Node], steps: dict[Key, list[Step]]) -> None:
    """Where a run gets both with a receipt and without, the other way has been walked for one of them only.

    A receipt decides nothing but which mails go with another: the same is possible, and of the moves only those that
    tell the customer something are taken once more. They lead to the same nodes.
    """
    known = {(key, node.memory.receipted) for key, node in seen.items()}
    others = deque((step.to, step.receipted) for taken in steps.values() for step in taken)
    while others:
        key, receipted = others.popleft()
        if (key, receipted) in known:
            continue
        known.add((key, receipted))
        node = seen[key]
        other = replace(node, memory=node.memory.model_copy(update={"receipted": receipted}))
        if outlook(stage, node) != outlook(stage, other):
            raise Broken(f"a receipt decides what is possible: {' → '.join(node.path)}")
        for step in steps[key]:
            if not step.told:
                others.append((step.to, receipted))
                continue
            following = follow(stage, other, step.move)
            if key_of(following) != step.to:
                raise Broken(f"a receipt decides where a run goes: {' → '.join(following.path)}")
            others.append((step.to, following.memory.receipted))


def outlook(stage: Stage, node: Node) -> tuple[Any, ...]:
    """What is possible in a node, and for whom it waits."""
    chart = stage.at(node.memory)
    return chart.possible(), chart.enabled(), chart.waiting_for(), chart.timers()


def refusal_of(chart: Chart, move: Move) -> Refusal | None:
    """Why the chart would not take an event; judging it must change nothing."""
    before = dict(chart.model.__dict__)
    refusal = chart.would_refuse(move.event, move.message, chart.model.now)
    if chart.model.__dict__ != before:
        raise Broken(f"judging {move.name} in {chart.model.state} changed the memory")
    return refusal


def moves_from(stage: Stage, facts: Facts, node: Node) -> Iterator[Move]:
    """Everything that can happen here."""
    chart = stage.at(node.memory)
    if chart.ended:
        return
    for effect in node.under_way:
        yield from answers(facts, effect, chart)
    for event, moment in chart.timers().items():
        runs_out = event == "term_ran_out" and chart.model.now == NOW
        yield Move(f"timer {event}", event, at=moment + A_WHILE if runs_out else None)
    if any(effect.holds for effect in node.under_way):
        return
    for event in chart.enabled():
        yield from customer_moves(chart, event)
    for task in chart.model.tasks:
        yield from operator_moves(chart, task)
    if not node.under_way:
        yield Move("licence_changed", "licence_changed")
    if facts.other_target is not None and "target_checked" in chart.possible():
        request = Request(**{**facts.request, "target": facts.other_target, "by": "c"})
        if request.target != chart.model.request.target:
            yield enabled(chart, Move("requested other", "requested", request))


def answers(facts: Facts, effect: Any, chart: Chart) -> Iterator[Move]:
    """What the world may say to an effect."""
    name = effect.name
    possible: dict[str, dict[str, Any]] = {}
    if isinstance(effect, CheckLicences):
        first = chart.model.check is None
        for number, check in enumerate((facts.first,) if first else facts.later):
            possible[f"#{number}"] = {"check": check}
        if not first and effect.order_at and effect.proposal is None:
            changed = facts.first.model_copy(update={"in_force": "2099-01-01"})
            possible["other catalogue"] = {"check": changed}
    else:
        receipts = [Receipt(key="k")]
        if name == "apply_change":
            entry = Surplus(licence="L-1", product="p", reason="not_available")
            receipts += [Receipt(key="k", surplus=(entry,)), Receipt(key="k", surplus=(entry,), held=True)]
        for number, receipt in enumerate(receipts):
            possible[f"done #{number}"] = {"receipt": receipt}
        if effect.refused:
            no = Refusal(rule="D6", code="booking_refused", values={"reason": "no"})
            possible["refused"] = {"refusal": no}
    if not tasks_of(chart.model, "repair"):
        possible["fails"] = {"error": "down"}
    for words, content in possible.items():
        yield Move(f"{name} {words}", "answered", Answer(effect, **content))


def customer_moves(chart: Chart, event: str) -> Iterator[Move]:
    """The customer's event with a payload that fits."""
    payload = {"by": "c"} | PAYLOADS.get(event, {})
    if event == "hand_in_proof":
        payload |= {"task": tasks_of(chart.model, "third_party")[0].task, "reference": "mail"}
    move = Move(event, event, CUSTOMER_MESSAGES[event].model_validate(payload))
    refusal = refusal_of(chart, move)
    if refusal is None or refusal.code not in ("malformed", "details_missing"):
        yield enabled(chart, move)


def enabled(chart: Chart, move: Move) -> Move:
    """A move that must not be refused, since the chart calls it enabled."""
    refusal = refusal_of(chart, move)
    if refusal is not None:
        raise Broken(f"{move.name} is enabled in {chart.model.state} but refused: {refusal}")
    return move


def operator_moves(chart: Chart, task: Task) -> Iterator[Move]:
    """Each decision of an open task, and its rejection.

    One may be refused only while what is under way makes it pointless: never at rest. A day that is over may be.
    """
    first = task.proposed.message.by if task.proposed else ""
    fields: dict[str, Any] = {"task": task.task, "by": "p" if first == "o" else "o", "note": "n"}
    today = day_of(chart.model.now, "Europe/Berlin")
    # A walk lets dates come early: what is held since a day that is still to come is held from then on (X4).
    since = day_of(max(chart.model.now, chart.model.held_since or chart.model.now), "Europe/Berlin")
    last_day = next(day for day in LAST_DAYS if day >= since)
    proved = fields | {"proof": Proof(reference="T-1")}
    dated = {"at": last_day} if takes_at(chart.turn(), task) else {}
    decisions = decisions_of(task) or (None,)
    if task.type in ("clarify_term", "appointment", "support_ticket"):
        yesterday = proved | {"at": today - timedelta(days=1)}
        confirmed = ConfirmTask(decision=decisions[0], **yesterday)
        over, refusal = meant(
            chart, Move(f"confirm {task.type} {decisions[0]} of yesterday", "confirm_task", confirmed)
        )
        if refusal is None:
            yield named_by_what_it_is(chart.model, task, over)
    if task.text == "surplus_channels":
        named = ConfirmTask(**proved | {"at": TO_COME})
        if chart.at_rest():
            to_come, _ = meant(chart, Move("confirm surplus for a day to come", "confirm_task", named))
            yield named_by_what_it_is(chart.model, task, enabled(chart, to_come))
        dated = {}
    for move in (
        *(
            Move(
                f"confirm {task.type} {decision or ''}",
                "confirm_task",
                ConfirmTask(decision=decision, **proved, **({} if decision == "declined" else dated)),
            )
            for decision in decisions
        ),
        Move(f"reject {task.type}", "reject_task", RejectTask(**fields)),
    ):
        move, refusal = meant(chart, move)
        if refusal is None:
            yield named_by_what_it_is(chart.model, task, move)
        elif chart.at_rest():
            raise Broken(f"{move.name} is not possible in {chart.model.state}: {refusal}")


def named_by_what_it_is(memory: Memory, task: Task, move: Move) -> Move:
    """A first word, or what takes one back, is no decision."""
    if isinstance(move.message, RejectTask) and task.proposed is not None:
        return move._replace(name=f"withdraw {task.type}")
    return move._replace(name=f"propose {move.name}") if is_one_word(memory, task, move.message) else move


def is_one_word(memory: Memory, task: Task, message: ConfirmTask | RejectTask) -> bool:
    """Whether a decision needs two people, and nobody else has taken the same."""
    listed = memory.settings.second_opinion
    decisions = TASK_TYPES[task.type].decisions
    if isinstance(message, RejectTask):
        same = (decision for decision, event in decisions.items() if event == rejected_event(task))
        return any(f"{task.type}:{decision}" in listed for decision in same)
    if f"{task.type}:{message.decision if decisions else 'confirmed'}" not in listed:
        return False
    first = task.proposed.message if task.proposed else None
    return first is None or (first.decision, first.at, first.by == message.by) != (message.decision, message.at, False)


def check_two_people(
    before: Memory, after: Memory, move: Move, effects: tuple[Effect, ...], path: tuple[str, ...]
) -> None:
    """No decision that needs two people takes effect on one person's word, and none waits for a third.

    Raises `Broken`.
    """
    task = next(task for task in before.tasks if task.task == move.message.task)
    still = next((other for other in after.tasks if other.task == task.task), None)
    unchanged = still is not None and after.state == before.state and not effects
    if move.name.startswith(("propose", "withdraw")) and not unchanged:
        raise Broken(f"takes effect on one person's word: {' → '.join(path)}")
    if move.name.startswith("withdraw") and still is not None and still.proposed is not None:
        raise Broken(f"a proposal outlives its rejection: {' → '.join(path)}")
    if move.name.startswith("propose") and (still is None or still.proposed is None):
        raise Broken(f"the first word is lost: {' → '.join(path)}")
    if move.name.startswith("confirm") and still is not None and still.proposed is not None:
        raise Broken(f"two have decided the same, and a third is waited for: {' → '.join(path)}")


def meant(chart: Chart, move: Move) -> tuple[Move, Refusal | None]:
    """The decision as it is sent again where it was asked back: meant so, with the note that it has. And why even that
    would not be taken.
    """
    refusal = refusal_of(chart, move)
    if refusal is None or refusal.code != "confirm_anyway":
        return move, refusal
    move = move._replace(message=move.message.model_copy(update={"confirm_anyway": True}))
    return move, refusal_of(chart, move)


def follow(stage: Stage, node: Node, move: Move) -> Node:
    """The node that a move leads to. A decision that waits for an answer under way is legal everywhere."""
    chart = stage.at(node.memory)
    path = (*node.path, f"{move.name} [{node.memory.state}]")
    effects = taken(chart, move, path)
    check_receipts(node.memory, chart.model, move, effects, path)
    if move.event in OPERATOR_MESSAGES and node.memory.settings.second_opinion:
        check_two_people(node.memory, chart.model, move, effects, path)
    new = tuple(effect for effect in effects if not isinstance(effect, Notify | IssueReceipt | Tell | HandOver))
    answered = move.message.effect if isinstance(move.message, Answer) else None
    left = tuple(effect for effect in node.under_way if effect is not answered)
    told = any(isinstance(effect, Notify) and effect.to == "customer" for effect in effects)
    return Node(stage.memory(), (*left, *new), ghost_after(node.ghost, move.name), path, told)


def taken(chart: Chart, move: Move, path: tuple[str, ...]) -> tuple[Effect, ...]:
    """What a chart asks for that takes a move, which must be possible."""
    try:
        return chart.receive(move.event, move.message, move.at or chart.model.now)
    except Exception as error:
        raise Broken(f"{' → '.join(path)}: {type(error).__name__}: {error}") from error


def check_receipts(
    before: Memory, after: Memory, move: Move, effects: tuple[Effect, ...], path: tuple[str, ...]
) -> None:
    """What arrives gets one receipt, when it arrives; what becomes of it one with its mail, and nothing else any.

    Raises `Broken`.
    """
    receipts = [effect for effect in effects if isinstance(effect, IssueReceipt)]
    arrivals = [receipt.event for receipt in receipts if receipt.event in ARRIVALS.values()]
    ordered = before.state != "placing" and after.state == "placing"
    outside = after.state == "third_party" and after.order is None
    reported = before.state != after.state and (after.state == "support_ticket" or outside)
    due = {"ordered": ordered, "reported": reported, "revocation_requested": move.event == "request_revocation"}
    if arrivals != [event for event, holds in due.items() if holds]:
        raise Broken(f"receipts of what arrived are {arrivals}: {' → '.join(path)}")
    # A retried mail goes out again with the receipt that it had.
    mails = [mail for mail in effects if isinstance(mail, Notify) and "repair" not in move.name]
    with_receipt = [mail.receipt for mail in mails if mail.receipt is not None]
    if "repair" not in move.name and with_receipt != [receipt.number for receipt in receipts]:
        raise Broken(f"receipts without a mail, or mails without their receipt: {' → '.join(path)}")
    once = [(mail.template, mail.to) for mail in mails]
    if len(once) != len(set(once)):
        raise Broken(f"told twice at once: {once}: {' → '.join(path)}")
    told = {mail.template for mail in mails if mail.to == "customer" and mail.receipt is None}
    if after.receipted and told - NO_NEWS:
        raise Broken(f"told without a receipt: {told - NO_NEWS}: {' → '.join(path)}")


def ghost_after(ghost: Ghost, name: str) -> Ghost:
    """What has then happened. What is only proposed has not."""
    if name.startswith("propose "):
        return ghost
    if name.startswith("place_order done") or name == "confirm repair skip":
        ghost = replace(ghost, booked=True)
    if name in ("timer date_reached", "timer standing_due"):
        ghost = replace(ghost, date_came=True)
    if "granted" in name or name == "confirm surplus ":
        ghost = replace(ghost, granted=True)
    if name == "confirm third_party ":
        ghost = replace(ghost, proved=True)
    if name.startswith(("apply_change done", "decouple done")):
        ghost = replace(ghost, changed=True)
    return ghost


def silent(language: str, key: str, values: Mapping[str, Any] | None = None) -> str:
    """No text."""
    return ""


def dates_of(node: Node) -> Iterator[tuple[datetime, datetime | None]]:
    """When each order was placed, or would be, and when it takes effect: booked, standing, agreed, or only shown."""
    memory = node.memory
    yield from ((effect.placed_at, effect.effective_at) for effect in node.under_way if isinstance(effect, BookOrder))
    orders = (memory.order, memory.standing.order if memory.standing else None)
    # While its own check is made, an order's date is not fixed yet.
    yield from ((order.placed_at, order.effective_at) for order in orders if order and memory.state != "ordering")
    if memory.state in ("order", "support_ticket", "appointing"):
        yield memory.now, effective_at(memory)


def check_consequences(stage: Stage, node: Node, moves: list[Move]) -> None:
    """What is said of a decision before it is sent is what then happens, and saying it changes nothing.

    Once for each situation: walks come by the same decision on many ways.
    """
    memory = node.memory
    for move in moves:
        situation = situation_of(node, move)
        if move.event not in OPERATOR_MESSAGES or situation in stage.tried.weighed:
            continue
        stage.tried.weighed.add(situation)
        before = dict(memory.__dict__)
        said = as_said(said_of(memory, stage.at(memory), move.event, move.message, node.under_way, silent))
        if memory.__dict__ != before:
            raise Broken(f"saying what {move.name} would do has done it: {' → '.join(node.path)}")
        if said.needs_second != move.name.startswith("propose "):
            raise Broken(f"{move.name} is said to need a second person, or not to: {' → '.join(node.path)}")
        happens = as_happens(stage.at(memory), move.event, move.message, node.under_way)
        if said != happens:
            raise Broken(f"{move.name} is said to lead to {said}, and leads to {happens}: {' → '.join(node.path)}")


def situation_of(node: Node, move: Move) -> Situation:
    """What a decision's consequence depends on: the state, the tasks that are open, whether an order is booked how."""
    memory = node.memory
    order, types = memory.order, frozenset((task.type, task.text, task.proof is None) for task in memory.tasks)
    on_what = (order and (order.late, order.effective_at is None), memory.standing is not None, memory.revoking)
    words = tuple(word_of(task) for task in memory.tasks)
    return memory.state, types, move.name, on_what, mode_of(memory), words


def mode_of(memory: Memory) -> str | None:
    """Whether people or programs act, as far as that is known."""
    return memory.check.mode if memory.check else None


def check_failing_mails(stage: Stage, node: Node) -> None:
    """Mails that do not arrive are one task, and the run stands where it stood, before and after that is decided.

    The operators' own are none. Decided twice, in both ways: told, and tried again.
    """
    situation = (node.memory.state, mode_of(node.memory), frozenset(task.type for task in node.memory.tasks))
    if situation in stage.tried.without_mails:
        return
    stage.tried.without_mails.add(situation)
    chart = stage.at(node.memory)
    before = (chart.model.state, chart.possible(), chart.enabled(), chart.model.idle_since is None)
    for decision, mails in (("told", ("operator", "customer")), ("retry", ("customer", "customer"))):
        for number, to in enumerate(mails):
            answer = Answer(Notify(template="applied", to=to, number=9_000 + number), undelivered=REFUSED)
            if taken(chart, Move("mail not delivered", "answered", answer), node.path):
                raise Broken(f"a mail that is not delivered causes another: {' → '.join(node.path)}")
        (task,) = tasks_of(chart.model, "tell_customer")
        confirmation = ConfirmTask(by="o", task=task.task, decision=decision, note="by telephone")
        again = taken(chart, Move(f"confirm tell_customer {decision}", "confirm_task", confirmation), node.path)
        if [effect.number for effect in again] != ([9_000, 9_001] if decision == "retry" else []):
            raise Broken(f"{decision} asks for {again}: {' → '.join(node.path)}")
    if before != (chart.model.state, chart.possible(), chart.enabled(), chart.model.idle_since is None):
        raise Broken(f"a mail that was not delivered holds up the run: {' → '.join(node.path)}")
    if tasks_of(chart.model, "tell_customer") or chart.model.untold:
        raise Broken(f"the customer has been told, and is to be told: {' → '.join(node.path)}")
    stage.at(node.memory)


def check_cancel_requests(stage: Stage, node: Node, moves: list[Move]) -> None:
    """A cancel request asks, where `abandon` is possible, and changes nothing else, however often it comes.

    What is done meanwhile leads where it led without; the question goes with what it asks about. `go_on` leaves all as
    it was, and `abandon` does what the customer's own does.
    """
    chart = stage.at(node.memory)
    works = frozenset(work_of(task) for task in chart.model.tasks)
    situation = (chart.model.state, mode_of(chart.model), works, chart.possible())
    if chart.ended or situation in stage.tried.asked_to_cancel:
        return
    stage.tried.asked_to_cancel.add(situation)
    request = Move("cancel asked for", "cancel_requested")
    before = untouched(chart)
    effects = [*taken(chart, request, node.path), *taken(chart, request, node.path)]
    asked = tasks_of(chart.model, "abandon")
    if effects or untouched(chart) != before or len(asked) != ("abandon" in chart.possible()):
        raise Broken(f"a cancel request does more than ask, or does not: {' → '.join(node.path)}")
    memory = stage.memory()
    for move in moves if asked else ():
        expected, beside = stands_after(stage, node.memory, move, node), stands_after(stage, memory, move, node)
        if beside != expected:
            raise Broken(f"{move.name} leads elsewhere beside a cancel request: {' → '.join(node.path)}")
        chart = stage.chart
        is_pointless = chart.ended or (chart.at_rest() and "abandon" not in chart.possible())
        if is_pointless and tasks_of(chart.model, "abandon"):
            raise Broken(f"it is asked whether to abandon what cannot be: {' → '.join(node.path)}, {move.name}")
    customers = Move("abandon", "abandon", CUSTOMER_MESSAGES["abandon"].model_validate({"by": "c"}))
    for task in asked:
        for decision in ("go_on", "abandon"):
            word = ConfirmTask(by="o", task=task.task, decision=decision)
            decided = enabled(stage.at(memory), Move(f"confirm abandon {decision}", "confirm_task", word))
            happens = stands_after(stage, memory, decided, node)
            if decision == "go_on":
                stage.at(node.memory)
                expected = (standing_of(stage.chart), [])
            else:
                expected = stands_after(stage, node.memory, customers, node)
            if happens != expected:
                raise Broken(f"{decision} does something else: {' → '.join(node.path)}")
    stage.at(node.memory)


def stands_after(stage: Stage, memory: Memory, move: Move, node: Node) -> tuple[tuple[Any, ...], list[str]]:
    """How a run stands after a move, and what that asks for."""
    effects = taken(stage.at(memory), move, (*node.path, move.name))
    return standing_of(stage.chart), [effect.name for effect in effects]


def standing_of(chart: Chart) -> tuple[Any, ...]:
    """Where a run stands, whatever operators ask among themselves."""
    memory = chart.model
    works = sorted(work_of(task) for task in memory.tasks if task.type != "abandon")
    return memory.state, works, memory.order is None, memory.standing is None, memory.idle_since is None


def untouched(chart: Chart) -> tuple[Any, ...]:
    """What no question among operators may change."""
    timers = {event: moment for event, moment in chart.timers().items() if event != "task_due"}
    return standing_of(chart), chart.possible(), chart.enabled(), timers


DECIDED_AGAIN = 2
"""So often a person who is in a hurry rejects a task, or an effect fails again, within a moment."""


def check_reminders(stage: Stage, node: Node) -> None:
    """Of what a task asks for, nobody is reminded more than once a period, whatever is done to it meanwhile: rejected,
    a proof handed in and rejected, tried again in vain; nor the customer.
    """
    memory = node.memory
    situation = (memory.state, mode_of(memory), *sorted(work_of(task) for task in memory.tasks))
    if not memory.tasks or situation in stage.tried.reminded:
        return
    stage.tried.reminded.add(situation)
    for work in dict.fromkeys(work_of(task) for task in node.memory.tasks):
        chart = stage.at(node.memory)
        chart.model.tasks = tuple(task.model_copy(update={"reminded_at": None}) for task in chart.model.tasks)
        chart.model.reminded, chart.model.reminded_at = {}, None
        begun = chart.model.now
        told = [reminders_in(chart, work, node.path) for _ in range(DECIDED_AGAIN)]
        chart.model.now = begun + chart.model.settings.remind_every - A_MOMENT
        told.append(reminders_in(chart, work, node.path))
        if any(sum(by_whom) > 1 for by_whom in zip(*told, strict=True)):
            raise Broken(f"reminded again within a period of {work}: {' → '.join(node.path)}")
    stage.at(node.memory)


def reminders_in(chart: Chart, work: str, path: tuple[str, ...]) -> tuple[int, int]:
    """How often operators and the customer are reminded while a task is rejected and done again in vain."""
    operators = customer = 0

    def take(event: str, message: Any) -> None:
        nonlocal operators, customer
        if isinstance(message, Sent) and chart.would_refuse(event, message, chart.model.now) is not None:
            return
        before = {task.task: task.escalated for task in chart.model.tasks}
        effects = taken(chart, Move(event, event, message), path)
        operators += sum(
            task.escalated - before.get(task.task, 0) for task in chart.model.tasks if work_of(task) == work
        )
        customer += sum(isinstance(mail, Notify) and mail.template.startswith("reminder") for mail in effects)

    for kept in [task for task in chart.model.tasks if work_of(task) == work]:
        if chart.ended:
            break
        if kept.type == "third_party":
            take("hand_in_proof", HandInProof(by="c", task=kept.task, reference="mail"))
        if rejected_event(kept) in KEEPS_TASK:
            take("reject_task", RejectTask(by="o", task=kept.task, note="no"))
        if kept.type == "repair" and kept.step is not None:
            take("confirm_task", ConfirmTask(by="o", task=kept.task, decision="retry"))
            take("answered", Answer(kept.step, error="down"))
        if not chart.ended:
            take("task_due", None)
    return operators, customer


def can_go_on(chart: Chart) -> bool:
    """Before the order: it can be placed, or a person is asked or has said no (X5, X6, G8); of what is in surplus the
    customer knows, and asks again when it is gone (X2); who asks about what the record has no more is told so (G2)."""
    declined = chart.model.refusal is not None and chart.model.refusal.code == "declined"
    told = bool(unresolved_surplus(chart.model)) or pointless(chart.model)
    asks_again = told and "recheck_licences" in chart.enabled()
    return "place_order" in chart.enabled() or bool(tasks_of(chart.model, *QUESTION_TYPES)) or declined or asks_again


def check_node(stage: Stage, node: Node, moves: list[Move]) -> None:
    """The invariants of a node."""
    chart = stage.at(node.memory)
    memory, ghost = chart.model, node.ghost
    where = f"{' → '.join(node.path) or 'start'} in {memory.state}"

    def require(holds: bool, what: str) -> None:
        if not holds:
            raise Broken(f"{what}: {where}")

    require(chart.public_state in CONTRACT_STATES, "a state that the contract does not name")
    by_library = {event.id for event in chart.enabled_events(traits=chart.traits)}
    require(chart.possible() == by_library, "possible is not what the library calls enabled")
    if memory.state == "applied":
        require(ghost.booked or ghost.granted or ghost.proved, "applied without order, grant or proof")
        require(ghost.date_came or ghost.granted or ghost.proved, "applied before its date")
    if memory.state == "external":
        require(ghost.proved, "external without proof")
    if memory.state == "scheduled" and memory.agreed_at is None:
        require(ghost.booked, "scheduled before it was booked")
    for placed_at, effective in dates_of(node):
        require(effective is None or effective >= placed_at, "an order takes effect before it was placed")
    if chart.ended:
        if memory.state in TOOK_EFFECT:
            date = effective_at(memory)
            require(date is not None, "took effect, and nobody knows when")
            require(bool(why(memory, chart.traits, silent)), "took effect, and nobody knows why then")
            placed_at = memory.order.placed_at if memory.order else memory.requested_at
            require(date is None or date >= placed_at, "took effect before it was asked for")
        require(not memory.tasks, "a task is open after the end")
        require(chart.waiting_for() == () and chart.enabled() == (), "waits for somebody after the end")
        return
    require(bool(moves), "cannot be left")
    require(not memory.revoking or booking_under_way(memory), "a granted revocation waits for no booking")
    check_failing_mails(stage, node)
    check_reminders(stage, node)
    require(all(task.due_at is not None for task in memory.tasks), "a task that is never due")
    waits = chart.waiting_for()
    require(bool(waits), "waits for nobody")
    for task in tasks_of(memory, "perform") if chart.at_rest() else ():
        assert task.step is not None
        text, action = PERFORMED[task.step.name]
        require(task.text == text, "a person is told to do something else than the step")
        path = memory.check.click_paths.get(action, ()) if memory.check else ()
        require(task.values["click_path"] == list(path), "the click path is that of another action")
        if task.step.name != "withdraw":
            require("abandon" in chart.enabled(), "what nobody has clicked cannot be stopped")
        if task.step.name in ("place_order", "apply_change"):
            stoppable = "request_revocation" in chart.enabled() or bool(tasks_of(memory, "revocation"))
            require(stoppable, "what nobody has clicked cannot be revoked")
    names = {repr((task.type, task.subject, task.step)) for task in memory.tasks}
    require(len(names) == len(memory.tasks), "the same task is open twice")
    if not chart.at_rest():
        awaited = [effect for effect in node.under_way if chart.awaits(effect)]
        require(bool(awaited), "a doing-state waits for an answer that is not under way")
    else:
        require("customer" not in waits or bool(chart.enabled()), "waits for a customer who can do nothing")
        require(memory.state != "order" or can_go_on(chart), "what is held can be neither ended nor asked about")
        require(not {"operator", "repair"} & set(waits) or bool(memory.tasks), "waits for an operator without a task")
        require(bool(memory.tasks) or bool(chart.enabled()) or "date" in waits, "nobody can go on")
