"""How operators log in, and what they may do."""

SAMPLES = {
    "page.desk.layout.operator": {"name": "anna", "grade": "lesen und entscheiden"},
    "page.desk.again.text": {"name": "anna"},
    "call.needs_decide": {"grade": "read"},
    "call.needs_admin": {"grade": "decide"},
    "call.not_at_desk": {},
}
