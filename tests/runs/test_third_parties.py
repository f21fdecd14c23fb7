"""Steps at third parties: what to do where, reminders ever more urgent, and never over without proof, which is kept."""

from datetime import datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest

from activities.adapters import opened_adapters
from catalogue.texts import say
from states.model.record import Customer
from tests.charts.lone_run import document_of, guided_run
from tests.runs.customers import customer_record
from tests.runs.documents import Mail, Status, mails, task_types
from tests.runs.harness import Run, World
from tests.runs.outside_steps import STEPS, OutsideStep
from tests.runs.steps import in_state, mails_when, refusal_of, status_when

DAYS = timedelta(days=1)


EACH = pytest.mark.parametrize("step", STEPS, ids=[f"{step.rule}-{step.kind}" for step in STEPS])


@pytest.mark.parametrize("language", ["de", "en"])
@EACH
def test_X9_the_task_says_what_to_do_where_and_what_counts_as_proof(step: OutsideStep, language: str) -> None:
    run = guided_run(step.kind, Customer.model_validate(step.customer(language)), step.subject)
    if step.order:
        run.acknowledge()
        run.send("place_order")
    (task,) = [task for task in document_of(run, say).tasks if task.type == "third_party"]
    assert task.proof_required
    texts = [both[("de", "en").index(language)] for both in step.says]
    assert [text for text in texts if text not in task.instructions] == [], task.instructions
    assert "`proof.reference`" in task.instructions


async def begun(world: World, step: OutsideStep, language: str = "de") -> Run:
    """A run that waits for the third party, its date come."""
    await world.load(step.customer(language))
    run = await world.request(step.kind, "K-1001", step.subject)
    if "acknowledge_warning" in run.first["enabled"]:
        await run("acknowledge_warning")
    if step.order:
        await run("place_order")
    waiting = await in_state(run, "third_party")
    assert (task_types(waiting), waiting["waiting_for"]) == (["third_party"], ["third_party"])
    return run


def reminders(world: World) -> list[Mail]:
    """The mails that remind the customer."""
    words = ("Erinnerung", "ringend", "Reminder", "rgent")
    return [mail for mail in mails(world) if any(word in mail.subject for word in words)]


def reminded(world: World, count: int, _: object) -> bool:
    """So many mails have reminded."""
    return len(reminders(world)) >= count


def reminded_days(status: Status) -> list[datetime]:
    """When an open task was brought to mind."""
    return [datetime.fromisoformat(line["at"]) for line in status["timeline"] if line["event"] == "task_due"]


URGENCY = {
    "de": ["Erinnerung: ", "Dringend: ", "Sehr dringend, 3. Erinnerung: "],
    "en": ["Reminder: ", "Urgent: ", "Very urgent, reminder 3: "],
}
"""How the subjects begin, week after week, to customers in their language; operators are told by notices."""


@pytest.mark.parametrize("language", ["de", "en"])
@EACH
async def test_X9_the_customer_is_reminded_more_urgently_each_time(
    world: World, step: OutsideStep, language: str
) -> None:
    """Once a week, or a day before it is due, never sooner than a week after; each mail names the missing step."""
    run = await begun(world, step, language)
    seen: list[Mail] = []
    bodies: list[str] = []
    for week, words in enumerate(URGENCY[language], 1):
        await world.env.sleep(7 * DAYS)
        while len(reminded_days(await run.status())) < week:
            await world.env.sleep(1 * DAYS)
        await status_when(run, partial(reminded, world, week))
        (mine,) = [mail for mail in reminders(world) if mail not in seen]
        seen.append(mine)
        assert mine.to == "kontakt@muster.example"
        assert mine.subject.startswith(words)
        assert step.step[("de", "en").index(language)] in mine.body
        bodies.append(mine.body)
    assert len(set(bodies)) == 3
    status = await run.status()
    assert status["state"] == "third_party"
    between = [later - earlier for earlier, later in pairwise(reminded_days(status))]
    assert len(between) == 2 and all(7 * DAYS <= gap < 14 * DAYS for gap in between), between


@EACH
async def test_X9_nothing_is_over_without_proof_and_the_proof_is_kept(world: World, step: OutsideStep) -> None:
    """Not when the date has passed, not without a reference, not by a proof that was rejected."""
    run = await begun(world, step)
    task = await run.task("third_party")
    await world.env.sleep(2 * DAYS)
    assert (await refusal_of(run, "confirm_task", task=task)).code == "proof_missing"
    assert (await refusal_of(run, "confirm_task", task=task, note="they say so")).code == "proof_missing"
    assert task_types(await run.reject("third_party", note="not yet")) == ["third_party"]

    handed = await run("hand_in_proof", by="erika", task=task, reference="mail of 3 January", note="see there")
    assert (handed["state"], handed["waiting_for"]) == ("third_party", ["operator"])
    assert "mail of 3 January" in handed["tasks"][0]["instructions"]
    await run("reject_task", by="otto", task=task, note="it is unreadable")
    rejected = await run.status()
    assert (rejected["state"], rejected["waiting_for"]) == ("third_party", ["third_party"])
    assert "it is unreadable" in rejected["tasks"][0]["instructions"]
    assert "mail of 3 January" not in rejected["tasks"][0]["instructions"]
    assert (await refusal_of(run, "confirm_task", task=task)).code == "proof_missing"
    await mails_when(run, lambda mails: any("unreadable" in mail.body for mail in mails if "kontakt" in mail.to))

    await run("hand_in_proof", by="erika", task=task, reference="the letter")
    proof = {"reference": "letter 77", "confirmed_by": "Frau Ost", "confirmed_at": "2026-11-20T10:00:00+01:00"}
    done = await run("confirm_task", by="otto", task=task, proof=proof, note="checked", confirm_anyway=True)
    assert (done["state"], done["tasks"], done["waiting_for"]) == (step.end, [], [])
    async with opened_adapters(world.settings) as adapters:
        kept = adapters.ledger.ended_run(run.first["workflow_id"])
    assert kept is not None
    for document in (done, kept):
        lines = [(line["event"], line["by"], line["note"]) for line in document["timeline"] if line["by"]]
        notes = {(event, by): note for event, by, note in lines}
        assert notes["reject_task", "otto"].endswith(": zurückgewiesen. Dazu: it is unreadable")
        assert "the letter" in notes["hand_in_proof", "erika"]
        assert "mail of 3 January" in str(lines) and "see there" in str(lines)
        confirmed = notes["confirm_task", "otto"]
        for part in ("letter 77", "Frau Ost", "20. November 2026, 10:00 Uhr", "checked"):
            assert part in confirmed, confirmed


async def test_FFN5_each_partner_is_tracked_on_its_own(world: World) -> None:
    """One confirms, the other's proof is no good: only that one is reminded of, and only with it the exit is over."""
    partners = [STEPS[5].record["partners"][0], STEPS[6].record["partners"][0]]
    await world.load(customer_record(partners=partners))
    run = await world.request("fulfillment", "K-1001", "ffn")
    placed = await run("place_order")
    north, east = (task["task"] for task in placed["tasks"])
    assert ("P-1" in placed["tasks"][0]["instructions"], "P-2" in placed["tasks"][1]["instructions"]) == (
        True,
        True,
    )
    await run("hand_in_proof", task=north, reference="portal, request 7")
    await run("hand_in_proof", task=east, reference="a call")
    assert (await run("confirm_task", task=north))["state"] == "third_party"
    left = await run("reject_task", task=east, note="a call is no proof")
    assert [task["task"] for task in left["tasks"]] == [east]
    assert left["effective_at"] is None
    await world.env.sleep(15 * DAYS)
    bodies = [body for to, _, body in reminders(world) if "kontakt" in to]
    assert bodies and all("P-2" in body and "P-1" not in body for body in bodies)
    assert [partner["id"] for partner in (await world.record("K-1001"))["partners"]] == ["P-1", "P-2"]
    done = await run("confirm_task", task=east, proof={"reference": "letter of 2 January"})
    assert done["state"] == "applied"
    notes = [line["note"] for line in done["timeline"] if line["event"] == "confirm_task"]
    assert ["P-1" in notes[0], "portal, request 7" in notes[0]] == [True, True]
    assert ["P-2" in notes[1], "letter of 2 January" in notes[1]] == [True, True]
    assert (await world.record("K-1001"))["partners"] == []


@pytest.mark.settings(customer_centre="guided")
async def test_FFN1_nothing_is_booked_or_clicked_in_the_customer_centre(world: World) -> None:
    """Also in guided mode: the partners' confirmations are all that is asked for."""
    run = await begun(world, STEPS[5])
    assert (await run.confirm("third_party", proof={"reference": "portal"}))["state"] == "applied"


@pytest.mark.parametrize(("handed_on", "rejected_on"), [(29, 31)])
async def test_X9_a_customer_whose_proof_is_rejected_late_has_time_for_another(
    world: World, handed_on: int, rejected_on: int
) -> None:
    """Handing in starts the customer's clock again: the run is not abandoned a day after the rejection."""
    run = await begun(world, STEPS[4])
    await world.env.sleep(handed_on * DAYS)
    await run("hand_in_proof", task=await run.task("third_party"), reference="a call")
    await world.env.sleep((rejected_on - handed_on) * DAYS)
    await run.reject("third_party", note="a call is no proof")
    await world.env.sleep(20 * DAYS)
    assert (await run.status())["state"] == "third_party"
    await world.env.sleep(11 * DAYS)
    assert (await in_state(run, "abandoned"))["kind"] == "ecomdata"
