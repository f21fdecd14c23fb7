"""What is said about freezing all effects."""

SAMPLES = {
    "problem.frozen": {"by": "anna", "since": "2027-01-31T16:00:00Z", "zone": "Europe/Berlin"},
    "problem.not_frozen": {"by": "anna", "at": "2027-02-02T07:00:00Z", "zone": "Europe/Berlin"},
    "call.freeze_until": {"given": "2027-01-01T00:00:00+00:00", "zone": "Europe/Berlin"},
    "page.desk.freeze.banner": {"since": "31. Januar 2027, 17:00 Uhr"},
    "page.desk.freeze.decided": {"since": "31. Januar 2027, 17:00 Uhr"},
    "page.desk.freeze.held_runs": {"number": 2},
    "page.desk.freeze.falls_span": {
        "since": "31. Januar 2027, 17:00 Uhr",
        "until": "2. Februar 2027, 08:00 Uhr",
    },
    "page.desk.freeze.more": {"number": 12},
}
