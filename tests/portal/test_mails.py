"""The mails that went out over HTTP: of a case and of a customer, who sees which, and which fields of them."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from pydantic import BaseModel
from temporalio.client import Client

from activities.customer_centre import load_customers
from activities.sql.paging import write_cursor
from activities.sql.sent_mails import KEYS
from portal import openapi_examples
from portal.finding_schemas import CaseFile, CustomerFile
from portal.schemas import MailPage
from settings import Settings
from states.model.names import case_number
from tests.adapters.stored_runs import ended
from tests.canary import canaries_in, canary, mail_with_canaries
from tests.portal.access import OPERATOR, PORTAL, TOKENS, browser, link_for, opened
from tests.portal.conftest import CUSTOMERS, Caller, requested
from tests.portal.test_events import is_problem

OWN, FOREIGN = "K-1001", "K-1002"
RUN = f"edition/{OWN}/told-by-mail"
"""That no other test begins: all share one server of Temporal."""
OF_RUN, OF_CUSTOMER = f"/cancellations/{RUN}/mails", f"/customers/{OWN}/mails"
BEGAN = datetime(2027, 1, 12, 9, tzinfo=UTC)
FOR_CUSTOMERS = {
    *("workflow_id", "run_id", "case_number", "customer", "language", "subject", "text", "attachments", "sent_at"),
}


def keep(caller: Caller, number: int, **more: Any) -> None:
    """A mail that went out."""
    known = {"workflow_id": RUN, "subject": f"Mail {number}", "sent_at": BEGAN + timedelta(minutes=number)}
    caller.adapters.sent_mails.keep(f"k-{number}", mail_with_canaries(**known | more))


def keep_all(caller: Caller) -> None:
    """Three to the customer of a run, the last from an older run, and one to everybody else."""
    moved = f"marketplace_transfer/{FOREIGN}/M-1"
    keep(caller, 1)
    keep(caller, 2)
    keep(caller, 3, to="operators", text=canary("to_operators"))
    keep(caller, 4, workflow_id=moved, case_number=case_number(moved, "r5"), to="other_customer", text=canary("moved"))
    keep(caller, 0, run_id="r0", case_number=case_number(RUN, "r0"))
    caller.adapters.ledger.record_end(ended(RUN, "r0", day=2))
    caller.adapters.ledger.record_end(ended(RUN, "r1", day=12))


@pytest_asyncio.fixture
async def guarded(client: Client, settings: Settings) -> AsyncIterator[Caller]:
    """A portal with tokens, which knows some mails."""
    await load_customers(settings, CUSTOMERS)
    async with opened(client, settings, **TOKENS) as caller:
        keep_all(caller)
        yield caller


def subjects(answer: Any) -> list[str]:
    """The subjects of a page."""
    assert answer.status_code == 200, answer.text
    page = answer.json()
    assert set(page) == {"items", "total", "next"}
    return [item["subject"] for item in page["items"]]


@pytest.mark.parametrize(("shape", "example"), [(MailPage, openapi_examples.MAILS)])
def test_the_example_is_what_is_answered(shape: type[BaseModel], example: dict[str, object]) -> None:
    shape.model_validate(example)


async def test_operators_see_all_that_went_out_and_how(guarded: Caller) -> None:
    about = await guarded.http.get(OF_RUN, headers=OPERATOR)
    assert subjects(about) == ["Mail 3", "Mail 2", "Mail 1"]
    assert [item["to"] for item in about.json()["items"]] == ["operators", "customer", "customer"]
    whole = await guarded.http.get(OF_CUSTOMER, headers=OPERATOR)
    assert subjects(whole) == ["Mail 4", "Mail 3", "Mail 2", "Mail 1", "Mail 0"]
    for answer in (about, whole):
        MailPage.model_validate(answer.json())
        assert {canary("address"), canary("template"), canary("message_id")} <= set(canaries_in(answer.text))


async def test_customers_and_their_portals_see_what_went_to_the_customer_of_the_run(guarded: Caller) -> None:
    """Neither what went to operators nor what another's run has told him, whose ID he must not learn (MOV1)."""
    async with browser(guarded, await link_for(guarded, OWN)) as session:
        for http, headers in ((guarded.http, PORTAL), (session, {})):
            about = await http.get(OF_RUN, headers=headers)
            whole = await http.get(OF_CUSTOMER, headers=headers)
            assert subjects(about) == ["Mail 2", "Mail 1"]
            assert subjects(whole) == ["Mail 2", "Mail 1", "Mail 0"]
            for answer in (about, whole):
                assert canaries_in(answer.text) == [] and FOREIGN not in answer.text
                assert {frozenset(item) for item in answer.json()["items"]} == {frozenset(FOR_CUSTOMERS)}
                assert answer.json()["total"] == len(answer.json()["items"]), "nor how many others there are"


async def test_unknown_run_and_forbidden_what_is_anothers(guarded: Caller) -> None:
    keep(guarded, 9, workflow_id=f"edition/{FOREIGN}/jtl", customer=FOREIGN)
    async with browser(guarded, await link_for(guarded, OWN)) as session:
        there, missing = [
            await session.get(f"/cancellations/edition/{FOREIGN}/{subject}/mails") for subject in ("jtl", "none")
        ]
        problems = [is_problem(answer, 404, "unknown_run") for answer in (there, missing)]
        assert str(problems[0]).replace("jtl", "none") == str(problems[1]).replace("jtl", "none")
        is_problem(await session.get(f"/customers/{FOREIGN}/mails"), 403, "forbidden")
        is_problem(await session.get("/customers/K-9999/mails"), 403, "forbidden")
    for path in (OF_RUN, OF_CUSTOMER):
        is_problem(await guarded.http.get(path), 401, "unauthorised")


async def test_unknown_customer_and_unknown_run_where_there_is_none(guarded: Caller) -> None:
    is_problem(await guarded.http.get("/customers/K-9999/mails", headers=OPERATOR), 404, "unknown_customer")
    is_problem(await guarded.http.get(f"/cancellations/edition/{OWN}/none/mails", headers=OPERATOR), 404, "unknown_run")
    is_problem(await guarded.http.get(OF_RUN, params={"run_id": "never-was"}, headers=OPERATOR), 404, "unknown_run")
    assert subjects(await guarded.http.get(f"/customers/{FOREIGN}/mails", headers=OPERATOR)) == []


async def test_run_id_names_an_older_run(guarded: Caller) -> None:
    assert subjects(await guarded.http.get(OF_RUN, params={"run_id": "r0"}, headers=PORTAL)) == ["Mail 0"]


@pytest.mark.parametrize("path", [OF_RUN, OF_CUSTOMER])
async def test_pages_go_on_where_the_last_one_ended_whatever_is_sent_meanwhile(guarded: Caller, path: str) -> None:
    whole = subjects(await guarded.http.get(path, headers=PORTAL))
    first = await guarded.http.get(path, params={"limit": 1}, headers=PORTAL)
    keep(guarded, 50)
    second = await guarded.http.get(path, params={"limit": 200, "cursor": first.json()["next"]}, headers=PORTAL)
    assert [*subjects(first), *subjects(second)] == whole and second.json()["next"] is None
    is_problem(await guarded.http.get(path, params={"cursor": "x"}, headers=PORTAL), 422, "malformed")
    for limit in ("0", "201"):
        is_problem(await guarded.http.get(path, params={"limit": limit}, headers=PORTAL), 422, "malformed")


async def test_malformed_a_cursor_of_another_list(guarded: Caller) -> None:
    given = {}
    for path in (OF_RUN, OF_CUSTOMER):
        given[path] = (await guarded.http.get(path, params={"limit": 1}, headers=OPERATOR)).json()["next"]
    others = (OF_RUN, OF_CUSTOMER, f"/customers/{FOREIGN}/mails", "/bulk-decisions", "/cancellations", "/tasks")
    for path, cursor in given.items():
        for other in set(others) - {path}:
            answer = await guarded.http.get(other, params={"cursor": cursor}, headers=OPERATOR)
            assert "not one that this list gave" in is_problem(answer, 422, "malformed")["detail"], (path, other)
    torn = write_cursor(["2027-01-12"], KEYS, {"customer": OWN})  # a key of one part
    is_problem(await guarded.http.get(OF_CUSTOMER, params={"cursor": torn}, headers=OPERATOR), 422, "malformed")


async def test_the_whole_case_and_the_whole_customer_have_the_last_ones(guarded: Caller) -> None:
    case = await guarded.http.get(f"/cases/{RUN}", headers=OPERATOR)
    customer = await guarded.http.get(f"/customers/{OWN}", headers=OPERATOR)
    assert [mail.subject for mail in CaseFile.model_validate(case.json()).mails.items] == ["Mail 3", "Mail 2", "Mail 1"]
    assert CustomerFile.model_validate(customer.json()).mails.total == 5


async def test_a_run_that_has_told_nothing_yet_has_an_empty_list(portal: Caller, customer: str) -> None:
    await portal.send(requested(customer))
    for run_id in (None, (await portal.http.get(f"/cancellations/edition/{customer}/jtl")).json()["run_id"]):
        query = {"run_id": run_id} if run_id else {}
        assert subjects(await portal.http.get(f"/cancellations/edition/{customer}/jtl/mails", params=query)) == []


async def test_it_is_answered_without_temporal(offline: Caller) -> None:
    keep_all(offline)
    assert subjects(await offline.http.get(OF_RUN)) == ["Mail 3", "Mail 2", "Mail 1"]
    assert len(subjects(await offline.http.get(OF_CUSTOMER))) == 5


async def test_openapi_says_which_fields_are_operators_alone(offline: Caller) -> None:
    schema = (await offline.http.get("/openapi.json")).json()["components"]["schemas"]["MailItem"]
    assert set(schema["required"]) == FOR_CUSTOMERS
    said = {name for name, field in schema["properties"].items() if field.get("description") == "For operators only"}
    assert said == set(schema["properties"]) - FOR_CUSTOMERS
