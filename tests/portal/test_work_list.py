"""The calls of the work list: what an item says, who has a task, what is noted beside it, and who reads that."""

import asyncio
import threading
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from fastapi.routing import APIRoute
from pydantic import SecretStr
from temporalio.client import Client

from activities.customer_centre import load_customers
from activities.ports import Unavailable
from catalogue.texts import say
from portal.authority import Authority, deciding_authority
from portal.tasks import act
from states.model.status import TaskList, TaskRow
from tests.adapters.stored_runs import entry
from tests.portal.access import opened
from tests.portal.conftest import CUSTOMERS, Caller, routes_in, trips_noted
from tests.portal.test_events import is_problem
from tests.strong import ANNA, OTTO

LICENCE = "pos/K-1001/P-1"


def of(workflow_id: str, *rows: TaskRow, **more: Any) -> TaskList:
    """The tasks of a run."""
    kind, customer, _ = workflow_id.split("/")
    return TaskList(workflow_id=workflow_id, run_id="r1", kind=kind, customer=customer, tasks=rows, **more)


def row(task: str, due: timedelta | None = None, **more: Any) -> TaskRow:
    """A task that is due so long from now."""
    due_at = None if due is None else datetime.now(UTC) + due
    return TaskRow(entry=entry(task, due_at=due_at), text="perform_order", subject=None, ticket=False, **more)


@pytest_asyncio.fixture
async def caller(offline: Caller) -> Caller:
    """A portal with customers and three tasks of two of them."""
    await load_customers(offline.settings, CUSTOMERS)
    work_list = offline.adapters.work_list
    work_list.write(of("edition/K-1001/jtl", row("t-1"), called="jtl_pro", current="jtl_pro"), {})
    work_list.write(of(LICENCE, row("t-2", -timedelta(days=1)), called="Kassenanbindung"), {})
    work_list.write(of("voucher/K-1002/V-1", row("t-3", timedelta(days=1), awaits_proof=True)), {})
    return offline


ENGLISH = {"accept-language": "en"}


async def tasks(caller: Caller, address: str = "/tasks") -> list[dict[str, Any]]:
    """What is listed."""
    answer = await caller.http.get(address, headers=ENGLISH)
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_an_item_says_whose_it_is_and_what_is_ended(caller: Caller) -> None:
    by_id = {item["id"]: item for item in await tasks(caller)}
    record = caller.adapters.records.customer("K-1001")
    assert record is not None
    assert by_id["t-1"]["customer_name"] == record.name
    assert by_id["t-1"]["label"] == "JTL Pro"
    licence = record.licence("P-1")
    assert licence is not None
    assert by_id["t-2"]["label"] == (licence.label or "Kassenanbindung")
    assert by_id["t-1"].keys() >= {"opened_at", "deadline", "claimed_by", "claimed_at"}


async def test_names_are_read_once_for_a_page(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[set[str]] = []
    read = type(caller.adapters.records).several

    def noted(records: Any, numbers: Any) -> Any:
        asked.append(set(numbers))
        return read(records, numbers)

    monkeypatch.setattr(type(caller.adapters.records), "several", noted)
    await tasks(caller)
    assert asked == [{"K-1001", "K-1002"}]


@pytest.mark.parametrize("address", ["/tasks", "/tasks/t-1"])
async def test_tasks_and_their_names_are_read_in_one_go(
    caller: Caller, monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    gone = trips_noted(monkeypatch)
    assert (await caller.http.get(address)).status_code == 200
    assert len(gone) == 1, gone


async def test_nobody_waits_for_a_name(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither where our record cannot be read, nor where that takes long."""
    may_go_on = threading.Event()

    def hangs(*_: Any) -> Any:
        may_go_on.wait(10)
        return {}

    def fails(*_: Any) -> Any:
        raise Unavailable("down")

    monkeypatch.setattr("portal.tasks.NAMES_WITHIN", 0.05)
    for several in (hangs, fails):
        monkeypatch.setattr(type(caller.adapters.records), "several", several)
        by_id = {item["id"]: item for item in await tasks(caller)}
        assert (by_id["t-2"]["customer_name"], by_id["t-2"]["label"]) == (None, "Kassenanbindung")
        assert not may_go_on.is_set()
    may_go_on.set()


async def test_what_is_urgent_comes_first_where_that_is_asked_for(caller: Caller) -> None:
    assert [item["id"] for item in await tasks(caller, "/tasks?order=urgency")] == ["t-2", "t-1", "t-3"]
    urgencies = {item["id"]: (item["urgency"], item["waiting_for"]) for item in await tasks(caller)}
    assert urgencies == {
        "t-1": ("waiting", "operator"),
        "t-2": ("overdue", "operator"),
        "t-3": ("waiting", "third_party"),
    }


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("overdue=true", ["t-2"]),
        ("waiting_for=third_party", ["t-3"]),
        ("waiting_for=operator&kind=pos", ["t-2"]),
        ("unclaimed=true&customer=K-1001", ["t-2", "t-1"]),
        ("claimed_by=anna", []),
        ("order=urgency&limit=1", ["t-2"]),
    ],
)
async def test_the_list_is_filtered(caller: Caller, query: str, found: list[str]) -> None:
    assert [item["id"] for item in await tasks(caller, f"/tasks?order=urgency&{query}")] == found


@pytest.mark.parametrize(
    ("query", "named"),
    [
        ("order=age", "order: 'age' is not known; there are due, urgency"),
        ("waiting_for=customer", "waiting_for: 'customer' is not known; there are operator, third_party"),
        ("unclaimed=true&claimed_by=anna", "claimed_by and unclaimed exclude each other"),
        ("mine=true", "mine is for callers with a token"),
        ("mine=true&unclaimed=true", "mine is for callers with a token"),
        ("overdue=perhaps", "overdue"),
        ("order=urgency&cursor=nonsense", "cursor"),
    ],
)
async def test_malformed_what_is_asked_of_the_list(caller: Caller, query: str, named: str) -> None:
    body = is_problem(await caller.http.get(f"/tasks?{query}", headers=ENGLISH), 422, "malformed")
    assert named in body["detail"]


async def test_tasks_are_counted(caller: Caller) -> None:
    await caller.http.post("/tasks/t-1/claim", json={"by": "anna"})
    counts = (await caller.http.get("/tasks/counts")).json()
    assert counts["types"] == [{"type": "perform", "total": 3, "today": 3, "three_days": 0, "week": 0, "older": 0}]
    assert counts["due"] == {"overdue": 1, "today": 0, "week": 0, "later": 0, "undated": 1}
    assert (counts["waiting"], counts["unclaimed"], counts["mine"]) == (1, 1, 0)
    few = (await caller.http.get("/tasks/counts?up_to=1")).json()
    assert (few["types"][0]["total"], few["due"]) == (2, counts["due"])
    is_problem(await caller.http.get("/tasks/counts?up_to=10001"), 422, "malformed")


# About a task.


@pytest_asyncio.fixture
async def guarded(caller: Caller, client: Client) -> AsyncIterator[Caller]:
    """The same where operators have tokens."""
    tokens = {"anna": (SecretStr(ANNA),), "otto": (SecretStr(OTTO),)}
    async with opened(client, caller.settings, operator_tokens=tokens) as guarded:
        yield guarded


async def do(caller: Caller, what: str, token: str = ANNA, task: str = "t-1", **data: Any) -> Any:
    """What an operator does about a task."""
    headers = {"authorization": f"Bearer {token}"} | ENGLISH
    return await caller.http.post(f"/tasks/{task}/{what}", headers=headers, json=data)


async def test_a_task_is_claimed_released_and_handed_over(guarded: Caller) -> None:
    claimed = (await do(guarded, "claim")).json()
    assert (claimed["claim"]["by"], claimed["claimed_by"], claimed["open"]) == ("anna", "anna", True)
    assert claimed["claim"]["at"] == claimed["claimed_at"]
    assert (await do(guarded, "claim")).json() == claimed
    assert (await do(guarded, "hand-over", to="otto")).json()["claim"]["by"] == "otto"
    assert (await do(guarded, "release", OTTO)).json()["claim"] is None


async def test_mine_is_what_the_holder_of_the_token_has_claimed(guarded: Caller) -> None:
    await do(guarded, "claim")
    for token, found in ((ANNA, ["t-1"]), (OTTO, [])):
        answer = await guarded.http.get("/tasks?mine=true", headers={"authorization": f"Bearer {token}"})
        assert [item["id"] for item in answer.json()["items"]] == found


async def test_claimed_the_second_is_told_who_has_it_and_since_when(guarded: Caller) -> None:
    since = (await do(guarded, "claim")).json()["claimed_at"]
    body = is_problem(await do(guarded, "claim", OTTO), 409, "claimed")
    assert body["title"] == "Somebody else has the task"
    assert body["detail"].startswith("anna has had this task since ") and since[:4] in body["detail"]


async def test_of_two_at_once_one_is_told(guarded: Caller) -> None:
    answers = await asyncio.gather(do(guarded, "claim"), do(guarded, "claim", OTTO))
    assert sorted(answer.status_code for answer in answers) == [200, 409]


async def test_claimed_what_another_has_is_given_away_by_him_or_by_an_admin(guarded: Caller) -> None:
    portal = guarded.app.state.portal
    await do(guarded, "claim")
    decides = Authority("operator", "otto", grade="decide")
    for what, data in (("release", {}), ("hand-over", {"to": "otto"})):
        with pytest.raises(Exception, match="claimed"):
            await act(portal, "t-1", what, data, decides)
    administers = Authority("operator", "otto", grade="admin")
    assert (await act(portal, "t-1", "hand-over", {"to": "otto"}, administers))["claim"]["by"] == "otto"


async def test_malformed_a_task_is_handed_to_somebody_who_is_known(guarded: Caller) -> None:
    body = is_problem(await do(guarded, "hand-over", to="nobody"), 422, "malformed")
    assert "to: 'nobody' is not known; there are anna, otto" in body["detail"]


async def test_malformed_of_an_operator_who_may_only_read_it_says_so(guarded: Caller, client: Client) -> None:
    tokens = {"anna": (SecretStr(ANNA),), "otto": (SecretStr(OTTO),)}
    settings = guarded.settings
    async with opened(client, settings, operator_tokens=tokens, operator_grades={"otto": "read"}) as caller:
        detail = is_problem(await do(caller, "hand-over", to="otto"), 422, "malformed")["detail"]
    assert "“otto” may only read" in detail and "anna may" in detail


async def test_where_nothing_is_guarded_who_does_it_says_so_and_hands_it_to_anybody(caller: Caller) -> None:
    is_problem(await caller.http.post("/tasks/t-1/claim"), 422, "malformed")
    taken = await caller.http.post("/tasks/t-1/hand-over", json={"by": "anna", "to": "ben"})
    assert taken.json()["claim"]["by"] == "ben"


async def test_comments_and_steps_are_kept_with_who_and_when(guarded: Caller) -> None:
    comment = {"text": "Asked accounting.\r\n# Not a heading", "id": "form-0001"}
    await do(guarded, "comments", **comment)
    details = (await do(guarded, "comments", **comment)).json()
    (kept,) = details["comments"]
    assert (kept["by"], kept["text"], kept["task"]) == ("anna", "Asked accounting.\n# Not a heading", "t-1")
    await do(guarded, "steps", step=2)
    (step,) = (await do(guarded, "steps", OTTO, step=2, done=True)).json()["steps_done"]
    assert (step["step"], step["by"]) == (2, "anna")
    assert (await do(guarded, "steps", OTTO, step=2, done=False)).json()["steps_done"] == []


@pytest.mark.parametrize(
    ("task", "token", "text"),
    [("t-1", ANNA, "Another text."), ("t-1", OTTO, "Asked accounting."), ("t-2", ANNA, "Asked accounting.")],
    ids=["another-text", "another-author", "another-case"],
)
async def test_id_reused_another_comment_under_an_id_that_was_used_is_refused_and_not_lost_unsaid(
    guarded: Caller, task: str, token: str, text: str
) -> None:
    await do(guarded, "comments", text="Asked accounting.", id="comment-9")
    body = is_problem(await do(guarded, "comments", token, task, text=text, id="comment-9"), 409, "id_reused")
    assert "comment-9" in body["detail"] and "new id" in body["detail"]
    (kept,) = (await do(guarded, "claim")).json()["comments"]
    assert (kept["by"], kept["text"]) == ("anna", "Asked accounting.")
    taken = (await do(guarded, "comments", token, task, text=text, id="comment-10")).json()["comments"]
    assert taken[-1]["text"] == text


ASKED_LANGUAGE = (
    *(("get", path) for path in ("/tasks", "/task-types", "/tasks/{task}", "/administration")),
    *(
        ("post", f"/tasks/{{task}}/{what}")
        for what in ("claim", "release", "hand-over", "comments", "steps", "consequence")
    ),
    *(("get", f"/bulk-decisions/{{bulk}}{part}") for part in ("", "/consequence", "/failures.csv")),
)


async def test_each_call_with_texts_for_its_caller_takes_a_language_in_the_address(caller: Caller) -> None:
    described = (await caller.http.get("/openapi.json")).json()["paths"]
    for method, path in ASKED_LANGUAGE:
        assert "language" in [each["name"] for each in described[path][method]["parameters"]], path


async def test_the_language_of_the_address_goes_before_that_of_the_header(caller: Caller) -> None:
    for asked, language in (("?language=de", "de"), ("?language=en", "en"), ("", "en")):
        types = (await caller.http.get(f"/task-types{asked}", headers=ENGLISH)).json()["items"]
        (label,) = (type_["label"] for type_ in types if type_["type"] == "clarify_cost")
        assert label == say(language, "task_type.clarify_cost")
    for path in ("/tasks", "/tasks/t-1", "/task-types"):
        assert "language" in is_problem(await caller.http.get(f"{path}?language=fr"), 422, "malformed")["detail"]


async def test_a_decided_task_is_answered_and_takes_comments_alone(guarded: Caller) -> None:
    await do(guarded, "claim")
    guarded.adapters.work_list.write(of("edition/K-1001/jtl"), {})
    for what, data in (("claim", {}), ("release", {}), ("hand-over", {"to": "otto"}), ("steps", {"step": 1})):
        is_problem(await do(guarded, what, **data), 404, "unknown_task")
    await do(guarded, "comments", text="Why so?")
    answer = await guarded.http.get("/tasks/t-1", headers={"authorization": f"Bearer {OTTO}"})
    details = answer.json()
    assert (details["open"], details["claim"], len(details["comments"])) == (False, None, 1)
    for call in (do(guarded, "claim", task="t-9"), do(guarded, "comments", task="t-9", text="?")):
        is_problem(await call, 404, "unknown_task")


@pytest.mark.parametrize(
    ("what", "data", "named"),
    [
        ("claim", {"more": 1}, "more"),
        ("hand-over", {}, "to"),
        ("hand-over", {"to": " "}, "to"),
        ("comments", {"text": " \n"}, "text"),
        ("comments", {"text": "x" * 2001}, "text"),
        ("comments", {"text": "x", "id": "short"}, "id"),
        ("steps", {"step": 0}, "step"),
        ("steps", {"step": 100}, "step"),
        ("steps", {"step": "1"}, "step"),
        ("steps", {"step": 1, "done": "yes"}, "done"),
    ],
)
async def test_malformed_what_is_done_about_a_task_names_the_field(
    guarded: Caller, what: str, data: dict[str, Any], named: str
) -> None:
    assert named in is_problem(await do(guarded, what, **data), 422, "malformed")["detail"]


async def test_comments_take_two_thousand_characters(guarded: Caller) -> None:
    assert (await do(guarded, "comments", text="x" * 2000)).status_code == 200


async def test_whoever_only_reads_does_nothing(guarded: Caller) -> None:
    with pytest.raises(Exception, match="forbidden"):
        Authority("operator", "otto", grade="read").check_grade("decide")
    routes = {route.path: route for route in routes_in(guarded.app) if isinstance(route, APIRoute)}
    for what in ("claim", "release", "hand-over", "comments", "steps"):
        parts = routes[f"/tasks/{{task}}/{what}"].dependant.dependencies
        assert deciding_authority in [part.call for part in parts]
