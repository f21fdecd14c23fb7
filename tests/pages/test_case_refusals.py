"""Where something does not hold any more: a page that says what holds and what to do, and nothing done twice."""

import asyncio
import re
from typing import Any
from unittest.mock import patch

import pytest

from pages.calls import CallRefused
from portal.desk.cases import DeskCases
from portal.page_calls import PageCalls
from tests.pages.desk import Desk
from tests.pages.forms import Browser, Page

pytestmark = pytest.mark.server
EDITION = "edition/K-1001/jtl"


async def ready_to_order(browser: Browser, target: str = "jtl_advanced") -> Page:
    """K-1001's edition, as far as the order."""
    page = await browser.open(f"/my/cancel/edition/jtl?target={target}")
    page = await page.send("start")
    page = await page.send("acknowledge")
    page = await page.send("go-on", licences="TT-11")
    assert page.has("place-order"), page.text
    return page


def events_of(document: dict[str, Any], name: str) -> list[dict[str, Any]]:
    """The lines of an event in the timeline."""
    return [line for line in document["timeline"] if line["event"] == name]


async def test_what_was_seen_holds_no_more_and_nothing_is_done(desk: Desk):
    """`changed`: the page shows beside what was seen what holds now, and can be decided on anew."""
    browser = await desk.browser("K-1001")
    seen_first = await ready_to_order(browser)
    other_tab = await browser.open("/my/cancel/edition/jtl?target=jtl_start")
    other_tab = await other_tab.send("start")
    assert "/my/cases/" in other_tab.url
    page = await seen_first.send("place-order")
    assert page.status == 409
    assert "Inzwischen gilt etwas anderes" in page.text
    assert "vorher JTL Advanced, jetzt JTL Start" in page.text
    assert page.has("acknowledge"), "the page goes on from what holds now"
    assert not events_of(await desk.status(EDITION), "place_order")


async def test_a_form_sent_twice_does_it_once(desk: Desk):
    browser = await desk.browser("K-1001")
    page = await ready_to_order(browser)
    first, second = await asyncio.gather(page.send("place-order"), page.send("place-order"))
    assert (first.status, second.status) == (200, 200)
    document = await desk.status(EDITION)
    assert document["state"] == "scheduled" and len(events_of(document, "place_order")) == 1


async def test_a_form_sent_again_with_other_contents_says_what_came_first(desk: Desk):
    browser = await desk.browser("K-1001")
    page = await ready_to_order(browser)
    await page.send("place-order")
    page = await page.send("place-order", optional_services="setup_service_example")
    assert page.status == 409 and "schon einmal mit anderen Angaben" in page.text
    assert len(events_of(await desk.status(EDITION), "place_order")) == 1


async def test_what_another_tab_did_already_is_no_fault_and_the_page_shows_how_it_stands(desk: Desk):
    browser = await desk.browser("K-1001")
    page = await browser.open("/my/cancel/edition/jtl?target=jtl_advanced")
    page = await page.send("start")
    stale = await browser.open(f"/my/cases/{EDITION}")
    await page.send("acknowledge")
    page = await stale.send("acknowledge")
    assert page.status == 409 and "in einem anderen Fenster" in page.text
    assert "Zu viele Lizenzen" in page.text
    assert len(events_of(await desk.status(EDITION), "acknowledge_warning")) == 1


async def test_what_has_ended_takes_nothing_more_and_its_page_says_how_it_ended(desk: Desk):
    browser = await desk.browser("K-1001")
    stale = await ready_to_order(browser)
    page = await stale.send("do-abandon")
    assert "abgebrochen" in page.text and "restart" in page.links
    page = await stale.send("place-order")
    assert page.status == 409 and "schon beendet" in page.text
    assert (await desk.status(EDITION))["state"] == "abandoned"


async def test_somebody_elses_case_is_as_unknown_as_none(desk: Desk):
    own = await ready_to_order(await desk.browser("K-1001"))
    stranger = await desk.browser("K-1005")
    foreign = await stranger.open(f"/my/cases/{EDITION}")
    nothing = await stranger.open("/my/cases/edition/K-1005/jtl")
    odd = await stranger.open("/my/cases/nonsense/K-1001/%22%3E")
    assert foreign.status == nothing.status == odd.status == 404
    assert foreign.text == nothing.text == odd.text and "JTL Advanced" not in foreign.text
    for part in ("events", "date.ics"):
        assert (await stranger.open(f"/my/cases/{EDITION}/{part}")).status == 404
    form = own.form("place-order")
    assert (await stranger.send(form, form.fields)).status == 403, "the form is another session's"
    [csrf] = [entry for name, entry in nothing.forms[0].fields if name == "csrf"]
    fields = [(name, csrf if name == "csrf" else entry) for name, entry in form.fields]
    assert (await stranger.send(form, fields)).status == 404
    assert (await desk.status(EDITION))["state"] == "order"


async def test_a_form_that_is_none_of_ours_does_nothing(desk: Desk):
    page = await ready_to_order(browser := await desk.browser("K-1001"))
    form = page.form("place-order")
    for missing in ("csrf", "form_id"):
        fields = [(name, entry) for name, entry in form.fields if name != missing]
        assert (await browser.send(form, fields)).status in (401, 403)
    assert (await desk.status(EDITION))["state"] == "order"


async def test_where_the_system_is_down_the_same_form_is_offered_once_more_and_acts_once(desk: Desk):
    page = await ready_to_order(await desk.browser("K-1001"))
    down = CallRefused({"status": 503, "code": "unavailable", "title": "Gerade nicht erreichbar", "detail": ""})
    with patch.object(PageCalls, "send", side_effect=down):
        page = await page.send("place-order", optional_services="setup_service_example")
    assert page.status == 503 and "nicht verloren" in page.text and page.headers["retry-after"]
    [again] = [form for form in page.forms if form.action.endswith("/place_order")]
    await page.browser.send(again, again.fields)
    await page.browser.send(again, again.fields)
    document = await desk.status(EDITION)
    assert document["state"] == "scheduled" and len(events_of(document, "place_order")) == 1


@pytest.mark.parametrize("path", [f"/my/cases/{EDITION}", f"/desk/cases/{EDITION}"])
async def test_a_page_that_cannot_be_had_now_says_when_to_try_again(desk: Desk, path: str):
    browser = await (desk.operator() if path.startswith("/desk") else desk.browser("K-1001"))
    down = CallRefused({"status": 503, "code": "unavailable", "title": "Gerade nicht erreichbar", "detail": ""})
    with patch.object(PageCalls, "status", side_effect=down), patch.object(DeskCases, "case", side_effect=down):
        page = await browser.open(path)
    assert page.status == 503 and page.headers["retry-after"] == "5"


async def test_the_page_confirms_only_what_the_document_says(desk: Desk):
    """Anybody can make up an address."""
    browser = await desk.browser("K-1001")
    await ready_to_order(browser)
    page = await browser.open(f"/my/cases/{EDITION}?said=place_order")
    assert "Ihr Wechsel ist bei uns eingegangen" not in page.text
    page = await browser.open(f"/my/cases/{EDITION}?said=override_surplus")
    assert "Eingegangen: Die genannten Lizenzen bleiben" in page.text


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example", "edition/K-1005/jtl", "../../x", "javascript:1"]
)
async def test_the_way_back_leads_to_ones_own_cases_alone(desk: Desk, back: str):
    browser = await desk.browser("K-1001")
    page = await browser.open(f"/my/cancel/voucher/TT-11?back={back}")
    assert back not in page.html


async def test_no_words_of_a_customer_become_markup(desk: Desk):
    """Labels, explanations, numbers: a script, an attribute and an event handler are what a person wrote."""
    evil = '"><script>alert(1)</script><img src=x onerror=alert(2)>'
    record = await desk.world.record("K-1001")
    record["licences"][0]["label"] = evil
    await desk.world.load(record)
    browser = await desk.browser("K-1001")
    pages = [
        await browser.open("/my/cancel/shipping_module/TT-11"),
        await browser.open("/my/cancel-several?product=track_and_trace"),
    ]
    page = await pages[0].send("start", reason="other", reason_text=evil)
    pages += [page, await page.send("place-order")]
    page = await browser.open("/my/cancel/misclick/TT-11")
    pages.append(await page.send("start", explanation=evil, meant=evil))
    pages.append(await browser.open("/my/cancel/edition/jtl?target=" + evil.replace("#", "")))
    assert len(pages) == 6
    for page in pages:
        assert page.status == 200, page.text
        assert "<script>alert" not in page.html and "<img src=x" not in page.html


async def test_MOV2_a_target_that_cannot_be_is_named_at_its_field(desk: Desk):
    browser = await desk.browser("K-1003")
    for target, status in (("K-1003", 422), ("K-9999", 200)):
        page = await browser.open(f"/my/cancel/marketplace_transfer/M-32?target={target}")
        assert page.status == status and not page.has("start")
    page = await browser.open("/my/cancel/marketplace_transfer/M-32?target=K-1003")
    assert 'href="#target"' in page.html and 'aria-invalid="true"' in page.html


def says_what_is_wrong(page: Page, field: str) -> bool:
    """Whether the field says so itself, and the head of the page leads to it (WCAG 3.3.1)."""
    [tag] = re.findall(rf'<(?:input|fieldset|textarea)[^>]* id="{re.escape(field)}"[^>]*>', page.html)
    wrong = 'aria-invalid="true"' in tag and f'{field}-fault"' in tag.partition("aria-describedby=")[2]
    assert wrong == (f'id="{field}-fault"' in page.html) == (f'href="#{field}"' in page.html), tag
    return wrong


UNUSABLE = {"…": "nur ein Platzhalter", "x" * 5_000: "zu lang: höchstens"}
NOT_SEEN = "\u200b\u2060"


@pytest.mark.parametrize(("given", "said"), UNUSABLE.items(), ids=["placeholder", "long"])
async def test_what_a_field_cannot_hold_is_said_at_the_field_with_what_is_wrong(desk: Desk, given: str, said: str):
    browser = await desk.browser("K-1001")
    page = await (await ready_to_order(browser)).send("place-order")
    page = await page.send("do-supersede", booking=given)
    assert page.status == 422 and says_what_is_wrong(page, "booking") and said in page.text
    assert "„Nummer der neuen Buchung“" in page.text and (await desk.status(EDITION))["state"] == "scheduled"
    page = await (await browser.open("/my/cancel/pos/POS-12")).send("start", reason="other", reason_text=given)
    assert page.status == 422 and says_what_is_wrong(page, "reason_text") and said in page.text


async def test_signs_that_are_not_drawn_fill_nothing_in(desk: Desk):
    page = await (await ready_to_order(await desk.browser("K-1001"))).send("place-order")
    page = await page.send("do-supersede", booking=NOT_SEEN)
    assert page.status == 422 and says_what_is_wrong(page, "booking")


async def test_ADD1_a_placeholder_in_a_detail_is_said_at_the_detail(desk: Desk):
    page = await (await (await desk.browser("K-1007")).open("/my/cancel/hosting_addon/A-72")).send("start")
    page = await page.send("place-order", details__angaben="…")
    assert page.status == 422 and says_what_is_wrong(page, "details.angaben") and "nur ein Platzhalter" in page.text
    page = await page.send("place-order", details__angaben=NOT_SEEN)
    assert page.status == 422 and says_what_is_wrong(page, "details.angaben")


@pytest.mark.parametrize(
    ("form", "page"),
    [
        (f"/my/cases/{EDITION}/place_order", f"/my/cases/{EDITION}"),
        ("/my/cancel-several/place_order?product=pos_wawi", "/my/cancel-several?product=pos_wawi"),
        ("/desk/tasks/T-1/decide", "/desk/tasks/T-1"),
        ("/desk/tasks/T-1/do/note", "/desk/tasks/T-1"),
        ("/desk/freeze/release", "/desk/freeze"),
    ],
)
async def test_who_opens_the_address_of_a_form_anew_is_led_to_its_page(desk: Desk, form: str, page: str):
    browser = await desk.browser("K-1001")
    answer = await browser.http.get(form, headers=browser.headers)
    assert (answer.status_code, answer.headers["location"]) == (303, page)


async def test_ADD1_ADD2_what_an_order_still_needs_is_said_at_its_field(desk: Desk):
    browser = await desk.browser("K-1007")
    page = await (await browser.open("/my/cancel/hosting_addon/A-72")).send("start")
    assert not says_what_is_wrong(page, "details.angaben")
    page = await page.send("place-order", details__angaben=" ")
    assert page.status == 422 and says_what_is_wrong(page, "details.angaben")


async def test_ADD2_each_addon_that_is_not_decided_says_so_and_one_that_ends_needs_its_own_form(desk: Desk):
    browser = await desk.browser("K-1007")
    page = await (await browser.open("/my/cancel/hosting/H-71")).send("start")
    page = await page.send("acknowledge")
    page = await page.send("place-order", **{"addon__A-71": "end"})
    assert page.status == 422
    wrong = {field: says_what_is_wrong(page, field) for field in ("addon.A-71", "addon.A-72", "details.A-71/angaben")}
    assert wrong == {"addon.A-71": False, "addon.A-72": True, "details.A-71/angaben": True}
    labels = {addon["licence"]: addon["label"] for addon in await addons_of(page.browser)}
    assert f"der Zusatz {labels['A-72']} mit endet" in page.text and f"„{labels['A-71']}: Angaben zur" in page.text


async def addons_of(browser: Browser) -> list[dict[str, Any]]:
    """The add-ons of K-1007's hosting."""
    query = {"kind": "hosting", "subject": "H-71"}
    addons: list[dict[str, Any]] = (await browser.http.get("/customers/K-1007/choices", params=query)).json()["addons"]
    return addons


async def test_ADD2_details_of_an_end_that_is_not_chosen_are_asked_back_by_the_addons_name(desk: Desk):
    browser = await desk.browser("K-1007")
    page = await (await browser.open("/my/cancel/hosting/H-71")).send("start")
    page = await page.send("acknowledge")
    kept = {"addon__A-71": "keep", "addon__A-72": "keep", "details__A-71/angaben": "Zugang der Filiale"}
    page = await page.send("place-order", **kept)
    assert page.status == 422 and says_what_is_wrong(page, "addon.A-71") and not says_what_is_wrong(page, "addon.A-72")
    [label] = [addon["label"] for addon in await addons_of(browser) if addon["licence"] == "A-71"]
    assert f"Soll der Zusatz {label} mit enden" in page.text
    assert (await desk.status("hosting/K-1007/H-71"))["state"] == "order"


async def test_who_chooses_none_of_several_is_told_at_the_choice(desk: Desk):
    page = await (await desk.browser("K-1001")).open("/my/cancel-several?product=track_and_trace")
    page = await page.send("start")
    assert page.status == 409
    assert 'href="#licences"' in page.html and 'aria-describedby="licences-fault"' in page.html
