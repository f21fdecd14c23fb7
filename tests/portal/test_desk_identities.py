"""Operators who log in by a provider of identities (OpenID Connect), over HTTP, and what must not be taken."""

import time
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr

from portal import identity_provider
from tests.portal.access import TOKENS, browser, opened
from tests.portal.conftest import Caller
from tests.portal.identities import (
    CLIENT,
    KEY,
    OTHER_KEY,
    StandIn,
    signed,
    signed_with_the_public_key,
    standing_in,
    unsigned,
)
from tests.portal.test_desk_access import clock_at, csrf_of, given_cookie, is_in, log_in

FLOW = "cancellations-desk-provider"


@pytest_asyncio.fixture
async def provider() -> AsyncIterator[StandIn]:
    """A provider that listens."""
    async with standing_in() as provider:
        yield provider


@pytest_asyncio.fixture
async def guarded(offline: Caller, provider: StandIn) -> AsyncIterator[Caller]:
    """A portal with that provider, and two operators with tokens beside it."""
    async with opened(offline.client, offline.settings, **TOKENS, **provider.settings) as caller:
        yield caller


@pytest_asyncio.fixture
async def visitor(guarded: Caller) -> AsyncIterator[httpx.AsyncClient]:
    """A browser."""
    async with browser(guarded) as visitor:
        yield visitor


async def sent_there(visitor: httpx.AsyncClient, **query: str) -> str:
    """The address at the provider to which a browser is sent."""
    answer = await visitor.get("/desk/login/provider", params=query)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def way_back(address: str) -> str:
    """The address to which the provider sends the browser back, without the portal's own."""
    async with httpx.AsyncClient() as http:
        answer = await http.get(address)
    parts = urlsplit(answer.headers["location"])
    return f"{parts.path}?{parts.query}"


async def came_back(visitor: httpx.AsyncClient, **query: str) -> httpx.Response:
    """What the browser is answered that comes back from the provider."""
    return await visitor.get(await way_back(await sent_there(visitor, **query)))


async def is_refused(visitor: httpx.AsyncClient, answer: httpx.Response, status: int, said: str) -> None:
    """A page that says why nobody was let in, and nobody was."""
    assert answer.status_code == status and said in answer.text, answer.text
    assert answer.headers["content-type"].startswith("text/html")
    assert FLOW not in visitor.cookies and not await is_in(visitor)


async def test_who_logs_in_there_is_led_to_the_page_that_he_wanted(visitor, provider):
    page = await visitor.get("/desk/login", params={"next": "/desk?a=1"})
    assert "Anmelden bei 127.0.0.1" in page.text and "/desk/login/provider?next=%2Fdesk%3Fa%3D1" in page.text
    answer = await came_back(visitor, next="/desk?a=1")
    assert (answer.status_code, answer.headers["location"]) == (303, "/desk?a=1")
    assert await is_in(visitor) and FLOW not in visitor.cookies
    page = (await visitor.get("/desk/nothing")).text
    assert "Angemeldet: oidc:anna (lesen und entscheiden)" in page, "by the name of the provider, and no token's"
    await visitor.post("/desk/leave", data={"csrf": await csrf_of(visitor)})
    assert not await is_in(visitor)


async def test_nobody_is_led_elsewhere(visitor):
    assert (await came_back(visitor, next="//evil.example")).headers["location"] == "/desk"


async def test_the_way_there_is_that_of_no_other_browser_and_says_what_it_must(visitor, guarded):
    asked = [parse_qs(urlsplit(await sent_there(visitor)).query) for _ in range(2)]
    assert all(asked[0][name] != asked[1][name] for name in ("state", "nonce", "code_challenge"))
    assert asked[0]["redirect_uri"] == [f"{guarded.settings.public_url}/desk/login/callback"]
    assert asked[0]["scope"] == ["openid profile"] and asked[0]["client_id"] == [CLIENT]


async def test_another_portal_takes_up_the_way_back(guarded, provider, visitor):
    back = await way_back(await sent_there(visitor))
    async with opened(guarded.client, guarded.settings) as other, browser(other) as there:
        there.cookies.set(FLOW, visitor.cookies[FLOW], domain=there.base_url.host, path="/")
        assert (await there.get(back)).status_code == 303 and await is_in(there)


# Grades.


@pytest.mark.parametrize(("groups", "grade"), [
    (["readers"], "nur lesen"), (["x", "ops", "readers"], "lesen und entscheiden"),
    (["ops", "chiefs"], "alles, auch Verwaltung"), ("ops", "lesen und entscheiden"),
])  # fmt: skip
async def test_of_several_groups_the_highest_grade_counts(visitor, provider, groups, grade):
    provider.claims["groups"] = groups
    await came_back(visitor)
    assert f"({grade})" in (await visitor.get("/desk/nothing")).text


@pytest.mark.parametrize("groups", [[], ["x"], None, 7, {"ops": True}, [["ops"]], "op", ["OPS"]])
async def test_without_a_group_that_has_a_grade_the_page_says_whom_to_ask_for_what(visitor, provider, groups):
    provider.claims["groups"] = groups
    answer = await came_back(visitor)
    await is_refused(visitor, answer, 403, "die Ihre Konten verwaltet, und bitten Sie um eine dieser Gruppen")
    assert all(f"<code>{group}</code>" in answer.text for group in ("readers", "ops", "chiefs"))


@pytest.mark.parametrize(("changes", "is_open"), [
    ({}, True), ({"oidc_grades": {"chiefs": "admin"}}, False), ({"oidc_issuer": "https://id.example"}, False),
    ({"oidc_issuer": "", "oidc_client_secret": None, "oidc_client_id": "", "oidc_grades": {}}, False),
])  # fmt: skip
async def test_a_session_holds_as_long_as_the_settings_name_its_provider_and_group(guarded, visitor, changes, is_open):
    await came_back(visitor)
    cookie = visitor.cookies["cancellations-desk"]
    async with opened(guarded.client, guarded.settings, **changes) as caller, browser(caller) as other:
        given_cookie(other, cookie)
        assert await is_in(other) is is_open


async def test_what_the_id_token_lacks_is_asked_for_once(guarded, visitor, provider):
    del provider.claims["groups"]
    provider.userinfo = {"sub": "1", "groups": ["chiefs"], "preferred_username": "somebody else"}
    await came_back(visitor)
    assert "oidc:anna (alles" in (await visitor.get("/desk/nothing")).text
    assert provider.calls.count("userinfo") == 1


async def test_claims_within_others_are_found(guarded, provider):
    provider.claims = {"sub": "1", "realm": {"roles": ["ops"]}, "https://shop.example/name": "b.maier"}
    named = {"oidc_groups_claim": "realm.roles", "oidc_name_claim": "https://shop.example/name"}
    async with opened(guarded.client, guarded.settings, **named) as caller, browser(caller) as visitor:
        await came_back(visitor)
        assert "oidc:b.maier (lesen" in (await visitor.get("/desk/nothing")).text


@pytest.mark.parametrize("name", [None, "", " ", 7, "a" * 81, "a\nb", "a\u202eb"])
async def test_who_has_no_name_is_not_let_in(visitor, provider, name):
    provider.claims["preferred_username"] = name
    await is_refused(visitor, await came_back(visitor), 403, "keinen brauchbaren Namen")


async def test_a_token_of_that_name_is_somebody_else(visitor, guarded):
    await came_back(visitor)
    assert "Angemeldet: oidc:anna (" in (await visitor.get("/desk/nothing")).text
    async with browser(guarded) as other:
        await log_in(other)
        assert "Angemeldet: anna (" in (await other.get("/desk/nothing")).text


# ID tokens that are none for us.


BENT: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "another nonce": lambda claims: claims | {"nonce": "x"},
    "no nonce": lambda claims: {name: claims[name] for name in claims if name != "nonce"},
    "for somebody else": lambda claims: claims | {"aud": "another"},
    "for somebody else, though made for us": lambda claims: claims | {"aud": "another", "azp": CLIENT},
    "for several, and none of them us": lambda claims: claims | {"aud": ["a", "b"], "azp": "a"},
    "for us among several, and made for another": lambda claims: claims | {"aud": [CLIENT, "b"], "azp": "b"},
    "for nobody": lambda claims: {name: claims[name] for name in claims if name != "aud"},
    "by another issuer": lambda claims: claims | {"iss": "https://evil.example"},
    "too old": lambda claims: claims | {"iat": time.time() - 900, "exp": time.time() - identity_provider.LEEWAY_S - 30},
    "without an end": lambda claims: {name: claims[name] for name in claims if name != "exp"},
    "not yet": lambda claims: claims | {"nbf": time.time() + 900},
    "of nobody": lambda claims: {name: claims[name] for name in claims if name != "sub"},
}


@pytest.mark.parametrize("bend", BENT.values(), ids=BENT)
async def test_an_id_token_that_is_none_for_us_lets_nobody_in(visitor, provider, bend):
    provider.bend = bend
    await is_refused(visitor, await came_back(visitor), 502, "Mit der Antwort von 127.0.0.1 stimmt etwas nicht")
    provider.bend = dict
    assert (await came_back(visitor)).status_code == 303


FORGED = {
    "by another key": lambda claims: signed(claims, OTHER_KEY, kid="one"),
    "by an unknown key": lambda claims: signed(claims, OTHER_KEY),
    "by the public key": signed_with_the_public_key,
    "by nobody": unsigned,
    "cut": lambda claims: signed(claims)[:-8],
    "with other claims": lambda claims: ".".join([*signed(claims).split(".")[:1], unsigned(claims).split(".")[1], "x"]),
    "none": lambda claims: "",
    "no token": lambda claims: "a.b.c",
}


@pytest.mark.parametrize("sign", FORGED.values(), ids=FORGED)
async def test_an_id_token_that_the_provider_did_not_sign_lets_nobody_in(visitor, provider, sign):
    provider.sign = sign
    await is_refused(visitor, await came_back(visitor), 502, "stimmt etwas nicht")


async def test_a_key_that_is_new_is_fetched_and_others_are_not_asked_for_each_time(visitor, provider):
    await came_back(visitor)
    await came_back(visitor)
    assert provider.calls.count("discovery") == provider.calls.count("jwks") == 1
    provider.keys, provider.sign = [OTHER_KEY, KEY], lambda claims: signed(claims, OTHER_KEY)
    assert (await came_back(visitor)).status_code == 303
    assert provider.calls.count("jwks") == 2


# Ways back that nobody was sent on.


async def test_a_foreign_state_lets_nobody_in(visitor, guarded, provider):
    async with browser(guarded) as other:
        foreign = await way_back(await sent_there(other))
        await is_refused(visitor, await visitor.get(foreign), 403, "wurde nicht hier begonnen")
        own = await way_back(await sent_there(visitor))
        await is_refused(visitor, await visitor.get(foreign), 403, "wurde nicht hier begonnen")
        await is_refused(visitor, await visitor.get(own), 403, "wurde nicht hier begonnen")
        assert provider.calls.count("token") == 0, "and no code was used up"
    for query in ("", "?code=x", "?state=&code=x", "?state=x&code=x&error=y"):
        await is_refused(visitor, await visitor.get(f"/desk/login/callback{query}"), 403, "nicht hier begonnen")


async def test_a_code_is_worth_something_once(visitor, guarded):
    address = await sent_there(visitor)
    cookie, back = visitor.cookies[FLOW], await way_back(address)
    assert (await visitor.get(back)).status_code == 303
    async with browser(guarded) as thief:
        await is_refused(thief, await thief.get(back), 403, "nicht hier begonnen")
        thief.cookies.set(FLOW, cookie, domain=thief.base_url.host, path="/")
        await is_refused(thief, await thief.get(back), 403, "hat die Anmeldung abgelehnt")


async def test_a_way_back_after_ten_minutes_is_none(visitor, monkeypatch):
    for minutes, status in ((9, 303), (11, 403)):
        back = await way_back(await sent_there(visitor))
        clock_at(monkeypatch, timedelta(minutes=minutes), "portal.desk.provider_routes")
        assert (await visitor.get(back)).status_code == status
        clock_at(monkeypatch, timedelta(0), "portal.desk.provider_routes")


async def test_the_answer_of_another_provider_is_not_taken(visitor, provider):
    back = await way_back(await sent_there(visitor))
    foreign = back.replace("iss=", "iss=https%3A%2F%2Fevil.example&was=")
    await is_refused(visitor, await visitor.get(foreign), 502, "stimmt etwas nicht")


async def test_what_the_provider_refuses_is_said_without_its_words(visitor, provider):
    provider.error = "access_denied<script>"
    answer = await came_back(visitor)
    await is_refused(visitor, answer, 403, "hat die Anmeldung abgelehnt")
    assert "script>" not in answer.text.replace("</script>", "").partition("<main")[2]


async def test_a_wrong_secret_of_ours_is_a_page_too(guarded):
    wrong = {"oidc_client_secret": SecretStr("wrong")}
    async with opened(guarded.client, guarded.settings, **wrong) as caller, browser(caller) as visitor:
        await is_refused(visitor, await came_back(visitor), 403, "hat die Anmeldung abgelehnt")


async def test_the_secret_is_shown_in_the_way_that_the_provider_takes(guarded, visitor, provider):
    provider.metadata = {"token_endpoint_auth_methods_supported": ["client_secret_post"]}
    assert (await came_back(visitor)).status_code == 303


# A provider that does not answer, or answers something else.


async def test_a_provider_that_cannot_be_reached_is_a_page(offline, provider):
    gone = provider.settings | {"oidc_issuer": "http://127.0.0.1:1"}
    async with opened(offline.client, offline.settings, **gone) as caller, browser(caller) as visitor:
        assert (await visitor.get("/desk/login")).status_code == 200, "the page to log in asks nobody"
        answer = await visitor.get("/desk/login/provider")
        await is_refused(visitor, answer, 503, "127.0.0.1 antwortet nicht")


async def test_a_provider_that_is_slow_is_a_page_in_time(visitor, provider, monkeypatch):
    monkeypatch.setattr(identity_provider, "WITHIN_S", 0.001)
    await is_refused(visitor, await visitor.get("/desk/login/provider"), 503, "antwortet nicht")


@pytest.mark.parametrize("metadata", [
    {"issuer": "https://evil.example"}, {"token_endpoint": None}, {"jwks_uri": "file:///etc/passwd"},
    {"authorization_endpoint": "javascript:alert(1)"}, {"jwks_uri": "http://127.0.0.1:1/jwks"},
])  # fmt: skip
async def test_a_provider_that_says_something_odd_of_itself_is_a_page(visitor, provider, metadata):
    provider.metadata = metadata
    answer = await visitor.get("/desk/login/provider")
    unreachable = "127.0.0.1:1" in str(metadata)
    await is_refused(visitor, answer, 503 if unreachable else 502, "antwortet nicht" if unreachable else "stimmt etwas")


async def test_without_a_provider_there_is_no_way_there(offline):
    async with opened(offline.client, offline.settings, **TOKENS) as caller:
        assert (await caller.http.get("/desk/login/provider")).status_code == 404
        assert "provider" not in (await caller.http.get("/desk/login")).text


async def test_a_provider_alone_guards_the_portal(offline, provider):
    async with opened(offline.client, offline.settings, **provider.settings) as caller:
        assert (await caller.http.get("/tasks")).status_code == 401
        page = (await caller.http.get("/desk/login")).text
        assert 'name="token"' not in page and "Anmelden bei" in page and 'name="name"' not in page


async def test_no_part_of_the_portal_shows_the_clients_secret(guarded, provider):
    portal = guarded.app.state.portal
    assert portal.settings.oidc_client_secret is None and "a secret" not in repr(portal.provider)
