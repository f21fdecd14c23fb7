"""The texts of one language: Jinja2 templates with filters of our own. Rendering is pure.

What a text may write stands at the head of `catalogue.texts`.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from jinja2 import Environment, Template, TemplateSyntaxError, Undefined, UndefinedError, pass_context
from jinja2.runtime import Context

from catalogue import formats
from catalogue.quoting import code_span, in_markdown, in_quotes, one_line, quotation, written

Values = Mapping[str, Any]

WORDS = {"de": {True: "ja", False: "nein"}, "en": {True: "yes", False: "no"}}
MORE = {"de": "{} weiteren", "en": "{} more"}
MOST_NAMED = 8
"""So many entries of a long list are named in a sentence."""
NOTHING = "–"
"""What None and an empty list are printed as."""
LINE_OF_TAGS = re.compile(r"^[ \t]*((?:\{%(?:(?!%\}).)*%\})+)[ \t]*\n", re.MULTILINE)
"""A line on which nothing but tags stand: it prints nothing, not even its end."""


READERS: dict[str, Callable[[str, str, str], str]] = {
    "day": formats.day_from,
    "moment": formats.moment_from,
    "exact": formats.exact_from,
    "seconds": formats.seconds_from,
    "last_day": formats.last_day_before,
    "until": formats.until_from,
    "amount": lambda language, value, _: formats.amount_from(language, value),
}
"""The filters that read a value as a day, a moment or an amount, by name."""
METHODS = (
    *("label", "explained", "facts", "enumeration", "alternatives", "some", "bullets", "numbered", "paragraphs"),
    *("code", "quote", "words", "as_written", "each", "fields"),
)
"""The filters that are methods of `Texts`."""
FILTERS = ("raw", "length", *READERS, *METHODS)
"""What stands behind `|` in a text; `raw`: as programs write it, `length`: how many."""


class Missing(Undefined):
    """A value that was not handed over: a condition takes it for none, printing it is an error that names it."""

    __slots__ = ()
    __str__ = __iter__ = __len__ = __hash__ = Undefined._fail_with_undefined_error

    @property
    def _undefined_message(self) -> str:
        return repr(self._undefined_name)


class Said(str):
    """What texts of ours have made: it is shown as it is, while a value of anybody's stays in its line."""


class Texts:
    """The texts of a language by key, and the filters that they use.

    `markdown`: for readers of Markdown, in which a value means nothing that it does not say (`catalogue.quoting`).

    A template is compiled when it is first asked for, and kept: to compile all of them takes a third of a second,
    which each call of the command line would pay.
    """

    def __init__(self, language: str, sources: Mapping[str, str], *, markdown: bool = False) -> None:
        self.language = language
        self.sources = sources
        self.markdown = markdown
        self.ready: dict[str, str | Template] = {key: source for key, source in sources.items() if "{" not in source}
        self.environment = Environment(undefined=Missing, finalize=self.shown, autoescape=False)
        self.environment.globals = {}
        self.environment.filters = {
            "raw": str,
            "length": len,
            **{name: self.reading(read) for name, read in READERS.items()},
            **{name: getattr(self, name) for name in METHODS},
        }
        self.environment.tests = {"given": given}

    def render(self, key: str, values: Values) -> str:
        """A text with its values. Raises `KeyError` for an unknown key, and for a value that is missing."""
        template = self.ready.get(key) or self.compiled(key)
        if isinstance(template, str):
            return template
        context = template.new_context({**values, "text": self.included}, shared=True)
        try:
            return "".join(template.root_render_func(context))
        except UndefinedError as error:
            raise KeyError(f"text {key!r} needs the value {error.message}") from None

    def compiled(self, key: str) -> Template:
        """A template, compiled. Raises `KeyError` where there is none, `ValueError` for one that is wrong."""
        if key not in self.sources:
            raise KeyError(f"no text {key!r} in language {self.language!r}")
        try:
            code = self.environment.compile(LINE_OF_TAGS.sub(r"\1", self.sources[key]))
        except TemplateSyntaxError as error:
            raise ValueError(f"text {key!r}: {error}") from None
        template = self.ready[key] = Template.from_code(self.environment, code, {})
        return template

    @pass_context
    def included(self, context: Context, key: str) -> str:
        """`{{ text('part.name') }}`: another text, with the same values."""
        template = self.ready.get(key) or self.compiled(key)
        return Said(template if isinstance(template, str) else "".join(template.root_render_func(context)))

    def named(self, namespace: str, value: str, context: Context | None = None) -> str:
        """The text `<namespace>.<value>`, with the values of the text in which it stands; else the value itself."""
        key = f"{namespace}.{value}"
        if key not in self.sources:
            return value
        return Said(self.render(key, {})) if context is None else self.included(context, key)

    def shown(self, value: Any) -> Said:
        """What a template prints of an expression: what is not said by a text of ours, in its line and no more."""
        if isinstance(value, Said):
            return value
        text = self.printed(value)
        return Said(in_markdown(text) if self.markdown else one_line(text))

    def printed(self, value: Any) -> str:
        """A value as people read it: numbers, yes and no, lists, mappings; a string as it is."""
        if isinstance(value, str):
            return value
        if value is None:
            return NOTHING
        if isinstance(value, bool):
            return WORDS[self.language][value]
        if isinstance(value, int | Decimal):
            return formats.number(self.language, value)
        if isinstance(value, Mapping):
            return ", ".join(f"{name}: {self.printed(entry)}" for name, entry in value.items()) or NOTHING
        if isinstance(value, Iterable):
            return ", ".join(self.printed(entry) for entry in value) or NOTHING
        return str(value)

    # Filters for days, moments and amounts. What they cannot read they leave as it is.

    def reading(self, read: Callable[[str, str, str], str]) -> Callable[[Context, Any], str]:
        """The filter that shows a string, a day or a moment in the zone of the text; anything else as it is printed."""

        @pass_context
        def shown(context: Context, value: Any) -> str:
            written = value.isoformat() if isinstance(value, date) else value
            if not isinstance(written, str):
                return self.shown(value)
            said = read(self.language, written, zone_of(context))
            return self.shown(value) if said == written else Said(said)

        return shown

    # Filters for codes.

    @pass_context
    def label(self, context: Context, value: Any, namespace: str) -> str:
        """The label of a code, or of each of a list; the code itself where it has none."""
        if isinstance(value, str):
            return self.named(namespace, value, context)
        if isinstance(value, list | tuple):
            return Said(", ".join(self.shown(self.label(context, entry, namespace)) for entry in value) or NOTHING)
        return self.printed(value)

    @pass_context
    def explained(self, context: Context, value: Any) -> Any:
        """A fault that is a key, `fault.target`, by its text."""
        is_key = isinstance(value, str) and value.startswith("fault.") and value in self.sources
        return self.included(context, value) if is_key else value

    @pass_context
    def facts(self, context: Context, value: Any) -> Any:
        """Facts quoted from a record, `product: pos, term_ends: 2027-01-31`, as people read them; a bare day too."""
        if not isinstance(value, str):
            return value
        return Said(", ".join(self.fact(context, *entry.partition(": ")[::2]) for entry in value.split(", ")))

    def fact(self, context: Context, field: str, value: str) -> str:
        """One fact; without a field's name it is a day or a moment."""
        if not value:
            said = formats.moment_from(self.language, field, zone_of(context))
            return self.shown(field) if said == field else said
        if field in ("ends", "term_ends"):
            shown = formats.day_from(self.language, value, zone_of(context))
        elif field == "price_per_month":
            shown = formats.amount_from(self.language, value)
        else:
            shown = self.shown(self.named("recorded", value))
        return f"{self.shown(self.named('recorded', field))}: {shown}"

    # Filters for lists and tables.

    def entries(self, value: Any) -> list[Said]:
        """The entries of a list as they are shown; a single value is a list of one."""
        return [self.shown(entry) for entry in listed(value)]

    def enumeration(self, value: Any) -> str:
        """`A, B and C`."""
        return Said(formats.enumeration(self.language, tuple(self.entries(value))) or NOTHING)

    def alternatives(self, value: Any) -> str:
        """`A, B or C`."""
        return Said(formats.enumeration(self.language, tuple(self.entries(value)), "or") or NOTHING)

    def some(self, value: Any) -> str:
        """`A, B and C`; of many the first ones, `and 492 more`."""
        entries = self.entries(value)
        if len(entries) > MOST_NAMED + 1:
            left = formats.number(self.language, len(entries) - MOST_NAMED)
            entries = [*entries[:MOST_NAMED], Said(MORE[self.language].format(left))]
        return self.enumeration(entries)

    def bullets(self, value: Any) -> str:
        """A line beginning with `- ` for each."""
        return Said("\n".join(f"- {entry}" for entry in self.entries(value)))

    def numbered(self, value: Any) -> str:
        """A line beginning with `1. `, `2. `, … for each."""
        return Said("\n".join(f"{number}. {entry}" for number, entry in enumerate(self.entries(value), 1)))

    def paragraphs(self, value: Any) -> str:
        """A paragraph for each."""
        return Said("\n\n".join(self.entries(value)))

    def code(self, value: Any) -> str:
        """Each in backticks."""
        return Said(", ".join(code_span(self.printed(entry)) for entry in listed(value)) or NOTHING)

    def quote(self, value: Any) -> str:
        """What a person wrote, as a quotation."""
        return Said(quotation(text, markdown=self.markdown) if (text := str(value)) else NOTHING)

    def as_written(self, value: Any) -> str:
        """What a person wrote, with its ends of lines where that is no harm."""
        return Said(in_markdown(str(value)) if self.markdown else written(str(value)))

    def words(self, value: Any) -> str:
        """What a person wrote, in quotation marks."""
        quoted = in_quotes(self.printed(value), self.language)
        return Said(in_markdown(quoted) if self.markdown else quoted)

    @pass_context
    def each(self, context: Context, value: Any, key: str) -> Any:
        """Each table of a list said by a text, with its own values and the zone; what is no table stays as it is."""
        if not isinstance(value, list | tuple):
            return value
        zone = context.get("zone")
        return [
            Said(self.render(key, {"zone": zone, **entry})) if isinstance(entry, Mapping) else entry for entry in value
        ]

    def fields(self, value: Any) -> Any:
        """What a customer filled in, as a list: `reason: moving`, `add-ons: A-71: to end, A-72: to stay`."""
        if not isinstance(value, Mapping):
            return value
        return [f"{self.named('detail', name)}: {self.field(entry)}" for name, entry in value.items()]

    def field(self, value: Any) -> str:
        """What a customer filled in in one field."""
        if isinstance(value, Mapping):
            return ", ".join(f"{name}: {self.decided(entry)}" for name, entry in value.items())
        return self.decided(value)

    def decided(self, value: Any) -> str:
        """What was chosen of several, by its label; anything else as it is."""
        return self.named("detail", value) if isinstance(value, str) else self.printed(value)


def listed(value: Any) -> Iterable[Any]:
    """The entries of a list; a single value is a list of one."""
    single = value is None or isinstance(value, str | int | Decimal | date | Mapping)
    return [value] if single else value


def zone_of(context: Context) -> str:
    """The time zone in which a text shows moments."""
    return context.get("zone") or formats.ZONE


def given(value: Any) -> bool:
    """`{% if target is given %}`: 0 is a value; None, False, "", "-" and an empty list are none."""
    if isinstance(value, str):
        return value not in ("", "-")
    if value is None or value is False or isinstance(value, Missing):
        return False
    return not hasattr(value, "__len__") or bool(value)
