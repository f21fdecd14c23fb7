"""What a customer does in a case after its start, and what the page offers him: never what cannot be had (G3)."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest

from pages.my import several
from portal import deadline
from tests.pages.desk import Desk
from tests.pages.forms import Browser, Page
from tests.system.processes import until

pytestmark = pytest.mark.server


@pytest.fixture(autouse=True)
def a_busy_machine_is_no_reason_to_be_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is carried out as far as time allows is carried out whole, however long it takes here."""
    monkeypatch.setattr(several, "WITHIN", 60)
    monkeypatch.setattr(deadline, "CALL_WITHIN", 60)


def today() -> date:
    """The calendar day of the portal's own clock; nobody runs this in the hour in which Berlin's is another one."""
    return datetime.now(UTC).date()


async def ordered(browser: Browser, kind: str, subject: str, **filled: str) -> Page:
    """A licence whose end has been ordered."""
    page = await browser.open(f"/my/cancel/{kind}/{subject}")
    page = await page.send("start")
    if page.has("acknowledge"):
        page = await page.send("acknowledge")
    page = await page.send("place-order", **filled)
    assert page.status == 200, page.text
    return page


async def test_X2_the_override_names_each_licence_and_says_what_follows(desk: Desk):
    browser = await desk.browser("K-1002")
    page = await (await browser.open("/my/cancel/edition/jtl?target=jtl_advanced")).send("start")
    page = await page.send("acknowledge")
    assert "Kasse Laden" in page.text and "2 zu viel" in page.text and "Sendungsverfolgung" in page.text
    assert "bleiben dann gebucht" in page.text
    none = await page.send("go-on")
    assert none.status == 422 and "welche Lizenzen bleiben sollen" in none.text
    too_few = await none.send("go-on", licences=["TT-21", "POS-21"])
    assert "so viele aus, wie zu viel sind" in too_few.text and 'href="#licences"' in too_few.html
    assert too_few.status == 422 and (await desk.status("edition/K-1002/jtl"))["state"] == "surplus_resolution"
    page = await too_few.send("go-on", licences=["TT-21", "POS-21", "POS-22"])
    assert page.has("place-order") and "bleibt trotzdem" in page.text


async def test_ED7_each_licence_in_surplus_leads_to_its_own_cancellation_and_back(desk: Desk):
    browser = await desk.browser("K-1001")
    page = await (await browser.open("/my/cancel/edition/jtl?target=jtl_advanced")).send("start")
    page = await page.send("acknowledge")
    page = await page.follow("licence-TT-11")
    assert "/my/cases/edition/K-1001/jtl" in page.html
    page = await page.send("start")
    assert "/my/cases/edition/K-1001/jtl" in page.html
    edition = await browser.open("/my/cases/edition/K-1001/jtl")
    assert "begonnen" in edition.text and "back=edition" in edition.links["licence-TT-11"]
    await page.send("place-order")
    edition = await browser.open("/my/cases/edition/K-1001/jtl")
    edition = edition if edition.has("place-order") else await edition.send("recheck")
    assert edition.has("place-order"), edition.text


async def test_X6_a_later_day_can_be_chosen_for_what_ends_at_once(desk: Desk):
    browser = await desk.browser("K-1001")
    page = await (await browser.open("/my/cancel/shipping_module/SL-11")).send("start")
    page = await page.send("place-order", when="later")
    assert page.status == 422 and 'href="#effective_on"' in page.html
    page = await page.send("place-order", when="later", effective_on=today().isoformat())
    assert page.status == 422 and not page.has("do-revoke") and "ab morgen" in page.text
    day = today() + timedelta(days=40)
    page = await page.send("place-order", when="later", effective_on=day.isoformat())
    assert page.status == 200
    assert (await desk.status("shipping_module/K-1001/SL-11"))["effective_at"].startswith(
        (day - timedelta(days=1)).isoformat()
    )


@pytest.mark.parametrize("when", ["now", "bogus", ""])
async def test_X6_a_day_that_the_choice_does_not_ask_for_is_asked_back_and_nothing_ends(desk: Desk, when: str):
    """What ends at once cannot be undone (G3): of a day and "at once" none is dropped."""
    browser = await desk.browser("K-1001")
    page = await (await browser.open("/my/cancel/pos/POS-12")).send("start")
    assert "Wie gewählt abschalten" in page.text and "Jetzt abschalten" not in page.text
    day = (today() + timedelta(days=40)).isoformat()
    page = await page.send("place-order", when=when, effective_on=day)
    assert page.status == 422 and 'href="#when"' in page.html and "oder an dem Tag" in page.text
    assert ("effective_on", day) in page.form("place-order").fields, "the form is as it was filled in"
    assert (await desk.status("pos/K-1001/POS-12"))["state"] == "order"
    page = await page.send("place-order", when="later")
    assert page.status == 200 and (await desk.status("pos/K-1001/POS-12"))["state"] == "scheduled"


async def test_X6_an_answer_that_was_not_offered_is_no_order_at_once(desk: Desk):
    page = await (await (await desk.browser("K-1001")).open("/my/cancel/pos/POS-12")).send("start")
    page = await page.send("place-order", when="bogus")
    assert page.status == 422 and 'href="#when"' in page.html
    assert ("when", "now") not in page.form("place-order").fields
    assert (await desk.status("pos/K-1001/POS-12"))["state"] == "order"


async def test_more_about_a_reason_that_is_not_chosen_is_not_dropped(desk: Desk):
    page = await (await desk.browser("K-1001")).open("/my/cancel/pos/POS-12")
    page = await page.send("start", reason="", reason_text="Wir schließen die Filiale.")
    assert page.status == 422 and 'href="#reason"' in page.html
    page = await page.send("start", reason="other")
    assert page.status == 200 and page.url.startswith("/my/cases/pos/K-1001/POS-12")


async def test_another_target_than_the_one_looked_at_is_looked_at_first(desk: Desk):
    browser = await desk.browser("K-1001")
    page = await browser.open("/my/cancel/edition/jtl?target=jtl_advanced")
    page = await page.send("start", target="jtl_start")
    assert (
        page.status == 422 and 'href="#target"' in page.html and "jtl_start" in dict(page.form("start").fields).values()
    )
    page = await page.send("start")
    assert page.status == 200 and (await desk.status("edition/K-1001/jtl"))["target"] == "jtl_start"


async def test_X6_several_say_where_a_later_day_is_chosen(desk: Desk):
    """What is sent for several ends at once; whoever wants a day of his own is told where to choose it."""
    page = await (await desk.browser("K-1002")).open("/my/cancel-several?product=pos_wawi")
    page = await page.send("start", licences=["POS-21", "POS-22"])
    assert "2 jetzt abschalten" in page.text
    assert "Für einen späteren Tag öffnen Sie die Vorgänge oben einzeln" in page.text


async def test_X11_an_order_can_be_asked_to_be_taken_back_without_a_promise(desk: Desk):
    page = await ordered(await desk.browser("K-1004"), "wms_user", "U-42")
    assert "Kündigung ist bei uns eingegangen" in page.text and "einen Anspruch darauf gibt es nicht" in page.text
    page = await page.send("do-revoke", explanation="")
    assert page.status == 422 and 'href="#explanation"' in page.html
    page = await page.send("do-revoke", explanation="Den falschen Benutzer gewählt.")
    assert page.status == 200 and "Bitte um Rücknahme ist eingegangen" in page.text
    assert not page.has("do-revoke")


async def test_G3_X11_what_is_done_is_not_offered_to_be_undone_but_can_be_reported(desk: Desk):
    page = await ordered(await desk.browser("K-1005"), "pos", "POS-51")
    assert not page.has("do-revoke") and not page.has("do-abandon")
    assert "Rückgängig machen können Sie es nicht mehr selbst" in page.text
    page = await page.follow("slip")
    page = await page.send("start", explanation="Die falsche Kasse.", meant="Die andere")
    assert page.url.startswith("/my/cases/misclick/K-1005/POS-51")
    assert "slip" not in page.links and not page.has("do-revoke")


@pytest.mark.shop(customer_centre="guided")
async def test_X12_in_guided_mode_the_order_has_arrived_at_once_and_is_being_booked(desk: Desk):
    browser = await desk.browser("K-1004")
    page = await ordered(browser, "wms_user", "U-42")
    assert "ist bei uns eingegangen" in page.text
    page = await browser.open("/my/cases/wms_user/K-1004/U-42")
    assert "Bei uns eingegangen am" in page.text and "es wird gerade gebucht" in page.text
    assert not page.has("place-order") and page.has("do-revoke") and page.has("do-abandon")
    document = await desk.status("wms_user/K-1004/U-42")
    assert (document["state"], document["being_booked"]) == ("order", True)
    assert document["state_text"] in page.text and "Noch nicht abgesendet" not in page.text
    page = await shown_when(browser, "/my", lambda page: document["state_text"] in page.text)
    assert "Noch nicht abgesendet" not in page.text


async def test_WMU4_a_user_is_reassigned_instead(desk: Desk):
    page = await (await (await desk.browser("K-1004")).open("/my/cancel/wms_user/U-43")).send("start")
    page = await page.send("do-reassign")
    assert (await desk.status("wms_user/K-1004/U-43"))["state"] == "reassigned"
    assert "Der Benutzer ist umgestellt" in page.text
    assert "Die Kosten bleiben gleich" in page.text and "nichts berechnet" not in page.text


async def test_X9_the_proof_of_a_step_elsewhere_is_handed_in(desk: Desk):
    page = await ordered(await desk.browser("K-1008"), "marketplace", "M-83")
    own = page.text.count("Das müssen Sie noch selbst tun")
    assert own == page.text.count("Bitte bis") > 0
    page = await page.send("hand-in-1", reference="")
    assert page.status == 422 and 'href="#reference"' in page.html
    page = await page.send("hand-in-1", reference="…", note="Bestätigt am Montag")
    assert page.status == 422 and 'href="#reference"' in page.html and "„Nachweis“: „…“ ist nur ein Platz" in page.text
    page = await page.send("hand-in-1", reference="Ticket 4711", note="Bestätigt am Montag")
    assert page.status == 200 and "Ihr Nachweis ist eingegangen" in page.text
    assert page.text.count("Das müssen Sie noch selbst tun") == page.text.count("Bitte bis") == own - 1
    assert "Einen anderen Nachweis einreichen" in page.text and page.has("hand-in-1")
    [task] = (await desk.status("marketplace/K-1008/M-83"))["tasks"][:1]
    assert "Ticket 4711" in task["instructions"]


async def test_X5_what_could_not_be_clarified_is_asked_about_again(desk: Desk):
    browser = await desk.browser("K-1014", "en")
    page = await (await browser.open("/my/cancel/wawi_module/WM-141")).send("start")
    assert page.has("recheck") and not page.has("place-order")
    await desk.world.run("wawi_module/K-1014/WM-141").reject("clarify_cost", note="We do not know yet")
    page = await browser.open("/my/cases/wawi_module/K-1014/WM-141")
    assert "We do not know yet" in page.text and "Please submit it" not in page.text
    assert "Ask again" in page.text and not page.has("place-order") and page.has("do-abandon")
    page = await page.send("recheck")
    assert "we look into it once more" in page.text and "Ask again" not in page.text
    assert (await desk.status("wawi_module/K-1014/WM-141"))["waiting_for"] == ["operator"]


async def test_what_has_arrived_is_proved_by_a_receipt_to_read_and_to_keep(desk: Desk):
    """As a page, as PDF, as a signed document; and for nobody else."""
    browser = await desk.browser("K-1004")
    await ordered(browser, "wms_user", "U-42")
    page = await shown_when(browser, "/my/cases/wms_user/K-1004/U-42", lambda page: "receipt-1" in page.links)
    receipt = await page.follow("receipt-1")
    assert receipt.status == 200 and "Picker 1" in receipt.text and "1. Februar 2027" in receipt.text
    path = "/cancellations/wms_user/K-1004/U-42/receipts/1"
    pdf = await browser.http.get(f"{path}.pdf")
    assert pdf.content.startswith(b"%PDF") and f"{path}.pdf" in receipt.html and f"{path}.jws" in receipt.html
    assert (await browser.open("/my/cases/wms_user/K-1004/U-42/receipts/99")).status == 404
    stranger = await desk.browser("K-1005")
    assert (await stranger.open("/my/cases/wms_user/K-1004/U-42/receipts/1")).status == 404


async def shown_when(browser: Browser, address: str, holds: Callable[[Page], bool]) -> Page:
    """A page as soon as something holds of it: receipts are made, and lists are told, beside the answer."""

    async def shown() -> Page | None:
        page = await browser.open(address)
        return page if holds(page) else None

    found: Page = await until(shown)
    return found


async def test_X10_another_target_can_be_chosen_until_it_has_begun(desk: Desk):
    browser = await desk.browser("K-1003")
    page = await (await browser.open("/my/cancel/order_package/orders?target=1000")).send("start")
    page = await page.send("acknowledge")
    page = await page.send("place-order")
    page = await page.follow("other-target")
    assert "läuft schon ein Vorgang" in page.text
    same = await page.send("look", target="1000")
    assert not same.has("start")
    page = await (await same.send("look", target="100")).send("start")
    stays = "Was Sie vorher abgesendet haben, gilt weiter, bis die Änderung gebucht ist: Auftragspaket 1.000 ab dem"
    assert stays in page.text
    await shown_when(browser, "/my", lambda board: stays in board.text and "Noch nicht abgesendet" in board.text)
    assert "Die Änderung hat begonnen" in page.text and "Gekündigt ist damit noch nichts" not in page.text
    assert "endet damit auch die begonnene Änderung" in page.text
    page = await page.send("do-abandon")
    assert (await desk.status("order_package/K-1003/orders"))["target"] == 1000


async def test_several_licences_are_ended_in_one_go_a_request_each(desk: Desk):
    browser = await desk.browser("K-1002")
    page = await browser.open("/my/cancel-several?product=pos_wawi")
    nothing = await page.send("start")
    assert nothing.status == 409 and "mindestens eine Lizenz" in nothing.text
    page = await page.send("start", licences=["POS-21", "POS-23"])
    for number in ("POS-21", "POS-23"):
        assert (await desk.status(f"pos/K-1002/{number}"))["state"] == "order"
    page = await page.send("together-do-1")
    assert page.status == 200
    for number in ("POS-21", "POS-23"):
        assert (await desk.status(f"pos/K-1002/{number}"))["state"] == "applied"
    assert "POS-21" not in page.text and "POS-22" in page.text


async def test_of_several_the_one_that_changed_meanwhile_is_left_out_and_named(desk: Desk):
    browser = await desk.browser("K-1002")
    page = await (await browser.open("/my/cancel-several?product=pos_wawi")).send(
        "start", licences=["POS-21", "POS-22"]
    )
    single = await browser.open("/my/cases/pos/K-1002/POS-21")
    await single.send("do-abandon")
    page = await page.send("together-do-1")
    assert page.status == 409 and "Nicht alles hat geklappt" in page.text
    assert (await desk.status("pos/K-1002/POS-22"))["state"] == "applied"
    assert (await desk.status("pos/K-1002/POS-21"))["state"] == "abandoned"


async def test_several_of_somebody_else_cannot_be_ended(desk: Desk):
    own = await (await (await desk.browser("K-1002")).open("/my/cancel-several?product=pos_wawi")).send(
        "start", licences=["POS-21", "POS-22"]
    )
    form = own.form("together-do-1")
    stranger = await desk.browser("K-1005")
    await stranger.send(form, form.fields)
    assert (await desk.status("pos/K-1002/POS-21"))["state"] == "order"
    assert (await stranger.open("/my/cancel-several?product=nothing")).status == 404


async def test_a_customer_who_reads_english_reads_english(desk: Desk):
    browser = await desk.browser("K-1014", "en")
    page = await (await browser.open("/my/cancel/edition/jtl?target=jtl_advanced")).send("start")
    page = await page.send("acknowledge")
    assert '<html lang="en">' in page.html and "What you lose" in page.text and "too many" in page.text
    page = await (await page.send("go-on", licences="TT-141")).send("place-order")
    assert "Your change has arrived" in page.text
    left = ("Sie", "Ihr", "nicht", "eingegangen", "Vorgang")
    assert [word for word in left if word in page.text.replace("Vorgang begonnen", "").split()] == []
