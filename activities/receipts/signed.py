"""A receipt as it is signed: its document in one exact form, the hash of that, and the JWS around it."""

import hashlib
import json
import warnings
from typing import Any

from joserfc import jws
from joserfc.errors import JoseError, SecurityWarning
from joserfc.jwk import OKPKey

ALGORITHMS = ["EdDSA", "Ed25519"]
"""`EdDSA` is what we write and what every library reads; RFC 9864 calls the same `Ed25519`."""
TYPE = "receipt+jws"
warnings.filterwarnings("ignore", message="EdDSA is deprecated", category=SecurityWarning)

Document = dict[str, Any]


class NotSigned(ValueError):
    """A text is no JWS, or its signature is not that of the key."""


def canonical(document: Document) -> bytes:
    """The document in the one form that is hashed and signed: sorted, without blanks, in ASCII."""
    return json.dumps(document, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def digest(content: bytes) -> str:
    """The hash by which the next receipt of a case names this one: SHA-256 of exactly what is signed."""
    return hashlib.sha256(content).hexdigest()


def sign(content: bytes, key: OKPKey) -> str:
    """The compact JWS of a document."""
    header = {"alg": "EdDSA", "kid": key.thumbprint(), "typ": TYPE}
    return jws.serialize_compact(header, content, key, algorithms=ALGORITHMS)


def key_id(token: str) -> str:
    """The `kid` that a JWS names; it proves nothing yet. Raises `NotSigned`."""
    try:
        return str(jws.extract_compact(token.encode("ascii")).headers().get("kid", ""))
    except (JoseError, ValueError) as error:
        raise NotSigned("it is no JWS in compact form") from error


def unproved(token: str) -> bytes:
    """What a JWS holds, whoever has written it. Raises `NotSigned`."""
    try:
        return jws.extract_compact(token.encode("ascii")).payload
    except (JoseError, ValueError) as error:
        raise NotSigned("it is no JWS in compact form") from error


def opened(token: str, key: OKPKey) -> bytes:
    """What a JWS holds, where that key has signed it. Raises `NotSigned`."""
    try:
        return jws.deserialize_compact(token, key, algorithms=ALGORITHMS).payload
    except (JoseError, ValueError) as error:
        raise NotSigned("the signature is not that of the key that it names") from error
