"""What a template holds where a person is to write: sent as it was pasted, it is refused.

The web UI shows templates to paste (`workflows.current_details`, `workflows.handlers`); a decision signed by `…` says
nothing of who decided.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from pydantic import BaseModel

from states.model.facts import Refusal, RunSettings
from states.model.payload_errors import readable
from states.model.request import Sent
from states.model.seen import seen_in

BLANK = "…"
"""What stands in a template where something is to be filled in."""
DOTS = re.compile(r"\.{2,}|⋯")
"""An ellipsis, of whatever form it was (NFKC)."""
NAMED = re.compile(r"<(?!\S*(?:@|://))[^<>]{1,60}>")
"""`<name>`, but no address or message ID, which is written so too."""

REFUSED_SINCE = 2
"""Runs of the first revision took what is unfilled."""


def unfilled(message: BaseModel) -> tuple[str, str] | None:
    """The first field of a person's message that holds a placeholder and nothing else, and what it holds."""
    return next(((field, text) for field, text in texts_of(message) if is_placeholder(text)), None)


def is_placeholder(text: str) -> bool:
    """Whether a text is nothing but `…`, `...` or `<name>`, in quotation marks or brackets perhaps."""
    seen = seen_in(text)
    if NAMED.fullmatch(seen):
        return True
    return DOTS.search(seen) is not None and all(
        unicodedata.category(sign)[0] == "P" or sign in "<>⋯ " for sign in seen
    )


def blank(message: BaseModel) -> str | None:
    """The first field of a person's message in which there is nothing to be seen: nobody is called so."""
    said = ((field, text) for field, text in texts_of(message) if not field.startswith("details."))
    return next((field for field, text in said if text and not seen_in(text)), None)


def texts_of(message: BaseModel) -> Iterator[tuple[str, str]]:
    """Each text of a person's message with the field that it stands in."""
    return texts_in(message.model_dump(exclude={*Sent.model_fields}, exclude_none=True))


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


def fault_of_unfilled(message: BaseModel) -> dict[str, Any] | None:
    """What is wrong with a message that still holds what its template held, or in which there is nothing to be seen."""
    empty, found = blank(message), unfilled(message)
    if empty is not None:
        return {"fault": [{"field": readable(empty, 200), "what": "empty"}]}
    if found is None:
        return None
    field, text = found
    return {"fault": "fault.unfilled", "field": readable(field, 200), "given": text.strip()}


def refusal_of_unfilled(settings: RunSettings, message: Sent) -> Refusal | None:
    """Why such a message is refused."""
    fault = fault_of_unfilled(message) if settings.revision >= REFUSED_SINCE else None
    return Refusal(rule="contract", code="malformed", values=fault) if fault is not None else None
