"""Kinds act on each other, as whole runs: revocations, transfers and channels, hosting and add-ons, tickets."""

import sqlite3
from datetime import timedelta
from typing import Any

import pytest

from tests.adapters.customers import licence
from tests.runs.customers import VOUCHERS, customer_record
from tests.runs.documents import open_surplus, task_types, warning_codes, warning_text
from tests.runs.harness import Run, World, database_file
from tests.runs.steps import (
    in_state,
    licences_left,
    load_customer,
    mails_when,
    order_downgrade,
    prepare_downgrade,
    refusal_of,
    status_when,
)

PROOF = {"reference": "T-1"}
FEBRUARY = "2027-02-01T00:00+01:00"

# What a customer cannot take back alone.

ORDERED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("edition", {"subject": "jtl", "target": "jtl_advanced"}, {}),
    ("order_package", {"subject": "orders", "target": 1000}, {}),
    ("wms_user", {"subject": "U-1"}, {}),
    ("voucher", {"subject": "V-1"}, {"effective_on": "2027-03-01"}),
    ("hosting", {"subject": "H-1"}, {}),
]


@pytest.mark.begins("2026-12-20T11:00+01:00")
@pytest.mark.parametrize(("kind", "request_", "order"), ORDERED, ids=[kind for kind, *_ in ORDERED])
async def test_G3_once_ordered_no_customer_takes_it_back_alone(
    world: World, kind: str, request_: dict[str, Any], order: dict[str, Any]
) -> None:
    paid = {"term_ends": "2027-03-31"}
    await load_customer(world, VOUCHERS, licence("U-1", **paid), licence("H-1", "hosting", **paid))
    run = await world.request(kind, "K-1001", **request_)
    if run.first["state"] == "feature_warning":
        await run("acknowledge_warning")
    booked = await run("place_order", time="2026-12-20T12:00+01:00", **order)
    assert (booked["state"], "abandon" in booked["enabled"]) == ("scheduled", False)
    assert (await refusal_of(run, "abandon")).code == "not_enabled"
    answer = await run("request_revocation", explanation="by mistake")
    assert (answer["state"], task_types(answer)) == ("scheduled", ["revocation"])  # G4: a person decides
    assert answer["effective_at"] == booked["effective_at"]
    await world.sleep_until(booked["effective_at"])
    assert (await in_state(run, "applied"))["effective_at"] == booked["effective_at"]


# A marketplace that moves.

MOVE = {"target": "K-1002", "explanation": "the shop moves"}


async def transfer(world: World) -> Run:
    """A transfer, asked for and not decided."""
    await world.load(
        customer_record(licence("M-1", "marketplace"), licence("M-2", "marketplace")),
        customer_record(customer="K-1002"),
    )
    return await world.request("marketplace_transfer", "K-1001", "M-1", **MOVE)


async def test_MOV2_while_a_transfer_is_open_the_account_is_not_deactivated(world: World) -> None:
    """In each state of the transfer; another account may go; and so may this one once the transfer is abandoned."""
    moving = await transfer(world)
    steps: list[tuple[str, Any]] = [
        ("support_ticket", None),
        ("support_ticket", lambda: moving.confirm("support_ticket", decision="granted")),
        ("scheduled", lambda: moving.confirm("appointment", at="2027-01-12T10:00:00+01:00")),
        ("scheduled", lambda: world.sleep_until("2027-01-12T10:00+01:00")),
    ]
    for state, step in steps:
        if step is not None:
            await step()
        assert (await moving.status())["state"] == state
        refused = (await world.request("marketplace", "K-1001", "M-1")).first
        assert (refused["state"], refused["refusal"]["code"], refused["refusal"]["rule"]) == (
            "refused",
            "use_support",
            "MOV2",
        )
        assert (
            "Ist schon ein Umzug offen, schalten Sie den Marktplatz bitte nicht vorher ab" in refused["refusal"]["text"]
        )
    assert (await world.request("marketplace", "K-1001", "M-2")).first["state"] == "order"
    assert await licences_left(world) == {"M-1", "M-2"}
    await moving("abandon")
    assert (await world.request("marketplace", "K-1001", "M-1")).first["state"] == "order"


async def test_MOV2_a_transfer_asked_for_meanwhile_stops_the_order_of_a_deactivation(world: World) -> None:
    await world.load(customer_record(licence("M-1", "marketplace")), customer_record(customer="K-1002"))
    run = await world.request("marketplace", "K-1001", "M-1")
    assert run.first["state"] == "order"
    await world.request("marketplace_transfer", "K-1001", "M-1", **MOVE)
    stopped = await run("place_order")
    assert (stopped["state"], stopped["refusal"]["code"]) == ("refused", "use_support")
    assert await licences_left(world) == {"M-1"}


async def test_X4_MOV1_package_0_waits_until_the_moved_account_is_decoupled(world: World) -> None:
    await world.load(customer_record(licence("M-1", "marketplace")), customer_record(customer="K-1002"))
    package = await world.request("order_package", "K-1001", "orders", target=0)
    assert open_surplus(package.first) == ["M-1"]
    moving = await world.request("marketplace_transfer", "K-1001", "M-1", **MOVE)
    await moving.confirm("support_ticket", decision="granted")
    moment = (await world.env.get_current_time() + timedelta(days=2)).isoformat()
    await moving.confirm("appointment", at=moment)
    await world.sleep_until(moment)
    assert open_surplus(await package.status()) == ["M-1"]  # agreed is not gone
    await moving.confirm("perform", proof=PROOF)
    assert (await in_state(package, "feature_warning"))["surplus"] == []


# An edition, and what depends on it.


async def test_ED14_G9_an_edition_that_is_booked_made_or_dropped_is_news_to_every_licence_that_depends_on_it(
    world: World,
) -> None:
    """Vouchers are to be switched off in March; with the edition they cost from February on, which is told."""
    await load_customer(world, VOUCHERS, licence("SL-1", "shipping_labels"))
    await world.sleep_until("2027-01-05T12:00+01:00")
    vouchers = await world.request("voucher", "K-1001", "V-1")
    await vouchers("acknowledge_warning")
    placed = await vouchers("place_order", effective_on="2027-03-15")
    labels = await world.request("shipping_module", "K-1001", "SL-1")
    assert (placed["state"], placed["cost_effect"]) == ("scheduled", "deactivation")
    assert "knock_on" not in warning_codes(placed)

    edition = await prepare_downgrade(world)
    await edition("place_order")
    told = await status_when(vouchers, lambda status: "knock_on" in warning_codes(status))
    assert "1. Februar 2027" in warning_text(told, "knock_on")
    assert (told["state"], told["effective_at"]) == ("scheduled", placed["effective_at"])
    await mails_when(vouchers, lambda mails: any("Andere Kosten bis zum Ende" in mail.subject for mail in mails))
    assert "knock_on" not in warning_codes(await labels.status())  # no edition decides about it

    await edition("request_revocation", explanation="by mistake")
    await edition.confirm("revocation", decision="granted", note="in time")
    await status_when(vouchers, lambda status: "knock_on" not in warning_codes(status))

    again = await prepare_downgrade(world)
    await again("place_order")
    await world.sleep_until(FEBRUARY)
    await in_state(again, "applied")
    costs = await status_when(vouchers, lambda status: status["cost_effect"] == "cancellation")
    assert (costs["state"], costs["effective_at"]) == ("scheduled", placed["effective_at"])
    await world.sleep_until(placed["effective_at"])
    assert (await in_state(vouchers, "applied"))["effective_at"] == placed["effective_at"]


# Hosting and its add-ons.


async def test_ADD2_an_add_on_that_ends_by_itself_meanwhile_is_asked_about_no_more(world: World) -> None:
    paid = {"term_ends": "2027-01-31"}
    addons = [licence(name, "hosting_addon", parent="H-1", **paid) for name in ("A-1", "A-2")]
    await load_customer(world, licence("H-1", "hosting", term_ends="2027-03-31"), *addons)
    await world.sleep_until("2027-01-20T12:00+01:00")
    run = await world.request("hosting", "K-1001", "H-1")
    await run("acknowledge_warning")
    addon = await world.request("hosting_addon", "K-1001", "A-1")
    await addon("place_order", details={"mailbox": "shop"})
    refused = await refusal_of(run, "place_order", details={"addons": {"A-1": "end"}})
    assert (refused.code, refused.rule) == ("details_missing", "ADD2")
    await world.sleep_until(FEBRUARY)
    assert (await in_state(addon, "applied"))["kind"] == "hosting_addon"
    assert "A-1" not in warning_text(
        await status_when(run, lambda status: "A-1" not in str(status["warnings"])), "addons_remain"
    )
    placed = await run("place_order", details={"addons": {"A-2": "keep"}})
    assert placed["state"] == "scheduled"
    await world.sleep_until("2027-04-01T00:00+02:00")
    await in_state(run, "applied")
    assert await licences_left(world) == {"A-2"}


async def test_ADD2_ending_an_add_on_leaves_its_hosting(world: World) -> None:
    paid = {"term_ends": "2027-01-31"}
    await load_customer(world, licence("H-1", "hosting", **paid), licence("A-1", "hosting_addon", parent="H-1", **paid))
    addon = await world.request("hosting_addon", "K-1001", "A-1")
    await addon("place_order", details={"mailbox": "shop"})
    await world.sleep_until(FEBRUARY)
    await in_state(addon, "applied")
    assert await licences_left(world) == {"H-1"}


async def test_PR1_modules_and_users_end_one_by_one(world: World) -> None:
    paid = {"term_ends": "2027-01-31"}
    await load_customer(world, *(licence(f"PU-{number}", "production_user", **paid) for number in (1, 2)), VOUCHERS)
    run = await world.request("production", "K-1001", "PU-1")
    await run("place_order")
    await world.sleep_until(FEBRUARY)
    await in_state(run, "applied")
    assert await licences_left(world) == {"PU-2", "V-1"}


# Tickets.

TICKETS: list[tuple[str, str, dict[str, Any], str]] = [
    ("SVC1", "setup_service", {"subject": "O-1", "explanation": "not needed"}, "accounting"),
    ("SUP3", "key_accounting", {"subject": "key_accounting"}, "sales"),
    ("MOV1", "marketplace_transfer", {"subject": "M-1"} | MOVE, "eazyauction"),
    ("G4/MIS1", "misclick", {"subject": "anything", "explanation": "wrong button"}, "support"),
]


@pytest.mark.parametrize(
    ("rule", "kind", "request_", "category"), TICKETS, ids=[f"{rule}-{category}" for rule, *_, category in TICKETS]
)
async def test_each_ticket_goes_to_those_who_decide_it(
    world: World, rule: str, kind: str, request_: dict[str, Any], category: str
) -> None:
    licences = [licence("O-1", "setup_service"), licence("S-1", "key_accounting"), licence("M-1", "marketplace")]
    await world.load(customer_record(*licences, editions={"jtl": "jtl_enterprise"}), customer_record(customer="K-1002"))
    run = await world.request(kind, "K-1001", **request_)
    task = await run.task("support_ticket")
    categories: list[str] = []
    for _ in range(20):
        with sqlite3.connect(database_file(world.settings)) as database:
            rows = database.execute("SELECT category FROM tickets WHERE key = ?", (task,))
            categories = [category for (category,) in rows]
        if categories:
            break
        await world.env.sleep(1)
    assert categories == [category]


async def test_MIS2_while_a_misclick_is_looked_into_the_change_goes_on(world: World) -> None:
    await world.load(customer_record())
    run = await order_downgrade(world, "2027-01-10T12:00+01:00")
    await world.sleep_until("2027-01-12T12:00+01:00")
    report = await world.request("misclick", "K-1001", "edition.jtl", explanation="wrong button")
    assert warning_codes(report.first) == ["no_promise"]
    await world.sleep_until(FEBRUARY)
    assert (await in_state(run, "applied"))["target"] == "jtl_advanced"
    assert (await report.status())["state"] == "support_ticket"
