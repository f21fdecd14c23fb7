"""The keys by which receipts are signed and checked: Ed25519, from the setting or made once for a single machine."""

import base64
import binascii
import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from activities.kept_secrets import kept_secret
from activities.ports import Misconfigured
from secret_strength import RECEIPT_KEY_PREFIX, new_receipt_key
from settings import PREFIX, Settings

VARIABLE = f"{PREFIX}RECEIPT_KEY"
FILE = "receipt_key"
"""Where the key is kept in `STATE_DIR` that is made where none is set."""
REMEDY = (
    "give what `cancellations token new --receipt-key` prints, a JWK or JWK set, or the path of a PEM file or JWK; "
    "several, comma-separated: the first signs"
)


class UnusableKey(ValueError):
    """What was given is no Ed25519 key."""


@dataclass(frozen=True)
class ReceiptKeys:
    """The keys in order: the first signs, all are published."""

    keys: tuple[OKPKey, ...]

    @cached_property
    def by_id(self) -> dict[str, OKPKey]:
        """The keys by `kid`, their thumbprint (RFC 7638)."""
        return {key.thumbprint(): key for key in self.keys}

    @property
    def signing(self) -> OKPKey:
        """The key that signs. Raises `Misconfigured` where only its public part is here."""
        first = self.keys[0]
        if not first.is_private:
            raise Misconfigured(f"{VARIABLE}: the first key is a public one, which cannot sign: {REMEDY}")
        return first

    def published(self) -> dict[str, Any]:
        """The public parts as a JWK set (RFC 7517)."""
        return {"keys": [public(key) for key in self.by_id.values()]}


def public(key: OKPKey) -> dict[str, Any]:
    """The public part of a key, with what it is for."""
    return {**key.as_dict(private=False), "kid": key.thumbprint(), "use": "sig", "alg": "EdDSA"}


def receipt_keys(settings: Settings) -> ReceiptKeys:
    """The keys of these settings; where none is set, one that is made in `STATE_DIR`. Blocks.

    Raises `Misconfigured`.
    """
    given = [secret.get_secret_value() for secret in settings.receipt_key]
    given = given or [kept_secret(settings.state_dir / FILE, new_receipt_key, VARIABLE)]
    try:
        return ReceiptKeys(tuple(key for text in given for key in read_keys(text)))
    except UnusableKey as error:
        raise Misconfigured(f"{VARIABLE}: {error}: {REMEDY}") from None


def read_keys(text: str) -> list[OKPKey]:
    """The keys that a text holds, or the file that it names: ours, PEM, a JWK or a JWK set. Raises `UnusableKey`."""
    if not is_key(text):
        text = content_of(Path(text))
    try:
        if text.startswith("{"):
            document = json.loads(text)
            keys = [OKPKey.import_key(entry) for entry in document.get("keys", [document])]
        elif text.startswith(RECEIPT_KEY_PREFIX):
            keys = [key_of_seed(base64.urlsafe_b64decode(text.removeprefix(RECEIPT_KEY_PREFIX) + "="))]
        else:
            keys = [OKPKey.import_key(text)]
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, binascii.Error):
        raise UnusableKey("it holds no key that can be read") from None
    return checked(keys)


def checked(keys: Iterable[OKPKey]) -> list[OKPKey]:
    """The keys, where each is one for Ed25519 and there is one. Raises `UnusableKey`."""
    found = list(keys)
    if not found or any(key.curve_name != "Ed25519" for key in found):
        raise UnusableKey("only keys for Ed25519 sign receipts")
    return found


def is_key(text: str) -> bool:
    """Whether a text is a key itself, and not the path of one."""
    return text.startswith(("{", "-----BEGIN", RECEIPT_KEY_PREFIX))


def content_of(path: Path) -> str:
    """What the file of a key holds. Raises `UnusableKey`."""
    try:
        return path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise UnusableKey(f"{path} cannot be read ({why})") from None


def key_of_seed(seed: bytes) -> OKPKey:
    """The key of 32 random bytes."""
    pem = Ed25519PrivateKey.from_private_bytes(seed).private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return OKPKey.import_key(pem)
