"""What interrupts an edition's run: an annual term (X14), another catalogue when the order is placed (X8)."""

import shutil
from pathlib import Path
from typing import Any

import pytest

import catalogue
from tests.runs.customers import customer_record
from tests.runs.documents import moment, task_types, timeline_events, warning_codes, warning_text
from tests.runs.harness import Refused, World, open_world
from tests.runs.steps import in_state, prepare_downgrade, request_downgrade

ANNUAL = {"jtl": {"term": "annual", "ends": "2027-06-30"}}


async def test_ED15_X14_an_annual_term_is_asked_about_and_the_answer_gives_the_date(world: World) -> None:
    await world.load(customer_record(edition_terms=ANNUAL))
    run = await request_downgrade(world)
    answer = await run("acknowledge_warning")
    assert (answer["state"], task_types(answer), answer["waiting_for"]) == ("order", ["clarify_term"], ["operator"])
    assert (answer["effective_at"], answer["order_by"], answer["term_ends"]) == (None, None, "2027-06-30")
    assert [(step["value"], step["rule"]) for step in answer["why"]] == [("2027-06-30", "X14")]
    assert "Laufzeit: jährlich, letzter Tag: 30. Juni 2027" in answer["tasks"][0]["instructions"]
    assert "place_order" not in answer["enabled"]
    with pytest.raises(Refused) as refused:
        await run("place_order")
    assert refused.value.code == "not_enabled"
    with pytest.raises(Refused) as incomplete:
        await run.confirm("clarify_term")
    assert incomplete.value.code == "malformed"  # `at` is needed

    clear = await run.confirm("clarify_term", at="2027-06-30")
    assert (clear["tasks"], clear["waiting_for"]) == ([], ["customer"])
    assert (moment(clear["effective_at"]), clear["order_by"]) == (moment("2027-07-01T00:00+02:00"), None)
    assert ("2027-06-30", "X14") in [(step["value"], step["rule"]) for step in clear["why"]]
    booked = await run("place_order", time="2027-01-10T12:00+01:00")
    assert moment(booked["effective_at"]) == moment("2027-07-01T00:00+02:00")
    await world.sleep_until("2027-02-01T00:01+01:00")
    assert (await run.status())["state"] == "scheduled"  # the notice rule does not apply
    await world.sleep_until("2027-07-01T00:00+02:00")
    await in_state(run, "applied")


async def test_X14_rejected_it_is_not_orderable_until_the_customer_asks_again(world: World) -> None:
    await world.load(customer_record(edition_terms=ANNUAL))
    run = await prepare_downgrade(world)
    declined = await run.reject("clarify_term", note="the contract is with the lawyers")
    assert (declined["state"], declined["tasks"], declined["waiting_for"]) == ("order", [], ["customer"])
    assert declined["refusal"]["code"] == "declined"
    assert "the contract is with the lawyers" in declined["refusal"]["text"]
    assert declined["enabled"] == ["recheck_licences", "abandon"]
    answer = await run("recheck_licences")
    assert (task_types(answer), answer["refusal"]) == (["clarify_term"], None)
    clear = await run.confirm("clarify_term", at="2027-06-30T12:00:00+02:00")
    assert moment(clear["effective_at"]) == moment("2027-07-01T00:00+02:00")
    assert "place_order" in clear["enabled"]


def two_versions(folder: Path, valid_from: str) -> Path:
    """The shipped catalogue, and beside it a later version in which JTL Advanced allows no register."""
    shipped = Path(catalogue.__file__).parent / "versions" / "2024-09-01"
    shutil.copytree(shipped, folder / "2024-09-01")
    shutil.copytree(shipped, folder / valid_from)
    about = folder / valid_from / "version.toml"
    about.write_text(about.read_text(encoding="utf-8").replace("2024-09-01", valid_from), encoding="utf-8")
    products = folder / valid_from / "products_jtl.toml"
    text = products.read_text(encoding="utf-8")
    assert text.count("limit = 3") == 1
    products.write_text(text.replace("limit = 3", "limit = 2"), encoding="utf-8")
    return folder


THREE_REGISTERS = [{"licence": f"P-{number}", "product": "pos_wawi"} for number in range(1, 4)]


async def test_X8_another_catalogue_is_in_force_when_the_order_is_placed(tmp_path: Path) -> None:
    versions = two_versions(tmp_path / "catalogue", "2027-01-15")
    async with open_world(tmp_path, catalogue_dir=versions) as world:
        await world.load(customer_record(*THREE_REGISTERS))
        run = await prepare_downgrade(world)
        ready = await run.status()
        assert (ready["catalogue"], ready["surplus"]) == ("2024-09-01", [])
        with pytest.raises(Refused) as refused:
            await run("place_order", time="2027-01-15T00:30+01:00")
        assert (refused.value.code, refused.value.rule) == ("changed", "X8")
        assert refused.value.problem["current"]["state"] == "feature_warning"
        again = await run.status()
        assert (again["state"], again["catalogue"]) == ("feature_warning", "2027-01-15")
        assert "catalogue_changed" in timeline_events(again)
        checked = await run("acknowledge_warning")  # the warnings once more, and what the new version says
        assert (checked["state"], len(checked["surplus"])) == ("surplus_resolution", 1)
        await run("override_surplus", licences=["P-1"])
        booked = await run("place_order", time="2027-01-15T09:00+01:00")
        assert (booked["state"], booked["catalogue"]) == ("scheduled", "2027-01-15")


async def test_X8_the_orders_time_decides_and_an_order_keeps_its_version(tmp_path: Path) -> None:
    """Placed on the 14th it is judged by the old version, whatever is in force on its date."""
    versions = two_versions(tmp_path / "catalogue", "2027-01-15")
    async with open_world(tmp_path, catalogue_dir=versions) as world:
        await world.load(customer_record(*THREE_REGISTERS))
        await world.sleep_until("2027-01-12T12:00+01:00")
        run = await prepare_downgrade(world)
        await world.sleep_until("2027-01-16T12:00+01:00")
        booked = await run("place_order", time="2027-01-14T23:59+01:00")
        assert (booked["state"], booked["catalogue"]) == ("scheduled", "2024-09-01")
        await world.sleep_until("2027-02-01T00:00+01:00")
        applied = await in_state(run, "applied")
        assert (applied["catalogue"], applied["surplus"]) == ("2024-09-01", [])


async def test_X8_an_override_does_not_outlive_the_catalogue(tmp_path: Path) -> None:
    versions = two_versions(tmp_path / "catalogue", "2027-01-15")
    async with open_world(tmp_path, catalogue_dir=versions) as world:
        await world.load(customer_record({"licence": "T-1", "product": "track_and_trace"}))
        run = await request_downgrade(world)
        await run("acknowledge_warning")
        await run("override_surplus", licences=["T-1"])
        with pytest.raises(Refused) as refused:
            await run("place_order", time="2027-01-20T12:00+01:00")
        assert refused.value.code == "changed"
        assert (await run("acknowledge_warning"))["state"] == "surplus_resolution"


async def test_ED14_what_a_lower_edition_does_to_other_products_is_said(world: World) -> None:
    waiting: list[dict[str, Any]] = [{"licence": "V-1", "product": "vouchers"}]
    await world.load(customer_record(*waiting, order_package=5000))
    run = await request_downgrade(world)
    assert "knock_on" in warning_codes(run.first)
    assert "Vouchers" in warning_text(run.first, "knock_on")
    assert "5.000" in warning_text(run.first, "knock_on")


@pytest.mark.begins("2027-09-16T11:00+02:00")
@pytest.mark.parametrize(("language", "word"), [("de", "Oktober"), ("en", "October")])
async def test_texts_are_in_the_customers_language(world: World, language: str, word: str) -> None:
    await world.load(customer_record(language=language))
    run = await prepare_downgrade(world)
    booked = await run("place_order", time="2027-09-16T12:00+02:00")
    assert any(word in step["step"] for step in booked["why"])
    assert word in warning_text(booked, "boundary_day")
