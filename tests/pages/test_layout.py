"""What every page has: a policy that loads nothing from elsewhere, and a page for a refusal too."""

import httpx
import pytest

from pages.rendering import STATIC, static_address
from tests.portal.conftest import Caller

HTML = {"accept": "text/html", "accept-language": "de"}


@pytest.mark.server
async def test_who_is_not_logged_in_gets_a_page_that_says_so(alone: Caller):
    answer: httpx.Response = await alone.http.get("/my", headers=HTML)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe-inline" not in policy
    assert '<html lang="de">' in answer.text and "<h1" in answer.text


@pytest.mark.server
@pytest.mark.parametrize("name", sorted(STATIC))
async def test_what_pages_load_is_kept_by_the_browser_under_an_address_that_changes_with_it(alone: Caller, name: str):
    answer = await alone.http.get(static_address(name))
    assert answer.content == STATIC[name]
    assert "immutable" in answer.headers["cache-control"]
    assert (await alone.http.get(f"/my/static/000000000000/{name}")).status_code == 404
