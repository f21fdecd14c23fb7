"""A worker for which a month begins at a moment given, so that many runs wait for one date: all else is `worker.py`.

`python -m bench.month MOMENT`: every order takes effect at that moment (ISO 8601), as if a month began then.
"""

import sys
from datetime import datetime

import worker
from programs import leave
from states.rules import spread
from states.rules.notice import NoticeRule


def month_begins(at: datetime) -> None:
    """From now on, in this process: every order takes effect `at` this moment, which begins a month."""

    def effective_at(rule: NoticeRule, placed_at: datetime) -> datetime:
        return at

    def begins_month(moment: datetime, zone: str) -> bool:
        return moment == at

    NoticeRule.effective_at = effective_at  # type: ignore[method-assign, assignment]
    spread.begins_month = begins_month


if __name__ == "__main__":
    month_begins(datetime.fromisoformat(sys.argv[1]))
    leave(worker.main())
