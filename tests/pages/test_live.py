"""The stream by which a page of a case hears what changes: only what changed, only for whom it is, and it ends."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from pages import live
from portal.authority import Authority
from portal.bulk_decisions import prepare
from portal.desk.bulk import BulkDesk
from portal.page_calls import PageCalls
from states.model.bulk import BulkChange
from tests.pages.desk import Desk

pytestmark = pytest.mark.server
CASE = "/my/cases/wms_user/K-1004/U-42"


@pytest.fixture(autouse=True)
def one_look(monkeypatch: pytest.MonkeyPatch) -> None:
    """A stream that looks once and ends, so that nothing is waited for."""
    monkeypatch.setattr(live, "LOOKS", 1)
    monkeypatch.setattr(live, "LOOK_EVERY", 0.01)


async def test_the_part_that_changed_is_sent_and_what_was_seen_is_not(desk: Desk):
    browser = await desk.browser("K-1004")
    page = await (await browser.open("/my/cancel/wms_user/U-42")).send("start")
    address = page.html.partition('data-live="')[2].partition('"')[0].replace("&amp;", "&")
    same = await browser.http.get(address)
    assert same.headers["content-type"].startswith("text/event-stream") and "data:" not in same.text
    await page.send("place-order")
    changed = (await browser.http.get(address)).text
    assert "Vorgemerkt" in changed and "event: end" not in changed
    assert all(line.startswith("data: ") for line in changed.splitlines() if line and line != ": ")
    assert "<html" not in changed


async def test_it_ends_with_the_case_and_with_the_server(desk: Desk):
    browser = await desk.browser("K-1004")
    page = await (await browser.open("/my/cancel/wms_user/U-42")).send("start")
    await page.send("do-abandon")
    assert "event: end" in (await browser.http.get(f"{CASE}/events")).text
    desk.app.state.site.stopping.set()
    await (await browser.open("/my/cancel/wms_user/U-43")).send("start")
    live.LOOKS = 1000
    answer = await browser.http.get("/my/cases/wms_user/K-1004/U-43/events")
    assert answer.text.count("data-news-text") == 1, "it ended after the first look"


async def test_it_ends_with_the_session(desk: Desk):
    browser = await desk.browser("K-1004")
    page = await (await browser.open("/my/cancel/wms_user/U-42")).send("start")
    leave = next(form for form in page.forms if form.action == "/my/leave")
    await browser.send(leave, leave.fields)
    assert (await browser.http.get(f"{CASE}/events")).status_code == 401


def noted_call(monkeypatch: pytest.MonkeyPatch, calls: type, name: str) -> asyncio.Event:
    """Set as soon as a page has made that call."""
    made, call = asyncio.Event(), getattr(calls, name)

    async def noted(*parts: Any) -> Any:
        made.set()
        return await call(*parts)

    monkeypatch.setattr(calls, name, noted)
    return made


async def test_it_ends_under_way_when_the_session_does(desk: Desk, monkeypatch: pytest.MonkeyPatch):
    """Who logs out in another tab is shown nothing more."""
    monkeypatch.setattr(live, "LOOKS", 10**6)
    browser = await desk.browser("K-1004")
    page = await (await browser.open("/my/cancel/wms_user/U-42")).send("start")
    leave = next(form for form in page.forms if form.action == "/my/leave")
    looked = noted_call(monkeypatch, PageCalls, "status")
    stream = asyncio.create_task(browser.http.get(f"{CASE}/events"))
    await looked.wait()
    await browser.send(leave, leave.fields)
    answer = await asyncio.wait_for(stream, 30)
    assert answer.status_code == 200 and "event: end" not in answer.text


async def test_a_bulk_decisions_stream_ends_under_way_when_the_session_does(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
):
    """The same at the desk: who logs out in another tab is shown nothing more."""
    monkeypatch.setattr(live, "LOOKS", 10**6)
    await desk.world.request("misclick", "K-1006", "V-61", explanation="booked twice")
    portal = desk.app.state.portal
    bulks, in_thread = portal.adapters.bulk_decisions, portal.adapters.database.in_thread
    wanted = {"filter": {"type": "support_ticket"}, "reject": {"note": "no"}, "start": False, "id": "paused-1"}
    await prepare(portal, Authority("operator", "anna"), wanted)
    for act in ("resume", "pause"):
        await in_thread(bulks.change, BulkChange(bulk="paused-1", act=act, by="anna"), datetime.now(UTC))
    browser = await desk.operator()
    page = await browser.open("/desk/bulk/paused-1")
    leave = next(form for form in page.forms if form.action == "/desk/leave")
    looked = noted_call(monkeypatch, BulkDesk, "bulk_decision")
    stream = asyncio.create_task(browser.http.get("/desk/bulk/paused-1/events"))
    await looked.wait()
    await browser.send(leave, leave.fields)
    answer = await asyncio.wait_for(stream, 30)
    assert answer.status_code == 200 and "event: end" not in answer.text
