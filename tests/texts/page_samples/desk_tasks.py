"""What the work list says."""

SAMPLES = {
    "page.desk.tasks.more_than": {"number": "10.000"},
    "page.desk.tasks.total": {"count": 2, "number": "2"},
    "page.desk.tasks.total_more": {"number": "10.000"},
    "page.desk.tasks.since": {"at": "2027-01-11T10:00:00+01:00"},
    "page.desk.tasks.empty_next": {"waiting": 3},
}
