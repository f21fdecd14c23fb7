"""`GET /`: what the portal answers to whoever opens the address that `make run` prints first."""

import re
from typing import Any

import pytest

from settings import Settings


async def test_a_program_gets_json_with_where_to_go_on(offline):
    answer = await offline.http.get("/")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/json")
    said = answer.json()
    assert said["title"] == "Cancellations" and said["version"] and said["description"]
    assert said["web_ui"] == offline.settings.temporal_ui_url
    for name in ("calls", "health", "metrics"):
        assert (await offline.http.get(said[name])).status_code == 200
    assert said["ready"] == "/readyz"


@pytest.mark.parametrize(("language", "said"), [("en-GB,en;q=0.9", "All calls"), ("de", "Alle Aufrufe"),
                                                ("fr", "All calls")])  # fmt: skip
async def test_a_browser_gets_a_page_in_its_language(offline, language, said):
    headers = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8", "accept-language": language}
    answer = await offline.http.get("/", headers=headers)
    assert (answer.status_code, answer.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert said in answer.text
    links = re.findall(r'<a href="([^"]+)">', answer.text)
    assert links == ["my", "desk", "openapi.json", offline.settings.temporal_ui_url, "healthz", "readyz", "metrics"]


@pytest.mark.parametrize("settings", [None], indirect=True)
async def test_an_address_that_was_set_is_escaped(offline):
    answer = await offline.http.get("/", headers={"accept": "text/html"})
    assert "<script>" not in answer.text and "&lt;script&gt;" in answer.text


@pytest.fixture
def settings(tmp_path, request) -> Settings:
    """Those of the other tests; with a parameter, a strange address of the web UI."""
    strange: dict[str, Any] = {"temporal_ui_url": 'http://ui.example/"><script>'} if hasattr(request, "param") else {}
    return Settings(state_dir=tmp_path, task_queue="front", **strange)


# A case, whose address stands in mails of former days and in portals.

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


@pytest.mark.parametrize(("pattern", "page"), [
    ("", "http://127.0.0.1:8080/my/cases/pos/K-1001/POS-1"),
    ("https://shop.example/cases?id={workflow_id}", "https://shop.example/cases?id=pos/K-1001/POS-1"),
])  # fmt: skip
async def test_a_browser_is_led_to_the_page_of_a_case(offline, pattern, page):
    """With the vendor's own page, where it has one (`CUSTOMER_URL`)."""
    object.__setattr__(offline.app.state.portal.settings, "customer_url", pattern)
    answer = await offline.http.get("/cancellations/pos/K-1001/POS-1", headers={"accept": BROWSER})
    assert (answer.status_code, answer.headers["location"], answer.headers["vary"]) == (303, page, "Accept")


@pytest.mark.parametrize("accept", ["*/*", "application/json", "application/json, text/html;q=0.5", "text/html;q=0"])
async def test_a_program_is_not_led_to_a_page(offline, accept):
    answer = await offline.http.get("/cancellations/pos/K-1001/POS-1", headers={"accept": accept})
    assert answer.status_code == 503 and answer.headers["content-type"] == "application/problem+json"


async def test_nobody_is_led_elsewhere_by_a_strange_workflow_id(offline):
    for strange in ("//evil.example", "https://evil.example", "x%0d%0aLocation:%20https://evil.example", "x?y=%22"):
        answer = await offline.http.get(f"/cancellations/{strange}", headers={"accept": BROWSER})
        led_to = answer.headers.get("location", "")
        assert led_to.startswith("http://127.0.0.1:8080/my/cases/") or (answer.status_code >= 400 and not led_to)
