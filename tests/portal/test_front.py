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
    assert links == ["openapi.json", offline.settings.temporal_ui_url, "healthz", "readyz", "metrics"]


@pytest.mark.parametrize("settings", [None], indirect=True)
async def test_an_address_that_was_set_is_escaped(offline):
    answer = await offline.http.get("/", headers={"accept": "text/html"})
    assert "<script>" not in answer.text and "&lt;script&gt;" in answer.text


@pytest.fixture
def settings(tmp_path, request) -> Settings:
    """Those of the other tests; with a parameter, a strange address of the web UI."""
    strange: dict[str, Any] = {"temporal_ui_url": 'http://ui.example/"><script>'} if hasattr(request, "param") else {}
    return Settings(state_dir=tmp_path, task_queue="front", **strange)
