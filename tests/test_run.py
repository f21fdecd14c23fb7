"""`make run`: what is checked first, what is played, that nothing is played twice, and how all of it ends."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx
import psutil
import pytest

from catalogue.loader import load_catalogues
from embedded import examples, guide
from embedded.checks import Unusable, check_ports, held_state_dir, ports
from embedded.supervisor import child_environment, server_command
from settings import Settings
from states.model.record import Customer
from states.model.request import CUSTOMER_MESSAGES, Request
from states.policy import NoticeRule
from states.registry import KINDS

ROOT = Path(__file__).resolve().parent.parent
BERLIN = "Europe/Berlin"
CUSTOMERS = [json.loads(line) for line in (ROOT / "examples/customers.jsonl").read_text("utf-8").splitlines()]
EVENTS = [json.loads(line) for line in (ROOT / "examples/events.jsonl").read_text("utf-8").splitlines()]


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
        held_state_dir(unusable).__enter__()


def test_two_supervisors_do_not_share_a_folder(tmp_path):
    settings = Settings(state_dir=tmp_path)
    with held_state_dir(settings), pytest.raises(Unusable, match="in use by another make run"):
        held_state_dir(settings).__enter__()
    with held_state_dir(settings) as folder:
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
    assert child_environment(settings, {})["CANCELLATIONS_MAX_EVENT_AGE"] == "P60D"


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


def test_the_example_customers_could_use_each_kind_once():
    products = {one["product"] for record in CUSTOMERS for one in record["licences"]}
    catalogue = load_catalogues().all[0]
    kinds = {catalogue.products[key].kind for key in products}
    kinds |= {"edition", "order_package", "misclick", "support_level", "marketplace_transfer"}
    kinds |= {"fulfillment"} if any(record.get("partners") for record in CUSTOMERS) else set()
    assert set(KINDS) - kinds == set()


def test_the_example_events_are_what_the_contract_takes():
    customers = {record["customer"] for record in CUSTOMERS}
    assert len({event["id"] for event in EVENTS}) == len(EVENTS)
    requested = set()
    for event in EVENTS:
        if event["event"] == "requested":
            request = Request.model_validate(event["data"])
            assert request.kind in KINDS and request.customer in customers
            requested.add(request.workflow_id)
        else:
            CUSTOMER_MESSAGES[event["event"].replace("-", "_")].model_validate(event["data"])
            assert event["subject"] in requested


@pytest.mark.parametrize(("day", "today", "moved"), [
    ("2027-01-31", "2026-11-24", "2027-01-31"), ("2026-12-31", "2026-11-24", "2027-12-31"),
    ("2027-01-31", "2031-03-01", "2032-01-31"), ("2028-02-29", "2028-02-01", "2029-02-28"),
])  # fmt: skip
def test_terms_lie_ahead_whenever_the_examples_are_loaded(day, today, moved):
    assert examples.moved_on(date.fromisoformat(day), date.fromisoformat(today)).isoformat() == moved


def test_every_term_is_moved_and_nothing_else():
    later = examples.in_time(CUSTOMERS, date(2030, 1, 1))
    assert "2027-" not in json.dumps(later)
    assert [record["customer"] for record in later] == [record["customer"] for record in CUSTOMERS]


def test_D2_the_past_order_has_taken_effect_on_every_day_and_is_not_too_old():
    rule = NoticeRule()
    for number in range(366 * 2):
        now = datetime(2026, 11, 24, 0, 30, tzinfo=UTC) + timedelta(days=number)
        past = [event for event in examples.timed(EVENTS, now, BERLIN) if event.id in PAST]
        assert len(past) == len(PAST)
        for event in past:
            assert rule.effective_at(event.time) <= now
            assert now - event.time < timedelta(days=60)


PAST = {event["id"] for event in EVENTS if event.get("placed") == "last month"}


def test_the_events_of_a_run_are_in_order_and_none_lies_ahead():
    now = datetime(2027, 3, 31, 12, tzinfo=UTC)
    latest: dict[str, datetime] = {}
    for event in examples.timed(EVENTS, now, BERLIN):
        run = event.subject or "/".join((event.data["kind"], event.data["customer"], event.data["subject"]))
        assert latest.get(run, event.time) <= event.time <= now
        latest[run] = event.time


async def test_what_is_to_be_played_is_written_down_once_with_its_times(tmp_path):
    settings = Settings(state_dir=tmp_path)
    first = await examples.prepare(settings, now=lambda: datetime(2026, 11, 24, 12, tzinfo=UTC))
    later = await examples.prepare(settings, now=lambda: datetime(2027, 1, 1, 12, tzinfo=UTC))
    assert first == later and len(later.unanswered()) == len(EVENTS)


async def test_an_event_is_sent_again_until_it_is_answered_and_never_after(tmp_path, monkeypatch):
    settings = Settings(state_dir=tmp_path, webhook_secret="whsec_" + "c2VjcmV0" * 4)
    played = await examples.prepare(settings)
    sent: list[httpx.Request] = []
    answers = [httpx.Response(503), httpx.Response(202, json={"waiting_for": ["system"]})]

    def answer(request: httpx.Request) -> httpx.Response:
        sent.append(request)
        return answers.pop(0) if answers else httpx.Response(202, json={"waiting_for": ["customer"]})

    async def no_wait(seconds: float) -> None:
        return None

    monkeypatch.setattr("embedded.examples.asyncio.sleep", no_wait)
    async with httpx.AsyncClient(transport=httpx.MockTransport(answer), base_url="http://portal") as http:
        await examples.play(http, settings, played)
        assert len(sent) == len(EVENTS) + 2
        assert len({request.content for request in sent[:3]}) == 1
        assert all(request.headers["webhook-signature"].startswith("v1,") for request in sent)
        await examples.play(http, settings, await examples.prepare(settings))
    assert len(sent) == len(EVENTS) + 2


@pytest.mark.parametrize("type", ["clarify_term", "clarify_cost", "support_ticket", "third_party", "perform"])
def test_the_command_that_is_printed_for_a_task_is_one_that_the_command_line_takes(type, monkeypatch):
    import shlex

    import cli

    asked = []
    monkeypatch.setattr(cli, "decide", lambda *given: asked.append(given))
    command = guide.confirmed("cancellations", {"id": "t-1", "type": type})
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


STANDING = {
    "edition/K-1001/jtl": ("feature_warning", ["customer"]),
    "edition/K-1002/jtl": ("surplus_resolution", ["customer"]),
    "order_package/K-1003/orders": ("scheduled", ["date"]),
    "voucher/K-1005/V-52": ("order", ["operator"]),
    "edition/K-1009/jtl": ("order", ["operator"]),
    "order_package/K-1014/orders": ("applied", []),
    "edition/K-1013/jtl": ("refused", []),
}


@pytest.mark.server
def test_the_whole_starts_plays_once_stays_and_leaves_nothing_behind(start, tmp_path):
    settings = settings_of(tmp_path)
    first = start(settings)
    said = first.until("Everything is up")
    assert "was not taken" not in said
    for part in (first.url, f"http://127.0.0.1:{settings.temporal_ui_port}", "/openapi.json",
                 "event acknowledge-warning edition/K-1001/jtl", "event place-order ", "confirm t-"):  # fmt: skip
        assert part in said, part
    runs = first.runs()
    assert {name: (runs[name]["state"], runs[name]["waiting_for"]) for name in STANDING} == STANDING
    children = first.children()
    assert set(children) == {"start-dev", "worker.py", "cli.py"}
    first.process.send_signal(signal.SIGINT)
    code, out, err = first.end()
    assert (code, err) == (0, "") and "Stopped" in out
    assert psutil.wait_procs(list(children.values()), timeout=5)[1] == []

    second = start(settings)
    said = second.until("Everything is up")
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
    children = list(one.children().values())
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
