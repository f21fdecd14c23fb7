"""`GET /customers/{customer}/choices`: all that a form must know to start a cancellation and to order it."""

import json
from pathlib import Path
from typing import Any

import pytest

from activities.customer_centre import load_customers
from states.kinds.registry import KINDS
from tests.portal.conftest import Caller
from tests.portal.test_events import is_problem

EXAMPLES = Path("examples/customers.jsonl")


async def chosen_from(alone: Caller, customer: str, kind: str, subject: str, **more: str) -> dict[str, Any]:
    """What the call answers, of the example customers."""
    await load_customers(alone.settings, EXAMPLES)
    params = {"kind": kind, "subject": subject} | more
    answer = await alone.http.get(f"/customers/{customer}/choices", params=params)
    assert answer.status_code == 200, answer.text
    document: dict[str, Any] = answer.json()
    return document


async def test_ED1_the_lower_editions_are_listed_the_nearest_first(alone: Caller):
    found = await chosen_from(alone, "K-1001", "edition", "jtl")
    assert found["label"] == "JTL Pro" and found["target"] == "listed"
    assert [choice["target"] for choice in found["targets"]] == ["jtl_advanced", "jtl_start"]
    assert [choice["label"] for choice in found["targets"]] == ["JTL Advanced", "JTL Start"]
    assert found["optional_services"] == [{"key": "setup_service_example", "label": "Beispiel: Einrichtungsservice"}]


async def test_OP2_the_smaller_packages_are_listed_and_none_is_too(alone: Caller):
    found = await chosen_from(alone, "K-1001", "order_package", "orders")
    assert [choice["target"] for choice in found["targets"]] == [100, 0]
    assert found["targets"][0]["label"] == "Auftragspaket 100" and found["label"] == "Auftragspaket 1.000"


async def test_ADD2_a_hosting_asks_about_each_add_on_and_ADD1_for_what_its_form_asks(alone: Caller):
    found = await chosen_from(alone, "K-1007", "hosting", "H-71")
    assert [addon["licence"] for addon in found["addons"]] == ["A-71", "A-72"]
    assert all(addon["details"] == [] and addon["label"] for addon in found["addons"])
    assert (await chosen_from(alone, "K-1007", "hosting_addon", "A-71"))["details"] == []
    assert (await chosen_from(alone, "K-1001", "voucher", "V-11"))["details"] is None


async def test_SHH2_a_change_of_tariff_asks_for_the_new_contract_and_an_end_does_not(alone: Caller):
    lines = [json.loads(line) for line in EXAMPLES.read_text(encoding="utf-8").splitlines()]
    customer, licence = next(
        (line["customer"], licence["licence"])
        for line in lines
        for licence in line["licences"]
        if licence["product"] == "shop_hosting"
    )
    assert (await chosen_from(alone, customer, "shop_hosting", licence))["details"] is None
    changed = await chosen_from(alone, customer, "shop_hosting", licence, target="Shop L")
    assert changed["details"] == ["new_contract"] and changed["target"] == "optional"


async def test_WMU4_a_user_may_be_assigned_to_the_other_one(alone: Caller):
    found = await chosen_from(alone, "K-1004", "wms_user", "U-42")
    assert [choice["target"] for choice in found["reassign_to"]] == ["wms_mobile"] and found["label"] == "Picker 1"
    found = await chosen_from(alone, "K-1004", "wms_user", "U-43")
    assert [choice["target"] for choice in found["reassign_to"]] == ["wms"]
    inclusive = await chosen_from(alone, "K-1004", "wms_user", "U-41")
    assert inclusive["reassign_to"] == []


@pytest.mark.parametrize("kind", KINDS)
async def test_each_kind_says_how_its_target_is_given_and_whether_words_are_needed(alone: Caller, kind: str):
    subject = {"edition": "jtl", "order_package": "orders"}.get(kind, "X-1")
    found = await chosen_from(alone, "K-1001", kind, subject)
    how = {"edition": "listed", "order_package": "listed", "marketplace_transfer": "needed", "shop_hosting": "optional"}
    assert found["target"] == how.get(kind)
    assert found["explanation"] == ("needed" if kind in ("misclick", "setup_service") else "optional")
    assert {reason["key"] for reason in found["reasons"]} >= {"cost", "other"}


async def test_what_is_unknown_is_a_problem(alone: Caller):
    path = "/customers/{}/choices?kind={}&subject=jtl"
    is_problem(await alone.http.get(path.format("K-9", "edition")), 404, "unknown_customer")
    is_problem(await alone.http.get(path.format("K-1001", "nothing")), 422, "malformed")
    is_problem(await alone.http.get("/customers/K-1001/choices?kind=edition"), 422, "malformed")
