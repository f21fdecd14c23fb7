"""The operators' overview and calendar in a browser: numbers, bars, months (`GET /overview`, `GET /effects`)."""

from datetime import date

import pytest

from pages.desk.overview import bars, month_in, next_month
from tests.pages.browser import PHONE, Shop, check_page
from tests.portal.test_overview import shown


def test_the_longest_bar_is_as_long_as_there_is_room_and_parts_follow_each_other() -> None:
    first, second, third = bars([{"a": 1, "b": 3}, {"a": 0, "b": 2}, {"a": 0, "b": 0}], ("a", "b"))
    assert first == [("a", 0, 25), ("b", 25, 75)]
    assert second == [("b", 0, 50)]
    assert third == []
    assert bars([], ("a",)) == []


@pytest.mark.parametrize(("text", "first"), [
    ("2027-02", date(2027, 2, 1)), ("2027-13", None), ("", None), ("2027-02-03", None), ("1999-12", None),
    ("2200-01", None), ("2199-12", date(2199, 12, 1)), ("9999-12", None),
])  # fmt: skip
def test_a_month_is_a_year_and_a_month(text: str, first: date | None) -> None:
    assert month_in(text) == first


def test_after_december_comes_january() -> None:
    assert next_month(date(2026, 12, 1)) == date(2027, 1, 1)
    assert next_month(date(2027, 1, 1)) == date(2027, 2, 1)


async def test_from_the_overview_to_the_day_on_which_something_takes_effect(shop: Shop) -> None:
    kept = shop.world.adapters.open_list
    stuck = {"state": "order", "waiting_for": ("repair", "operator"), "effective_at": None}
    kept.show([shown(1), shown(2), shown(3, **stuck), shown(4, kind="order_package")])
    page = await shop.at_desk("/desk/overview")
    await page.get_by_role("heading", name="Ein Vorgang wartet auf eine Reparatur").wait_for()
    assert await page.get_by_role("link", name="K-3").get_attribute("href") == "/desk/cases/edition/K-3/jtl"
    for name, query in (("Noch bei niemandem", "?whose=nobody"), ("Bei mir", "?whose=mine")):
        number = page.locator(f"dt:text-is('{name}') + dd").get_by_role("link")
        assert await number.get_attribute("href") == f"/desk/tasks{query}", "as the list's own filters"
    await check_page(page)
    await page.goto("/desk/calendar?month=2027-02")
    first = page.locator("td.busy")
    assert (await first.inner_text()).split("\n")[0].strip().startswith("1")
    assert "3 Änderungen" in await first.inner_text()
    address = await first.get_by_role("link").get_attribute("href")
    assert address == "/desk/cases?state=scheduled&effective_from=2027-02-01&effective_to=2027-02-01"
    await check_page(page)
    await page.get_by_role("link", name="Monat danach").click()
    await page.get_by_text("In diesem Monat wird nichts wirksam").wait_for()


@pytest.mark.parametrize("path", ["/desk/overview", "/desk/calendar?month=2027-02"])
async def test_on_a_phone_the_days_with_something_are_left(shop: Shop, path: str) -> None:
    shop.world.adapters.open_list.show([shown(1)])
    page = await shop.at_desk(path, size=PHONE)
    assert await page.evaluate("document.documentElement.scrollWidth") == PHONE[0]
    if "calendar" in path:
        assert await page.locator("td.free:visible").count() == 0
        assert await page.locator("td.busy:visible").count() == 1
