"""What of a text is seen: people read a name or a note by that, and by nothing else. Pure."""

import re
import unicodedata

NOT_DRAWN = re.compile(r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2800\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Signs that count as letters or marks and are not drawn: fillers, joiners, selectors of forms (Unicode,
Default_Ignorable_Code_Point, and the empty Braille pattern)."""


def seen_in(text: str) -> str:
    """What is left of a text without what is not seen, in one form of each letter (NFKC), each gap one blank."""
    drawn = NOT_DRAWN.sub("", unicodedata.normalize("NFKC", text))
    signs = (sign for sign in drawn if sign.isspace() or unicodedata.category(sign)[0] != "C")
    return " ".join("".join(signs).split())
