"""What differs between two catalogue versions, as lines for people."""

from collections.abc import Iterator
from typing import Any

from states.model.offers import Catalogue, Source

NAMES = frozenset({"key", "code"})
"""Fields that repeat the name of their entry."""


def differences(old: Catalogue, new: Catalogue) -> tuple[str, ...]:
    """One line for each fact: `+ place: value` (new), `- place: value` (gone), `~ place: before → after`."""
    before, after = (dict(facts("", version.model_dump(mode="json"))) for version in (old, new))
    lines = []
    for place in sorted(before.keys() | after.keys()):
        if place not in before:
            lines.append(f"+ {place}: {after[place]}")
        elif place not in after:
            lines.append(f"- {place}: {before[place]}")
        elif before[place] != after[place]:
            lines.append(f"~ {place}: {before[place]} → {after[place]}")
    return tuple(lines)


def facts(place: str, value: Any) -> Iterator[tuple[str, str]]:
    """Every single fact with its place; functions are named by their key, steps and tiers are one fact each list."""
    if isinstance(value, dict) and set(value) == {"label", "at"}:
        yield place, Source(**value).written
    elif isinstance(value, dict):
        for key, entry in value.items():
            if key in NAMES:
                continue
            yield from facts(f"{place}.{key}" if place else key, entry)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for entry in value:
            yield from facts(f"{place}.{entry['key']}", entry)
    elif value not in (None, []):
        yield place, " | ".join(map(str, value)) if isinstance(value, list) else str(value)
