"""What stands in the environment is text: read each kind of value from it, or say how it is written."""

import re
from collections.abc import Callable
from datetime import time
from typing import Any
from zoneinfo import ZoneInfo

from pydantic import BeforeValidator

from secret_strength import check_tokens

DURATION = "write an ISO 8601 duration, like P30D (30 days), P2W (two weeks) or PT1H (an hour)"


def read_from_text(read: Callable[[str], Any]) -> BeforeValidator:
    """Read what stands in the environment by `read`; what is given in the program is no text and stays as it is."""
    return BeforeValidator(lambda value: read(value) if isinstance(value, str) else value)


def iso_8601(text: str) -> str:
    """The duration, which Pydantic reads on; it would take a bare number too. Raises `ValueError`."""
    if not text.lstrip("+-").startswith("P"):
        raise ValueError(DURATION)
    return text


OWN_TIME = re.compile(r"P(?=.*[1-9])(?:\d{1,3}W|(?!T?$)(?:\d{1,4}D)?(?:T(?=\d)(?:\d{1,4}H)?(?:\d{1,4}M)?)?)")
"""How the time that a task has is written; what it means is said in `states.model.durations`."""


def durations(text: str) -> dict[str, str]:
    """How long something may take, by name. Raises `ValueError`."""
    found = pairs("=", text)
    for name, written in found.items():
        if not OWN_TIME.fullmatch(written):
            raise ValueError(
                f"{name}: write an ISO 8601 duration, like P2D (two days), P1W (a week) or PT4H (four hours)"
            )
    return found


def optional(check: Callable[[str], str]) -> Callable[[str], str]:
    """The same check of what may be left empty."""
    return lambda text: check(text) if text else text


def lines_of_text(text: str) -> str:
    """Lines that are printed, where `\\n` begins one as a line's end does. Raises `ValueError`."""
    lines = [line.strip() for line in text.replace("\\n", "\n").splitlines()]
    if not all(line.isprintable() for line in lines):
        raise ValueError("write lines of text; \\n begins a new one")
    return "\n".join(lines).strip()


def one_line(text: str) -> str:
    """A name. Raises `ValueError`."""
    if not text.strip() or not text.isprintable():
        raise ValueError("write a name in one line")
    return text.strip()


def tokens(text: str) -> dict[str, list[str]]:
    """Tokens by name, of one name perhaps several, for rotation: each one's own, and fit for a header.

    Raises `ValueError`.
    """
    found = list_of_pairs(":", text)
    given = [token for _, token in found]
    if len(set(given)) < len(given):
        raise ValueError("two names, or one name twice, have the same token: who calls could not be told")
    check_printable(given, "a token")
    check_tokens(given)
    return {name: [token for other, token in found if other == name] for name, _ in found}


def session_secrets(text: str) -> list[str]:
    """The secrets that sign customers' sessions: the first one signs, all are valid. Raises `ValueError`."""
    secrets = [secret.strip() for secret in text.split(",") if secret.strip()]
    check_printable(secrets, "a secret")
    check_tokens(secrets)
    return secrets


def check_printable(secrets: list[str], what: str) -> None:
    """Raise `ValueError` for a secret that cannot stand in a header or a file as it is."""
    if any(not re.fullmatch(r"[!-~]+", secret) for secret in secrets):
        raise ValueError(f"{what} holds letters, digits and signs of ASCII, without blanks")


def pairs(separator: str, text: str) -> dict[str, str]:
    """Values by name, each once. Raises `ValueError`."""
    given = list_of_pairs(separator, text)
    found = dict(given)
    if len(found) < len(given):
        raise ValueError("a name stands there twice")
    return found


def names(text: str) -> tuple[str, ...]:
    """Names, comma-separated, each once."""
    return tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))


def list_of_pairs(separator: str, text: str) -> list[tuple[str, str]]:
    """Names with their values, as they stand there. Raises `ValueError`."""
    given = [pair.strip().partition(separator) for pair in text.split(",") if pair.strip()]
    if any(not name.strip() or not mid or not rest.strip() for name, mid, rest in given):
        raise ValueError(f"give pairs like name{separator}value, comma-separated")
    return [(name.strip(), rest.strip()) for name, _, rest in given]


def time_of_day(text: str) -> time | None:
    """The time of day, or None for `never`. Raises `ValueError`."""
    if text == "never":
        return None
    hour, _, minute = text.partition(":")
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise ValueError("a time of day is like 03:00; never: without the comparison") from None


def zone_name(name: str) -> str:
    """The name of a time zone that there is. Raises `ValueError`."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("a time zone's name is like Europe/Berlin") from None
    return name
