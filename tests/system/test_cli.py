"""The command line: what each command asks of the portal, prints and ends with (docs/contract.md, Commands)."""

import json
import subprocess
import sys
from contextlib import asynccontextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest.mock import AsyncMock

import httpx
import pytest
from temporalio.service import RPCError, RPCStatusCode

import cli
from console import portal_client
from portal import openapi_examples
from portal.freeze_examples import FREEZE
from portal.openapi_examples import BULK_PAGE, BULK_WHOLE

ROOT = Path(__file__).resolve().parents[2]
RUN = "edition/K-1001/jtl"
BY = '{"by": "Anna"}'


def status(**changes: Any) -> dict[str, Any]:
    """A status document as the portal answers it."""
    return {
        "workflow_id": RUN, "run_id": "r-1", "ui_url": "http://ui.example/r-1", "kind": "edition",
        "case_number": "V-7K3M-2Q9X", "customer": "K-1001", "subject": "jtl", "label": "JTL Pro",
        "target": "jtl_advanced",
        "target_text": "JTL Advanced", "state": "order", "state_text": "Not submitted yet",
        "waiting_for": ["customer"], "waiting_text": "Please order.", "enabled": ["place_order", "abandon"],
        "effective_at": "2027-01-31T23:00:00Z", "effective_day": "2027-02-01",
        "order_by": "2027-01-17T23:00:00Z", "order_by_day": "2027-01-17",
        "why": [{"step": "Placed on 10 January", "value": "2027-01-10", "rule": "D6"}], "term_ends": "2027-06-30",
        "cost_effect": "cancellation", "catalogue": "2024-09-01",
        "warnings": [{"code": "no_saving", "text": "Nothing is saved."}], "refusal": None,
        "surplus": [{"licence": None, "product": "pos_wawi", "reason": "two too many",
                     "candidates": ["POS-1", "POS-2"], "too_many": 2, "resolved": False}],
        "standing": None,
        "tasks": [{"task": "t-1", "type": "clarify_term", "due_at": "2027-01-05T11:00:00Z",
                   "instructions": "Find the term.", "customer_text": "We find it.", "decisions": [],
                   "proof_required": True}],
        "timeline": [{"at": "2027-01-10T09:00:00Z", "state": "received", "event": "requested",
                      "actor": "customer", "by": "Anna", "note": None, "audience": "everyone",
                      "customer_note": None}],
    } | changes  # fmt: skip


PAGE: dict[str, Any] = {
    "items": [{"workflow_id": RUN, "run_id": "r-1", "kind": "edition", "customer": "K-1001", "subject": "jtl",
               "state": "order", "waiting_for": ["customer"], "effective_at": "2027-01-31T23:00:00Z",
               "order_by": None, "started_at": "2027-01-10T09:00:00Z", "ended_at": None}],
    "total": 7, "next": "abc",
}  # fmt: skip
TASK: dict[str, Any] = status()["tasks"][0] | {"id": "t-1", "workflow_id": RUN, "kind": "edition", "customer": "K-1001"}
TASKS: dict[str, Any] = {"items": [TASK], "total": 1, "next": None}
PREVIEW = {
    "effective_at": "2027-01-31T23:00:00Z", "order_by": "2027-01-17T23:00:00Z", "why": [], "cost": None,
    "next": {"effective_at": "2027-02-28T23:00:00Z", "order_by": "2027-02-14T23:00:00Z"},
    "cost_effect": "cancellation", "features_lost": [{"feature": "Track & Trace", "limited": False}], "surplus": [],
    "warnings": [], "refusal": None, "catalogue": "2024-09-01",
}  # fmt: skip
PROBLEM = {
    "type": "about:blank", "title": "Not now", "status": 409, "code": "not_enabled", "rule": "ED4",
    "detail": "place_order is not possible;\npossible now: acknowledge_warning",
    "enabled": ["acknowledge_warning"], "current": status(),
}  # fmt: skip


LINK = {"url": "http://127.0.0.1:8080/my/enter?link=.eJx", "expires_at": "2027-01-10T10:00:00+00:00"}


MAILS = {
    "items": [
        openapi_examples.MAIL | {"text": "Hello Muster GmbH,\n\nit ends.\x1b[2J\n-- \nShop"},
        openapi_examples.MAIL
        | {"to": "operators", "addresses": ["a@shop.example", "b@shop.example"], "subject": "S\n2"},
    ],
    "total": 3,
    "next": "c2",
}
BULK = f"/bulk-decisions/{BULK_WHOLE['id']}"


class Portal:
    """Answers like the portal, and remembers what was asked."""

    def __init__(self) -> None:
        self.asked: list[httpx.Request] = []
        self.answers: dict[str, tuple[int, Any]] = {
            "/cancellations": (200, PAGE), f"/cancellations/{RUN}": (200, status()), "/events": (202, status()),
            "/tasks": (200, TASKS), "/tasks/t-1/confirm": (200, status()), "/tasks/t-1/reject": (200, status()),
            "/previews": (200, PREVIEW), "/customer-sessions": (201, LINK), "/bulk-decisions": (202, BULK_WHOLE),
            f"{BULK}/pause": (200, BULK_WHOLE), BULK: (200, BULK_WHOLE), f"/cancellations/{RUN}/mails": (200, MAILS),
            "/freeze": (200, FREEZE), "/freeze/release": (200, FREEZE | {"frozen": False, "freeze": None}),
        }  # fmt: skip

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        code, document = self.answers[request.url.path]
        return httpx.Response(code, json=document)

    @asynccontextmanager
    async def opened(self, connection, path, **_):
        transport = httpx.MockTransport(self.answer)
        async with httpx.AsyncClient(transport=transport, base_url="http://portal") as http:
            yield http


@pytest.fixture
def portal(monkeypatch):
    made = Portal()
    monkeypatch.setattr(cli, "open_portal", made.opened)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    return made


ASKED = [
    (["list"], "GET", "/cancellations", {"limit": "50"}),
    (["list", "--customer", "K-1", "--waiting-for", "operator", "--open", "--limit", "5"], "GET", "/cancellations",
     {"customer": "K-1", "waiting_for": "operator", "open": "true", "limit": "5"}),
    (["list", "--ended", "--effective-from", "2027-01-01", "--effective-to", "2027-02-01", "--kind", "pos",
      "--state", "applied", "--cursor", "c"], "GET", "/cancellations",
     {"open": "false", "effective_from": "2027-01-01", "effective_to": "2027-02-01", "kind": "pos",
      "state": "applied", "cursor": "c", "limit": "50"}),
    (["show", RUN], "GET", f"/cancellations/{RUN}", {}),
    (["show", RUN, "--run-id", "r-0"], "GET", f"/cancellations/{RUN}", {"run_id": "r-0"}),
    (["mails", RUN], "GET", f"/cancellations/{RUN}/mails", {"limit": "50"}),
    (["mails", RUN, "--run-id", "r-0", "--limit", "3", "--cursor", "c", "--long"], "GET", f"/cancellations/{RUN}/mails",
     {"run_id": "r-0", "limit": "3", "cursor": "c"}),
    (["tasks", "--type", "perform"], "GET", "/tasks", {"type": "perform", "limit": "50", "order": "urgency"}),
    (["tasks", "--mine", "--by", "Anna", "--overdue"], "GET", "/tasks",
     {"claimed_by": "Anna", "overdue": "true", "limit": "50", "order": "urgency"}),
    (["tasks", "--unclaimed"], "GET", "/tasks", {"unclaimed": "true", "limit": "50", "order": "urgency"}),
    (["freeze", "show"], "GET", "/freeze", {}),
    (["freeze", "show", "--until", "2027-02-02"], "GET", "/freeze", {"until": "2027-02-02"}),
]  # fmt: skip


@pytest.mark.parametrize(("arguments", "method", "path", "query"), ASKED)
def test_reading_commands_ask_the_portal(portal, arguments, method, path, query):
    assert cli.code_of(arguments) == 0
    (request,) = portal.asked
    assert (request.method, request.url.path, dict(request.url.params)) == (method, path, query)


SENT = [
    (["preview", "--data", '{"kind": "edition"}'], "/previews", {"kind": "edition"}),
    (["confirm", "t-1", "--by", "Anna", "--decision", "granted", "--at", "2027-01-31", "--note", "n"],
     "/tasks/t-1/confirm", {"by": "Anna", "decision": "granted", "at": "2027-01-31", "note": "n"}),
    (["confirm", "t-1", "--by", "Anna", "--reference", "T-9"], "/tasks/t-1/confirm",
     {"by": "Anna", "proof": {"reference": "T-9"}}),
    (["confirm", "t-1", "--by", "Anna", "--reference", "T-9", "--confirmed-by", "eBay", "--confirmed-at", "2027-01-16"],
     "/tasks/t-1/confirm",
     {"by": "Anna", "proof": {"reference": "T-9", "confirmed_by": "eBay", "confirmed_at": "2027-01-16"}}),
    (["confirm", "t-1", "--by", "Anna", "--at", "2031-01-31", "--note", "n", "--confirm-anyway"], "/tasks/t-1/confirm",
     {"by": "Anna", "at": "2031-01-31", "note": "n", "confirm_anyway": True}),
    (["reject", "t-1", "--by", "Anna", "--note", "no"], "/tasks/t-1/reject", {"by": "Anna", "note": "no"}),
    (["session", "K-1001"], "/customer-sessions", {"customer": "K-1001"}),
    (["bulk", "confirm", "--type", "perform", "--customer", "K-1", "--by", "Anna", "--reference", "T-9", "--yes"],
     "/bulk-decisions", {"filter": {"type": "perform", "customer": "K-1"}, "start": True,
                         "confirm": {"by": "Anna", "proof": {"reference": "T-9"}}}),
    (["bulk", "confirm", "--type", "clarify_term", "--by", "A", "--at", "2031-01-31", "--note", "n",
      "--confirm-anyway"], "/bulk-decisions",
     {"filter": {"type": "clarify_term"}, "start": False,
      "confirm": {"by": "A", "at": "2031-01-31", "note": "n", "confirm_anyway": True}}),
    (["bulk", "reject", "--type", "clarify", "--kind", "pos", "--by", "Anna", "--note", "no"], "/bulk-decisions",
     {"filter": {"type": "clarify", "kind": "pos"}, "start": False, "reject": {"by": "Anna", "note": "no"}}),
    (["bulk", "act", BULK_WHOLE["id"], "pause", "--by", "Anna"], f"{BULK}/pause", {"by": "Anna"}),
    (["freeze", "begin", "--reason", "wrong prices", "--by", "Anna"], "/freeze",
     {"reason": "wrong prices", "by": "Anna"}),
    (["freeze", "begin", "--reason", "r", "--until", "2027-02-02T08:00:00+01:00", "--by", "Anna"], "/freeze",
     {"reason": "r", "until": "2027-02-02T08:00:00+01:00", "by": "Anna"}),
    (["freeze", "release", "--note", "right again", "--by", "Anna"], "/freeze/release",
     {"note": "right again", "by": "Anna"}),
    (["session", "K-1001", "--language", "en", "--return-url", "https://k.example/x", "--open", "L-77"],
     "/customer-sessions",
     {"customer": "K-1001", "language": "en", "return_url": "https://k.example/x", "open": {"licence": "L-77"}}),
]  # fmt: skip


def test_session_prints_the_link_alone_or_all_as_json(portal, capsys):
    assert cli.code_of(["session", "K-1001"]) == 0
    assert capsys.readouterr().out == f"{LINK['url']}\n"
    assert cli.code_of(["session", "K-1001", "--json"]) == 0
    assert json.loads(capsys.readouterr().out) == LINK


@pytest.mark.parametrize(("arguments", "path", "body"), SENT)
def test_deciding_commands_send_the_payload(portal, arguments, path, body):
    assert cli.code_of(arguments) == 0
    (request,) = portal.asked
    assert (request.method, request.url.path, json.loads(request.content)) == ("POST", path, body)


@pytest.mark.parametrize("written", ["place-order", "place_order"])
def test_an_event_is_a_cloudevent_for_its_run(portal, written):
    given = ["--time", "2027-01-10T10:00:00+01:00", "--id", "e-1", "--source", "shop"]
    assert cli.code_of(["event", written, RUN, "--data", BY, *given]) == 0
    (request,) = portal.asked
    assert request.headers["content-type"] == "application/cloudevents+json"
    assert json.loads(request.content) == {
        "specversion": "1.0", "type": "jtl.cancellation.place-order.v1", "source": "shop", "id": "e-1",
        "time": "2027-01-10T10:00:00+01:00", "subject": RUN, "datacontenttype": "application/json",
        "data": {"by": "Anna"},
    }  # fmt: skip


def test_each_event_without_an_id_is_an_event_of_its_own_from_the_command_line(portal):
    for _ in range(2):
        assert cli.code_of(["event", "requested", "--data", "{}"]) == 0
    first, second = (json.loads(request.content) for request in portal.asked)
    assert first["source"] == second["source"] == "cli" and first["id"] != second["id"]
    assert not {"subject", "time"} & set(first)


@pytest.mark.parametrize("arguments", [["list"], ["show", RUN], ["mails", RUN], ["tasks"], ["preview", "--data", "{}"],
                                       ["event", "abandon", RUN, "--data", BY], ["confirm", "t-1", "--by", "A"],
                                       ["reject", "t-1", "--by", "A", "--note", "n"], ["freeze", "show"],
                                       ["freeze", "release", "--by", "A", "--note", "n"]])  # fmt: skip
def test_json_is_what_the_portal_answered(portal, capsys, arguments):
    assert cli.code_of([*arguments, "--json"]) == 0
    (request,) = portal.asked
    assert json.loads(capsys.readouterr().out) == portal.answers[request.url.path][1]


def test_a_status_is_shown_with_dates_of_berlin_and_all_that_matters(portal, capsys):
    assert cli.code_of(["show", RUN]) == 0
    said = capsys.readouterr().out
    for part in ("1 February 2027, 00:00", "17 January 2027", "30 June 2027", "place-order, abandon",
                 "Nothing is saved.", "Placed on 10 January (D6)", "POS-1, POS-2", "task t-1", "Find the term.",
                 "needs --at or --reference", "requested"):  # fmt: skip
        assert part in said, part


@pytest.mark.parametrize("state", ["refused", "abandoned", "revoked", "superseded"])
def test_what_changes_nothing_shows_no_date_and_no_saving(portal, capsys, state):
    portal.answers[f"/cancellations/{RUN}"] = (200, status(state=state, tasks=[]))
    assert cli.code_of(["show", RUN]) == 0
    said = capsys.readouterr().out
    assert state in said
    for part in ("takes effect", "order by", "1 February 2027", "costs go down"):
        assert part not in said, part


def test_a_preview_shows_this_date_and_the_next(portal, capsys):
    assert cli.code_of(["preview", "--data", "{}"]) == 0
    said = capsys.readouterr().out
    for part in ("1 February 2027, 00:00", "1 March 2027, 00:00", "Track & Trace"):
        assert part in said, part


def test_mails_are_a_line_each_and_with_long_in_their_words(portal, capsys):
    assert cli.code_of(["mails", RUN]) == 0
    first, *rows, last = capsys.readouterr().out.splitlines()
    assert first.split() == ["sent", "to", "in", "subject"] and len(rows) == 2
    assert "kontakt@muster.example" in rows[0] and rows[0].endswith("Scheduled: JTL Pro [V-7K3M-2Q9X]")
    assert "a@shop.example, b@shop.example (operators)" in rows[1] and rows[1].endswith("S 2")
    assert last == "2 of 3; go on with --cursor c2"
    assert cli.code_of(["mails", RUN, "--long"]) == 0
    out = capsys.readouterr().out
    assert "\n  Hello Muster GmbH,\n\n  it ends.[2J\n  --\n  Shop\n" in out.replace(" [2J", "[2J") and "\x1b" not in out
    assert "V-7K3M-2Q9X-2.pdf, V-7K3M-2Q9X-2.jws" in out and "<5f1c0b@shop.example>" in out


def test_a_limit_in_surplus_is_one_row_with_its_number(portal, capsys):
    (any_of,) = status()["surplus"]
    one = any_of | {"licence": "TT-1", "product": "track_and_trace", "reason": "gone", "candidates": ["TT-1"]}
    portal.answers["/previews"] = (200, PREVIEW | {"surplus": [any_of, one]})
    assert cli.code_of(["preview", "--data", "{}"]) == 0
    said = [line.split()[:3] for line in capsys.readouterr().out.splitlines() if "pos_wawi" in line or "TT-1" in line]
    assert said == [["any", "2", "pos_wawi"], ["TT-1", "track_and_trace", "gone"]]


@pytest.mark.parametrize(("state", "shown"), [
    ("order", True), ("feature_warning", True), ("scheduled", False), ("applied", False),
])  # fmt: skip
def test_the_list_names_no_deadline_of_what_is_ordered(portal, capsys, state, shown):
    run = PAGE["items"][0] | {"state": state, "order_by": "2027-01-17T23:00:00Z"}
    portal.answers["/cancellations"] = (200, PAGE | {"items": [run]})
    assert cli.code_of(["list"]) == 0
    assert ("17 January 2027" in capsys.readouterr().out) is shown
    assert cli.code_of(["list", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["items"] == [run]


@pytest.mark.parametrize(("instructions", "gist"), [
    ("**End it:** there alone.\n\n1. Go there.", ["End it: there alone."]),
    ("**End it with P-4:**\n\n1. Finish it.\n2. Prove it.\n\nEach has its own.",
     ["End it with P-4:", "1. Finish it.", "2. Prove it."]),
    ("End it:\n1. Finish it.\n\nOr not.", ["End it:", "1. Finish it."]), ("End it:", ["End it:"]),
])  # fmt: skip
def test_what_to_do_is_never_half_a_sentence(portal, capsys, instructions, gist):
    portal.answers["/tasks"] = (200, TASKS | {"items": [TASK | {"instructions": instructions}]})
    assert cli.code_of(["tasks", "--long"]) == 0
    head, *lines, _ = capsys.readouterr().out.splitlines()
    assert [line[head.index("what to do") :].rstrip() for line in lines] == gist


def test_a_task_is_a_line_with_when_it_is_due_and_who_has_it(portal, capsys):
    taken = TASK | {"claimed_by": "otto", "urgency": "overdue", "instructions": "Find the term.\n\n" + "x " * 200}
    portal.answers["/tasks"] = (200, TASKS | {"items": [taken]})
    assert cli.code_of(["tasks"]) == 0
    head, line, _ = capsys.readouterr().out.splitlines()
    assert line.split()[:2] == ["t-1", "2027-01-05!"] and "otto" in line and "Find the term." in line
    assert head.split()[:3] == ["task", "due", "type"]
    # `due_at` is the first moment too late: what is due at the end of a day is due on that day.
    portal.answers["/tasks"] = (200, TASKS | {"items": [TASK | {"due_at": "2199-01-05T23:00:00Z"}]})
    assert cli.code_of(["tasks"]) == 0
    assert capsys.readouterr().out.splitlines()[1].split()[1] == "2199-01-05"
    for due_at, day in (("2199-01-05T23:00:00Z", "5 January 2199"), ("2199-01-05T11:00:00Z", "5 January 2199, 12:00")):
        portal.answers["/tasks"] = (200, TASKS | {"items": [TASK | {"due_at": due_at}]})
        assert cli.code_of(["tasks", "--long"]) == 0
        assert f"{day} " in capsys.readouterr().out
        task = status(ui_url="")["tasks"][0] | {"due_at": due_at}
        portal.answers[f"/cancellations/{RUN}"] = (200, status(ui_url="") | {"tasks": [task]})
        assert cli.code_of(["show", RUN]) == 0
        assert f"due {day}, needs" in capsys.readouterr().out


def test_in_a_narrow_terminal_no_id_and_no_address_is_broken(portal, capsys, monkeypatch):
    url = f"http://ui.example/{'x' * 90}"
    monkeypatch.setattr("console.output.WIDTH", 80)
    portal.answers["/cancellations"] = (
        200,
        PAGE | {"items": [PAGE["items"][0] | {"workflow_id": f"pos/{'K' * 70}/P"}]},
    )
    portal.answers[f"/cancellations/{RUN}"] = (200, status(ui_url=url))
    for command, word in ((["list"], f"pos/{'K' * 70}/P"), (["show", RUN], url)):
        assert cli.code_of(command) == 0
        assert word in capsys.readouterr().out


def test_a_list_says_how_many_there_are_and_how_to_go_on(portal, capsys):
    assert cli.code_of(["list"]) == 0
    assert "1 of 7; go on with --cursor abc" in capsys.readouterr().out


def test_a_bulk_decision_says_how_far_it_has_come_and_why_what_failed(portal, capsys):
    assert cli.code_of(["bulk", "show", BULK_WHOLE["id"], "--state", "failed"]) == 0
    assert dict(portal.asked[0].url.params) == {"state": "failed", "limit": "50"}
    said, line = capsys.readouterr().out, BULK_WHOLE["lines"]["items"][0]
    for part in (BULK_WHOLE["id"], BULK_WHOLE["by"], f"{BULK_WHOLE['total']} total", line["task"], line["text"][:20]):
        assert part in said, part
    assert ("Nothing is decided yet" in said) is (BULK_WHOLE["state"] == "prepared")
    portal.answers["/bulk-decisions"] = (200, BULK_PAGE)
    assert cli.code_of(["bulk", "list"]) == 0
    assert BULK_WHOLE["id"] in capsys.readouterr().out


def test_what_is_prepared_says_how_to_begin(portal, capsys):
    portal.answers["/bulk-decisions"] = (202, BULK_WHOLE | {"state": "prepared"})
    assert cli.code_of(["bulk", "reject", "--type", "clarify", "--by", "A", "--note", "n"]) == 0
    assert f"cancellations bulk act {BULK_WHOLE['id']} resume" in capsys.readouterr().out


def test_a_freeze_says_since_when_and_why_what_waits_and_what_falls_into_it(portal, capsys):
    assert cli.code_of(["freeze", "show"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for part in ("frozen yes", "31 January 2027, 17:00", "Wrong prices in the catalogue", "2 February 2027, 08:00",
                 "runs that wait 2", "apply_change (1), notify (1)", "falls into it, from", RUN,
                 "takes effect 1 February 2027, 00:00", "The customer centre moved", "Moved"):  # fmt: skip
        assert part in said, part
    assert "would fall" not in said and "more" not in said


def test_a_freeze_without_a_planned_end_says_so_instead_of_an_end(portal, capsys):
    portal.answers["/freeze"] = (200, FREEZE | {"freeze": FREEZE["freeze"] | {"until": None}})
    assert cli.code_of(["freeze", "show"]) == 0
    assert "to now; no end is planned" in " ".join(capsys.readouterr().out.split())


def test_a_deadline_that_falls_into_a_freeze_is_said_by_its_last_day(portal, capsys):
    (run,) = FREEZE["falls_into"]["effective"]["items"]
    deadline = run | {"state": "order", "at": "2027-01-31T23:00:00Z"}
    falls = FREEZE["falls_into"] | {
        "effective": {"total": 0, "items": []},
        "deadlines": {"total": 3, "items": [deadline]},
    }
    held = {"runs": 0, "effects": []}
    portal.answers["/freeze"] = (200, FREEZE | {"frozen": False, "freeze": None, "falls_into": falls, "held": held})
    assert cli.code_of(["freeze", "show"]) == 0
    said = " ".join(capsys.readouterr().out.split())
    for part in ("frozen no", "would fall into a freeze, from", "order by 31 January 2027", "and 2 more"):
        assert part in said, part
    assert "is released" not in said and "waits" not in said


def test_what_waits_after_the_release_is_said_to_be_made_up_for(portal, capsys):
    assert cli.code_of(["freeze", "release", "--note", "n", "--by", "A"]) == 0
    assert "what waits is done in order" in capsys.readouterr().out


def test_what_the_portal_refuses_ends_with_1_and_one_line(portal, capsys):
    portal.answers["/events"] = (409, PROBLEM)
    assert cli.code_of(["event", "place-order", RUN, "--data", BY]) == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "not_enabled (ED4): place_order is not possible; possible now: acknowledge_warning\n"


REFUSED = {"rule": "ED2", "code": "lowest_edition", "text": "It is the lowest."}


@pytest.mark.parametrize(("event", "state", "code"), [
    (["requested"], "refused", 1), (["place-order", RUN], "order", 1), (["abandon", RUN], "abandoned", 0),
])  # fmt: skip
def test_a_refusal_in_the_answer_is_one_of_this_event_or_an_old_one(portal, capsys, event, state, code):
    portal.answers["/events"] = (202, status(state=state, refusal=REFUSED))
    assert cli.code_of(["event", *event, "--data", BY, "--json"]) == code
    out, err = capsys.readouterr()
    assert json.loads(out)["state"] == state
    assert (json.loads(err)["detail"] if err else "") == ("It is the lowest." if code else "")


MISUSED = [
    [], ["nonsense"], ["show"], ["list", "--limit", "0"], ["list", "--limit", "many"], ["event"],
    ["event", "requested", RUN, "--data", "{}"], ["event", "place-order", "--data", BY],
    ["event", "requested", "--data", "{"], ["event", "requested", "--data", "[]"],
    ["event", "requested", "--data", "@/nowhere/at/all"], ["preview"], ["confirm", "t-1"],
    ["reject", "t-1", "--by", "Anna"], ["diagram", "edition", "--format", "png"], ["diagram", "nonsense"],
    ["catalogue", "2024-09-01", "--check", "x"], ["customers"], ["customers", "load", "/nowhere/at/all"],
    ["customers", "load"], ["show", "edition/K-\udcff/jtl"], ["list", "--customer", "\udcff"],
    ["freeze"], ["freeze", "begin"], ["freeze", "begin", "--reason", "x"], ["freeze", "release", "--by", "Anna"],
    ["show", "../../metrics"], ["confirm", "..", "--by", "Anna"], ["bulk", "show", "."],
    ["event", "requested", "--data", '{"kind": "\\ud800"}'], ["preview", "--data", '{"kind": 1, "kind": 2}'],
]  # fmt: skip


@pytest.mark.parametrize("arguments", MISUSED, ids=ascii)
def test_wrong_usage_ends_with_2_and_one_line(portal, capsys, arguments):
    assert cli.code_of(arguments) == 2
    out, err = capsys.readouterr()
    assert (out, err.count("\n")) == ("", 1) and err.strip()
    assert portal.asked == []


def test_a_wrong_setting_ends_with_2_and_names_it(portal, capsys, monkeypatch):
    monkeypatch.setenv("CANCELLATIONS_PORTAL_PORT", "ninety")
    assert cli.code_of(["list"]) == 2
    err = capsys.readouterr().err
    assert err.startswith("CANCELLATIONS_PORTAL_PORT: 'ninety'") and err.count("\n") == 1


@pytest.mark.parametrize(
    ("command", "name", "value", "code", "named"),
    [
        ("list", "CANCELLATIONS_CATALOGUE_DIR", "/nowhere", 1, "/nowhere: no version here"),
        ("list", "TEMPORAL_PROFILE", "nobody", 1, "TEMPORAL_PROFILE"),
        ("portal", "TEMPORAL_PROFILE", "nobody", 1, "TEMPORAL_PROFILE"),
        ("compare", "TEMPORAL_PROFILE", "nobody", 1, "TEMPORAL_PROFILE"),
        ("portal", "CANCELLATIONS_CATALOGUE_DIR", "/nowhere", 1, "/nowhere: no version here"),
        ("portal", "CANCELLATIONS_WEBHOOK_SECRET", "whsec_!!", 2, "CANCELLATIONS_WEBHOOK_SECRET"),
        ("list", "CANCELLATIONS_WEBHOOK_SECRET", "whsec_abc", 2, "CANCELLATIONS_WEBHOOK_SECRET"),
    ],
)
def test_a_setting_that_is_found_wrong_only_when_used_is_one_line_as_well(
    capsys, monkeypatch, tmp_path, command, name, value, code, named
):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("workflows.connect.Client.connect", connected)
    monkeypatch.setenv(name, value)
    assert cli.code_of([command]) == code
    err = capsys.readouterr().err
    assert named in err and err.count("\n") == 1


async def connected(**config: Any) -> Any:
    """A client that has reached a server, without one."""
    refused = RPCError("no such call", RPCStatusCode.UNIMPLEMENTED, b"")
    service = SimpleNamespace(describe_namespace=AsyncMock(side_effect=refused))
    where = SimpleNamespace(config=SimpleNamespace(target_host="127.0.0.1:1"))
    return SimpleNamespace(namespace="default", service_client=where, workflow_service=service)


def test_data_is_read_from_a_file(portal, tmp_path):
    file = tmp_path / "data.json"
    file.write_text('{"kind": "Größe"}', encoding="utf-8")
    assert cli.code_of(["preview", "--data", f"@{file}"]) == 0
    assert json.loads(portal.asked[0].content) == {"kind": "Größe"}


def test_without_temporal_the_line_names_variable_and_address(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    monkeypatch.setenv("CANCELLATIONS_STATE_DIR", str(tmp_path))
    assert cli.code_of(["list"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "TEMPORAL_ADDRESS" in err and "127.0.0.1:1" in err


def test_an_unguarded_temporal_is_not_spoken_to(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("TEMPORAL_ADDRESS", "temporal.example:7233")
    monkeypatch.setenv("CANCELLATIONS_STATE_DIR", str(tmp_path))
    assert cli.code_of(["list"]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "temporal.example:7233" in err and "CANCELLATIONS_GUARDED_ELSEWHERE" in err


@pytest.mark.parametrize("kind", ["edition", "voucher", "misclick"])
def test_a_diagram_is_mermaid(capsys, kind):
    assert cli.code_of(["diagram", kind]) == 0
    assert capsys.readouterr().out.startswith("stateDiagram-v2\n")


def test_svg_needs_graphviz_and_says_so(capsys, monkeypatch):
    monkeypatch.setenv("PATH", "")
    assert cli.code_of(["diagram", "edition", "--format", "svg"]) == 1
    assert "Graphviz" in capsys.readouterr().err


def test_customers_are_loaded_and_shown(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("CANCELLATIONS_STATE_DIR", str(tmp_path))
    file = ROOT / "examples" / "customers.jsonl"
    assert cli.code_of(["customers", "load", str(file), "--json"]) == 0
    lines = file.read_text(encoding="utf-8").splitlines()
    assert json.loads(capsys.readouterr().out)["created"] == [json.loads(line)["customer"] for line in lines]
    assert cli.code_of(["customers", "show", "K-1004", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "Lagerprofi Nord GmbH"
    assert cli.code_of(["customers", "show", "K-1004"]) == 0
    assert "Lagerprofi Nord GmbH" in capsys.readouterr().out
    assert cli.code_of(["customers", "show", "K-9"]) == 1
    assert "K-9" in capsys.readouterr().err


@pytest.mark.parametrize("content", ["", "\n\n"])
def test_a_file_without_customers_is_told_of(capsys, monkeypatch, tmp_path, content):
    monkeypatch.setenv("CANCELLATIONS_STATE_DIR", str(tmp_path))
    file = tmp_path / "none.jsonl"
    file.write_text(content, encoding="utf-8")
    assert cli.code_of(["customers", "load", str(file)]) == 0
    assert capsys.readouterr().out == f"{file} holds no customers: nothing was loaded, and nothing was changed.\n"
    assert cli.code_of(["customers", "load", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["customers"] == 0


def test_the_versions_that_were_checked_are_named(capsys, tmp_path):
    shipped = ROOT / "catalogue" / "versions"
    assert cli.code_of(["catalogue", "--check", str(shipped / "2026-04-01")]) == 0
    assert capsys.readouterr().out == f"1 version checked (2026-04-01) in {shipped / '2026-04-01'}: good\n"
    assert cli.code_of(["catalogue", "--check", str(shipped)]) == 0
    assert capsys.readouterr().out == f"2 versions checked (2024-09-01, 2026-04-01) in {shipped}: good\n"
    for name in ("2027-01-01", "2028-01-01"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "own.toml").write_text("version = 1\n", encoding="utf-8")
    assert cli.code_of(["catalogue", "--check", str(tmp_path)]) == 1
    assert "2 versions checked (2027-01-01, 2028-01-01)" in capsys.readouterr().err
    assert cli.code_of(["catalogue", "--check", str(tmp_path / "2027-01-01")]) == 1
    err = capsys.readouterr().err
    assert "1 version checked (2027-01-01)" in err and "2028-01-01" not in err


def test_a_wrong_file_of_customers_changes_nothing(capsys, monkeypatch, tmp_path):
    monkeypatch.setenv("CANCELLATIONS_STATE_DIR", str(tmp_path))
    file = tmp_path / "wrong.jsonl"
    file.write_text('{"customer": "K-1", "name": "A"}\n{"customer": "K-2"}\n', encoding="utf-8")
    assert cli.code_of(["customers", "load", str(file)]) == 1
    err = capsys.readouterr().err
    assert err.count("\n") == 1 and "line 2" in err
    assert cli.code_of(["customers", "show", "K-1"]) == 1


def test_a_catalogue_is_shown_compared_and_checked(capsys, tmp_path):
    assert cli.code_of(["catalogue", "2024-09-01", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["version"] == "2024-09-01"
    assert cli.code_of(["catalogue", "2024-09-01"]) == 0
    out = " ".join(capsys.readouterr().out.split())
    assert "jtl_advanced" in out
    for offer in ("jtl_pro included (5) [I]", "jtl_start paid_addon [S]", "included [I]", "unknown [?]"):
        assert offer in out  # each with its own source, not its row's
    assert cli.code_of(["catalogue", "--diff", "2024-09-01", "2024-09-01", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["differences"] == []
    (tmp_path / "own.toml").write_text("version = 1\n", encoding="utf-8")
    assert cli.code_of(["catalogue", "--check", str(tmp_path)]) == 1
    err = capsys.readouterr().err
    assert f"1 version checked ({tmp_path.name}) in {tmp_path}" in err and "own.toml" in err
    assert cli.code_of(["catalogue", "1999-01-01"]) == 1
    assert "2024-09-01" in capsys.readouterr().err


@pytest.mark.parametrize(("variables", "spoken"), [
    ({"LANG": "de_DE.UTF-8"}, "de"), ({"LANG": "fr_FR.UTF-8"}, "en"), ({}, "en"),
    ({"LANG": "de_AT.UTF-8", "LC_ALL": "C"}, "en"),
])  # fmt: skip
def test_the_terminal_says_the_language(monkeypatch, variables, spoken):
    for name in ("LC_ALL", "LC_MESSAGES", "LANG"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert portal_client.language() == spoken


def test_as_a_program_it_ends_with_the_same_code():
    done = subprocess.run([sys.executable, str(ROOT / "cli.py"), "nonsense"], capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr.count("\n")) == (2, "", 1)


NARROW = {"PYTHONIOENCODING": "ascii", "LC_ALL": "C.UTF-8", "PATH": ""}


def program(*arguments: str, **how: Any) -> Any:
    """The command line as a program on a terminal that shows ASCII alone."""
    return subprocess.run([sys.executable, "-m", "cli", *arguments], cwd=ROOT, env=NARROW, text=True, **how)


def test_a_terminal_that_lacks_a_letter_gets_the_others_and_a_program_all():
    lines = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    shown = program("catalogue", **lines)
    assert (shown.returncode, shown.stderr) == (0, "") and "jtl_advanced    JTL Advanced    ?" in shown.stdout
    assert "Mehr als fünf Kassen" in str(json.loads(program("catalogue", "--json", **lines).stdout))
    assert "'ü' is no address" in json.loads(program("--url", "ü", "list", "--json", **lines).stderr)["detail"]


def test_output_that_cannot_be_written_is_one_line_and_closed_output_is_no_fault():
    with open("/dev/full", "w") as full:
        done = program("catalogue", stdout=full, stderr=subprocess.PIPE)
    assert (done.returncode, done.stderr) == (1, "the output cannot be written: No space left on device\n")
    closed = f"cd {ROOT} && {sys.executable} -m cli catalogue >&- && {sys.executable} -m cli nonsense 2>&-; echo $?"
    assert subprocess.run(["/bin/sh", "-c", closed], capture_output=True, text=True, env=NARROW).stdout == "2\n"


def test_as_a_program_it_ends_before_python_takes_apart_what_a_thread_of_temporal_still_uses():
    """Such a thread aborts the process then, after the answer was printed; what was printed is not lost."""
    told = "import atexit, cli, sys; atexit.register(print, 'taken apart'); sys.argv[1:] = ['diagram', 'voucher']"
    done = subprocess.run([sys.executable, "-c", f"{told}; cli.main()"], capture_output=True, text=True, cwd=ROOT)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("stateDiagram-v2") and "taken apart" not in done.stdout


@pytest.mark.parametrize("arguments", [["portal"], ["portal", "--json"]])
def test_the_portal_is_a_command_like_the_others(monkeypatch, capsys, arguments):
    """docs/contract.md, Commands: `--json` on each; a portal open to others is refused in one line."""
    monkeypatch.setenv("CANCELLATIONS_PORTAL_HOST", "0.0.0.0")
    assert cli.code_of(arguments) == 1
    assert capsys.readouterr().err.count("\n") == 1
