"""What the board of all contracts says, the pages about it, and what-if."""

from typing import Any, get_args

from states.views.outlook import Timing

DATES = {
    "kind": "edition",
    "cost_effect": "cancellation",
    "order_by": "2027-01-17T23:00:00Z",
    "effective_at": "2027-01-31T23:00:00Z",
    "last_day_unclear": True,
    "zone": "Europe/Berlin",
}
SAMPLES: dict[str, dict[str, Any]] = {f"timing.{timing}": DATES for timing in get_args(Timing)}
