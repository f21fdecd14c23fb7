"""Another system is down: the run retries, answers meanwhile, then asks a person (docs/contract.md, `repair`)."""

from typing import Any

import pytest

from activities.ports import Misconfigured
from activities.ports import Refused as SaidNo
from tests.runs.customers import customer_record
from tests.runs.documents import mails, task_types
from tests.runs.harness import Refused, Run, World
from tests.runs.steps import (
    answer_meanwhile,
    in_repair,
    in_state,
    mails_when,
    prepare_downgrade,
    request_downgrade,
)


async def stuck(world: World) -> tuple[Run, dict[str, Any]]:
    """A run whose booking found nobody."""
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    world.centre.down.add("place_order")
    answer = await answer_meanwhile(world, run("place_order", time="2027-01-10T12:00+01:00"))
    assert (answer["state"], answer["waiting_for"]) == ("order", ["system"])
    assert answer["enabled"] == ["request_revocation"]
    return run, await in_repair(run)


async def test_an_answer_after_ten_seconds_and_the_run_goes_on_when_the_system_is_back(world: World) -> None:
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    world.centre.down.add("place_order")
    answer = await answer_meanwhile(world, run("place_order", time="2027-01-10T12:00+01:00"))
    assert (answer["state"], answer["waiting_for"]) == ("order", ["system"])
    world.centre.down.clear()
    await world.env.sleep(120)
    booked = await in_state(run, "scheduled")
    assert task_types(booked) == []


@pytest.mark.settings(notice={})
async def test_after_REPAIR_AFTER_a_person_is_asked_and_may_retry(world: World) -> None:
    run, status = await stuck(world)
    assert (status["state"], status["waiting_for"]) == ("order", ["repair"])
    assert status["tasks"][0]["decisions"] == ["retry", "skip", "end"]
    assert "the customer centre does not answer" in status["tasks"][0]["instructions"]
    await mails_when(run, lambda mails: any(mail.to == world.settings.operator_mail for mail in mails))
    assert (await run.reject("repair", note="looking into it"))["state"] == "order"  # a line only
    assert task_types(await run.status()) == ["repair"]
    world.centre.down.clear()
    await answer_meanwhile(world, run.confirm("repair", decision="retry"))
    booked = await in_state(run, "scheduled")
    assert booked["tasks"] == []
    await world.sleep_until("2027-02-01T00:00+01:00")
    await in_state(run, "applied")
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


@pytest.mark.settings(repair_after="PT10M")
async def test_a_retry_that_fails_asks_again(world: World) -> None:
    run, status = await stuck(world)
    await answer_meanwhile(world, run.confirm("repair", decision="retry"))
    again = await in_repair(run)
    assert again["tasks"][0]["task"] != status["tasks"][0]["task"]


async def test_skip_goes_on_and_needs_a_note(world: World) -> None:
    run, _ = await stuck(world)
    with pytest.raises(Refused) as no:
        await run.confirm("repair", decision="skip")
    assert no.value.code == "malformed"
    gone_on = await run.confirm("repair", decision="skip", note="booked by telephone, T-7")
    assert (gone_on["state"], gone_on["tasks"]) == ("scheduled", [])


async def test_end_gives_up_with_a_note(world: World) -> None:
    run, _ = await stuck(world)
    with pytest.raises(Refused) as no:
        await run.confirm("repair", decision="end")
    assert no.value.code == "malformed"
    ended = await run.confirm("repair", decision="end", note="booked by hand; nothing to do")
    assert (ended["state"], ended["tasks"], ended["waiting_for"]) == ("given_up", [], [])
    assert ended["timeline"][-1]["note"] == "Störung: Vorgang beenden. Dazu: booked by hand; nothing to do"
    await mails_when(run, lambda mails: any("booked by hand; nothing to do" in mail.body for mail in mails))
    mail = next(mail for mail in mails(world) if "booked by hand; nothing to do" in mail.body)
    assert mail.to != world.settings.operator_mail


async def test_on_the_date_a_run_never_fails_because_another_system_is_down(world: World) -> None:
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    await run("place_order", time="2027-01-10T12:00+01:00")
    world.centre.down.add("apply_change")
    await world.sleep_until("2027-02-01T00:00+01:00")
    held = await in_repair(run)
    assert (held["state"], held["waiting_for"]) == ("scheduled", ["repair"])
    world.centre.down.clear()
    await answer_meanwhile(world, run.confirm("repair", decision="retry"))
    await in_state(run, "applied")
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


async def test_the_first_look_at_the_record_is_repaired_too_but_cannot_be_skipped(world: World) -> None:
    await world.load(customer_record())
    world.centre.down.add("standing")
    sent = await answer_meanwhile(world, downgrade_document(world))
    assert (sent["state"], sent["waiting_for"]) == ("received", ["system"])
    run = world.run("edition/K-1001/jtl", sent)
    held = await in_repair(run)
    assert (held["state"], held["tasks"][0]["decisions"]) == ("received", ["retry", "end"])
    world.centre.down.clear()
    await answer_meanwhile(world, run.confirm("repair", decision="retry"))
    await in_state(run, "feature_warning")


async def downgrade_document(world: World) -> dict[str, Any]:
    """What the request answers."""
    return (await request_downgrade(world)).first


@pytest.mark.settings(repair_after="P9D")
async def test_what_an_administrator_must_mend_is_not_retried(world: World) -> None:
    """Misconfigured: a person is asked at once, at a check within the workflow task as at a booking."""
    await world.load(customer_record())
    world.centre.error = Misconfigured("the catalogue version is gone")
    world.centre.down.add("standing")
    run = await request_downgrade(world)
    assert (run.first["state"], run.first["waiting_for"]) == ("received", ["repair"])
    world.centre.down = {"place_order"}
    await run.confirm("repair", decision="retry")
    await in_state(run, "feature_warning")
    await run("acknowledge_warning")
    held = await run("place_order")
    assert (held["state"], held["waiting_for"]) == ("order", ["repair"])
    assert "the catalogue version is gone" in held["tasks"][0]["instructions"]


async def test_a_booking_that_is_refused_leaves_the_order_open(world: World) -> None:
    """docs/contract.md, `place_order`: `booking_refused` stays until the customer asks again or orders anew."""
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    world.centre.error = SaidNo("an invoice is open")
    world.centre.down.add("place_order")
    no = await run("place_order", time="2027-01-10T12:00+01:00")
    assert (no["state"], no["tasks"], no["refusal"]["code"]) == ("order", [], "booking_refused")
    assert "an invoice is open" in no["refusal"]["text"]
    assert no["enabled"] == ["recheck_licences", "place_order", "abandon"]
    await mails_when(run, lambda mails: any("an invoice is open" in mail.body for mail in mails))
    assert (await run("recheck_licences"))["refusal"] is None
    world.centre.down.clear()
    booked = await run("place_order", time="2027-01-11T12:00+01:00")
    assert (booked["state"], booked["refusal"]) == ("scheduled", None)


async def test_a_mail_that_fails_is_tried_for_days_and_then_operators_are_asked_to_tell_the_customer(
    world: World,
) -> None:
    """One task a run for all of them. The operators' own notices fail as well, and cause nothing."""
    await world.load(customer_record())
    run = await request_downgrade(world)
    world.centre.error = Misconfigured("the login is wrong")
    world.centre.down.add("send")
    await world.env.sleep(9 * 86400)  # a reminder after seven days
    assert (await run.status())["tasks"] == []
    await world.env.sleep(16 * 86400)
    held = await run.status()
    assert (held["state"], task_types(held), held["waiting_for"]) == (
        "feature_warning",
        ["tell_customer"],
        ["customer", "operator"],
    )
    assert "ließ sich drei Tage lang nicht zustellen (the login is wrong)" in held["tasks"][0]["instructions"]
    world.centre.down.clear()
    await run.confirm("tell_customer", decision="retry")
    sent = await mails_when(run, lambda mails: sum(mail.to == "kontakt@muster.example" for mail in mails) == 3)
    assert len({mail.subject for mail in sent}) == len(sent)
