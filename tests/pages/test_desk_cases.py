"""Cases and customers at the desk: from a name to the customer, his case and its task."""

import pytest
from playwright.async_api import expect

from states.views.audience import customer_view
from tests.pages.browser import PHONE, Shop, check_page
from tests.pages.desk import EXAMPLES

pytestmark = pytest.mark.server
CUSTOMER = next(record for record in EXAMPLES if record["customer"] == "K-1004")


async def a_case(shop: Shop) -> str:
    """A case with a task, a note and a receipt; answers the task."""
    await shop.world.load(*EXAMPLES)
    run = await shop.world.request("wms_user", "K-1004", "U-42", by="chef@kunde.example")
    await run("place_order", by="chef@kunde.example")
    return await run.task("perform")


@pytest.mark.shop(customer_centre="guided")
async def test_from_a_name_to_the_customer_the_case_and_its_task(shop: Shop) -> None:
    task = await a_case(shop)
    page = await shop.at_desk("/desk/cases")
    await check_page(page)
    await page.get_by_label("Kunde, Vorgang, Lizenz").fill(CUSTOMER["name"].upper()[:6])
    await page.get_by_role("button", name="Suchen").click()
    await check_page(page)
    await page.get_by_role("link", name=CUSTOMER["name"]).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text(CUSTOMER["name"])
    await check_page(page)
    await page.locator("[aria-labelledby=open-cases]").get_by_role("link").first.click()
    await expect(page.get_by_role("heading", level=2, name="Verlauf")).to_be_visible()
    await check_page(page)
    number = await page.locator("dt:has-text('Vorgangsnummer') + dd").inner_text()
    assert await page.get_by_role("link", name="Temporal").get_attribute("href")
    link = page.locator("[aria-labelledby=tasks]").get_by_role("link")
    assert await link.get_attribute("href") == f"/desk/tasks/{task}"
    # By each number that somebody may have of it.
    for wanted, address in (
        (number.lower(), "/desk/cases/wms_user/K-1004/U-42"), ("u-42", "/desk/cases/wms_user/K-1004/U-42"),
        (task, f"/desk/tasks/{task}"), ("k-1004", "/desk/customers/K-1004"),
    ):  # fmt: skip
        await page.goto(f"/desk/cases?q={wanted}")
        assert await page.locator(f"main a[href='{address}']").count() == 1, wanted
    await page.goto("/desk/cases?q=niemand")
    await expect(page.get_by_text("Zu „niemand“ ist nichts da")).to_be_visible()
    await page.goto("/desk/cases?effective_from=2027-13-01")
    await expect(page.get_by_role("alert")).to_contain_text("effective_from")
    await page.goto("/desk/cases?kind=wms_user&open=open&waiting_for=operator")
    await expect(page.get_by_role("row", name="K-1004")).to_have_count(1)
    await expect(page.get_by_role("row", name="K-1004")).to_contain_text(CUSTOMER["name"])
    await page.goto("/desk/cases?kind=wms_user&open=ended")
    await expect(page.get_by_text("keinen Vorgang")).to_be_visible()
    await page.set_viewport_size({"width": PHONE[0], "height": PHONE[1]})
    await page.goto("/desk/cases")
    for path in ("/desk/cases/wms_user/K-1004/none", "/desk/customers/K-nobody", "/desk/cases/x/y/z"):
        answer = await page.goto(path)
        assert answer and answer.status == 404, path


async def test_what_is_begun_for_a_customer_says_so_to_both(shop: Shop) -> None:
    await shop.world.load(*EXAMPLES)
    page = await shop.at_desk("/desk/customers/K-1004", name="anna-berger")
    await page.locator("a[href='/desk/customers/K-1004/start/wms_user/U-42']").click()
    await check_page(page)
    await page.get_by_role("button", name="Beginnen").click()  # without saying who asked for it
    await expect(page.get_by_role("alert")).to_contain_text("Wer hat darum gebeten, und wie?")
    await expect(page.get_by_role("alert")).not_to_contain_text("note")
    assert not (await page.request.get("/cancellations/wms_user/K-1004/U-42")).ok
    await page.get_by_label("Wer hat darum gebeten").fill("Herr Geheim, am Telefon")
    await page.get_by_label("Grund, falls").select_option(label="Die Kosten sind zu hoch")
    await page.get_by_role("button", name="Beginnen").click()
    await expect(page.get_by_role("heading", level=2, name="Verlauf")).to_be_visible()
    await expect(page.locator("[aria-labelledby=stand]")).to_contain_text("Die Kosten sind zu hoch")
    await expect(page.locator("[aria-labelledby=history] li").first).to_contain_text("Bearbeiter (anna-berger)")
    await expect(page.locator("[aria-labelledby=comments]")).to_contain_text("Herr Geheim, am Telefon")
    await check_page(page)
    theirs = await shop.visit("K-1004", "/my/cases/wms_user/K-1004/U-42")
    await expect(theirs.locator("main")).to_contain_text("Wir haben den Vorgang für Sie begonnen")
    await expect(theirs.locator("main")).to_contain_text("Auf Ihren Wunsch")
    document = await shop.world.run("wms_user/K-1004/U-42").status()
    assert "anna-berger" in str(document) and "Geheim" not in str(document)
    said = await theirs.content() + str(customer_view(document, "JTL"))
    assert "anna-berger" not in said and "Geheim" not in said
