"""What operators are to do, in their own language: a run has what the catalogue says in the customer's alone.

Its check keeps labels and steps in one language (`states.model.facts.Check`); those of the other are put in here.
"""

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from catalogue.loader import Catalogues
from catalogue.quoting import in_markdown
from states.model.offers import Catalogue

SAID_BY_PEOPLE = re.compile(r"^>.*$|„[^“]*“|“[^”]*”|`[^`]*`", re.MULTILINE)
"""What stays as it is: what a person wrote, as quotation or in quotation marks, and codes."""


def words_of(catalogues: Catalogues, language: str) -> Mapping[str, str]:
    """The catalogue's labels and steps as instructions say them, by what they are in other languages."""
    pairs = chain.from_iterable(texts_of(version) for version in catalogues.all)
    return {
        in_markdown(said): in_markdown(text[language])
        for text in pairs
        for said in text.values()
        if text.get(language) and said != text[language]
    }


def texts_of(catalogue: Catalogue) -> Iterator[Mapping[Any, str]]:
    """Everything that a version says in several languages and that instructions may name."""
    products = catalogue.products.values()
    yield from (product.label for product in products)
    yield from (feature.label for feature in catalogue.features)
    yield from (service.label for service in catalogue.optional_services.values())
    paths = [*(product.click_path for product in products), *(kind.click_path for kind in catalogue.kinds.values())]
    for path in paths:
        if len({len(steps) for steps in path.values()}) == 1:
            yield from (dict(zip(path, step, strict=True)) for step in zip(*path.values(), strict=True))


def told_in(instructions: str, catalogues: Catalogues, language: str) -> str:
    """The instructions with the catalogue's words in that language too; what people wrote stays as they wrote it."""
    words = words_of(catalogues, language)
    if not words:
        return instructions
    known = "|".join(re.escape(said) for said in sorted(words, key=len, reverse=True))
    pattern = re.compile(rf"(?P<kept>{SAID_BY_PEOPLE.pattern})|(?<!\w)(?:{known})(?!\w)", re.MULTILINE)
    return pattern.sub(lambda found: found[0] if found["kept"] else words[found[0]], instructions)
