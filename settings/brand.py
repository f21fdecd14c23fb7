"""The vendor's look: its colour, what is read on it, and its picture."""

import re
from pathlib import Path


def colour(text: str) -> str:
    """A colour as pages and mails write it. Raises `ValueError`."""
    if not re.fullmatch("#?[0-9a-fA-F]{6}", text):
        raise ValueError("a colour is like 164a7c: two hexadecimal digits each of red, green and blue")
    return "#" + text.removeprefix("#").lower()


LARGEST_PICTURE = 256 * 1024
PICTURES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
"""The media types of pictures, by how the names of their files end."""
BEGINNINGS = {"image/svg+xml": b"<", "image/png": b"\x89PNG\r\n", "image/jpeg": b"\xff\xd8\xff"}
"""How the files of each begin."""


def picture(path: Path | None) -> Path | None:
    """A file with a picture that is there. Raises `ValueError`."""
    if path is None:
        return None
    kinds = "an SVG, PNG or JPEG file of 256 KiB at most"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"it cannot be read ({error.strerror}): name {kinds}") from None
    begins = BEGINNINGS.get(PICTURES.get(path.suffix.lower(), ""))
    if begins is None or len(content) > LARGEST_PICTURE or not content.lstrip().startswith(begins):
        raise ValueError(f"it is none: name {kinds}")
    return path


MIDDLE = 0.179
"""The luminance on which black and white are read alike."""


def luminance(colour: str) -> float:
    """How bright a colour is, from 0 to 1 (WCAG 2.2, relative luminance)."""
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
