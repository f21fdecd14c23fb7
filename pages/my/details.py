"""The details that an order's form asks for: fields of a form as the contract's `details`, and back."""

from typing import Any

from pages.calls import Document, Form
from pages.forms import value

PREFIX = "details."
ADDON = "addon."
FREE = "angaben"
"""The key under which the catalogue's open forms say what they ask for: any detail will do there (ADD1)."""


def missing_in(choices: Document, form: Form) -> dict[str, str]:
    """By field of the form what the order still needs of it, as a key of the texts (ADD1, ADD2)."""
    asked = [PREFIX + key for key in choices["details"] or [FREE]] if choices["details"] is not None else []
    undecided = []
    for addon in choices["addons"]:
        decision = value(form, ADDON + addon["licence"])
        if decision is None:
            undecided.append(ADDON + addon["licence"])
        elif decision == "end" and addon["details"] is not None:
            asked += [f"{PREFIX}{addon['licence']}/{key}" for key in addon["details"] or [FREE]]
    missing = {name: "fault.details" for name in asked if value(form, name) is None}
    return missing | dict.fromkeys(undecided, "fault.addon")


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
