"""A provider of identities on a port of this machine: discovery, authorization code with PKCE, tokens, keys, userinfo.

It is as strict as one is: a code is worth something once, to the client that has the secret and the verifier. What it
answers can be bent, for tests of what must not be taken.
"""

import asyncio
import base64
import hashlib
import hmac
import json
import socket
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlencode

import uvicorn
from joserfc import jwt
from joserfc.jwk import RSAKey
from joserfc.jws import JWSRegistry
from pydantic import SecretStr
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

CLIENT, SECRET = "desk", "a secret/with:signs"
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "two", "use": "sig", "alg": "RS256"})
Claims = dict[str, Any]


@dataclass
class StandIn:
    """The provider, and how it is bent. `claims`: of whoever logs in; `bend`: what is done to those of an ID token."""

    issuer: str
    claims: Claims = field(default_factory=lambda: {"sub": "1", "preferred_username": "anna", "groups": ["ops"]})
    bend: Callable[[Claims], Claims] = dict
    sign: Callable[[Claims], str] = field(default_factory=lambda: signed)
    userinfo: Claims | None = None
    metadata: Claims = field(default_factory=dict)
    keys: list[RSAKey] = field(default_factory=lambda: [KEY])
    error: str | None = None
    codes: dict[str, dict[str, str]] = field(default_factory=dict)
    calls: list[str] = field(default_factory=list)

    @property
    def settings(self) -> dict[str, Any]:
        """The settings that name it."""
        return {
            "oidc_issuer": self.issuer,
            "oidc_client_id": CLIENT,
            "oidc_client_secret": SecretStr(SECRET),
            "oidc_grades": {"readers": "read", "ops": "decide", "chiefs": "admin"},
        }

    async def discovery(self, _: Request) -> Response:
        """What it publishes of itself."""
        self.calls.append("discovery")
        own = {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.issuer}/authorize?tenant=shop",
            "token_endpoint": f"{self.issuer}/token",
            "jwks_uri": f"{self.issuer}/jwks",
            "userinfo_endpoint": f"{self.issuer}/userinfo",
        }
        return JSONResponse(own | self.metadata)

    async def jwks(self, _: Request) -> Response:
        """Its keys."""
        self.calls.append("jwks")
        return JSONResponse({"keys": [key.as_dict(private=False) for key in self.keys]})

    async def authorize(self, request: Request) -> Response:
        """Log in whoever comes, and send him back."""
        asked = dict(request.query_params)
        assert asked["response_type"] == "code" and asked["code_challenge_method"] == "S256"
        assert (asked["client_id"], asked["tenant"]) == (CLIENT, "shop") and "openid" in asked["scope"].split()
        if self.error:
            return back(asked, error=self.error)
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = asked
        return back(asked, code=code, iss=self.issuer)

    async def token(self, request: Request) -> Response:
        """Tokens for a code."""
        self.calls.append("token")
        form = {name: values[0] for name, values in parse_qs((await request.body()).decode()).items()}
        asked = self.codes.pop(form.get("code", ""), None)
        challenge = base64.urlsafe_b64encode(hashlib.sha256(form.get("code_verifier", "").encode()).digest())
        if not is_client(request.headers.get("authorization", ""), form):
            return JSONResponse({"error": "invalid_client"}, 401)
        if asked is None or asked["code_challenge"] != challenge.rstrip(b"=").decode():
            return JSONResponse({"error": "invalid_grant"}, 400)
        assert form["redirect_uri"] == asked["redirect_uri"] and form["grant_type"] == "authorization_code"
        now = int(time.time())
        own = {"iss": self.issuer, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]}
        id_token = self.sign(self.bend({**own, **self.claims}))
        return JSONResponse({"access_token": "at", "token_type": "Bearer", "id_token": id_token})

    async def about(self, request: Request) -> Response:
        """What it says of whoever logged in, beside the ID token."""
        self.calls.append("userinfo")
        assert request.headers["authorization"] == "Bearer at"
        return JSONResponse(self.userinfo or {"sub": self.claims["sub"]})


def back(asked: dict[str, str], **more: str) -> Response:
    """Back to the client."""
    return RedirectResponse(f"{asked['redirect_uri']}?{urlencode({'state': asked['state'], **more})}", 302)


def is_client(authorization: str, form: dict[str, str]) -> bool:
    """Whether the client has shown its secret, in one of the two ways."""
    if form.get("client_secret"):
        return (form.get("client_id"), form["client_secret"]) == (CLIENT, SECRET)
    name, _, secret = base64.b64decode(authorization.removeprefix("Basic ")).decode().partition(":")
    return (unquote(name), unquote(secret)) == (CLIENT, SECRET)


def signed(claims: Claims, key: RSAKey = KEY, algorithm: str = "RS256", **header: str) -> str:
    """An ID token."""
    registry = JWSRegistry(algorithms=[algorithm])
    return jwt.encode({"alg": algorithm, "kid": key.kid, **header}, claims, key, registry=registry)


def signed_with_the_public_key(claims: Claims) -> str:
    """An ID token that is signed with what everybody knows (HS256 in place of RS256)."""
    content = ".".join(map(encoded, ({"alg": "HS256", "kid": "one"}, claims)))
    return f"{content}.{plain(hmac.digest(KEY.as_pem(private=False), content.encode(), 'sha256'))}"


def unsigned(claims: Claims) -> str:
    """An ID token that says itself that nobody signed it."""
    return ".".join(map(encoded, ({"alg": "none", "kid": "one"}, claims))) + "."


def encoded(part: Claims) -> str:
    """A part of a token."""
    return plain(json.dumps(part).encode())


def plain(content: bytes) -> str:
    """Bytes as they stand in a token."""
    return base64.urlsafe_b64encode(content).rstrip(b"=").decode()


@asynccontextmanager
async def standing_in() -> AsyncIterator[StandIn]:
    """The provider, listening."""
    listening = socket.create_server(("127.0.0.1", 0))
    provider = StandIn(f"http://127.0.0.1:{listening.getsockname()[1]}/realms/shop")
    routes = [
        Route("/realms/shop/.well-known/openid-configuration", provider.discovery),
        Route("/realms/shop/jwks", provider.jwks),
        Route("/realms/shop/authorize", provider.authorize),
        Route("/realms/shop/token", provider.token, methods=["POST"]),
        Route("/realms/shop/userinfo", provider.about),
    ]
    server = uvicorn.Server(uvicorn.Config(Starlette(routes=routes), log_config=None, timeout_graceful_shutdown=1))
    serving = asyncio.create_task(server.serve([listening]))
    try:
        yield provider
    finally:
        server.should_exit = True
        await serving
