"""The texts as the pages show them: with the made-up values of samples.toml, in both languages."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from catalogue.texts import say
from states.rules.run_values import run_facts
from tools.docs.conversations import Play

DOCUMENT = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
SAMPLES: dict[str, Any] = DOCUMENT["values"] | dict.fromkeys(DOCUMENT["unknown"])
"""One value for each name."""


def quoted(text: str) -> str:
    """A text for people as a block quote."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


def spoken(key: str, kind: str | None = None) -> str:
    """A text in both languages, with made-up values."""
    values = SAMPLES | (example_values(kind) if kind else {}) | DOCUMENT["texts"].get(key, {})
    return "\n>\n".join(quoted(say(language, key, values)) for language in ("de", "en"))


@cache
def example_values(kind: str) -> dict[str, Any]:
    """What the example of a kind knows when it begins: its target, its date, its deadline; a made-up price."""
    facts: dict[str, Any] = {name: value for name, value in run_facts(Play(kind).memory).items() if value is not None}
    saves = facts["cost_effect"] == "cancellation" and kind not in ("edition", "order_package")
    unpriced = () if saves else ("price", "new_price", "saved_price")
    differs: dict[str, Any] = DOCUMENT["kinds"].get(kind, {})
    return dict.fromkeys((*unpriced, "order_by", "effective_at")) | facts | differs


def mail(key: str) -> str:
    """A mail in both languages: subject, then body."""
    values = SAMPLES | {"name": SAMPLES["name_of_customer"], "subject": "jtl", "target": "jtl_advanced", "note": "…"}
    parts = [
        f"**{say(language, f'{key}.subject', values)}**\n\n{say(language, f'{key}.body', values)}"
        for language in ("de", "en")
    ]
    return "\n>\n".join(map(quoted, parts))
