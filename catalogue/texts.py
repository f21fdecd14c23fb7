"""The texts for people, in German and English: loaded once on import, then pure.

A text is a template from `catalogue/wording/<language>/*.toml`:

    {name}                  the value, formatted by its name and type (see `shown`)
    {name:form}             the value in a form: raw, and, list, steps, code, quote, when, exact, last (see `formed`);
                            any other is a namespace of labels: `{what:changed}` says `changed.<what>`, else the value
    {?name}…{:}…{/}         one text or the other: whether there is a value (0 is one; None, False, "", "-", [] are not)
    {?name=value}…{:}…{/}   the same, for one value; a condition may name a value that is absent
    {>key}                  the text of another key, with the same values

An entry of a list that is a table (a licence in surplus, say) is said by the text `entry.<name of the list>`.

The module is passed through the workflow sandbox: it reads files on import only and holds no clock.
"""

import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from catalogue.formats import (
    LANGUAGES,
    ZONE,
    amount,
    amount_from,
    day,
    day_from,
    enumeration,
    last_day_before,
    local,
    moment,
    moment_from,
    number,
)
from catalogue.templates import Render, Values, flat, made_ready

__all__ = ["LANGUAGES", "amount", "day", "keys", "known", "moment", "number", "say"]

WORDS = {"de": {True: "ja", False: "nein"}, "en": {True: "yes", False: "no"}}

EITHER = {"de": " oder ", "en": " or "}

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
    "detail": "detail",
}
"""Values that are looked up as a label first, by name: the namespace of each. Without a label they show as they are."""


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
        if known(f"entry.{name}"):
            return say(language, f"entry.{name}", {"zone": values.get("zone"), **value})
        return ", ".join(f"{entry}: {shown(language, '', one, values)}" for entry, one in value.items()) or NOTHING
    if isinstance(value, Iterable):
        return ", ".join(shown(language, name, one, values) for one in value) or NOTHING
    return str(value)


def shown_string(language: str, name: str, value: str, values: Values) -> str:
    """A label, a day (`…_on`, `…_ends`), a moment (`…_at`, `…_by`), an amount (`…price`), or the string itself.

    A fault that is a key is said by its text; of licences, any of which will do (`A | B`), each is named.
    """
    if name in LABELLED:
        return label(language, LABELLED[name], value)
    if name.endswith(("_on", "_ends")):
        return day_from(language, value, values.get("zone") or ZONE)
    if name.endswith(("_at", "_by")):
        return moment_from(language, value, values.get("zone") or ZONE)
    if name.endswith("price"):
        return amount_from(language, value)
    if name == "recorded":
        return ", ".join(quotation(language, *one.partition(": ")[::2], values) for one in value.split(", "))
    if name == "licences":
        return value.replace(" | ", EITHER[language])
    if name == "fault" and value.startswith("fault.") and known(value):
        return say(language, value, values)
    return value


QUOTED_AS = {"ends": "term_ends", "price_per_month": "price"}
"""How a quoted field's value is shown: by which name."""


def quotation(language: str, field: str, value: str, values: Values) -> str:
    """A fact quoted from a record, `term_ends: 2027-01-31`, as people read it; a bare day or moment too."""
    if not value:
        return moment_from(language, field, values.get("zone") or ZONE)
    said = shown_string(language, QUOTED_AS.get(field, field), label(language, "recorded", value), values)
    return f"{label(language, 'recorded', field)}: {said}"


def shown_date(language: str, name: str, value: date, values: Values) -> str:
    """A day, or a moment in the zone of the values."""
    zone = values.get("zone") or ZONE
    if not isinstance(value, datetime):
        return day(language, value)
    if name.endswith(("_on", "_ends")):
        return day(language, local(value, zone).date())
    return moment_from(language, value.isoformat(), zone)


def label(language: str, namespace: str, value: Any) -> str:
    """The label `<namespace>.<value>`, or the value itself where it has none."""
    plain = str(value).lower() if isinstance(value, bool) else str(value)
    found = TEMPLATES[language].get(f"{namespace}.{plain}")
    return found(language, plain, {}) if found else plain


def items(language: str, name: str, value: Any, values: Values) -> list[str]:
    """The entries of a list, each as people read it; of a mapping `key: value`; a single value is a list of one."""
    if isinstance(value, Mapping):
        return [f"{label(language, 'detail', entry)}: {detail(language, one, values)}" for entry, one in value.items()]
    if value is None or isinstance(value, str | int | date | Decimal):
        return [shown(language, name, value, values)]
    return [shown(language, name, one, values) for one in value]


def detail(language: str, value: Any, values: Values) -> str:
    """What a customer filled in: `A-71: beenden`."""
    if isinstance(value, Mapping):
        return ", ".join(f"{entry}: {shown(language, 'detail', one, values)}" for entry, one in value.items())
    return shown(language, "detail", value, values)


def formed(form: str, language: str, name: str, value: Any, values: Values) -> str:
    """A value in a form that the template names.

    `raw` as programs write it, `and` as an enumeration, `list` and `steps` with a line for each, `code`, `quote`,
    `when` an ISO moment whatever the value's name, `exact` the same with its time even at 00:00, `last` the last day
    before a moment.
    """
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
    if form == "exact":
        return moment(language, datetime.fromisoformat(str(value)), values.get("zone") or ZONE)
    if form == "last":
        return last_day_before(language, str(value), values.get("zone") or ZONE)
    entries = value if isinstance(value, list | tuple) else [value]
    return ", ".join(label(language, form, one) for one in entries) or NOTHING


# Templates.


def part(tag: str) -> Render:
    """`{>key}`, `{name}` or `{name:form}`."""
    if tag.startswith(">"):
        return lambda language, said, values: template(language, tag[1:])(language, said, values)
    return placeholder(tag)


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


# Loading.


def load(folder: Traversable) -> dict[str, Render]:
    """All texts of one language. Raises `ValueError` for a key that two files have, or a template that is wrong."""
    found: dict[str, Render] = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if not file.name.endswith(".toml"):
            continue
        for key, text in flat(tomllib.loads(file.read_text(encoding="utf-8"))):
            if key in found:
                raise ValueError(f"{file.name}: the text {key!r} stands in another file too")
            found[key] = made_ready(key, text, part)
    return found


TEMPLATES: dict[str, dict[str, Render]] = {
    language: load(files("catalogue").joinpath("wording", language)) for language in LANGUAGES
}
