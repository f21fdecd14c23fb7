"""The details that an order's form asks for: fields of a form as the contract's `details`, and back."""

from typing import Any

from pages.calls import Document, Form
from pages.forms import value
from pages.my.faults import Fault, Faults, detail_title, is_unclear
from pages.rendering import Texts

PREFIX = "details."
ADDON = "addon."
FREE = "angaben"
"""The key under which the catalogue's open forms say what they ask for: any detail will do there (ADD1)."""


def missing_in(choices: Document, form: Form, texts: Texts) -> Faults:
    """By field of the form what the order still needs of it (ADD1, ADD2)."""
    asked = {PREFIX + key: detail_title(key, texts) for key in keys_of(choices["details"])}
    undecided: Faults = {}
    for addon in choices["addons"]:
        decision = value(form, ADDON + addon["licence"])
        if decision is None:
            undecided[ADDON + addon["licence"]] = Fault("fault.addon", {"addon": addon["label"]})
        elif decision == "end":
            for key in keys_of(addon["details"]):
                asked[f"{PREFIX}{addon['licence']}/{key}"] = f"{addon['label']}: {detail_title(key, texts)}"
    missing = {name: title for name, title in asked.items() if value(form, name) is None}
    return {name: Fault("fault.details", {"name": title}) for name, title in missing.items()} | undecided


def keys_of(details: list[str] | None) -> list[str]:
    """The keys that a form asks for: those of the catalogue, or the one of an open form."""
    return [] if details is None else details or [FREE]


def unclear_addons(form: Form) -> Faults:
    """The add-ons, by number, whose own form is filled in although they are not to end (ADD2)."""
    numbers = {name.removeprefix(ADDON): None for name in form if name.startswith(ADDON)}
    numbers |= {name.removeprefix(PREFIX).partition("/")[0]: None for name in form if "/" in name}
    unclear = [number for number in numbers if is_unclear_addon(form, number)]
    return {ADDON + number: Fault("fault.addon_unclear", {"addon": number}) for number in unclear}


def is_unclear_addon(form: Form, number: str) -> bool:
    """Whether it is not clear if an add-on is to end."""
    fields = [name for name in form if name.startswith(f"{PREFIX}{number}/")]
    return is_unclear(form, ADDON + number, fields, asked_by=("end",), others=("keep",))


def with_labels(faults: Faults, choices: Document) -> Faults:
    """The same, each add-on by its name."""
    labels = {ADDON + addon["licence"]: addon["label"] for addon in choices["addons"]}
    return {
        name: Fault(fault.text, {"addon": labels[name]}) if name in labels else fault for name, fault in faults.items()
    }


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
