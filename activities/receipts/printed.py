"""A receipt as a PDF to keep (PDF/A-3): made when it is asked for, the same each time, with the signed document in it.

Fonts are those that come with typst. What a person wrote reaches the template as data and is never read as markup.
"""

import json
from datetime import UTC
from functools import cache
from pathlib import Path
from typing import Any

import typst

from activities.sql.issued_receipts import IssuedReceipt
from catalogue.texts import say
from settings import Settings

TEMPLATE = Path(__file__).with_name("receipt.typ")
ATTACHED = "receipt.jws"
"""The name of the signed document in the file."""


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
    }
    files = {"main.typ": template(), "data.json": json.dumps(data).encode()}
    if logo:
        files[f"logo{logo.suffix}"] = logo.read_bytes()
    made: bytes = typst.compile(  # type: ignore[call-overload]  # it takes files by name, which its types leave out
        files,
        format="pdf",
        pdf_standards=["a-3b"],
        font_paths=fonts(),
        timestamp=int(issued_at.timestamp()),
    )
    return made


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
