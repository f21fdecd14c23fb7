"""Bulk decisions on real runs: each task is decided once, whatever happens, and what failed says why."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from typing import Any

import httpx
import pytest
import pytest_asyncio

from portal.app import build
from states.model.bulk import workflow_id_of
from tests.pages.desk import EXAMPLES
from tests.runs.documents import task_types
from tests.runs.harness import World
from tests.system.processes import until

pytestmark = pytest.mark.server


class Office:
    """A system whose operators decide over HTTP."""

    def __init__(self, world: World, http: httpx.AsyncClient) -> None:
        self.world, self.http = world, http

    async def tickets(self, number: int) -> list[str]:
        """So many runs whose ticket is open; the ids of their tasks."""
        customers = [example["customer"] for example in EXAMPLES]

        async def ticket(n: int) -> str:
            customer = customers[n % len(customers)]
            run = await self.world.request("misclick", customer, f"case-{n}", explanation="booked twice")
            return await run.task("support_ticket")

        made: list[str] = []
        for begin in range(0, number, 10):
            made += await asyncio.gather(*(ticket(n) for n in range(begin, min(begin + 10, number))))
        return made

    async def post(self, path: str, status: int = 200, **data: Any) -> dict[str, Any]:
        """A call that answers so."""
        answer = await self.http.post(path, json=data)
        assert answer.status_code == status, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def begin(self, tasks: list[str], **more: Any) -> str:
        """Grant them all; the ID of the bulk decision."""
        wanted = {"tasks": tasks, "confirm": {"by": "anna", "decision": "granted", "note": "put right"}} | more
        return str((await self.post("/bulk-decisions", 202, **wanted))["id"])

    async def shown(self, bulk: str, **query: Any) -> dict[str, Any]:
        """How it stands."""
        answer = await self.http.get(f"/bulk-decisions/{bulk}", params={"limit": 200, **query})
        assert answer.status_code == 200, answer.text
        document: dict[str, Any] = answer.json()
        return document

    async def reaches(self, bulk: str, holds: Callable[[dict[str, Any]], Any]) -> dict[str, Any]:
        """How it stands once that holds."""

        async def there() -> Any:
            document = await self.shown(bulk)
            return document if holds(document) else None

        document: dict[str, Any] = await until(there)
        return document

    async def times_decided(self, workflow_id: str) -> int:
        """How often a run's ticket was decided, by its history."""
        handle = self.world.env.client.get_workflow_handle(workflow_id)
        history = await handle.fetch_history()
        accepted = [
            event.workflow_execution_update_accepted_event_attributes.accepted_request.input.name
            for event in history.events
            if event.HasField("workflow_execution_update_accepted_event_attributes")
        ]
        return accepted.count("confirm_task")


@pytest_asyncio.fixture
async def office(served: World) -> AsyncIterator[Office]:
    """A system with the example customers."""
    await served.load(*EXAMPLES)
    app = build(served.env.client, served.settings, trusted=False)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=served.settings.public_url) as http:
        yield Office(served, http)
    app.state.portal.adapters.close()


def is_done(document: dict[str, Any]) -> bool:
    """Whether nothing more happens."""
    return document["state"] == "done"


async def test_of_many_each_is_decided_once_and_what_failed_says_why(office: Office):
    tasks = await office.tickets(8)
    bulk = await office.begin(tasks, start=False)
    lines = (await office.shown(bulk))["lines"]["items"]
    first, gone = lines[2]["workflow_id"], lines[5]["workflow_id"]
    would = (await office.http.get(f"/bulk-decisions/{bulk}/consequence")).json()
    assert (would["looked_at"], would["refused"], would["needs_second"]) == (8, [], 0)
    assert [(entry["state"], entry["tasks"]) for entry in would["comes_to"]] == [("applied", 8)]
    await office.post(f"/tasks/{tasks[2]}/confirm", by="otto", decision="declined", note="not by us")
    await office.world.env.client.get_workflow_handle(gone).terminate("by hand")
    assert (await office.shown(bulk))["closed"] == 1
    await office.post(f"/bulk-decisions/{bulk}/resume", by="anna")
    document = await office.reaches(bulk, is_done)
    assert (document["total"], document["decided"], document["failed"], document["waiting"]) == (8, 6, 2, 0)
    failed = {line["number"]: line for line in (await office.shown(bulk, state="failed"))["lines"]["items"]}
    assert {*failed} == {3, 6}
    assert [failed[number]["code"] for number in (3, 6)] == ["unknown_task", "unknown_task"]
    assert failed[3]["first"]["by"] == "otto" and "otto" in failed[3]["text"] and failed[6]["first"] is None
    for line in document["lines"]["items"]:
        if line["state"] == "decided":
            assert await office.times_decided(line["workflow_id"]) == 1
    assert (await office.world.run(first).status())["timeline"][-1]["by"] != "anna"
    # Sent again, what failed is sent, and nothing else.
    await office.post(f"/bulk-decisions/{bulk}/again", by="anna")
    document = await office.reaches(bulk, is_done)
    assert (document["decided"], document["failed"]) == (6, 2)
    assert [act["act"] for act in document["acts"]] == ["prepared", "resume", "done", "again", "done"]


async def test_confirm_anyway_and_what_else_a_run_refuses_is_told_in_the_callers_language(office: Office):
    run = await office.world.request("production", "K-1011", "PP-111")
    if "clarify_cost" in task_types(await run.status()):
        await run.confirm("clarify_cost", decision="cancellation")
    task = await run.task("clarify_term")
    for at, code, words in (
        ("2035-01-01", "confirm_anyway", {"en": "lies more than 36 months ahead", "de": "liegt mehr als 36 Monate"}),
        ("2001-01-01", "malformed", {"en": "is over already", "de": "schon vorbei"}),
    ):
        alone = await office.http.post(f"/tasks/{task}/confirm?language=en", json={"by": "anna", "at": at})
        assert alone.json()["code"] == code
        begun = {"tasks": [task], "confirm": {"by": "anna", "at": at}}
        bulk = str((await office.post("/bulk-decisions", 202, **begun))["id"])
        await office.reaches(bulk, is_done)
        for language, said in words.items():
            (line,) = (await office.shown(bulk, language=language))["lines"]["items"]
            assert (line["state"], line["code"]) == ("failed", code)
            assert said in line["text"], line
            assert ("new bulk decision" in line["text"] or "neue Sammelentscheidung" in line["text"]) == (
                code == "confirm_anyway"
            )
            address = f"/bulk-decisions/{bulk}/failures.csv"
            assert said in (await office.http.get(address, params={"language": language})).text
    problem = (await office.http.post(f"/tasks/{task}/confirm", json={"by": "anna", "at": "2035-01-01"})).json()
    assert problem["title"] in ("A date is asked back", "Rückfrage zu einem Datum")


async def test_what_a_run_refuses_is_sent_again_under_another_name(office: Office, monkeypatch):
    """A run that was not there is there again later: its line succeeds when it is sent again."""
    tasks = await office.tickets(3)
    bulks = office.world.adapters.bulk_decisions
    bulk = await office.begin(tasks, start=False)
    lines, _ = bulks.lines(bulk)
    with office.world.adapters.database.write() as connection:
        connection.exec_driver_sql(
            f"UPDATE bulk_lines SET workflow_id = 'misclick/K-1001/nowhere' WHERE bulk = '{bulk}' AND number = 2"
        )
    await office.post(f"/bulk-decisions/{bulk}/resume", by="anna")
    document = await office.reaches(bulk, is_done)
    assert (document["decided"], document["failed"]) == (2, 1)
    with office.world.adapters.database.write() as connection:
        connection.exec_driver_sql(
            f"UPDATE bulk_lines SET workflow_id = '{lines[1].workflow_id}' WHERE bulk = '{bulk}' AND number = 2"
        )
    await office.post(f"/bulk-decisions/{bulk}/again", by="anna")
    document = await office.reaches(bulk, is_done)
    assert (document["decided"], document["failed"]) == (3, 0)
    assert [await office.times_decided(line.workflow_id) for line in lines] == [1, 1, 1]


async def test_pause_holds_and_stop_sends_one_more_at_most(office: Office, monkeypatch):
    monkeypatch.setattr("activities.bulk_decisions.EACH_S", 0.2)
    tasks = await office.tickets(14)
    bulk = await office.begin(tasks)
    await office.reaches(bulk, lambda document: document["decided"] >= 2)
    at_pause = await office.post(f"/bulk-decisions/{bulk}/pause", by="otto")
    assert at_pause["state"] == "paused"
    workflow = office.world.env.client.get_workflow_handle(workflow_id_of(bulk))

    async def told() -> Any:
        progress = await workflow.query("progress")
        return progress if progress and progress["state"] == "paused" else None

    progress = await until(told)
    held = (await office.shown(bulk))["decided"]
    assert progress["decided"] == held <= at_pause["decided"] + 1
    await asyncio.sleep(1)
    assert (await office.shown(bulk))["decided"] == held
    await office.post(f"/bulk-decisions/{bulk}/resume", by="otto")
    await office.reaches(bulk, lambda document: document["decided"] >= held + 2)
    at_stop = await office.post(f"/bulk-decisions/{bulk}/stop", by="otto")
    await workflow.result()
    document = await office.shown(bulk)
    assert document["state"] == "stopped" and document["decided"] <= at_stop["decided"] + 1
    assert document["left"] == 14 - document["decided"] and document["waiting"] == 0
    for act in ("pause", "resume", "stop"):
        refused = await office.post(f"/bulk-decisions/{bulk}/{act}", 409, by="otto")
        assert refused["code"] == "not_enabled" and "stopped" in refused["detail"]


async def test_from_temporals_ui_it_is_paused_and_gone_on_with(office: Office, monkeypatch):
    monkeypatch.setattr("activities.bulk_decisions.EACH_S", 0.2)
    bulk = await office.begin(await office.tickets(6))
    workflow = office.world.env.client.get_workflow_handle(workflow_id_of(bulk))
    answered = await workflow.execute_update("pause", {"by": "olga"})
    assert answered["state"] == "paused"
    await workflow.signal("resume", {"by": "olga"})
    document = await office.reaches(bulk, is_done)
    assert document["decided"] == 6
    assert [(act["by"], act["act"]) for act in document["acts"]] == [
        ("anna", "prepared"),
        ("anna", "resume"),
        ("olga", "pause"),
        ("olga", "resume"),
        (None, "done"),
    ]


async def test_a_cancel_request_from_temporals_ui_pauses_it_and_gives_nothing_up(office: Office, monkeypatch):
    monkeypatch.setattr("activities.bulk_decisions.EACH_S", 0.2)
    bulk = await office.begin(await office.tickets(6))
    workflow = office.world.env.client.get_workflow_handle(workflow_id_of(bulk))
    await workflow.cancel()
    document = await office.reaches(bulk, lambda document: document["state"] == "paused")
    assert document["acts"][-1]["by"] == "Temporal (Request Cancellation)" and document["possible"] == [
        "resume",
        "stop",
    ]
    await office.post(f"/bulk-decisions/{bulk}/resume", by="olga")
    assert (await office.reaches(bulk, is_done))["decided"] == 6
    assert (await workflow.result())["state"] == "done"


async def test_a_worker_that_is_gone_in_the_middle_decides_nothing_twice(office: Office, monkeypatch):
    """The first worker dies with a decision on its way, whose answer nobody keeps; another one goes on."""
    monkeypatch.setattr("activities.sql.bulk_decisions.TAKEN_FOR", timedelta(0))
    bulks = office.world.adapters.bulk_decisions
    lost: list[str] = []
    settle = type(bulks).settle

    def dies(self: Any, taken: Any, outcome: Any, now: Any) -> None:
        if taken.number == 3 and not lost:
            lost.append(outcome.state)
            raise RuntimeError("the worker is gone, and with it the answer")
        settle(self, taken, outcome, now)

    monkeypatch.setattr(type(bulks), "settle", dies)
    tasks = await office.tickets(6)
    bulk = await office.begin(tasks)
    document = await office.reaches(bulk, is_done)
    assert lost == ["decided"] and document["decided"] == 6 and document["failed"] == 0
    for line in document["lines"]["items"]:
        assert await office.times_decided(line["workflow_id"]) == 1


@pytest.mark.settings(second_opinion=("support_ticket:granted",))
async def test_where_two_must_decide_it_only_proposes_until_another_decides_the_same(office: Office):
    tasks = await office.tickets(2)
    bulk = await office.begin(tasks, start=False)
    would = (await office.http.get(f"/bulk-decisions/{bulk}/consequence")).json()
    assert would["needs_second"] == 2
    await office.post(f"/bulk-decisions/{bulk}/resume", by="anna")
    document = await office.reaches(bulk, is_done)
    assert (document["proposed"], document["decided"], document["failed"]) == (2, 0, 0)
    second = await office.begin(tasks, confirm={"by": "otto", "decision": "granted", "note": "put right"})
    document = await office.reaches(second, is_done)
    assert (document["proposed"], document["decided"], document["failed"]) == (0, 2, 0)


async def test_the_same_id_again_is_the_same_bulk_decision(office: Office):
    tasks = await office.tickets(2)
    assert await office.begin(tasks, id="00000000-1") == await office.begin(tasks, id="00000000-1")
    refused = await office.post(
        "/bulk-decisions",
        409,
        id="00000000-1",
        tasks=tasks,
        confirm={"by": "anna", "decision": "declined", "note": "n"},
    )
    assert refused["code"] == "id_reused" and "new id" in refused["detail"]
    document = await office.reaches("00000000-1", is_done)
    assert document["decided"] == 2
