"""The page of a task at browsers: one task of every type, the keyboard alone, a telephone without scripts."""

from datetime import timedelta

import pytest
from playwright.async_api import Page, expect

from states.chart.task_types import TASK_TYPES
from tests.pages.browser import PHONE, Shop, check_page
from tests.pages.open_tasks import OPENINGS, Filled, opened

BY_HAND = "perform"
"""A type with a test of its own: it is of a system in which people click."""
LAST = "tell_customer"
"""Its customer has no address."""
IN_ORDER = [*(type_ for type_ in OPENINGS if type_ not in (BY_HAND, LAST)), LAST]


async def fill(page: Page, filled: Filled) -> None:
    """Fill in the form that decides, and look at what that does."""
    for name, value in filled.items():
        if name == "decision":
            await page.locator(f"#choice-{value}").check()
        else:
            await page.locator(f".deciding [name={name}]").fill(value)
    await page.locator("#look").click()


async def send_wrong(page: Page, filled: Filled) -> None:
    """Send what the browser itself would stop, as one that checks nothing does."""
    await page.locator(".deciding").evaluate("form => { form.noValidate = true }")
    await fill(page, filled)


def test_no_type_is_left_out():
    assert {*IN_ORDER, BY_HAND} == set(TASK_TYPES)


@pytest.mark.server
@pytest.mark.timeout(600)
@pytest.mark.shop(repair_after=timedelta(seconds=1), max_event_age=timedelta(days=400))
async def test_one_task_of_every_type_is_decided_wrong_first(shop: Shop):
    page = await shop.at_desk("/desk/tasks")
    for type_ in IN_ORDER:
        opening = OPENINGS[type_]
        await page.goto(f"/desk/tasks/{await opened(shop.world, type_)}")
        await send_wrong(page, opening.wrong)
        await expect(page.get_by_role("alert")).to_contain_text(opening.refused_with)
        assert await page.locator("#decide-so").count() == 0
        await fill(page, opening.right)
        await page.locator("#decide-so").click()
        await expect(page.get_by_role("status")).to_contain_text("Entschieden:")
        shop.world.centre.down.clear()


@pytest.mark.server
@pytest.mark.timeout(300)
@pytest.mark.shop(customer_centre="guided")
async def test_two_operators_of_whom_one_has_the_keyboard_alone(shop: Shop):
    task = await opened(shop.world, BY_HAND)
    anna, otto = await shop.at_desk(f"/desk/tasks/{task}"), await shop.at_desk(f"/desk/tasks/{task}", name="otto")
    await check_page(anna)
    await otto.locator(".deciding [name=note]").fill("Ich habe es auch geklickt")
    # Anna ticks a step, and decides, without a mouse.
    await anna.locator("#step-1").focus()
    await anna.keyboard.press("Space")
    await anna.locator("#save-ticks").focus()
    await anna.keyboard.press("Enter")
    await expect(anna.get_by_text("erledigt von anna")).to_be_visible()
    await anna.locator("#choice-confirm").focus()
    await anna.keyboard.press("Space")
    await tab_to(anna, "reference")
    await anna.keyboard.type("AB-4711")
    await anna.keyboard.press("Enter")
    await expect(anna.locator("#consequence")).to_be_visible()
    await check_page(anna)
    # What the decision does is where one goes on reading.
    await tab_to(anna, "decide-so", within=6)
    await anna.keyboard.press("Enter")
    await expect(anna.get_by_role("status")).to_contain_text("Wirksam am")
    await check_page(anna)
    # Otto is told, and nothing that he wrote is lost.
    await otto.locator("#choice-reject").check()
    await expect(otto.locator("#reference")).to_be_hidden()
    await otto.locator("#look").click()
    for said in ("Jemand war schneller", "anna", "Ich habe es auch geklickt"):
        await expect(otto.get_by_role("alert")).to_contain_text(said)
    await check_page(otto)


async def tab_to(page: Page, name: str, within: int = 15) -> None:
    """Press Tab until a field or button has the focus."""
    for _ in range(within):
        await page.keyboard.press("Tab")
        if await page.evaluate("document.activeElement.id") == name:
            return
    pytest.fail(f"#{name} is not reached by {within} presses of Tab")


@pytest.mark.server
@pytest.mark.timeout(300)
@pytest.mark.shop(second_opinion="revocation:granted")
async def test_on_a_telephone_without_scripts_two_people_decide(shop: Shop):
    task = await opened(shop.world, "revocation")
    anna = await shop.at_desk(f"/desk/tasks/{task}", size=PHONE, scripts=False)
    await fill(anna, {"decision": "granted", "note": "Gern"})
    await expect(anna.get_by_text("Das muss eine zweite Person bestätigen")).to_be_visible()
    await anna.locator("#decide-so").click()
    await expect(anna.get_by_role("status")).to_contain_text("Vorgeschlagen")
    otto = await shop.at_desk(f"/desk/tasks/{task}", name="otto", size=PHONE)
    await expect(otto.locator("#proposed")).to_be_visible()
    await check_page(otto)
    await fill(otto, {"decision": "granted"})
    await otto.locator("#decide-so").click()
    await expect(otto.get_by_role("status")).to_contain_text("Entschieden")


@pytest.mark.server
@pytest.mark.timeout(300)
async def test_what_is_missing_and_what_is_asked_back_can_be_read_by_everybody(shop: Shop):
    task = await opened(shop.world, "appointment")
    page = await shop.at_desk(f"/desk/tasks/{task}")
    await send_wrong(page, {"decision": "confirm"})
    await page.get_by_role("alert").get_by_role("link").click()
    await expect(page.locator("#at")).to_be_focused()
    await check_page(page)
    await fill(page, {"at": f"{OPENINGS['appointment'].right['at'][:10]}T03:00"})
    await expect(page.get_by_role("heading", name="Ist das so gemeint?")).to_be_visible()
    await check_page(page)


@pytest.mark.server
@pytest.mark.timeout(300)
async def test_what_is_typed_stays_when_the_task_is_taken_noted_at_or_read_in_another_language(shop: Shop):
    task = await opened(shop.world, "support_ticket")
    page = await shop.at_desk(f"/desk/tasks/{task}")
    note = page.locator(".deciding [name=note]")
    await page.locator("#choice-declined").check()
    await note.fill("Es bleibt gebucht: so mit dem Kunden besprochen")

    async def is_there() -> None:
        await expect(note).to_have_value("Es bleibt gebucht: so mit dem Kunden besprochen")
        await expect(page.locator("#choice-declined")).to_be_checked()

    await page.locator("#claim").click()
    await expect(page.locator("#release")).to_be_visible()
    await is_there()
    await page.locator("#text").fill("Kunde ruft morgen zurück")
    await page.locator("form.speak button").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await is_there()
    await expect(page.locator("#text")).to_have_value("Kunde ruft morgen zurück")
    await page.locator("#comment").click()
    await expect(page.locator("#notes li")).to_contain_text("Kunde ruft morgen zurück")
    await is_there()
    await expect(page.locator("#text")).to_have_value("")
    # What was led elsewhere keeps nothing for the next who comes.
    await page.locator("#release").click()
    await is_there()
    await page.goto("/desk/tasks")
    await page.goto(f"/desk/tasks/{task}")
    await expect(note).to_have_value("")
    assert await page.evaluate("sessionStorage.length") == 0
    # On what a form was answered with, the language leads back to the task.
    await page.locator("#choice-declined").check()
    await note.fill("Es bleibt gebucht: so mit dem Kunden besprochen")
    await page.locator("#look").click()
    await page.locator("form.speak button").click()
    await expect(page.locator("html")).to_have_attribute("lang", "de")
    await is_there()
