"""The calendar feed: who has its address sees the customer's dates and nothing else, and it can be renewed."""

import re
from datetime import date, datetime, timedelta
from typing import Any

import httpx
import pytest
from icalendar import Calendar

from catalogue.texts import say
from pages.my.calendar_days import Days
from pages.rendering import Texts
from states.model.record import Customer
from states.model.status import ShownRun
from tests.pages.browser import Shop, check_page
from tests.pages.sessions import logged_in
from tests.pages.test_board import NOW, dated, item, running

ADDRESS = re.compile(r'value="(http[^"]+\.ics)"')
FORM = re.compile(r'name="(csrf|form_id)" value="([^"]+)"')


async def enter(offline: Any, **record: Any) -> httpx.AsyncClient:
    """A customer who is logged in."""
    usual = {"customer": "K-1", "name": "Muster", "editions": {"jtl": "jtl_pro"}, "order_package": 2500}
    offline.adapters.records.load([Customer.model_validate(usual | record)])
    await logged_in(offline.http, offline.settings, "K-1", record.get("language", "de"))
    return offline.http


async def form_on(http: httpx.AsyncClient, path: str = "/my/calendar") -> dict[str, str]:
    """The hidden fields of the first form on a page that has them."""
    page = (await http.get(path)).text
    return dict(FORM.findall(page.partition("<main")[2])[:2])


async def set_up(http: httpx.AsyncClient, remind_before: str = "7") -> str:
    """The path of a new feed."""
    form = await form_on(http) | {"act": "renew", "remind_before": remind_before}
    return path_in((await http.post("/my/calendar", data=form)).text)


def path_in(page: str) -> str:
    """The path of the feed that a page shows."""
    found = ADDRESS.search(page)
    assert found, page
    return "/" + found[1].split("/", 3)[3]


async def events_at(http: httpx.AsyncClient, path: str) -> list[Any]:
    """What a calendar reads there, without a session."""
    async with httpx.AsyncClient(transport=http._transport, base_url=http.base_url) as calendar:
        answer = await calendar.get(path)
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"].startswith("text/calendar")
    return list(Calendar.from_ical(answer.content).walk("VEVENT"))


async def test_a_calendar_reads_the_last_days_without_a_session_and_is_reminded_as_the_customer_likes(offline):
    http = await enter(offline)
    path = await set_up(http, "3")
    assert re.fullmatch(r"/my/calendar/[0-9a-f]{32}\.ics", path)  # 128 bits
    events = await events_at(http, path)
    assert [str(event["summary"]) for event in events] == ["Letzter Tag: JTL Pro und Auftragspaket 2.500"] * 2
    first, second = (event["dtstart"].dt for event in events)
    assert date.today() - timedelta(days=1) <= first < second  # noqa: DTZ011
    assert {alarm["trigger"].dt for event in events for alarm in event.walk("VALARM")} == {-timedelta(days=2, hours=15)}
    assert all(str(event["url"]).endswith("/my") for event in events)
    again = await events_at(http, path)
    assert [event["uid"] for event in again] == [event["uid"] for event in events]


@pytest.mark.parametrize(("chosen", "alarms"), [("", 0), ("1", 2)])
async def test_reminders_are_changed_and_left_out(offline, chosen, alarms):
    http = await enter(offline)
    path = await set_up(http)
    saved = await http.post("/my/calendar", data=await form_on(http) | {"act": "save", "remind_before": chosen})
    assert (saved.status_code, saved.headers["location"]) == (303, "/my/calendar?said=saved")
    assert sum(len(event.walk("VALARM")) for event in await events_at(http, path)) == alarms


@pytest.mark.parametrize("chosen", ["2", "-1", "zwei", "99999999999999999999"])
async def test_a_lead_time_that_is_none_is_refused_or_no_reminder(offline, chosen):
    http = await enter(offline)
    answer = await http.post("/my/calendar", data=await form_on(http) | {"act": "renew", "remind_before": chosen})
    assert answer.status_code in (200, 422)
    if answer.status_code == 200:
        assert not any(event.walk("VALARM") for event in await events_at(http, path_in(answer.text)))


async def test_a_new_address_ends_the_old_one_at_once_and_ending_it_ends_all(offline):
    http = await enter(offline)
    old = await set_up(http)
    new = await set_up(http)
    assert old != new
    gone = await http.get(old, headers={"accept-language": "de"})
    assert gone.status_code == 404
    assert say("de", "call.calendar_unknown") in gone.text
    assert await events_at(http, new)
    ended = await http.post("/my/calendar", data=await form_on(http) | {"act": "end"})
    assert ended.headers["location"] == "/my/calendar?said=ended"
    assert (await http.get(new)).status_code == 404


async def test_a_form_sent_twice_makes_one_address_and_shows_it_twice(offline):
    http = await enter(offline)
    form = await form_on(http) | {"act": "renew", "remind_before": "7"}
    first, second = [(await http.post("/my/calendar", data=form)).text for _ in range(2)]
    assert path_in(first) == path_in(second)
    assert await events_at(http, path_in(first))
    # Sent once more when another has taken its place, it brings nothing back.
    await set_up(http)
    late = await http.post("/my/calendar", data=form)
    assert late.status_code == 409 and say("de", "call.calendar_former") in late.text
    assert (await http.get(path_in(first))).status_code == 404


async def test_nobody_guesses_an_address_from_what_a_form_says(offline):
    """The same form of two customers gives two addresses: what is signed with the session goes into it."""
    http = await enter(offline)
    form = await form_on(http) | {"act": "renew", "form_id": "1"}
    mine = path_in((await http.post("/my/calendar", data=form)).text)
    offline.adapters.records.load([Customer.model_validate({"customer": "K-2", "name": "Andere"})])
    await logged_in(http, offline.settings, "K-2")
    form = await form_on(http) | {"act": "renew", "form_id": "1"}
    assert path_in((await http.post("/my/calendar", data=form)).text) != mine


async def test_without_a_form_of_ours_nothing_is_made(offline):
    http = await enter(offline)
    for form in ({"act": "renew"}, {"act": "renew", "csrf": "x"}):
        assert (await http.post("/my/calendar", data=form)).status_code == 403
    assert (await http.get("/customers/K-1/calendar")).json()["since"] is None


@pytest.mark.parametrize("secret", ["0" * 32, "x", "%00", "..%2f..", "ä" * 40, "'; drop table calendar_feeds; --"])
async def test_an_address_that_was_never_made_is_a_page_that_says_so(offline, secret):
    http = await enter(offline)
    await set_up(http)
    answer = await http.get(f"/my/calendar/{secret}.ics")
    assert answer.status_code == 404
    assert answer.headers["content-type"].startswith("text/html")


async def test_the_address_is_shown_when_it_is_made_and_never_again(offline):
    http = await enter(offline)
    path = await set_up(http)
    page = (await http.get("/my/calendar")).text
    assert path not in page and say("de", "page.calendar.shown_once") in page
    document = (await http.get("/customers/K-1/calendar")).json()
    assert document["url"] is None and document["remind_before"] == 7 and document["since"]


async def test_the_feed_has_nothing_that_is_internal_and_no_number_of_a_run(offline):
    http = await enter(offline)
    offline.adapters.runs.register("edition/K-1/jtl", "run-canary", "edition", "K-1", False)
    at = datetime.fromisoformat("2027-02-01T00:00+01:00")
    stands = ("scheduled", ("date",), at, at, False, at, at)
    offline.adapters.open_list.show(
        [ShownRun._make(["edition/K-1/jtl", "run-canary", "run-canary", "edition", "K-1", "jtl", *stands])]
    )
    path = await set_up(http)
    text = (await http.get(path)).text
    for internal in ("run-canary", "edition/K-1/jtl", "K-1", "namespaces", "workflow"):
        assert internal not in text.replace("\r\n ", ""), internal
    assert "Gilt ab heute: Ende von JTL Pro" in text


# As calls of the contract.


async def test_a_portal_sets_up_a_feed_for_its_customer(offline):
    await enter(offline)
    made = (await offline.http.post("/customers/K-1/calendar", json={"remind_before": 14})).json()
    assert made["remind_before"] == 14 and made["url"].startswith(offline.settings.public_url + "/my/calendar/")
    changed = (await offline.http.post("/customers/K-1/calendar", json={"remind_before": None})).json()
    assert (changed["url"], changed["remind_before"], changed["since"]) == (None, None, made["since"])
    kept = (await offline.http.post("/customers/K-1/calendar", json={"remind_before": 3})).json()
    renewed = (await offline.http.post("/customers/K-1/calendar", json={"renew": True})).json()
    assert renewed["url"] and renewed["url"] != made["url"] and renewed["remind_before"] == kept["remind_before"]
    ended = (await offline.http.delete("/customers/K-1/calendar")).json()
    assert ended == {"customer": "K-1", "since": None, "remind_before": None, "url": None}


@pytest.mark.parametrize("body", [{"remind_before": 2}, {"renew": "maybe"}, {"secret": "mine"}, []])
async def test_a_change_that_is_none_is_malformed(offline, body):
    await enter(offline)
    answer = await offline.http.post("/customers/K-1/calendar", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "malformed")


@pytest.mark.parametrize("method", ["GET", "POST", "DELETE"])
async def test_an_unknown_customer_has_no_feed(offline, method):
    await enter(offline)
    answer = await offline.http.request(method, "/customers/K-404/calendar", json={} if method == "POST" else None)
    assert answer.json()["code"] == "unknown_customer"


# What stands in it.


def days(*items: dict[str, Any], others: tuple[Any, ...] = (), remind_before: int | None = 7) -> list[Any]:
    """The entries of these items."""
    board = {"customer": "K-1", "as_of": NOW, "items": list(items), "others": list(others)}
    return list(Days(board, Texts("de", "Europe/Berlin"), "https://x.example/my", remind_before).all())


def full(subject: str, order_by: str, effective: str, next: Any = None, **fields: Any) -> dict[str, Any]:
    """An item with a deadline, as the board says it."""
    moment = f"{order_by}T23:00:00Z"
    return dated(subject, order_by, effective, next=next, order_by=moment, last_day_unclear=False, **fields)


NEXT: dict[str, Any] = {
    "order_by_day": "2027-02-14",
    "effective_day": "2027-03-01",
    "order_by": "2027-02-14T23:00:00Z",
    "last_day_unclear": False,
}


def test_what_has_one_last_day_is_one_entry_and_the_next_last_day_another():
    entries = days(
        full("A", "2027-01-17", "2027-02-01", NEXT, saving_per_month="9.00"),
        full("B", "2027-01-17", "2027-02-01", NEXT),
    )
    assert [(str(entry.day), entry.title) for entry in entries] == [
        ("2027-01-17", "Letzter Tag: Kasse A und Kasse B"),
        ("2027-02-14", "Letzter Tag: Kasse A und Kasse B"),
    ]
    assert "wirksam ab 1. Februar 2027" in entries[0].text and "Danach ist es erst ab 1. März 2027" in entries[0].text
    assert "Kasse A (Kasse), spart 9,00\xa0€ im Monat" in entries[0].text
    assert {entry.remind_before for entry in entries} == {7}


def test_the_next_last_day_keeps_its_name_when_it_becomes_the_present_one():
    announced = days(full("A", "2027-01-17", "2027-02-01", NEXT))[1]
    assert announced.of == days(full("A", "2027-02-14", "2027-03-01"))[0].of


def test_D7_a_term_without_a_known_notice_is_an_entry_on_its_last_day_that_guesses_nothing():
    (entry,) = days(item("T-1", "term", effective_day="2027-02-01", label="Hosting M"))
    assert (str(entry.day), entry.title) == ("2027-01-31", "Laufzeit endet: Hosting M")
    assert "Dazu liegt uns keine Angabe vor; wir klären es" in entry.text


def test_what_is_under_way_says_from_when_it_holds_or_until_when_it_must_be_submitted():
    names = {"label": "Kasse 1", "kind": "pos", "state_text": "Vorgemerkt"}
    ordered = running("R-1", "date", effective_day="2027-02-01", stage="sent") | names
    unsent = running("R-2", "customer", order_by_day="2027-01-17", effective_day="2027-02-01") | names
    entries = days(item("R-1", running=ordered), item("R-2", running=unsent), others=(running("M-1") | names,))
    assert [(str(entry.day), entry.title, entry.remind_before) for entry in entries] == [
        ("2027-02-01", "Gilt ab heute: Ende von Kasse 1", None),
        ("2027-01-17", "Noch nicht abgesendet: Kasse 1", 7),
    ]


NAMES = {"label": "Picker 1", "kind": "wms_user", "state_text": "Wartet auf Sie"}


def test_D7_what_was_begun_and_is_not_sent_keeps_the_end_of_its_term_with_the_reminder():
    unsent = running("U-1", "customer", effective_day="2027-02-01") | NAMES
    (entry,) = days(item("U-1", running=unsent))
    assert (str(entry.day), entry.title) == ("2027-01-31", "Laufzeit endet, noch nicht abgesendet: Picker 1")
    assert entry.remind_before == 7 and "Dazu liegt uns keine Angabe vor; wir klären es" in entry.text


def test_what_a_person_has_still_to_decide_is_not_shown_as_if_it_held():
    asked = running("key_accounting", "operator", effective_day="2027-02-01", stage="asked") | NAMES
    (entry,) = days(others=(asked,))
    assert (str(entry.day), entry.title, entry.remind_before) == ("2027-01-31", "Laufzeit endet: Picker 1", None)


def test_what_was_sent_and_is_still_being_booked_need_not_be_sent_any_more():
    sent = running("jtl", "operator", order_by_day="2027-01-17", effective_day="2027-02-01", stage="sent") | NAMES
    assert [entry.title for entry in days(item("jtl", running=sent))] == ["Gilt ab heute: Ende von Picker 1"]


@pytest.mark.parametrize(
    ("kind", "name", "target", "title"),
    [
        ("order_package", "Auftragspaket 2.500", "Auftragspaket 1.000", "Wechsel von Auftragspaket 2.500 zu {target}"),
        ("edition", "JTL Start", "JTL Start", "Wechsel zu {target}"),  # it is held already
        ("edition", "JTL Pro", None, "Ende von JTL Pro"),  # not booked yet
        ("hosting", "Hosting M", None, "Ende von Hosting M"),
        ("marketplace_transfer", "eBay", None, "Umzug von eBay"),
    ],
)
def test_what_holds_is_called_by_what_happens_and_not_by_what_goes(kind, name, target, title):
    sent = {"effective_day": "2027-02-01", "stage": "sent", "target": target, "label": name, "kind": kind}
    (entry,) = days(others=(running("X-1", "date", **NAMES | sent),))
    assert entry.title == f"Gilt ab heute: {title.format(target=target)}"


def test_X10_the_order_beneath_a_change_is_an_entry_of_its_own_and_stays_the_same_one():
    name = {"label": "JTL Pro", "kind": "edition", "state_text": "Wartet auf Sie"}
    standing = {"target": "JTL Start", "effective_day": "2027-01-01"}
    change = {"order_by_day": "2026-12-17", "effective_day": "2027-02-01", "standing": standing}
    booked, unsent = days(item("jtl", running=running("jtl", "customer", **name | change)))
    assert (str(booked.day), booked.title) == ("2027-01-01", "Gilt ab heute: Wechsel von JTL Pro zu JTL Start")
    assert (str(unsent.day), unsent.title) == ("2026-12-17", "Noch nicht abgesendet: JTL Pro")
    before = running("jtl", "date", **name, stage="sent", target="JTL Start", effective_day="2027-01-01")
    assert days(item("jtl", running=before))[0].of == booked.of
    # A change that is sent and not booked yet has an entry beside it.
    sent = days(item("jtl", running=running("jtl", "operator", **name | change, stage="sent")))
    assert [str(entry.day) for entry in sent] == ["2027-01-01", "2027-02-01"] and len({entry.of for entry in sent}) == 2


def test_ADD2_what_ends_with_a_hosting_is_named_there_and_is_no_term_to_cancel_by():
    hosting = running("L-3", "date", label="Hosting M", kind="hosting", state_text="Vorgemerkt")
    hosting |= {"workflow_id": "hosting/K-1/L-3", "effective_day": "2027-06-01", "stage": "sent"}
    addon = item("A-2", "term", label="Postfach", effective_day="2027-10-01", running=hosting)
    (entry,) = set(days(item("L-3", running=hosting), addon))
    assert entry.title == "Gilt ab heute: Ende von Hosting M" and "Damit endet auch: Postfach." in entry.text


def test_what_can_be_ended_at_any_time_or_not_at_all_is_no_entry():
    assert days(item("R-1"), item("X-1", None), item("E-1", "third_party")) == []


# The day of one case.


async def day_of_case(offline: Any, monkeypatch: Any, **document: Any) -> httpx.Response:
    """The file of a case's date."""
    usual: dict[str, Any] = {
        "workflow_id": "order_package/K-1/orders",
        "kind": "order_package",
        "label": "Auftragspaket 2.500",
        "target_text": "Auftragspaket 1.000",
        "effective_day": "2027-02-01",
        "waiting_text": None,
        "state": "scheduled",
        "state_text": "Vorgemerkt",
        "enabled": [],
    }

    async def status(self: Any, visitor: Any, workflow_id: str, run_id: str | None = None) -> dict[str, Any]:
        return usual | document

    monkeypatch.setattr("portal.page_calls.PageCalls.status", status)
    http = await enter(offline)
    return await http.get("/my/cases/order_package/K-1/orders/date.ics")


async def test_the_date_of_a_case_says_what_happens_then(offline, monkeypatch):
    answer = await day_of_case(offline, monkeypatch)
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event["summary"]) == "Wirksam: Wechsel von Auftragspaket 2.500 zu Auftragspaket 1.000"


async def test_a_case_that_is_not_sent_has_no_date_to_keep(offline, monkeypatch):
    answer = await day_of_case(offline, monkeypatch, state="order", enabled=["place_order", "abandon"])
    assert answer.status_code == 404


# In a browser.


async def test_the_page_of_the_calendar_is_fine_in_every_state(shop: Shop):
    await shop.world.load({"customer": "K-1", "name": "Muster", "editions": {"jtl": "jtl_pro"}})
    page = await shop.visit("K-1", "/my/calendar")
    await check_page(page)
    await page.get_by_label("Erinnerung").select_option("14")
    await page.get_by_role("button", name="Kalender einrichten").click()
    await page.get_by_role("heading", name="Ihre Kalenderadresse").wait_for()
    await check_page(page)
    address = await page.get_by_role("textbox", name="Adresse").input_value()
    assert address.startswith(shop.address)
    await page.goto("/my/calendar")
    await check_page(page)
    await page.get_by_role("button", name="Kalender abschalten").click()
    assert await page.get_by_role("status").inner_text() == say("de", "page.calendar.ended")
    await check_page(page)
    answer = await page.goto(address)
    assert answer and answer.status == 404
    await check_page(page)


async def test_an_act_that_is_none_ends_no_address(offline):
    http = await enter(offline)
    path = await set_up(http)
    for wrong in ({"act": "bogus"}, {"act": "save", "remind_before": "soon"}):
        assert (await http.post("/my/calendar", data=await form_on(http) | wrong)).status_code in (404, 422)
    assert await events_at(http, path)
