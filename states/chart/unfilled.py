"""What a template holds where a person is to write: sent as it was pasted, it is refused.

The web UI shows templates to paste (`workflows.current_details`, `workflows.handlers`); a decision signed by `…` says
nothing of who decided.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from states.model.facts import Refusal, RunSettings
from states.model.payload_errors import readable
from states.model.request import Sent

BLANK = "…"
"""What stands in a template where something is to be filled in."""
PLACEHOLDER = re.compile(r"\s*(?:[….]*…[….]*|\.{2,}|<[^<>]{1,60}>)\s*")
"""A text that is nothing but a placeholder: `…`, `...`, `<name>`."""

REFUSED_SINCE = 2
"""Runs of the first revision took what is unfilled."""


def unfilled(message: Sent) -> tuple[str, str] | None:
    """The first field of a person's message that holds a placeholder and nothing else, and what it holds."""
    said = message.model_dump(exclude={*Sent.model_fields}, exclude_none=True)
    return next(((field, text) for field, text in texts_in(said) if PLACEHOLDER.fullmatch(text)), None)


def texts_in(said: Any, place: str = "") -> Iterator[tuple[str, str]]:
    """Each text of a document with the field that it stands in."""
    if isinstance(said, str):
        yield place, said
    elif isinstance(said, Mapping):
        for name, entry in said.items():
            yield from texts_in(entry, f"{place}.{name}" if place else str(name))
    elif isinstance(said, list | tuple):
        for entry in said:
            yield from texts_in(entry, place)


def refusal_of_unfilled(settings: RunSettings, message: Sent) -> Refusal | None:
    """Why a message that still holds what its template held is refused."""
    found = unfilled(message) if settings.revision >= REFUSED_SINCE else None
    if found is None:
        return None
    field, text = found
    values = {"fault": "fault.unfilled", "field": readable(field, 200), "given": text.strip()}
    return Refusal(rule="contract", code="malformed", values=values)
