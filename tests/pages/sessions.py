"""How tests of pages are logged in: by a link, as a customers' portal gets one."""

from typing import Any
from urllib.parse import urlsplit

import httpx
from playwright.async_api import BrowserContext, Page

from settings import Settings


def token_of(settings: Settings) -> dict[str, str]:
    """The headers of the portal that vouches for the customer, where tokens are set."""
    token = next((token for tokens in settings.portal_tokens.values() for token in tokens), None)
    return {"authorization": f"Bearer {token.get_secret_value()}"} if token else {}


def path_of(link: dict[str, Any]) -> str:
    """A link without the address of the portal."""
    parts = urlsplit(link["url"])
    return f"{parts.path}?{parts.query}"


async def log_in(
    context: BrowserContext, settings: Settings, address: str, customer: str, language: str = "de", **wanted: Any
) -> None:
    """Log a browser in. `wanted`: what else `POST /customer-sessions` takes."""
    made = await context.request.post(
        f"{address}/customer-sessions",
        data={"customer": customer, "language": language, **wanted},
        headers=token_of(settings),
    )
    assert made.status == 201, await made.text()
    entered = await context.request.get(f"{address}{path_of(await made.json())}", max_redirects=0)
    assert entered.status == 303, await entered.text()


async def logged_in(
    http: httpx.AsyncClient, settings: Settings, customer: str, language: str = "de", **wanted: Any
) -> None:
    """Log an HTTP client in. `wanted`: what else `POST /customer-sessions` takes."""
    document = {"customer": customer, "language": language, **wanted}
    made = await http.post("/customer-sessions", json=document, headers=token_of(settings))
    assert made.status_code == 201, made.text
    entered = await http.get(path_of(made.json()))
    assert entered.status_code == 303, entered.text


async def log_in_operator(page: Page, settings: Settings, name: str) -> None:
    """Log an operator in by the form: with a token where some are set, by the name alone where nothing is guarded."""
    await page.goto("/desk/login")
    tokens = settings.operator_tokens.get(name)
    field, given = ("[name=token]", tokens[0].get_secret_value()) if tokens else ("[name=name]", name)
    await page.fill(field, given)
    await page.press(field, "Enter")
    await page.wait_for_url(lambda address: "/desk" in address and "/desk/login" not in address)
