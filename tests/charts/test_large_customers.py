"""What is done for a customer grows in line with its licences, and no document of a run becomes too large.

Growth is counted in lines of Python that are run, which are the same on every machine.
"""

import gc
import sys
from collections.abc import Callable
from types import FrameType
from typing import Any

import pytest

from tests.charts.large_run import LargeRun
from tests.large_customers import BOOKED, LARGE

SIZES = (110, 220, 440)
MOST_LICENCES = 2_000
LARGEST = 256 * 1024
STEPS = [name for name in vars(LargeRun) if not name.startswith("_")]
each_customer = pytest.mark.parametrize(
    ("name", "booked"), [*((name, False) for name in LARGE), *((name, True) for name in BOOKED)]
)


def lines_of(work: Callable[[], Any]) -> int:
    """How many lines of Python are run; a loop counts a line for each time. What other tests left to be cleared away
    is not cleared meanwhile: that would run lines too."""
    count, before = 0, sys.gettrace()

    def trace(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal count
        count += event == "line"
        return trace

    gc.disable()
    sys.settrace(trace)
    try:
        work()
    finally:
        sys.settrace(before)
        gc.enable()
    return count


def test_a_loop_within_a_loop_is_seen() -> None:
    """What the other tests count by."""

    def squared(count: int) -> Callable[[], Any]:
        return lambda: [[0 for _ in range(count)] for _ in range(count)]

    small, middle, large = (lines_of(squared(count)) for count in (10, 20, 40))
    assert large - middle > 3 * (middle - small)


@each_customer
def test_twice_as_many_licences_take_twice_the_steps(name: str, booked: bool) -> None:
    counted: dict[str, list[int]] = {step: [] for step in STEPS}
    for size in SIZES:
        run = LargeRun(LARGE[name](size), booked=booked)
        for step in STEPS:
            work = getattr(run, step)
            work()
            counted[step].append(lines_of(work))
    for step, (small, middle, large) in counted.items():
        assert large - middle <= 2.2 * max(middle - small, 0) + 200, (step, small, middle, large)


@each_customer
def test_no_document_of_a_large_customer_is_above_256_kB(name: str, booked: bool) -> None:
    run = LargeRun(LARGE[name](MOST_LICENCES), booked=booked)
    for step in STEPS:
        answer = getattr(run, step)()
        if isinstance(answer, str):
            assert len(answer.encode()) < LARGEST, step
