"""Examples for `/openapi.json`: a freeze."""

from typing import Any

ORDER = {"reason": "Wrong prices in the catalogue", "until": "2027-02-02T08:00:00+01:00"}
RELEASE = {"note": "Prices are right again"}
STANDING: dict[str, Any] = {
    "number": 2,
    "since": "2027-01-31T16:00:00Z",
    "by": "anna",
    "reason": ORDER["reason"],
    "until": "2027-02-02T07:00:00Z",
    "released_at": None,
    "released_by": None,
    "note": None,
}
FREEZE: dict[str, Any] = {
    "frozen": True,
    "freeze": STANDING,
    "held": {"runs": 2, "effects": [{"effect": "apply_change", "count": 1}, {"effect": "notify", "count": 1}]},
    "falls_into": {
        "since": STANDING["since"],
        "until": STANDING["until"],
        "effective": {
            "total": 1,
            "items": [
                {
                    "workflow_id": "edition/K-1001/jtl",
                    "kind": "edition",
                    "customer": "K-1001",
                    "subject": "jtl",
                    "state": "scheduled",
                    "at": "2027-01-31T23:00:00Z",
                }
            ],
        },
        "deadlines": {"total": 0, "items": []},
    },
    "log": [
        STANDING,
        STANDING
        | {
            "number": 1,
            "since": "2026-11-02T09:00:00Z",
            "until": None,
            "reason": "The customer centre moved",
            "released_at": "2026-11-02T11:30:00Z",
            "released_by": "anna",
            "note": "Moved",
        },
    ],
}
