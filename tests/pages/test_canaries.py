"""What is an operator's alone is found in nothing that a customer gets: no page, answer, mail, receipt or feed.

A guided run, in which an operator says and does what is his; `tests/canary.py` has the words that are looked for.
"""

import asyncio
import base64
import json
import re
from email import message_from_bytes, policy
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from tests.canary import OPERATOR, canaries_in, canary, mail_with_canaries
from tests.pages.desk import Desk
from tests.pages.forms import Browser
from tests.pages.test_case_acts import ordered, shown_when
from tests.receipts.pdf_text import said_in
from tests.strong import ANNA, OTTO

TOKENS = {"operator_tokens": {"anna": (SecretStr(ANNA),)}, "portal_tokens": {"shop": (SecretStr(OTTO),)}}
pytestmark = [pytest.mark.server, pytest.mark.shop(customer_centre="guided", **TOKENS)]
CUSTOMER, CASE = "K-1004", "wms_user/K-1004/U-42"


async def decided(desk: Desk) -> Browser:
    """A customer's browser, after an operator has confirmed the booking, and then once more, which is not taken."""
    browser = await desk.browser(CUSTOMER)
    await ordered(browser, "wms_user", "U-42")
    run = desk.world.run(CASE)
    proof = {"reference": canary("reference"), "confirmed_by": canary("confirmed_by")}
    await run.confirm("perform", by=OPERATOR, proof=proof, note=canary("note"))
    await run.signal("confirm_task", {"by": OPERATOR, "note": canary("fault")})
    for _ in range(200):
        document = await run.status()
        if any(line["event"] == "confirm_task" and line["audience"] == "operators" for line in document["timeline"]):
            break
        await asyncio.sleep(0.05)
    assert set(canaries_in(document)) >= {OPERATOR, canary("reference")}, "the operator's words stand in the document"
    return browser


def of_a_jws(compact: str) -> str:
    """What a signed document says."""
    payload = compact.split(".")[1]
    return base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)).decode()


def of_a_pdf(content: bytes, receipt: dict[str, Any]) -> str:
    """What a PDF says, of which we see that it can be read: it says what the receipt says, and carries it."""
    said = said_in(content)
    assert receipt["case"] in said and receipt["title"] in said and receipt["customer"]["number"] in said
    [signed] = re.findall(r"eyJ[\w-]+\.[\w-]+\.[\w-]+", said)
    assert json.loads(of_a_jws(signed)) == receipt
    return said + of_a_jws(signed)


async def test_nothing_of_an_operators_is_on_a_page_or_in_an_answer(desk: Desk):
    browser = await decided(desk)
    adapters = desk.app.state.portal.adapters
    document = await desk.world.run(CASE).status()
    own = {"workflow_id": CASE, "run_id": document["run_id"], "case_number": document["case_number"]}
    adapters.sent_mails.keep("c-1", mail_with_canaries(**own, customer=CUSTOMER, subject="Mit Kanarienvögeln"))
    adapters.sent_mails.keep("c-2", mail_with_canaries(**own, customer=CUSTOMER, to="operators", text=canary("text")))
    page = await shown_when(browser, f"/my/cases/{CASE}", lambda page: "receipt-2" in page.links)
    pages = {f"/my/cases/{CASE}": page.html}
    for address in (
        "/my",
        "/my/what-if",
        "/my/calendar",
        f"/my/cases/{CASE}/receipts/1",
        f"/my/cases/{CASE}/receipts/2",
        f"/my/cases/{CASE}/mails",
    ):
        pages[address] = (await browser.open(address)).html
    for address in (
        f"/cancellations/{CASE}",
        f"/cancellations/{CASE}/receipts",
        f"/cancellations/{CASE}/mails",
        f"/customers/{CUSTOMER}/mails",
        f"/customers/{CUSTOMER}/board",
        f"/cancellations?customer={CUSTOMER}",
    ):
        answer = await browser.http.get(address)
        assert answer.status_code == 200, answer.text
        pages[address] = answer.text
    assert {address: found for address, text in pages.items() if (found := canaries_in(text))} == {}
    shown = [address for address, text in pages.items() if "Mit Kanarienv" in text]
    assert len(shown) == 4, "the mail itself is there: on both pages of the case, and in both lists"


async def test_nothing_of_an_operators_is_in_a_receipt_a_feed_or_a_mail(desk: Desk):
    browser = await decided(desk)
    await shown_when(browser, f"/my/cases/{CASE}", lambda page: "receipt-2" in page.links)
    said = {}
    for number in (1, 2):
        signed = await browser.http.get(f"/cancellations/{CASE}/receipts/{number}.jws")
        said[f"receipt {number}"] = of_a_jws(signed.text)
        printed = await browser.http.get(f"/cancellations/{CASE}/receipts/{number}.pdf")
        said[f"receipt {number} as PDF"] = of_a_pdf(printed.content, json.loads(said[f"receipt {number}"]))
    made = await browser.http.post(f"/customers/{CUSTOMER}/calendar", json={})
    assert made.status_code == 200, made.text
    feed = await browser.http.get(made.json()["url"])
    assert feed.status_code == 200 and "BEGIN:VEVENT" in feed.text
    said["feed"] = feed.text
    mails = [
        message_from_bytes(path.read_bytes(), policy=policy.default)
        for path in sorted((Path(desk.world.settings.state_dir) / "mail").glob("wms_user_K-1004_U-42*.eml"))
    ]
    to_customer = [mail for mail in mails if mail["To"] != desk.world.settings.operator_mail]
    assert len(to_customer) >= 2
    attached = 0
    for number, mail in enumerate(to_customer):
        parts = [part.get_content() for part in mail.walk() if part.get_content_maintype() == "text"]
        files = [part.get_content() for part in mail.iter_attachments()]
        read = [said_in(file) if file.startswith(b"%PDF") else of_a_jws(file.decode()) for file in files]
        attached += len(read)
        said[f"mail {number}"] = "\n".join([str(mail["Subject"]), *parts, *read])
    assert attached >= 4, "the mails carry two receipts, each in two forms"
    assert {what: found for what, text in said.items() if (found := canaries_in(text))} == {}
