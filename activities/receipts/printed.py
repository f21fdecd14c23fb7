"""A receipt as a PDF to keep (PDF/A-3): made when it is asked for, the same each time, with the signed document in it.

Fonts are those that come with typst. What a person wrote reaches the template as data and is never read as markup.
PDF/A takes no character that its fonts do not have: a mark stands for it, and the page says where the words are as they
were written.
"""

import json
import unicodedata
from collections.abc import Callable
from datetime import UTC
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import typst

from activities.sql.issued_receipts import IssuedReceipt
from catalogue.texts import say
from settings import Settings

TEMPLATE = Path(__file__).with_name("receipt.typ")
ATTACHED = "receipt.jws"
"""The name of the signed document in the file."""
MISSING = "\N{WHITE SQUARE}"
"""Stands for a character that the fonts do not have."""
LATIN = "\u024f"
"""The last of the Latin letters."""
ONE_CHARACTER = """\
#set document(date: datetime(year: 2000, month: 1, day: 1))
#set text(font: "Libertinus Serif")
#json("data.json")
"""


def pdf_of(receipt: IssuedReceipt, settings: Settings) -> bytes:
    """The PDF of a receipt. Blocks for some tens of milliseconds."""
    document = json.loads(receipt.content)
    language, logo = document["language"], settings.brand_logo
    signed = {"file": ATTACHED, "sha256": receipt.sha256}
    issued_at = receipt.issued_at.astimezone(UTC)
    data: dict[str, Any] = {
        "document": document,
        "jws": receipt.jws,
        "brand": settings.brand_name,
        "colour": settings.brand_colour,
        "logo": f"logo{logo.suffix}" if logo else None,
        "particulars": settings.mail_particulars.splitlines(),
        "page": say(language, "receipt.heading.page", document),
        "signed": say(language, "receipt.heading.signed", signed),
        "date": list(issued_at.timetuple()[:6]),
        "missing": None,
    }
    files = {"main.typ": template()}
    if logo:
        files[f"logo{logo.suffix}"] = logo.read_bytes()
    made_at = int(issued_at.timestamp())
    try:
        return compiled(files, data, made_at)
    except typst.TypstError:
        data["missing"] = say(language, "receipt.heading.missing", signed | {"mark": MISSING})
    try:
        return compiled(files, with_marks(data, is_drawn), made_at)
    except typst.TypstError:  # what is drawn alone may not be beside another
        return compiled(files, with_marks(data, is_plain), made_at)


def compiled(files: dict[str, bytes], data: Any, timestamp: int) -> bytes:
    """The template with its data as PDF/A. Raises `typst.TypstError`, for a character that no font has too."""
    made: bytes = typst.compile(  # type: ignore[call-overload]  # it takes files by name, which its types leave out
        files | {"data.json": json.dumps(data).encode()},
        format="pdf",
        pdf_standards=["a-3b"],
        font_paths=fonts(),
        timestamp=timestamp,
    )
    return made


def is_plain(character: str) -> bool:
    """Whether it is a Latin letter or a sign beside one, which change with no other."""
    return (" " <= character <= LATIN and is_drawn(character)) or (
        unicodedata.category(character)[0] in "PS" and is_drawn(character)
    )


def with_marks(data: Any, holds: Callable[[str], bool]) -> Any:
    """The data with a mark in place of every character of which that does not hold."""
    if isinstance(data, str):
        return "".join(character if character in "\n\r\t" or holds(character) else MISSING for character in data)
    if isinstance(data, dict):
        return {key: with_marks(value, holds) for key, value in data.items()}
    return [with_marks(value, holds) for value in data] if isinstance(data, list) else data


@lru_cache(maxsize=4096)
def is_drawn(character: str) -> bool:
    """Whether the fonts have a character; tried, in a millisecond, since typst does not say."""
    try:
        compiled({"main.typ": ONE_CHARACTER.encode()}, character, 0)
    except typst.TypstError:
        return False
    return True


def file_name(receipt: IssuedReceipt, form: str) -> str:
    """The name of a receipt as a file: `V-7K3M-2Q9X-1.pdf`."""
    return f"{json.loads(receipt.content)['case']}-{receipt.number}.{form}"


@cache
def fonts() -> typst.Fonts:
    """The fonts that come with typst, read once."""
    return typst.Fonts(include_system_fonts=False)


@cache
def template() -> bytes:
    """The page's template."""
    return TEMPLATE.read_bytes()
