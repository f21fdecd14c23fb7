"""The timeline: it stays short, and forgets nothing that a person decided (ED4, X2)."""

from collections import Counter
from collections.abc import Callable, Sequence

from states.chart.excerpts import excerpt, size
from states.model.memory import TimelineLine
from states.model.request import CUSTOMER_MESSAGES, OPERATOR_MESSAGES

MOST = 400
"""How many lines it keeps, unless more of them are a person's."""
MOST_BYTES = 256 * 1024
"""How much they are together, whatever people write."""
BRIEF, BETWEEN = 1024, 16
"""All lines are measured where one comes that is longer, and at each so many: that costs more than the line itself."""
LONG = 4 * 1024
"""A line of so many bytes is cut short before others are."""
DECISIONS = frozenset({*CUSTOMER_MESSAGES, *OPERATOR_MESSAGES, "requested"})
CHANGED_NOTHING = frozenset({"note.ignored_signal", "note.refused_event"})
"""What is said of a person's event that was not taken."""


def with_line(timeline: tuple[TimelineLine, ...], line: TimelineLine) -> tuple[TimelineLine, ...]:
    """The timeline with one line more.

    Where that is too many, a line that is repeated later is counted there instead; then the oldest goes that nobody
    decided. A person's decisions are counted together only where there is nothing else any more, and never lost.
    Where the words are too many, excerpts of the oldest are kept, of the long ones first; then lines of the event
    that has most of them are left out, and counted in the next of that event.
    """
    lines = [*timeline, line]
    if len(lines) > MOST:
        shorten(lines)
    measured = size(line) > BRIEF or len(lines) % BETWEEN == 0
    missing = sum(map(size, lines)) - MOST_BYTES if measured else 0
    if missing > 0:
        leave_out(lines, cut_short(lines, missing))
    return tuple(lines)


def cut_short(lines: list[TimelineLine], missing: int) -> int:
    """Keep excerpts until so many bytes are gained; how many are still missing."""
    for least in (LONG, 0):
        for number, line in enumerate(lines):
            if missing > 0 and not line.shortened and size(line) > least:
                lines[number] = shortened(line)
                missing -= size(line) - size(lines[number])
    return missing


def shortened(line: TimelineLine) -> TimelineLine:
    """A line with excerpts of its words; the same where they are short."""
    if line.values is None:
        words: dict[str, object] = {"note": excerpt(line.note)}
    else:
        words = {"values": {name: excerpt(value) for name, value in line.values.items()}}
    changed = any(getattr(line, name) != value for name, value in words.items())
    return line.model_copy(update=words | {"shortened": True}) if changed else line


def leave_out(lines: list[TimelineLine], missing: int) -> None:
    """Leave out whole lines until so many bytes are gained; the first line of all stays, and the last of each event."""
    while missing > 0:
        event, number = Counter(line.event for line in lines[1:]).most_common(1)[0]
        if number < 2:
            return
        oldest, later, *_ = [place for place, line in enumerate(lines) if place and line.event == event]
        missing -= size(lines[oldest])
        left_out = lines[later].left_out + lines[oldest].left_out + lines[oldest].times
        lines[later] = lines[later].model_copy(update={"left_out": left_out})
        del lines[oldest]


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
