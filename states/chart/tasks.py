"""Tasks: what waits for a person. What each type means is in `states.chart.task_types`."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Any, cast

from states.chart.checks import outside_steps
from states.chart.notifications import tell_operators
from states.chart.state_names import AWAITED_EFFECT, awaits
from states.chart.turn import Turn
from states.model.effects import AnyEffect, AssignLicence, BookOrder, Effect
from states.model.facts import OutsideStep
from states.model.memory import Memory, Task
from states.model.request import Proof
from states.rules.effective_date import effective_at, notice_unknown
from states.rules.run_values import addon_facts, isoformat


def open_task(
    turn: Turn, type_: str, text: str, *, step: AnyEffect | None = None, subject: str | None = None, **more: Any
) -> None:
    """Open a task unless the same is open already."""
    memory = turn.memory
    if any(task.type == type_ and task.subject == subject and task.step == step for task in memory.tasks):
        return
    task = new_task(memory, type=type_, text=text, step=step, subject=subject, **more)
    memory.tasks = (*memory.tasks, task)


def new_task(memory: Memory, **fields: Any) -> Task:
    """A task that is opened now; its id is opaque, without slashes, and the same on replay."""
    memory.number += 1
    task = Task(task=task_name(memory, memory.number), opened_at=memory.now, **fields)
    reminded_at = reminded(memory).get(work_of(task))
    return task.model_copy(update={"reminded_at": reminded_at}) if reminded_at else task


def task_name(memory: Memory, number: int) -> str:
    """What the task is called that a run has opened, or would, under a number."""
    seed = f"{memory.request.workflow_id}/{memory.name_of(number)}/{number}"
    return "t-" + hashlib.blake2s(seed.encode(), digest_size=8).hexdigest()


def was_opened(memory: Memory, name: str) -> bool:
    """Whether a task of that name is or was one of the run's."""
    return any(task_name(memory, number) == name for number in range(1, memory.number + 1))


def work_of(task: Task) -> str:
    """What a task asks for: the same when it is opened anew."""
    return "/".join([task.type, task.subject or "", task.step.name if task.step else ""])


def reminded(memory: Memory) -> dict[str, datetime]:
    """When what is closed was last brought to mind, within a period: what is opened anew meanwhile, since an effect
    fails once more, say, begins none of its own."""
    since = memory.now - memory.settings.remind_every
    return {work: at for work, at in memory.reminded.items() if at > since}


def close_task(memory: Memory, task: Task) -> None:
    """Take a task off the list."""
    if task.reminded_at is not None:
        memory.reminded = reminded(memory) | {work_of(task): task.reminded_at}
    memory.tasks = tuple(other for other in memory.tasks if other.task != task.task)


def change_task(memory: Memory, task: Task, **changes: Any) -> None:
    """Replace a task by a changed copy."""
    changed = task.model_copy(update=changes)
    memory.tasks = tuple(changed if other.task == task.task else other for other in memory.tasks)


def tasks_of(memory: Memory, *types: str) -> tuple[Task, ...]:
    """The open tasks of these types."""
    return tuple(task for task in memory.tasks if task.type in types)


def handled_by(memory: Memory, *types: str) -> bool:
    """Whether an open task of these types holds the step that the state waits for."""
    return any(task.step is not None and awaits(memory.state, task.step) for task in tasks_of(memory, *types))


def unclicked(model: Memory) -> bool:
    """A person is to make the step that the state waits for, and has not yet (X12)."""
    return handled_by(model, "perform")


def drop_tasks(turn: Turn, dropped: Iterable[Task]) -> None:
    """Take off the list what nobody is to do any more; of what was to be clicked the operators are told, since
    somebody may be about to (X12)."""
    for task in dropped:
        close_task(turn.memory, task)
        if task.type == "perform":
            tell_operators(turn, "perform_dropped", task=task.task, target=task.values.get("target"))


def at_rest(memory: Memory) -> bool:
    """Nothing is under way that this state waits for, or a person has it in hand."""
    return memory.state not in AWAITED_EFFECT or handled_by(memory, "perform", "repair")


def ask_or_open(turn: Turn, step: AnyEffect, clicked: bool, text: str) -> None:
    """Ask for an effect, or have a person do it by hand (X12)."""
    if clicked:
        open_perform(turn, text, step)
    else:
        turn.ask(step)


def open_perform(turn: Turn, text: str, step: AnyEffect) -> None:
    """A person must click; confirming needs proof, and then acts under the number that the step gets here (X12)."""
    memory = turn.memory
    memory.number += 1
    step = step.numbered(memory.number)
    request, check, order = memory.request, memory.check, memory.order
    services = {key: f"{label} ({key})" for key, label in check.service_labels.items()} if check else {}
    values = {
        "product": request.kind,
        "subject": request.subject,
        "target": step.to if isinstance(step, AssignLicence) else request.target,
        "effective_at": isoformat(effective_at(memory)),
        "click_path": list(check.click_paths.get(step.action, ())) if check else [],
        "details": order.details if order else None,
        "addon_path": list(check.addon_path) if check else [],
        **addon_facts(memory),
        "optional_services": [services.get(key, key) for key in order.optional_services] if order else [],
    }
    if isinstance(step, BookOrder) and notice_unknown(memory):
        values["notice_unknown"] = True
    open_task(turn, "perform", text, step=step, values=values)


def open_repair(turn: Turn) -> None:
    """An effect keeps failing: a person decides; a run's first check cannot be skipped (docs/contract.md, `repair`)."""
    assert turn.answer is not None
    step, values = cast(AnyEffect, turn.answer.effect), {"action": turn.answer.effect.name, "error": turn.answer.error}
    decisions = None if skippable(turn.memory, step) else ("retry", "end")
    open_task(turn, "repair", "repair", step=step, decisions=decisions, values=values)


def skippable(memory: Memory, step: Effect) -> bool:
    """Whether a run can go on without an effect."""
    return step.name != "check_licences" or memory.check is not None


def open_outside_steps(turn: Turn) -> None:
    """Each step outside our reach (X9)."""
    open_steps(turn, outside_steps(turn.memory, turn.traits))


def open_steps(turn: Turn, steps: Iterable[OutsideStep]) -> None:
    """Each of these steps outside our reach is a task until its proof is confirmed (X9)."""
    memory = turn.memory
    known = {task.subject for task in tasks_of(memory, "third_party")}
    opened = []
    for step in steps:
        subject, values = step.subject or step.what, {"name": step.name} | dict(step.values)
        if subject not in known:
            known.add(subject)
            text = f"third_party_{step.what}"
            opened.append(new_task(memory, type="third_party", text=text, subject=subject, values=values))
    memory.tasks = (*memory.tasks, *opened)


def proofs_missing(model: Memory) -> bool:
    """Steps at third parties are still without a confirmed proof (X9)."""
    return bool(tasks_of(model, "third_party"))


def all_proved(model: Memory) -> bool:
    """The proof of every step at a third party has been confirmed (X9)."""
    return not proofs_missing(model)


def keep_proof(turn: Turn) -> None:
    """The customer's proof waits for the operator's confirmation (X9)."""
    message = turn.message
    assert turn.task is not None
    proof = Proof(
        reference=message.reference,
        confirmed_by=message.by,
        confirmed_at=message.time,
    )
    change_task(turn.memory, turn.task, proof=proof, proposed=None)


def try_again(turn: Turn) -> None:
    """Try the failed effect again, under its key."""
    assert turn.task is not None and turn.task.step is not None
    turn.ask_again(turn.task.step)
