"""Nothing that arrives ever fails a workflow task or keeps a run from going on (docs/contract.md, Temporal)."""

from datetime import datetime, timedelta
from itertools import product
from typing import Any

import pytest
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError
from temporalio.service import RPCError

from states.model.request import CUSTOMER_MESSAGES, OPERATOR_MESSAGES
from tests.runs.customers import REGISTERS, customer_record
from tests.runs.documents import task_types
from tests.runs.harness import Refused, Run, World, failed_workflow_tasks
from tests.runs.payloads import MOMENTS, SHAPES, STARTS, document, nested

UPDATES = ["requested", *CUSTOMER_MESSAGES, *OPERATOR_MESSAGES]
SIGNALS = [*OPERATOR_MESSAGES, "licence_changed"]


async def edition(world: World) -> Run:
    """An edition's run that waits for the customer."""
    await world.load(customer_record())
    return await world.request("edition", "K-1001", "jtl", target="jtl_advanced")


async def refusal_of_payloads(run: Run, event: str, *payloads: Any) -> Refused:
    """How an update with these payloads is refused; it must be."""
    with pytest.raises(WorkflowUpdateFailedError) as failed:
        await run.handle.execute_update(event, args=list(payloads))
    assert isinstance(failed.value.cause, ApplicationError)
    assert failed.value.cause.failure is not None
    assert failed.value.cause.failure.stack_trace == ""  # the web UI's form shows it to people
    return Refused(failed.value.cause.details[0])


def apart_from(document: dict[str, Any]) -> dict[str, Any]:
    """A document without what time alone changes: the timeline, and the moment from which the date is derived."""
    return {name: value for name, value in document.items() if name not in ("timeline", "why")}


async def still_works(run: Run) -> None:
    """A query answers, a valid event is taken, and no workflow task has failed."""
    assert (await run.status())["state"] == "feature_warning"
    assert (await run("acknowledge_warning"))["state"] == "order"
    assert await failed_workflow_tasks(run.handle) == []


async def test_a_wrong_update_is_refused_readably_and_changes_nothing(world: World) -> None:
    run = await edition(world)
    before = await run.status()
    for event, (name, payloads) in product(UPDATES, SHAPES.items()):
        refused = await refusal_of_payloads(run, event, *payloads)
        assert (refused.code, refused.problem["enabled"]) == ("malformed", before["enabled"]), (event, name)
        assert 20 < len(refused.problem["text"]) < 2000, (event, name)
        assert refused.problem["current"]["state"] == "feature_warning", (event, name)
    assert await run.status() == before
    await still_works(run)


@pytest.mark.parametrize("event", SIGNALS)
async def test_a_wrong_signal_leaves_a_line_and_changes_nothing(world: World, event: str) -> None:
    run = await edition(world)
    before = await run.status()
    for count, (name, payloads) in enumerate(SHAPES.items(), 1):
        await run.signal(event, *payloads)
        lines = (await run.status())["timeline"][len(before["timeline"]) :]
        assert len(lines) == count, name
        assert (lines[-1]["event"], lines[-1]["state"]) == (event, "feature_warning"), name
        assert lines[-1]["note"], name
    after = await run.status()
    assert apart_from(after) == apart_from(before)
    await still_works(run)


async def test_a_query_takes_any_payload(world: World) -> None:
    run = await edition(world)
    for name, payloads in SHAPES.items():
        document = await run.handle.query("status", args=payloads)
        assert document["state"] == "feature_warning", name
    await still_works(run)


async def test_a_wrong_argument_ends_the_run_refused_and_completed(world: World) -> None:
    await world.load(customer_record())
    for name, payloads in STARTS.items():
        handle = await world.env.client.start_workflow(
            "EditionDowngrade", args=payloads, id="edition/K-1001/jtl", task_queue=world.settings.task_queue
        )
        document = await handle.result()
        assert document["state"] == "refused", name
        assert document["refusal"]["code"] == "malformed", (name, document["refusal"])
        assert len(document["refusal"]["text"]) < 2000, name
        assert (document["customer"], document["subject"]) == ("K-1001", "jtl"), name
        assert await failed_workflow_tasks(handle) == []


async def test_a_document_that_does_not_make_the_workflow_id_ends_the_run_malformed(world: World) -> None:
    for workflow_id in ("edition", "edition/K-1001", "a/b/c/d", "edition/K 1/jtl", "voucher/K-1001/L-1"):
        handle = await world.env.client.start_workflow(
            "EditionDowngrade", document(), id=workflow_id, task_queue=world.settings.task_queue
        )
        ended = await handle.result()
        assert (ended["state"], ended["refusal"]["code"]) == ("refused", "malformed"), workflow_id
        assert await failed_workflow_tasks(handle) == [], workflow_id


async def test_a_wrong_document_as_update_with_start_is_answered_by_the_ended_run(world: World) -> None:
    await world.load(customer_record())
    for wrong in ({"target": ["x"]}, {"colour": "red"}, {"target": None}, {"details": nested()}):
        run = await world.request("edition", "K-1001", "jtl", **wrong)
        assert (run.first["state"], run.first["refusal"]["code"]) == ("refused", "malformed"), wrong
        assert await failed_workflow_tasks(run.handle) == []


async def test_on_an_open_run_a_wrong_request_fails_and_changes_nothing(world: World) -> None:
    run = await edition(world)
    before = await run.status()
    for code, wrong in (
        ("malformed", {"target": ["x"]}),
        ("malformed", {"target": None}),
        ("malformed", {"target": "jtl_advanced", "details": nested()}),
        ("malformed", {"target": "jtl_gold"}),
        ("not_lower", {"target": "jtl_enterprise"}),
        ("not_lower", {"target": "jtl_pro"}),
    ):
        with pytest.raises(Refused) as refused:
            await world.request("edition", "K-1001", "jtl", **wrong)
        assert refused.value.code == code, wrong
    assert apart_from(await run.status()) == apart_from(before)
    await still_works(run)


WRONG_ORDERS: list[dict[str, Any]] = [
    {"effective_on": "9999-12-31"},
    {"effective_on": "someday"},
    {"effective_on": "2027-02-01"},
    {"details": "all"},
    {"details": [1]},
    {"details": nested()},
    {"details": {"text": "x" * 1_000_000}},
    {"optional_services": "one"},
    {"optional_services": ["never-heard-of"]},
    {"optional_services": [7]},
    *({"time": moment} for moment in MOMENTS),
]


async def test_a_wrong_order_is_malformed_and_a_right_one_then_taken(world: World) -> None:
    run = await edition(world)
    await run("acknowledge_warning")
    for wrong in WRONG_ORDERS:
        assert (await refusal_of_payloads(run, "place_order", {"by": "a"} | wrong)).code == "malformed", wrong
    assert (await run("place_order"))["state"] == "scheduled"
    assert await failed_workflow_tasks(run.handle) == []


async def test_a_moment_out_of_bounds_is_malformed_and_the_last_within_is_taken(world: World) -> None:
    """`MAX_EVENT_AGE` and five minutes, by update and by start from the command line."""
    run = await edition(world)
    now = await world.env.get_current_time()
    for away in (timedelta(days=300), timedelta(minutes=6), timedelta(days=-7, minutes=-1), timedelta(days=-100)):
        wrong = {"by": "a", "time": (now + away).isoformat()}
        assert (await refusal_of_payloads(run, "acknowledge_warning", wrong)).code == "malformed", away
        other = document(subject="wms", target="wms_start", time=wrong["time"])
        handle = await world.env.client.start_workflow(
            "EditionDowngrade", other, id="edition/K-1001/wms", task_queue=world.settings.task_queue
        )
        # Else the server passes over to the next reminder where the worker is slow, and `now` lies days behind.
        with world.env.auto_time_skipping_disabled():
            ended = await handle.result()
        assert (ended["state"], ended["refusal"]["code"]) == ("refused", "malformed"), away
    assert (await run("acknowledge_warning", time=(now + timedelta(minutes=4)).isoformat()))["state"] == "order"
    assert await failed_workflow_tasks(run.handle) == []


async def test_what_a_portal_received_in_time_is_taken_however_late_it_comes(world: World) -> None:
    """A portal says when it first received an event; who says to have received it later than now gains nothing."""
    run = await edition(world)
    received = await world.env.get_current_time()
    await world.env.sleep(timedelta(days=20))
    said = {"time": (received - timedelta(days=1)).isoformat(), "by": "a"}
    assert (await refusal_of_payloads(run, "acknowledge_warning", said)).code == "malformed"
    before = {"received_at": (received - timedelta(days=1)).isoformat()}
    assert (await refusal_of_payloads(run, "acknowledge_warning", said | before)).code == "malformed"  # requested since
    taken = await run.handle.execute_update("acknowledge_warning", {"by": "a", "received_at": received.isoformat()})
    assert taken["state"] == "order"
    ahead = (await world.env.get_current_time() + timedelta(days=300)).isoformat()
    assert (await refusal_of_payloads(run, "place_order", said | {"time": ahead, "received_at": ahead})).code == (
        "malformed"
    )


async def test_D6_the_first_line_is_of_the_moment_at_which_a_portal_received_the_request(world: World) -> None:
    """It was received before the customer's next event, whenever the run began."""
    await world.load(customer_record())
    now = await world.env.get_current_time()
    received, acted = now - timedelta(minutes=40), now - timedelta(minutes=20)
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced", received_at=received.isoformat())
    status = await run("acknowledge_warning", time=acted.isoformat())
    first, late, *_ = status["timeline"]
    acknowledged = next(line for line in status["timeline"] if line["event"] == "acknowledge_warning")
    assert (first["event"], datetime.fromisoformat(first["at"])) == ("requested", received)
    assert (late["event"], datetime.fromisoformat(late["at"]) >= now) == ("delivered_late", True)
    assert (acknowledged["event"], datetime.fromisoformat(acknowledged["at"])) == ("acknowledge_warning", acted)


WRONG_OVERRIDES: list[dict[str, Any]] = [
    {"licences": "all"},
    {"licences": [7]},
    {"licences": []},
    {"licences": ["P-9"]},
    {"licences": ["P-1"] * 2},
    {},
]


async def test_X2_an_override_that_does_not_name_every_entry_is_malformed(world: World) -> None:
    await world.load(customer_record(*REGISTERS))
    run = await world.request("edition", "K-1001", "jtl", target="jtl_advanced")
    assert (await run("acknowledge_warning"))["state"] == "surplus_resolution"
    for wrong in WRONG_OVERRIDES:
        assert (await refusal_of_payloads(run, "override_surplus", {"by": "a"} | wrong)).code == "malformed", wrong
    assert (await run("override_surplus", licences=["P-1", "P-2"]))["state"] == "order"
    assert await failed_workflow_tasks(run.handle) == []


# Decisions of operators.


async def questioned(world: World) -> Run:
    """A run with one open task, `clarify_cost`."""
    await world.load(customer_record({"licence": "L-1", "product": "plan_and_produce"}))
    return await world.request("production", "K-1001", "L-1")


async def test_a_confirmation_in_the_wrong_state_twice_or_of_an_unknown_task_changes_nothing(world: World) -> None:
    run = await questioned(world)
    task = await run.task("clarify_cost")
    for code, wrong in (
        ("unknown_task", {"task": "t-none", "decision": "none"}),
        ("malformed", {"task": task}),
        ("malformed", {"task": task, "decision": "granted"}),
        ("malformed", {"task": task, "decision": "none", "at": "soon"}),
        ("malformed", {"task": task, "decision": "none", "at": "9999-12-31"}),
        ("malformed", {"task": task, "decision": "none", "proof": {}}),
        ("malformed", {"task": task, "decision": "none", "proof": {"reference": "x", "confirmed_at": MOMENTS[0]}}),
    ):
        assert (await refusal_of_payloads(run, "confirm_task", {"by": "op"} | wrong)).code == code, wrong
        count = len((await run.status())["timeline"])
        await run.signal("confirm_task", {"by": "op"} | wrong)
        after = await run.status()
        assert (task_types(after), len(after["timeline"])) == (["clarify_cost"], count + 1), wrong
        assert code == "malformed" or after["timeline"][-1]["by"] == "op"
    await run("confirm_task", decision="none")
    for again in ({"task": task, "decision": "none"}, {"decision": "none"}):
        assert (await refusal_of_payloads(run, "confirm_task", {"by": "op"} | again)).code == "unknown_task"
        refused = await refusal_of_payloads(run, "reject_task", {"by": "op", "note": "no", "task": task})
        assert refused.code == "unknown_task"
        await run.signal("confirm_task", {"by": "op"} | again)
    assert (await run("place_order", effective_on="2027-06-01"))["state"] == "scheduled"
    assert await failed_workflow_tasks(run.handle) == []


async def test_a_day_beyond_any_calendar_is_malformed(world: World) -> None:
    await world.load(customer_record({"licence": "L-1", "product": "wms_user"}))
    run = await world.request("wms_user", "K-1001", "L-1")
    for at in ("9999-12-31", "0001-01-01", *MOMENTS):
        assert (await refusal_of_payloads(run, "confirm_task", {"by": "op", "at": at})).code == "malformed", at
        await run.signal("confirm_task", {"by": "op", "at": at})
        assert task_types(await run.status()) == ["clarify_term"], at
    await run("confirm_task", at="2027-01-31")
    assert (await run("place_order"))["state"] == "scheduled"
    assert await failed_workflow_tasks(run.handle) == []


async def test_with_several_open_tasks_one_must_be_named(world: World) -> None:
    await world.load(
        customer_record({"licence": "M-1", "product": "marketplace", "pilot": True, "third_party": "Kaufland"})
    )
    run = await world.request("marketplace", "K-1001", "M-1")
    placed = await run("place_order", effective_on="2027-06-01")
    refused = await refusal_of_payloads(run, "confirm_task", {"by": "op", "proof": {"reference": "x"}})
    assert refused.code == "unknown_task"
    await run.signal("confirm_task", {"by": "op", "proof": {"reference": "x"}})
    assert len((await run.status())["tasks"]) == 2
    await run.signal("confirm_task", {"by": "op", "task": placed["tasks"][0]["task"], "proof": {"reference": "x"}})
    assert len((await run.status())["tasks"]) == 1
    await run.signal("confirm_task", {"by": "op", "proof": {"reference": "y"}})
    after = await run.status()
    assert (after["tasks"], after["timeline"][-1]["by"]) == ([], "op")
    assert await failed_workflow_tasks(run.handle) == []


async def test_what_nobody_handles_is_ignored(world: World) -> None:
    run = await edition(world)
    for name in ("place_order", "abandon", "never-heard-of"):
        await run.signal(name, {"by": "a"})
    with pytest.raises((WorkflowUpdateFailedError, RPCError)):
        await run.handle.execute_update("never-heard-of", {"by": "a"})
    await still_works(run)
