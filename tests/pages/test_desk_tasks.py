"""The page of the work list: what it shows, what its filters ask, and what an operator does on it."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import expect

from catalogue.gist import gist, in_plain_words
from states.model.status import TaskEntry, TaskList, TaskRow
from tests.pages.browser import PHONE, Shop, check_page
from tests.pages.desk import EXAMPLES

CANARY = "kanarie-9f2c"


def task(name: str, type_: str = "perform", text: str = "**Bitte klicken:** hier.", **more: Any) -> TaskRow:
    """A task; `due`, `deadline`: so many days from now."""
    now = datetime.now(UTC)
    moments = {key: now + timedelta(days=more.pop(key)) if key in more else None for key in ("due", "deadline")}
    entry = TaskEntry(
        task=name, type=type_, due_at=moments["due"], instructions=text, decisions=(), proof_required=False
    )
    return TaskRow(entry=entry, text="perform_order", subject=None, ticket=False, deadline=moments["deadline"], **more)


async def fill(shop: Shop, many: int = 0) -> None:
    """Customers, and tasks of each urgency; `many` more that are due later."""
    await shop.world.load(*EXAMPLES)
    work_list = shop.world.adapters.work_list

    def write(workflow_id: str, *rows: TaskRow, **about: Any) -> None:
        kind, customer, _ = workflow_id.split("/")
        run = {"workflow_id": workflow_id, "run_id": "r1", "kind": kind, "customer": customer}
        work_list.write(TaskList(**run, **about, tasks=rows), {})

    write("edition/K-1001/jtl", task("t-overdue", due=-2), current="jtl_pro")
    write("order_package/K-1002/orders", task("t-near", "clarify_cost", deadline=3), current=2500)
    write("misclick/K-1005/edition.jtl", task("t-undated", "support_ticket", r"**Bitte prüfen:** \# <b>x</b> \*y\*"))
    write("fulfillment/K-1004/ffn", task("t-proof", "third_party", awaits_proof=True))
    write("pos/K-1003/POS-21", *(task(f"t-{number:03}", due=20 + number / 100) for number in range(many)))


async def rows(page: Any) -> list[str]:
    """The tasks on the page, in order."""
    found: list[str] = await page.locator("table.tasks tbody tr").evaluate_all("rows => rows.map(row => row.id)")
    return found


async def test_the_most_urgent_comes_first_with_whose_it_is_and_who_has_it(shop: Shop) -> None:
    await fill(shop)
    page = await shop.at_desk("/desk/tasks")
    assert await rows(page) == ["t-overdue", "t-near", "t-undated"]
    overdue = page.locator("#t-overdue")
    await expect(overdue).to_contain_text("Überfällig")
    await expect(overdue).to_contain_text("Spielwaren Sonnenschein GmbH")
    await expect(overdue).to_contain_text("JTL Pro")
    assert await overdue.locator("a.what").get_attribute("href") == "/desk/tasks/t-overdue"
    assert await overdue.locator("td a").first.get_attribute("href") == "/desk/customers/K-1001"
    await expect(page.locator("#t-undated .in-short")).to_have_text("Bitte prüfen: # <b>x</b> *y*")
    await check_page(page)
    await page.get_by_role("link", name="Wartet auf Kunden").click()
    assert await rows(page) == ["t-proof"]
    await expect(page.locator("#t-proof")).to_contain_text("Wartet auf den Kunden")


async def test_filters_ask_for_what_they_say_also_without_scripts(shop: Shop) -> None:
    await fill(shop)
    page = await shop.at_desk("/desk/tasks", scripts=False, size=PHONE, language="en-GB")
    await page.get_by_text("Filter", exact=True).click()
    await page.select_option("#type", "clarify_cost")
    await page.fill("#customer", "k-1002")  # small letters do
    await page.get_by_role("button", name="Show").click()
    assert await rows(page) == ["t-near"]
    assert await page.input_value("#customer") == "k-1002"
    await page.fill("#customer", "K-1001")
    await page.get_by_role("button", name="Show").click()
    await expect(page.get_by_text("No task is open that fits this choice.")).to_be_visible()
    await page.fill("#customer", "K 1001")
    await page.get_by_role("button", name="Show").click()
    await expect(page.get_by_role("alert")).to_contain_text("it looks like K-1001")


async def test_a_task_is_taken_and_given_back_on_the_list_and_the_second_is_told(shop: Shop) -> None:
    await fill(shop)
    anna = await shop.at_desk("/desk/tasks", scripts=False)
    ben = await shop.at_desk("/desk/tasks?whose=nobody", name="ben", scheme="dark")
    await anna.locator("#t-near").get_by_role("button", name="Übernehmen").click()
    await expect(anna.locator("#t-near .whose-task")).to_contain_text("Sie")
    await ben.locator("#t-near").get_by_role("button", name="Übernehmen").click()
    await expect(ben.get_by_role("alert")).to_contain_text("anna hat diese Aufgabe seit")
    assert await rows(ben) == ["t-overdue", "t-undated"]
    await check_page(ben)
    await anna.get_by_role("link", name="Meine").click()
    assert await rows(anna) == ["t-near"]
    await anna.get_by_role("button", name="Freigeben").click()
    assert await rows(anna) == []
    assert anna.url.endswith("whose=mine")


async def test_pages_follow_each_other(shop: Shop) -> None:
    await fill(shop, many=60)
    page = await shop.at_desk("/desk/tasks")
    first = await rows(page)
    await page.get_by_role("link", name="Weitere Aufgaben").click()
    second = await rows(page)
    assert (len(first), len(second), len({*first, *second})) == (50, 13, 63)
    await expect(page.get_by_role("link", name="Weitere Aufgaben")).to_have_count(0)
    await page.get_by_role("link", name="Zum Anfang").click()
    assert await rows(page) == first


async def test_with_nothing_to_decide_the_page_says_what_comes(shop: Shop) -> None:
    page = await shop.at_desk("/desk/tasks")
    await expect(page.get_by_text("Es ist nichts zu entscheiden.")).to_be_visible()
    await expect(page.get_by_text("Neue Aufgaben erscheinen hier")).to_be_visible()
    await check_page(page)


async def test_no_customer_reads_what_operators_note(shop: Shop) -> None:
    """Who has the task of a case, and what was said of it, is in no page and no document of the customer's."""
    await shop.world.load(*EXAMPLES)
    adapters, case = shop.world.adapters, "misclick/K-1001/edition.jtl"
    await shop.world.request("misclick", "K-1001", "edition.jtl", explanation="Falsch geklickt")
    (found,) = adapters.work_list.tasks(customer="K-1001").items
    adapters.claims.claim(found.id, CANARY, datetime.now(UTC))
    adapters.task_notes.add_comment("c-000001", case, found.id, CANARY, f"Kommentar {CANARY}", datetime.now(UTC))
    adapters.task_notes.tick(found.id, 1, CANARY, datetime.now(UTC))
    assert CANARY in await (await shop.at_desk("/desk/tasks")).content()
    page = await shop.visit("K-1001")
    for path in ("/my", f"/my/cases/{case}", f"/cancellations/{case}"):
        await page.goto(path)
        assert CANARY not in await page.content(), path


INSTRUCTIONS = [
    path
    for name in ("about", "cancel_requests", "tasks", "untold")
    for path in Path().glob(f"catalogue/wording/*/{name}.toml")
]


@pytest.mark.parametrize("path", INSTRUCTIONS, ids=str)
def test_no_instructions_have_an_emphasis_that_pages_show_as_asterisks(path: Path) -> None:
    assert re.findall(r"(?<![\\*])\*(?![*\s])[^*\n]+\*(?!\*)", path.read_text(encoding="utf-8")) == []


@pytest.mark.parametrize(
    ("instructions", "short"),
    [
        ("**Bitte klicken:** dies.\n\n1. das", "Bitte klicken: dies."),
        ("**Bitte klicken:**\n\n1. das\n2. dies\n\nmehr", "Bitte klicken:\n1. das\n2. dies"),
        (r"Bitte \*so\* und `proof.at` und \`so\`", "Bitte *so* und proof.at und `so`"),
    ],
)
def test_instructions_in_short_are_their_first_line_as_it_is_read(instructions: str, short: str) -> None:
    assert in_plain_words(gist(instructions)) == short
