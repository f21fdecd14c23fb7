"""The values that are documented for the texts of receipts."""

from typing import Any

from activities.receipts.documents import ROWS

FIRST = "2027-02-01T00:00:00+01:00"
LATER = "2027-02-28T23:00:00Z"
PLACED = "2027-01-17T09:30:00Z"
ABOUT: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "event": "ordered",
    "kind": "edition",
    "subject": "jtl",
    "target": "jtl_advanced",
    "called": None,
    "effective_at": FIRST,
    "come": False,
    "cost_effect": "cancellation",
    "saved_price": "1000.00",
    "revocation": None,
}
ROW = ABOUT | {
    "case": "V-7K3M-2Q9X",
    "number": 2,
    "customer": "K-1001",
    "name": "Muster GmbH",
    "by": "Frau Muster",
    "placed_at": PLACED,
    "arrived_at": PLACED,
    "issued_at": PLACED,
    "other_effective_at": LATER,
    "price": "1009.50",
    "new_price": "9.50",
    "addons_ending": ["Backup (A-1)"],
    "addons_staying": ["Zusatzspeicher (A-2)"],
    "addons_apart": ["Zugang (A-3)"],
    "details": {"reason": "Umzug"},
    "optional_services": ["Datenübernahme"],
    "words": "Bitte bald.",
    "change_to": "jtl_start",
}
LATER_EVENT = {"happened_at": {"event": "applied"}, "answer": {"event": "declined"}}
RECEIPTS: dict[str, dict[str, Any]] = {
    "receipt.title": ABOUT,
    "receipt.kind": ABOUT,
    "receipt.next": ABOUT,
    "receipt.contact": {"case": "V-7K3M-2Q9X"},
    "receipt.heeded": {"heed": "acknowledged", "by": "Frau Muster", "at": PLACED, "zone": "Europe/Berlin"},
    "receipt.heading.why": {},
    "receipt.heading.warnings": {},
    "receipt.heading.next": {},
    "receipt.heading.signed": {"file": "receipt.jws", "sha256": "5f5f"},
    "receipt.heading.missing": {"file": "receipt.jws", "mark": "\N{WHITE SQUARE}"},
    "receipt.heading.page": {"number": 1, "case": "V-7K3M-2Q9X"},
    **{f"receipt.label.{name}": {} for name in ROWS},
    **{f"receipt.row.{name}": ROW | LATER_EVENT.get(name, {}) for name in ROWS},
    "call.receipt": {"number": 9, "workflow_id": "edition/K-1001/jtl"},
}
