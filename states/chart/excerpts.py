"""Long words cut short where there is no room for all of them: Temporal takes 2 MiB at most, in bytes.

A single message is bounded where it arrives, and what a run remembers of many is bounded here: of the longest words
an excerpt is kept, which ends in `…`.
"""

import json
from collections.abc import Mapping
from typing import Any

from states.model.memory import Memory, Task, Untold
from states.model.request import Proof

SHORT = 200
"""So many bytes of a text stand in an excerpt."""
SEVERAL = 5 * SHORT
"""So many bytes of a list or a document."""
CUT = "…"
TASKS, UNTOLD, TOLD = 256 * 1024, 128 * 1024, 256 * 1024
"""So many bytes all tasks keep, the mails of which the customer is still to be told, and what all tasks quote."""


def size(value: Any) -> int:
    """How many bytes a value is, as Temporal keeps it."""
    said = value.model_dump_json() if hasattr(value, "model_dump_json") else json.dumps(value, ensure_ascii=False)
    return len(said.encode())


def excerpt(value: Any) -> Any:
    """The beginning of a text, a list or a document; one that is short as it is, and what is none of them."""
    if isinstance(value, str):
        return value if size(value) <= SHORT else value.encode()[:SHORT].decode(errors="ignore") + f" {CUT}"
    if not isinstance(value, Mapping | list | tuple) or size(value) <= SEVERAL:
        return value
    entries = value.items() if isinstance(value, Mapping) else enumerate(value)
    taken: dict[Any, Any] = {}
    for key, entry in entries:
        if size(taken) > SEVERAL - SHORT or size(key) > SHORT:
            break
        short = excerpt(entry)
        taken[key] = short if size(short) <= 2 * SHORT else CUT
    return taken if isinstance(value, Mapping) else list(taken.values())


def keep_tasks_short(memory: Memory) -> None:
    """Many proofs and rejections of many tasks: where they are too long together, each keeps how its words begin."""
    if len(memory.tasks) > 1 and sum(map(size, memory.tasks)) > TASKS:
        memory.tasks = tuple(map(shortened_task, memory.tasks))


def shortened_task(task: Task) -> Task:
    """A task with excerpts of what was said of it; what is asked for stays whole."""
    proposed, proof = task.proposed, task.proof
    if proposed is not None:
        message = proposed.message
        said = {"note": excerpt(message.note), "proof": shortened_proof(message.proof)}
        proposed = proposed.model_copy(update={"message": message.model_copy(update=said)})
    changes = {"note": excerpt(task.note), "proof": shortened_proof(proof), "proposed": proposed}
    return task.model_copy(update=changes)


def shortened_proof(proof: Proof | None) -> Proof | None:
    """A proof with an excerpt of its reference."""
    return proof.model_copy(update={"reference": excerpt(proof.reference)}) if proof else None


def newest_untold(untold: tuple[Untold, ...]) -> tuple[Untold, ...]:
    """The last of the mails that the customer did not get, as many as there is room for; the timeline has a line of
    each."""
    kept, room = list(untold), UNTOLD - sum(map(size, untold))
    while room < 0 and len(kept) > 1:
        room += size(kept.pop(0))
    return tuple(kept)


def quoted(words: Mapping[str, Any], number: int) -> dict[str, Any]:
    """A customer's words as so many tasks quote them: whole, unless they are too long to stand in each."""
    room = TOLD // max(number, 1)
    return dict(words) if size(words) <= room else {name: excerpt(said) for name, said in words.items()}
