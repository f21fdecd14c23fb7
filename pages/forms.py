"""Forms as browsers send them: urlencoded, each field with its values."""

import uuid
from urllib.parse import parse_qs

from fastapi import Request

from pages.calls import Form


async def read_form(request: Request) -> Form:
    """The fields of a form. How long a body may be is watched where it arrives (portal)."""
    body = await request.body()
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)


def value(form: Form, name: str) -> str | None:
    """The one value of a field, without blanks around it; None where it is empty or missing."""
    return next((given for entry in form.get(name, ()) if (given := entry.strip())), None)


def values(form: Form, name: str) -> list[str]:
    """All values of a field that may be chosen several times."""
    return [given for entry in form.get(name, ()) if (given := entry.strip())]


def new_form_id() -> str:
    """What a form carries in its field `form_id`, so that sent twice it acts once."""
    return uuid.uuid4().hex
