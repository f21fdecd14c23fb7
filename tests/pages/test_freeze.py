"""Freezing at the desk: a look before it is done, the banner on every page, the release, the log."""

from datetime import UTC, datetime

import pytest
from playwright.async_api import expect

from catalogue.texts import known
from pages.desk.freeze import fault_of
from pages.forms import moment_in
from tests.pages.browser import PHONE, Shop, check_page
from tests.pages.desk import Desk
from tests.pages.open_tasks import opened
from tests.runs.customers import customer_record
from tests.system.processes import until

SAID = "Ihre Entscheidung gilt sofort; Buchungen, Änderungen, Tickets und Nachrichten an Kunden"
RESTS = "Gerade ruhen bei uns alle Buchungen und Änderungen."


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
    assert "bis jetzt; ein Ende ist nicht geplant." in await page.inner_text("[aria-labelledby=falls]")
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


def freeze(desk: Desk | Shop) -> None:
    """Freeze all effects."""
    desk.world.adapters.freezes.freeze("anna", "Falsche Preise", None, datetime.now(UTC))


@pytest.mark.server
@pytest.mark.timeout(300)
async def test_before_a_decision_it_is_said_that_what_follows_waits(shop: Shop) -> None:
    task = await opened(shop.world, "revocation")
    page = await shop.at_desk(f"/desk/tasks/{task}", size=PHONE)
    await page.locator("#choice-granted").check()
    await page.locator("#look").click()
    await expect(page.locator("#consequence")).to_be_visible()
    assert SAID not in await page.inner_text("main")
    freeze(shop)  # between the look and the decision: what it does now is shown first
    await page.locator("#decide-so").click()
    await expect(page.locator(".consequence .at-rest")).to_contain_text(SAID)
    await check_page(page)
    shown = await page.inner_text(".consequence")
    await page.locator("#decide-so").click()
    await expect(page.get_by_role("status")).to_contain_text("Entschieden:")
    assert "Falsche Preise" not in shown
    other = await shop.at_desk(f"/desk/tasks/{await opened(shop.world, 'clarify_cost')}")
    await expect(other.locator(".beforehand .at-rest")).to_have_count(1)


@pytest.mark.server
async def test_before_many_decisions_it_is_said_too(desk: Desk) -> None:
    await desk.world.load(customer_record())
    for name in ("a", "b"):
        await desk.world.request("misclick", "K-1001", name, explanation="verklickt")
    freeze(desk)
    work_list = desk.world.adapters.work_list

    async def listed() -> bool:
        return work_list.tasks(type="support_ticket").total == 2

    await until(listed)
    browser = await desk.operator()
    page = await browser.open("/desk/bulk/new?type=support_ticket")
    page = await page.send("note", choose="all", decision="declined", note="Nicht unseres")
    assert page.status == 200 and SAID in page.text, page.text


@pytest.mark.server
async def test_a_customer_reads_before_the_order_what_the_rest_means_for_the_date(desk: Desk) -> None:
    browser = await desk.browser("K-1002")
    dated = await (await browser.open("/my/cancel/order_package/orders?target=1000")).send("start")
    dated = await dated.send("acknowledge") if dated.has("acknowledge") else dated
    assert dated.has("place-order") and RESTS not in dated.text
    freeze(desk)
    dated = await browser.open(dated.url)
    assert f"{RESTS} Was Sie absenden, zählt sofort; gebucht wird es" in dated.text
    assert "An Ihrem Termin ändert das nichts." in dated.text and "Falsche Preise" not in dated.text
    several = await browser.open("/my/cancel-several?product=pos_wawi")
    several = await several.send("start", licences=["POS-21", "POS-23"])
    assert several.has("together-do-1") and "es gilt ab dem Tag, an dem das geschieht." in several.text
    one = await browser.open("/my/cases/pos/K-1002/POS-21")
    assert "es gilt ab dem Tag, an dem das geschieht." in one.text and "An Ihrem Termin" not in one.text
    sent = await one.send("place-order")
    assert "Sie müssen nichts tun" in sent.text
    assert (await desk.status("pos/K-1002/POS-21"))["waiting_for"] == ["system"]
    looked = await browser.open("/my/what-if?end=edition:jtl&when=compare")
    assert looked.text.count(RESTS) == 1  # now; nobody knows of the date after


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ("2027-03-28T02:30", "until_skipped"),
        ("2020-03-29T02:30", "until_skipped"),
        ("2020-01-01T08:00", "until_wrong"),
        ("soon", "until_wrong"),
        ("2199-01-01T08:00", None),
        ("", None),
    ],
)
def test_an_end_at_an_hour_that_clocks_skip_is_said_to_be_none(given: str, fault: str | None) -> None:
    zone = "Europe/Berlin"
    assert fault_of({"reason": ["a"], "until": [given]}, moment_in(given, zone), zone) == fault
    assert fault is None or known(f"page.desk.freeze.begin_{fault}")
