"""A terminated run cannot notice: the nightly comparison with the customer centre finds it (docs/contract.md)."""

import asyncio
import json
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest
import pytest_asyncio
from structlog.testing import capture_logs
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.enums.v1 import EventType
from temporalio.api.workflowservice.v1 import DeleteWorkflowExecutionRequest, ResetWorkflowExecutionRequest
from temporalio.client import RPCError, RPCStatusCode, ScheduleDescription
from temporalio.testing import WorkflowEnvironment

import cli
from console import comparison
from portal.app import build
from settings import Settings
from states.model.reconciliation import Comparison
from tests.runs.customers import VOUCHERS, customer_record
from tests.runs.documents import mails
from tests.runs.harness import Run, World, database_file, open_world
from tests.runs.steps import continue_as_new, in_state, prepare_downgrade, request_downgrade
from tests.system.processes import until
from worker import create_worker
from workflows.nightly import ID
from workflows.schedule import keep_schedule
from workflows.search_attributes import SEARCH_ATTRIBUTES

pytestmark = pytest.mark.server

EDITION = "edition/K-1001/jtl"
TICKET = "misclick/K-1001/anything"
VOUCHER = "voucher/K-1001/V-1"
USER = {"licence": "L-77", "product": "wms_user", "included": False, "term_ends": "2099-01-31", "assigned_to": "wms"}


@pytest_asyncio.fixture
async def nights(served: World) -> World:
    """A system with a customer."""
    await served.load(customer_record(VOUCHERS, USER))
    return served


async def night(world: World, settle: bool = True) -> dict[str, str]:
    """The comparison, now: what was found, by run."""
    comparison: Comparison = await world.env.client.execute_workflow(
        "NightlyComparison", {"settle": settle}, id=ID, task_queue=world.settings.task_queue, result_type=Comparison
    )
    assert comparison.total == len(comparison.findings)
    return {finding.workflow_id: finding.code for finding in comparison.findings}


async def booked(world: World, subject: str = "wms", target: str = "wms_start") -> Run:
    """A run whose order is booked."""
    run = await prepare_downgrade(world, target, subject=subject)
    assert (await run("place_order"))["state"] == "scheduled"
    return run


async def ticketed(world: World) -> Run:
    """A run with a task that has a ticket."""
    run = await world.request("misclick", "K-1001", "anything", explanation="booked twice")
    await until(lambda: rows(world, "SELECT ticket FROM tasks WHERE ticket IS NOT NULL"))
    return run


async def rows(world: World, question: str, *values: str) -> list[Any]:
    """What stands in the customer centre's database."""
    with sqlite3.connect(database_file(world.settings)) as database:
        return database.execute(question, values).fetchall()


def to_operators(world: World) -> list[str]:
    """The mails about comparisons."""
    return [body for to, subject, body in mails(world) if to == world.settings.operator_mail and "Abgleich" in subject]


@asynccontextmanager
async def portal(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The portal in this process."""
    app = build(world.env.client, world.settings, trusted=True)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as http,
    ):
        yield http


async def shown(world: World, workflow_id: str, run_id: str | None = None) -> dict[str, Any]:
    """The status document as the portal shows it."""
    async with portal(world) as http:
        answer = await http.get(f"/cancellations/{workflow_id}", params={"run_id": run_id} if run_id else {})
    document: dict[str, Any] = answer.json()
    return document


# What is found, and what becomes of it.


async def test_terminated_runs_are_found_told_and_closed_once(nights: World) -> None:
    edition, ticket = await booked(nights, "jtl", "jtl_advanced"), await ticketed(nights)
    voucher = await nights.request("voucher", "K-1001", "V-1")
    alive = await booked(nights)
    for run in (edition, ticket, voucher):
        await run.handle.terminate(reason="tidied up")
    lost = {EDITION: "booking_unwatched", TICKET: "tasks_dropped", VOUCHER: "run_lost"}

    assert await night(nights, settle=False) == lost
    standing = await shown(nights, EDITION)
    assert (standing["state"], standing["waiting_for"], standing["enabled"]) == ("scheduled", [], [])
    assert to_operators(nights) == []

    assert await night(nights) == lost
    (mail,) = to_operators(nights)
    assert [name for name in lost if f"\n{name}: " not in mail] == []
    assert "tidied up" in mail and "B-000001" in mail and "edition/K-1001/wms" not in mail
    assert await rows(nights, "SELECT workflow_id FROM runs WHERE open") == [("edition/K-1001/wms",)]
    assert await rows(nights, "SELECT task FROM tasks WHERE open") == []
    assert await rows(nights, "SELECT DISTINCT state FROM tickets") == [("closed",)]
    assert await rows(nights, "SELECT workflow_id, state FROM orders ORDER BY reference") == [
        (EDITION, "booked"),
        ("edition/K-1001/wms", "booked"),
    ]

    document = await shown(nights, EDITION)
    assert (document["state"], document["waiting_for"], document["enabled"]) == ("given_up", [], [])
    assert document["effective_at"] == edition.first["effective_at"] is not None
    assert [line["event"] for line in document["timeline"]][-2:] == ["order_placed", "terminated"]
    assert "B-000001" in document["timeline"][-1]["note"] and document["timeline"][-1]["by"]
    assert (await shown(nights, VOUCHER))["effective_at"] is None

    assert await night(nights) == {}
    assert len(to_operators(nights)) == 1
    assert (await alive.status())["state"] == "scheduled"


async def test_nothing_found_is_no_mail(nights: World) -> None:
    await booked(nights)
    ended = await nights.request("voucher", "K-1001", "V-1")
    await ended("abandon")
    await ended.handle.result()
    assert await night(nights) == {}
    assert to_operators(nights) == []


@pytest.mark.parametrize(
    "run", [("edition", "wms", {"target": "wms_start"}), ("wms_user", "L-77", {})], ids=["edition", "wms_user"]
)
async def test_a_new_request_goes_on_from_a_booking_that_nobody_watched(
    nights: World, run: tuple[str, str, Any]
) -> None:
    """D6: its order replaces the booking; X11: a granted revocation takes it back."""
    kind, subject, more = run

    async def requested() -> Run:
        made = await nights.request(kind, "K-1001", subject, **more)
        if made.first["state"] == "feature_warning":
            await made("acknowledge_warning")
        assert (await made("place_order"))["state"] == "scheduled"
        return made

    await (await requested()).handle.terminate()
    assert list((await night(nights)).values()) == ["booking_unwatched"]
    assert await rows(nights, "SELECT state FROM orders") == [("booked",)]
    again = await requested()
    assert await rows(nights, "SELECT state FROM orders ORDER BY reference") == [("superseded",), ("booked",)]
    assert await night(nights) == {}
    await again("request_revocation", explanation="a mistake")
    assert (await again.confirm("revocation", decision="granted"))["state"] == "revoked"
    assert await rows(nights, "SELECT state FROM orders ORDER BY reference") == [("superseded",), ("withdrawn",)]


async def test_a_newer_run_keeps_what_it_holds(nights: World) -> None:
    """The next request was faster than the night: the lost run is found by its booking, the new one goes on."""
    first = await booked(nights)
    await first.handle.terminate()
    again = await prepare_downgrade(nights, "wms_start", subject="wms")
    assert await night(nights) == {"edition/K-1001/wms": "booking_unwatched"}
    assert (await shown(nights, "edition/K-1001/wms", first.first["run_id"]))["state"] == "given_up"
    assert await rows(nights, "SELECT run_id FROM runs WHERE open") == [(again.first["run_id"],)]
    assert (await shown(nights, "edition/K-1001/wms"))["state"] == "order"
    assert (await again("place_order"))["state"] == "scheduled"
    assert await night(nights) == {}


async def test_a_run_continued_as_new_or_reset_is_no_finding_until_it_is_terminated(nights: World) -> None:
    run = await booked(nights)
    newest = await continue_as_new(run)
    done = await until(lambda: first_task_done(nights, run.handle.id, newest))
    assert await night(nights) == {}
    reset = await nights.env.client.workflow_service.reset_workflow_execution(
        ResetWorkflowExecutionRequest(
            namespace=nights.env.client.namespace,
            workflow_execution=WorkflowExecution(workflow_id=run.handle.id, run_id=newest),
            reason="tried again",
            workflow_task_finish_event_id=done,
            request_id="1",
        )
    )
    assert (await run.status())["run_id"] == reset.run_id
    assert await night(nights) == {}
    await run.handle.terminate()
    assert await night(nights) == {run.handle.id: "booking_unwatched"}
    assert await rows(nights, "SELECT run_id, state FROM ledger") == [(reset.run_id, "given_up")]
    assert (await shown(nights, run.handle.id, run.first["run_id"]))["state"] == "given_up"
    assert await rows(nights, "SELECT run_id FROM runs WHERE open") == []
    assert await night(nights) == {}


async def first_task_done(nights: World, workflow_id: str, run_id: str) -> int | None:
    """The event to reset a run to, as soon as its history has it: the run's own answer may be ahead, signals before."""
    history = await nights.env.client.get_workflow_handle(workflow_id, run_id=run_id).fetch_history()
    completed = EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED
    done = [event.event_id for event in history.events if event.event_type == completed]
    return done[0] if done else None


async def test_a_deleted_run_is_unknown_and_its_end_says_what_the_database_knows(nights: World) -> None:
    run = await booked(nights)
    await nights.request("voucher", "K-1001", "V-1")
    await deleted(nights, run)
    assert await night(nights) == {run.handle.id: "booking_unwatched"}
    document = await shown(nights, run.handle.id)
    assert (document["state"], document["target"], document["timeline"][-1]["event"]) == (
        "given_up", "wms_start", "unknown",
    )  # fmt: skip
    assert await night(nights) == {}


async def test_a_server_that_knows_none_of_the_runs_closes_none(nights: World) -> None:
    run = await booked(nights)
    await deleted(nights, run)
    for _ in range(2):
        assert await night(nights) == {run.handle.id: "all_unknown"}
    (mail,) = to_operators(nights)
    assert "TEMPORAL_NAMESPACE" in mail
    assert await rows(nights, "SELECT workflow_id FROM runs WHERE open") == [(run.handle.id,)]
    assert await rows(nights, "SELECT state FROM ledger") == []


async def deleted(world: World, run: Run) -> None:
    """Delete a run from Temporal, as its retention does."""
    request = DeleteWorkflowExecutionRequest(
        namespace=world.env.client.namespace, workflow_execution=WorkflowExecution(workflow_id=run.handle.id)
    )
    await world.env.client.workflow_service.delete_workflow_execution(request)

    async def gone() -> bool:
        try:
            await run.handle.describe()
        except RPCError as error:
            return error.status == RPCStatusCode.NOT_FOUND
        return False

    await until(gone)


async def test_a_booking_past_its_date_is_told_once(nights: World) -> None:
    """What it does on its date our record does not follow without a run; an open run's own date counts."""
    lost, alive = await booked(nights), await booked(nights, "jtl", "jtl_advanced")
    await lost.handle.terminate()
    await night(nights)
    with sqlite3.connect(database_file(nights.settings)) as database:
        database.execute("UPDATE orders SET effective_at = '2020-01-31 23:00:00.000000'")
    assert (await alive.status())["effective_at"] > "2026"
    for _ in range(2):
        assert await night(nights) == {lost.handle.id: "overdue_unwatched"}
    assert len(to_operators(nights)) == 2


async def due_in_a_freeze(world: World, subject: str, target: str) -> Run:
    """A run whose date came long ago, in a freeze that began before it: its change is held."""
    began, placed = datetime.now(UTC) - timedelta(days=90), datetime.now(UTC) - timedelta(days=80)

    async def freeze() -> None:
        """Freeze all effects, unless they are."""
        world.adapters.freezes.freeze("anna", "wrong prices", None, began)

    run = await request_downgrade(world, target, subject=subject, time=placed.isoformat())
    await run("acknowledge_warning", time=placed.isoformat())
    world.centre.before["apply_change"] = freeze
    await run("place_order", time=placed.isoformat())
    await until(lambda: rows(world, "SELECT 1 FROM held_effects WHERE asker = ?", run.handle.id))
    return run


@pytest.mark.settings(max_event_age=timedelta(days=400))
async def test_a_run_whose_date_comes_in_a_freeze_is_no_finding_and_one_that_is_lost_in_it_is(nights: World) -> None:
    """Neither while it is held, nor after the release as long as any date has: its change need not be made at once."""
    freezes = nights.adapters.freezes
    lost, kept = await booked(nights), await due_in_a_freeze(nights, "jtl", "jtl_advanced")
    await lost.handle.terminate()
    assert await night(nights) == {lost.handle.id: "booking_unwatched"}
    assert (await kept.status())["waiting_for"] == ["system"]
    nights.centre.down.add("apply_change")
    freezes.release("anna", "prices are right", datetime.now(UTC))
    await until(lambda: rows(nights, "SELECT 1 WHERE NOT EXISTS (SELECT 1 FROM held_effects)"))
    assert await night(nights) == {}
    assert (await kept.status())["state"] == "scheduled"
    nights.centre.down.clear()
    await in_state(kept, "applied")
    assert await night(nights) == {}


# Beside the cancellations.


async def test_the_comparison_is_no_cancellation(nights: World) -> None:
    await nights.request("voucher", "K-1001", "V-1")
    await night(nights)
    described = await nights.env.client.get_workflow_handle(ID).describe()
    ours = {key.name for key in SEARCH_ATTRIBUTES}
    assert {pair.key.name for pair in described.typed_search_attributes} & ours == set()
    async with portal(nights) as http:
        items = (await http.get("/cancellations")).json()["items"]
        assert (await http.get("/metrics")).text.count("omparison") == 0
    assert [item["workflow_id"] for item in items] == [VOUCHER]
    history = await nights.env.client.get_workflow_handle(ID).fetch_history()
    activities = [event for event in history.events if event.HasField("activity_task_scheduled_event_attributes")]
    assert [bool(activity.user_metadata.summary.data) for activity in activities] == [True, True]


async def test_an_administrator_compares_from_the_command_line(nights: World, capsys: Any, monkeypatch: Any) -> None:
    """docs/contract.md, Commands: `--json`, exit code 0; it only looks unless told to settle."""
    use_server(monkeypatch, nights.env, nights.settings.state_dir)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    await (await booked(nights)).handle.terminate()

    async def compare(*arguments: str) -> str:
        assert await asyncio.to_thread(cli.code_of, ["compare", *arguments]) == 0
        return str(capsys.readouterr().out)

    looked = await compare()
    assert "booking_unwatched" in looked and "nobody watches" in looked
    assert (await shown(nights, "edition/K-1001/wms"))["state"] == "scheduled"
    printed = await compare("--settle", "--json")
    settled = json.loads(printed[f"\n{printed}".index("\n{") :])  # before it, perhaps, the log of the worker here
    assert [finding["code"] for finding in settled["findings"]] == ["booking_unwatched"]
    assert (await shown(nights, "edition/K-1001/wms"))["state"] == "given_up"
    assert "0 of 1" in await compare()


async def test_without_a_worker_the_command_ends_with_1_and_one_line(
    server: WorkflowEnvironment, tmp_path: Path, capsys: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr(comparison, "PATIENCE", timedelta(seconds=1))
    use_server(monkeypatch, server, tmp_path)
    assert await asyncio.to_thread(cli.code_of, ["compare"]) == 1
    err = capsys.readouterr().err.strip().split("\n")[-1]
    assert err.startswith("unavailable: no worker") and "CANCELLATIONS_TASK_QUEUE" in err


def use_server(monkeypatch: pytest.MonkeyPatch, env: WorkflowEnvironment, folder: Path) -> None:
    """Point the command line at a server and a folder."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", env.client.service_client.config.target_host)
    monkeypatch.setenv("TEMPORAL_NAMESPACE", env.client.namespace)
    monkeypatch.setenv("CANCELLATIONS_STATE_DIR", str(folder))


# The schedule.


async def described(env: WorkflowEnvironment) -> ScheduleDescription:
    """The schedule as the server has it."""
    return await env.client.get_schedule_handle(ID).describe()


async def test_the_worker_makes_the_schedule_once_and_keeps_it_as_configured(
    server: WorkflowEnvironment, tmp_path: Path
) -> None:
    settings = Settings(state_dir=tmp_path)
    for _ in range(2):
        async with create_worker(server.client, settings):
            await until(lambda: there(server))
    made = await described(server)
    next_night = made.info.next_action_times[0].astimezone(ZoneInfo("Europe/Berlin"))
    assert (next_night.hour, next_night.minute, made.schedule.spec.time_zone_name) == (3, 0, "Europe/Berlin")
    assert made.info.last_updated_at is None

    assert await keep_schedule(server.client, time(3), "Europe/Berlin", settings.task_queue) is False
    await server.client.get_schedule_handle(ID).pause(note=made.schedule.state.note)
    assert await keep_schedule(server.client, time(4, 30), "Europe/Vienna", settings.task_queue) is True
    changed = (await described(server)).schedule
    assert (changed.spec.time_zone_name, changed.spec.calendars[0].minute[0].start) == ("Europe/Vienna", 30)
    assert changed.state.paused and len(changed.spec.calendars) == 1

    assert await keep_schedule(server.client, None, "Europe/Berlin", settings.task_queue) is True
    assert await there(server) is False
    assert await keep_schedule(server.client, None, "Europe/Berlin", settings.task_queue) is False


async def there(env: WorkflowEnvironment) -> bool:
    """Whether there is a schedule."""
    try:
        await described(env)
    except RPCError:
        return False
    return True


async def test_the_schedule_starts_the_comparison(nights: World) -> None:
    await (await booked(nights)).handle.terminate()
    await until(lambda: there(nights.env))
    await nights.env.client.get_schedule_handle(ID).trigger()

    async def settled() -> list[Any]:
        return await rows(nights, "SELECT state FROM ledger")

    assert await until(settled) == [("given_up",)]
    assert len(to_operators(nights)) == 1


async def test_a_server_without_schedules_is_served_without(tmp_path: Path) -> None:
    """The time-skipping test server has none."""
    with capture_logs() as lines:
        async with open_world(tmp_path) as world:
            await world.load(customer_record(VOUCHERS))
            run = await world.request("voucher", "K-1001", "V-1")
            assert run.first["state"] == "feature_warning"
    assert {"event": "comparison_not_scheduled", "reason": "UNIMPLEMENTED", "log_level": "warning"} in lines
