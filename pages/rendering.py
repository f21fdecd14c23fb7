"""How a page is made: Jinja2 with everything escaped, texts by key, days and amounts as people write them."""

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from importlib.resources import files
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup, escape

from catalogue import formats
from catalogue.quoting import TURNS, unturned
from catalogue.texts import cost_label, known, say
from pages.brand import Brand
from pages.calls import Document, Visitor
from pages.forms import new_form_id
from pages.prose import blocks

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; font-src 'none'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
"""Nothing from elsewhere, nothing inline."""
UNAVAILABLE = 503
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "Vary": "Cookie, Accept-Language",
}
"""What pages say beside what every answer says (the portal's front door)."""
RETRY_AFTER = {"Retry-After": "5"}
"""When to try again what could not be carried out (docs/contract.md)."""
STATIC = {
    path.name: path.read_bytes()
    for path in files("pages").joinpath("static").iterdir()
    if path.name.endswith((".css", ".js", ".svg"))
}
"""The files that pages load, by name."""
VERSIONS = {name: hashlib.sha256(content).hexdigest()[:12] for name, content in STATIC.items()}


@dataclass(frozen=True)
class Look:
    """What all pages of one application share. `zone`: in which days are said; `address`: where the portal is found."""

    brand: Brand
    zone: str
    address: str

    def page(
        self,
        request: Request,
        template: str,
        language: str,
        values: Mapping[str, Any],
        *,
        visitor: Visitor | None = None,
        status: int = 200,
    ) -> HTMLResponse:
        """A page by its template, `my/board.html`. `visitor`: whose forms and menu it shows."""
        content = self.fragment(request, template, language, values, visitor=visitor)
        return HTMLResponse(content, status, HEADERS | RETRY_AFTER if status == UNAVAILABLE else HEADERS)

    def fragment(
        self,
        request: Request,
        template: str,
        language: str,
        values: Mapping[str, Any],
        *,
        visitor: Visitor | None = None,
    ) -> str:
        """What a template makes of the values: a page, or a part of one."""
        texts = Texts(language, self.zone)
        shared = {
            "language": language,
            "brand": self.brand,
            "visitor": visitor,
            "path": request.url.path,
            "t": texts.text,
            "label": texts.label,
            "explained": texts.explained,
            "titled": texts.titled,
            "explained_at_desk": texts.explained_at_desk,
            "cost_label": texts.cost,
            "marks": texts.marks,
            "spoken": texts.spoken,
            "with_label": texts.with_label,
            "day": texts.day,
            "day_before": texts.day_before,
            "moment": texts.moment,
            "until": texts.until,
            "amount": texts.amount,
            "month": texts.month,
            "weekday": texts.weekday,
            "number": texts.number,
            "static": static_address,
            "new_form_id": new_form_id,
        }
        return ENVIRONMENT.get_template(template).render({**shared, **values})


NUMBER = re.compile(r"\b[A-Z]{1,4}-[A-Z0-9]{1,12}\b")
"""What numbers look like that we give; what others wrote may be of any length, and must break somewhere."""
LABEL = "\N{REFERENCE MARK}"
"""Stands in a text where a label comes to stand."""


@dataclass(frozen=True)
class Texts:
    """Texts and values in a language; what they hold is escaped by the template."""

    language: str
    zone: str

    def text(self, key: str, **values: Any) -> str:
        """The text `page.<key>`, or of any other key that there is: `state.scheduled`."""
        full = f"page.{key}"
        return say(self.language, full if known(full) else key, {"zone": self.zone, **values})

    def label(self, namespace: str, value: Any) -> str:
        """The label of a code, `state.scheduled`; the code itself where it has none."""
        for key in (f"page.{namespace}.{value}", f"{namespace}.{value}"):
            if known(key):
                return say(self.language, key, {"zone": self.zone})
        return str(value)

    def titled(self, problem: Document) -> str:
        """What a problem is called, as `explained`."""
        title = self.label("title", problem["code"])
        return problem["title"] or title if title == problem["code"] else title

    def cost(self, kind: str | None, effect: str, state: str | None = None) -> str:
        """What a case of a kind does to the cost."""
        return self.label("cost", cost_label(kind, effect, state).removeprefix("cost."))

    def explained(self, problem: Document) -> Markup:
        """What a problem means for a person, in paragraphs: said for people where it is, else in the words of the
        call."""
        key = f"page.refused.{problem['code']}"
        if known(key):
            return paragraphs(say(self.language, key))
        return Markup("<div{}>{}</div>").format(self.marks(problem), paragraphs(str(problem["detail"])))

    def marks(self, document: Document | None) -> Markup:
        """The attribute of an element that holds texts of a document in another language than the page's (WCAG 3.1.2).

        Every text of a document is shown within such an element, or by `spoken`.
        """
        language = (document or {}).get("language")
        return Markup("" if language in (None, self.language) else ' lang="{}"').format(language)

    def spoken(self, text: str, document: Document | None) -> Markup:
        """A text of a document within a line of the page, marked where it is in another language."""
        attribute = self.marks(document)
        return Markup("<span{}>{}</span>").format(attribute, text) if attribute else escape(text)

    def with_label(self, key: str, document: Document, **values: Any) -> Markup:
        """A text of ours that names by `what` what a document is about, which is marked likewise."""
        before, _, behind = self.text(key, what=LABEL, **values).partition(LABEL)
        return escape(before) + self.spoken(document["label"], document) + escape(behind)

    def explained_at_desk(self, problem: Document) -> str:
        """What a problem means for an operator: as the desk says it, else exactly, in the words of the call."""
        key = f"page.desk.refused.{problem['code']}"
        if known(key):
            return say(self.language, key)
        return str(problem["detail"]) or self.explained(problem)

    def day(self, value: str | None) -> str:
        """An ISO day or moment as a day: `1. Februar 2027`."""
        return formats.day_from(self.language, value, self.zone) if value else "–"

    def day_before(self, value: str | None) -> str:
        """The last day that lies before an ISO moment, in whole or in part."""
        return formats.last_day_before(self.language, value, self.zone) if value else "–"

    def moment(self, value: str | None) -> str:
        """An ISO moment as day and time; 00:00 as the day."""
        return formats.moment_from(self.language, value, self.zone) if value else "–"

    def until(self, value: str | None) -> str:
        """An ISO moment that is the first too late, as what is just in time; 00:00 as the day before."""
        return formats.until_from(self.language, value, self.zone) if value else "–"

    def amount(self, value: str | None) -> str:
        """A decimal number of euros as an amount."""
        return formats.amount_from(self.language, value) if value else "–"

    def month(self, value: str) -> str:
        """The month of an ISO day: `Februar 2027`."""
        return formats.month(self.language, date.fromisoformat(value))

    def weekday(self, value: str) -> str:
        """The day of the week of an ISO day: `Mo`."""
        return formats.weekday(self.language, date.fromisoformat(value))

    def number(self, value: int | None) -> str:
        """A number: `2.500`."""
        return formats.number(self.language, value) if value is not None else "–"


def static_address(name: str) -> str:
    """The address of a file that pages load; another one whenever it has changed, so that it may be kept."""
    return f"/my/static/{VERSIONS[name]}/{name}"


def paragraphs(text: str) -> Markup:
    """A text with its paragraphs and line breaks, escaped."""
    parts = (Markup("<br>").join(part.splitlines()) for part in text.split("\n\n") if part.strip())
    return Markup("").join(Markup("<p>{}</p>").format(part) for part in parts)


def unbroken(text: str) -> Markup:
    """A text in which numbers of licences, customers and cases do not break at their hyphens: `K-1006`."""
    return Markup(NUMBER.sub(r'<span class="unbroken">\g<0></span>', str(escape(text))))


def as_words(value: Any) -> Any:
    """What a template prints of a value: whoever wrote it turns nothing that stands behind it."""
    if not isinstance(value, str) or not TURNS.search(value):
        return value
    return Markup(unturned(value)) if isinstance(value, Markup) else unturned(value)


ENVIRONMENT = Environment(
    loader=PackageLoader("pages", "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    finalize=as_words,
    trim_blocks=True,
    lstrip_blocks=True,
)
ENVIRONMENT.filters |= {"paragraphs": paragraphs, "blocks": blocks, "unbroken": unbroken}
