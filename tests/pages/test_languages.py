"""A page in another language than the customer's record: what is in that language says so (WCAG 3.1.2).

The vendor's pages are in English here, and what a run and its receipts say is in German. Whatever is not marked as
German must have no German word in it, whoever wrote the page and wherever the text comes from.
"""

import re
from html.parser import HTMLParser

import pytest

from pages import live
from tests.pages.desk import Desk
from tests.pages.forms import Browser, Page
from tests.pages.test_case_acts import ordered, shown_when

pytestmark = pytest.mark.server
GERMAN = re.compile(
    r"\b(Sie|Ihre?[nmrs]?|wir|uns|wird|werden|wurde|ist|sind|nicht|und|oder|für|mit|von|zum|zur|der|die|das|dem|den|ein|"
    r"eine[nmrs]?|ab|bis|noch|bitte|keine?|Abgesendet|Vorgemerkt|Wirksam|Termin|Kündigung|Auftragspaket|Lizenzen)\b",
    re.IGNORECASE,
)
"""Words that no English sentence has, and hardly any German one is without."""
SPOKEN = ("aria-label", "alt", "data-news-text")
"""Attributes that are read to people."""
VOID = frozenset({"meta", "link", "input", "img", "br", "hr"})


class Languages(HTMLParser):
    """The texts of a page and its attributes for people, each with the language that it is marked with."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.stack: list[tuple[str, str]] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(html)

    @property
    def language(self) -> str:
        """That of what comes next."""
        return self.stack[-1][1] if self.stack else "en"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag not in VOID:
            self.stack.append((tag, given.get("lang") or self.language))
        self.texts += [
            (self.language, given[name] or "") for name in ("aria-label", "alt", "data-news-text") if name in given
        ]

    def handle_endtag(self, tag: str) -> None:
        if tag in [name for name, _ in self.stack]:
            while self.stack.pop()[0] != tag:
                pass

    def handle_data(self, data: str) -> None:
        if data.strip() and self.stack and self.stack[-1][0] not in ("style", "script", "textarea", "title"):
            self.texts.append((self.language, data.strip()))


def unmarked(html: str) -> list[str]:
    """The German texts that do not say so."""
    return [text for language, text in Languages(html).texts if language == "en" and GERMAN.search(text)]


def german(html: str) -> list[str]:
    """What is marked as German."""
    return [text for language, text in Languages(html).texts if language == "de"]


def test_a_german_text_is_noticed_wherever_it_stands_and_not_where_it_is_marked() -> None:
    assert unmarked('<html lang="en"><p>One</p><p>Wir prüfen es.</p></html>') == ["Wir prüfen es."]
    assert unmarked('<html lang="en"><p aria-label="Bitte warten">One</p></html>') == ["Bitte warten"]
    assert unmarked('<html lang="en"><p>One <span lang="de">Wir prüfen es.</span> two</p></html>') == []
    assert unmarked('<html lang="en"><div lang="de"><br><p>Wir</p></div><p>Und wir</p></html>') == ["Und wir"]


def check(*pages: Page) -> None:
    """That none has a German text that does not say so."""
    found = {page.url: texts for page in pages if (texts := unmarked(page.html))}
    assert found == {}
    assert all('<html lang="en">' in page.html for page in pages)


async def english(desk: Desk, customer: str) -> Browser:
    """The pages of a customer, of whose record the language is German, in English."""
    record = await desk.world.record(customer)
    assert record.get("language", "de") == "de"
    return await desk.browser(customer, language="en")


async def test_from_the_board_to_the_receipt_what_is_german_says_so(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    browser = await english(desk, "K-1001")
    check(
        await browser.open("/my"),
        await browser.open("/my/calendar"),
        await browser.open("/my/what-if?end=edition:jtl&end=shipping_module:TT-11&target:edition:jtl=every"),
        await browser.open("/my/cancel-several?product=track_and_trace"),
        await browser.open("/my/cases/edition/K-1001/jtl"),
    )
    start = await browser.open("/my/cancel/edition/jtl?target=jtl_advanced")
    warned = await start.send("start")
    assert german(warned.html), "what is lost is said by the run, in the language of the record"
    crowded = await warned.send("acknowledge")
    refused = await crowded.send("go-on")
    ready = await crowded.send("go-on", licences="TT-11")
    again = await browser.open("/my/cancel/edition/jtl?target=jtl_start")
    stale = await ready.send("do-abandon")
    late = await ready.send("place-order")
    check(start, warned, crowded, refused, ready, again, stale, late, await browser.open("/my"))

    monkeypatch.setattr(live, "LOOKS", 1)
    placed = await ordered(browser, "shipping_module", "TT-11")
    case = await browser.open("/my/cases/shipping_module/K-1001/TT-11")
    fragment = (await browser.http.get("/my/cases/shipping_module/K-1001/TT-11/events")).text
    receipt = await shown_when(
        browser, "/my/cases/shipping_module/K-1001/TT-11/receipts/1", lambda page: page.status == 200
    )
    assert "data-news-text" in fragment and german(receipt.html)
    assert unmarked(re.sub(r"(?m)^data: ", "", fragment)) == []
    check(placed, case, receipt, await browser.open("/my"))


async def test_steps_elsewhere_partners_and_reports(desk: Desk):
    browser = await english(desk, "K-1008")
    page = await ordered(browser, "marketplace", "M-83")
    check(page, await page.send("hand-in-1", reference=""))
    browser = await english(desk, "K-1015")
    check(await ordered(browser, "fulfillment", "ffn"), await browser.open("/my"))
    browser = await english(desk, "K-1011")
    page = await browser.open("/my/cancel/setup_service/S-20481")
    check(page, await page.send("start", explanation="They do it."), await browser.open("/my"))
    check(await browser.open("/my/cancel/wms_user/U-111"), await browser.open("/my/cancel/edition/jtl"))


@pytest.mark.shop(customer_centre="guided")
async def test_an_order_that_is_being_booked(desk: Desk):
    browser = await english(desk, "K-1004")
    page = await ordered(browser, "wms_user", "U-42")
    check(page, await page.send("do-revoke", explanation=""), await browser.open("/my"))
    assert "Submitted, being booked" in page.text
