"""The timeline: it stays short, and forgets nothing that a person decided (ED4, X2)."""

from collections.abc import Callable, Sequence

from states.model.memory import TimelineLine
from states.model.request import CUSTOMER_MESSAGES, OPERATOR_MESSAGES

MOST = 400
"""How many lines it keeps, unless more of them are a person's."""
DECISIONS = frozenset({*CUSTOMER_MESSAGES, *OPERATOR_MESSAGES, "requested"})
CHANGED_NOTHING = frozenset({"note.ignored_signal", "note.refused_event"})
"""What is said of a person's event that was not taken."""


def with_line(timeline: tuple[TimelineLine, ...], line: TimelineLine) -> tuple[TimelineLine, ...]:
    """The timeline with one line more.

    Where that is too many, a line that is repeated later is counted there instead; then the oldest goes that nobody
    decided. A person's decisions are counted together only where there is nothing else any more, and never lost.
    """
    lines = [*timeline, line]
    if len(lines) > MOST:
        shorten(lines)
    return tuple(lines)


def shorten(lines: list[TimelineLine]) -> None:
    """One line less, unless all of them are decisions that each say something else."""
    if count_repeated(lines, lambda line: not decided(line)):
        return
    nobodys = next((number for number, line in enumerate(lines[:-1]) if not decided(line)), None)
    if nobodys is not None:
        del lines[nobodys]
    else:
        count_repeated(lines, decided)


def decided(line: TimelineLine) -> bool:
    """Whether a person decided something, and it was taken."""
    return line.event in DECISIONS and line.note not in CHANGED_NOTHING


def count_repeated(lines: list[TimelineLine], which: Callable[[TimelineLine], bool]) -> bool:
    """Count the oldest of those lines that says the same as a later one with that one; whether there was any."""
    repetition = next(((number, later) for number, later in repetitions(lines) if which(lines[number])), None)
    if repetition is None:
        return False
    number, later = repetition
    lines[later] = lines[later].model_copy(update={"times": lines[later].times + lines[number].times})
    del lines[number]
    return True


def repetitions(lines: Sequence[TimelineLine]) -> list[tuple[int, int]]:
    """The lines that say the same as a later one, oldest first, each with the next that does."""
    found: list[tuple[int, int]] = []
    seen: dict[str, int] = {}
    for number in range(len(lines) - 1, -1, -1):
        line = lines[number]
        said = repr((line.state, line.event, line.actor, line.by, line.note, line.values))
        if said in seen:
            found.append((number, seen[said]))
        seen[said] = number
    return found[::-1]
