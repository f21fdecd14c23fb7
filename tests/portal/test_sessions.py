"""Customers' sessions: links that are entered once, cookies, forms, and where they lead (docs/contract.md)."""

import asyncio
import re
import stat
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from activities.kept_secrets import kept_secret
from activities.ports import Misconfigured
from portal.sessions import LINK_LASTS, Session, Sessions
from settings import Settings
from tests.portal.access import (
    BACK,
    KEY,
    KEY_BEFORE,
    OPERATOR,
    PORTAL,
    TOKENS,
    browser,
    clock_at,
    link_for,
    opened,
)
from tests.portal.conftest import Caller
from tests.portal.test_events import is_problem

OWN, OTHER = "K-1001", "K-1002"
SECURED: dict[str, Any] = TOKENS | {"return_origins": (BACK,)}


@pytest_asyncio.fixture
async def guarded(offline: Caller) -> AsyncIterator[Caller]:
    """A portal with tokens and its database; sessions need no Temporal."""
    async with opened(offline.client, offline.settings, **SECURED) as caller:
        yield caller


async def is_page(answer: httpx.Response, status: int, said: str) -> None:
    """A page for a person, in the words that are expected."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"].startswith("text/html") and said in answer.text


async def knows(visitor: httpx.AsyncClient, customer: str = OWN) -> bool:
    """Whether the browser is in a session of that customer."""
    return (await visitor.get(f"/customers/{customer}/licences")).status_code == 200


async def csrf_of(visitor: httpx.AsyncClient) -> str:
    """What the forms of a browser's session carry."""
    found = re.search(r'name="csrf" value="([^"]+)"', (await visitor.get("/my")).text)
    assert found
    return found[1]


# A link.


@pytest.mark.parametrize("headers", [PORTAL, OPERATOR], ids=["a portal", "an operator"])
async def test_a_link_holds_for_an_hour_and_leads_to_the_board(guarded, headers):
    made = await guarded.http.post("/customer-sessions", json={"customer": OWN}, headers=headers)
    assert made.status_code == 201 and set(made.json()) == {"url", "expires_at"}
    assert made.headers["cache-control"] == "no-store"
    left = datetime.fromisoformat(made.json()["expires_at"]) - datetime.now(UTC)
    assert timedelta(minutes=59) < left <= timedelta(hours=1)
    assert made.json()["url"].startswith(f"{guarded.settings.public_url}/my/enter?link=")
    async with browser(guarded) as visitor:
        entered = await visitor.get(made.json()["url"].removeprefix(guarded.settings.public_url))
        assert (entered.status_code, entered.headers["location"]) == (303, "/my")
        assert (entered.headers["cache-control"], entered.headers["referrer-policy"]) == ("no-store", "no-referrer")
        assert await knows(visitor) and not await knows(visitor, OTHER)


async def test_who_is_no_portal_and_no_operator_gets_no_link(guarded):
    is_problem(await guarded.http.post("/customer-sessions", json={"customer": OWN}), 401, "unauthorised")
    async with browser(guarded, await link_for(guarded, OWN)) as visitor:
        for customer in (OWN, OTHER):
            is_problem(await visitor.post("/customer-sessions", json={"customer": customer}), 403, "forbidden")


async def test_the_cookie_is_for_this_host_and_no_script(guarded):
    async with browser(guarded) as visitor:
        entered = await visitor.get(await link_for(guarded, OWN))
    (cookie,) = SimpleCookie(entered.headers["set-cookie"]).values()
    assert cookie.key == "cancellations" and cookie["httponly"] and not cookie["secure"]
    assert (cookie["samesite"].lower(), cookie["path"], cookie["domain"], cookie["max-age"]) == ("lax", "/", "", "")


async def test_behind_tls_the_cookie_goes_no_other_way(offline):
    async with opened(offline.client, offline.settings, **SECURED, public_url="https://k.example") as caller:
        entered = await caller.http.get(await link_for(caller, OWN))
    (cookie,) = SimpleCookie(entered.headers["set-cookie"]).values()
    assert cookie.key == "__Host-cancellations" and cookie["secure"] and cookie["path"] == "/" and not cookie["domain"]


@pytest.mark.parametrize(("wanted", "language"), [({}, "de"), ({"language": "en"}, "en"), ({"language": "de"}, "de")])
async def test_pages_speak_the_customers_language_unless_another_is_wanted(guarded, wanted, language):
    async with browser(guarded, await link_for(guarded, OWN, **wanted)) as visitor:
        assert f'<html lang="{language}">' in (await visitor.get("/my", headers={"accept-language": "fr"})).text


async def test_an_unknown_customer_gets_no_link(guarded):
    made = await guarded.http.post("/customer-sessions", json={"customer": "K-9999"}, headers=PORTAL)
    is_problem(made, 404, "unknown_customer")


# Tampered.

SIGNS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


def tampered(text: str) -> list[str]:
    """The text with one sign changed at several places, cut, doubled, unsigned, and as of nobody."""
    payload, _, signature = text.rpartition(".")
    places = range(0, len(text) - 1, max(1, len(text) // 40))
    changed = [f"{text[:at]}{'A' if text[at] != 'A' else 'B'}{text[at + 1 :]}" for at in places if text[at] in SIGNS]
    return [*changed, payload, f"{payload}.", f".{signature}", text[:-2], f"{text}.{signature}", "", ".", "x.y"]


async def test_a_tampered_link_lets_nobody_in(guarded):
    link = (await link_for(guarded, OWN)).partition("link=")[2]
    async with browser(guarded) as visitor:
        for wrong in tampered(link):
            await is_page(await visitor.get("/my/enter", params={"link": wrong}), 401, "Dieser Link ist nicht gültig")
            assert "set-cookie" not in (await visitor.get("/my/enter", params={"link": wrong})).headers
        assert not await knows(visitor)
        assert (await visitor.get(f"/my/enter?link={link}")).status_code == 303


async def test_a_tampered_cookie_is_none(guarded):
    async with browser(guarded, await link_for(guarded, OWN)) as visitor:
        cookie = visitor.cookies["cancellations"]
        for wrong in tampered(cookie):
            answer = await guarded.http.get(f"/customers/{OWN}/licences", headers={"cookie": f"cancellations={wrong}"})
            is_problem(answer, 401, "unauthorised")
        assert await knows(visitor)


async def test_neither_is_taken_for_the_other_and_nothing_signed_elsewhere_is_taken(guarded):
    link = (await link_for(guarded, OWN)).partition("link=")[2]
    foreign = Sessions(guarded.settings.model_copy(update={"session_secret": (SecretStr(KEY_BEFORE),)}))
    session = Session("x" * 24, OWN, "de", None)
    async with browser(guarded, f"/my/enter?link={link}") as visitor:
        cookie = visitor.cookies["cancellations"]
        await is_page(await visitor.get("/my/enter", params={"link": cookie}), 401, "Dieser Link ist nicht gültig")
    for wrong in (link, foreign.cookie_of(session), guarded.app.state.portal.sessions.cookie_of(session)):
        answer = await guarded.http.get("/tasks", headers={"cookie": f"cancellations={wrong}"})
        is_problem(answer, 401, "unauthorised")


# Expired, replayed.


@pytest.mark.parametrize(("seconds", "status"), [(-1, 303), (1, 401)])
async def test_a_link_is_entered_within_the_hour(guarded, monkeypatch, seconds, status):
    before = datetime.now(UTC)
    link = await link_for(guarded, OWN)
    clock_at(monkeypatch, before if seconds < 0 else datetime.now(UTC), seconds=LINK_LASTS.total_seconds() + seconds)
    async with browser(guarded) as visitor:
        answer = await visitor.get(link)
        assert answer.status_code == status
        assert ("Er gilt eine Stunde" in answer.text) is (status == 401)


async def test_a_link_is_entered_once_and_its_own_browser_is_led_on(guarded, monkeypatch):
    link = await link_for(guarded, OWN)
    async with browser(guarded, link) as visitor, browser(guarded) as thief:
        await is_page(await thief.get(link), 401, "Dieser Link wurde schon benutzt")
        assert not await knows(thief)
        assert (await visitor.get(link)).headers["location"] == "/my" and await knows(visitor)
        clock_at(monkeypatch, minutes=55)
        assert await knows(visitor)
        clock_at(monkeypatch, minutes=65)
        assert (await visitor.get(link)).status_code == 303, "the link is too old, but the session is not"
        await is_page(await thief.get(link), 401, "Dieser Link ist nicht mehr gültig")


async def test_two_browsers_at_once_do_not_both_get_in(guarded):
    link = await link_for(guarded, OWN)
    answers = await asyncio.gather(*(guarded.http.get(link) for _ in range(5)))
    assert sorted(answer.status_code for answer in answers) == [303, 401, 401, 401, 401]


async def test_what_is_fetched_ahead_of_time_does_not_use_a_link_up(guarded):
    link = await link_for(guarded, OWN)
    for name, value in (("sec-purpose", "prefetch"), ("sec-purpose", "prefetch;prerender"), ("purpose", "prefetch")):
        ahead = await guarded.http.get(link, headers={name: value})
        assert ahead.status_code == 503 and "set-cookie" not in ahead.headers
    assert (await guarded.http.head(link)).status_code == 405
    assert (await guarded.http.get(link)).status_code == 303


async def test_a_session_ends_an_hour_after_the_last_call(guarded, monkeypatch):
    async with browser(guarded, await link_for(guarded, OWN)) as visitor:
        for minutes in (59, 118, 177):
            clock_at(monkeypatch, minutes=minutes)
            assert await knows(visitor), minutes
        clock_at(monkeypatch, minutes=177 + 60, seconds=1)
        assert not await knows(visitor)
        await is_page(await visitor.get("/my"), 401, "Bitte kommen Sie noch einmal aus Ihrem Kundenkonto")


# Several portals, and rotation.


async def test_a_session_holds_at_every_portal_and_a_link_is_used_up_at_all(guarded, offline):
    async with opened(offline.client, offline.settings, **SECURED) as another:
        link = await link_for(guarded, OWN)
        async with browser(guarded, link) as visitor, browser(another) as elsewhere:
            await is_page(await elsewhere.get(link), 401, "Dieser Link wurde schon benutzt")
            elsewhere.cookies = visitor.cookies
            assert await knows(elsewhere)
            await visitor.post("/my/leave", data={"csrf": await csrf_of(visitor)})
            assert not await knows(elsewhere), "whoever has a copy of the cookie has nothing"


async def test_sessions_outlive_the_rotation_of_the_secret(guarded, offline):
    keys = [tuple(map(SecretStr, given)) for given in ((KEY_BEFORE,), (KEY, KEY_BEFORE), (KEY,))]
    portals = [opened(offline.client, offline.settings, **SECURED | {"session_secret": given}) for given in keys]
    async with portals[0] as before, portals[1] as between, portals[2] as after:
        unused = await link_for(before, OWN)
        async with browser(before, await link_for(before, OWN)) as visitor, browser(between) as later:
            form = await csrf_of(visitor)
            later.cookies = visitor.cookies
            assert await knows(later)
            async with browser(between, unused) as entered:
                assert await knows(entered)
            async with browser(after) as last:
                last.cookies = visitor.cookies
                assert not await knows(last)
            assert (await later.post("/my/leave", data={"csrf": form})).status_code == 200
        async with browser(between, await link_for(between, OWN)) as new, browser(after) as last:
            last.cookies = new.cookies
            assert await knows(last), "the first of several signs"


def test_without_a_secret_one_is_kept_for_its_owner_alone(tmp_path):
    settings = Settings(state_dir=tmp_path / "var")
    session = Session("s", OWN, "de", None)
    cookie = Sessions(settings).cookie_of(session)
    assert Sessions(settings).session_of(cookie) == session
    path = tmp_path / "var" / "session.key"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600 and len(path.read_text().strip()) >= 43
    assert sorted(entry.name for entry in path.parent.iterdir()) == ["session.key"]
    path.unlink()
    assert Sessions(settings).session_of(cookie) is None


async def test_of_many_who_make_a_secret_at_once_all_have_the_same(tmp_path):
    made = iter(map(str, range(100)))
    path = tmp_path / "new" / "key"
    got = await asyncio.gather(*(asyncio.to_thread(kept_secret, path, lambda: next(made), "X") for _ in range(20)))
    assert len(set(got)) == 1


@pytest.mark.parametrize("content", [b"", b"\n", b"\xff\xfe"])
def test_a_secret_that_cannot_be_read_names_what_to_set(tmp_path, content):
    path = tmp_path / "session.key"
    path.write_bytes(content)
    with pytest.raises(Misconfigured, match=r"session\.key.*CANCELLATIONS_SESSION_SECRET"):
        Sessions(Settings(state_dir=tmp_path)).prove()


def test_a_folder_that_cannot_be_written_names_what_to_set(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(Misconfigured, match=r"session\.key cannot be kept.*CANCELLATIONS_SESSION_SECRET"):
        Sessions(Settings(state_dir=tmp_path / "file")).prove()


# Where a link leads.

OPEN = [
    ("board", "/my"),
    (None, "/my"),
    ({"licence": "L-77"}, "/my/cancel/wms_user/L-77"),
    ({"run": f"edition/{OWN}/jtl"}, f"/my/cases/edition/{OWN}/jtl"),
    ({"kind": "edition", "subject": "jtl"}, "/my/cancel/edition/jtl"),
]


@pytest.mark.parametrize(("act", "page"), OPEN)
async def test_open_leads_to_one_act(guarded, act, page):
    link = await link_for(guarded, OWN, open=act)
    async with browser(guarded) as visitor:
        assert (await visitor.get(link)).headers["location"] == page


async def test_a_licence_that_no_process_here_ends_leads_to_the_board(guarded):
    link = await link_for(guarded, OTHER, open={"licence": "W-1"})
    assert (await guarded.http.get(link)).headers["location"] == "/my"


WRONG_OPEN = [
    "https://evil.example",
    "//evil.example",
    "/my/../../evil",
    "tasks",
    1,
    [],
    {},
    {"licence": 77},
    {"licence": "L-77", "run": f"edition/{OWN}/jtl"},
    {"page": "https://evil.example"},
    {"run": f"edition/{OTHER}/jtl"},
    {"run": "edition/K-9999/jtl"},
    {"run": f"edition/{OWN}/jtl/../../../evil"},
    {"run": f"edition/{OWN}/jtl\r\nLocation: https://evil.example"},
    {"run": f"//evil.example/{OWN}/x"},
    {"run": "made-by-hand"},
    {"kind": "edition"},
    {"kind": "nothing", "subject": "jtl"},
    {"kind": "edition", "subject": "jtl/../.."},
    {"kind": "edition", "subject": "jtl\r\nSet-Cookie: a=b"},
    {"kind": "edition", "subject": "x" * 41},
    {"kind": "edition", "subject": ""},
]


@pytest.mark.parametrize("act", WRONG_OPEN, ids=str)
async def test_malformed_open_leads_nowhere_else(guarded, act):
    made = await guarded.http.post("/customer-sessions", json={"customer": OWN, "open": act}, headers=PORTAL)
    is_problem(made, 422, "malformed")


@pytest.mark.parametrize("licence", ["V-2", "L-0", "L-77\r\nX: y", ""])
async def test_not_held_a_licence_of_another_customer_or_of_nobody(guarded, licence):
    body = {"customer": OWN, "open": {"licence": licence}}
    is_problem(await guarded.http.post("/customer-sessions", json=body, headers=PORTAL), 409, "not_held")


# Where it leads back.

RIGHT = [BACK, f"{BACK}/", f"{BACK}/vertraege?von=1&zu=2#a", f"{BACK}:443/x", "https://KONTO.shop.example/x"]
WRONG_RETURN = [
    "https://evil.example",
    "http://konto.shop.example",
    "https://konto.shop.example.evil.example",
    "https://konto.shop.example:8443",
    "https://konto.shop.example@evil.example",
    "https://evil.example\\@konto.shop.example",
    "https://konto.shop.example\\@evil.example",
    "https://shop:pw@konto.shop.example",
    "//konto.shop.example",
    "/vertraege",
    "javascript:alert(1)",
    "javascript://konto.shop.example/%0aalert(1)",
    "data:text/html,x",
    f"{BACK}/x\r\nSet-Cookie: a=b",
    f"{BACK}/x\nRefresh: 0",
    f'{BACK}/"><script>alert(1)</script>',
    f"{BACK}/'x",
    f"{BACK}/a b",
    f"{BACK}/\u202e",
    f" {BACK}",
    f"{BACK}/\x00",
    "https://konto．shop.example",
    "https://[konto.shop.example",
    "",
    f"{BACK}/" + "x" * 1000,
]


@pytest.mark.parametrize("url", RIGHT)
async def test_pages_and_leaving_lead_back_to_a_configured_origin(guarded, url):
    async with browser(guarded, await link_for(guarded, OWN, return_url=url)) as visitor:
        left = await visitor.post("/my/leave", data={"csrf": await csrf_of(visitor)})
        assert (left.status_code, left.headers["refresh"]) == (200, f"0; url={url}")
        assert "Sie sind abgemeldet" in left.text
        (cookie,) = SimpleCookie(left.headers["set-cookie"]).values()
        assert cookie.value == "" and cookie["max-age"] == "0"


@pytest.mark.parametrize("url", WRONG_RETURN, ids=repr)
async def test_malformed_nobody_is_led_back_elsewhere(guarded, url):
    body = {"customer": OWN, "return_url": url}
    made = await guarded.http.post("/customer-sessions", json=body, headers=PORTAL)
    assert "return_url" in is_problem(made, 422, "malformed")["detail"]


async def test_malformed_without_origins_nobody_is_led_back_and_the_setting_is_named(offline):
    async with opened(offline.client, offline.settings, **TOKENS) as caller:
        made = await caller.http.post("/customer-sessions", json={"customer": OWN, "return_url": BACK}, headers=PORTAL)
        assert "CANCELLATIONS_RETURN_ORIGINS" in is_problem(made, 422, "malformed")["detail"]


async def test_an_origin_that_was_taken_out_leads_nowhere_any_more(guarded, offline):
    link = await link_for(guarded, OWN, return_url=BACK)
    async with (
        browser(guarded, link) as visitor,
        opened(offline.client, offline.settings, **TOKENS) as later,
        browser(later) as there,
    ):
        there.cookies = visitor.cookies
        left = await there.post("/my/leave", data={"csrf": await csrf_of(there)})
        assert left.status_code == 200 and "refresh" not in left.headers and BACK not in left.text


# Forms.


async def test_a_form_of_another_site_or_session_does_nothing(guarded):
    async with browser(guarded, await link_for(guarded, OWN)) as visitor:
        async with browser(guarded, await link_for(guarded, OWN)) as another:
            foreign, own = await csrf_of(another), await csrf_of(visitor)
        session = guarded.app.state.portal.sessions.session_of(visitor.cookies["cancellations"])
        for wrong in (None, "", foreign, own[:-1], own + "A", own.swapcase(), session.id, "ä", [foreign, own]):
            data = {} if wrong is None else {"csrf": wrong}
            await is_page(await visitor.post("/my/leave", data=data), 403, "Dieses Formular ist nicht mehr gültig")
            assert await knows(visitor)
        assert (await visitor.post("/my/leave", data={"csrf": own})).status_code == 200
        assert not await knows(visitor)
        await is_page(await visitor.post("/my/leave", data={"csrf": own}), 401, "Sie sind hier nicht angemeldet")


# Where nothing is guarded.


async def test_where_nothing_is_guarded_anybody_enters_as_any_customer_as_often_as_he_likes(offline):
    for _ in range(2):
        async with browser(offline) as visitor:
            entered = await visitor.get("/my/enter", params={"customer": OWN})
            assert (entered.status_code, entered.headers["location"]) == (303, "/my")
            assert (await visitor.get("/my")).status_code == 200
    missing = await offline.http.get("/my/enter", params={"customer": "K-9999"})
    assert missing.status_code == 404 and "set-cookie" not in missing.headers


async def test_where_anything_is_guarded_nobody_enters_without_a_link(guarded):
    async with browser(guarded) as visitor:
        answer = await visitor.get("/my/enter", params={"customer": OWN})
        await is_page(answer, 401, "Dieser Link ist nicht gültig")
        assert "set-cookie" not in answer.headers
