"""What a PDF says to whoever reads it, prints it or looks into it; its bytes say nothing, for they are compressed."""

import re
from io import BytesIO

from pypdf import PdfReader

BROKEN = re.compile(r"[-\u2010\u00ad] *\n *")
"""Where a word goes over a line; nobody knows whether the hyphen is its own."""


def said_in(content: bytes) -> str:
    """The text of its pages, read with and without the hyphens at the ends of lines; its properties and its files."""
    reader = PdfReader(BytesIO(content))
    text = "\n".join(page.extract_text() for page in reader.pages)
    properties = [str(reader.metadata), reader.xmp_metadata.stream.get_data().decode() if reader.xmp_metadata else ""]
    files = [content.decode("utf-8", "replace") for contents in reader.attachments.values() for content in contents]
    return "\n".join([BROKEN.sub("-", text), BROKEN.sub("", text), *properties, *files])
