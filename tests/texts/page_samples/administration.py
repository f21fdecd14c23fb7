"""What stands in administration."""

SAMPLES = {
    "page.desk.administration.as_of": {"at": "31. Januar 2027, 17:00 Uhr"},
    "page.desk.administration.loop_late": {"late": "12", "measures": "36.000"},
    "page.desk.administration.seen": {"at": "31. Januar 2027, 16:59 Uhr"},
    "page.desk.administration.expected": {"revision": "0011"},
    "page.desk.administration.frozen": {"since": "31. Januar 2027, 16:00 Uhr", "by": "anna"},
    "page.desk.administration.freezes": {"number": 2},
    "page.desk.administration.compare_at": {"at": "03:00"},
    "page.desk.administration.compared": {"compared": 412, "total": 2},
    "page.desk.administration.valid_from": {"day": "1. September 2024"},
    "page.desk.administration.differences": {"number": 12},
    "page.desk.administration.off": {"number": 7},
}
