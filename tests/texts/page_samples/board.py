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
SAMPLES |= {
    "page.board.summary.unknown": {"number": 2},
    "page.board.summary.saving": {"saving": "27.00"},
    "page.board.summary.waiting": {"number": 2},
    "page.board.left.days": {"number": 18},
    "page.board.item.missed": {"order_by": "17. Januar 2027", "effective": "1. Februar 2027"},
    "page.board.item.price": {"price": "9.00"},
    "page.board.item.saves": {"saving": "9.00"},
    "page.board.item.number": {"number": "POS-21"},
    "page.board.item.several": {"number": 5, "name": "Kassenanbindung"},
    "page.board.item.show_each": {"number": 12},
    "page.board.item.targets": {"targets": ["JTL Advanced", "JTL Start"]},
    "page.board.item.not_submitted": {"day": "17. Januar 2027", "effective": "1. Februar 2027"},
    "page.board.item.not_submitted_term": {"effective": "1. Februar 2027"},
    "page.board.item.not_decided": {"effective": "1. Februar 2027"},
    "page.board.item.ending": {"names": ["Postfach", "Backup"]},
    "page.board.item.ended": {"at": "1. Februar 2027"},
    "page.board.item.effective": {"effective": "1. Februar 2027"},
    "page.board.item.took_effect": {"effective": "1. Februar 2027"},
    "page.board.find.found": {"number": 2},
}
DAY = {"names": ["JTL Pro", "Auftragspaket 2.500"], "name": "Kasse 1", "kind": "pos", "state": "Vorgemerkt"}
SAMPLES |= {
    "page.calendar.present": {"since": "2027-01-10T11:00:00Z"},
    "page.calendar.remind_days": {"number": 7},
    "page.calendar.name": {"name": "JTL"},
    "page.calendar.happens": {"name": "JTL Pro", "target": "JTL Start", "kind": "edition"},
    "page.calendar.day.deadline": DAY,
    "page.calendar.day.deadline_text": {"effective": "2027-02-01"},
    "page.calendar.day.deadline_missed": {"effective": "2027-03-01"},
    "page.calendar.day.term": DAY,
    "page.calendar.day.effective": {"happens": "Ende von Kasse 1"},
    "page.calendar.day.effective_text": DAY,
    "page.calendar.day.standing_text": DAY,
    "page.calendar.day.ending": {"names": ["Postfach", "Backup"]},
    "page.calendar.day.unsent": DAY,
    "page.calendar.day.unsent_text": DAY | {"effective": "2027-02-01"},
    "page.calendar.day.unsent_term": DAY,
    "page.calendar.day.unsent_term_text": DAY,
    "page.calendar.day.item": {
        "name": "Picker 1",
        "product": "WMS-Benutzer",
        "saving": "9.00",
        "effect": "cancellation",
    },
    "page.calendar.day.link": {"url": "https://cancellations.example/my"},
    "call.calendar_former": {},
    "call.calendar_unknown": {},
}
SAMPLES |= {
    "page.what_if.too_many": {"number": 2, "most": 8},
    "page.what_if.together": {"saved": "18.00"},
    "page.what_if.on_day": {"at": "2027-01-31"},
    "page.what_if.saves_amount": {"saved": "9.00"},
    "page.what_if.too_much": {"number": 2, "reason": "JTL Advanced erlaubt nur drei"},
}
