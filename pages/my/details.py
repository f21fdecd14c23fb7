"""The details that an order's form asks for: fields of a form as the contract's `details`, and back."""

from typing import Any

from pages.calls import Document, Form
from pages.forms import value

PREFIX = "details."
ADDON = "addon."
FREE = "angaben"
"""The key under which the catalogue's open forms say what they ask for: any detail will do there (ADD1)."""


def details_of(form: Form) -> Document:
    """What was typed in: `details.<key>`; of an add-on `addon.<licence>`, end or keep, `details.<licence>/<key>`."""
    details: Document = {}
    addons = {name.removeprefix(ADDON): value(form, name) for name in form if name.startswith(ADDON)}
    decided = {licence: decision for licence, decision in addons.items() if decision}
    if decided:
        details["addons"] = decided
    for name in form:
        given = value(form, name)
        if not name.startswith(PREFIX) or given is None:
            continue
        put(details, name.removeprefix(PREFIX).split("/"), given)
    return details


def put(details: dict[str, Any], path: list[str], given: str) -> None:
    """A detail in its place: `key`, or `licence/key` for what an add-on's own form asks for."""
    for part in path[:-1]:
        details = details.setdefault(part, {})
    details[path[-1]] = given
