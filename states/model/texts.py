"""How charts and views ask for texts: by key and values, without knowing the catalogue."""

from collections.abc import Mapping
from typing import Any, Protocol


class Say(Protocol):
    """A text in a language: `catalogue.texts.say`, handed in so that charts need no catalogue."""

    def __call__(self, language: str, key: str, values: Mapping[str, Any] | None = None) -> str: ...
