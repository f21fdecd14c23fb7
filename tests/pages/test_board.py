"""The page of the board: what must be done soonest comes first, and nothing is made up beside its document."""

from typing import Any

import pytest

from activities.customer_centre import load_customers
from catalogue.texts import say
from pages.my.board_view import View
from states.model.record import Customer
from tests.pages.browser import Shop, check_page
from tests.pages.sessions import logged_in
from tests.portal.conftest import CUSTOMERS

NOW = "2027-01-10T11:00:00Z"


def item(subject: str, timing: str | None = "at_once", **fields: Any) -> dict[str, Any]:
    """An item of the board; without other fields an included register."""
    usual = {
        "kind": "pos",
        "subject": subject,
        "licence": subject,
        "product": "pos_wawi",
        "product_label": "Kasse",
        "label": f"Kasse {subject}",
        "price_per_month": None,
        "effect": "deactivation",
        "can_be_ended_here": timing is not None,
        "order_by_day": None,
        "effective_day": None,
        "saving_per_month": None,
        "running": None,
    }
    return usual | {"timing": timing} | fields


def running(subject: str, *waiting: str, **fields: Any) -> Any:
    """An open run; without other fields one that is not sent."""
    usual = {
        "workflow_id": f"pos/K-1/{subject}",
        "subject": subject,
        "waiting_for": list(waiting),
        "order_by_day": None,
        "effective_day": None,
        "stage": "unsent",
        "target": None,
        "standing": None,
    }
    return usual | fields


def view(*items: dict[str, Any], others: tuple[Any, ...] = (), **wanted: str) -> View:
    """The page of these items."""
    return View({"as_of": NOW, "items": list(items), "others": list(others)}, "Europe/Berlin", wanted)


def shown(page: View) -> dict[str, list[list[str]]]:
    """By part, what stands on each leaf."""
    return {
        part.name: [[found["subject"] for group in leaf.groups for found in group.items] for leaf in part.leaves]
        for part in page.parts
    }


def dated(subject: str, last_day: str, effective: str, **fields: Any) -> dict[str, Any]:
    """An item with a deadline."""
    return item(subject, "notice", order_by_day=last_day, effective_day=effective, product=subject, **fields)


def test_the_next_deadline_comes_first_and_what_has_none_after_it():
    page = view(
        item("R-1"),
        item("E-1", "third_party", product="ecomdata"),
        item("T-2", "term", effective_day="2027-06-01", product="hosting"),
        item("T-1", "term", effective_day="2027-03-01", product="hosting"),
        dated("B", "2027-02-14", "2027-03-01"),
        dated("A", "2027-01-17", "2027-02-01"),
        dated("C", "2027-01-17", "2027-02-01"),
        item("X-1", None, kind=None),
    )
    assert list(shown(page)) == ["deadlines", "terms", "asked", "any_time", "not_here"]
    assert shown(page) == {
        "deadlines": [["A", "C"], ["B"]],
        "terms": [["T-1"], ["T-2"]],
        "asked": [["E-1"]],
        "any_time": [["R-1"]],
        "not_here": [["X-1"]],
    }


@pytest.mark.parametrize(
    ("last_day", "left", "urgency"),
    [
        ("2027-01-10", 0, "now"),
        ("2027-01-12", 2, "now"),
        ("2027-01-13", 3, "soon"),
        ("2027-01-17", 7, "soon"),
        ("2027-01-18", 8, "later"),
    ],
)
def test_how_many_days_are_left_is_counted_in_calendar_days_in_berlin(last_day, left, urgency):
    leaf = view(dated("A", last_day, "2027-02-01")).next_leaf
    assert leaf is not None
    assert (leaf.left, leaf.urgency) == (left, urgency)


def test_today_is_the_day_in_berlin():
    late = View({"as_of": "2027-01-10T23:30:00Z", "items": [], "others": []}, "Europe/Berlin", {})
    assert late.today.isoformat() == "2027-01-11"


def test_what_runs_stands_in_its_own_part_and_what_waits_for_the_customer_comes_first():
    page = view(
        item("R-1", running=running("R-1", "date", effective_day="2027-02-01")),
        item("R-2", running=running("R-2", "customer", order_by_day="2027-02-14")),
        item("R-3", running=running("R-3", "customer", order_by_day="2027-01-17")),
        item("R-4"),
        others=(running("M-1", "operator"),),
    )
    assert [run["workflow_id"][-3:] for run in page.running] == ["R-3", "R-2", "R-1", "M-1"]
    assert (page.waiting, shown(page)) == (2, {"any_time": [["R-4"]]})


def test_X9_a_step_that_only_the_customer_can_do_elsewhere_is_his_turn_until_its_proof_is_in():
    steps = [running("M-83", "third_party"), running("C-81", "third_party", "date"), running("M-9", "operator")]
    page = view(*(item(run["subject"], running=run) for run in steps))
    assert page.waiting == 2 and [run["subject"] for run in page.running][-1] == "M-9"


def test_ADD2_what_ends_with_a_case_is_named_with_it_once_and_is_not_free_to_be_ended():
    hosting = running("L-3", "date", workflow_id="hosting/K-1/L-3", stage="sent")
    addon = item("A-1", "term", saving_per_month="8.00", running=hosting, effective_day="2027-02-01")
    page = view(item("L-3", running=hosting), addon, item("V-1", saving_per_month="19.50"))
    assert page.running == [hosting] and page.ending_with(hosting) == ["Kasse A-1"]
    assert page.saving == "19.50" and shown(page) == {"any_time": [["V-1"]]}


def test_licences_of_a_product_that_stand_alike_are_one_group_and_others_are_not():
    page = view(item("R-1"), item("R-2"), item("R-3", effect="cancellation"), item("V-1", product="vouchers"))
    (leaf,) = page.parts[0].leaves
    assert [[found["subject"] for found in group.items] for group in leaf.groups] == [["R-1", "R-2"], ["R-3"], ["V-1"]]


@pytest.mark.parametrize(("number", "folded"), [(6, False), (7, True)])
def test_many_of_a_product_are_folded_up(number, folded):
    (part,) = view(*(item(f"R-{n}") for n in range(number))).parts
    assert part.leaves[0].groups[0].folded is folded


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"q": "laden"}, ["R-1"]),
        ({"q": "R-2"}, ["R-2"]),
        ({"q": "kasse LADEN"}, ["R-1"]),
        ({"q": "kasse nirgends"}, []),
        ({"effect": "cancellation"}, ["R-2"]),
        ({"q": "kasse", "effect": "deactivation"}, ["R-1"]),
    ],
)
def test_what_is_looked_for_is_found_by_words_number_and_effect(wanted, found):
    items = (item("R-1", label="Laden"), item("R-2", label="Messe", effect="cancellation"))
    assert [entry["subject"] for entry in view(*items, **wanted).items] == found


def test_what_could_be_saved_leaves_out_what_is_under_way():
    ended = item("V-2", saving_per_month="9.00", running=running("V-2", "date"))
    assert view(item("V-1", saving_per_month="19.50"), ended).saving == "19.50"
    assert view(item("R-1")).saving is None


# As a page.


async def page_of(
    offline: Any, record: dict[str, Any], path: str = "/my", language: str = "de", *, status: int = 200
) -> str:
    """The page of a customer."""
    offline.adapters.records.load([Customer.model_validate({"customer": "K-1", "name": "Muster"} | record)])
    await logged_in(offline.http, offline.settings, "K-1", language)
    answer = await offline.http.get(path)
    assert answer.status_code == status, answer.text
    return str(answer.text)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"stage": "sent", "order_by_day": "2027-01-17"}, "Wirksam ab 1. Februar 2027"),
        ({"order_by_day": "2027-01-17"}, "Noch nicht abgesendet: letzter Tag 17. Januar 2027"),
        ({}, "Noch nicht abgesendet: ginge zum Ende der Laufzeit, wirksam ab 1. Februar 2027"),
        ({"stage": "asked"}, "Noch nicht entschieden"),
        (
            {"standing": {"target": "JTL Start", "effective_day": "2027-01-01"}},
            "gilt weiter, bis die Änderung gebucht ist: JTL Start ab dem 1. Januar 2027.",  # X10
        ),
    ],
)
async def test_X10_what_is_under_way_says_whether_it_is_sent_and_what_holds_meanwhile(
    offline, monkeypatch, fields, said
):
    names = {"label": "JTL Pro", "kind": "edition", "state_text": "Stand", "effective_day": "2027-02-01"}

    async def answered(self: Any, visitor: Any) -> dict[str, Any]:
        total = {"price_per_month": "0.00", "currency": "EUR", "unknown": 0}
        others = [running("jtl", "customer", **names | fields)]
        return {"as_of": NOW, "name": "Muster", "total": total, "items": [], "others": others}

    monkeypatch.setattr("portal.page_calls.PageCalls.board", answered)
    assert said in await page_of(offline, {})


async def test_every_act_leads_to_the_page_where_it_begins(offline):
    licences = [{"licence": f"P-{n}", "product": "pos_wawi"} for n in (1, 2)]
    text = await page_of(offline, {"editions": {"jtl": "jtl_pro"}, "order_package": 100, "licences": licences})
    for link in (
        "/my/cancel/edition/jtl",
        "/my/cancel/order_package/orders",
        "/my/cancel/pos/P-1",
        "/my/cancel-several?product=pos_wawi",
        "/my/what-if?end=edition:jtl",
    ):
        assert f'href="{link}"' in text, link
    assert text.count("<h1") == 1


async def test_what_cannot_be_ended_here_has_no_button_and_says_where_instead(offline):
    text = await page_of(offline, {"licences": [{"licence": "W-1", "product": "wawi_user"}]})
    assert "Lizenzen &amp; Benutzerlimit verwalten" in text
    assert "/my/cancel" not in text


async def test_what_a_customer_wrote_in_a_label_is_text_and_nothing_else(offline):
    hostile = "<script>alert(1)</script>\"'&{{ 7777 * 7777 }}"
    licence = {"licence": "P-1", "product": "pos_wawi", "label": hostile}
    text = await page_of(offline, {"editions": {"jtl": "jtl_pro"}, "licences": [licence]})
    assert "<script>alert" not in text and str(7777 * 7777) not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


async def test_who_looks_for_something_finds_it_without_javascript(offline):
    licences = [{"licence": f"P-{n}", "product": "pos_wawi", "label": f"Kasse {n}"} for n in range(20)]
    record = {"editions": {"jtl": "jtl_pro"}, "licences": licences}
    assert '<form class="find" method="get"' in await page_of(offline, record)
    found = await page_of(offline, record, "/my?q=kasse+13")
    assert "Kasse 13" in found and "Kasse 12" not in found and "JTL Pro" not in found
    assert say("de", "page.board.nothing_found") in await page_of(offline, record, "/my?q=%22%3E%3Cimg")


async def test_few_items_need_no_search_and_none_says_so(offline):
    assert 'class="find"' not in await page_of(offline, {"editions": {"jtl": "jtl_pro"}})
    assert say("de", "page.board.empty") in await page_of(offline, {})


async def test_a_visitor_reads_it_in_his_language(offline):
    text = await page_of(offline, {"editions": {"jtl": "jtl_pro"}, "order_package": 100}, language="en")
    assert '<html lang="en">' in text and "Last day" in text and "Letzter Tag" not in text


async def test_the_board_is_asked_for_once_whatever_stands_on_it(offline, monkeypatch):
    await load_customers(offline.settings, CUSTOMERS)
    asked: list[str] = []
    calls = type(offline.app.state.site.calls)
    board = calls.board

    async def counted(self: Any, visitor: Any) -> Any:
        asked.append(visitor.customer)
        return await board(self, visitor)

    monkeypatch.setattr(calls, "board", counted)
    await logged_in(offline.http, offline.settings, "K-1001")
    assert (await offline.http.get("/my")).status_code == 200
    assert asked == ["K-1001"]


# In a browser.

BUSY = {
    "customer": "K-77",
    "name": "Muster GmbH",
    "editions": {"jtl": "jtl_pro", "wms": "wms_pro"},
    "order_package": 2500,
    "partners": [{"id": "P-1", "name": "Lager Nord", "role": "fulfiller"}],
    "licences": [
        *({"licence": f"POS-{n}", "product": "pos_wawi", "label": f"Kasse {n}"} for n in range(9)),
        {"licence": "U-1", "product": "wms_user", "included": True},
        {"licence": "U-2", "product": "wms_user", "term_ends": "2027-12-31", "price_per_month": "9.00"},
        {"licence": "S-1", "product": "shop_hosting", "label": "Überlangerhostingname" * 8, "price_per_month": "29.00"},
        {"licence": "E-1", "product": "ecomdata"},
        {"licence": "W-1", "product": "wawi_user"},
    ],
}


async def test_the_board_is_fine_for_everybody_whatever_stands_on_it(shop: Shop):
    await shop.world.load(BUSY, {"customer": "K-78", "name": "Leer"})
    await shop.world.request("edition", "K-77", "jtl", target="jtl_advanced", by="c")
    page = await shop.visit("K-77")
    for summary in await page.locator("summary").all():
        await summary.click()
    await check_page(page)
    found = await shop.visit("K-77", "/my?q=nirgends")
    await check_page(found)
    await check_page(await shop.visit("K-78"))


async def test_the_board_works_by_keyboard_alone_and_without_scripts(shop: Shop):
    await shop.world.load(BUSY)
    page = await shop.visit("K-77", scripts=False)
    await page.keyboard.press("Tab")
    assert await page.evaluate("document.activeElement.className") == "skip"
    await page.keyboard.press("Enter")
    await page.locator("#q").focus()
    await page.keyboard.type("Kasse 4")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/my?q=Kasse+4&effect=")
    assert await page.get_by_role("status").inner_text() == "Ein Treffer Alles zeigen"


async def test_what_has_ended_is_the_last_thing_on_the_board_and_leads_to_its_case(shop: Shop):
    await shop.world.load(BUSY)
    run = await shop.world.request("edition", "K-77", "jtl", target="jtl_advanced", by="c")
    await run("abandon")
    page = await shop.visit("K-77")
    ended = page.get_by_role("region", name=say("de", "page.board.part.ended"))
    assert say("de", "state.abandoned") in await ended.inner_text()
    link = await ended.get_by_role("link").get_attribute("href")
    assert link and link.startswith("/my/cases/edition/K-77/jtl?run_id=")
    await check_page(page)
