"""The pages of a case, played in a browser as a person does; each of them is looked at by axe in every state."""

from datetime import date, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from tests.pages.browser import Shop, check_page
from tests.pages.desk import EXAMPLES
from tests.runs.harness import World

pytestmark = [pytest.mark.server, pytest.mark.slow]


async def stand(world: World, workflow_id: str) -> dict[str, Any]:
    """How a run stands, by its own word."""
    return await world.run(workflow_id).status()


async def click(page: Page, button: str) -> None:
    """Click a button by its ID and look at the page that follows."""
    await page.locator(f"#{button}").click()
    await page.wait_for_load_state()
    await check_page(page)


async def test_the_guides_way_from_pro_to_advanced_with_surplus_resolved_in_a_second_tab(shop: Shop):
    """L16 to L30: from the board over warning, licence check and order; the first tab hears of the second by itself."""
    await shop.world.load(*EXAMPLES)
    page = await shop.visit("K-1001", "/my")
    await page.locator("a[href='/my/cancel/edition/jtl']").first.click()
    await check_page(page)
    await page.get_by_label("JTL Advanced").check()
    await click(page, "look")
    await expect(page.locator("#means")).to_be_visible()
    await click(page, "start")
    await expect(page.locator(".notice.good")).to_contain_text("Der Vorgang hat begonnen")
    await expect(page.locator(".losses .loss")).to_have_count(2)
    await click(page, "acknowledge")
    await expect(page.locator("#licence-TT-11")).to_be_visible()

    second = await page.context.new_page()
    await second.goto(await page.locator("#licence-TT-11").get_attribute("href") or "")
    await click(second, "start")
    await expect(page.get_by_text("begonnen: Noch nicht abgesendet")).to_be_visible()
    await click(second, "place-order")

    await expect(page.locator("#place-order")).to_be_visible()
    await expect(page.locator("[data-news]")).to_contain_text("Neuer Stand")
    await check_page(page)
    assert (await page.locator("#place-order").inner_text()).startswith("Zum ")
    await click(page, "place-order")
    await expect(page.locator(".notice.good")).to_contain_text("Ihr Wechsel ist bei uns eingegangen")
    document = await stand(shop.world, "edition/K-1001/jtl")
    assert document["state"] == "scheduled"


async def test_package_0_needs_every_channel_ended_first(shop: Shop):
    """OP0-1: the channel's own end settles the check, and what is lost is acknowledged after it."""
    await shop.world.load(*EXAMPLES)
    page = await shop.visit("K-1009", "/my/cancel/order_package/orders?target=0")
    await click(page, "start")
    await expect(page.locator(".badge.bad")).to_contain_text("noch aktiv")
    await page.locator("#licence-M-91").click()
    await click(page, "start")
    await click(page, "place-order")
    await page.locator(".crumbs a").first.click()
    await expect(page.locator("#acknowledge")).to_be_visible()
    await click(page, "acknowledge")
    await click(page, "place-order")
    assert (await stand(shop.world, "order_package/K-1009/orders"))["state"] == "scheduled"


async def test_X6_a_day_beside_at_once_is_asked_back_before_anything_ends(shop: Shop):
    await shop.world.load(*EXAMPLES)
    page = await shop.visit("K-1001", "/my/cancel/pos/POS-12")
    await click(page, "start")
    await page.locator("#effective_on").fill(f"{date.today() + timedelta(days=40)}")  # noqa: DTZ011
    await click(page, "place-order")
    await expect(page.locator("#problem")).to_be_focused()
    await check_page(page)
    assert (await stand(shop.world, "pos/K-1001/POS-12"))["state"] == "order"
    await page.locator("#problem a").click()
    await page.locator("#when-later").check()
    await click(page, "place-order")
    assert (await stand(shop.world, "pos/K-1001/POS-12"))["state"] == "scheduled"


async def test_several_registers_are_switched_off_at_once(shop: Shop):
    await shop.world.load(*EXAMPLES)
    page = await shop.visit("K-1002", "/my/cancel-several?product=pos_wawi")
    await check_page(page)
    for number in ("POS-21", "POS-22", "POS-23"):
        await page.locator(f"#choose-{number}").check()
    await click(page, "start")
    await expect(page.locator("#under-way + ul > li")).to_have_count(3)
    await click(page, "together-do-1")
    for number in ("POS-21", "POS-22", "POS-23"):
        assert (await stand(shop.world, f"pos/K-1002/{number}"))["state"] == "applied"


@pytest.mark.shop(customer_centre="guided")
async def test_X12_a_guided_order_has_arrived_at_once_and_the_page_hears_when_it_is_booked(shop: Shop):
    await shop.world.load(*EXAMPLES)
    page = await shop.visit("K-1004", "/my/cancel/wms_user/U-42")
    await click(page, "start")
    await click(page, "place-order")
    await expect(page.get_by_text("es wird gerade gebucht")).to_be_visible()
    run = shop.world.run("wms_user/K-1004/U-42")
    await run.confirm("perform", proof={"reference": "B-1"})
    await expect(page.locator(".state").get_by_text("Vorgemerkt")).to_be_visible()
    await expect(page.get_by_text("es wird gerade gebucht")).to_have_count(0)


async def test_X11_a_slip_is_reported_without_a_promise(shop: Shop):
    await shop.world.load(*EXAMPLES)
    page = await shop.visit("K-1005", "/my/cancel/pos/POS-51")
    await click(page, "start")
    await click(page, "place-order")
    await expect(page.locator("#do-revoke")).to_have_count(0)
    await page.locator("#slip").click()
    await click(page, "start")
    await expect(page.locator("#problem")).to_be_focused()
    await page.get_by_role("link", name="Bitte schreiben Sie, was passiert ist.").click()
    await expect(page.locator("#explanation")).to_be_focused()
    await page.keyboard.type("Ich wollte die andere Kasse abschalten.")
    await click(page, "start")
    assert (await stand(shop.world, "misclick/K-1005/POS-51"))["state"] == "support_ticket"


async def test_CO4_what_ends_at_shopify_asks_for_a_proof(shop: Shop):
    await shop.world.load(*EXAMPLES)
    page = await shop.visit("K-1008", "/my/cancel/connector/C-81")
    await click(page, "start")
    await expect(page.get_by_text("Shopify").first).to_be_visible()
    await expect(page.locator("#slip")).to_have_count(0)
    await page.locator("#reference").fill("Rechnung 4711")
    await click(page, "hand-in-1")
    await expect(page.get_by_role("heading", name="Ihr Nachweis ist eingegangen")).to_be_visible()
    run = shop.world.run("connector/K-1008/C-81")
    await run.confirm("third_party")
    await expect(page.locator(".state").get_by_text("Beim anderen Anbieter beendet")).to_be_visible()


async def test_everything_works_by_keyboard_alone(shop: Shop):
    await shop.world.load(*EXAMPLES)
    page = await shop.visit("K-1001", "/my/cancel/shipping_module/SL-11")
    await by_keyboard(page, "start")
    await page.wait_for_url("**/my/cases/**")
    await by_keyboard(page, "when-now", press="Space")
    await by_keyboard(page, "place-order")
    await page.wait_for_url("**said=place_order**")
    assert (await stand(shop.world, "shipping_module/K-1001/SL-11"))["state"] == "applied"


async def by_keyboard(page: Page, wanted: str, press: str = "Enter") -> None:
    """Walk to a control by the tabulator, see that it is marked, and press a key."""
    for _ in range(60):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.id") == wanted:
            outline = await page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
            assert outline != "none", f"nobody sees that #{wanted} has the focus"
            await page.keyboard.press(press)
            return
    raise AssertionError(f"#{wanted} is not reached by the tabulator on {page.url}")


async def test_everything_works_without_a_script(shop: Shop):
    await shop.world.load(*EXAMPLES)
    page = await shop.visit("K-1001", "/my/cancel/edition/jtl", scripts=False)
    await page.get_by_label("JTL Advanced").check()
    for button in ("look", "start", "acknowledge"):
        await page.locator(f"#{button}").click()
    await page.locator("#override summary").click()
    await page.locator("#stays-1-TT-11").check()
    for button in ("go-on", "place-order"):
        await page.locator(f"#{button}").click()
    assert (await stand(shop.world, "edition/K-1001/jtl"))["state"] == "scheduled"


async def test_who_is_typing_is_not_disturbed_by_what_changes(shop: Shop):
    await shop.world.load(*EXAMPLES)
    page = await shop.visit("K-1004", "/my/cancel/wms_user/U-42")
    await click(page, "start")
    await click(page, "place-order")
    await page.locator("#revoke summary").click()
    await page.locator("#explanation").fill("Ich habe mich")
    run = shop.world.run("wms_user/K-1004/U-42")
    await run("request_revocation", explanation="aus einem anderen Fenster")
    await expect(page.locator("[data-stale]")).to_be_visible()
    await expect(page.locator("#explanation")).to_have_value("Ich habe mich")
