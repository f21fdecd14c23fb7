"""What the catalogue's versions say in several languages, so that it can be said in another of them."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from catalogue.formats import LANGUAGES
from catalogue.quoting import in_markdown
from states.model.offers import Catalogue


def words_of(versions: Iterable[Catalogue]) -> dict[str, dict[str, str]]:
    """By language the labels and steps of all versions as instructions say them, by what they are in other ones."""
    texts = [*chain.from_iterable(texts_of(version) for version in versions)]
    return {
        language: {
            in_markdown(said): in_markdown(text[language])
            for text in texts
            for said in text.values()
            if text.get(language) and said != text[language]
        }
        for language in LANGUAGES
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
