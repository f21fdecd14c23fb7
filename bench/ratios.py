"""Two sides that are measured in turn, the ratios of what was measured, and the one form in which figures are shown.

A part of the benchmarks (`bench/__main__.py`) shows each figure by `compared` or `measured` under a `heading`: that
prints a line and, where `BENCH_FIGURES` names a file, keeps the figure there.
"""

import json
import os
import statistics
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

T = TypeVar("T")
KEPT_IN = "BENCH_FIGURES"


@dataclass(frozen=True)
class Target:
    """What a figure is not to pass, or not to fall short of."""

    limit: float
    at_least: bool = False

    def __str__(self) -> str:
        return f"{'≥' if self.at_least else '≤'} {self.limit:.2f}"

    def missed_by(self, value: float) -> bool:
        """Whether a value is on the wrong side, as it is shown, with two places."""
        return round(value, 2) < self.limit if self.at_least else round(value, 2) > self.limit


@dataclass(frozen=True)
class Figure:
    """One line: what was measured, of one side or of two, and the ratio of each pair."""

    name: str
    here: float
    """Median of the measures of this side."""
    other: float | None
    value: float
    """What the target is of: the median of the ratios, or of the measures where there is one side only."""
    least: float
    most: float
    target: str
    missed: bool

    def __str__(self) -> str:
        other = "" if self.other is None else f"{self.other:.2f}"
        ratio = "" if self.other is None else f"{self.value:.2f}"
        spread = f"({self.least:.2f}–{self.most:.2f})"
        mark = "  ← missed" if self.missed else ""
        return f"{self.name:44} {self.here:10.2f} {other:>10} {ratio:>7}  {spread:16} {self.target:>8}{mark}".rstrip()


def in_turn(sides: Sequence[T], rounds: int) -> Iterator[T]:
    """A B B A, so many rounds of both."""
    for turn in range(rounds):
        yield from sides[:: -1 if turn % 2 else 1]


def heading(name: str, here: str = "ours", other: str = "") -> None:
    """Say what is measured from here on, and whose the columns are."""
    columns = f"{here:>10} {other:>10} {'ratio' if other else '':>7}"
    print(f"\n{name:44} {columns}  {'(spread)':16} {'target':>8}".rstrip(), flush=True)
    keep({"heading": name, "here": here, "other": other})


def compared(name: str, here: Sequence[float], others: Sequence[float], target: Target | float | None = None) -> None:
    """Show two sides that were measured in pairs; the target is of the ratio, a bare number the most that it may be."""
    ratios = [measure / other for measure, other in zip(here, others, strict=True)]
    show(name, here, statistics.median(others), ratios, target)


def measured(name: str, here: Sequence[float], target: Target | float | None = None) -> None:
    """Show one side; the target is of the measure itself, a bare number the most that it may be."""
    show(name, here, None, here, target)


def show(
    name: str, here: Sequence[float], other: float | None, values: Sequence[float], target: Target | float | None
) -> None:
    """Print a figure, and keep it where figures are kept."""
    aim = Target(target) if isinstance(target, int | float) else target
    value = statistics.median(values)
    figure = Figure(
        name=name,
        here=statistics.median(here),
        other=other,
        value=value,
        least=min(values),
        most=max(values),
        target=str(aim or ""),
        missed=aim is not None and aim.missed_by(value),
    )
    print(figure, flush=True)
    keep(asdict(figure))


def keep(row: dict[str, Any]) -> None:
    """Write a row to the file that keeps them, if there is one."""
    if path := os.environ.get(KEPT_IN):
        with Path(path).open("a", encoding="utf-8") as file:
            file.write(json.dumps(row, ensure_ascii=False) + "\n")
