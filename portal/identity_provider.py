"""The provider of identities (OpenID Connect): how an operator is sent there, and who he is that comes back.

The authorization code flow with PKCE (OpenID Connect Core 1.0, 3.1; RFC 7636). What a flow must remember is not kept
here: its browser carries it, so that another portal may take it up. What the provider publishes of itself is read anew
every few minutes.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import quote, urlsplit

import httpx
from authlib.common.security import generate_token
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from authlib.oidc.discovery import get_well_known_url
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet
from joserfc.jws import JWSRegistry
from pydantic import SecretStr

from settings import GRADES, Grade, Settings

CALLBACK = "/desk/login/callback"
"""Where the provider sends people back to; it has to know the whole address."""
WITHIN_S = 4.0
"""How long the provider has to answer, all calls together: a call to us is answered within five seconds."""
FRESH_S = 300.0
"""How long what the provider publishes is not read again."""
LEEWAY_S = 60
"""How far its clock and ours may differ."""
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures that nobody can make who knows what we know: none by a shared secret, and never none at all."""
PREFIX = "oidc:"
"""What names of the provider's begin with: a token's name has no colon, so that neither passes for the other."""
LONGEST_NAME = 80

Fault = Literal["unreachable", "wrong", "denied", "no_name", "no_group"]


class NotLetIn(Exception):
    """Nobody comes in so. `wrong`: the provider's answer is not valid; `denied`: it said no."""

    def __init__(self, fault: Fault, why: str) -> None:
        super().__init__(why)
        self.fault = fault


@dataclass(frozen=True)
class Flow:
    """What the browser must remember of the way to the provider and back."""

    state: str
    nonce: str
    verifier: str


@dataclass(frozen=True)
class Identity:
    """Who came back, and of which of our groups he is a member."""

    name: str
    groups: tuple[str, ...]


@dataclass
class Published:
    """What the provider publishes of itself, as it was read last."""

    metadata: dict[str, Any] = field(default_factory=dict)
    keys: dict[str, Any] = field(default_factory=dict)
    read_at: float = float("-inf")

    @property
    def is_fresh(self) -> bool:
        """Whether it need not be read again."""
        return time.monotonic() - self.read_at < FRESH_S


@dataclass(frozen=True)
class Provider:
    """The provider that the settings name."""

    issuer: str
    client_id: str
    secret: SecretStr
    scopes: str
    name_claim: str
    groups_claim: str
    grades: Mapping[str, Grade]
    redirect_uri: str
    published: Published = field(default_factory=Published)

    @property
    def host(self) -> str:
        """What people know it by."""
        return urlsplit(self.issuer).hostname or self.issuer

    def grade_of(self, groups: tuple[str, ...]) -> Grade | None:
        """The highest grade that these groups give; None where none gives one."""
        grades = [self.grades[group] for group in groups if group in self.grades]
        return max(grades, key=GRADES.index, default=None)

    async def way_there(self, flow: Flow) -> str:
        """Where the browser is sent. Raises `NotLetIn`."""
        async with asked() as http:
            metadata = (await self.known(http)).metadata
        return str(
            prepare_grant_uri(
                metadata["authorization_endpoint"],
                self.client_id,
                "code",
                self.redirect_uri,
                self.scopes,
                flow.state,
                nonce=flow.nonce,
                code_challenge=create_s256_code_challenge(flow.verifier),
                code_challenge_method="S256",
            )
        )

    async def who_came(self, code: str, flow: Flow) -> Identity:
        """Who came back with that code. Raises `NotLetIn`."""
        async with asked() as http:
            token = await self.token_for(http, code, flow)
            claims = await self.claims_in(http, token, flow)
            if within(claims, self.groups_claim) is None or within(claims, self.name_claim) is None:
                claims = {**await self.more_about(http, token, claims), **claims}
        groups = within(claims, self.groups_claim)
        named = [groups] if isinstance(groups, str) else groups if isinstance(groups, list) else []
        return Identity(self.name_in(claims), tuple(group for group in self.grades if group in named))

    def name_in(self, claims: Mapping[str, Any]) -> str:
        """The name that stands with his decisions. Raises `NotLetIn`."""
        name = within(claims, self.name_claim)
        if not isinstance(name, str) or not 0 < len(name.strip()) <= LONGEST_NAME or not name.isprintable():
            raise NotLetIn("no_name", f"the claim {self.name_claim} is no name")
        return PREFIX + name.strip()

    async def known(self, http: httpx.AsyncClient, *, anew: bool = False) -> Published:
        """What the provider publishes: where it is asked what, and the keys with which it signs. Raises `NotLetIn`."""
        if anew or not self.published.is_fresh:
            metadata = document_in(await http.get(get_well_known_url(self.issuer, external=True)))
            if str(metadata.get("issuer", "")).rstrip("/") != self.issuer.rstrip("/"):
                raise NotLetIn("wrong", "the provider has another issuer than the settings")
            for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
                if not str(metadata.get(name, "")).startswith(("https://", f"{urlsplit(self.issuer).scheme}://")):
                    raise NotLetIn("wrong", f"the provider names no {name} that can be used")
            self.published.keys = document_in(await http.get(metadata["jwks_uri"]))
            self.published.metadata, self.published.read_at = metadata, time.monotonic()
        return self.published

    async def token_for(self, http: httpx.AsyncClient, code: str, flow: Flow) -> dict[str, Any]:
        """What the provider gives for the code, once. Raises `NotLetIn`."""
        metadata = (await self.known(http)).metadata
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self.redirect_uri,
            "code_verifier": flow.verifier,
        }
        secret, methods = self.secret.get_secret_value(), metadata.get("token_endpoint_auth_methods_supported")
        if methods and "client_secret_basic" not in methods:
            own = {"client_id": self.client_id, "client_secret": secret}
            answer = await http.post(metadata["token_endpoint"], data=form | own)
        else:  # RFC 6749, 2.3.1: both are encoded before they are put together
            basic = httpx.BasicAuth(quote(self.client_id, safe=""), quote(secret, safe=""))
            answer = await http.post(metadata["token_endpoint"], data=form, auth=basic)
        return document_in(answer)

    async def claims_in(self, http: httpx.AsyncClient, token: Mapping[str, Any], flow: Flow) -> dict[str, Any]:
        """What the ID token says, where it is one for us, of this flow (Core, 3.1.3.7). Raises `NotLetIn`."""
        published = await self.known(http)
        try:
            decoded = self.decoded(token.get("id_token"), published.keys)
        except (JoseError, ValueError, TypeError, KeyError):
            published = await self.known(http, anew=True)  # the keys may have been changed since
            decoded = self.decoded(token.get("id_token"), published.keys)
        options = {
            "iss": {"essential": True, "value": published.metadata["issuer"]},
            "aud": {"essential": True, "value": self.client_id},
        }
        params = {"nonce": flow.nonce, "client_id": self.client_id, "access_token": token.get("access_token")}
        claims = CodeIDToken(decoded.claims, decoded.header, options, params)
        claims.validate(leeway=LEEWAY_S)
        if not isinstance(claims.get("sub"), str):
            raise NotLetIn("wrong", "the ID token names nobody")
        return dict(claims)

    def decoded(self, id_token: Any, keys: dict[str, Any]) -> jwt.Token:
        """The ID token, signed by one of the provider's keys."""
        registry = JWSRegistry(algorithms=list(ALGORITHMS), strict_check_header=False)
        return jwt.decode(str(id_token), KeySet.import_key_set(keys), registry=registry)  # type: ignore[arg-type]

    async def more_about(
        self, http: httpx.AsyncClient, token: Mapping[str, Any], claims: Mapping[str, Any]
    ) -> dict[str, Any]:
        """What the provider says of him beside the ID token, where it has such a place. Raises `NotLetIn`."""
        address = (await self.known(http)).metadata.get("userinfo_endpoint")
        if not address or not token.get("access_token"):
            return {}
        answer = await http.get(address, headers={"authorization": f"Bearer {token['access_token']}"})
        found = document_in(answer)
        if found.get("sub") != claims["sub"]:
            raise NotLetIn("wrong", "the provider tells of somebody else")
        return found


def provider_of(settings: Settings) -> Provider | None:
    """The provider that the settings name, if they name one."""
    if not settings.oidc_issuer or settings.oidc_client_secret is None:
        return None
    return Provider(
        issuer=settings.oidc_issuer,
        client_id=settings.oidc_client_id,
        secret=settings.oidc_client_secret,
        scopes=settings.oidc_scopes,
        name_claim=settings.oidc_name_claim,
        groups_claim=settings.oidc_groups_claim,
        grades=settings.oidc_grades,
        redirect_uri=f"{settings.public_url}{CALLBACK}",
    )


def new_flow() -> Flow:
    """A flow that nobody can guess."""
    return Flow(generate_token(43), generate_token(43), generate_token(64))


@asynccontextmanager
async def asked() -> AsyncIterator[httpx.AsyncClient]:
    """A client by which the provider is asked, in time. Whatever goes wrong is `NotLetIn`."""
    try:
        async with asyncio.timeout(WITHIN_S), httpx.AsyncClient(timeout=WITHIN_S, follow_redirects=False) as http:
            yield http
    except (httpx.TransportError, TimeoutError) as error:
        raise NotLetIn("unreachable", f"the provider does not answer: {type(error).__name__}") from error
    except (httpx.HTTPError, httpx.InvalidURL, JoseError, ValueError, TypeError, KeyError) as error:
        raise NotLetIn("wrong", f"the provider's answer cannot be used: {type(error).__name__}: {error}") from error


def document_in(answer: httpx.Response) -> dict[str, Any]:
    """The JSON object of an answer. Raises `NotLetIn`."""
    if answer.status_code >= 500:
        raise NotLetIn("unreachable", f"the provider answers {answer.status_code}")
    document = answer.json()
    if not isinstance(document, dict):
        raise NotLetIn("wrong", "the provider answers no object")
    if not answer.is_success:
        raise NotLetIn("denied", f"the provider answers {answer.status_code} {str(document.get('error'))[:80]}")
    return document


def within(claims: Mapping[str, Any], name: str) -> Any:
    """A claim by its name, else by the way to it within others: `realm_access.roles`."""
    if name in claims:
        return claims[name]
    found: Any = claims
    for part in name.split("."):
        found = found.get(part) if isinstance(found, dict) else None
    return found
