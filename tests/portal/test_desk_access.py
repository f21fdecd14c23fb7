"""Operators at the desk: logging in, sessions, grades, and what is said where something does not go."""

import html
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from http.cookies import SimpleCookie
from typing import Any

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from activities.sql.operator_sessions import IDLE, LONGEST
from pages.desk.site import is_own_path
from portal.guards.wrong_tokens import MOST_WRONG
from tests.portal.access import SHOP, TOKENS, browser, opened
from tests.portal.conftest import Caller
from tests.strong import ANNA, OTTO

GRADES = {"operator_grades": {"otto": "read"}}
WANTED = "/desk?type=repair&mine=true"


@pytest_asyncio.fixture
async def guarded(offline: Caller) -> AsyncIterator[Caller]:
    """A portal with two operators, of whom one may only read; logging in needs no Temporal."""
    async with opened(offline.client, offline.settings, **TOKENS, **GRADES) as caller:
        yield caller


def field(name: str, page: str) -> str:
    """The value of a hidden field."""
    found = re.search(rf'name="{name}" value="([^"]*)"', page)
    assert found, page
    return html.unescape(found[1])


async def form_of(visitor: httpx.AsyncClient, **query: str) -> dict[str, str]:
    """The hidden fields of the form to log in, as the browser gets it."""
    page = (await visitor.get("/desk/login", params=query)).text
    return {name: field(name, page) for name in ("csrf", "next")}


async def log_in(visitor: httpx.AsyncClient, token: str = ANNA, field: str = "token", **query: str) -> httpx.Response:
    """Log a browser in, by the form."""
    return await visitor.post("/desk/login", data={**await form_of(visitor, **query), field: token})


@asynccontextmanager
async def operator(caller: Caller, token: str = ANNA, **headers: str) -> AsyncIterator[httpx.AsyncClient]:
    """The browser of an operator who is logged in."""
    async with browser(caller) as visitor:
        visitor.headers.update(headers)
        answer = await log_in(visitor, token)
        assert answer.status_code == 303, answer.text
        yield visitor


async def is_in(visitor: httpx.AsyncClient) -> bool:
    """Whether the browser is in an operator's session."""
    answer = await visitor.get("/desk")
    assert answer.headers["location"] in ("/desk/tasks", "/desk/login")
    return answer.headers["location"] == "/desk/tasks"


def given_cookie(visitor: httpx.AsyncClient, content: str) -> None:
    """Let a browser have that session's cookie, and no other."""
    visitor.cookies.set("cancellations-desk", content, domain=visitor.base_url.host, path="/")


async def csrf_of(visitor: httpx.AsyncClient) -> str:
    """What the forms of the browser's session carry: every page of the desk has one, a problem's too."""
    return field("csrf", (await visitor.get("/desk/nothing")).text)


def clock_at(monkeypatch: Any, shift: timedelta, module: str = "portal.desk.sessions") -> None:
    """Let the desk's clock show another moment than it is."""

    class Shifted(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime.now(tz or UTC) + shift

    monkeypatch.setattr(f"{module}.datetime", Shifted)


# Logging in.


async def test_who_is_not_logged_in_is_led_to_log_in_and_then_to_the_page_that_he_wanted(guarded):
    async with browser(guarded) as visitor:
        led = await visitor.get(WANTED)
        assert (led.status_code, led.headers["location"]) == (303, f"/desk/login?{httpx.QueryParams(next=WANTED)}")
        page = await visitor.get(led.headers["location"])
        assert page.status_code == 200 and field("next", page.text) == WANTED
        data = {"csrf": field("csrf", page.text), "next": WANTED, "token": ANNA}
        answer = await visitor.post("/desk/login", data=data)
        assert (answer.status_code, answer.headers["location"]) == (303, WANTED)
        assert await is_in(visitor)
        again = await visitor.get("/desk/login", params={"next": WANTED})
        assert (again.status_code, again.headers["location"]) == (303, WANTED), "who is logged in is led on"


ELSEWHERE = [
    "https://evil.example/desk", "//evil.example", "/desk//../../my", "/desk/../my", "/desk/%2e%2e/my", "/desk/.%2E/my",
    "/desk\\evil", "/desk@evil.example", "/desktop", "/my", "/", "", "desk", "/desk/leave", "/desk/login?next=/desk",
    "/desk/tasks\r\nset-cookie: a=b", "/desk/tasks#x", "/desk/täsks", "/desk/" + "a" * 2000, "javascript:alert(1)",
    "/desk/..", "/desk/a/..%2f..%2fmy",
]  # fmt: skip


@pytest.mark.parametrize("wanted", ELSEWHERE)
async def test_nobody_is_led_elsewhere_by_logging_in(guarded, wanted):
    assert not is_own_path(wanted)
    async with browser(guarded) as visitor:
        form = {**await form_of(visitor), "next": wanted, "token": ANNA}
        assert (await visitor.post("/desk/login", data=form)).headers["location"] == "/desk"
        given = await visitor.get("/desk/login", params={"next": wanted})
        assert (given.status_code, given.headers["location"]) == (303, "/desk")


@pytest.mark.parametrize(
    "wanted", ["/desk", "/desk/tasks?type=repair&mine=true", WANTED, "/desk/cases/edition/K-1.x/jtl", "/desk?a=..b"]
)
async def test_every_page_of_the_desk_may_be_wanted(wanted):
    assert is_own_path(wanted)


@pytest.mark.parametrize("token", ["", "x" * 22, ANNA[:-1], ANNA + "A", "anna", SHOP])
async def test_a_wrong_token_lets_nobody_in_and_keeps_what_was_wanted(guarded, token):
    async with browser(guarded) as visitor:
        answer = await log_in(visitor, token, next=WANTED)
        assert answer.status_code == 401 and "nicht bekannt" in answer.text and field("next", answer.text) == WANTED
        assert not token or token not in answer.text
        assert not await is_in(visitor)
        right = await visitor.post("/desk/login", data={"csrf": field("csrf", answer.text), "token": ANNA})
        assert right.status_code == 303 and await is_in(visitor)


async def test_wrong_tokens_at_the_desk_are_counted_with_all_others(guarded):
    wrong = {"authorization": "Bearer wrong"}
    async with browser(guarded) as visitor:
        answers = [await log_in(visitor, "wrong") for _ in range(MOST_WRONG - 1)]
        answers += [await visitor.get("/tasks", headers=wrong), await log_in(visitor, "wrong")]
        assert [answer.status_code for answer in answers] == [401] * MOST_WRONG + [429]
        assert answers[-1].headers["retry-after"] == "60" and "<html" in answers[-1].text
        assert (await log_in(visitor, ANNA)).status_code == 303, "a right one is taken at any time"
        assert (await visitor.get("/tasks", headers=wrong)).status_code == 401, "and it begins anew"


async def test_the_form_to_log_in_is_the_browsers_own(guarded):
    async with browser(guarded) as visitor, browser(guarded) as other:
        foreign = await form_of(other)
        await form_of(visitor)
        for form in (foreign, {}, {"csrf": ""}, {"csrf": "x" * 43}):
            answer = await visitor.post("/desk/login", data={**form, "token": ANNA})
            assert answer.status_code == 403 and "nicht mehr gültig" in answer.text and not await is_in(visitor)
        own = await form_of(visitor)
        visitor.cookies.clear()
        assert (await visitor.post("/desk/login", data={**own, "token": ANNA})).status_code == 403


async def test_another_site_logs_nobody_in(guarded):
    async with browser(guarded) as visitor:
        form = {**await form_of(visitor), "token": ANNA}
        for headers in ({"origin": "https://evil.example"}, {"sec-fetch-site": "cross-site"}, {"origin": "null"}):
            answer = await visitor.post("/desk/login", data=form, headers=headers)
            assert answer.status_code == 403 and not await is_in(visitor)
        own = {"origin": guarded.settings.public_url, "sec-fetch-site": "same-origin"}
        assert (await visitor.post("/desk/login", data=form, headers=own)).status_code == 303


@pytest.mark.parametrize(
    ("url", "name"), [("", "cancellations-desk"), ("https://k.example", "__Host-cancellations-desk")]
)
async def test_cookies_are_for_this_host_and_no_script_and_behind_tls_go_no_other_way(offline, url, name):
    async with opened(offline.client, offline.settings, **TOKENS, **({"public_url": url} if url else {})) as caller:
        async with browser(caller) as visitor:
            pages = [await visitor.get("/desk/login"), await log_in(visitor)]
        lines = [line for page in pages for line in page.headers.get_list("set-cookie")]
        names = [cookie for line in lines for cookie in SimpleCookie(line).values()]
    assert [cookie.key for cookie in names] == [f"{name}-login", name, f"{name}-login"]
    for cookie in names:
        assert cookie["httponly"] and cookie["samesite"].lower() == "lax" and bool(cookie["secure"]) is bool(url)
        assert cookie["path"] == "/" and not cookie["domain"]


async def test_where_nothing_is_guarded_a_name_is_enough(offline):
    async with browser(offline) as visitor:
        for wrong in ("", "x" * 81, "a\nb", "a\u202eb", "<Name>", "…", "“...”", "\u3164"):
            answer = await log_in(visitor, wrong, "name")
            assert answer.status_code == 401 and "höchstens 80 Zeichen" in answer.text
        assert (await log_in(visitor, "Änna Müller", "name")).status_code == 303
        page = (await visitor.get("/desk/nothing")).text
        assert "Angemeldet: Änna Müller (alles, auch Verwaltung)" in page


async def test_a_name_alone_is_worth_nothing_as_soon_as_something_is_guarded(offline):
    async with browser(offline) as visitor:
        await log_in(visitor, "anna", "name")
        assert await is_in(visitor)
        cookie = visitor.cookies["cancellations-desk"]
    async with (
        opened(offline.client, offline.settings, session_secret=(), **TOKENS) as caller,
        browser(caller) as visitor,
    ):
        given_cookie(visitor, cookie)
        assert not await is_in(visitor)
        assert (await log_in(visitor, "anna", "name")).status_code == 401


async def test_where_nobody_has_a_token_the_page_says_who_sets_one_up(offline):
    async with opened(offline.client, offline.settings, portal_tokens=TOKENS["portal_tokens"]) as caller:
        page = (await caller.http.get("/desk/login")).text
    assert "CANCELLATIONS_OPERATOR_TOKENS" in page and 'name="token"' not in page


# Sessions.


@pytest.mark.parametrize(("after", "is_open"), [(IDLE - timedelta(minutes=1), True), (IDLE, False)])
async def test_a_session_ends_four_hours_after_the_last_call(guarded, monkeypatch, after, is_open):
    async with operator(guarded) as visitor:
        clock_at(monkeypatch, after)
        assert await is_in(visitor) is is_open


async def test_a_session_ends_after_twelve_hours_at_work(guarded, monkeypatch):
    async with operator(guarded) as visitor:
        for hour in range(1, 12):
            clock_at(monkeypatch, timedelta(hours=hour))
            assert await is_in(visitor)
        clock_at(monkeypatch, LONGEST)
        assert not await is_in(visitor)


async def test_who_has_left_has_left_at_every_portal(guarded):
    async with operator(guarded) as visitor:
        cookie = visitor.cookies["cancellations-desk"]
        csrf = await csrf_of(visitor)
        assert (await visitor.post("/desk/leave", data={"csrf": "x"})).status_code == 403 and await is_in(visitor)
        left = await visitor.post("/desk/leave", data={"csrf": csrf})
        assert (left.status_code, left.headers["location"]) == (303, "/desk/login")
        assert not await is_in(visitor)
    async with opened(guarded.client, guarded.settings) as other:
        for caller in (guarded, other):
            answer = await caller.http.get("/desk", headers={"cookie": f"cancellations-desk={cookie}"})
            assert answer.headers["location"] == "/desk/login"


async def test_logging_in_anew_ends_the_session_before_it(guarded):
    async with operator(guarded) as visitor:
        before = visitor.cookies["cancellations-desk"]
        form = {**await form_of_new_browser(visitor), "token": OTTO}
        assert (await visitor.post("/desk/login", data=form)).status_code == 303
        assert visitor.cookies["cancellations-desk"] != before
        answer = await guarded.http.get("/desk", headers={"cookie": f"cancellations-desk={before}"})
        assert answer.headers["location"] == "/desk/login"


async def form_of_new_browser(visitor: httpx.AsyncClient) -> dict[str, str]:
    """The form to log in of a browser that is in a session: it had the page open from before."""
    cookie = visitor.cookies["cancellations-desk"]
    del visitor.cookies["cancellations-desk"]
    form = await form_of(visitor)
    given_cookie(visitor, cookie)
    return form


@pytest.mark.parametrize(("tokens", "is_open"), [
    pytest.param({"anna": (SecretStr(OTTO), SecretStr(ANNA))}, True, id="it is being replaced"),
    pytest.param({"anna": (SecretStr(OTTO),)}, False, id="it was replaced"),
    pytest.param({"otto": (SecretStr(ANNA),)}, False, id="another has it"),
    pytest.param({}, False, id="there is none"),
])  # fmt: skip
async def test_a_session_holds_as_long_as_the_token_that_began_it(guarded, tokens, is_open):
    async with operator(guarded) as visitor:
        cookie = visitor.cookies["cancellations-desk"]
    changed = {**TOKENS, "operator_tokens": tokens}
    async with opened(guarded.client, guarded.settings, **changed) as caller, browser(caller) as visitor:
        given_cookie(visitor, cookie)
        assert await is_in(visitor) is is_open


async def test_a_tampered_cookie_and_one_of_a_customer_is_none(guarded):
    async with operator(guarded) as visitor:
        cookie = visitor.cookies["cancellations-desk"]
    sessions = guarded.app.state.portal.sessions
    for wrong in (
        cookie[:-1],
        cookie[1:],
        "",
        sessions.signed("session", {"session": "x"}),
        sessions.signed("desk", {"session": "x"}),
    ):
        answer = await guarded.http.get("/desk", headers={"cookie": f"cancellations-desk={wrong}"})
        assert answer.headers["location"] == "/desk/login"
        answer = await guarded.http.get("/tasks", headers={"cookie": f"cancellations-desk={cookie}"})
        assert answer.status_code == 401, "the desk's cookie opens the desk alone"


# Languages.


@pytest.mark.parametrize(("accepted", "language"), [("de-DE", "de"), ("en-GB,de;q=0.5", "en"), ("fr", "de")])
async def test_the_desk_speaks_the_browsers_language_at_first(guarded, accepted, language):
    async with operator(guarded, **{"accept-language": accepted}) as visitor:
        for path in ("/desk/nothing", "/desk/other"):
            assert f'<html lang="{language}">' in (await visitor.get(path)).text


async def test_another_language_is_kept_with_the_session_and_leads_back(guarded):
    async with operator(guarded, **{"accept-language": "de"}) as visitor:
        page = (await visitor.get("/desk/nothing?a=1")).text
        assert field("back", page) == "/desk/nothing?a=1"
        form = {"csrf": field("csrf", page), "language": "en"}
        changed = await visitor.post("/desk/language", data={**form, "back": field("back", page)})
        assert (changed.status_code, changed.headers["location"]) == (303, "/desk/nothing?a=1")
        assert '<html lang="en">' in (await visitor.get("/desk/nothing")).text
        for wrong in ("fr", ""):
            answer = await visitor.post("/desk/language", data={**form, "language": wrong, "back": "//evil.example"})
            assert (answer.status_code, answer.headers["location"]) == (303, "/desk")
        assert '<html lang="en">' in (await visitor.get("/desk/nothing")).text
        assert (await visitor.post("/desk/language", data={"language": "de"})).status_code == 403


# Grades.


@pytest.mark.parametrize(("token", "grade"), [(ANNA, "alles, auch Verwaltung"), (OTTO, "nur lesen")])
async def test_the_grade_is_that_of_the_settings(guarded, token, grade):
    async with operator(guarded, token) as visitor:
        assert f"({grade})" in (await visitor.get("/desk/nothing")).text


async def test_a_grade_that_is_changed_holds_in_a_session_under_way(guarded):
    async with operator(guarded, OTTO) as visitor:
        cookie = visitor.cookies["cancellations-desk"]
    changed = TOKENS | {"operator_grades": {"otto": "decide"}}
    async with opened(guarded.client, guarded.settings, **changed) as caller, browser(caller) as visitor:
        given_cookie(visitor, cookie)
        assert "(lesen und entscheiden)" in (await visitor.get("/desk/nothing")).text


# Problems.


async def test_a_problem_has_the_desks_frame_and_menu(guarded):
    async with operator(guarded, **{"accept-language": "en"}) as visitor:
        answer = await visitor.get("/desk/nothing")
    assert answer.status_code == 404
    assert 'href="/desk/tasks"' in answer.text and 'action="/desk/leave"' in answer.text
    assert "/my" not in re.sub(r"/my/(static|brand)/", "", answer.text)
    assert "There is no such page at this desk" in answer.text and "contracts" not in answer.text


async def test_who_is_not_logged_in_sees_no_menu_on_a_problem(guarded):
    answer = await guarded.http.post("/desk/login", content=b"x", headers={"content-type": "text/plain"})
    assert answer.status_code == 415 and 'action="/desk/leave"' not in answer.text
    assert 'href="/desk/login"' in answer.text


async def test_what_a_form_sent_too_late_is_sent_in_the_next_session(guarded, monkeypatch):
    async with operator(guarded) as visitor:
        sent = {"csrf": await csrf_of(visitor), "language": "en", "back": "/desk/nothing", "note": 'für <b> & "x"'}
        sent |= {"decision": "declined", "at": "2027-01-31"}
        await visitor.post("/desk/leave", data={"csrf": sent["csrf"]})
        late = await visitor.post("/desk/language", data=sent)
        assert late.status_code == 401 and "noch nichts ausgeführt" in late.text
        kept = {"kept": field("kept", late.text)}
        still = await visitor.post("/desk/again", data=kept)
        assert still.status_code == 401 and field("kept", still.text) == kept["kept"], "he has not logged in yet"
        assert (await log_in(visitor)).status_code == 303
        page = await visitor.post("/desk/again", data=kept)
        assert page.status_code == 200 and 'action="/desk/language"' in page.text
        assert "für &lt;b&gt; &amp; &#34;x&#34;" in page.text and sent["csrf"] not in page.text
        assert "Ihre Entscheidung" in page.text and "abgelehnt" in page.text and "31. Januar 2027" in page.text
        assert "<dt>Begründung</dt>" in page.text and "<dt>back" not in page.text, (
            "in words, and what was entered alone"
        )
        form = {
            name: field(name, page.text.partition('action="/desk/language"')[2])
            for name in ("csrf", "language", "back")
        }
        assert (form["language"], form["back"]) == ("en", "/desk/nothing")
        assert (await visitor.post("/desk/language", data=form)).headers["location"] == "/desk/nothing"
        assert '<html lang="en">' in (await visitor.get("/desk/nothing")).text
    async with operator(guarded, OTTO) as other:
        assert (await other.post("/desk/again", data=kept)).status_code == 403, "it is not his"
        for wrong in ("", "x", guarded.app.state.portal.sessions.signed("desk", {"session": "x"})):
            assert (await other.post("/desk/again", data={"kept": wrong})).status_code == 403


async def test_what_was_made_for_a_former_session_is_sent_in_the_present_one_by_the_same_operator(guarded):
    async with operator(guarded) as visitor:
        sent = {"csrf": await csrf_of(visitor), "language": "en", "back": "/desk/nothing"}
        await visitor.post("/desk/leave", data={"csrf": sent["csrf"]})
        await log_in(visitor)
        former = await visitor.post("/desk/language", data=sent)
        assert former.status_code == 403 and "aus Ihrer vorigen Sitzung" in former.text
        assert '<html lang="de">' in (await visitor.get("/desk/nothing")).text, "nothing was done"
        page = await visitor.post("/desk/again", data={"kept": field("kept", former.text)})
        assert page.status_code == 200 and 'action="/desk/language"' in page.text
    async with operator(guarded, OTTO) as other:
        foreign = await other.post("/desk/language", data=sent)
        assert foreign.status_code == 403 and 'name="kept"' not in foreign.text


async def test_what_no_page_of_ours_sent_is_not_kept(guarded):
    async with operator(guarded) as visitor:
        await visitor.post("/desk/leave", data={"csrf": await csrf_of(visitor)})
        for form in ({"note": "x"}, {"csrf": "x", "note": "x"}):
            late = await visitor.post("/desk/language", data=form)
            assert late.status_code == 401 and 'name="kept"' not in late.text
    late = await guarded.http.post("/desk/language", data={"note": "x"})
    assert late.status_code == 401 and 'name="kept"' not in late.text and 'href="/desk/login"' in late.text


# Links.


async def test_a_browser_is_led_to_the_page_of_a_case_that_is_for_whoever_is_logged_in(guarded):
    case, html_wanted = "/cancellations/edition/K-1001/jtl", {"accept": "text/html"}
    own = guarded.settings.public_url
    async with operator(guarded) as visitor, browser(guarded) as anybody:
        led = await visitor.get(case, headers=html_wanted)
        assert (led.status_code, led.headers["location"]) == (303, f"{own}/desk/cases/edition/K-1001/jtl")
        led = await anybody.get(case, headers=html_wanted)
        assert (led.status_code, led.headers["location"]) == (303, f"{own}/my/cases/edition/K-1001/jtl")
