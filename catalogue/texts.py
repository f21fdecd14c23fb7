"""The texts for people, in German and English: loaded once on import, then pure.

A text is a template from `catalogue/wording/<language>/*.toml`:

    {name}                  the value, formatted by its name and type (see `shown`)
    {name:form}             the value in a form: raw, and, list, steps, code, quote, when; any other form is a
                            namespace of labels: `{what:changed}` says `changed.<what>`, or the value where it has none
    {?name}…{:}…{/}         one text or the other: whether there is a value (0 is one; None, False, "", "-", [] are not)
    {?name=value}…{:}…{/}   the same, for one value; a condition may name a value that is absent

The module is passed through the workflow sandbox: it reads files on import only and holds no clock.
"""

import re
import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from catalogue.formats import LANGUAGES, ZONE, amount, day, day_from, enumeration, local, moment, moment_from, number

__all__ = ["LANGUAGES", "amount", "day", "keys", "known", "moment", "number", "say"]

Values = Mapping[str, Any]
Render = Callable[[str, str, Values], str]
"""A template made ready: (language, key, values) → text."""

WORDS = {"de": {True: "ja", False: "nein"}, "en": {True: "yes", False: "no"}}

NOTHING = "–"
"""What a value that is None, or an empty list, is shown as."""

LABELLED = {
    "state": "state",
    "kind": "kind",
    "event": "event",
    "enabled": "event",
    "cost": "cost",
    "subject": "subject",
    "target": "target",
    "current": "target",
    "assigned_to": "target",
    "other": "target",
}
"""Values that are looked up as a label first, by name: the namespace of each. Without a label they show as they are."""

TOKEN = re.compile(r"\{([^{}]*)\}")


def say(language: str, key: str, values: Values | None = None) -> str:
    """The text of a key in `language` (`de` or `en`), with its values.

    Values are plain JSON (dates and decimals work too). Moments are shown in Europe/Berlin, or in the zone that a
    value `zone` names. Raises `KeyError` for an unknown language or key, and for a value that the text needs and
    that is missing, naming key and value.
    """
    return template(language, key)(language, key, values or {})


def template(language: str, key: str) -> Render:
    """The template of a key. Raises `KeyError`."""
    try:
        return TEMPLATES[language][key]
    except KeyError:
        raise KeyError(f"no text {key!r} in language {language!r}") from None


def known(key: str) -> bool:
    """Whether there is a text of that key."""
    return key in TEMPLATES["de"]


def keys() -> tuple[str, ...]:
    """All keys, sorted."""
    return tuple(sorted(TEMPLATES["de"]))


# Values.


def shown(language: str, name: str, value: Any, values: Values) -> str:
    """A value as people read it, by its name and its type."""
    if isinstance(value, str):
        return shown_string(language, name, value, values)
    if value is None:
        return NOTHING
    if isinstance(value, bool):
        return WORDS[language][value]
    if isinstance(value, int | Decimal):
        return number(language, value)
    if isinstance(value, date):
        return shown_date(language, name, value, values)
    if isinstance(value, Mapping):
        return ", ".join(f"{entry}: {shown(language, '', one, values)}" for entry, one in value.items()) or NOTHING
    if isinstance(value, Iterable):
        return ", ".join(shown(language, name, one, values) for one in value) or NOTHING
    return str(value)


def shown_string(language: str, name: str, value: str, values: Values) -> str:
    """A label, a day (`…_on`, `…_ends`), a moment (`…_at`, `…_by`), the text of a fault, or the string itself."""
    if name in LABELLED:
        return label(language, LABELLED[name], value)
    if name.endswith(("_on", "_ends")):
        return day_from(language, value, values.get("zone") or ZONE)
    if name.endswith(("_at", "_by")):
        return moment_from(language, value, values.get("zone") or ZONE)
    if name == "fault" and value.startswith("fault.") and known(value):
        return say(language, value, values)
    return value


def shown_date(language: str, name: str, value: date, values: Values) -> str:
    """A day, or a moment in the zone of the values."""
    zone = values.get("zone") or ZONE
    if not isinstance(value, datetime):
        return day(language, value)
    if name.endswith(("_on", "_ends")):
        return day(language, local(value, zone).date())
    return moment(language, value, zone)


def label(language: str, namespace: str, value: Any) -> str:
    """The label `<namespace>.<value>`, or the value itself where it has none."""
    plain = str(value).lower() if isinstance(value, bool) else str(value)
    found = TEMPLATES[language].get(f"{namespace}.{plain}")
    return found(language, plain, {}) if found else plain


def items(language: str, name: str, value: Any, values: Values) -> list[str]:
    """The entries of a list, each as people read it; of a mapping `key: value`; a single value is a list of one."""
    if isinstance(value, Mapping):
        return [f"{entry}: {shown(language, '', one, values)}" for entry, one in value.items()]
    if value is None or isinstance(value, str | int | date | Decimal):
        return [shown(language, name, value, values)]
    return [shown(language, name, one, values) for one in value]


def formed(form: str, language: str, name: str, value: Any, values: Values) -> str:
    """A value in a form that the template names."""
    if form == "raw":
        return ", ".join(items(language, "", value, values)) or NOTHING
    if form == "and":
        return enumeration(language, tuple(items(language, name, value, values))) or NOTHING
    if form == "list":
        return "\n".join(f"- {item}" for item in items(language, name, value, values))
    if form == "steps":
        return "\n".join(f"{at}. {item}" for at, item in enumerate(items(language, name, value, values), 1))
    if form == "code":
        return ", ".join(f"`{item}`" for item in items(language, "", value, values)) or NOTHING
    if form == "quote":
        return "\n".join(f"> {line}" for line in str(value).splitlines()) or NOTHING
    if form == "when":
        return moment_from(language, str(value), values.get("zone") or ZONE)
    if value is None:
        return NOTHING
    entries = value if isinstance(value, list | tuple) else [value]
    return ", ".join(label(language, form, one) for one in entries) or NOTHING


def present(value: Any) -> bool:
    """Whether there is a value; 0 (a package) is one."""
    return not (value is None or value is False or value in ("", "-") or (hasattr(value, "__len__") and not value))


# Templates.


def made_ready(key: str, text: str) -> Render:
    """Parse a template. Raises `ValueError` naming the key where it is wrong."""
    tokens = iter(TOKEN.split(text))
    parts, end = sequence(key, tokens)
    if end is not None:
        raise ValueError(f"text {key!r}: {{{end}}} without its {{?…}}")
    return joined(parts)


def sequence(key: str, tokens: Iterator[str]) -> tuple[list[str | Render], str | None]:
    """The parts up to the end, or to `{:}` or `{/}`, which is answered too. Tokens are text, tag, text, tag, …"""
    parts: list[str | Render] = []
    for text in tokens:
        if "{" in text or "}" in text:
            raise ValueError(f"text {key!r}: a brace without its partner near {text!r}")
        if text:
            parts.append(text)
        tag = next(tokens, None)
        if tag is None or tag in (":", "/"):
            return parts, tag
        parts.append(choice(key, tag[1:], tokens) if tag.startswith("?") else placeholder(tag))
    return parts, None


def choice(key: str, condition: str, tokens: Iterator[str]) -> Render:
    """`{?name}…{:}…{/}`."""
    name, equal, wanted = condition.partition("=")
    first, end = sequence(key, tokens)
    second: list[str | Render] = []
    if end == ":":
        second, end = sequence(key, tokens)
    if end != "/":
        raise ValueError(f"text {key!r}: {{?{condition}}} without its {{/}}")
    yes, no = joined(first), joined(second)

    def render(language: str, said: str, values: Values) -> str:
        value = values.get(name)
        holds = str(value) == wanted if equal else present(value)
        return (yes if holds else no)(language, said, values)

    return render


def placeholder(tag: str) -> Render:
    """`{name}` or `{name:form}`."""
    name, _, form = tag.partition(":")

    def render(language: str, said: str, values: Values) -> str:
        try:
            value = values[name]
        except KeyError:
            raise KeyError(f"text {said!r} needs the value {name!r}") from None
        return formed(form, language, name, value, values) if form else shown(language, name, value, values)

    return render


def joined(parts: list[str | Render]) -> Render:
    """All parts, one after the other."""
    if all(isinstance(part, str) for part in parts):
        whole = "".join(str(part) for part in parts)
        return lambda language, said, values: whole
    fixed = tuple(parts)

    def render(language: str, said: str, values: Values) -> str:
        return "".join([part if isinstance(part, str) else part(language, said, values) for part in fixed])

    return render


# Loading.


def flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The texts of nested tables by dotted key."""
    for name, entry in table.items():
        if isinstance(entry, str):
            yield prefix + name, entry.strip()
        else:
            yield from flat(entry, f"{prefix}{name}.")


def load(folder: Traversable) -> dict[str, Render]:
    """All texts of one language. Raises `ValueError` for a key that two files have, or a template that is wrong."""
    found: dict[str, Render] = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".toml"):
            continue
        for key, text in flat(tomllib.loads(file.read_text(encoding="utf-8"))):
            if key in found:
                raise ValueError(f"{file.name}: the text {key!r} stands in another file too")
            found[key] = made_ready(key, text)
    return found


TEMPLATES: dict[str, dict[str, Render]] = {
    language: load(files("catalogue").joinpath("wording", language)) for language in LANGUAGES
}
