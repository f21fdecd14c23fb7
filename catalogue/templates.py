"""Templates of texts, parsed once: what stands in braces is a condition, or is made by whom the caller names. Pure."""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Values = Mapping[str, Any]
Render = Callable[[str, str, Values], str]
"""A template made ready: (language, key, values) → text."""
Part = Callable[[str], Render]
"""What stands for a tag that is no condition: `name`, `name:form` or `>key`."""

TOKEN = re.compile(r"\{([^{}]*)\}")


def present(value: Any) -> bool:
    """Whether there is a value; 0 (a package) is one."""
    return not (value is None or value is False or value in ("", "-") or (hasattr(value, "__len__") and not value))


def made_ready(key: str, text: str, part: Part) -> Render:
    """Parse a template. Raises `ValueError` naming the key where it is wrong."""
    tokens = iter(TOKEN.split(text))
    parts, end = sequence(key, tokens, part)
    if end is not None:
        raise ValueError(f"text {key!r}: {{{end}}} without its {{?…}}")
    return joined(parts)


def sequence(key: str, tokens: Iterator[str], part: Part) -> tuple[list[str | Render], str | None]:
    """The parts up to the end, or to `{:}` or `{/}`, which is answered too. Tokens are text, tag, text, tag, …"""
    parts: list[str | Render] = []
    for text in tokens:
        if "{" in text or "}" in text:
            raise ValueError(f"text {key!r}: a brace without its partner near {text!r}")
        if text:
            parts.append(text)
        tag = next(tokens, None)
        if tag is None or tag in (":", "/"):
            return parts, tag
        parts.append(choice(key, tag[1:], tokens, part) if tag.startswith("?") else part(tag))
    return parts, None


def choice(key: str, condition: str, tokens: Iterator[str], part: Part) -> Render:
    """`{?name}…{:}…{/}`."""
    name, equal, wanted = condition.partition("=")
    first, end = sequence(key, tokens, part)
    second: list[str | Render] = []
    if end == ":":
        second, end = sequence(key, tokens, part)
    if end != "/":
        raise ValueError(f"text {key!r}: {{?{condition}}} without its {{/}}")
    yes, no = joined(first), joined(second)

    def render(language: str, said: str, values: Values) -> str:
        value = values.get(name)
        holds = str(value) == wanted if equal else present(value)
        return (yes if holds else no)(language, said, values)

    return render


def joined(parts: list[str | Render]) -> Render:
    """All parts, one after the other."""
    if all(isinstance(part, str) for part in parts):
        whole = "".join(str(part) for part in parts)
        return lambda language, said, values: whole
    fixed = tuple(parts)

    def render(language: str, said: str, values: Values) -> str:
        return "".join([part if isinstance(part, str) else part(language, said, values) for part in fixed])

    return render


def flat(table: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, str]]:
    """The texts of nested tables by dotted key."""
    for name, entry in table.items():
        if isinstance(entry, str):
            yield prefix + name, entry.strip()
        else:
            yield from flat(entry, f"{prefix}{name}.")
