"""The settings in force, as they may be shown to administrators: no secret, whatever it is called."""

from datetime import time, timedelta
from typing import Any, NamedTuple, get_args

from pydantic import SecretStr, TypeAdapter

from settings.addresses import masked
from settings.model import PREFIX, Settings
from settings.notices import Digest, Notice

DURATION: TypeAdapter[timedelta] = TypeAdapter(timedelta)


class ShownSetting(NamedTuple):
    """A setting: its value as it would be written, None where it has none. `secret`: only whether it is set is said."""

    name: str
    value: str | None
    secret: bool
    set: bool
    """Whether it is another than the default."""


def shown_settings(settings: Settings) -> tuple[ShownSetting, ...]:
    """All settings in the order of their declaration."""
    shown = []
    for name, field in type(settings).model_fields.items():
        value = getattr(settings, name)
        secret = holds_secret(field.annotation) or holds_secret(field.metadata) or has_secret(value)
        given = name in settings.model_fields_set and value != field.default
        written = None if secret else written_value(value)
        shown.append(ShownSetting(PREFIX + name.upper(), written, secret, bool(value) if secret else given))
    return tuple(shown)


def holds_secret(declared: Any) -> bool:
    """Whether a type is a secret's, or has one within it."""
    if isinstance(declared, list):
        return any(map(holds_secret, declared))
    return declared is SecretStr or any(map(holds_secret, get_args(declared)))


def has_secret(value: Any) -> bool:
    """Whether a value is a secret, or has one within it."""
    if isinstance(value, dict):
        return any(map(has_secret, [*value, *value.values()]))
    return isinstance(value, SecretStr) or (isinstance(value, tuple | list | set) and any(map(has_secret, value)))


def written_value(value: Any) -> str | None:
    """A value as it is written in the environment; passwords in addresses are masked."""
    if value is None or value in ("", (), {}):
        return None
    if isinstance(value, Notice | Digest):
        return str(value)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, timedelta):
        return str(DURATION.dump_python(value, mode="json"))
    if isinstance(value, time):
        return f"{value:%H:%M}"
    if isinstance(value, dict):
        return ", ".join(f"{name}={written_value(entry)}" for name, entry in value.items())
    if isinstance(value, tuple | list | set | frozenset):
        return ", ".join(str(written_value(entry)) for entry in value)
    return masked(str(value)) if "://" in str(value) or "=" in str(value) else str(value)
