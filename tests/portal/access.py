"""Portals that ask for an authority, and who has one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import SecretStr
from temporalio.client import Client

from settings import Settings
from tests.portal.conftest import Caller
from tests.strong import ANNA, OTTO

SHOP, APP, APP_BEFORE = "Kp2xW9dLr4-Tz7bQs1vGm8", "yB6nC3fHj5_Ue0aXk8wRd2", "tV1gM7zPq9-Sc4eYo2iNf6"
KEY, KEY_BEFORE = "Lw5rB8kDx2_Fh9tZn3uQj7", "gE4mS0vCy6-Ap1iRb9wTk3"
SECRET = "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0"
TOKENS: dict[str, Any] = {
    "operator_tokens": {"anna": (SecretStr(ANNA),), "otto": (SecretStr(OTTO),)},
    "portal_tokens": {"shop": (SecretStr(SHOP),), "app": (SecretStr(APP), SecretStr(APP_BEFORE))},
}
SIGNED: dict[str, Any] = {"webhook_secret": (SecretStr(SECRET),)}
BACK = "https://konto.shop.example"


def bearer(token: str) -> dict[str, str]:
    """The header of a token."""
    return {"authorization": f"Bearer {token}"}


OPERATOR, PORTAL = bearer(ANNA), bearer(SHOP)


@asynccontextmanager
async def opened(client: Client, settings: Settings, **changes: Any) -> AsyncIterator[Caller]:
    """A portal under these settings, beside others on the same database."""
    caller = Caller(client, settings.model_copy(update={"session_secret": (SecretStr(KEY),), **changes}))
    try:
        yield caller
    finally:
        await caller.close()


async def link_for(caller: Caller, customer: str, **wanted: Any) -> str:
    """The path of a link for a customer."""
    made = await caller.http.post("/customer-sessions", json={"customer": customer, **wanted}, headers=PORTAL)
    assert made.status_code == 201, made.text
    parts = urlsplit(made.json()["url"])
    return f"{parts.path}?{parts.query}"


@asynccontextmanager
async def browser(caller: Caller, link: str | None = None) -> AsyncIterator[httpx.AsyncClient]:
    """A browser with cookies of its own, which has followed a link."""
    transport = httpx.ASGITransport(caller.app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=str(caller.http.base_url)) as visitor:
        if link is not None:
            entered = await visitor.get(link)
            assert entered.status_code == 303, entered.text
        yield visitor


def clock_at(monkeypatch: Any, since: datetime | None = None, **shift: float) -> None:
    """Let the portal's clock show another moment than it is; `since`: let it stand, so long after that one."""

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return (since or datetime.now(tz or UTC)) + timedelta(**shift)

    for module in ("portal.session_routes", "portal.authority"):
        monkeypatch.setattr(f"{module}.datetime", Shifted)
