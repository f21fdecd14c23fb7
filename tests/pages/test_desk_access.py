"""An operator at the desk's door, in Chromium: logging in by keyboard, by a provider, and what is said there."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import expect
from pydantic import SecretStr

from tests.pages.browser import Shop, check_page, open_shop
from tests.portal.access import KEY
from tests.portal.identities import StandIn, standing_in
from tests.strong import ANNA

GUARDED = {"operator_tokens": {"anna": (SecretStr(ANNA),)}, "session_secret": (SecretStr(KEY),)}


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[StandIn]:
    """A provider that listens."""
    async with standing_in() as provider:
        yield provider


@pytest.mark.shop(**GUARDED)
async def test_by_keyboard_alone_one_logs_in_changes_the_language_and_leaves(shop: Shop) -> None:
    page = await (await shop.window()).new_page()
    await page.goto("/desk?a=1")
    await check_page(page)
    await page.locator("#given").focus()
    await page.keyboard.type("wrong")
    await page.keyboard.press("Enter")
    await expect(page.locator("#fault")).to_contain_text("nicht bekannt")
    await check_page(page)
    await page.locator("#given").focus()
    await page.keyboard.type(ANNA)
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/tasks")
    await page.goto("/desk/nothing")
    await expect(page.get_by_role("navigation")).to_contain_text("Aufgaben")
    await check_page(page)
    await page.get_by_role("button", name="Switch to English").focus()
    await page.keyboard.press("Enter")
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator("footer")).to_contain_text("Logged in: anna (everything, administration too)")
    await page.get_by_role("button", name="Log out").focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/desk/login")


@pytest.mark.shop(**GUARDED)
async def test_what_was_entered_when_the_session_ended_is_still_there(shop: Shop) -> None:
    page = await shop.at_desk("/desk/nothing")
    other = await page.context.new_page()
    await other.goto("/desk/nothing")
    await other.get_by_role("button", name="Abmelden").click()
    await other.close()
    await page.get_by_role("button", name="Switch to English").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Bitte melden Sie sich neu an")
    await check_page(page)
    async with page.expect_popup() as opened:
        await page.get_by_role("link", name="Anmeldung in neuem Tab öffnen").click()
    tab = await opened.value
    await tab.fill("[name=token]", ANNA)
    await tab.press("[name=token]", "Enter")
    await tab.wait_for_url("**/desk/tasks")
    await tab.close()
    await page.get_by_role("button", name="Ich bin angemeldet: weiter").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Noch einmal absenden")
    await check_page(page)
    await page.get_by_role("button", name="Jetzt absenden").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    assert page.url.endswith("/desk/nothing")


async def test_by_a_provider_one_logs_in_and_is_told_why_not(
    server_address: str, tmp_path: Path, provider: StandIn
) -> None:
    async with open_shop(server_address, tmp_path, **GUARDED, **provider.settings) as shop:
        page = await (await shop.window()).new_page()
        await page.goto("/desk?a=1")
        await check_page(page)
        provider.claims["groups"] = ["others"]
        await page.get_by_role("link", name="Anmelden bei 127.0.0.1").click()
        await expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Konto darf hier noch nicht arbeiten")
        await check_page(page)
        provider.claims["groups"] = ["ops"]
        await page.goto("/desk?a=1")
        await page.get_by_role("link", name="Anmelden bei 127.0.0.1").click()
        await page.wait_for_url("**/desk/tasks")
        await page.goto("/desk/nothing")
        await expect(page.locator("footer")).to_contain_text("oidc:anna (lesen und entscheiden)")
