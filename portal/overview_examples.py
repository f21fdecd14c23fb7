"""Examples for `/openapi.json`: the overview."""

from typing import Any

WAITING: dict[str, Any] = {"waiting_for": "operator", "total": 12, "today": 3, "week": 7, "older": 2}
STUCK_RUN: dict[str, Any] = {
    "workflow_id": "edition/K-1001/jtl",
    "kind": "edition",
    "customer": "K-1001",
    "subject": "jtl",
    "state": "order",
    "waiting_for": "repair",
    "since": "2027-01-11T08:30:00Z",
}
MONTH: dict[str, Any] = {"first": "2027-02-01", "total": 40, "on_the_first": 38, "kinds": {"edition": 40}}
OVERVIEW: dict[str, Any] = {
    "as_of": "2027-01-12T09:00:00Z",
    "waiting": [WAITING],
    "stuck": [{"waiting_for": "repair", "total": 1, "items": [STUCK_RUN]}],
    "booked": 40,
    "months": [MONTH],
}
EFFECTS: dict[str, Any] = {
    "first": "2027-02-01",
    "last": "2027-02-28",
    "total": 38,
    "days": [{"day": "2027-02-01", "total": 38, "kinds": {"edition": 38}}],
}
