"""Secrets: how strong they must be at least, and new ones that are.

Whoever may try as often as the network allows must still not find one (docs/contract.md, Settings).
"""

import base64
import re
import secrets
from contextlib import suppress

WEBHOOK_BYTES = range(24, 65)
"""How long a webhook secret is (Standard Webhooks, Symmetric)."""
LEAST_CHARACTERS = 22
"""128 bits in the 64 characters of base64url."""
LEAST_HEXADECIMAL = 32
"""128 bits in hexadecimal digits."""
LEAST_DIFFERENT = 8
"""Of 22 random characters, fewer than so many different ones come once in a billion times."""
HEXADECIMAL = re.compile(r"[0-9a-fA-F]*")
WEBHOOK_PREFIX = "whsec_"
RECEIPT_KEY_PREFIX = "rk_"
"""What a key for receipts begins with that we have made: 32 random bytes follow, in base64url."""


def webhook_secrets(text: str) -> list[str]:
    """The secrets, each `whsec_` with base64 behind it, read as the library reads it. Raises `ValueError`."""
    found = [secret.strip() for secret in text.split(",") if secret.strip()]
    with suppress(ValueError):
        if all(secret.startswith(WEBHOOK_PREFIX) and length_of(secret) in WEBHOOK_BYTES for secret in found):
            return found
    raise ValueError(
        f"a Standard Webhooks secret is {WEBHOOK_PREFIX} with {WEBHOOK_BYTES[0]} to {WEBHOOK_BYTES[-1]} bytes in "
        "base64 behind it (several, comma-separated); `cancellations token new --webhook` makes one"
    )


def length_of(webhook_secret: str) -> int:
    """How many bytes a webhook secret has. Raises `ValueError` for what is no base64."""
    return len(base64.b64decode(webhook_secret.removeprefix(WEBHOOK_PREFIX)))


def receipt_keys(text: str) -> list[str]:
    """The keys that sign receipts, or the files that hold them: a JWK or PEM stands alone. Raises `ValueError`."""
    if text.lstrip().startswith(("{", "-----BEGIN")):
        return [text.strip()]
    found = [key.strip() for key in text.split(",") if key.strip()]
    made = [key.removeprefix(RECEIPT_KEY_PREFIX) for key in found if key.startswith(RECEIPT_KEY_PREFIX)]
    if found and all(re.fullmatch(r"[A-Za-z0-9_-]{43}", key) for key in made):
        return found
    raise ValueError(
        "a key for receipts is what `cancellations token new --receipt-key` prints, a JWK, "
        "or the path of a PEM file or a JWK (several, comma-separated)"
    )


def check_tokens(tokens: list[str]) -> None:
    """Raise `ValueError` for one that is weak. It says which by its place: a name may be a token in the wrong place."""
    for place, token in enumerate(tokens, 1):
        if is_weak(token):
            raise ValueError(
                f"token {place} of {len(tokens)} is too weak: it needs 128 bits of chance, which are "
                f"{LEAST_CHARACTERS} characters, or {LEAST_HEXADECIMAL} where all are hexadecimal digits; "
                "`cancellations token new` makes one"
            )


def is_weak(token: str) -> bool:
    """Whether a token is short, or plainly not made by chance: of few characters, or a piece over and over."""
    digits = token.replace("-", "")
    is_short = len(digits) < LEAST_HEXADECIMAL if HEXADECIMAL.fullmatch(digits) else len(token) < LEAST_CHARACTERS
    repeats = token in (token + token)[1:-1]
    return is_short or len(set(token)) < LEAST_DIFFERENT or repeats


def new_token() -> str:
    """A token of 256 bits."""
    return secrets.token_urlsafe(32)


def new_webhook_secret() -> str:
    """A webhook secret of 32 bytes."""
    return WEBHOOK_PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def new_receipt_key() -> str:
    """A private key for receipts, as one word."""
    return RECEIPT_KEY_PREFIX + base64.urlsafe_b64encode(secrets.token_bytes(32)).decode().rstrip("=")
