"""Receipts as they are issued: once for a key, each behind the case's previous one, and all that they must say."""

import asyncio
import hashlib
import json
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from activities.cancellations import CancellationActivities
from activities.customer_centre import load_customers
from activities.ports import Misconfigured, Unavailable
from activities.receipts.keys import ReceiptKeys, public, read_keys
from activities.receipts.signed import canonical, digest, key_id, opened
from activities.sql.issued_receipts import IssuedReceipt
from states.model.effects import IssueReceipt
from states.model.names import case_number
from tests.adapters.customers import file_of, licence, line
from tests.adapters.databases import database, postgres, settings
from tests.adapters.wired import acts
from tests.receipts.samples import APPLIED, ARRIVED, BOOKED, FACTS, LATER, ORDERED, PLACED, desk_of, issue, step_of

__all__ = ["acts", "database", "postgres", "settings"]
ID = "edition/K-1001/jtl"


def document_of(receipt: IssuedReceipt) -> dict[str, Any]:
    """What it says."""
    return dict(json.loads(receipt.content))


def row(document: dict[str, Any], name: str) -> str:
    """A row's text."""
    return next(str(row["text"]) for row in document["rows"] if row["name"] == name)


async def test_a_receipt_says_case_who_what_when_from_when_why_cost_and_what_was_acknowledged(
    acts: CancellationActivities,
) -> None:
    """All that a customer must be able to prove (docs/contract.md, Receipts)."""
    (receipt,) = await asyncio.to_thread(issue, acts, ORDERED)
    document = document_of(receipt)
    assert document["case"] == case_number(ID, "r-1") == row(document, "case")
    assert document["customer"] == {"number": "K-1001", "name": "Muster GmbH"} and document["by"] == "Erika"
    assert "Muster GmbH" in row(document, "customer") and row(document, "by") == "Erika"
    assert (document["placed_at"], document["arrived_at"]) == (PLACED.isoformat(), ARRIVED.isoformat())
    assert "10:30" in row(document, "placed_at") and "10:31" in row(document, "arrived_at")  # in Berlin
    assert (document["effective_at"], document["effective_day"]) == ("2027-01-31T23:00:00+00:00", "2027-02-01")
    assert document["other_effective_at"] == LATER.isoformat() and "1. März 2027" in row(document, "other_effective_at")
    assert [(step["rule"], bool(step["step"])) for step in document["why"]] == [("D6", True)]
    assert document["cost_effect"] == "cancellation"
    assert document["cost"] == {"before": "99.00", "after": "49.00", "currency": "EUR"}
    (warning,) = document["warnings"]
    assert (warning["code"], warning["heed"], warning["by"]) == ("features_lost", "acknowledged", "Erika")
    assert "JTL-Track&Trace" in warning["text"]
    assert warning["sha256"] == hashlib.sha256(warning["text"].encode()).hexdigest()
    assert len(document["wording"]) == 16 and document["catalogue"] == "2026-04-01"
    assert document["next"] and document["case"] in document["contact"]


async def test_it_is_signed_as_it_is_kept_and_its_hash_is_of_just_that(acts: CancellationActivities) -> None:
    (receipt,) = await asyncio.to_thread(issue, acts, ORDERED)
    key = acts.receipt_keys.signing
    assert opened(receipt.jws, key) == receipt.content.encode() == canonical(document_of(receipt))
    assert receipt.sha256 == digest(receipt.content.encode())
    assert key_id(receipt.jws) == key.thumbprint() == public(key)["kid"]
    assert "d" not in public(key)


async def test_each_carries_the_hash_of_the_one_before(acts: CancellationActivities) -> None:
    first, second, third = await asyncio.to_thread(issue, acts, ORDERED, BOOKED, APPLIED)
    assert [receipt.number for receipt in (first, second, third)] == [1, 2, 3]
    previous = [document_of(receipt)["previous"] for receipt in (first, second, third)]
    assert previous == [None, first.sha256, second.sha256]


async def test_the_same_key_answers_the_same_receipt(acts: CancellationActivities) -> None:
    first, again = await asyncio.to_thread(issue, acts, ORDERED, ORDERED)
    assert first == again
    assert acts.adapters.issued_receipts.of_run(ID, "r-1") == (first,)


async def test_what_was_said_before_a_reset_stays_and_numbers_go_on(acts: CancellationActivities) -> None:
    """A run that was reset asks under other keys."""
    before = await asyncio.to_thread(issue, acts, ORDERED, BOOKED)
    after = await asyncio.to_thread(issue, acts, BOOKED, run_id="r-2")
    assert [receipt.number for receipt in (*before, *after)] == [1, 2, 3]
    assert acts.adapters.issued_receipts.of_run(ID, "r-1") == (*before, *after)
    assert acts.adapters.issued_receipts.of_newest(ID) == (*before, *after)


async def test_a_later_run_of_the_same_workflow_id_is_another_case(acts: CancellationActivities) -> None:
    old = await asyncio.to_thread(issue, acts, ORDERED, BOOKED)
    later = ORDERED.model_copy(update={"facts": FACTS.model_copy(update={"first_run_id": "r-9"})})
    (new,) = await asyncio.to_thread(issue, acts, later, run_id="r-9")
    assert new.number == 1 and document_of(new)["case"] != document_of(old[0])["case"]
    assert acts.adapters.issued_receipts.of_newest(ID) == (new,)
    assert acts.adapters.issued_receipts.of_run(ID, "r-1") == tuple(old)


async def test_several_at_the_same_moment_make_one_chain(acts: CancellationActivities) -> None:
    """Whoever comes second is told to try again, or waits."""

    def try_until_done(number: int) -> IssuedReceipt:
        effect = BOOKED.numbered(number)
        for _ in range(100):
            try:
                return desk_of(acts).issue(step_of(effect), effect, "r-1")
            except Unavailable:
                continue
        raise AssertionError("never issued")

    with ThreadPoolExecutor(4) as threads:
        await asyncio.to_thread(lambda: list(threads.map(try_until_done, range(1, 9))))
    chain = acts.adapters.issued_receipts.of_run(ID, "r-1")
    assert [receipt.number for receipt in chain] == list(range(1, 9))
    assert [document_of(receipt)["previous"] for receipt in chain] == [None, *(each.sha256 for each in chain[:-1])]


async def test_a_customer_who_is_not_recorded_gets_one_without_a_name(acts: CancellationActivities) -> None:
    (receipt,) = await asyncio.to_thread(issue, acts, ORDERED, customer="K-9")
    assert document_of(receipt)["customer"] == {"number": "K-9", "name": None}


async def test_licences_are_called_by_their_names(acts: CancellationActivities, tmp_path: Path) -> None:
    named = line(licences=[licence("L-77", label="Picker 3")])
    await load_customers(acts.settings, file_of(tmp_path, named))
    ending = {"kind": "wms_user", "subject": "L-77", "target": None, "called": "WMS-Benutzer (L-77)"}
    facts = FACTS.model_copy(update={"run": FACTS.run | ending})
    (receipt,) = await asyncio.to_thread(issue, acts, ORDERED.model_copy(update={"facts": facts}))
    assert "Picker 3 (L-77)" in row(document_of(receipt), "what")


@pytest.mark.parametrize("event", ["declined", "refused", "abandoned", "superseded", "revoked", "given_up"])
async def test_what_takes_effect_no_more_names_no_date(acts: CancellationActivities, event: str) -> None:
    (receipt,) = await asyncio.to_thread(issue, acts, BOOKED.model_copy(update={"event": event, "words": "Nein."}))
    document = document_of(receipt)
    assert (document["effective_at"], document["why"], document["other_effective_at"]) == (None, [], None)
    assert row(document, "answer") == "Nein."


@pytest.mark.parametrize("effect", [ORDERED, BOOKED])
async def test_X12_what_arrives_or_is_booked_when_its_date_has_come_is_promised_no_time_until_then(
    acts: CancellationActivities, effect: IssueReceipt
) -> None:
    date = datetime.fromisoformat(FACTS.run["effective_at"])
    moments = enumerate((date - timedelta(minutes=1), date), 1)
    effects = [effect.model_copy(update={"number": number, "at": at}) for number, at in moments]
    before, come = (document_of(receipt)["next"] for receipt in await asyncio.to_thread(issue, acts, *effects))
    assert ("Bis zum Termin" in before) or ("wird die Änderung wirksam" in before)
    assert "Bis zum Termin" not in come and "wird die Änderung wirksam" not in come


def test_a_public_key_alone_signs_nothing(acts: CancellationActivities) -> None:
    only_public = ReceiptKeys(tuple(read_keys(json.dumps(public(acts.receipt_keys.signing)))))
    with pytest.raises(Misconfigured, match="public one, which cannot sign"):
        _ = only_public.signing
