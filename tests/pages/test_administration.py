"""The page of administration: for administrators alone, good to read in any width, and without a secret."""

from tests.pages.browser import Shop, check_page


async def test_an_administrator_sees_what_runs(shop: Shop) -> None:
    page = await shop.at_desk("/desk/administration")
    text = await page.inner_text("main")
    for words in ("Was läuft", "Einfrieren", "Abgleich mit Temporal", "Kataloge", "CANCELLATIONS_REPAIR_AFTER", "PT1H"):
        assert words in text
    assert await page.locator("#workers + ul li").count() == 1
    await check_page(page)
    await page.click("text=Zum Einfrieren")
    await page.wait_for_url("**/desk/freeze")
