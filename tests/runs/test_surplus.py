"""Licences in surplus in an edition's run: override, checks, their own ends, what is left on the date (X2, X3)."""

from typing import Any

import pytest

from tests.runs.customers import REGISTERS, TRACKING, customer_record
from tests.runs.documents import mails, moment, open_surplus, task_types, warning_codes, warning_text
from tests.runs.harness import Refused, World
from tests.runs.steps import in_state, licences_left, mails_when, prepare_downgrade, request_downgrade

SHIPPED_LATE = {"licence": "T-2", "product": "track_and_trace"}


async def overridden(world: World, *licences: dict[str, Any]) -> Any:
    """A run whose surplus was overridden and whose order is booked for 1 February."""
    await world.load(customer_record(*licences))
    run = await request_downgrade(world)
    await run("acknowledge_warning")
    await run("override_surplus", licences=[licence["licence"] for licence in licences])
    booked = await run("place_order", time="2027-01-10T12:00+01:00")
    assert booked["state"] == "scheduled"
    return run


async def test_ED12_X2_an_override_names_every_unresolved_licence_and_keeps_the_warning(world: World) -> None:
    await world.load(customer_record(TRACKING, SHIPPED_LATE, *REGISTERS[:4]))
    run = await request_downgrade(world)
    checked = await run("acknowledge_warning")
    assert open_surplus(checked) == ["T-1", "T-2", None]
    wrong: list[list[str]] = [[], ["T-1"], ["T-1", "T-2"], ["T-1", "P-1"], ["T-1", "T-2", "V-9"]]
    for licences in wrong:
        with pytest.raises(Refused) as refused:
            await run("override_surplus", licences=licences)
        assert (refused.value.code, refused.value.rule) == ("malformed", "X2"), licences
    with pytest.raises(Refused) as refused:
        await run("override_surplus")
    assert refused.value.code == "malformed"
    ready = await run("override_surplus", by="erika", licences=["T-2", "P-3", "T-1"])
    assert (ready["state"], open_surplus(ready)) == ("order", [])
    assert [entry["resolved"] for entry in ready["surplus"]] == [True, True, True]
    assert "surplus" in warning_codes(ready)
    assert all(name in warning_text(ready, "surplus") for name in ("T-1", "T-2"))
    assert ready["timeline"][-1]["event"] == "override_surplus"
    assert ready["timeline"][-1]["by"] == "erika"

    again = await run("recheck_licences")  # it holds for those named
    assert again["state"] == "order"
    other = await world.request("edition", "K-1001", "jtl", target="jtl_start")
    assert other.first["state"] == "feature_warning"
    assert (await run("acknowledge_warning"))["state"] == "surplus_resolution"  # until the target changes


async def test_X2_the_order_is_checked_again_and_names_what_is_in_surplus_by_then(world: World) -> None:
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    await world.load(customer_record(TRACKING, SHIPPED_LATE))  # booked meanwhile; whoever did it told nobody
    with pytest.raises(Refused) as refused:
        await run("place_order")
    assert (refused.value.code, refused.value.rule) == ("in_surplus", "X2")
    assert "T-1" in str(refused.value) and "T-2" in str(refused.value)
    assert refused.value.problem["current"]["state"] == "surplus_resolution"
    assert "override_surplus" in refused.value.problem["enabled"]
    assert (await run.status())["state"] == "surplus_resolution"


@pytest.mark.begins("2026-12-01T08:00+01:00")
async def test_ED13_X3_an_end_that_is_booked_resolves_and_a_revoked_one_comes_back(world: World) -> None:
    """Both dates side by side; the licence's revoked run brings the edition's run back from `order`."""
    await world.load(customer_record(TRACKING))
    run = await request_downgrade(world)
    await run("acknowledge_warning")
    licence = await world.request("shipping_module", "K-1001", "T-1")
    booked = await licence("place_order", time="2026-12-01T09:00+01:00", effective_on="2027-03-15")
    assert booked["state"] == "scheduled"
    ready = await in_state(run, "order")
    assert [(entry["licence"], entry["resolved"]) for entry in ready["surplus"]] == [("T-1", True)]
    assert "surplus" not in warning_codes(ready)
    gap = warning_text(ready, "surplus_gap")
    assert "T-1" in gap and "2027" in gap

    await licence("request_revocation", explanation="not this one", time="2026-12-02T09:00+01:00")
    revoked = await licence.confirm("revocation", decision="granted")
    assert revoked["state"] == "revoked"
    back = await in_state(run, "surplus_resolution")
    assert open_surplus(back) == ["T-1"]


async def test_X3_no_gap_is_shown_where_both_dates_are_the_same(world: World) -> None:
    await world.load(customer_record(TRACKING))
    await world.sleep_until("2027-01-10T12:00+01:00")
    run = await request_downgrade(world)
    await run("acknowledge_warning")
    licence = await world.request("shipping_module", "K-1001", "T-1")
    await licence("place_order", effective_on="2027-02-01")
    ready = await in_state(run, "order")
    assert "surplus_gap" not in warning_codes(ready)
    await run("place_order")
    await world.sleep_until("2027-02-01T00:00+01:00")
    assert (await in_state(run, "applied"))["tasks"] == []


async def test_X2_some_days_before_the_date_the_customer_is_reminded(world: World) -> None:
    run = await overridden(world, TRACKING)
    await world.sleep_until("2027-01-26T12:00+01:00")
    before = mails(world)
    await world.sleep_until("2027-01-26T23:59+01:00")
    assert mails(world) == before
    await world.sleep_until("2027-01-27T00:00+01:00")
    written = await mails_when(run, lambda mails: len(mails) > len(before))
    new = [mail for mail in written if mail not in before]
    assert [(to, "T-1" in body) for to, _, body in new] == [("kontakt@muster.example", True)]
    assert (await run.status())["state"] == "scheduled"
    await world.sleep_until("2027-01-31T23:00+01:00")
    assert len(mails(world)) == len(before) + 1


@pytest.mark.parametrize("settled_by", ["a person", "its own end"])
async def test_ED6_X2_the_edition_changes_on_its_date_and_what_is_left_needs_a_person(
    world: World, settled_by: str
) -> None:
    run = await overridden(world, TRACKING)
    await world.sleep_until("2027-02-01T00:00+01:00")
    left = await in_state(run, "surplus_resolution")
    assert (await world.record("K-1001"))["editions"]["jtl"] == "jtl_advanced"
    assert (task_types(left), left["waiting_for"], left["enabled"]) == (["surplus"], ["operator"], ["recheck_licences"])
    assert (open_surplus(left), moment(left["effective_at"])) == (["T-1"], moment("2027-02-01T00:00+01:00"))
    assert "T-1" in left["tasks"][0]["instructions"]
    assert await licences_left(world) == {"T-1"}  # ED6: nobody removes it
    for event, payload in (
        ("abandon", {}),
        ("override_surplus", {"licences": ["T-1"]}),
        ("supersede", {"booking": "B-1"}),
    ):
        with pytest.raises(Refused) as refused:
            await run(event, **payload)
        assert refused.value.code == "not_enabled"
    with pytest.raises(Refused) as late:
        await run("request_revocation", explanation="oh")
    assert (late.value.code, "misclick" in str(late.value)) == ("too_late", True)

    rejected = await run.reject("surplus", note="the customer does not answer")
    assert (rejected["state"], task_types(rejected)) == ("surplus_resolution", ["surplus"])
    assert "the customer does not answer" in rejected["tasks"][0]["instructions"]
    assert (await run("recheck_licences"))["state"] == "surplus_resolution"
    if settled_by == "a person":
        ended = await run.confirm("surplus", note="the customer keeps them")
    else:
        licence = await world.request("shipping_module", "K-1001", "T-1")
        await licence.confirm("clarify_cost", decision="deactivation")  # JTL Advanced does not know it (ED14, X5)
        await licence("place_order")
        ended = await in_state(run, "applied")
    assert (ended["state"], ended["tasks"]) == ("applied", [])


async def test_X2_a_licence_whose_own_end_is_booked_needs_no_task(world: World) -> None:
    run = await overridden(world, TRACKING)
    await world.sleep_until("2027-01-20T12:00+01:00")
    licence = await world.request("shipping_module", "K-1001", "T-1")
    await licence("place_order", effective_on="2027-02-20")
    await world.sleep_until("2027-02-01T00:00+01:00")
    applied = await in_state(run, "applied")
    assert (applied["tasks"], open_surplus(applied)) == ([], [])
