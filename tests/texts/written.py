"""The texts as they are written: which values each of them shows, and under which conditions."""

import re
from collections.abc import Callable, Iterable, Iterator
from functools import cache
from importlib.resources import files
from typing import Any

import pytest
from jinja2 import nodes

from catalogue.formats import LANGUAGES
from catalogue.templates import LINE_OF_TAGS
from catalogue.texts import TEXTS, read

INCLUDED = re.compile(r"\{\{ text\('([a-z_.]+)'\) \}\}")
SOURCES = {language: read(files("catalogue").joinpath("wording", language)) for language in LANGUAGES}


def whole(language: str, key: str) -> str:
    """A text with those that it takes in."""
    return INCLUDED.sub(lambda included: whole(language, included[1]), SOURCES[language][key])


WRITTEN = {language: {key: whole(language, key) for key in SOURCES[language]} for language in LANGUAGES}


def tree(text: str) -> nodes.Template:
    """What Jinja2 reads."""
    return TEXTS["de"].environment.parse(LINE_OF_TAGS.sub(r"\1", text))


def names(node: nodes.Node) -> set[str]:
    """The values that a part of a text names."""
    return {name.name for name in [*node.find_all(nodes.Name), *([node] if isinstance(node, nodes.Name) else [])]}


@cache
def used(text: str) -> tuple[set[str], set[str]]:
    """The names of a text: those shown, and those in conditions."""
    parts = list(parts_of(tree(text).body, None))
    return {name for name, _ in parts if name}, set().union(*(given for _, given in parts if given is not None))


Part = tuple[str | None, frozenset[str] | None]
"""A name that is shown and the names in the conditions that it stands under, None where it stands under none."""


def parts_of(body: list[nodes.Node], given: frozenset[str] | None) -> Iterator[Part]:
    """Each name that is shown; and for each condition (None, the names in it)."""
    for node in body:
        if isinstance(node, nodes.If):
            yield None, frozenset(names(node.test))
            yield from parts_of(node.body, (given or frozenset()) | given_by(node.test))
            for other in node.elif_:
                yield from parts_of([other], given or frozenset())
            yield from parts_of(node.else_, given or frozenset())
        else:
            yield from ((name, given) for name in names(node))


def given_by(test: nodes.Node) -> frozenset[str]:
    """The names that have a value where a condition holds."""
    if isinstance(test, nodes.And):
        return given_by(test.left) | given_by(test.right)
    if isinstance(test, nodes.Test) and isinstance(test.node, nodes.Name):
        return frozenset({test.node.name})
    return frozenset({test.name}) if isinstance(test, nodes.Name) else frozenset()


@cache
def shown_where(text: str) -> tuple[set[str], set[str]]:
    """The names that are shown outside every condition, and those shown where it is not sure that there is a value."""
    parts = [(name, given) for name, given in parts_of(tree(text).body, None) if name]
    return (
        {name for name, given in parts if given is None},
        {name for name, given in parts if name not in (given or ())},
    )


def check_all(check: Callable[..., None], cases: Iterable[tuple[Any, ...]]) -> None:
    """Run a check on every case, and fail with all that it does not hold for."""
    failures = []
    every = list(cases)
    assert every, "there is nothing to check"
    for case in every:
        try:
            check(*case)
        except Exception as error:
            failures.append(f"{case}: {type(error).__name__}: {error}")
    if failures:
        pytest.fail(f"{len(failures)} of {len(every)} fail:\n" + "\n".join(failures), pytrace=False)
