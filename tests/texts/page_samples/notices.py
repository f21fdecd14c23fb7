"""What mails about tasks say to operators: about one, or about several."""

from typing import Any

ENTRY: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "listed": True,
    "occasion": "escalated",
    "proof": None,
    "number": 3,
    "urgent": True,
    "again": True,
    "type": "repair",
    "label": "WMS-Benutzer Picker 3",
    "whom": "Muster GmbH (K-1001)",
    "at": "2027-01-11T23:00:00Z",
    "due_at": "2027-01-17T23:00:00Z",
    "overdue": True,
    "deadline": "2027-01-31T23:00:00Z",
    "claimed_by": "anna",
    "note": "Niemand geht ans Telefon.",
    "action": "place_order",
    "error": "503 Service Unavailable",
    "url": "https://cancellations.example/desk/tasks/t-1",
}
SEVERAL: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "count": 60,
    "escalated_count": 2,
    "due_count": 1,
    "new_count": 57,
    "escalated": [ENTRY],
    "due": [ENTRY],
    "new": [ENTRY],
    "others": 10,
    "url": "https://cancellations.example/desk/tasks",
}
SAMPLES: dict[str, dict[str, Any]] = {
    "notice.one.subject": ENTRY,
    "notice.one.body": ENTRY,
    "notice.several.subject": SEVERAL,
    "notice.several.body": SEVERAL,
    "notice.entry": ENTRY,
    "notice.open_one": {},
    "notice.open_all": {},
}
