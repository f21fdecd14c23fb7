"""What the list of cancellations says for people: what each one ends, and how it stands, in whose language."""

from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

import pytest

from activities.sql.customer_records import SqlCustomerRecords
from activities.sql.ledger import SqlLedger
from activities.sql.open_list import SqlOpenList
from states.model.record import Customer
from tests.adapters.stored_runs import ended
from tests.adapters.test_lists import run
from tests.portal.conftest import Caller

NAMED = {"licence": "POS-1", "product": "pos", "label": "Kasse am Markt", "price_per_month": 19, "term_ends": None}
RECORD = Customer.model_validate(
    {
        "customer": "K-9",
        "name": "Neun GmbH",
        "editions": {"jtl": "jtl_pro"},
        "order_package": 2500,
        "licences": [NAMED, {"licence": "TT-1", "product": "track_and_trace"}],
    }
)


async def listed(caller: Caller, **query: str) -> dict[str, dict[str, Any]]:
    """The items of the list by workflow ID; the records are read once, however many there are."""
    with patch.object(SqlCustomerRecords, "several", autospec=True, side_effect=SqlCustomerRecords.several) as reads:
        answer = await caller.http.get("/cancellations", params=query)
    assert answer.status_code == 200, answer.text
    assert reads.call_count == 1
    return {item["workflow_id"]: item for item in answer.json()["items"]}


async def test_each_is_called_as_people_call_it_in_the_customers_language_or_in_the_readers(offline: Caller) -> None:
    offline.adapters.records.load([RECORD])
    open_list, ledger = SqlOpenList(offline.adapters.database), SqlLedger(offline.adapters.database)
    for workflow_id in ("edition/K-9/jtl", "pos/K-9/POS-1", "shipping_module/K-9/TT-1", "misclick/K-9/pos.POS-1"):
        open_list.show([run(workflow_id=workflow_id)])
    for workflow_id in ("order_package/K-9/orders", "pos/K-9/POS-7", "voucher/K-0/V-1"):
        ledger.record_end(ended(workflow_id))
    labels = {name: item["label"] for name, item in (await listed(offline)).items()}
    assert labels == {
        "edition/K-9/jtl": "JTL Pro",
        "pos/K-9/POS-1": "Kasse am Markt",
        "misclick/K-9/pos.POS-1": "Kasse am Markt",
        "shipping_module/K-9/TT-1": "JTL-Track&Trace",
        "order_package/K-9/orders": "Auftragspaket",
        "pos/K-9/POS-7": "POS-7",
        "voucher/K-0/V-1": "V-1",
    }
    english = await listed(offline, language="en")
    assert english["order_package/K-9/orders"]["label"] == "order package"
    assert english["pos/K-9/POS-1"]["label"] == "Kasse am Markt"


async def test_what_has_left_the_record_keeps_its_name_in_the_list(offline: Caller) -> None:
    offline.adapters.records.load([RECORD])
    offline.adapters.records.load([RECORD.model_copy(update={"licences": ()})])
    SqlLedger(offline.adapters.database).record_end(ended("pos/K-9/POS-1"))
    assert (await listed(offline, customer="K-9"))["pos/K-9/POS-1"]["label"] == "Kasse am Markt"


@pytest.mark.parametrize(
    ("kind", "state", "being_booked", "german", "english"),
    [
        ("edition", "order", False, "Noch nicht abgesendet", "Not submitted yet"),
        ("edition", "order", True, "Abgesendet, wird gebucht", "Submitted, being booked"),
        ("edition", "surplus_resolution", False, "Zu viele Lizenzen", "Too many licences"),
        ("fulfillment", "surplus_resolution", False, "Bei Partnern ist noch", "still open with partners"),
        ("order_package", "surplus_resolution", False, "Verkaufskanäle sind noch aktiv", "Sales channels are still"),
    ],
)
async def test_a_state_is_said_of_what_it_is_about(
    offline: Caller, kind: str, state: str, being_booked: bool, german: str, english: str
) -> None:
    offline.adapters.records.load([RECORD])
    shown = run(state, workflow_id=f"{kind}/K-9/jtl", being_booked=being_booked, as_of=datetime.now(UTC))
    SqlOpenList(offline.adapters.database).show([shown])
    for language, text in (("de", german), ("en", english)):
        [item] = (await listed(offline, language=language)).values()
        assert text in item["state_text"] and item["being_booked"] is being_booked
