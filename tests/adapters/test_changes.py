"""Changes in the SQL customer centre: each exactly once; what is then in the record, and what became of the booking."""

from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from activities.customer_centre import load_customers
from activities.ports import Ends, Judgement, Refused
from activities.request_check import judge_of
from activities.sql import bookings
from activities.sql.customer_centre import SqlCustomerCentre
from activities.sql.database import Database
from activities.sql.tables import receipts
from settings import Settings
from states.model.effects import AssignLicence, Decouple
from states.model.facts import Surplus
from states.model.record import Customer
from states.model.request import Proof
from tests.adapters.customers import (
    CHANGE,
    PLACED,
    file_of,
    licence,
    licences_of,
    line,
    order,
    record_of,
    step,
)
from tests.adapters.databases import database, postgres, settings
from tests.adapters.wired import CATALOGUES, centre, nothing_left, states_of

__all__ = ["centre", "database", "postgres", "settings"]


async def test_ED_an_edition_changes_with_its_term_and_closes_its_booking(
    settings: Settings, centre: SqlCustomerCentre, database: Database
) -> None:
    centre.place_order(step("edition", "jtl", order(), target="jtl_start"))
    receipt = centre.apply_change(step("edition", "jtl", CHANGE, target="jtl_start"), nothing_left)
    found = await record_of(settings)
    assert found["editions"] == {"jtl": "jtl_start", "wms": "wms_pro"}
    assert found["edition_terms"] == {}
    assert not receipt.held
    assert await states_of(database) == [("jtl_start", "applied")]


async def test_ED1_an_edition_that_is_lower_already_is_never_raised(
    settings: Settings, centre: SqlCustomerCentre
) -> None:
    centre.apply_change(step("edition", "jtl", CHANGE, target="jtl_start"), nothing_left)
    centre.apply_change(step("edition", "jtl", CHANGE, target="jtl_advanced", key="another"), nothing_left)
    assert (await record_of(settings))["editions"]["jtl"] == "jtl_start"


async def test_X2_the_change_answers_what_is_judged_of_the_record_after_it(
    centre: SqlCustomerCentre, database: Database
) -> None:
    judged: list[tuple[str, list[str]]] = []
    surplus = (Surplus(licence="L-77", product="wms_user", reason="not_available"),)

    def judge(record: Customer, ends: Ends) -> Judgement:
        judged.append((record.editions["wms"], list(ends)))
        return Judgement(surplus)

    centre.place_order(step("wms_user", "L-77", order()))
    asked = step("edition", "wms", CHANGE, target="wms_start")
    receipt = centre.apply_change(asked, judge)
    assert judged == [("wms_start", ["L-77"])]
    assert receipt.surplus == surplus
    assert centre.apply_change(asked, nothing_left) == receipt


async def test_OPL_1_a_lower_package_needs_no_channel_to_end(settings: Settings, centre: SqlCustomerCentre) -> None:
    centre.apply_change(step("order_package", "orders", CHANGE, target=1000), nothing_left)
    assert (await record_of(settings))["order_package"] == 1000


@pytest.mark.parametrize("product", ["marketplace", "connector_shopify", "connector_shopware6"])
async def test_X4_an_active_channel_holds_package_0_and_asking_again_may_succeed(
    settings: Settings, centre: SqlCustomerCentre, database: Database, tmp_path: Path, product: str
) -> None:
    await load_customers(settings, file_of(tmp_path, line(licences=[licence("M-1", product), licence("L-77")])))
    centre.place_order(step("order_package", "orders", order(), target=0))
    centre.place_order(step("connector", "M-1", order()))
    asked = step("order_package", "orders", CHANGE, target=0)
    judge = judge_of(asked, CATALOGUES, settings)
    for _ in range(2):
        held = centre.apply_change(asked, judge)
        assert held.held
        assert [(one.licence, one.reason, one.ends_at) for one in held.surplus] == [("M-1", "channel", None)]
    assert (await record_of(settings))["order_package"] == 2500
    assert (0, "booked") in await states_of(database)

    centre.apply_change(step("connector", "M-1", CHANGE), nothing_left)
    done = centre.apply_change(asked, judge)
    assert (done.held, done.surplus) == (False, ())
    assert (await record_of(settings))["order_package"] == 0
    assert centre.apply_change(asked, judge) == done


GONE = [
    ("a licence", "wms_user", "L-77", None, {"L-77"}),
    ("ADD2 hosting alone", "hosting", "H-1", {"addons": {"A-1": "keep", "A-2": "keep"}}, {"H-1"}),
    (
        "ADD2 hosting and one add-on",
        "hosting",
        "H-1",
        {"addons": {"A-1": "end", "A-2": "keep", "L-77": "end"}},
        {"H-1", "A-1"},
    ),
    ("SUP3 key accounting", "key_accounting", "key_accounting", None, {"KA-9"}),
    ("a licence that is gone already", "wms_user", "L-99", None, set()),
    ("MIS a ticket changes nothing", "misclick", "L-77", None, set()),
]


@pytest.mark.parametrize(("rule", "kind", "subject", "details", "gone"), GONE, ids=[one[0] for one in GONE])
async def test_what_ended_leaves_the_record(
    settings: Settings, centre: SqlCustomerCentre, rule: str, kind: str, subject: str, details: Any, gone: set[str]
) -> None:
    before = licences_of(await record_of(settings))
    if details:
        centre.place_order(step(kind, subject, order(details=details)))
    centre.apply_change(step(kind, subject, CHANGE), nothing_left)
    record = await record_of(settings)
    assert licences_of(record) == before - gone
    assert {licence["parent"] for licence in record["licences"]} & gone == set(), "belongs to what is gone"


async def test_FFN5_the_exit_ends_the_cooperation_with_every_partner(
    settings: Settings, centre: SqlCustomerCentre
) -> None:
    centre.apply_change(step("fulfillment", "ffn", CHANGE), nothing_left)
    assert (await record_of(settings))["partners"] == []


async def test_WMU4_a_user_is_assigned_elsewhere(settings: Settings, centre: SqlCustomerCentre) -> None:
    centre.reassign(step("wms_user", "L-77", AssignLicence(number=1, to="wms_mobile")))
    assert (await record_of(settings))["licences"][0]["assigned_to"] == "wms_mobile"
    for subject in ("L-99", "H-1"):
        with pytest.raises(Refused):
            centre.reassign(step("wms_user", subject, AssignLicence(number=1, to="wms")))


async def test_MOV1_a_decoupled_account_leaves_the_record(settings: Settings, centre: SqlCustomerCentre) -> None:
    asked = step("marketplace_transfer", "A-1", Decouple(number=1))
    first = centre.decouple(asked)
    assert "A-1" not in licences_of(await record_of(settings))
    assert centre.decouple(asked) == first
    with pytest.raises(Refused):
        centre.decouple(step("marketplace_transfer", "A-1", Decouple(number=2)))


async def test_X12_what_a_person_did_by_hand_is_kept_with_its_proof(
    centre: SqlCustomerCentre, database: Database
) -> None:
    proof = Proof(reference="Ticket 4711", confirmed_by="Erika", confirmed_at=PLACED)
    centre.place_order(step("wms_user", "L-77", order(proof=proof)))
    centre.apply_change(step("wms_user", "L-77", CHANGE.model_copy(update={"proof": proof})), nothing_left)
    with database.read() as connection:
        proofs = connection.execute(select(receipts.c.proof)).scalars().all()
    assert [Proof.model_validate(one) for one in proofs] == [proof, proof]


CLOSED = [
    ("applied", True, "applied"),
    ("external", True, "applied"),
    ("revoked", True, "withdrawn"),
    ("superseded", True, "superseded"),
    ("given_up", True, "booked"),
    ("given_up", False, "withdrawn"),
]


@pytest.mark.parametrize(("state", "booked", "becomes"), CLOSED)
async def test_what_becomes_of_a_booking_when_its_run_ends(
    centre: SqlCustomerCentre, database: Database, state: str, booked: bool, becomes: str
) -> None:
    centre.place_order(step("wms_user", "L-77", order(booked=booked)))
    with database.write() as connection:
        bookings.close_with_run(connection, "wms_user/K-1001/L-77", state)
    assert await states_of(database) == [(None, becomes)]
