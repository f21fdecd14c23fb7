"""What was told by mail, on the pages: at the desk by case and by customer, and the customer's own to read again."""

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Page, expect

from states.model.names import case_number
from states.model.sent_mails import SentMail
from tests.canary import mail_with_canaries
from tests.pages.browser import Shop, check_page
from tests.pages.desk import EXAMPLES, Desk
from tests.pages.test_case_acts import ordered
from tests.runs.harness import World

pytestmark = pytest.mark.server
CASE = "wms_user/K-1004/U-42"
NASTY = "</div></details><script>alert(1)</script><img src=x onerror=alert(2)> **fett** [hier](https://evil.example)"
ESCAPED = "&lt;/div&gt;&lt;/details&gt;&lt;script&gt;alert(1)&lt;/script&gt;&lt;img src=x onerror=alert(2)&gt; **fett**"


async def run_of(world: World) -> str:
    """The run ID of the case."""
    return str((await world.run(CASE).status())["run_id"])


def keep(desk: Desk, number: int, run_id: str, **more: Any) -> None:
    """A mail about the case that went out."""
    known: dict[str, Any] = {"workflow_id": CASE, "run_id": run_id, "case_number": case_number(CASE, run_id)}
    known |= {"customer": "K-1004", "addresses": ("kontakt@muster.example",), "template": "applied"}
    known |= {"subject": f"Mail Nummer {number:03}", "message_id": f"<{number}@shop.example>"}
    known |= {"sent_at": datetime.now(UTC) + timedelta(minutes=number)}
    mail: SentMail = mail_with_canaries(**known | more)
    desk.app.state.portal.adapters.sent_mails.keep(f"k-{number}", mail)


async def test_what_customers_wrote_is_their_words_on_every_page_that_shows_a_mail(desk: Desk) -> None:
    browser = await desk.browser("K-1004")
    await ordered(browser, "wms_user", "U-42")
    keep(
        desk,
        1,
        await run_of(desk.world),
        subject=NASTY,
        text=f"Guten Tag {NASTY},\n\nzweite Zeile",
        attachments=(NASTY,),
    )
    operator = await desk.operator()
    for reader, address in (
        (browser, f"/my/cases/{CASE}"), (browser, f"/my/cases/{CASE}/mails"),
        (operator, f"/desk/cases/{CASE}"), (operator, f"/desk/cases/{CASE}/mails"),
        (operator, "/desk/customers/K-1004"), (operator, "/desk/customers/K-1004/mails"),
    ):  # fmt: skip
        page = await reader.open(address)
        assert page.status == 200, address
        assert page.html.count(ESCAPED) >= 3, f"{address}: subject, text and attachment"
        assert "<script>alert" not in page.html and "<img src=x" not in page.html
        assert 'href="https://evil.example"' not in page.html and "<b>" not in page.html


async def test_a_customer_sees_what_went_to_him_alone_and_nobody_elses(desk: Desk) -> None:
    browser = await desk.browser("K-1004")
    await ordered(browser, "wms_user", "U-42")
    run_id = await run_of(desk.world)
    keep(desk, 1, run_id, to="operators", subject="Nur intern")
    keep(desk, 2, run_id, subject="Auch für ihn")
    page = await browser.open(f"/my/cases/{CASE}/mails")
    assert "Auch für ihn" in page.text and "Nur intern" not in page.text and "kontakt@muster.example" not in page.text
    other = await desk.browser("K-1001")
    assert (await other.open(f"/my/cases/{CASE}/mails")).status == 404
    theirs = await (await desk.operator()).open(f"/desk/cases/{CASE}")
    assert "Nur intern" in theirs.text and "nur an Bearbeiter: kontakt@muster.example" in theirs.text


async def test_more_than_a_page_of_them_goes_on_at_the_desk_and_for_the_customer(desk: Desk) -> None:
    browser = await desk.browser("K-1004")
    await ordered(browser, "wms_user", "U-42")
    run_id = await run_of(desk.world)
    for number in range(120):
        keep(desk, number, run_id)
    operator = await desk.operator()
    for reader, first, newest in (
        (browser, f"/my/cases/{CASE}", f"/my/cases/{CASE}/mails"),
        (operator, f"/desk/cases/{CASE}", f"/desk/cases/{CASE}/mails"),
        (operator, "/desk/customers/K-1004", "/desk/customers/K-1004/mails"),
    ):
        page = await reader.open(first)
        seen: list[str] = []
        while True:
            found = [f"{number:03}" for number in range(119, -1, -1) if f"Mail Nummer {number:03}" in page.text]
            assert found and not set(found) & set(seen)
            seen += found
            older = re.search(r'href="([^"]+)">Ältere E-Mails', page.html)
            if older is None:
                break
            page = await reader.open(older[1].replace("&amp;", "&"))
            assert page.status == 200 and f'href="{newest}"' in page.html
        assert seen == [f"{number:03}" for number in range(119, -1, -1)], first
    wrong = await operator.open(f"/desk/cases/{CASE}/mails?cursor=x")
    assert wrong.status == 422
    for address in ("/desk/cases/wms_user/K-1004/none/mails", "/desk/cases/x/y/z/mails", "/desk/customers/K-0/mails"):
        assert (await operator.open(address)).status == 404, address
    assert (await browser.open("/my/cases/wms_user/K-1004/none/mails")).status == 404


async def until_told(page: Page, number: int) -> list[dict[str, Any]]:
    """The mails of the case, as soon as there are so many."""
    for _ in range(400):
        answer = await page.request.get(f"/cancellations/{CASE}/mails")
        assert answer.ok, await answer.text()
        items: list[dict[str, Any]] = (await answer.json())["items"]
        if len(items) >= number:
            return items
        await asyncio.sleep(0.05)
    raise AssertionError(items)


@pytest.mark.shop(customer_centre="guided")
async def test_a_mail_is_opened_by_keyboard_and_read_as_it_went_out_by_the_customer_and_at_the_desk(shop: Shop) -> None:
    await shop.world.load(*EXAMPLES)
    run = await shop.world.request("wms_user", "K-1004", "U-42", by="chef@kunde.example")
    await run("place_order", by="chef@kunde.example")
    task = await run.task("perform")
    theirs = await shop.visit("K-1004", f"/my/cases/{CASE}")
    (mail, *_) = await until_told(theirs, 1)
    await theirs.reload()
    await read_by_keyboard(theirs, mail)

    page = await shop.at_desk(f"/desk/tasks/{task}", language="en-GB")
    await check_page(page)
    await page.locator("#told-by-mail").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Mails about this case")
    await read_by_keyboard(page, mail)
    record = next(record for record in EXAMPLES if record["customer"] == "K-1004")
    await expect(page.locator(".mails summary").first).to_contain_text(f"to {record['email']}")
    assert await page.locator(".mails .mail-words").first.get_attribute("lang") == record["language"] == "de"
    await page.get_by_role("link", name="To the case").click()
    await read_by_keyboard(page, mail)
    await page.goto("/desk/customers/K-1004")
    await read_by_keyboard(page, mail)
    await page.locator(".mails a").first.click()
    await expect(page.get_by_role("heading", level=2, name="Timeline")).to_be_visible()


async def read_by_keyboard(page: Page, mail: dict[str, Any]) -> None:
    """The newest mail on the page is opened and read; and axe looks at it."""
    summary = page.locator(".mails summary").first
    await expect(summary).to_contain_text(mail["subject"])
    words = page.locator(".mails .mail-words").first
    await expect(words).to_be_hidden()
    await summary.focus()
    await page.keyboard.press("Enter")
    await expect(words).to_be_visible()
    assert " ".join((await words.inner_text()).split()) == " ".join(mail["text"].split())
    assert len((await words.inner_text()).splitlines()) == len(mail["text"].splitlines()), "line by line"
    await check_page(page)
