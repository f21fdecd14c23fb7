"""What the operators' overview and calendar say."""

SAMPLES = {
    "page.desk.overview.as_of": {"at": "2027-01-12T09:00:00Z", "zone": "Europe/Berlin"},
    "page.desk.overview.stuck_repair": {"number": 2, "shown": "2"},
    "page.desk.overview.stuck_system": {"number": 2, "shown": "2"},
    "page.desk.overview.since": {"at": "2027-01-12T09:00:00Z", "zone": "Europe/Berlin"},
    "page.desk.overview.first_ones": {"shown": "20"},
    "page.desk.overview.months_hint": {"number": 40, "shown": "40"},
    "page.desk.calendar.title": {"month": "Februar 2027"},
    "page.desk.calendar.total": {"number": 38, "shown": "38"},
    "page.desk.calendar.number": {"number": 38, "shown": "38"},
    "call.effects_span": {"first": "2027-02-01", "last": "2027-01-01", "longest": 400},
}
