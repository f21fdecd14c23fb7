"""What if: what an end would mean is what a preview says, side by side, and nothing begins."""

import re
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from catalogue.formats import day_from
from catalogue.texts import say
from pages.my.what_if import FURTHEST, MOST, read_day
from tests.pages.browser import Shop, check_page
from tests.pages.test_board import BUSY, page_of

PRO = {
    "editions": {"jtl": "jtl_pro"},
    "order_package": 2500,
    "licences": [
        *({"licence": f"POS-{n}", "product": "pos_wawi", "label": f"Kasse {n}"} for n in range(1, 6)),
        {"licence": "TT-1", "product": "track_and_trace", "label": "Sendungsverfolgung"},
        {"licence": "S-1", "product": "shop_hosting", "term_ends": "2028-03-31", "price_per_month": "29.00"},
        {"licence": "S-2", "product": "shop_hosting", "term_ends": "2028-03-31", "price_per_month": "11.50"},
    ],
}


def columns(text: str) -> list[str]:
    """The headings of what stands side by side."""
    return re.findall(r'<section class="column">\s*<h3>(.*?)</h3>', text)


async def asked(offline: Any, query: str, record: dict[str, Any] = PRO, *, status: int = 200) -> str:
    """The page for a choice."""
    return await page_of(offline, record, f"/my/what-if?{query}", status=status)


async def test_today_and_after_the_deadline_stand_side_by_side_as_previews_say_them(offline):
    text = await asked(offline, "end=edition:jtl&target:edition:jtl=jtl_advanced&when=compare")
    assert columns(text) == [say("de", "page.what_if.now"), say("de", "page.what_if.later")]
    data = {"kind": "edition", "customer": "K-1", "subject": "jtl", "target": "jtl_advanced"}
    preview = (await offline.http.post("/previews", json=data)).json()
    days = [moment["effective_at"] for moment in (preview, preview["next"])]
    for moment in days:
        assert f">{shown_day(moment)}<" in text, moment


def shown_day(moment: str) -> str:
    """A moment as the page says it."""
    return day_from("de", moment, "Europe/Berlin")


async def test_what_is_gone_stands_beside_what_is_limited_and_surplus_names_each_licence(offline):
    text = await asked(offline, "end=edition:jtl&target:edition:jtl=jtl_advanced&when=today")
    assert columns(text) == [say("de", "page.what_if.now")]
    gone, _, limited = text.partition(say("de", "page.what_if.limited"))
    assert "Mehr als drei Kassen" in gone and "JTL-Vouchers ohne Aufpreis" in limited
    assert "<strong>Sendungsverfolgung</strong>" in limited and "2 zu viel" in limited


async def test_all_targets_stand_side_by_side(offline):
    text = await asked(offline, "end=edition:jtl&target:edition:jtl=every")
    assert columns(text) == ["JTL Advanced", "JTL Start"]
    assert 'href="/my/cancel/edition/jtl?target=jtl_start"' in text


async def test_what_is_chosen_together_is_added_up_where_all_prices_are_known(offline):
    both = await asked(offline, "end=shop_hosting:S-1&end=shop_hosting:S-2")
    assert say("de", "page.what_if.together", {"saved": "40.50"}) in both
    unknown = await asked(offline, "end=shop_hosting:S-1&end=edition:jtl")
    assert "Zusammen sparen" not in unknown
    assert say("de", "page.what_if.each_alone") in unknown  # and that they bear on each other


async def test_a_day_of_ones_own_is_the_moment_of_the_request(offline):
    day = date.today() + timedelta(days=400)  # noqa: DTZ011
    text = await asked(offline, f"end=edition:jtl&when=day&day={day}")
    assert columns(text) == [say("de", "page.what_if.on_day", {"at": day.isoformat()})]
    first = date(day.year + (day.month == 12), day.month % 12 + 1, 1)
    assert any(shown_day(moment.isoformat()) in text for moment in (first, (first + timedelta(days=31)).replace(day=1)))


TODAY = date(2027, 1, 10)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("2027-01-10", TODAY),
        ("2027-01-09", None),
        ("2030-01-12", date(2030, 1, 12)),
        ("2030-01-13", None),
        ("9999-12-31", None),
        ("gestern", None),
        ("", None),
        (None, None),
    ],
)
def test_a_day_is_one_from_today_on_that_somebody_can_know_something_about(given, read):
    assert read_day(given, TODAY) == read


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("when=day", "day"),
        ("when=day&day=1999-01-01", "day"),
        ("when=day&day=2135-01-01", "day"),
        ("when=never", "when"),
        ("when=compare&day=2027-05-20", "when"),
        ("day=2027-05-20", "when"),
    ],
)
async def test_a_moment_that_is_not_clear_is_asked_for_at_its_field_and_nothing_is_shown(offline, query, field):
    text = await asked(offline, f"end=edition:jtl&{query}", status=422)
    assert columns(text) == []
    assert f'href="#{field}"' in text and f'id="{field}-fault"' in text
    if field == "day":
        first = datetime.now(ZoneInfo("Europe/Berlin")).date()
        assert all(shown_day(day.isoformat()) in text for day in (first, first + FURTHEST))


@pytest.mark.parametrize(
    "query",
    ["end=edition:wms", "end=misclick:x", "end=", "end=%00", "target:edition:jtl=jtl_enterprise", "end=pos:POS-99"],
)
async def test_what_the_customer_does_not_have_is_not_looked_at(offline, query):
    assert columns(await asked(offline, query)) == []


async def test_a_target_that_is_none_is_the_next_lower_one(offline):
    text = await asked(offline, "end=edition:jtl&target:edition:jtl=%3Cscript%3E&when=today")
    assert "<script>" not in text.replace('<script type="module"', "")
    assert 'href="/my/cancel/edition/jtl?target=jtl_advanced"' in text


async def test_so_many_are_looked_at_and_the_rest_is_counted(offline):
    licences = [{"licence": f"P-{n}", "product": "pos_wawi"} for n in range(MOST + 2)]
    query = "&".join(f"end=pos:P-{n}" for n in range(MOST + 2))
    text = await asked(offline, query, {"editions": {"jtl": "jtl_pro"}, "licences": licences})
    assert len(columns(text)) == MOST
    assert say("de", "page.what_if.too_many", {"number": 2, "most": MOST}) in text
    assert "<details" in text  # ten of a product are folded up


async def test_nothing_begins(offline):
    await asked(offline, "end=edition:jtl&target:edition:jtl=jtl_advanced")
    assert offline.adapters.runs.open_runs("K-1") == frozenset()
    assert (await offline.http.get("/cancellations", params={"customer": "K-1"})).json()["total"] == 0


async def test_who_has_nothing_to_end_is_told_so(offline):
    assert say("de", "page.what_if.nothing") in await asked(offline, "", {"licences": []})


async def test_it_is_fine_for_everybody_and_leads_on_with_the_same_choice(shop: Shop):
    await shop.world.load(BUSY)
    page = await shop.visit("K-77", "/my/what-if")
    await check_page(page)
    await page.get_by_label("JTL Pro", exact=False).first.check()
    await page.get_by_label("Wechsel auf: JTL Pro").select_option("jtl_start")
    await page.get_by_role("button", name="Ansehen").click()
    await page.get_by_role("heading", name="Heute beantragt").wait_for()
    for summary in await page.locator("summary").all():
        await summary.click()
    await check_page(page)
    await page.get_by_role("link", name=re.compile("Weiter zum Antrag ?: JTL Pro, JTL Start")).click()
    await page.wait_for_url("**/my/cancel/edition/jtl?target=jtl_start")
