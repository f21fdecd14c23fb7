"""A mail that could not be delivered: the run goes on, and operators are asked to tell the customer."""

from typing import Any

import httpx
import pytest
from pydantic import SecretStr
from sqlalchemy import select

from activities.sql.database import create_database
from activities.sql.tables import notices
from embedded.preflight import free_port
from portal.app import build
from states.model.names import case_number, last_mails_of
from tests.adapters.mail_server import mail_server
from tests.runs.customers import customer_record
from tests.runs.documents import mails, task_types, timeline_events
from tests.runs.harness import Refused, Run, World
from tests.runs.steps import in_state, mails_when, prepare_downgrade, request_downgrade, status_when, task_address

PORT = free_port()


async def untold(run: Run, mails: int = 1) -> dict[str, Any]:
    """The status as soon as operators are asked to tell the customer what was in so many mails."""
    return await status_when(run, lambda status: listed(status) == mails)


def listed(status: dict[str, Any]) -> int:
    """How many mails the task lists."""
    texts = [task["instructions"] for task in status["tasks"] if task["type"] == "tell_customer"]
    return texts[0].count("\n- ") if texts else 0


async def last_mails(world: World, run: Run) -> Run:
    """What goes on when a run has ended that left something to be told."""
    return world.run(last_mails_of(run.handle.id, run.first["run_id"]))


async def test_a_customer_without_an_address_is_told_by_a_person_and_the_run_goes_on(world: World) -> None:
    await world.load(customer_record(email=None))
    run = await prepare_downgrade(world)
    await run("place_order", time="2027-01-10T12:00+01:00")
    asked = await untold(run, 2)  # that it arrived, and that it is booked
    assert (asked["state"], asked["waiting_for"]) == ("scheduled", ["operator", "date"])
    assert "not_delivered" in timeline_events(asked)
    assert "Bestätigung der Buchung" in asked["tasks"][0]["instructions"]
    with pytest.raises(Refused, match="note"):
        await run.confirm("tell_customer", decision="told")
    told = await run.confirm("tell_customer", decision="told", note="Frau Muster, telefonisch")
    assert (told["tasks"], told["waiting_for"]) == ([], ["date"])
    await world.sleep_until("2027-02-01T00:00+01:00")
    await in_state(run, "applied")


async def test_once_the_address_is_mended_the_mail_goes_out(world: World) -> None:
    await world.load(customer_record(email=None))
    run = await prepare_downgrade(world)
    await run("place_order", time="2027-01-10T12:00+01:00")
    await untold(run, 2)
    await world.load(customer_record())
    await run.confirm("tell_customer", decision="retry")
    sent = await mails_when(run, lambda sent: len(sent) == 2)
    number = case_number(run.handle.id, run.first["run_id"])
    assert {mail.to for mail in sent} == {"kontakt@muster.example"}
    assert all(mail.subject.endswith(f"[{number}]") for mail in sent)
    assert task_types(await run.status()) == []


async def test_what_an_ended_run_could_not_tell_is_in_the_work_list_until_a_person_has_told_it(world: World) -> None:
    """The run is closed, and asked anew at once; the line and what was decided stand in the ledger."""
    await world.load(customer_record(email=None))
    run = await request_downgrade(world)
    assert (await run("abandon"))["state"] == "abandoned"
    assert (await request_downgrade(world)).first["run_id"] != run.first["run_id"]
    left = await last_mails(world, run)
    document = await untold(left)
    assert (document["workflow_id"], document["run_id"]) == (run.handle.id, run.first["run_id"])
    assert (document["state"], document["waiting_for"]) == ("abandoned", ["operator"])
    app = build(world.env.client, world.settings, trusted=True)
    portal = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portal")
    async with app.router.lifespan_context(app), portal:
        await task_address(portal, left, "tell_customer")
        (item,) = (await portal.get("/tasks?type=tell_customer")).json()["items"]
        assert (item["workflow_id"], item["customer"], item["kind"]) == (run.handle.id, "K-1001", "edition")
        assert "Mitteilung über den Abbruch" in item["instructions"]
        place = f"/tasks/{item['id']}"
        refused = await portal.post(f"{place}/confirm", json={"by": "anna", "decision": "told"})
        assert (refused.status_code, refused.json()["code"]) == (422, "malformed")
        kept = await portal.post(f"{place}/reject", json={"by": "anna", "note": "niemand da"})
        assert task_types(kept.json()) == ["tell_customer"]
        told = await portal.post(f"{place}/confirm", json={"by": "anna", "decision": "told", "note": "per Brief"})
        assert (told.status_code, told.json()["tasks"]) == (200, [])
        await left.handle.result()
        assert (await portal.get("/tasks?type=tell_customer")).json()["items"] == []
        again = await portal.post(f"{place}/confirm", json={"by": "anna", "decision": "told", "note": "per Brief"})
        assert again.json()["code"] == "unknown_task"
        kept = await portal.get(f"/cancellations/{run.handle.id}?run_id={run.first['run_id']}")
    lines = kept.json()["timeline"]
    assert [line["event"] for line in lines[-3:]] == ["not_delivered", "reject_task", "confirm_task"]
    assert lines[-1]["by"] == "anna" and "per Brief" in lines[-1]["note"]
    assert kept.json()["tasks"] == []


async def test_what_an_ended_run_is_told_amiss_is_a_line_and_leaves_nobody_untold(world: World) -> None:
    """A signal that is refused, by the name that it says, and a cancel request: the task stays."""
    await world.load(customer_record(email=None))
    run = await request_downgrade(world)
    await run("abandon")
    left = await last_mails(world, run)
    await untold(left)
    for wrong in (
        {"by": "Rita", "decision": "told"},
        {"by": "…", "decision": "retry"},
        {"by": "Rita", "at": "2027-01-01"},
    ):
        await left.signal("confirm_task", wrong)
    await left.handle.cancel()
    shown = await status_when(left, lambda status: timeline_events(status)[-1] == "cancel_requested")
    assert timeline_events(shown)[-4:] == [*["confirm_task"] * 3, "cancel_requested"]
    assert [line["by"] for line in shown["timeline"][-4:]] == ["Rita", "…", "Rita", None]
    assert {line["audience"] for line in shown["timeline"][-4:]} == {"operators"}
    assert task_types(shown) == ["tell_customer"]
    told = await left.confirm("tell_customer", decision="told", note="am Telefon")
    assert told["tasks"] == []
    await left.handle.result()


async def test_what_an_ended_run_could_not_tell_goes_out_once_the_address_is_mended(world: World) -> None:
    await world.load(customer_record(email=None))
    run = await request_downgrade(world)
    await run("abandon")
    left = await last_mails(world, run)
    await untold(left)
    await world.load(customer_record())
    answer = await left.confirm("tell_customer", decision="retry")
    assert answer["tasks"] == []
    await left.handle.result()
    (mail,) = mails(world)
    number = case_number(run.handle.id, run.first["run_id"])
    assert mail.subject.endswith(f"[{number}]")
    (kept,) = world.adapters.sent_mails.of_case(run.handle.id, number).items
    assert (kept.subject, kept.run_id, kept.template) == (mail.subject, run.first["run_id"], "abandoned")


async def test_operators_are_reminded_of_what_an_ended_run_could_not_tell(world: World) -> None:
    await world.load(customer_record(email=None))
    run = await request_downgrade(world)
    await run("abandon")
    left = await last_mails(world, run)
    task = (await untold(left))["tasks"][0]["task"]
    await world.env.sleep(8 * 86400)
    await status_when(left, lambda status: [line["event"] for line in status["timeline"]].count("task_due") >= 2)
    with create_database(world.settings).read() as connection:
        noted = connection.scalars(select(notices.c.id).where(notices.c.task == task)).all()
    assert {f"{task}/new", f"{task}/escalated/1"} <= set(noted) and mails(world) == []


async def test_a_task_that_was_open_at_the_end_goes_on_with_what_was_not_told(world: World) -> None:
    await world.load(customer_record(email=None))
    run = await prepare_downgrade(world)
    await run("place_order", time="2027-01-10T12:00+01:00")
    await untold(run, 2)
    await world.sleep_until("2027-02-01T00:00+01:00")
    await in_state(run, "applied")
    await untold(await last_mails(world, run), 3)


@pytest.mark.settings(smtp_url=SecretStr(f"smtp://127.0.0.1:{PORT}"), mail_from="k@shop.example")
async def test_a_mail_server_that_does_not_know_the_customer_is_a_line_and_a_task(world: World) -> None:
    await world.load(customer_record())
    answers = {"RCPT TO:<kontakt@muster.example>": "550 no such user"}
    async with mail_server(answers, PORT) as (_, taken):
        run = await prepare_downgrade(world)
        await run("place_order", time="2027-01-10T12:00+01:00")
        asked = await untold(run, 2)
        assert "vom Mailserver endgültig abgelehnt (550)" in asked["tasks"][0]["instructions"]
        assert taken == []
        answers.clear()
        await run.confirm("tell_customer", decision="retry")
        await status_when(run, lambda _: len(taken) == 2)
