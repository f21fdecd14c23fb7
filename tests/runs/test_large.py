"""A customer with as many licences as a record may hold: every call and every run works (`python -m bench.large`)."""

import json
from pathlib import Path

import pytest

from activities.customer_centre import load_customers
from activities.customers_file import LoadFailed
from states.model.record import MOST_LICENCES, MOST_PARTNERS
from tests.adapters.customers import licence
from tests.runs.customers import customer_record
from tests.runs.documents import task_types
from tests.runs.harness import World, failed_workflow_tasks
from tests.runs.steps import in_state, licences_left, refusal_of, request_downgrade, status_when

REGISTERS = [licence(f"POS-{number:04}", "pos_wawi") for number in range(MOST_LICENCES)]


async def test_POS3_X2_a_limit_exceeded_by_2000_is_one_entry_to_the_end_of_the_run(world: World) -> None:
    await world.load(customer_record(*REGISTERS, editions={"jtl": "jtl_enterprise"}))
    await world.sleep_until("2027-01-10T12:00+01:00")
    run = await request_downgrade(world, "jtl_start")
    (entry,) = (await run("acknowledge_warning"))["surplus"]
    named = [register["licence"] for register in REGISTERS]
    assert (entry["licence"], entry["too_many"], entry["candidates"]) == (None, MOST_LICENCES - 1, named)
    assert (await refusal_of(run, "override_surplus", licences=named[:-2])).code == "malformed"
    assert (await run("override_surplus", licences=named[:-1]))["state"] == "order"
    assert (await run("place_order"))["state"] == "scheduled"
    register = await world.request("pos", "K-1001", named[0])
    assert (await register("place_order"))["state"] == "applied"
    await status_when(run, lambda status: status["surplus"][0]["too_many"] == MOST_LICENCES - 2)
    await world.sleep_until("2027-02-01T00:00+01:00")
    left = await in_state(run, "surplus_resolution")
    assert (task_types(left), len(json.dumps(left)) < 200_000) == (["surplus"], True)
    assert (await run.confirm("surplus"))["state"] == "applied"


async def test_ADD2_a_hosting_with_2000_addons_ends_with_those_that_the_order_names(world: World) -> None:
    addons = [licence(f"A-{number:038}", "hosting_addon", parent="H-1") for number in range(MOST_LICENCES - 1)]
    hosting = licence("H-1", "hosting", included=True)
    await world.load(customer_record(hosting, *addons))
    decided = {addon["licence"]: "end" for addon in addons[1:]} | {addons[0]["licence"]: "keep"}
    run = await world.request("hosting", "K-1001", "H-1", details={"addons": decided, "access": "all of them"})
    await run("acknowledge_warning")
    if task_types(await run.status()):
        await run.confirm("clarify_cost", decision="none")
    assert (await run("place_order"))["state"] == "applied"
    assert await licences_left(world) == {addons[0]["licence"]}


async def test_what_is_said_anew_again_and_again_never_stops_a_run(world: World) -> None:
    """Each of the longest that may be: together more than Temporal takes of one run (2 MiB)."""
    await world.load(customer_record())
    run = await request_downgrade(world)
    asked = {"kind": "edition", "customer": "K-1001", "subject": "jtl", "target": "jtl_advanced"}
    for number in range(25):
        said = {"note": f"{number:03}" + "y" * 119_000}
        words = f"{number:03}" + "\U0001f600" * 3_997
        reason = {"code": "cost", "text": words}
        status = await run("requested", **asked, details=said, explanation=words, reason=reason)
        assert len(json.dumps(status, ensure_ascii=False).encode()) < 1024 * 1024
    lines = [line["note"] for line in status["timeline"] if line["note"] and line["note"].startswith("„024")]
    assert len(lines) == 1 and len(lines[0]) > 120_000
    assert (await run("abandon"))["state"] == "abandoned"
    assert await failed_workflow_tasks(run.handle) == []


@pytest.mark.parametrize(("part", "most"), [("licences", MOST_LICENCES), ("partners", MOST_PARTNERS)])
async def test_more_than_that_is_refused_with_the_reason(world: World, tmp_path: Path, part: str, most: int) -> None:
    numbers = [f"X-{number}" for number in range(most + 1)]
    named = {"licences": [licence(number, "pos_wawi") for number in numbers]}
    named["partners"] = [{"id": number, "name": number, "role": "merchant"} for number in numbers]
    for count, fits in ((most, True), (most + 1, False)):
        path = tmp_path / f"{count}.jsonl"
        path.write_text(json.dumps(customer_record() | {part: named[part][:count]}), encoding="utf-8")
        if fits:
            await load_customers(world.settings, path)
        else:
            with pytest.raises(LoadFailed, match=rf"line 1: {part}: .* at most {most} items"):
                await load_customers(world.settings, path)
