"""Secrets have a least strength: webhook secrets 24 to 64 bytes, tokens 128 bits; and new ones are strong."""

import base64
import json
import string
from typing import Any

import pytest
from pydantic import ValidationError

import cli
from settings import PREFIX, Names, Settings, explain, run_program
from tests.strong import ANNA, OTTO

HEXADECIMAL = "1f8a06c2e4b79d3510fa6b8c2d4e7930"


def webhook(length: int) -> str:
    """A webhook secret of so many bytes."""
    return "whsec_" + base64.b64encode(bytes(range(length))).decode()


def refused(monkeypatch: pytest.MonkeyPatch, name: str, value: str) -> str:
    """What is said of a setting that is refused."""
    monkeypatch.setenv(PREFIX + name, value)
    with pytest.raises(ValidationError) as error:
        Settings()
    (line,) = explain(error.value)
    return line


@pytest.mark.parametrize("length", [24, 32, 64])
def test_a_webhook_secret_of_24_to_64_bytes_is_taken(monkeypatch, length):
    monkeypatch.setenv(f"{PREFIX}WEBHOOK_SECRET", webhook(length))
    assert Settings().webhook_secret[0].get_secret_value() == webhook(length)


@pytest.mark.parametrize(
    "secret", [webhook(23), webhook(65), "whsec_", "whsec_c2VjcmV0", f"{webhook(24)},{webhook(8)}", "geheim" * 6]
)
def test_another_webhook_secret_is_refused_with_the_command_that_makes_one(monkeypatch, secret):
    line = refused(monkeypatch, "WEBHOOK_SECRET", secret)
    assert line.startswith(f"{PREFIX}WEBHOOK_SECRET: (not shown) is not usable: ")
    assert secret == "whsec_" or secret not in line
    assert "24 to 64 bytes" in line and "`cancellations token new --webhook`" in line


STRONG = {
    "22 of base64url": ANNA,
    "32 hexadecimal digits": HEXADECIMAL,
    "32 capital ones": HEXADECIMAL.upper(),
    "a random UUID": "0f8fad5b-d9cb-469f-a165-70867728950e",
    "words with enough in them": "correct-horse-battery-staple",
}
WEAK = {
    "a word": "secret",
    "21 of base64url": ANNA[:-1],
    "31 hexadecimal digits": HEXADECIMAL[:-1],
    "hyphens do not make digits more": "-".join(HEXADECIMAL[:-1]),
    "decimal digits": "1234567890123456789012",
    "one sign": "a" * 40,
    "few signs": "token-anna-token-kate-enna-ok",
    "a piece over and over": "Zq3vT8mKx" * 4,
}


@pytest.mark.parametrize("token", STRONG.values(), ids=STRONG)
def test_a_token_of_128_bits_is_taken(monkeypatch, token):
    monkeypatch.setenv(f"{PREFIX}OPERATOR_TOKENS", f"anna:{token}")
    assert [given.get_secret_value() for given in Settings().operator_tokens["anna"]] == [token]


@pytest.mark.parametrize("token", WEAK.values(), ids=WEAK)
def test_a_weak_token_is_refused_by_its_place_with_the_command_that_makes_one(monkeypatch, token):
    line = refused(monkeypatch, "OPERATOR_TOKENS", f"anna:{ANNA},otto:{token}")
    assert line.startswith(f"{PREFIX}OPERATOR_TOKENS: (not shown) is not usable: token 2 of 2 is too weak")
    assert "`cancellations token new`" in line and "22 characters" in line and "32 where" in line


def test_no_secret_is_shown_where_name_and_token_are_exchanged(monkeypatch):
    line = refused(monkeypatch, "OPERATOR_TOKENS", f"{ANNA}:anna")
    assert ANNA not in line and "anna" not in line


def test_a_program_does_not_start_with_a_weak_secret(monkeypatch, capsys):
    monkeypatch.setenv(f"{PREFIX}OPERATOR_TOKENS", "operator:secret")
    assert run_program(lambda settings: pytest.fail("it started"), Names(), ()) == 2
    said = capsys.readouterr().err
    assert f"{PREFIX}OPERATOR_TOKENS" in said and "`cancellations token new`" in said and "secret" not in said


def made(capsys: pytest.CaptureFixture[str], *options: str) -> str:
    """What `cancellations token new` prints."""
    assert cli.code_of(["token", "new", *options]) == 0
    return capsys.readouterr().out.strip()


def test_token_new_prints_tokens_that_the_settings_take_and_never_the_same(monkeypatch, capsys):
    tokens = [made(capsys) for _ in range(50)]
    assert len(set(tokens)) == 50 and set("".join(tokens)) <= {*string.ascii_letters, *string.digits, *"-_"}
    monkeypatch.setenv(f"{PREFIX}OPERATOR_TOKENS", ",".join(f"o{n}:{token}" for n, token in enumerate(tokens)))
    assert len(Settings().operator_tokens) == 50


def test_token_new_webhook_prints_a_secret_that_the_settings_take(monkeypatch, capsys):
    secret = made(capsys, "--webhook")
    monkeypatch.setenv(f"{PREFIX}WEBHOOK_SECRET", f"{secret},{made(capsys, '--webhook')}")
    assert Settings().webhook_secret[0].get_secret_value() == secret


def test_token_new_answers_json_and_works_where_the_settings_are_wrong(monkeypatch, capsys):
    monkeypatch.setenv(f"{PREFIX}OPERATOR_TOKENS", f"otto:{OTTO[:5]}")
    document: Any = json.loads(made(capsys, "--json"))
    assert list(document) == ["token"] and len(document["token"]) == 43
