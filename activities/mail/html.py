"""A mail's text as HTML: paragraphs, lists, quotations, and one link. All is escaped, and nothing is fetched."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby
from typing import Literal, NamedTuple

from jinja2 import Environment

Kind = Literal["paragraph", "bullets", "numbered", "quotation", "link"]
MARKS: dict[Kind, re.Pattern[str]] = {
    "bullets": re.compile(r"- (?=\S)"),
    "numbered": re.compile(r"\d{1,3}\. (?=\S)"),
    "quotation": re.compile(r"> ?"),
}
"""How the lines of each kind begin (`catalogue.texts`)."""


class Block(NamedTuple):
    """Lines that belong together."""

    kind: Kind
    lines: tuple[str, ...]


@dataclass(frozen=True)
class Page:
    """What a mail shows. `link`: the address that leads on; `links`: those that may stand at the end of a list's line;
    `ink`: what is readable on the colour."""

    language: str
    subject: str
    heading: str
    body: str
    link: str
    links: frozenset[str]
    link_label: str
    closing: str
    below: tuple[str, ...]
    brand: str
    colour: str
    ink: str
    logo: str | None


def as_html(page: Page) -> str:
    """The mail as a whole document."""
    return TEMPLATE.render(page=page, blocks=[*blocks_of(page.body, page.link)])


def blocks_of(text: str, link: str) -> Iterator[Block]:
    """The text in its blocks, in order."""
    for paragraph in re.split(r"\n[ \t]*\n", text.strip()):
        for kind, lines in groupby(paragraph.splitlines(), lambda line: kind_of(line, link)):
            mark = MARKS.get(kind)
            yield Block(kind, tuple(mark.sub("", line, count=1) if mark else line for line in lines))


def kind_of(line: str, link: str) -> Kind:
    """What a line belongs to."""
    if line.strip() == link:
        return "link"
    return next((kind for kind, mark in MARKS.items() if mark.match(line)), "paragraph")


ENVIRONMENT = Environment(autoescape=True, trim_blocks=True, lstrip_blocks=True)
TEMPLATE = ENVIRONMENT.from_string(files("activities.mail").joinpath("letter.html").read_text(encoding="utf-8"))
