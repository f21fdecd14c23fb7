"""Search, cases and customers over HTTP: what is found, in whose language, and who may."""

from datetime import UTC, datetime

import pytest
from pydantic import BaseModel
from temporalio.client import Client

from portal import finding_examples
from portal.finding_schemas import CaseFile, CustomerFile, Found
from settings import Settings
from tests.portal.access import OPERATOR, PORTAL, TOKENS, opened
from tests.portal.conftest import Caller
from tests.portal.test_events import is_problem
from tests.portal.test_overview import shown


@pytest.mark.parametrize(("shape", "example"), [
    (Found, finding_examples.FOUND), (CaseFile, finding_examples.CASE), (CustomerFile, finding_examples.CUSTOMER),
])  # fmt: skip
def test_the_examples_are_what_is_answered(shape: type[BaseModel], example: dict[str, object]) -> None:
    shape.model_validate(example)


async def test_all_of_it_is_found_without_temporal(offline: Caller) -> None:
    offline.adapters.open_list.show([shown(1)])
    found = Found.model_validate((await offline.http.get("/search", params={"q": "  jtl ", "language": "en"})).json())
    assert (found.q, [case.workflow_id for case in found.cases]) == ("jtl", ["edition/K-1/jtl"])
    assert found.cases[0].state_text == "Scheduled"
    answer = (await offline.http.get("/search", params={"q": "nothing like it"})).json()
    assert answer == {"q": "nothing like it", "customers": [], "cases": [], "tasks": []}


@pytest.mark.parametrize(("given", "taken"), [
    ("x" * 200, True), ("x" * 201, False), ("", False), (" \t", False), ("\x00", True), ("%", True), ("'", True),
])  # fmt: skip
async def test_something_is_looked_for(offline: Caller, given: str, taken: bool) -> None:
    answer = await offline.http.get("/search", params={"q": given})
    if taken:
        assert answer.status_code == 200
    else:
        assert is_problem(answer, 422, "malformed")


async def test_a_customer_with_everything(portal: Caller) -> None:
    answer = await portal.http.get("/customers/K-1001", params={"language": "en"})
    found = CustomerFile.model_validate(answer.json())
    assert (found.customer, found.board.customer, found.board.language) == ("K-1001", "K-1001", "en")
    [first, *_] = (await portal.http.get("/search", params={"q": found.name.upper()})).json()["customers"]
    assert first == {"customer": "K-1001", "name": found.name}
    assert is_problem(await portal.http.get("/customers/K-none"), 404, "unknown_customer")
    assert is_problem(await portal.http.get("/cases/edition/K-1001/none"), 404, "unknown_run")


@pytest.mark.parametrize("path", ["/search?q=x", "/customers/K-1001", "/cases/edition/K-1001/never-begun"])
async def test_operators_alone_see_it(client: Client, settings: Settings, path: str) -> None:
    async with opened(client, settings, **TOKENS) as caller:
        assert (await caller.http.get(path)).status_code == 401
        assert (await caller.http.get(path, headers=PORTAL)).status_code == 403
        assert (await caller.http.get(path, headers=OPERATOR)).status_code in (200, 404)


async def test_id_reused_what_is_noted_of_a_cancellation_begun_for_a_customer_is_not_lost_unsaid(alone: Caller) -> None:
    begun = {"kind": "edition", "subject": "jtl", "target": "jtl_advanced", "by": "anna", "note": "By phone."}
    case, notes = "edition/K-1001/jtl", alone.adapters.task_notes
    notes.add_comment("phone-call-1", "pos/K-1002/P-1", "t-1", "anna", "A comment of that name.", datetime.now(UTC))
    for note, status in (("By phone.", 202), ("By phone.", 202), ("By mail.", 409)):
        data = begun | {"id": "phone-call-1", "note": note}
        answer = await alone.http.post("/customers/K-1001/cancellations", json=data)
        assert answer.status_code == status, answer.text
        assert [kept.text for kept in notes.comments(case)] == ["By phone."]
    assert "phone-call-1" in is_problem(answer, 409, "id_reused")["detail"]
