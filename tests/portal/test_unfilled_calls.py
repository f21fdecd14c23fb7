"""What operators send beside decisions is no template either, and says something that is seen."""

from typing import Any

import pytest

from tests.portal.conftest import Caller, requested
from tests.portal.test_events import is_problem

TASK = "/tasks/t-0"
CALLS: list[tuple[str, dict[str, Any], str]] = [
    ("/freeze", {"by": "anna"}, "reason"),
    ("/freeze", {"reason": "wrong prices"}, "by"),
    ("/freeze/release", {"by": "anna"}, "note"),
    (f"{TASK}/claim", {}, "by"),
    (f"{TASK}/comments", {"by": "anna"}, "text"),
    (f"{TASK}/hand-over", {"by": "anna"}, "to"),
    ("/bulk-decisions/0123456789/pause", {}, "by"),
    ("/customers/K-1001/cancellations", {"kind": "voucher", "subject": "x", "by": "anna"}, "note"),
]


@pytest.mark.parametrize(("path", "body", "field"), CALLS)
async def test_malformed_a_call_that_holds_what_a_template_holds_changes_nothing(
    offline: Caller, path: str, body: dict[str, Any], field: str
) -> None:
    for said, why in (("…", "template"), ("<name>", "template"), ("\u200b", "empty")):
        answer = await offline.http.post(path, json=body | {field: said}, headers={"accept-language": "en"})
        is_problem(answer, 422, "malformed")
        assert f"`{field}`" in answer.json()["detail"] and why in answer.json()["detail"]
    assert (await offline.http.get("/freeze")).json()["log"] == []


@pytest.mark.parametrize(("path", "body", "field"), CALLS)
async def test_what_is_filled_in_is_judged_as_such(
    offline: Caller, path: str, body: dict[str, Any], field: str
) -> None:
    answer = await offline.http.post(path, json=body | {field: "Anna …"}, headers={"accept-language": "en"})
    assert answer.json().get("code") != "malformed", answer.text


BEGUN: dict[str, Any] = {"kind": "marketplace", "customer": "K-1001", "subject": "x"}
SAID: list[tuple[str, dict[str, Any]]] = [
    *((field, {field: said}) for field in ("by", "explanation") for said in ("…", "<name>", "\u200b")),
    *(("reason.text", {"reason": {"code": "cost", "text": said}}) for said in ("...", "\u200b")),
    ("details.note", {"details": {"note": "<note>"}}),
]


@pytest.mark.parametrize(("field", "said"), SAID)
async def test_malformed_a_first_request_that_is_a_template_begins_nothing(
    offline: Caller, field: str, said: dict[str, Any]
) -> None:
    sent = requested("K-1001") | {"data": BEGUN | {"by": "c"} | said}
    preview = await offline.http.post("/previews", json=BEGUN | said)
    for answer in (await offline.send(sent), await offline.send(sent), preview):
        assert f"`{field}`" in is_problem(answer, 422, "malformed")["detail"]
