"""Receipts of real runs: there when the order arrives, in order, with the mail, and never in the way."""

import json
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from activities.receipts.keys import receipt_keys
from activities.receipts.verification import receipts_in, verify
from activities.sql.issued_receipts import IssuedReceipt
from tests.runs.customers import customer_record
from tests.runs.documents import task_types
from tests.runs.harness import Run, World
from tests.runs.steps import in_repair, in_state, mails_when, order_downgrade, prepare_downgrade


async def receipts_of(run: Run) -> list[IssuedReceipt]:
    """The receipts of a run."""
    return list(run.world.adapters.issued_receipts.of_newest(run.handle.id))


async def receipts_when(run: Run, events: list[str]) -> list[IssuedReceipt]:
    """The receipts, once they are about these events."""
    for _ in range(60):
        found = await receipts_of(run)
        if [receipt.event for receipt in found] == events:
            return found
        await run.world.env.sleep(1)
    raise AssertionError([receipt.event for receipt in await receipts_of(run)])


def attachments(world: World) -> list[tuple[str, bytes]]:
    """What is attached to mails: name and content."""
    folder = Path(world.settings.state_dir) / "mail"
    written: list[EmailMessage] = [
        message_from_bytes(path.read_bytes(), policy=default) for path in sorted(folder.glob("*.eml"))
    ]
    return [(str(part.get_filename()), part.get_content()) for mail in written for part in mail.iter_attachments()]


def document_of(receipt: IssuedReceipt) -> dict[str, Any]:
    """What it says."""
    return dict(json.loads(receipt.content))


async def test_from_the_order_to_the_change_in_a_chain_that_can_be_checked(world: World) -> None:
    await world.load(customer_record())
    run = await order_downgrade(world, "2027-01-10T12:00+01:00")
    await receipts_when(run, ["ordered", "booked"])
    await world.sleep_until("2027-02-01T00:00+01:00")
    await in_state(run, "applied")
    chain = await receipts_when(run, ["ordered", "booked", "applied"])
    first = document_of(chain[0])
    assert (first["effective_day"], first["placed_at"]) == ("2027-02-01", "2027-01-10T11:00:00+00:00")
    assert [warning["heed"] for warning in first["warnings"] if warning["code"] == "features_lost"] == ["acknowledged"]
    assert "features_lost" not in {warning["code"] for warning in document_of(chain[1])["warnings"]}
    await mails_when(run, lambda mails: len(mails) >= 3)
    attached = dict(attachments(world))
    names = {f"{first['case']}-{number}.{form}" for number in (1, 2, 3) for form in ("pdf", "jws")}
    assert attached.keys() == names
    files = [each for name in sorted(attached) for each in receipts_in(name, as_bytes(attached[name]))]
    verdict = verify(files, receipt_keys(world.settings))
    assert verdict.valid and len(verdict.receipts) == 6


def as_bytes(content: Any) -> bytes:
    """An attachment's content."""
    return content.encode() if isinstance(content, str) else bytes(content)


@pytest.mark.settings(customer_centre="guided")
async def test_X12_in_guided_mode_it_is_there_while_nobody_has_booked(world: World) -> None:
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    answer = await run("place_order", time="2027-01-10T12:00+01:00")
    assert (answer["state"], task_types(answer)) == ("order", ["perform"])
    await receipts_when(run, ["ordered"])
    mails = await mails_when(run, lambda mails: any("Eingangsbestätigung" in mail.subject for mail in mails))
    assert any("Unser Team" in mail.body for mail in mails)
    await run.confirm("perform", proof={"reference": "T-1"})
    await receipts_when(run, ["ordered", "booked"])


async def test_no_run_waits_for_a_receipt_and_a_person_is_asked_in_the_end(world: World) -> None:
    await world.load(customer_record())
    world.centre.down.add("issue")
    run = await prepare_downgrade(world)
    assert (await run("place_order", time="2027-01-10T12:00+01:00"))["state"] == "scheduled"
    await in_repair(run)
    assert await receipts_of(run) == []
    world.centre.down.clear()
    for _ in range(2):
        if "repair" in task_types(await run.status()):
            await run.confirm("repair", decision="retry")
            await world.env.sleep(5)
    events = {receipt.event for receipt in await receipts_of(run)}
    assert "ordered" in events


async def test_a_run_that_ends_without_its_last_receipts_is_closed_and_they_come_later(world: World) -> None:
    await world.load(customer_record())
    run = await order_downgrade(world, "2027-01-10T12:00+01:00")
    await receipts_when(run, ["ordered", "booked"])
    world.centre.down.add("issue")
    await run("request_revocation", explanation="oh")
    await run.confirm("revocation", decision="granted", note="as asked")
    await in_state(run, "revoked")
    await run.handle.result()
    assert [receipt.event for receipt in await receipts_of(run)] == ["ordered", "booked"]
    world.centre.down.clear()
    chain = await receipts_when(run, ["ordered", "booked", "revocation_requested", "revoked"])
    assert [document_of(receipt)["previous"] for receipt in chain[1:]] == [receipt.sha256 for receipt in chain[:-1]]
