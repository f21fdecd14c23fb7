"""Names as they are looked for: by any part of them, in capitals or not, whatever the database makes of an umlaut."""

import unicodedata


def folded(text: str) -> str:
    """A text without what tells capitals from small letters, and in one form of each letter."""
    return " ".join(unicodedata.normalize("NFC", text).casefold().split())


def looked_for(customer: str, name: str) -> str:
    """What a customer is found by: number and name."""
    return folded(f"{customer} {name}")
