"""An operator's decision: what it would do is said before, over HTTP, by the run itself."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import httpx
import pytest

from portal.app import build
from tests.adapters.customers import licence
from tests.runs.customers import customer_record
from tests.runs.documents import mails, task_types
from tests.runs.harness import Run, World
from tests.runs.steps import (
    mails_when,
    order_downgrade,
    prepare_downgrade,
    request_downgrade,
    status_when,
    task_address,
)
from tests.runs.test_untold import last_mails, untold


@asynccontextmanager
async def portal_of(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The calls of the portal, made in process."""
    app = build(world.env.client, world.settings, trusted=True)
    portal = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://portal")
    async with app.router.lifespan_context(app), portal:
        yield portal


async def asked_back(world: World) -> Run:
    """An edition's booked order, which the customer wants to be taken back."""
    await world.load(customer_record())
    run = await order_downgrade(world, "2027-01-10T12:00+01:00")
    await run("request_revocation", explanation="I clicked on the wrong one")
    return run


async def consequence_of(portal: httpx.AsyncClient, place: str, language: str = "en", **asked: Any) -> dict[str, Any]:
    """What a decision would do."""
    answer = await portal.post(f"{place}/consequence", json=asked, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    said: dict[str, Any] = answer.json()
    return said


async def test_what_operators_are_to_do_is_said_in_the_language_asked_for_and_nothing_else(world: World) -> None:
    run = await asked_back(world)
    own = await run.status()
    (task,) = own["tasks"]
    english = await run.handle.query("status", {"language": "en"})
    (told,) = english["tasks"]
    assert "A revocation is asked for" in told["instructions"] and "Bitte um Rücknahme" in task["instructions"]
    assert english | {"tasks": [told | {"instructions": task["instructions"]}]} == own
    assert await run.handle.query("status", {"language": "de"}) == own
    async with portal_of(world) as portal:
        place = await task_address(portal, run, "revocation")
        for language, words in (("en", told["instructions"]), ("de", task["instructions"])):
            answer = (await portal.get(place, headers={"Accept-Language": language})).json()
            assert (answer["instructions"], answer["instructions_language"]) == (words, language)
            asked = (await portal.get(place, params={"language": language})).json()
            assert (asked["instructions"], asked["instructions_language"]) == (words, language)


@pytest.mark.settings(customer_centre="guided")
async def test_what_operators_are_to_do_has_the_name_in_our_record_in_either_language(world: World) -> None:
    await world.load(customer_record(licence("M-32", "marketplace", label="Otto Gartenparadies")))
    run = await world.request("marketplace", "K-1001", "M-32")
    await run("place_order")
    async with portal_of(world) as portal:
        place = await task_address(portal, run, "perform")
        for language, words in (("de", "Bitte im Kundencenter"), ("en", "Please do this in the customer centre")):
            answer = (await portal.get(place, headers={"Accept-Language": language})).json()
            told = answer["instructions"]
            assert answer["instructions_language"] == language and words in told
            assert "Otto Gartenparadies (M-32)" in told and "eazyAuction" not in told, told
            assert ("Die Kündigung bestätigen" in told) == (language == "de"), told


@pytest.mark.parametrize("decision", ["granted", "declined"])
async def test_what_a_decision_would_do_is_what_it_does_to_the_word(world: World, decision: str) -> None:
    run = await asked_back(world)
    before = len(await mails_when(run, lambda sent: len(sent) >= 3))
    payload = {"by": "anna", "decision": decision, "note": "Looked at it"}
    async with portal_of(world) as portal:
        place = await task_address(portal, run, "revocation")
        said = await consequence_of(portal, place, confirm=payload)
        assert await run.status() == await run.status()
        assert (await run.status())["state"] == "scheduled"
        done = (await portal.post(f"{place}/confirm", json=payload)).json()
    assert (said["refused"], said["needs_second"], said["opens"]) == (None, False, [])
    fields = ("state", "effective_at", "effective_day", "waiting_for")
    assert {name: said[name] for name in fields} == {name: done[name] for name in fields}
    assert f"/tasks/{said['closes'][0]}" == place
    (mail,) = said["mails"]
    assert mail.keys() == {"to", "subject", "text"} and mail["to"] == "customer"
    sent = await mails_when(run, lambda sent: len(sent) > before)
    (told,) = (sent for sent in sent if sent.subject.startswith(mail["subject"]))
    words = mail["text"].split()
    assert told.body.split()[: len(words)] == words
    assert "Muster" in mail["text"]


async def test_texts_of_ours_are_in_the_operators_language_and_mails_in_the_customers(world: World) -> None:
    run = await asked_back(world)
    async with portal_of(world) as portal:
        place = await task_address(portal, run, "revocation")
        payload = {"by": "anna", "decision": "granted"}
        german, english = [await consequence_of(portal, place, code, confirm=payload) for code in ("de", "en")]
    assert german["state_text"] != english["state_text"]
    assert german["mails"] == english["mails"]


async def test_what_would_be_refused_is_said_and_a_call_that_is_wrong_is_one(world: World) -> None:
    run = await asked_back(world)
    async with portal_of(world) as portal:
        place = await task_address(portal, run, "revocation")
        said = await consequence_of(portal, place, confirm={"by": "anna", "decision": "perhaps"})
        assert (said["refused"]["code"], said["state"], said["closes"], said["mails"]) == (
            "malformed",
            "scheduled",
            [],
            [],
        )
        assert "granted" in said["refused"]["text"]
        for wrong in (
            {},
            {"confirm": {"by": "a"}, "reject": {"by": "a", "note": "n"}},
            {"confirm": {"by": 1}},
            {"x": 1},
        ):
            answer = await portal.post(f"{place}/consequence", json=wrong)
            assert (answer.status_code, answer.json()["code"]) == (422, "malformed"), wrong
        nobody = await portal.post("/tasks/t-nothing/consequence", json={"reject": {"by": "a", "note": "n"}})
        assert (nobody.status_code, nobody.json()["code"]) == (404, "unknown_task")


async def test_the_query_says_of_a_wrong_payload_what_is_wrong(world: World) -> None:
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    wrong: tuple[Any, ...] = (None, {}, {"confirm": {}, "reject": {}}, {"confirm": {"by": ""}}, "x")
    for payload in wrong:
        said = await run.handle.query("consequence", payload)
        assert said["refused"]["code"] == "malformed" and said["state"] == "order", payload
    said = await run.handle.query("consequence", {"reject": {"by": "a", "note": "n"}})
    assert said["refused"]["code"] == "unknown_task"


@pytest.mark.parametrize(("decision", "mailed"), [("told", 0), ("retry", 1)])
async def test_the_same_of_what_an_ended_run_could_not_tell(world: World, decision: str, mailed: int) -> None:
    await world.load(customer_record(email=None))
    run = await request_downgrade(world)
    await run("abandon")
    left = await last_mails(world, run)
    await untold(left)
    payload = {"by": "anna", "decision": decision, "note": "by telephone"}
    async with portal_of(world) as portal:
        place = await task_address(portal, left, "tell_customer")
        said = await consequence_of(portal, place, confirm=payload)
        assert (said["state"], said["waiting_for"], len(said["mails"])) == ("abandoned", [], mailed)
        stays = await consequence_of(portal, place, reject={"by": "anna", "note": "nobody there"})
        assert (stays["closes"], stays["waiting_for"]) == ([], ["operator"])
        assert stays["mails"] == []  # operators learn of it by a notice
        refused = await consequence_of(portal, place, confirm={"by": "anna", "decision": "told"})
        assert refused["refused"]["code"] == "malformed"
    assert task_types(await left.status()) == ["tell_customer"] and mails(world) == []


# Somebody was first.


@pytest.mark.parametrize("decisions", [("granted", "declined"), ("declined", "granted")], ids=["ends it", "goes on"])
async def test_who_comes_second_is_told_who_was_first_and_what_was_decided(
    world: World, decisions: tuple[str, str]
) -> None:
    """While the run goes on, and from the ledger where it has ended; now and whenever it is tried again."""
    run = await asked_back(world)
    async with portal_of(world) as portal:
        place = await task_address(portal, run, "revocation")
        first = {"by": "anna", "decision": decisions[0], "note": "Looked at it"}
        assert (await portal.post(f"{place}/confirm", json=first)).status_code == 200
        second = {"by": "otto", "decision": decisions[1]}
        rejection = {"by": "otto", "note": "no"}
        for call, payload in (("confirm", second), ("consequence", {"confirm": second}), ("reject", rejection)):
            answer = await portal.post(f"{place}/{call}", json=payload)
            problem = answer.json()
            assert (answer.status_code, problem["code"]) == (404, "unknown_task"), problem
            assert all(words in problem["detail"] for words in ("anna", "2027", "Looked at it")), problem["detail"]
            lines = [line for line in problem["current"]["timeline"] if line["task"]]
            assert [(line["by"], f"/tasks/{line['task']}") for line in lines] == [("anna", place)]


async def test_of_two_operators_at_once_one_decides_and_the_other_is_told_so(world: World) -> None:
    run = await asked_back(world)
    async with portal_of(world) as portal:
        place = await task_address(portal, run, "revocation")
        answers = await asyncio.gather(
            *(
                portal.post(f"{place}/confirm", json={"by": by, "decision": decision, "note": f"said by {by}"})
                for by, decision in (("anna", "granted"), ("otto", "declined"))
            )
        )
    taken, refused = sorted(answers, key=lambda answer: answer.status_code)
    assert (taken.status_code, refused.status_code) == (200, 404), (taken.text, refused.text)
    decided = [line for line in (await run.status())["timeline"] if line["event"] == "confirm_task"]
    assert len(decided) == 1
    assert f"said by {decided[0]['by']}" in refused.json()["detail"]


async def test_a_signal_that_comes_second_leaves_a_line_that_says_who_was_first(world: World) -> None:
    run = await asked_back(world)
    task = await run.task("revocation")
    await run("confirm_task", by="anna", task=task, decision="declined", note="It stands")
    await run.signal("confirm_task", {"by": "otto", "task": task, "decision": "granted"})
    status = await status_when(run, lambda status: status["timeline"][-1]["by"] == "otto")
    line = status["timeline"][-1]
    assert (line["audience"], line["task"]) == ("operators", None)
    assert "anna" in line["note"] and "It stands" in line["note"]


async def test_a_task_that_nobody_decided_and_nobody_needs_any_more_says_so(world: World) -> None:
    run = await asked_back(world)
    async with portal_of(world) as portal:
        place = await task_address(portal, run, "revocation")
        await run("supersede", booking="B-7")
        answer = await portal.post(f"{place}/confirm", json={"by": "otto", "decision": "granted"})
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (404, "unknown_task")
    assert problem["current"]["state"] == "superseded" and problem["current"]["state_text"] in problem["detail"]


def confirmed(workflow_id: str, **payload: Any) -> dict[str, Any]:
    """An operator's decision as an event."""
    event = {"specversion": "1.0", "id": "late", "source": "test", "type": "jtl.cancellation.confirm-task.v1"}
    return event | {"subject": workflow_id, "data": payload}


@pytest.mark.settings(customer_centre="guided")
async def test_X11_who_clicks_too_late_is_told_what_was_decided_and_not_what_a_customer_may_do(world: World) -> None:
    """The run is on its way out, and the work list still has what is not needed any more."""
    await world.load(customer_record())
    run = await prepare_downgrade(world)
    await run("place_order")
    await run("request_revocation", explanation="I clicked on the wrong one")
    late: dict[str, httpx.Response] = {}
    async with portal_of(world) as portal:
        click, revocation = [await task_address(portal, run, name) for name in ("perform", "revocation")]
        booked = {"by": "boss", "proof": {"reference": "B-7"}}
        second = {"by": "boss", "decision": "declined"}
        event = confirmed(run.handle.id, task=click.removeprefix("/tasks/"), **booked)
        structured = {"content-type": "application/cloudevents+json"}

        async def meanwhile() -> None:
            late["dropped"] = await portal.post(f"{click}/confirm", json=booked)
            late["weighed"] = await portal.post(f"{click}/consequence", json={"confirm": booked})
            late["event"] = await portal.post("/events", json=event, headers=structured)
            late["decided"] = await portal.post(f"{revocation}/confirm", json=second)

        world.centre.before["record_end"] = meanwhile
        granted = {"by": "anna", "decision": "granted", "note": "A slip"}
        assert (await portal.post(f"{revocation}/confirm", json=granted)).json()["state"] == "revoked"
        for call in ("dropped", "event", "decided"):
            answer = late[call].json()
            assert (answer["status"], answer["code"]) == (404, "unknown_task"), (call, answer)
            assert answer["current"]["state"] == "revoked" and "misclick" not in answer["detail"]
            assert ("anna" in answer["detail"]) == (call == "decided"), answer["detail"]
        assert late["weighed"].json()["refused"]["code"] == "unknown_task"
        again = (await portal.post(f"{click}/confirm", json=booked)).json()
    assert late["dropped"].json()["detail"] == late["event"].json()["detail"] == again["detail"]
    assert "A slip" in late["decided"].json()["detail"]


async def test_a_decision_on_a_run_that_was_terminated_is_neither_weighed_nor_sent_to_the_customers_way(
    world: World,
) -> None:
    """Until the comparison closes it, the work list has its tasks."""
    run = await asked_back(world)
    async with portal_of(world) as portal:
        place = await task_address(portal, run, "revocation")
        await run.handle.terminate()
        payload = {"by": "anna", "decision": "granted"}
        event = confirmed(run.handle.id, task=place.removeprefix("/tasks/"), **payload)
        structured = {"content-type": "application/cloudevents+json"}
        for answer in (
            await portal.post(f"{place}/confirm", json=payload),
            await portal.post(f"{place}/consequence", json={"confirm": payload}),
            await portal.post("/events", json=event, headers=structured),
        ):
            problem = answer.json()
            assert (answer.status_code, problem["code"]) == (404, "unknown_task"), problem
            assert "misclick" not in problem["detail"]


async def test_what_another_has_told_the_customer_of_an_ended_run_is_said_from_the_ledger(world: World) -> None:
    await world.load(customer_record(email=None))
    run = await request_downgrade(world)
    await run("abandon")
    left = await last_mails(world, run)
    await untold(left)
    async with portal_of(world) as portal:
        place = await task_address(portal, left, "tell_customer")
        told = {"by": "anna", "decision": "told", "note": "by letter"}
        assert (await portal.post(f"{place}/confirm", json=told)).status_code == 200
        await left.handle.result()
        again = await portal.post(f"{place}/confirm", json=told | {"by": "otto"})
    assert again.status_code == 404 and all(words in again.json()["detail"] for words in ("anna", "by letter"))


@pytest.mark.settings(second_opinion=("revocation:granted",))
async def test_two_people_decide_over_http_and_by_signal_alike(world: World) -> None:
    run = await asked_back(world)
    async with portal_of(world) as portal:
        place = await task_address(portal, run, "revocation")
        granted = {"decision": "granted", "note": "A slip"}
        said = await consequence_of(portal, place, confirm=granted | {"by": "anna"})
        assert (said["needs_second"], said["state"]) == (True, "revoked")
        proposed = (await portal.post(f"{place}/confirm", json=granted | {"by": "anna"})).json()
        assert proposed["state"] == "scheduled" and proposed["tasks"][0]["proposed"]["by"] == "anna"
        same = await portal.post(f"{place}/confirm", json=granted | {"by": " ANNA"})
        assert (same.status_code, same.json()["code"]) == (409, "second_needed")
        assert "anna" in same.json()["detail"]
    task = await run.task("revocation")
    await run.signal("confirm_task", {"by": "otto", "task": task, "decision": "granted"})
    status = await status_when(run, lambda status: status["state"] == "revoked")
    (line,) = [line for line in status["timeline"] if line["task"] == task]
    assert line["by"] == "otto" and "anna" in line["note"]
