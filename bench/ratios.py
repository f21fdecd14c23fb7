"""Two sides that are measured in turn, and the ratios of what was measured."""

import statistics
from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")


def in_turn(sides: Sequence[T], rounds: int) -> Iterator[T]:
    """A B B A, so many rounds of both."""
    for turn in range(rounds):
        yield from sides[:: -1 if turn % 2 else 1]


def line(name: str, measures: Sequence[float], others: Sequence[float], target: float) -> str:
    """Each side's median, the ratio of each pair as median with its spread, and a mark where it passes `target`."""
    ratios = sorted(measure / other for measure, other in zip(measures, others, strict=True))
    medians = f"{statistics.median(measures):10.2f} {statistics.median(others):10.2f}"
    mark = f"  ← above {target}" if statistics.median(ratios) > target else ""
    return f"{name:36} {medians} {statistics.median(ratios):6.2f}  ({ratios[0]:.2f}–{ratios[-1]:.2f}){mark}"
