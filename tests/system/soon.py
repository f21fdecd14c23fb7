"""A worker whose next month begins in seconds, so that nobody waits for a real one: all else is `worker.py` itself.

`python -m tests.system.soon SECONDS`: an order takes effect that long after it was placed. For tests and benchmarks.
"""

import sys
from datetime import datetime, timedelta

import worker
from programs import leave
from states.rules.notice import NoticeRule


def months_begin_soon(after: timedelta) -> None:
    """From now on, in this process: an order takes effect `after` the moment placed."""

    def effective_at(rule: NoticeRule, placed_at: datetime) -> datetime:
        return placed_at + after

    NoticeRule.effective_at = effective_at  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    months_begin_soon(timedelta(seconds=float(sys.argv[1])))
    leave(worker.main())
