"""What is shown of the settings: all of them, and no secret, whatever it is called and wherever it stands."""

from datetime import time, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from settings import Settings, shown_settings
from tests.strong import ANNA, OTTO

CANARY = "canary-7f3a"


def shown(settings: Settings) -> dict[str, tuple[str | None, bool, bool]]:
    """By name: value, whether it is a secret, whether it is set."""
    return {setting.name: (setting.value, setting.secret, setting.set) for setting in shown_settings(settings)}


def with_secrets() -> Settings:
    """Settings in which every secret is set, each with the canary in it; those to come as well."""
    values: dict[str, Any] = {}
    for name, field in Settings.model_fields.items():
        declared = str(field.annotation)
        if "SecretStr" not in declared:
            continue
        if "dict" in declared:
            values[name] = {"anna": (SecretStr(CANARY),)}
        elif "tuple" in declared:
            values[name] = (SecretStr(CANARY), SecretStr(f"{CANARY}-2"))
        else:
            values[name] = SecretStr(f"smtps://user:{CANARY}@mail.example")
    assert {"operator_tokens", "portal_tokens", "webhook_secret", "session_secret", "smtp_url"} <= values.keys()
    return Settings().model_copy(update=values)


def test_every_setting_is_shown_and_no_secret() -> None:
    settings = with_secrets()
    found = shown(settings)
    assert found.keys() == {f"CANCELLATIONS_{name.upper()}" for name in Settings.model_fields}
    assert CANARY not in str(shown_settings(settings))
    secrets = {name for name, (_, secret, _) in found.items() if secret}
    assert {"CANCELLATIONS_SMTP_URL", "CANCELLATIONS_RECEIPT_KEY", "CANCELLATIONS_OPERATOR_TOKENS"} <= secrets
    assert all(found[name] == (None, True, True) for name in secrets)
    assert not any(is_set for _, secret, is_set in shown(Settings()).values() if secret)


class Later(Settings):
    """Settings of a later version, with secrets that nobody has thought of here."""

    by_type: SecretStr = SecretStr(CANARY)
    perhaps: SecretStr | None = SecretStr(CANARY)
    by_name: tuple[tuple[str, SecretStr], ...] = (("x", SecretStr(CANARY)),)
    by_value: Any = (SecretStr(CANARY),)


def test_a_secret_that_is_yet_to_come_is_not_shown_either() -> None:
    found = shown(Later())
    assert CANARY not in str(found)
    for name in ("BY_TYPE", "PERHAPS", "BY_NAME", "BY_VALUE"):
        assert found[f"CANCELLATIONS_{name}"][:2] == (None, True)


WRITTEN: list[tuple[str, Any, str | None]] = [
    ("database_url", f"postgresql://paul:{CANARY}@db.example/x", "postgresql://paul:***@db.example/x"),
    (
        "database_url",
        f"postgresql://paul@db.example/x?password={CANARY}",
        "postgresql://paul@db.example/x?password=***",
    ),
    ("repair_after", timedelta(hours=2), "PT2H"),
    ("compare_at", time(4, 30), "04:30"),
    ("guarded_elsewhere", True, "true"),
    ("customer_centre_modes", {"pos": "guided", "edition": "automatic"}, "pos=guided, edition=automatic"),
    ("hosts", ("a.example", "b.example"), "a.example, b.example"),
    ("mail_from", "kuendigung@shop.example", "kuendigung@shop.example"),
    ("catalogue_dir", Path("/etc/catalogue"), "/etc/catalogue"),
    ("catalogue_dir", None, None),
]


@pytest.mark.parametrize(("name", "value", "written"), WRITTEN)
def test_a_value_is_shown_as_it_is_written_and_passwords_are_masked(name: str, value: Any, written: str | None) -> None:
    settings = Settings().model_copy(update={name: value})
    assert shown(settings)[f"CANCELLATIONS_{name.upper()}"][:2] == (written, False)


def test_what_is_set_is_told_from_the_default() -> None:
    found = shown(Settings(operator_tokens={"anna": (ANNA,), "otto": (OTTO,)}, repair_after="PT3H"))
    assert found["CANCELLATIONS_REPAIR_AFTER"] == ("PT3H", False, True)
    assert found["CANCELLATIONS_REMIND_EVERY"] == ("P7D", False, False)
