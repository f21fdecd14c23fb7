"""What is said of bulk decisions: by calls, in Temporal's web UI, on their pages."""

from typing import Any

SAMPLES: dict[str, dict[str, Any]] = {
    "bulk.details": {"total": 50, "decided": 30, "proposed": 1, "failed": 2, "waiting": 16, "left": 1},
    "bulk.first": {"by": "otto", "at": "2027-01-11T08:29:00Z", "note": "Erledigt."},
    "bulk.unknown": {},
    "bulk.asked_back": {"why": "Rückfrage zu einem Datum."},
    "bulk.decision_gone": {},
    "bulk.run_gone": {},
    "call.bulk_one_choice": {},
    "call.bulk_one_decision": {},
    "call.bulk_task": {"field": "confirm"},
    "call.bulk_none": {"type": "perform"},
    "call.bulk_too_many": {"most": 10_000},
    "call.bulk_unknown_tasks": {"tasks": ["t-1", "t-2"]},
    "call.bulk_types": {"types": ["perform", "surplus"]},
    "call.bulk_offered": {"decision": "skip", "without": 2, "number": 50, "offered": ["retry", "end"]},
    "call.bulk_unknown": {"bulk": "0123456789"},
    "call.bulk_not_possible": {"act": "pause", "state": "stopped", "possible": ["again"]},
    "call.bulk_id": {},
}
ONE: dict[str, Any] = {"number": 1}
SAMPLES |= {
    "page.desk.bulk.tasks": ONE,
    "page.desk.bulk.decided_of": {"decided": "30", "total": "50"},
    "page.desk.bulk.failed": {"number": "3"},
    "page.desk.bulk.proposed": {"number": "3"},
    "page.desk.bulk.left": {"number": "3"},
    "page.desk.bulk.waiting": {"number": "3"},
    "page.desk.bulk.choose.all": {"number": "50"},
    "page.desk.bulk.choose.all_at_least": {"number": "10.000"},
    "page.desk.bulk.choose.first_ones": {"number": 200},
    "page.desk.bulk.choose.due": {"at": "17. Januar 2027"},
    "page.desk.bulk.choose.confirm_as": {"decision": "bewilligt"},
    "page.desk.bulk.choose.note_hint": {"needed": ["überspringen"]},
    "page.desk.bulk.check.title": ONE,
    "page.desk.bulk.check.closed": ONE,
    "page.desk.bulk.check.looked_at": {"number": 1, "total": "50"},
    "page.desk.bulk.check.from_day": {"day": "2027-02-01"},
    "page.desk.bulk.check.refused": {"number": "1 Aufgabe"},
    "page.desk.bulk.check.go": ONE,
    "page.desk.bulk.one.title": ONE,
    "page.desk.bulk.one.again": ONE,
    "page.desk.bulk.one.news": {"decided": "30", "total": "50"},
}
