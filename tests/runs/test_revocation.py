"""Revocation after a mis-click: never by the customer alone, and only before the date (X11, X13, G3, G4)."""

import pytest

from tests.runs.customers import REGISTERS, TRACKING, customer_record
from tests.runs.documents import mails, moment, task_types
from tests.runs.harness import Refused, Run, World
from tests.runs.steps import in_state, mails_when, order_downgrade, prepare_downgrade, request_downgrade, status_when
from workflows.search_attributes import TICKET_ID


async def ticket_ids(run: Run) -> list[str]:
    """What the search attribute `TicketId` holds."""
    description = await run.handle.describe()
    return list(description.typed_search_attributes.get(TICKET_ID) or [])


async def test_G3_G4_X11_a_customer_asks_and_an_operator_grants(world: World) -> None:
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    with pytest.raises(Refused) as refused:
        await run("request_revocation", explanation="too early")
    assert refused.value.code == "not_enabled"  # there is no order yet

    await run("place_order", time="2027-01-10T12:00+01:00")
    with pytest.raises(Refused) as wrong:
        await run("request_revocation")
    assert wrong.value.code == "malformed"
    answer = await run("request_revocation", explanation="I clicked on the wrong one")
    assert (answer["state"], task_types(answer)) == ("scheduled", ["revocation"])  # the cancellation goes on
    assert set(answer["waiting_for"]) == {"operator", "date"}
    assert "I clicked on the wrong one" in answer["tasks"][0]["instructions"]
    assert answer["tasks"][0]["decisions"] == ["granted", "declined"]
    assert "request_revocation" not in answer["enabled"]
    for _ in range(20):
        if await ticket_ids(run):
            break
        await world.env.sleep(1)
    assert len(await ticket_ids(run)) == 1

    revoked = await run.confirm("revocation", decision="granted", note="as asked")
    assert (revoked["state"], revoked["tasks"], revoked["enabled"]) == ("revoked", [], [])
    await world.sleep_until("2027-02-01T01:00+01:00")
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"


@pytest.mark.parametrize("how", ["declined", "rejected"])
async def test_X11_a_declined_revocation_changes_nothing(world: World, how: str) -> None:
    await world.load(customer_record())
    run = await order_downgrade(world, "2027-01-10T12:00+01:00")
    await run("request_revocation", explanation="oh")
    before = len(mails(world))
    if how == "declined":
        goes_on = await run.confirm("revocation", decision="declined", note="no mis-click")
    else:
        goes_on = await run.reject("revocation", note="no mis-click")
    assert (goes_on["state"], task_types(goes_on)) == ("scheduled", [])
    assert "request_revocation" in goes_on["enabled"]
    await mails_when(run, lambda mails: len(mails) > before)
    await world.sleep_until("2027-02-01T00:00+01:00")
    assert (await in_state(run, "applied"))["refusal"] is None
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


async def test_X11_an_open_revocation_passes_to_a_misclick_run_on_the_date(world: World) -> None:
    await world.load(customer_record())
    run = await order_downgrade(world, "2027-01-10T12:00+01:00")
    await run("request_revocation", explanation="I clicked on the wrong one")
    await world.sleep_until("2027-02-01T00:00+01:00")
    applied = await in_state(run, "applied")
    assert applied["tasks"] == []
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"
    passed = world.run("misclick/K-1001/edition.jtl")
    ticket = await status_when(passed, lambda status: status["state"] == "support_ticket")
    assert task_types(ticket) == ["support_ticket"]
    assert "I clicked on the wrong one" in ticket["tasks"][0]["instructions"]


async def test_X11_after_the_date_the_answer_names_the_way(world: World) -> None:
    await world.load(customer_record(TRACKING))
    run = await request_downgrade(world)
    await run("acknowledge_warning")
    await run("override_surplus", licences=["T-1"])
    await run("place_order", time="2027-01-10T12:00+01:00")
    await world.sleep_until("2027-02-01T00:00+01:00")
    await in_state(run, "surplus_resolution")  # the edition has changed, the run is still open
    with pytest.raises(Refused) as late:
        await run("request_revocation", explanation="oh")
    assert (late.value.code, late.value.rule) == ("too_late", "X11")
    assert "misclick" in str(late.value)


@pytest.mark.settings(customer_centre="guided")
async def test_X11_guided_an_open_booking_is_closed_and_a_booked_order_withdrawn_by_hand(world: World) -> None:
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    placed = await run("place_order")
    assert (placed["state"], task_types(placed)) == ("order", ["perform"])
    await run("request_revocation", explanation="oh")
    closed = await run.confirm("revocation", decision="granted")
    assert (closed["state"], closed["tasks"]) == ("revoked", [])

    again = await prepare_downgrade(world)
    await again("place_order")
    booked = await again.confirm("perform", proof={"reference": "T-1"})
    assert booked["state"] == "scheduled"
    await again("request_revocation", explanation="oh")
    waits = await again.confirm("revocation", decision="granted")
    assert (waits["state"], task_types(waits)) == ("scheduled", ["perform"])
    with pytest.raises(Refused) as refused:
        await again.confirm("perform")
    assert refused.value.code == "proof_missing"
    await world.sleep_until(moment(waits["effective_at"]))
    assert (await again.status())["state"] == "scheduled"  # the date waits for the withdrawal
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_pro"
    revoked = await again.confirm("perform", proof={"reference": "T-2"})
    assert revoked["state"] == "revoked"


@pytest.mark.begins("2027-01-05T12:00+01:00")
async def test_X13_the_task_lists_what_was_cancelled_for_it_with_each_run_and_date(world: World) -> None:
    await world.load(customer_record(TRACKING, {"licence": "T-2", "product": "track_and_trace"}, *REGISTERS[:4]))
    await world.sleep_until("2027-01-05T12:00+01:00")
    run = await request_downgrade(world)
    await run("acknowledge_warning")
    await (await world.request("shipping_module", "K-1001", "T-1"))("place_order")
    later = await world.request("shipping_module", "K-1001", "T-2")
    assert (await later("place_order", effective_on="2027-01-28"))["state"] == "scheduled"
    await (await world.request("pos", "K-1001", "P-3"))("place_order")
    await status_when(run, lambda status: [entry["licence"] for entry in status["surplus"]] == ["T-2"])
    assert (await run("place_order", time="2027-01-10T12:00+01:00"))["state"] == "scheduled"
    answer = await run("request_revocation", explanation="oh")
    instructions = answer["tasks"][0]["instructions"]
    assert "(T-1): Wirksam, letzter Tag 5. Januar 2027 (Vorgang shipping_module/K-1001/T-1)" in instructions
    assert "(T-2): Vorgemerkt, letzter Tag 27. Januar 2027 (Vorgang shipping_module/K-1001/T-2)" in instructions
    assert "(P-3): Wirksam, letzter Tag 5. Januar 2027 (Vorgang pos/K-1001/P-3)" in instructions
    assert "P-1" not in instructions
    revoked = await run.confirm("revocation", decision="granted")
    assert revoked["state"] == "revoked"
    await mails_when(run, lambda mails: any("T-1" in mail.body and "P-3" in mail.body for mail in mails))
    assert (await later.status())["state"] == "scheduled"  # each is decided on its own run
