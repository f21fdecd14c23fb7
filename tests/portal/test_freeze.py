"""Freezing by the portal: who may, what is answered, and that whoever runs it sees it."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.sql.freezes import Held
from portal import freeze_examples
from portal.freeze_schemas import FreezeAnswer
from states.model.record import Customer
from tests.adapters.customers import licence
from tests.portal.access import OPERATOR, PORTAL, SHOP, TOKENS, bearer, opened
from tests.portal.conftest import Caller
from tests.portal.test_events import is_problem
from tests.runs.customers import customer_record

REASON = {"reason": "wrong prices", "by": "anna"}


async def test_frozen_and_not_frozen_are_shown_and_released(offline: Caller) -> None:
    """Without Temporal: what freezes is our database, so that a freeze never waits for anything else."""
    http = offline.http
    before = (await http.get("/freeze")).json()
    assert (before["frozen"], before["freeze"], before["log"], before["held"]["runs"]) == (False, None, [], 0)
    until = (datetime.now(UTC) + timedelta(days=3)).isoformat()
    frozen = (await http.post("/freeze", json=REASON | {"until": until})).json()
    assert (frozen["frozen"], frozen["freeze"]["by"], frozen["freeze"]["reason"]) == (True, "anna", "wrong prices")
    assert frozen["falls_into"]["until"] == frozen["freeze"]["until"]
    offline.adapters.freezes.hold(Held("k", "place_order", "edition/K-1001/jtl"))
    now = (await http.get("/freeze")).json()
    assert now["held"] == {"runs": 1, "effects": [{"effect": "place_order", "count": 1}]}
    assert "cancellations_frozen 1.0" in (metrics := (await http.get("/metrics")).text)
    assert 'cancellations_held{effect="place_order"} 1.0' in metrics
    assert (await http.get("/readyz")).json()["frozen"] is True

    twice = await http.post("/freeze", json={"reason": "me too", "by": "otto"})
    assert is_problem(twice, 409, "frozen") and "anna" in twice.json()["detail"]
    released = (await http.post("/freeze/release", json={"note": "right again", "by": "otto"})).json()
    assert (released["frozen"], released["log"][0]["released_by"], released["log"][0]["note"]) == (
        False,
        "otto",
        "right again",
    )
    again = await http.post("/freeze/release", json={"note": "right again", "by": "otto"})
    assert is_problem(again, 409, "not_frozen") and "otto" in again.json()["detail"]
    assert "cancellations_frozen 0.0" in (await http.get("/metrics")).text
    assert (await http.get("/readyz")).json()["frozen"] is False


WRONG: list[tuple[str, dict[str, Any], str]] = [
    ("no reason", {"by": "anna"}, "reason"),
    ("an empty reason", {"reason": " ", "by": "anna"}, "reason"),
    ("nobody", {"reason": "x"}, "by"),
    ("an end that has passed", REASON | {"until": "2020-01-01T00:00:00Z"}, "until"),
    ("an end that is no moment", REASON | {"until": "tomorrow"}, "until"),
    ("what is not known", REASON | {"untill": "2099-01-01T00:00:00Z"}, "untill"),
]


@pytest.mark.parametrize(("what", "document", "names"), WRONG, ids=[case[0] for case in WRONG])
async def test_what_is_wrong_freezes_nothing_and_is_named(
    offline: Caller, what: str, document: dict[str, Any], names: str
) -> None:
    refused = await offline.http.post("/freeze", json=document)
    assert is_problem(refused, 422, "malformed") and names in refused.json()["detail"]
    assert ".." not in refused.json()["detail"]
    assert not (await offline.http.get("/freeze")).json()["frozen"]


async def test_a_freeze_is_said_by_the_name_of_the_token_and_by_operators_alone(client: Any, settings: Any) -> None:
    async with opened(client, settings, **TOKENS) as caller:
        for headers, status in (({}, 401), (PORTAL, 403), (bearer(SHOP), 403)):
            for call in (
                caller.http.post("/freeze", json=REASON, headers=headers),
                caller.http.get("/freeze", headers=headers),
            ):
                assert (await call).status_code == status
        frozen = await caller.http.post("/freeze", json=REASON | {"by": "somebody else"}, headers=OPERATOR)
        assert frozen.json()["freeze"]["by"] == "anna"


async def test_what_would_fall_into_it_is_looked_up_before(offline: Caller) -> None:
    until = datetime.now(UTC) + timedelta(days=40)
    looked = (await offline.http.get("/freeze", params={"until": until.isoformat()})).json()
    assert datetime.fromisoformat(looked["falls_into"]["until"]) == until and not looked["frozen"]
    wrong = await offline.http.get("/freeze", params={"until": "soon"})
    assert is_problem(wrong, 422, "malformed")


RESTS = "All bookings and changes are at rest with us just now. What you submit counts at once; "
AT_REST: list[tuple[str, dict[str, Any], str | None]] = [
    (
        "a date",
        {"kind": "edition", "subject": "jtl", "target": "jtl_advanced"},
        "That changes nothing about your date.",
    ),
    ("a term", {"kind": "wms_user", "subject": "L-77"}, "That changes nothing about your date."),
    (
        "switched off",
        {"kind": "pos", "subject": "L-1"},
        "it is carried out as soon as we go on, and holds from the day",
    ),
    ("no date yet", {"kind": "wms_user", "subject": "L-2"}, "it is booked as soon as we go on."),
    ("refused", {"kind": "edition", "subject": "jtl", "target": "jtl_pro"}, None),
    ("another moment", {"kind": "wms_user", "subject": "L-77", "time": "2027-01-10T12:00:00+01:00"}, None),
    ("nothing ordered", {"kind": "misclick", "subject": "x", "explanation": "oh"}, None),
]


@pytest.mark.parametrize(("what", "asked", "said"), AT_REST, ids=[case[0] for case in AT_REST])
async def test_before_an_order_the_customer_reads_what_a_freeze_means_for_it(
    offline: Caller, what: str, asked: dict[str, Any], said: str | None
) -> None:
    """Never another date: what is booked keeps its own, what is switched off holds from the day when that is done."""
    held = [
        licence("L-77", "wms_user", term_ends="2027-01-31"),
        licence("L-1", "pos_wawi", included=True),
        licence("L-2", "wms_user"),
    ]
    offline.adapters.records.load([Customer.model_validate(customer_record(*held, language="en"))])
    request = {"customer": "K-1001"} | asked
    before = (await offline.http.post("/previews", json=request)).json()
    assert before["at_rest"] is None
    await offline.http.post("/freeze", json=REASON)
    frozen = (await offline.http.post("/previews", json=request)).json()
    moving = ("at_rest", "why", *(["effective_at"] if what == "switched off" else []))  # name the moment of asking
    assert {**frozen, **{name: before[name] for name in moving}} == before
    if said is None:
        assert frozen["at_rest"] is None
    else:
        assert frozen["at_rest"].startswith(RESTS) and said in frozen["at_rest"], frozen
        assert "wrong prices" not in frozen["at_rest"]
    assert ("nothing about your date" in str(frozen["at_rest"])) == (what in ("a date", "a term"))


def test_the_examples_are_what_is_answered() -> None:
    answer = FreezeAnswer.model_validate(freeze_examples.FREEZE)
    assert answer.model_dump(mode="json") == freeze_examples.FREEZE


async def test_not_frozen_is_what_nobody_can_release(offline: Caller) -> None:
    refused = await offline.http.post("/freeze/release", json={"note": "right again", "by": "otto"})
    assert is_problem(refused, 409, "not_frozen")
    assert (await offline.http.get("/freeze")).json()["log"] == []
