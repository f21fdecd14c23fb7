"""Forms as browsers send them: urlencoded, each field with its values."""

import unicodedata
import uuid
from contextlib import suppress
from datetime import UTC, datetime
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from fastapi import Request

from pages.calls import CallRefused, Document, Form, page_problem


async def read_form(request: Request) -> Form:
    """The fields of a form. How long a body may be is watched where it arrives (portal)."""
    body = await request.body()
    return parse_qs(body.decode("utf-8", "replace"), keep_blank_values=True)


def value(form: Form, name: str) -> str | None:
    """The one value of a field, without blanks around it; None where it is missing, or nothing of it is to be seen."""
    return next((entry.strip() for entry in form.get(name, ()) if is_seen(entry)), None)


def values(form: Form, name: str) -> list[str]:
    """All values of a field that may be chosen several times."""
    return [given for entry in form.get(name, ()) if (given := entry.strip())]


def is_seen(text: str) -> bool:
    """Whether there is more in a text than blanks and signs that are not drawn."""
    return any(unicodedata.category(sign)[0] not in "CZ" for sign in text)


def new_form_id() -> str:
    """What a form carries in its field `form_id`, so that sent twice it acts once."""
    return uuid.uuid4().hex


def words(form: Form, field: str, name: str) -> Document:
    """A text under its name in a document, where there is one."""
    given = value(form, field)
    return {name: given} if given else {}


def moment_in(given: str | None, zone: str) -> str | None:
    """What a field for day and time sends, as a moment with offset; None of what is none, as an hour that is skipped
    when clocks are put forward."""
    with suppress(ValueError, OverflowError):
        shown = datetime.fromisoformat(given or "")
        moment = shown if shown.tzinfo else shown.replace(tzinfo=ZoneInfo(zone))
        there = moment.astimezone(UTC)
        if there.astimezone(moment.tzinfo).replace(tzinfo=None) != moment.replace(tzinfo=None):
            return None
        # Before there were zones clocks differed by seconds, which no offset in ISO 8601 says.
        return (moment if moment.strftime("%z")[5:] == "" else there).isoformat()
    return None


def form_id(form: Form) -> str:
    """The form's ID, by which it acts once. Raises `CallRefused` without one: it is none of our forms."""
    given = value(form, "form_id")
    if given is None:
        raise CallRefused(page_problem(403, "forbidden"))
    return given
