"""Freezing at the desk: a look before it is done, the banner on every page, the release, the log."""

from tests.pages.browser import PHONE, Shop, check_page


async def test_an_administrator_looks_freezes_and_releases(shop: Shop) -> None:
    page = await shop.at_desk("/desk/freeze")
    await check_page(page)
    await page.fill("#reason", "Falsche Preise im Katalog")
    await page.fill("#until", "2020-01-01T08:00")
    await page.click("text=Ansehen, was das aufhält")
    assert "die noch kommen" in await page.inner_text("#until-fault")
    assert await page.input_value("#reason") == "Falsche Preise im Katalog"
    await page.fill("#until", "2199-01-01T08:00")
    await page.click("text=Ansehen, was das aufhält")
    assert "Wirklich einfrieren?" in await page.inner_text("h1")
    assert shop.world.adapters.freezes.standing() is None  # only looked at
    await check_page(page)
    await page.click("text=Jetzt alles einfrieren")
    await page.wait_for_url("**/desk/freeze")
    standing = shop.world.adapters.freezes.standing()
    assert standing is not None and (standing.by, standing.reason) == ("anna", "Falsche Preise im Katalog")
    assert "1. Januar 2199, 08:00" in await page.inner_text(".frozen")
    await check_page(page)

    await page.fill("#note", "Preise stimmen wieder")
    await page.click("text=Alle Wirkungen freigeben")
    await page.wait_for_url("**/desk/freeze")
    assert shop.world.adapters.freezes.standing() is None
    assert "Alles läuft" in await page.inner_text("main")
    assert "Preise stimmen wieder" in await page.inner_text("table")
    await check_page(page)


async def test_all_of_it_goes_without_scripts(shop: Shop) -> None:
    page = await shop.at_desk("/desk/freeze", scripts=False)
    await page.fill("#reason", "x")
    await page.click("text=Ansehen, was das aufhält")
    await page.click("text=Jetzt alles einfrieren")
    await page.goto("/desk/administration")
    assert "Alle Wirkungen sind eingefroren" in await page.inner_text(".frozen-banner")
    await page.click(".frozen-banner a")
    await page.fill("#note", "y")
    await page.click("text=Alle Wirkungen freigeben")
    await page.wait_for_selector(".notice.good")
    assert shop.world.adapters.freezes.standing() is None


async def test_whoever_is_second_is_told_who_was_first(shop: Shop) -> None:
    anna, otto = await shop.at_desk("/desk/freeze"), await shop.at_desk("/desk/freeze", "otto", size=PHONE)
    for page in (anna, otto):
        await page.fill("#reason", "x")
        await page.click("text=Ansehen, was das aufhält")
    await anna.click("text=Jetzt alles einfrieren")
    await anna.wait_for_url("**/desk/freeze")
    await otto.click("text=Jetzt alles einfrieren")
    assert "von anna" in await otto.inner_text("[role=alert]")
    await check_page(otto)
