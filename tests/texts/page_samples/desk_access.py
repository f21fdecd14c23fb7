"""How operators log in, and what they may do."""

HOST = {"provider": "id.example"}
SAMPLES = {
    "page.desk.login.provider": HOST,
    **{
        f"page.desk.provider.{fault}.{part}": HOST
        for fault, parts in (
            ("unreachable", ("title",)),
            ("wrong", ("title",)),
            ("denied", ("title",)),
            ("no_name", ("title",)),
            ("no_group", ("text",)),
        )
        for part in parts
    },
    "page.desk.layout.operator": {"name": "anna", "grade": "lesen und entscheiden"},
    "page.desk.again.text": {"name": "anna"},
    "call.needs_decide": {"grade": "read"},
    "call.needs_admin": {"grade": "decide"},
    "call.not_at_desk": {},
}
