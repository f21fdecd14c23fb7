"""What may stand in a mail's headers and in its text: whatever a record or a person says, nothing of it is a header."""

import re
import unicodedata

MOST_IN_SUBJECT = 200
"""Letters of a subject; a longer one is cut."""
TURNS_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
"""Signs that are not seen and have what follows read from right to left, or back: a name could look like another."""
INVISIBLE = frozenset({"Cc", "Cs", "Co", "Cn"})
"""Categories of signs that no text shows: control characters, halves of characters, and what is none."""


def readable(text: str) -> str:
    """A text without signs that are not seen; lines stay lines."""
    lines = TURNS_DIRECTION.sub("", text).replace("\r\n", "\n").splitlines()
    return "\n".join(line if line.isprintable() else "".join(filter(is_seen, line)) for line in lines)


def in_one_line(text: str, most: int = MOST_IN_SUBJECT) -> str:
    """A text as a header may hold it: in one line, and no longer than that."""
    line = " ".join(readable(text).split())
    return line if len(line) <= most else f"{line[: most - 1].rstrip()}…"


def is_seen(sign: str) -> bool:
    """Whether a sign may stand in a line."""
    return sign == "\t" or unicodedata.category(sign) not in INVISIBLE
