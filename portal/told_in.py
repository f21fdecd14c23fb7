"""What operators are to do, in their own language: a run has what the catalogue says in the customer's alone.

Its check keeps labels and steps in one language (`states.model.facts.Check`); those of the other are put in here.
"""

import re

from catalogue.loader import Catalogues

SAID_BY_PEOPLE = re.compile(r"^>.*$|„[^“]*“|“[^”]*”|`[^`]*`", re.MULTILINE)
"""What stays as it is: what a person wrote, as quotation or in quotation marks, and codes."""


def told_in(instructions: str, catalogues: Catalogues, language: str) -> str:
    """The instructions with the catalogue's words in that language too; what people wrote stays as they wrote it."""
    words = catalogues.words[language]
    if not words:
        return instructions
    known = "|".join(re.escape(said) for said in sorted(words, key=len, reverse=True))
    pattern = re.compile(rf"(?P<kept>{SAID_BY_PEOPLE.pattern})|(?<!\w)(?:{known})(?!\w)", re.MULTILINE)
    return pattern.sub(lambda found: found[0] if found["kept"] else words[found[0]], instructions)
