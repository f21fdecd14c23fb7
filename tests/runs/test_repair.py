"""Another system is down: the run retries, answers meanwhile, then asks a person (docs/contract.md, `repair`)."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import pytest
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from activities.cancellations import create_activities
from activities.ports import AdapterError, Misconfigured, Unavailable
from activities.ports import Refused as SaidNo
from settings import Settings
from tests.runs.harness import Refused, Run, World, program
from tests.runs.scenes import downgrade, in_state, mails, muster, orderable, types, until
from worker import DATA_CONVERTER
from workflows.plugin import CancellationsPlugin


@dataclass
class Switched:
    """A customer centre whose single calls can be switched off."""

    real: Any
    down: set[str] = field(default_factory=set)
    error: AdapterError = field(default_factory=lambda: Unavailable("the customer centre does not answer"))

    def __getattr__(self, name: str) -> Any:
        return getattr(self.real, name) if name not in self.down else self.unavailable

    async def unavailable(self, *_given: Any) -> Any:
        raise self.error


@asynccontextmanager
async def switchable(folder: Path, **settings: Any) -> AsyncIterator[tuple[World, Switched]]:
    """A whole system, and the switch of its customer centre."""
    given = Settings.model_validate({"state_dir": folder, "apply_window": "PT0S"} | settings)
    shipped = create_activities(given)
    centre = Switched(shipped.adapters.bookings)
    acts = replace(shipped, adapters=replace(shipped.adapters, bookings=centre)).registered()
    server = program("temporal-test-server")
    async with (
        await WorkflowEnvironment.start_time_skipping(
            test_server_existing_path=server, data_converter=DATA_CONVERTER
        ) as env,
        Worker(env.client, task_queue=given.task_queue, activities=acts, plugins=[CancellationsPlugin()]) as worker,
    ):
        try:
            yield World(env, given), centre
        finally:
            await worker.shutdown()
            await shipped.adapters.close()


async def meanwhile(w: World, event: Any) -> dict[str, Any]:
    """What an update answers while time passes."""
    sent = asyncio.create_task(event)
    for _ in range(60):
        if sent.done():
            break
        await w.env.sleep(1)
    answer: dict[str, Any] = await sent
    return answer


async def in_repair(w: World, run: Run) -> dict[str, Any]:
    """The run's status as soon as a person is asked to repair."""
    for _ in range(40):
        status = await run.status()
        if "repair" in types(status):
            return status
        await w.env.sleep(300)
    raise AssertionError("no repair task")


async def stuck(w: World, centre: Switched) -> tuple[Run, dict[str, Any]]:
    """A run whose booking found nobody."""
    await w.load(muster())
    run = await orderable(w)
    centre.down.add("place_order")
    answer = await meanwhile(w, run("place_order", time="2027-01-10T12:00+01:00"))
    assert (answer["state"], answer["waiting_for"]) == ("order", ["system"])
    assert answer["enabled"] == ["request_revocation"]
    return run, await in_repair(w, run)


async def test_an_answer_after_ten_seconds_and_the_run_goes_on_when_the_system_is_back(tmp_path: Path) -> None:
    async with switchable(tmp_path) as (w, centre):
        await w.load(muster())
        run = await orderable(w)
        centre.down.add("place_order")
        answer = await meanwhile(w, run("place_order", time="2027-01-10T12:00+01:00"))
        assert (answer["state"], answer["waiting_for"]) == ("order", ["system"])
        centre.down.clear()
        await w.env.sleep(120)
        booked = await in_state(run, "scheduled")
        assert types(booked) == []


async def test_after_REPAIR_AFTER_a_person_is_asked_and_may_retry(tmp_path: Path) -> None:
    async with switchable(tmp_path) as (w, centre):
        run, status = await stuck(w, centre)
        assert (status["state"], status["waiting_for"]) == ("order", ["repair"])
        assert status["tasks"][0]["decisions"] == ["retry", "skip", "end"]
        assert "the customer centre does not answer" in status["tasks"][0]["instructions"]
        await until(run, lambda _: any(to == w.settings.operator_mail for to, _, _ in mails(w)))
        assert (await run.reject("repair", note="looking into it"))["state"] == "order"  # a line only
        assert types(await run.status()) == ["repair"]
        centre.down.clear()
        await meanwhile(w, run.confirm("repair", decision="retry"))
        booked = await in_state(run, "scheduled")
        assert booked["tasks"] == []
        await w.sleep_until("2027-02-01T00:00+01:00")
        await in_state(run, "applied")
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


async def test_a_retry_that_fails_asks_again(tmp_path: Path) -> None:
    async with switchable(tmp_path, repair_after="PT10M") as (w, centre):
        run, status = await stuck(w, centre)
        await meanwhile(w, run.confirm("repair", decision="retry"))
        again = await in_repair(w, run)
        assert again["tasks"][0]["task"] != status["tasks"][0]["task"]


async def test_skip_goes_on_and_needs_a_note(tmp_path: Path) -> None:
    async with switchable(tmp_path) as (w, centre):
        run, _ = await stuck(w, centre)
        with pytest.raises(Refused) as no:
            await run.confirm("repair", decision="skip")
        assert no.value.code == "malformed"
        gone_on = await run.confirm("repair", decision="skip", note="booked by telephone, T-7")
        assert (gone_on["state"], gone_on["tasks"]) == ("scheduled", [])


async def test_end_gives_up_with_a_note(tmp_path: Path) -> None:
    async with switchable(tmp_path) as (w, centre):
        run, _ = await stuck(w, centre)
        with pytest.raises(Refused) as no:
            await run.confirm("repair", decision="end")
        assert no.value.code == "malformed"
        ended = await run.confirm("repair", decision="end", note="booked by hand; nothing to do")
        assert (ended["state"], ended["tasks"], ended["waiting_for"]) == ("given_up", [], [])
        assert ended["timeline"][-1]["note"] == "repair, end, booked by hand; nothing to do"
        told = [body for to, _, body in mails(w) if to != w.settings.operator_mail]
        assert "booked by hand; nothing to do" in told[-1]


async def test_on_the_date_a_run_never_fails_because_another_system_is_down(tmp_path: Path) -> None:
    async with switchable(tmp_path) as (w, centre):
        await w.load(muster())
        run = await orderable(w)
        await run("place_order", time="2027-01-10T12:00+01:00")
        centre.down.add("apply_change")
        await w.sleep_until("2027-02-01T00:00+01:00")
        held = await in_repair(w, run)
        assert (held["state"], held["waiting_for"]) == ("scheduled", ["repair"])
        centre.down.clear()
        await meanwhile(w, run.confirm("repair", decision="retry"))
        await in_state(run, "applied")
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


async def test_the_first_look_at_the_record_is_repaired_too_but_cannot_be_skipped(tmp_path: Path) -> None:
    async with switchable(tmp_path) as (w, centre):
        await w.load(muster())
        centre.down.add("with_ends")
        sent = await meanwhile(w, downgrade_document(w))
        assert (sent["state"], sent["waiting_for"]) == ("received", ["system"])
        run = Run(w, w.env.client.get_workflow_handle("edition/K-1001/jtl"), sent)
        held = await in_repair(w, run)
        assert (held["state"], held["tasks"][0]["decisions"]) == ("received", ["retry", "end"])
        centre.down.clear()
        await meanwhile(w, run.confirm("repair", decision="retry"))
        await in_state(run, "feature_warning")


async def downgrade_document(w: World) -> dict[str, Any]:
    """What the request answers."""
    return (await downgrade(w)).first


async def test_what_an_administrator_must_mend_is_not_retried(tmp_path: Path) -> None:
    """Misconfigured: a person is asked at once, at a check within the workflow task as at a booking."""
    async with switchable(tmp_path, repair_after="P9D") as (w, centre):
        await w.load(muster())
        centre.error = Misconfigured("the catalogue version is gone")
        centre.down.add("with_ends")
        run = await downgrade(w)
        assert (run.first["state"], run.first["waiting_for"]) == ("received", ["repair"])
        centre.down = {"place_order"}
        await run.confirm("repair", decision="retry")
        await in_state(run, "feature_warning")
        await run("acknowledge_warning")
        held = await run("place_order")
        assert (held["state"], held["waiting_for"]) == ("order", ["repair"])
        assert "the catalogue version is gone" in held["tasks"][0]["instructions"]


async def test_a_booking_that_is_refused_leaves_the_order_open(tmp_path: Path) -> None:
    """docs/contract.md, `place_order`: `booking_refused` stays until the customer asks again or orders anew."""
    async with switchable(tmp_path) as (w, centre):
        await w.load(muster())
        run = await orderable(w)
        centre.error = SaidNo("an invoice is open")
        centre.down.add("place_order")
        no = await run("place_order", time="2027-01-10T12:00+01:00")
        assert (no["state"], no["tasks"], no["refusal"]["code"]) == ("order", [], "booking_refused")
        assert "an invoice is open" in no["refusal"]["text"]
        assert no["enabled"] == ["recheck_licences", "place_order", "abandon"]
        await until(run, lambda _: any("an invoice is open" in body for _, _, body in mails(w)))
        assert (await run("recheck_licences"))["refusal"] is None
        centre.down.clear()
        booked = await run("place_order", time="2027-01-11T12:00+01:00")
        assert (booked["state"], booked["refusal"]) == ("scheduled", None)
