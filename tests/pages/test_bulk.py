"""Bulk decisions at the desk, by a person at a browser: fifty tasks, of which three fail."""

import asyncio
from typing import Any

import pytest
from playwright.async_api import Page, expect

from pages.desk.bulk import missing_in, several
from pages.desk.words import as_on_the_form
from tests.adapters.customers import licence
from tests.pages.browser import PHONE, Shop, check_page
from tests.runs.customers import customer_record
from tests.system.processes import until

pytestmark = pytest.mark.server
CUSTOMERS = [
    customer_record(customer=f"K-{n}", licences=[licence("KA-1", "key_accounting")]) for n in range(1001, 1006)
]


@pytest.mark.parametrize(
    ("form", "missing"),
    [
        ({}, ["decision"]),
        ({"choose": ["these"], "decision": ["confirm"]}, ["tasks"]),
        ({"choose": ["these"], "task": ["t-1"], "decision": ["confirm"]}, []),
        ({"choose": ["all"], "decision": ["reject"]}, []),
        ({"choose": ["all"], "decision": ["granted"], "confirm_anyway": ["1"]}, ["reason"]),
        ({"choose": ["all"], "decision": ["granted"], "confirm_anyway": ["1"], "note": ["so agreed"]}, []),
        ({"choose": ["all"], "decision": ["confirm"], "at": ["2027-03-28T02:30"]}, ["hour"]),
        ({"choose": ["all"], "decision": ["confirm"], "at": ["2027-03-28T03:30"]}, []),
    ],
)
def test_what_was_not_chosen_is_said_before_any_call_is_made(form, missing):
    assert missing_in(form, "moment", "Europe/Berlin") == missing


def test_tasks_of_one_run_are_told_apart_by_what_is_to_be_done():
    tasks = [{"workflow_id": name} for name in ("fulfillment/K-1/ffn", "pos/K-1/P-1", "fulfillment/K-1/ffn")]
    assert several(tasks) == {"fulfillment/K-1/ffn"}


def test_fields_and_decisions_in_a_text_of_a_call_are_called_as_on_the_form():
    said = as_on_the_form("de", {"reference": "page.desk.bulk.choose.proof"})
    assert said("Geben Sie unter `proof.reference` an <b>") == "Geben Sie unter <em>Nachweis</em> an &lt;b&gt;"
    assert said("`granted` oder `x`") == "<em>bewilligt</em> oder <code>x</code>"


async def tickets(shop: Shop, number: int) -> list[Any]:
    """So many open tickets, of which the last one is agreed with the customer and needs a day that others refuse."""
    await shop.world.load(*CUSTOMERS)

    async def ticket(n: int) -> Any:
        customer = f"K-{1001 + n % 5}"
        if n == number - 1:
            return await shop.world.request("key_accounting", customer, "key_accounting")
        return await shop.world.request("misclick", customer, f"case-{n}", explanation="booked twice")

    runs: list[Any] = []
    for begin in range(0, number, 10):
        runs += await asyncio.gather(*(ticket(n) for n in range(begin, min(begin + 10, number))))
    work_list = shop.world.adapters.work_list

    async def all_there() -> bool:
        return work_list.tasks(type="support_ticket").total == number

    await until(all_there)
    return runs


async def chosen(page: Page) -> None:
    """Grant what is chosen, and look at it."""
    await page.get_by_label("Bestätigen: bewilligt").check()
    await page.get_by_role("textbox", name="Anmerkung").fill("Von Hand berichtigt")
    await page.get_by_role("button", name="Weiter zur Prüfung").click()


@pytest.mark.timeout(600)
async def test_fifty_with_three_failing_from_the_choice_to_the_list_of_failures(shop: Shop):
    runs = await tickets(shop, 50)
    page = await shop.at_desk("/desk/bulk", name="anna")
    await check_page(page)
    await page.get_by_role("link", name="Neue Sammelentscheidung").click()
    await page.get_by_label("Art der Aufgaben").select_option(label="Entscheidung im Einzelfall")
    await page.get_by_role("button", name="Weiter").click()
    await expect(page.get_by_label("Alle 50 offenen Aufgaben")).to_be_checked()
    await check_page(page)
    # Wrong first: a rejection needs a reason.
    await page.get_by_label("Zurückweisen").check()
    await page.get_by_role("button", name="Weiter zur Prüfung").click()
    await expect(page.get_by_role("alert")).to_contain_text("Anmerkung")
    await expect(page.get_by_role("alert")).not_to_contain_text("note")
    await check_page(page)
    # Nothing is ticked of what is to be ticked.
    await page.get_by_label("Nur die angekreuzten").check()
    await page.get_by_role("button", name="Weiter zur Prüfung").click()
    await expect(page.get_by_role("alert")).to_contain_text("Bitte kreuzen Sie mindestens eine Aufgabe an")
    await page.get_by_label("Alle 50 offenen Aufgaben").check()
    await chosen(page)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Bitte prüfen: 50 Aufgaben")
    await expect(page.get_by_text("Von Hand berichtigt")).to_be_visible()
    await check_page(page)
    # Meanwhile one is decided by somebody else, and one run is ended by force.
    await runs[7](
        "confirm_task", by="otto", task=await runs[7].task("support_ticket"), decision="declined", note="Nein"
    )
    await runs[21].handle.terminate("by hand")
    await page.reload()
    await expect(page.get_by_text("Eine Aufgabe ist inzwischen nicht mehr offen")).to_be_visible()
    await page.get_by_role("button", name="50 Aufgaben entscheiden").click()
    # The page follows by itself.
    await expect(page.get_by_text("fertig").first).to_be_visible(timeout=90_000)
    await expect(page.get_by_text("47 von 50 entschieden").first).to_be_visible()
    await check_page(page)
    await page.get_by_role("link", name="fehlgeschlagen (3)").click()
    rows = page.locator("tbody tr")
    await expect(rows).to_have_count(3)
    listed = " ".join(await rows.all_inner_texts())
    assert "„otto“ war schneller" in listed and "unknown_task" in listed and "malformed" in listed
    async with page.expect_download() as download:
        await page.get_by_role("link", name="Fehlgeschlagene als Tabelle").click()
    written = (await (await download.value).path()).read_text("utf-8-sig")
    assert len(written.splitlines()) == 4 and "war schneller" in written
    await page.get_by_role("button", name="Die 3 fehlgeschlagenen erneut senden").click()
    await expect(page.get_by_text("47 von 50 entschieden").first).to_be_visible(timeout=30_000)
    await expect(page.get_by_text("fertig").first).to_be_visible(timeout=30_000)
    for run in (run for n, run in enumerate(runs) if n not in (7, 21, 49)):
        decided = [line for line in (await run.status())["timeline"] if line["event"] == "confirm_task"]
        assert [line["by"] for line in decided] == ["anna"]


async def test_chosen_by_hand_paused_and_stopped_without_javascript(shop: Shop, monkeypatch):
    monkeypatch.setattr("activities.bulk_decisions.EACH_S", 2)
    await tickets(shop, 6)
    page = await shop.at_desk(
        "/desk/bulk/new?type=support_ticket&kind=misclick", name="anna", size=PHONE, scripts=False
    )
    await page.get_by_label("Nur die angekreuzten").check()
    boxes = page.locator("[name=task]")
    assert await boxes.count() == 5
    for n in range(4):
        await boxes.nth(n).check()
    await chosen(page)
    await expect(page.get_by_role("heading", level=1)).to_have_text("Bitte prüfen: 4 Aufgaben")
    await page.get_by_role("button", name="4 Aufgaben entscheiden").click()
    await page.get_by_role("button", name="Anhalten").click()
    await expect(page.get_by_text("angehalten").first).to_be_visible()
    await expect(page.get_by_role("button", name="Fortsetzen")).to_be_visible()
    await page.get_by_role("button", name="Abbrechen").click()
    await expect(page.get_by_text("abgebrochen").first).to_be_visible()
    await expect(page.get_by_role("link", name="nicht gesendet")).to_be_visible()
    assert await page.get_by_role("button", name="Fortsetzen").count() == 0


async def test_a_date_that_the_check_asks_about_can_be_meant_so(shop: Shop):
    (run,) = await tickets(shop, 1)
    page = await shop.at_desk("/desk/bulk/new?type=support_ticket&kind=key_accounting", name="anna")
    await page.get_by_label("Tag", exact=True).fill("2031-03-31")
    await chosen(page)
    asked = page.locator("li.fault")
    await expect(asked).to_contain_text("Bitte sehen Sie noch einmal hin")
    await expect(asked).to_contain_text("Der Termin ist so gemeint")
    await expect(asked).not_to_contain_text("confirm_anyway")
    await page.go_back()
    await page.get_by_label("Der Termin ist so gemeint").check()
    await page.get_by_role("textbox", name="Anmerkung").fill("")
    await page.get_by_role("button", name="Weiter zur Prüfung").click()
    await expect(page.get_by_role("alert")).to_contain_text("warum der Termin so gemeint ist")
    await expect(page.get_by_label("Der Termin ist so gemeint")).to_be_checked()
    await check_page(page)
    await chosen(page)
    await expect(page.locator("li.fault")).to_have_count(0)
    await expect(page.get_by_text("Der Termin ist so gemeint")).to_be_visible()
    await page.get_by_role("button", name="1 Aufgabe entscheiden").click()
    await expect(page.get_by_text("1 von 1 entschieden").first).to_be_visible()
    status = await run.status()
    assert status["effective_day"] == "2031-04-01"
