"""The tokens that may call, as hashes: none is kept as it was given."""

import hashlib
import hmac
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from pydantic import SecretStr

from settings import Grade, Settings

Role = Literal["operator", "portal"]
"""Whose token it is."""


class Holder(NamedTuple):
    """Who has a token. `digest`: its SHA-256; tokens have 128 bits of chance, so that no salt is needed. `grade`: an
    operator's."""

    role: Role
    name: str
    digest: bytes
    grade: Grade

    @property
    def fingerprint(self) -> str:
        """Which token it is, without saying it."""
        return self.digest.hex()


@dataclass(frozen=True)
class Credentials:
    """Who has which token."""

    holders: tuple[Holder, ...]

    def holder_of(self, token: str) -> Holder | None:
        """Who has the token. Compared in constant time, with each of them, whoever it is."""
        given, holder = hashed(token), None
        for known in self.holders:
            if hmac.compare_digest(known.digest, given):
                holder = known
        return holder

    def operator_with(self, fingerprint: str) -> Holder | None:
        """The operator whose token has that hash, as long as the settings name it."""
        return next((known for known in self.operators if known.fingerprint == fingerprint), None)

    @property
    def operators(self) -> tuple[Holder, ...]:
        """Operators' tokens."""
        return tuple(known for known in self.holders if known.role == "operator")


def credentials_of(settings: Settings) -> Credentials:
    """Those that the settings name."""
    held_by_operators = held("operator", settings.operator_tokens, settings)
    return Credentials((*held_by_operators, *held("portal", settings.portal_tokens, settings)))


def held(role: Role, tokens: Mapping[str, tuple[SecretStr, ...]], settings: Settings) -> Iterator[Holder]:
    """The tokens of one role, hashed."""
    for name, secrets in tokens.items():
        grade: Grade = settings.grade_of(name) if role == "operator" else "read"
        for secret in secrets:
            yield Holder(role, name, hashed(secret.get_secret_value()), grade)


def hashed(token: str) -> bytes:
    """The hash of a token, whatever characters a caller sent."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).digest()
