r"""The texts for people, in German and English: read once on import, then pure.

A text is a Jinja2 template in `catalogue/wording/<language>/*.toml`, its key table and name: `warning.surplus`.

    {{ limit }}                          a value: numbers as people write them, yes or no, lists with commas,
                                         nothing as –; strings as they are
    {{ effective_at | day }}             … as a day: `day`, `last_day` (the last day before a moment); as a moment:
                                         `moment` (at 00:00 the day alone), `exact` (always with its time),
                                         `seconds` (to the second);
                                         of the first moment that is too late, `until`: at 00:00 the last day
                                         in time, else day and time
    {{ price | amount }}                 … in euros; {{ limit | raw }}: … as programs write it, 1048576;
                                         {{ names | length }}: how many
    {{ state | label('state') }}         … by its label, here the text `state.<value>`; without one as it is
    {{ licences | enumeration }}         a list: `enumeration` (A, B and C), `alternatives` (A, B or C), `some` (of many
                                         A, B and 17 more), `bullets` and `numbered` (a line for each), `paragraphs`,
                                         `code` (in backticks)
    {{ surplus | each('entry.surplus') | bullets }}   each table of a list by that text; `fields` for one table
    {{ note | quote }}                   what a person wrote, as a quotation; {{ by | words }} in quotation marks;
                                         {{ note | as_written }} with its lines, for the vendor's own people
    {{ fault | explained }}              a fault: by its text where it is a key; `facts` for what a record holds
    {{ text('part.name') }}              another text, with the same values

    {% if target is given %}…{% elif kind == 'edition' %}…{% else %}…{% endif %}
                                         `is given`: there is a value; 0 is one, None, False, "", "-" and [] are not.
                                         `{% if late %}` alone for what is true or false. A condition may name a value
                                         that is missing; printing it is an error.

What a value says stays in its line: ends of lines in it are blanks, but for `quote` and `as_written`. The texts of
tasks are Markdown, in which a value means nothing that it does not say (`catalogue.quoting`): a person's words form no
heading, list, link or picture.

A line on which only tags stand prints nothing. A `\` at the end of a line (TOML) joins it with the next, without the
blanks in front of that: a long sentence may stand on several lines. `{%-` takes away the end of the line before it.

The module is passed through the workflow sandbox: it reads files on import only and holds no clock.
"""

import tomllib
from collections.abc import Iterator, Mapping
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

from catalogue.formats import LANGUAGES
from catalogue.templates import Texts, Values


def say(language: str, key: str, values: Values | None = None) -> str:
    """The text of a key in `language` (`de` or `en`), with its values.

    Values are plain JSON (dates and decimals work too). Moments are shown in Europe/Berlin, or in the zone that a
    value `zone` names. Raises `KeyError` for an unknown language or key, and for a value that the text needs and
    that is missing, naming key and value.
    """
    if language not in TEXTS:
        raise KeyError(f"no text {key!r} in language {language!r}")
    texts = MARKDOWN if key.startswith("task.") else TEXTS
    return texts[language].render(key, values or {})


def say_in_markdown(language: str, key: str, values: Values | None = None) -> str:
    """The same for a reader of Markdown."""
    return MARKDOWN[language].render(key, values or {})


def known(key: str) -> bool:
    """Whether there is a text of that key."""
    return key in TEXTS["de"].sources


def keys() -> tuple[str, ...]:
    """All keys, sorted."""
    return tuple(sorted(TEXTS["de"].sources))


CHANGES = frozenset({"edition", "order_package"})
"""The kinds by which something smaller takes the place of what is held."""


def cost_label(kind: str | None, effect: str, state: str | None = None) -> str:
    """The key of what a case does to the cost: who changes to something smaller cancels nothing, what is re-assigned
    goes on costing the same (WMU4), and a report changes nothing by itself (MIS1)."""
    if kind == "misclick":
        return "cost.report"
    if state == "reassigned":
        return "cost.unchanged"
    return "cost.change" if kind in CHANGES and effect == "cancellation" else f"cost.{effect}"


# Loading.


def read(folder: Traversable) -> dict[str, str]:
    """The templates of one language as they are written. Raises `ValueError` for a key that two files have."""
    sources: dict[str, str] = {}
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        for key, source in flat(tomllib.loads(file.read_text(encoding="utf-8"))):
            if key in sources:
                raise ValueError(f"{file.name}: the text {key!r} stands in another file too")
            sources[key] = source
    return sources


def flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The texts of nested tables by dotted key."""
    for name, entry in table.items():
        if isinstance(entry, str):
            yield prefix + name, entry.strip()
        else:
            yield from flat(entry, f"{prefix}{name}.")


TEXTS = {language: Texts(language, read(files("catalogue").joinpath("wording", language))) for language in LANGUAGES}
MARKDOWN = {language: Texts(language, texts.sources, markdown=True) for language, texts in TEXTS.items()}
