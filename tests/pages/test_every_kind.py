"""Each kind can be started on its page and taken through the customer's part, by forms alone."""

from typing import Any, NamedTuple

import pytest

from catalogue.texts import say
from states.kinds.registry import KINDS
from tests.pages.desk import Desk

Filled = dict[str, Any]


class Way(NamedTuple):
    """A customer's way through the pages: what is chosen, and which forms are sent with what."""

    customer: str
    subject: str
    start: Filled
    forms: tuple[tuple[str, Filled], ...]
    ends_in: str
    """The state in which the customer's part is done."""
    target: str | None = None


ORDER: tuple[str, Filled] = ("place-order", {})
READ: tuple[str, Filled] = ("acknowledge", {})
WAYS = {
    "edition": Way(
        "K-1001", "jtl", {}, (READ, ("go-on", {"licences": "TT-11"}), ORDER), "scheduled", target="jtl_advanced"
    ),
    "order_package": Way("K-1003", "orders", {"reason": "season"}, (READ, ORDER), "scheduled", target="1000"),
    "wms_user": Way("K-1004", "U-42", {"reason": "not_used", "reason_text": "Saison"}, (ORDER,), "scheduled"),
    "hosting_addon": Way("K-1007", "A-72", {}, (("place-order", {"details__angaben": "Zugang Büro 2"}),), "scheduled"),
    "voucher": Way("K-1005", "V-51", {}, (READ, ORDER), "scheduled"),
    "marketplace": Way("K-1008", "M-83", {}, (ORDER,), "third_party"),
    "marketplace_transfer": Way(
        "K-1003", "M-32", {"explanation": "Der Shop ist verkauft."}, (), "support_ticket", target="K-1001"
    ),
    "connector": Way("K-1008", "C-82", {}, (ORDER,), "applied"),
    "wawi_module": Way("K-1002", "WM-21", {}, (ORDER,), "applied"),
    "pos": Way("K-1005", "POS-51", {}, (ORDER,), "applied"),
    "shipping_module": Way("K-1001", "SL-11", {}, (ORDER,), "applied"),
    "production": Way("K-1011", "PP-111", {}, (), "order"),
    "wms_module": Way("K-1004", "WMM-41", {}, (ORDER,), "applied"),
    "fulfillment": Way("K-1015", "ffn", {}, (ORDER,), "third_party"),
    "shop_licence": Way("K-1012", "SH-121", {}, (ORDER,), "scheduled"),
    "shop_hosting": Way(
        "K-1012",
        "SHH-121",
        {},
        (READ, ("place-order", {"details__new_contract": "SHH-900"})),
        "scheduled",
        target="shop-hosting-m",
    ),
    "rest_api": Way("K-1011", "AP-111", {}, (READ, ORDER), "third_party"),
    "setup_service": Way("K-1011", "S-20481", {"explanation": "Das machen wir selbst."}, (), "support_ticket"),
    "key_accounting": Way("K-1011", "key_accounting", {}, (), "support_ticket"),
    "ecomdata": Way("K-1007", "E-71", {}, (), "third_party"),
    "hosting": Way(
        "K-1007",
        "H-71",
        {},
        (READ, ("place-order", {"addon__A-71": "end", "addon__A-72": "keep", "details__A-71/angaben": "Speicher"})),
        "scheduled",
    ),
    "misclick": Way(
        "K-1006", "V-61", {"explanation": "Verklickt.", "meant": "Die Versandetiketten"}, (), "support_ticket"
    ),
}
REFUSED_ALWAYS = {"support_level": ("K-1001", "support")}
"""Nothing to start: the page says why, and what to do instead (SUP2)."""


def test_no_kind_is_left_out():
    assert {*WAYS, *REFUSED_ALWAYS} == set(KINDS)


@pytest.mark.server
@pytest.mark.parametrize("kind", WAYS)
async def test_a_kind_is_started_and_taken_as_far_as_the_customer_can(desk: Desk, kind: str):
    way = WAYS[kind]
    browser = await desk.browser(way.customer)
    page = await browser.open(f"/my/cancel/{kind}/{way.subject}")
    assert page.status == 200, page.text
    if way.target is not None:
        assert not page.has("start") or kind == "shop_hosting", "nothing can be started before a target is chosen"
        page = await page.send("look", target=way.target)
    page = await page.send("start", **way.start)
    assert page.url.startswith(f"/my/cases/{kind}/{way.customer}/{way.subject}"), page.text
    for button, filled in way.forms:
        page = await page.send(button, **filled)
        assert page.status == 200, page.text
    document = await desk.status(f"{kind}/{way.customer}/{way.subject}")
    assert document["state"] == way.ends_in
    assert say("de", f"state.{way.ends_in}") in page.text
    assert not page.has("place-order")


@pytest.mark.server
@pytest.mark.parametrize("kind", REFUSED_ALWAYS)
async def test_what_is_always_refused_cannot_be_started_and_says_why(desk: Desk, kind: str):
    customer, subject = REFUSED_ALWAYS[kind]
    page = await (await desk.browser(customer)).open(f"/my/cancel/{kind}/{subject}")
    assert page.status == 200 and not page.has("start")
    assert "Edition" in page.text


@pytest.mark.server
@pytest.mark.parametrize(
    ("kind", "customer", "subject"), [("edition", "K-1013", "jtl"), ("wms_user", "K-1011", "U-111")]
)
async def test_what_would_be_refused_is_not_offered(desk: Desk, kind: str, customer: str, subject: str):
    """ED2, WMU2: the lowest edition, the inclusive user."""
    page = await (await desk.browser(customer)).open(f"/my/cancel/{kind}/{subject}")
    assert page.status == 200 and not page.has("start")


@pytest.mark.server
@pytest.mark.parametrize(
    ("kind", "customer", "subject"), [("misclick", "K-1006", "V-61"), ("setup_service", "K-1011", "S-20481")]
)
async def test_MIS1_SVC1_a_case_without_words_is_not_sent_and_the_field_says_so(
    desk: Desk, kind: str, customer: str, subject: str
):
    page = await (await desk.browser(customer)).open(f"/my/cancel/{kind}/{subject}")
    page = await page.send("start", explanation=" ")
    assert page.status == 422 and 'aria-invalid="true"' in page.html and 'href="#explanation"' in page.html
    page = await page.send("start", explanation="Verklickt.")
    assert page.status == 200 and "/my/cases/" in page.url
