"""Revocation after a mis-click: never by the customer alone, and only before the date (X11, X13, G3, G4)."""

from pathlib import Path

import pytest

from tests.runs.harness import Refused, Run, world
from tests.runs.scenes import (
    REGISTERS,
    TRACKING,
    at,
    downgrade,
    in_state,
    mails,
    muster,
    orderable,
    ordered,
    types,
    until,
)
from workflows.search_attributes import TICKET_ID


async def ticket_ids(run: Run) -> list[str]:
    """What the search attribute `TicketId` holds."""
    found = await run.handle.describe()
    return list(found.typed_search_attributes.get(TICKET_ID) or [])


async def test_G3_G4_X11_a_customer_asks_and_an_operator_grants(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster())
        run = await orderable(w)
        with pytest.raises(Refused) as no:
            await run("request_revocation", explanation="too early")
        assert no.value.code == "not_enabled"  # there is no order yet

        await run("place_order", time="2027-01-10T12:00+01:00")
        with pytest.raises(Refused) as wrong:
            await run("request_revocation")
        assert wrong.value.code == "malformed"
        asked = await run("request_revocation", explanation="I clicked on the wrong one")
        assert (asked["state"], types(asked)) == ("scheduled", ["revocation"])  # the cancellation goes on
        assert set(asked["waiting_for"]) == {"operator", "date"}
        assert "I clicked on the wrong one" in asked["tasks"][0]["instructions"]
        assert asked["tasks"][0]["decisions"] == ["granted", "declined"]
        assert "request_revocation" not in asked["enabled"]
        for _ in range(20):
            if await ticket_ids(run):
                break
            await w.env.sleep(1)
        assert len(await ticket_ids(run)) == 1

        revoked = await run.confirm("revocation", decision="granted", note="as asked")
        assert (revoked["state"], revoked["tasks"], revoked["enabled"]) == ("revoked", [], [])
        await w.sleep_until("2027-02-01T01:00+01:00")
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_pro"


@pytest.mark.parametrize("how", ["declined", "rejected"])
async def test_X11_a_declined_revocation_changes_nothing(tmp_path: Path, how: str) -> None:
    async with world(tmp_path) as w:
        await w.load(muster())
        run = await ordered(w, "2027-01-10T12:00+01:00")
        await run("request_revocation", explanation="oh")
        before = len(mails(w))
        if how == "declined":
            goes_on = await run.confirm("revocation", decision="declined", note="no mis-click")
        else:
            goes_on = await run.reject("revocation", note="no mis-click")
        assert (goes_on["state"], types(goes_on)) == ("scheduled", [])
        assert "request_revocation" in goes_on["enabled"]
        await until(run, lambda _: len(mails(w)) > before)
        await w.sleep_until("2027-02-01T00:00+01:00")
        assert (await in_state(run, "applied"))["refusal"] is None
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"


async def test_X11_an_open_revocation_passes_to_a_misclick_run_on_the_date(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster())
        run = await ordered(w, "2027-01-10T12:00+01:00")
        await run("request_revocation", explanation="I clicked on the wrong one")
        await w.sleep_until("2027-02-01T00:00+01:00")
        applied = await in_state(run, "applied")
        assert applied["tasks"] == []
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"
        passed = Run(w, w.env.client.get_workflow_handle("misclick/K-1001/edition.jtl"), {})
        ticket = await until(passed, lambda status: status["state"] == "support_ticket")
        assert types(ticket) == ["support_ticket"]
        assert "I clicked on the wrong one" in ticket["tasks"][0]["instructions"]


async def test_X11_after_the_date_the_answer_names_the_way(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster(TRACKING))
        run = await downgrade(w)
        await run("acknowledge_warning")
        await run("override_surplus", licences=["T-1"])
        await run("place_order", time="2027-01-10T12:00+01:00")
        await w.sleep_until("2027-02-01T00:00+01:00")
        await in_state(run, "surplus_resolution")  # the edition has changed, the run is still open
        with pytest.raises(Refused) as late:
            await run("request_revocation", explanation="oh")
        assert (late.value.code, late.value.rule) == ("too_late", "X11")
        assert "misclick" in str(late.value)


async def test_X11_guided_an_open_booking_is_closed_and_a_booked_order_withdrawn_by_hand(tmp_path: Path) -> None:
    async with world(tmp_path, customer_centre="guided") as w:
        await w.load(muster())
        run = await orderable(w)
        placed = await run("place_order")
        assert (placed["state"], types(placed)) == ("order", ["perform"])
        await run("request_revocation", explanation="oh")
        closed = await run.confirm("revocation", decision="granted")
        assert (closed["state"], closed["tasks"]) == ("revoked", [])

        again = await orderable(w)
        await again("place_order")
        booked = await again.confirm("perform", proof={"reference": "T-1"})
        assert booked["state"] == "scheduled"
        await again("request_revocation", explanation="oh")
        waits = await again.confirm("revocation", decision="granted")
        assert (waits["state"], types(waits)) == ("scheduled", ["perform"])
        with pytest.raises(Refused) as no:
            await again.confirm("perform")
        assert no.value.code == "proof_missing"
        await w.sleep_until(at(waits["effective_at"]))
        assert (await again.status())["state"] == "scheduled"  # the date waits for the withdrawal
        assert (await w.record("K-1001"))["editions"]["jtl"] == "jtl_pro"
        revoked = await again.confirm("perform", proof={"reference": "T-2"})
        assert revoked["state"] == "revoked"


async def test_X13_the_task_lists_what_was_cancelled_for_it_with_each_run_and_date(tmp_path: Path) -> None:
    async with world(tmp_path) as w:
        await w.load(muster(TRACKING, {"licence": "T-2", "product": "track_and_trace"}, *REGISTERS[:4]))
        await w.sleep_until("2027-01-05T12:00+01:00")
        run = await downgrade(w)
        await run("acknowledge_warning")
        await (await w.request("shipping_module", "K-1001", "T-1"))("place_order")
        later = await w.request("shipping_module", "K-1001", "T-2")
        assert (await later("place_order", effective_on="2027-01-28"))["state"] == "scheduled"
        await (await w.request("pos", "K-1001", "P-3"))("place_order")
        await until(run, lambda status: [entry["licence"] for entry in status["surplus"]] == ["T-2"])
        assert (await run("place_order", time="2027-01-10T12:00+01:00"))["state"] == "scheduled"
        asked = await run("request_revocation", explanation="oh")
        instructions = asked["tasks"][0]["instructions"]
        assert "shipping_module/K-1001/T-1: Wirksam, letzter Tag 5. Januar 2027" in instructions
        assert "shipping_module/K-1001/T-2: Vorgemerkt, letzter Tag 27. Januar 2027" in instructions
        assert "pos/K-1001/P-3: Wirksam, letzter Tag 5. Januar 2027" in instructions
        assert "P-1" not in instructions
        revoked = await run.confirm("revocation", decision="granted")
        assert revoked["state"] == "revoked"
        await until(run, lambda _: any("T-1" in body and "P-3" in body for _, _, body in mails(w)))
        assert (await later.status())["state"] == "scheduled"  # each is decided on its own run
