"""The tokens that may call, as hashes: none is kept as it was given."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from pydantic import SecretStr

from settings import Settings

Holder = Literal["operator", "portal"]
"""Whose token it is."""


@dataclass(frozen=True)
class Credentials:
    """Who has which token: `holder`, name, SHA-256 of the token. Tokens have 128 bits of chance: no salt is needed."""

    tokens: tuple[tuple[Holder, str, bytes], ...]

    def holder_of(self, token: str) -> tuple[Holder, str] | None:
        """Who has the token. Compared in constant time, with each of them, whoever it is."""
        given, holder = hashed(token), None
        for kind, name, digest in self.tokens:
            if hmac.compare_digest(digest, given):
                holder = kind, name
        return holder


def credentials_of(settings: Settings) -> Credentials:
    """Those that the settings name."""
    return Credentials((*held("operator", settings.operator_tokens), *held("portal", settings.portal_tokens)))


def held(kind: Holder, tokens: Mapping[str, tuple[SecretStr, ...]]) -> Iterator[tuple[Holder, str, bytes]]:
    """The tokens of one kind, hashed."""
    for name, secrets in tokens.items():
        for secret in secrets:
            yield kind, name, hashed(secret.get_secret_value())


def hashed(token: str) -> bytes:
    """The hash of a token, whatever characters a caller sent."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
