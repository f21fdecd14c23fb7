"""`make run`: what is checked first, what is played, that nothing is played twice, and how all of it ends."""

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import unquote

import httpx
import psutil
import pytest

from activities.customer_centre import customer, load_customers
from catalogue.loader import load_catalogues
from embedded import example_player, examples, welcome
from embedded.preflight import Unusable, check_ports, lock_state_dir, ports
from embedded.supervisor import child_environment, server_command, with_operator
from settings import Settings
from states.kinds.registry import KINDS
from states.model.record import Customer
from states.model.request import CUSTOMER_MESSAGES, ConfirmTask, RejectTask, Request
from states.rules.notice import NoticeRule
from tests.adapters.customers import file_of
from tests.strong import ANNA, OTTO

ROOT = Path(__file__).resolve().parents[2]
BERLIN = "Europe/Berlin"
TODAY = date(2026, 11, 24)
NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
OLDEST = timedelta(days=60)
CUSTOMERS = examples.customers(TODAY)
EXAMPLES = examples.examples(TODAY)
EVENTS = examples.events(NOW, BERLIN, OLDEST)
PORTAL_EVENT = re.compile(r"jtl\.cancellation\.([a-z-]+)\.v1")


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def settings_of(tmp_path: Path, **changes) -> Settings:
    portal, temporal, ui = free_ports(3)
    given = {"state_dir": tmp_path, "portal_port": portal, "temporal_port": temporal, "temporal_ui_port": ui}
    return Settings.model_validate(given | changes)


# What must hold before anything starts


@pytest.mark.parametrize("name", ["TEMPORAL_PORT", "TEMPORAL_UI_PORT", "PORTAL_PORT"])
def test_a_taken_port_is_named_with_the_variable_to_change(name, tmp_path):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        settings = settings_of(tmp_path, **{name.lower(): taken})
        with pytest.raises(Unusable, match=rf"^port {taken} .*taken.* set CANCELLATIONS_{name} to a free one") as found:
            check_ports(settings)
    assert "\n" not in str(found.value)


def test_a_port_wanted_twice_is_named(tmp_path):
    (port,) = free_ports(1)
    with pytest.raises(Unusable, match="CANCELLATIONS_TEMPORAL_PORT too: set CANCELLATIONS_PORTAL_PORT"):
        check_ports(settings_of(tmp_path, portal_port=port, temporal_port=port))


def test_free_ports_are_fine(tmp_path):
    settings = settings_of(tmp_path)
    check_ports(settings)
    assert len(ports(settings)) == 3


def test_a_folder_that_cannot_be_written_is_named_with_the_variable(tmp_path):
    (tmp_path / "file").write_text("", encoding="utf-8")
    unusable = Settings(state_dir=tmp_path / "file" / "var")
    with pytest.raises(Unusable, match=r"^CANCELLATIONS_STATE_DIR: .*/file/var cannot be written to"):
        lock_state_dir(unusable).__enter__()


def test_two_supervisors_do_not_share_a_folder(tmp_path):
    settings = Settings(state_dir=tmp_path)
    with lock_state_dir(settings), pytest.raises(Unusable, match="in use by another make run"):
        lock_state_dir(settings).__enter__()
    with lock_state_dir(settings) as folder:
        assert folder == tmp_path


def test_wrong_settings_end_with_2_and_one_line():
    wrong = os.environ | {"CANCELLATIONS_TEMPORAL_PORT": "0"}
    done = subprocess.run([sys.executable, "-m", "embedded"], cwd=ROOT, env=wrong, capture_output=True, text=True)
    assert done.returncode == 2
    assert done.stderr.startswith("CANCELLATIONS_TEMPORAL_PORT: '0'") and done.stderr.count("\n") == 1


def test_children_see_the_embedded_server_and_no_other(tmp_path):
    settings = settings_of(tmp_path)
    given = {"TEMPORAL_ADDRESS": "far.example:7233", "TEMPORAL_TLS": "true", "TEMPORAL_API_KEY": "k",
             "TEMPORAL_PROFILE": "p", "PATH": "/bin", "CANCELLATIONS_MAX_EVENT_AGE": "P3D"}  # fmt: skip
    seen = child_environment(settings, given)
    assert seen["TEMPORAL_ADDRESS"] == f"127.0.0.1:{settings.temporal_port}"
    assert {"TEMPORAL_TLS", "TEMPORAL_API_KEY", "TEMPORAL_PROFILE"} & seen.keys() == set()
    assert (seen["PATH"], seen["CANCELLATIONS_MAX_EVENT_AGE"]) == ("/bin", "P3D")
    for unset in ({}, {"CANCELLATIONS_MAX_EVENT_AGE": ""}):
        assert child_environment(settings, unset)["CANCELLATIONS_MAX_EVENT_AGE"] == "P60D"


@pytest.mark.parametrize("secret", [
    {}, {"webhook_secret": "whsec_" + "c2VjcmV0" * 4}, {"portal_tokens": f"shop:{OTTO}"},
])  # fmt: skip
def test_where_calls_need_an_authority_the_examples_are_played_by_an_operator(tmp_path, secret):
    """Made at each start, so that nobody knows him; not where an operator is set, or none is needed."""
    settings = settings_of(tmp_path, **secret)
    player, again = with_operator(settings), with_operator(settings)
    seen = child_environment(player, {})
    if not secret:
        assert player is settings and "CANCELLATIONS_OPERATOR_TOKENS" not in seen
        return
    (token,) = player.operator_tokens["examples"]
    assert seen["CANCELLATIONS_OPERATOR_TOKENS"] == f"examples:{token.get_secret_value()}"
    assert player.operator_tokens != again.operator_tokens


def test_operators_who_are_set_stay_as_they_are_set(tmp_path):
    settings = settings_of(tmp_path, operator_tokens=f"anna:{ANNA},otto:{OTTO}")
    assert with_operator(settings) is settings
    seen = child_environment(settings, {"CANCELLATIONS_OPERATOR_TOKENS": f"anna:{ANNA},otto:{OTTO}"})
    assert seen["CANCELLATIONS_OPERATOR_TOKENS"] == f"anna:{ANNA},otto:{OTTO}"


def test_the_server_listens_on_this_machine_only(tmp_path):
    command = server_command("temporal", settings_of(tmp_path))
    assert command[command.index("--ip") + 1] == "127.0.0.1"


# The examples


def test_the_example_customers_are_records_of_known_products():
    catalogue = load_catalogues().all[0]
    records = [Customer.model_validate(line) for line in CUSTOMERS]
    assert len(records) >= 12 and len({record.customer for record in records}) == len(records)
    for record in records:
        assert {one.product for one in record.licences} <= catalogue.products.keys()
        assert record.order_package in catalogue.editions[record.editions["jtl"]].tiers


@pytest.mark.parametrize("kind", KINDS)
def test_each_kind_is_shown(kind):
    assert [example for example in EXAMPLES if example.kind == kind], f"write examples/{kind}.toml with a run"


def test_every_file_of_examples_is_read():
    files = {path.name for path in (ROOT / "examples").iterdir()}
    assert files - {f"{kind}.toml" for kind in KINDS} == {"customers.jsonl"}


def test_the_examples_stand_wherever_a_run_may_stand():
    assert {one for example in EXAMPLES for one in example.stands.waiting_for} == {
        "customer", "operator", "third_party", "date",
    }  # fmt: skip
    tasks = {one for example in EXAMPLES for one in example.stands.tasks}
    assert tasks >= {"support_ticket", "appointment", "clarify_cost", "clarify_term", "clarify", "third_party"}
    refusals = {example.kind: example.stands.refusal for example in EXAMPLES if example.stands.refusal}
    assert {"support_level": "support_level", "shop_licence": "subscription"}.items() <= refusals.items()


def test_the_example_events_are_what_the_contract_takes():
    customers = {record["customer"] for record in CUSTOMERS}
    assert len({event.id for event in EVENTS}) == len(EVENTS)
    requested = set()
    for event in EVENTS:
        sent = PORTAL_EVENT.fullmatch(event.type)
        if sent is None:
            (ConfirmTask if event.type == "confirm" else RejectTask).model_validate(event.data)
            assert event.subject in requested
        elif sent[1] == "requested":
            request = Request.model_validate(event.data)
            assert request.kind in KINDS and request.customer in customers
            assert KINDS[request.kind].malformed(request) is None
            requested.add(request.workflow_id)
        else:
            CUSTOMER_MESSAGES[sent[1].replace("-", "_")].model_validate(event.data)
            assert event.subject in requested


@pytest.mark.parametrize(("day", "today", "moved"), [
    ("2027-01-31", "2026-11-24", "2027-01-31"), ("2026-12-31", "2026-11-24", "2027-12-31"),
    ("2027-01-31", "2031-03-01", "2032-01-31"), ("2028-02-29", "2028-02-01", "2029-02-28"),
])  # fmt: skip
def test_terms_lie_ahead_whenever_the_examples_are_loaded(day, today, moved):
    assert examples.moved_on(date.fromisoformat(day), date.fromisoformat(today)).isoformat() == moved


def test_every_term_is_moved_and_nothing_else():
    later = examples.customers(date(2030, 1, 1))
    assert "2027-" in json.dumps(CUSTOMERS) and "2027-" not in json.dumps(later)
    assert [record["customer"] for record in later] == [record["customer"] for record in CUSTOMERS]


def test_X6_a_day_that_a_customer_chooses_lies_ahead_as_well():
    for today in (TODAY, date(2027, 2, 15), date(2031, 6, 1)):
        chosen = [
            step["with"]["effective_on"]
            for example in examples.examples(today)
            for step in example.steps
            if "effective_on" in step.get("with", {})
        ]
        assert chosen and all(date.fromisoformat(day) > today for day in chosen)


def test_D2_the_past_order_has_taken_effect_on_every_day_and_is_not_too_old(monkeypatch):
    monkeypatch.setattr(examples, "document_of", cache(examples.document_of))
    rule = NoticeRule()
    for number in range(366 * 2):
        now = datetime(2026, 11, 24, 0, 30, tzinfo=UTC) + timedelta(days=number)
        past = [event for event in examples.events(now, BERLIN, OLDEST) if event.id in PAST]
        assert len(past) == len(PAST)
        for event in past:
            assert rule.effective_at(event.time) <= now
            assert now - event.time < timedelta(days=60)


PAST = {event.id for event in EVENTS if NOW - event.time > timedelta(days=1)}


def test_where_the_portal_takes_no_old_events_the_past_ones_happen_now():
    assert PAST
    recent = examples.events(NOW, BERLIN, timedelta(days=7))
    assert [event.id for event in recent] == [event.id for event in EVENTS]
    assert all(NOW - event.time < timedelta(days=1) for event in recent)


def test_the_events_of_a_run_are_in_order_and_none_lies_ahead():
    now = datetime(2027, 3, 31, 12, tzinfo=UTC)
    latest: dict[str, datetime] = {}
    for event in examples.events(now, BERLIN, OLDEST):
        run = event.subject or "/".join((event.data["kind"], event.data["customer"], event.data["subject"]))
        assert latest.get(run, event.time) <= event.time <= now
        latest[run] = event.time


async def test_what_is_to_be_played_is_written_down_once_with_its_times(tmp_path):
    settings = Settings(state_dir=tmp_path)
    first = await example_player.prepare(settings, OLDEST, lambda: NOW)
    later = await example_player.prepare(settings, OLDEST, lambda: datetime(2027, 1, 1, 12, tzinfo=UTC))
    assert first == later and later.unanswered() == EVENTS


async def test_a_start_that_was_cut_short_loads_the_customers_of_the_events_it_has_written_down(tmp_path, monkeypatch):
    settings = Settings(state_dir=tmp_path)

    async def cut_short(*given):
        raise KeyboardInterrupt

    with monkeypatch.context() as patched, pytest.raises(KeyboardInterrupt):
        patched.setattr(example_player, "load", cut_short)
        await example_player.prepare(settings, OLDEST, lambda: NOW)
    assert await customer(settings, "K-1001") is None
    again = await example_player.prepare(settings, OLDEST, lambda: NOW + timedelta(hours=1), beside_others=True)
    assert again.loaded and again.events == EVENTS
    assert (await customer(settings, "K-1001") or {})["name"] == CUSTOMERS[0]["name"]


async def test_beside_others_no_example_replaces_a_customer(tmp_path):
    settings = Settings(state_dir=tmp_path)
    await load_customers(settings, file_of(tmp_path, {"customer": "K-1004", "name": "Echt GmbH"}))
    with pytest.raises(example_player.AlreadyStarted, match=r"^K-1004: in the customer centre already"):
        await example_player.prepare(settings, OLDEST, lambda: NOW, beside_others=True)
    assert await customer(settings, "K-1001") is None
    assert (await customer(settings, "K-1004") or {})["name"] == "Echt GmbH"
    assert not (tmp_path / "examples.json").exists()


@pytest.fixture
def no_waits(monkeypatch):
    async def no_wait(seconds: float) -> None:
        return None

    monkeypatch.setattr("embedded.example_player.asyncio.sleep", no_wait)


def http_of(answer) -> httpx.AsyncClient:
    """A portal that answers as said."""
    return httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://portal")


ONE = [event for event in EVENTS if event.subject == "order_package/K-1014/orders"][:1]
DECISION = next(event for event in EVENTS if event.type == "confirm")


async def test_an_event_is_sent_again_until_it_is_answered_and_never_after(tmp_path, no_waits):
    settings = Settings(state_dir=tmp_path, webhook_secret="whsec_" + "c2VjcmV0" * 4)
    played = example_player.Progress(events=[event.model_copy() for event in ONE])
    sent: list[httpx.Request] = []
    answers = [httpx.Response(503), httpx.Response(202, json={"waiting_for": ["system"]})]

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answers.pop(0) if answers else httpx.Response(202, json={"waiting_for": ["customer"]})

    async with http_of(answer) as http:
        await example_player.play(http, settings, played)
        assert len(sent) == len(ONE) + 2
        assert len({request.content for request in sent}) == 1
        assert all(request.headers["webhook-signature"].startswith("v1,") for request in sent)
        await example_player.play(http, settings, await example_player.prepare(settings))
    assert len(sent) == len(ONE) + 2


async def test_everything_is_sent_once_and_each_customers_events_in_order(tmp_path, no_waits):
    settings = Settings(state_dir=tmp_path)
    played = await example_player.prepare(settings, OLDEST, lambda: NOW)
    sent: dict[str, list[str]] = {}

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/events":
            event = json.loads(request.content)
            sent.setdefault(event["data"].get("customer") or event["subject"].split("/")[1], []).append(event["id"])
            return httpx.Response(202, json={"waiting_for": ["customer"]})
        return httpx.Response(200, json={"tasks": []})

    async with http_of(answer) as http:
        await example_player.play(http, settings, played)
    expected: dict[str, list[str]] = {}
    for event in EVENTS:
        if PORTAL_EVENT.fullmatch(event.type):
            expected.setdefault(example_player.customer_of(event), []).append(event.id)
    assert sent == expected and not played.unanswered()


async def test_an_operators_decision_waits_for_its_task_and_is_sent_once(tmp_path, no_waits):
    settings = Settings(state_dir=tmp_path)
    played = example_player.Progress(events=[DECISION.model_copy()])
    task, kind = {"task": "t-1", "type": DECISION.data["task"]}, {"task": "t-0", "type": "perform"}
    sent = []

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append((request.method, request.url.path))
        if request.method == "GET":
            return httpx.Response(200, json={"tasks": [kind, task]})
        assert json.loads(request.content) == DECISION.data | {"task": "t-1"}
        return httpx.Response(404 if len(sent) < 4 else 200, json={})

    async with http_of(answer) as http:
        await example_player.play(http, settings, played)
        await example_player.play(http, settings, played)
    once = [("GET", f"/cancellations/{DECISION.subject}"), ("POST", "/tasks/t-1/confirm")]
    assert sent == once * 2 and played.events[0].answer == 200


async def test_what_is_not_taken_is_said(tmp_path, capsys, no_waits):
    played = example_player.Progress(events=[event.model_copy() for event in ONE])
    async with http_of(lambda request: httpx.Response(409, json={"detail": "the run has ended"})) as http:
        await example_player.play(http, Settings(state_dir=tmp_path), played)
    assert capsys.readouterr().out == f"  {ONE[0].id} was not taken: the run has ended\n"


def test_the_examples_are_played_by_the_first_operator_who_may_decide(tmp_path):
    tokens = {"operator_tokens": f"anna:{ANNA},otto:{OTTO}"}
    assert example_player.player_of(settings_of(tmp_path)) is None
    for grades, token in (("", ANNA), ("anna=read", OTTO), ("anna=decide,otto=read", ANNA)):
        player = example_player.player_of(settings_of(tmp_path, **tokens, operator_grades=grades))
        assert player is not None and player.get_secret_value() == token


def test_where_no_operator_may_decide_the_setting_is_named_and_nothing_is_written_down(tmp_path):
    """Before anything is started: neither `make run` nor the player by itself takes the examples for played."""
    readers = {"OPERATOR_TOKENS": f"anna:{ANNA},otto:{OTTO}", "OPERATOR_GRADES": "anna=read,otto=read"}
    given = {f"CANCELLATIONS_{name}": value for name, value in (readers | {"STATE_DIR": str(tmp_path)}).items()}
    for program in ("embedded", "embedded.example_player"):
        done = subprocess.run(
            [sys.executable, "-m", program], env=os.environ | given, capture_output=True, text=True, timeout=60
        )
        (line,) = done.stderr.splitlines()
        assert done.returncode == 1 and "CANCELLATIONS_OPERATOR_GRADES is anna=read,otto=read" in line, done.stderr
        assert "decide" in line and not (tmp_path / "examples.json").exists()


async def test_what_the_player_may_not_send_is_not_taken_for_played(tmp_path, no_waits):
    played = example_player.Progress(events=[event.model_copy() for event in ONE])
    refusal = httpx.Response(403, json={"detail": "This needs an operator of the grade decide."})
    async with http_of(lambda request: refusal) as http:
        with pytest.raises(example_player.MayNotPlay, match="grade decide"):
            await example_player.play(http, Settings(state_dir=tmp_path), played)
    assert played.unanswered() == played.events


# What is printed


def test_what_another_terminal_needs_can_be_pasted_and_holds_no_secret(monkeypatch, tmp_path):
    secrets = {"WEBHOOK_SECRET": "whsec_c2VjcmV0", "OPERATOR_TOKENS": "anna:c2VjcmV0", "SMTP_URL": "smtp://u:c2VjcmV0@h",
               "DATABASE_URL": "postgresql://u:c2VjcmV0@h/d", "WEBHOK_SECRET": "whsec_c2VjcmV0",
               "PORTAL_TOKENS": "shop:c2VjcmV0", "SESSION_SECRET": "c2VjcmV0"}  # fmt: skip
    folder = tmp_path / "it's here"
    for name, value in (secrets | {"STATE_DIR": str(folder), "PORTAL_PORT": "8181"}).items():
        monkeypatch.setenv(f"CANCELLATIONS_{name}", value)
    lines = welcome.exports()
    assert "c2VjcmV0" not in "".join(lines)
    for name in ("DATABASE_URL", "SESSION_SECRET"):
        assert [line for line in lines if name in line and "export it as in this terminal" in line]
    clean = {name: value for name, value in os.environ.items() if not name.startswith("CANCELLATIONS_")}
    pasted = "\n".join(["set -eu", *lines, f'{sys.executable} -c "from settings import Settings; print(Settings())"'])
    done = subprocess.run(["bash", "-c", pasted], cwd=ROOT, env=clean, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")
    assert "it's here" in done.stdout and "portal_port=8181" in done.stdout


def test_the_path_of_a_sqlite_file_is_no_secret(monkeypatch):
    monkeypatch.setenv("CANCELLATIONS_DATABASE_URL", "sqlite:////tmp/centre.db")
    assert "export CANCELLATIONS_DATABASE_URL=sqlite:////tmp/centre.db" in welcome.exports()


def test_the_runs_are_printed_by_what_they_wait_for():
    def run(workflow_id: str, state: str, *waiting_for: str, effective_at: str | None = None) -> dict:
        return {"workflow_id": workflow_id, "state": state, "waiting_for": waiting_for, "effective_at": effective_at}

    said = welcome.run_lines(
        [
            run("pos/K-1/P", "applied"),
            run("edition/K-1/jtl", "scheduled", "date", effective_at="2027-01-31T23:00:00Z"),
            run("voucher/K-1/V", "order", "operator"),
            run("ecomdata/K-1/E", "third_party", "operator", "third_party"),
            run("hosting/K-1/H", "order", "customer"),
        ],
        BERLIN,
    )
    assert said == [
        "  Wait for a third party, whose answer an operator confirms",
        "    ecomdata/K-1/E   third_party",
        "  Wait for an operator",
        "    voucher/K-1/V    order",
        "  Wait for the customer",
        "    hosting/K-1/H    order",
        "  Wait for their date",
        "    edition/K-1/jtl  scheduled for 2027-02-01",
        "  Have ended",
        "    pos/K-1/P        applied",
    ]


async def test_what_is_printed_is_how_the_runs_stand_and_not_what_the_list_says_that_lags_behind(tmp_path):
    listed = {"workflow_id": "key_accounting/K-1/k", "kind": "key_accounting", "state": "support_ticket",
              "waiting_for": ["operator"], "effective_at": None, "ended_at": None}  # fmt: skip
    stands = listed | {"state": "scheduled", "waiting_for": ["date"], "effective_at": "2027-12-31T23:00:00Z"}
    silent = listed | {"workflow_id": "voucher/K-1/V", "state": "order"}
    answers = {
        "/cancellations": httpx.Response(200, json={"items": [listed, silent]}),
        "/tasks": httpx.Response(200, json={"items": []}),
        "/cancellations/key_accounting/K-1/k": httpx.Response(200, json=stands | {"enabled": []}),
    }
    async with http_of(lambda request: answers.get(request.url.path, httpx.Response(503))) as http:
        said = await welcome.text(http, settings_of(tmp_path))
    assert "  Wait for their date\n    key_accounting/K-1/k  scheduled for 2028-01-01" in said
    assert "  Wait for an operator\n    voucher/K-1/V         order" in said


async def test_a_customers_pages_are_shown_by_an_address_that_works_as_often_as_it_is_opened(tmp_path):
    settings = settings_of(tmp_path)
    entrance = await welcome.entrance(http_of(lambda request: pytest.fail("nobody is asked")), settings)
    assert entrance == f"http://127.0.0.1:{settings.portal_port}/my/enter?customer={welcome.VISITED}"
    assert welcome.VISITED in {record["customer"] for record in CUSTOMERS}
    where = welcome.addresses(settings, entrance)
    assert f"  a customer     {entrance}" in where
    assert f"  an operator    http://127.0.0.1:{settings.portal_port}/desk" in where
    (query,) = [unquote(line.split("?query=")[1]) for line in where if "?query=" in line]
    for waited_for in ("operator", "third_party", "repair"):
        assert f'"{waited_for}"' in query, "all that operators must do: to confirm third parties' proofs is theirs too"


async def test_where_calls_need_an_authority_it_is_a_link_as_portals_get_one(tmp_path):
    def answer(request: httpx.Request) -> httpx.Response:
        assert (request.url.path, json.loads(request.content)) == ("/customer-sessions", {"customer": welcome.VISITED})
        return httpx.Response(201, json={"url": "http://k/my/enter?link=x", "expires_at": "2027-01-10T10:00:00Z"})

    async with http_of(answer) as http:
        settings = settings_of(tmp_path, portal_tokens=f"shop:{OTTO}")
        assert await welcome.entrance(http, settings) == "http://k/my/enter?link=x"
    assert any(line.endswith(f" session {welcome.VISITED}") for line in welcome.commands([], []))


@pytest.mark.parametrize("type", ["clarify_term", "clarify_cost", "support_ticket", "third_party", "perform"])
def test_the_command_that_is_printed_for_a_task_is_one_that_the_command_line_takes(type, monkeypatch):
    import shlex

    import cli

    asked = []
    monkeypatch.setattr(cli, "decide", lambda *given: asked.append(given))
    command = welcome.confirm_command("cancellations", {"id": "t-1", "type": type})
    assert cli.code_of(shlex.split(command)[1:]) == 0
    assert asked[0][:2] == ("t-1", "confirm") and len(asked[0][2]) > 1


# The real thing


class Started:
    """A supervisor as `make run` starts it."""

    def __init__(self, settings: Settings) -> None:
        self.url = f"http://127.0.0.1:{settings.portal_port}"
        names = ("portal_port", "temporal_port", "temporal_ui_port", "state_dir")
        given = {f"CANCELLATIONS_{name.upper()}": str(getattr(settings, name)) for name in names}
        foreign = ("CANCELLATIONS_", "TEMPORAL_")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "embedded"], cwd=ROOT, env=kept | given | {"PYTHONUNBUFFERED": "1"},
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True,
        )  # fmt: skip
        self.said: list[str] = []

    def until(self, text: str, within: float = 120) -> str:
        """Read what it prints until a line holds the text; ended after a while, so that nothing waits for ever."""
        clock = threading.Timer(within, self.process.kill)
        clock.start()
        try:
            assert self.process.stdout is not None
            for line in self.process.stdout:
                self.said.append(line)
                if text in line:
                    return "".join(self.said)
        finally:
            clock.cancel()
        assert self.process.stderr is not None
        raise AssertionError("".join(self.said) + self.process.stderr.read())

    def children(self) -> dict[str, psutil.Process]:
        """What it has started, by the name that stands in the command."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            command = " ".join(child.cmdline())
            name = next(one for one in ("start-dev", "worker.py", "cli.py") if one in command)
            found[name] = child
        return found

    def end(self, within: float = 30) -> tuple[int, str, str]:
        out, err = self.process.communicate(timeout=within)
        return self.process.returncode, "".join(self.said) + out, err

    def runs(self) -> dict[str, dict]:
        """Each run's status document."""
        with httpx.Client(base_url=self.url, timeout=20, trust_env=False) as http:
            items = http.get("/cancellations", params={"limit": 200}).raise_for_status().json()["items"]
            return {item["workflow_id"]: http.get(f"/cancellations/{item['workflow_id']}").json() for item in items}


@pytest.fixture
def start():
    started: list[Started] = []

    def make(settings: Settings) -> Started:
        started.append(Started(settings))
        return started[-1]

    yield make
    for one in started:
        if one.process.poll() is None:
            left = list(one.children().values())
            one.process.kill()
            one.process.communicate()
            psutil.wait_procs(left, timeout=20)


STANDING = {example.workflow_id: example.stands.model_dump() for example in EXAMPLES}


def standing(runs: dict[str, dict]) -> dict[str, dict]:
    """How runs stand, in the words of the examples."""
    return {
        name: {
            "state": run["state"],
            "waiting_for": run["waiting_for"],
            "tasks": sorted(task["type"] for task in run["tasks"]),
            "refusal": run["refusal"] and run["refusal"]["code"],
        }
        for name, run in runs.items()
    }


@pytest.mark.server
@pytest.mark.slow
def test_the_whole_starts_plays_once_stays_and_leaves_nothing_behind(start, tmp_path):
    settings = settings_of(tmp_path)
    first = start(settings)
    said = first.until("Everything is up")
    assert "was not taken" not in said
    for part in (first.url, f"http://127.0.0.1:{settings.temporal_ui_port}", "/openapi.json",
                 "event acknowledge-warning edition/K-1001/jtl", "event place-order ", "confirm t-",
                 "Wait for an operator", "Wait for the customer", "Wait for their date"):  # fmt: skip
        assert part in said, part
    runs = first.runs()
    assert standing(runs) == STANDING
    children = first.children()
    assert set(children) == {"start-dev", "worker.py", "cli.py"}
    first.process.send_signal(signal.SIGINT)
    code, out, err = first.end()
    assert (code, err) == (0, "") and "Stopped" in out
    assert psutil.wait_procs(list(children.values()), timeout=5)[1] == []

    logs = {name: (tmp_path / "log" / f"{name}.log").read_text(encoding="utf-8") for name in ("worker", "portal")}
    assert all(json.loads(line)["event"] for text in logs.values() for line in text.splitlines())
    answered = [json.loads(line) for line in logs["portal"].splitlines() if "event_answered" in line]
    assert answered and all({"workflow_id", "event_id", "update_id"} <= line.keys() for line in answered)

    second = start(settings)
    said = second.until("Everything is up")
    assert all((tmp_path / "log" / f"{name}.log").read_text(encoding="utf-8").startswith(logs[name]) for name in logs)
    for text in (tmp_path / "log" / "temporal.log").read_text(encoding="utf-8").splitlines():
        assert json.loads(text)["msg"]
    assert "have been played" in said
    assert second.runs() == runs
    children = second.children()
    children["worker.py"].kill()
    code, _, err = second.end()
    assert code == 1
    assert err.startswith("worker was ended by signal 9") and "worker.log" in err
    assert psutil.wait_procs(list(children.values()), timeout=5)[1] == []


@pytest.mark.server
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="only Linux tells children of a killed parent")
def test_a_killed_supervisor_leaves_no_orphan(start, tmp_path):
    one = start(settings_of(tmp_path))
    one.until("Starting worker")
    children = psutil.Process(one.process.pid).children()
    assert children
    one.process.kill()
    one.process.communicate()
    assert psutil.wait_procs(children, timeout=15)[1] == []


@pytest.mark.server
def test_a_stop_while_starting_ends_as_well(start, tmp_path):
    one = start(settings_of(tmp_path))
    one.until("Starting Temporal")
    one.process.terminate()
    code, out, err = one.end()
    assert (code, err) == (0, "") and "Stopped" in out
