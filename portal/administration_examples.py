"""Examples for `/openapi.json`: what administrators see."""

from typing import Any

from portal.freeze_examples import FREEZE, STANDING

ADMINISTRATION: dict[str, Any] = {
    "as_of": "2027-01-31T17:00:00Z",
    "portal": {"version": "1.4.0", "python": "3.11.7", "loop_measures": 36000, "loop_late": 12},
    "workers": [
        {"identity": "417@worker-1", "workflows": True, "activities": True, "last_seen": "2027-01-31T16:59:41Z"}
    ],
    "temporal": {
        "address": "127.0.0.1:7233",
        "namespace": "default",
        "task_queue": "cancellations",
        "ui_url": "http://127.0.0.1:8233",
        "version": "1.32.0",
        "problem": None,
    },
    "database": {"kind": "SQLite", "revision": "0010", "expected": "0010"},
    "parts": {"temporal": "ok", "worker": "ok", "database": "ok", "mail": "ok"},
    "off": ["CANCELLATIONS_SMTP_URL is not set: mails are files in var/mail, and nobody gets them"],
    "settings": [
        {"name": "CANCELLATIONS_TIME_ZONE", "value": "Europe/Berlin", "secret": False, "set": False},
        {"name": "CANCELLATIONS_OPERATOR_TOKENS", "value": None, "secret": True, "set": True},
    ],
    "catalogues": [
        {
            "version": "2024-09-01",
            "valid_from": "2024-09-01",
            "in_force": True,
            "complete": True,
            "source": "guide",
            "differences": [],
        }
    ],
    "compare_at": "03:00",
    "comparison": {"made_at": "2027-01-31T02:00:03Z", "compared": 412, "total": 0, "findings": []},
    "freeze": {"standing": STANDING, "log": FREEZE["log"]},
}
