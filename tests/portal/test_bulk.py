"""Bulk decisions as calls: what is refused before anything is kept, who may, how long lists stay quick."""

import csv
import io
from collections.abc import Sequence
from datetime import UTC, datetime
from time import perf_counter
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from activities.sql.tables import bulk_decisions, bulk_lines, tasks
from states.model.bulk import MOST_TASKS
from tests.portal.access import OPERATOR, PORTAL, TOKENS, opened
from tests.portal.conftest import Caller
from tests.portal.test_events import is_problem

AT = datetime(2027, 1, 9, 12, tzinfo=UTC)
TICKET = {"decision": "granted", "note": "put right"}


def fill(
    caller: Caller,
    number: int,
    type: str = "support_ticket",
    *,
    decisions: Sequence[str] = ("granted", "declined"),
    proof: bool = False,
    first: int = 0,
    open: bool = True,
) -> list[str]:
    """So many tasks in the work list; their ids."""
    ids = [f"t-{type}-{n}" for n in range(first, first + number)]
    rows = []
    for task in ids:
        entry = {"task": task, "type": type, "due_at": None, "instructions": "Decide.", "decisions": list(decisions)}
        row: dict[str, Any] = {
            "task": task,
            "workflow_id": f"misclick/K-1001/{task}",
            "run_id": "r",
            "kind": "misclick",
        }
        row |= {"customer": "K-1001", "type": type, "subject": None, "entry": entry | {"proof_required": proof}}
        rows.append(row | {"ticket": None, "opened_at": AT, "due": AT, "open": open, "rank": "age", "claimed_by": ""})
    with caller.adapters.database.write() as connection:
        connection.execute(insert(tasks), rows)
    return ids


async def prepared(caller: Caller, ids: Sequence[str], **more: Any) -> dict[str, Any]:
    """A bulk decision that is kept and not begun."""
    wanted = {"tasks": list(ids), "confirm": {"by": "anna"} | TICKET, "start": False} | more
    answer = await caller.http.post("/bulk-decisions", json=wanted)
    assert answer.status_code == 202, answer.text
    document: dict[str, Any] = answer.json()
    return document


def kept(caller: Caller) -> int:
    """How many bulk decisions are kept."""
    with caller.adapters.database.read() as connection:
        return int(connection.scalar(select(func.count()).select_from(bulk_decisions)) or 0)


CONFIRM = {"by": "anna", **TICKET}
WRONG: dict[str, tuple[dict[str, Any], str, str]] = {
    "nothing chosen": ({"confirm": CONFIRM}, "malformed", "tasks, filter"),
    "chosen twice": (
        {"tasks": ["t-support_ticket-0"], "filter": {"type": "support_ticket"}, "confirm": CONFIRM},
        "malformed",
        "tasks, filter",
    ),
    "no decision": ({"tasks": ["t-support_ticket-0"]}, "malformed", "confirm, reject"),
    "two decisions": (
        {"tasks": ["t-support_ticket-0"], "confirm": CONFIRM, "reject": {"by": "anna", "note": "no"}},
        "malformed",
        "confirm, reject",
    ),
    "nobody": ({"tasks": ["t-support_ticket-0"], "confirm": TICKET}, "malformed", "by"),
    "a single task named": (
        {"tasks": ["t-support_ticket-0"], "confirm": CONFIRM | {"task": "t-support_ticket-0"}},
        "malformed",
        "confirm.task",
    ),
    "an empty list": ({"tasks": [], "confirm": CONFIRM}, "malformed", "tasks"),
    "never there": ({"tasks": ["t-support_ticket-0", "t-none"], "confirm": CONFIRM}, "malformed", "t-none"),
    "two types": ({"tasks": ["t-support_ticket-0", "t-perform-0"], "confirm": CONFIRM}, "malformed", "several types"),
    "a filter without a type": ({"filter": {"kind": "misclick"}, "confirm": CONFIRM}, "malformed", "filter.type"),
    "a type that is none": ({"filter": {"type": "nap"}, "confirm": CONFIRM}, "malformed", "type"),
    "whose it is, twice": (
        {"filter": {"type": "support_ticket", "unclaimed": True, "claimed_by": "otto"}, "confirm": CONFIRM},
        "malformed",
        "claimed_by",
    ),
    "nothing of that operator": (
        {"filter": {"type": "support_ticket", "claimed_by": "otto"}, "confirm": CONFIRM},
        "malformed",
        "no open task",
    ),
    "nothing matches": ({"filter": {"type": "surplus"}, "confirm": {"by": "anna"}}, "malformed", "no open task"),
    "a decision of another type": (
        {"tasks": ["t-support_ticket-0"], "confirm": {"by": "anna", "decision": "retry"}},
        "malformed",
        "confirm.decision",
    ),
    "a decision that is missing": (
        {"tasks": ["t-support_ticket-0"], "confirm": {"by": "anna"}},
        "malformed",
        "decision",
    ),
    "a decision that not all offer": (
        {"tasks": ["t-repair-0", "t-repair-5"], "confirm": {"by": "anna", "decision": "skip", "note": "n"}},
        "malformed",
        "1 of 2",
    ),
    "a note that is missing": (
        {"tasks": ["t-repair-0"], "confirm": {"by": "anna", "decision": "skip"}},
        "malformed",
        "`note`",
    ),
    "a proof that is missing": ({"tasks": ["t-perform-0"], "confirm": {"by": "anna"}}, "proof_missing", "proof"),
    "a moment that is missing": ({"tasks": ["t-appointment-0"], "confirm": {"by": "anna"}}, "malformed", "`at`"),
    "a template that is not filled in": (
        {"tasks": ["t-support_ticket-0"], "confirm": CONFIRM | {"note": "…"}},
        "malformed",
        "`confirm.note`",
    ),
    "nobody who is seen": (
        {"tasks": ["t-support_ticket-0"], "reject": {"by": "\u200b", "note": "no"}},
        "malformed",
        "`reject.by` is empty",
    ),
    "a reason that is missing": ({"tasks": ["t-perform-0"], "reject": {"by": "anna"}}, "malformed", "reject.note"),
}


@pytest.mark.parametrize(("wanted", "code", "named"), WRONG.values(), ids=WRONG)
async def test_what_is_wrong_is_refused_before_anything_is_kept(offline: Caller, wanted, code, named):
    fill(offline, 1)
    fill(offline, 1, "perform", decisions=(), proof=True)
    fill(offline, 1, "repair", decisions=("retry", "skip", "end"))
    fill(offline, 1, "repair", decisions=("retry",), first=5)
    fill(offline, 1, "appointment", decisions=())
    answer = await offline.http.post("/bulk-decisions", json=wanted)
    is_problem(answer, 422, code)
    assert named in answer.json()["detail"], answer.json()["detail"]
    assert kept(offline) == 0


async def test_a_filter_takes_what_is_open_now_and_nothing_later(offline: Caller):
    fill(offline, 3)
    fill(offline, 1, first=3, open=False)
    answer = await offline.http.post(
        "/bulk-decisions",
        json={"filter": {"type": "support_ticket", "customer": "K-1001"}, "confirm": CONFIRM, "start": False},
    )
    document = answer.json()
    fill(offline, 2, first=10)
    with offline.adapters.database.write() as connection:
        connection.execute(update(tasks).where(tasks.c.task == "t-support_ticket-1").values(open=False))
    whole = (await offline.http.get(f"/bulk-decisions/{document['id']}")).json()
    assert [line["task"] for line in whole["lines"]["items"]] == [f"t-support_ticket-{n}" for n in range(3)]
    assert (document["closed"], whole["closed"], whole["total"], whole["state"]) == (0, 1, 3, "prepared")
    assert whole["customers"] == [{"customer": "K-1001", "tasks": 3}]


async def test_without_temporal_nothing_begins_and_the_same_can_be_sent_again(offline: Caller):
    ids = fill(offline, 2)
    wanted = {"id": "00000000-a", "tasks": ids, "confirm": CONFIRM}
    for _ in range(2):
        is_problem(await offline.http.post("/bulk-decisions", json=wanted), 503, "unavailable")
    assert kept(offline) == 1
    document = (await offline.http.get("/bulk-decisions/00000000-a")).json()
    assert document["state"] == "prepared" and document["waiting"] == 2
    stopped = await offline.http.post("/bulk-decisions/00000000-a/stop", json={"by": "otto"})
    assert stopped.json()["state"] == "stopped" and stopped.json()["left"] == 2
    is_problem(await offline.http.post("/bulk-decisions/00000000-a/resume", json={"by": "otto"}), 409, "not_enabled")


async def test_of_one_that_is_not_there_each_call_says_so(offline: Caller):
    for path in ("", "/failures.csv"):
        is_problem(await offline.http.get(f"/bulk-decisions/00000000-b{path}"), 404, "unknown_task")
    for act in ("pause", "resume", "stop", "again"):
        answer = await offline.http.post(f"/bulk-decisions/00000000-b/{act}", json={"by": "anna"})
        is_problem(answer, 404, "unknown_task")
        assert answer.json()["title"] == "There is no such bulk decision" and "00000000-b" in answer.json()["detail"]


async def test_who_decides_is_the_name_of_the_token_and_a_portal_may_not(client, settings):
    async with opened(client, settings, **TOKENS) as caller:
        ids = fill(caller, 1)
        wanted = {"tasks": ids, "confirm": {"by": "somebody"} | TICKET, "start": False}
        is_problem(await caller.http.post("/bulk-decisions", json=wanted, headers=PORTAL), 403, "forbidden")
        is_problem(await caller.http.get("/bulk-decisions", headers=PORTAL), 403, "forbidden")
        made = await caller.http.post("/bulk-decisions", json=wanted, headers=OPERATOR)
        assert made.json()["by"] == "anna"


HOSTILE = ("=1+1", "+49", "-1", "@SUM(A1)", "\t=1", "\r=1")


async def test_no_cell_of_the_list_of_failures_is_a_formula(offline: Caller):
    ids = fill(offline, len(HOSTILE) + 1)
    document = await prepared(offline, ids)
    texts = (*HOSTILE, 'He said "no", and left\nit so')
    with offline.adapters.database.write() as connection:
        for number, text in enumerate(texts, 1):
            line = update(bulk_lines).where(bulk_lines.c.bulk == document["id"], bulk_lines.c.number == number)
            first = {"by": text, "at": "2027-01-11T08:29:00Z", "note": None}
            connection.execute(line.values(state="failed", code="unknown_task", text=text, customer=text, first=first))
    answer = await offline.http.get(f"/bulk-decisions/{document['id']}/failures.csv", headers={"accept-language": "de"})
    assert answer.headers["content-type"].startswith("text/csv")
    rows = list(csv.reader(io.StringIO(answer.text, newline="")))
    assert [row[0] for row in rows[1:]] == [str(number) for number in range(1, len(texts) + 1)]
    cells = [cell for row in rows for cell in row]
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    assert [row[7] for row in rows[1:]] == [*(f"'{text}" for text in HOSTILE), texts[-1]]
    assert "war schneller" in rows[1][6]


async def test_with_ten_thousand_tasks_it_stays_quick(offline: Caller):
    """A page of one with 10,000 takes no longer than one with 100, and one more task is refused."""
    ids = fill(offline, MOST_TASKS)
    fill(offline, 1, first=MOST_TASKS)
    everything = {"filter": {"type": "support_ticket"}, "confirm": CONFIRM, "start": False}
    answer = await offline.http.post("/bulk-decisions", json=everything)
    is_problem(answer, 422, "malformed")
    assert "10,000" in answer.json()["detail"]
    small = await prepared(offline, ids[:100])
    large = await prepared(offline, ids)
    assert large["total"] == MOST_TASKS

    async def seconds(path: str) -> float:
        began = perf_counter()
        answer = await offline.http.get(path)
        assert answer.status_code == 200
        return perf_counter() - began

    with offline.adapters.database.write() as connection:
        connection.execute(update(bulk_decisions).values(state="paused"))
    for query in ("?state=failed", ""):
        best = {
            document["id"]: min([await seconds(f"/bulk-decisions/{document['id']}{query}") for _ in range(7)])
            for document in (small, large)
        }
        assert best[large["id"]] <= 3 * best[small["id"]] + 0.02, best
    page = (await offline.http.get("/bulk-decisions")).json()
    assert [item["id"] for item in page["items"]] == [large["id"], small["id"]] and page["total"] == 2
    after = (await offline.http.get(f"/bulk-decisions/{large['id']}?limit=200&cursor=9900")).json()["lines"]
    assert len(after["items"]) == 100 and after["next"] is None
    is_problem(await offline.http.get(f"/bulk-decisions/{large['id']}?cursor=x"), 422, "malformed")
