"""What stands in administration."""

SAMPLES = {
    "page.administration.as_of": {"at": "31. Januar 2027, 17:00 Uhr"},
    "page.administration.loop_late": {"late": "12", "measures": "36.000"},
    "page.administration.seen": {"at": "31. Januar 2027, 16:59 Uhr"},
    "page.administration.expected": {"revision": "0010"},
    "page.administration.frozen": {"since": "31. Januar 2027, 16:00 Uhr", "by": "anna"},
    "page.administration.freezes": {"number": 2},
    "page.administration.compare_at": {"at": "03:00"},
    "page.administration.compared": {"compared": 412, "total": 2},
    "page.administration.valid_from": {"day": "1. September 2024"},
    "page.administration.differences": {"number": 12},
    "page.administration.off": {"number": 7},
}
