"""Operators learn of tasks: by mail over a real mail server, by webhook at a real HTTP server, each once."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, time, timedelta
from email import message_from_string, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_http_event
from pydantic import SecretStr
from sqlalchemy import update
from standardwebhooks import Webhook, WebhookVerificationError

from activities.adapters import Adapters, create_adapters
from activities.notice_routes import notice_of, recipients, router
from activities.sql.tables import notices
from catalogue.loader import Catalogues, load_catalogues
from portal.notices.mailing import NoticeMails
from portal.notices.webhook import NoticeCalls
from settings import Digest, Notice, Settings
from states.chart.task_types import TASK_TYPES
from states.model.record import Customer
from states.model.status import TaskList, TaskRow
from tests.adapters.mail_server import mail_server
from tests.adapters.stored_runs import entry

SECRETS = ("whsec_" + "c2VjcmV0" * 4, "whsec_" + "b3RoZXIx" * 4)
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Record:
    """What it takes to read our record and to send."""

    adapters: Adapters
    catalogues: Catalogues
    settings: Settings

    def write(self, *rows: TaskRow) -> None:
        """Write the tasks of a run."""
        run = {"workflow_id": "edition/K-1001/jtl", "run_id": "r1", "kind": "edition", "customer": "K-1001"}
        self.adapters.work_list.write(TaskList(**run, current="jtl_pro", tasks=rows), {})

    def pass_time(self, by: timedelta) -> None:
        """As if so much time had passed."""
        with self.adapters.database.write() as connection:
            for row in connection.execute(notices.select()).all():
                moved = {name: getattr(row, name) - by for name in ("at", "mail_at", "call_at") if getattr(row, name)}
                if moved:
                    connection.execute(update(notices).where(notices.c.id == row.id).values(moved))


@pytest.fixture
def record_with(tmp_path: Path) -> Iterator[Any]:
    """Makes a record under settings."""
    made: list[Adapters] = []

    def make(**given: Any) -> Record:
        settings = Settings(state_dir=tmp_path, operator_mail="Desk <desk@shop.example>", **given)
        adapters = create_adapters(settings)
        made.append(adapters)
        customer = Customer(customer="K-1001", name="Muster GmbH", editions={"jtl": "jtl_pro"})
        adapters.records.load([customer])
        return Record(adapters, load_catalogues(settings.catalogue_dir), settings)

    yield make
    for adapters in made:
        adapters.close()


def task(name: str, type_: str = "perform", due_in: timedelta | None = None, **more: Any) -> TaskRow:
    """A task of a type."""
    due_at = datetime.now(UTC) + due_in if due_in is not None else None
    return TaskRow(entry=entry(name, type_, due_at), text=type_, subject=None, ticket=False, **more)


def read(raw: str) -> tuple[EmailMessage, str, str]:
    """A mail, its text and its HTML."""
    mail = message_from_string(raw.replace("\r\n..", "\r\n."), policy=policy.default)
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None and html is not None
    return mail, text.get_content(), html.get_content()


# By mail.


async def test_a_new_task_is_mailed_with_its_customer_and_the_link_to_the_desk(record_with: Any) -> None:
    async with mail_server({}) as (port, taken):
        record = record_with(smtp_url=SecretStr(f"smtp://127.0.0.1:{port}"), public_url="https://k.example")
        record.write(task("t-1", "repair", HOUR, facts={"action": "place_order", "error": "503 Service Unavailable"}))
        mails = NoticeMails(record)
        assert (await mails.send_due(), await mails.send_due()) == (1, 0)
    ((mail, text, html),) = map(read, taken)
    assert (mail["to"], "Muster GmbH (K-1001)" in mail["subject"], "Neue Aufgabe" in mail["subject"]) == (
        "desk@shop.example", True, True,
    )  # fmt: skip
    assert "503 Service Unavailable" in text and "https://k.example/desk/tasks/t-1" in text
    assert 'href="https://k.example/desk/tasks/t-1"' in html and "Aufgabe öffnen" in html


async def test_a_task_that_is_due_and_brought_to_mind_is_named_once_and_counted_once(record_with: Any) -> None:
    async with mail_server({}) as (port, taken):
        record = record_with(
            smtp_url=SecretStr(f"smtp://127.0.0.1:{port}"), public_url="https://k.example", operator_language="en"
        )
        record.write(task("t-1", due_in=HOUR), task("t-2", due_in=HOUR), task("t-3"))
        record.write(task("t-1", due_in=HOUR, escalated=1), task("t-2", due_in=HOUR), task("t-3"))
        record.write(task("t-1", due_in=HOUR, escalated=2), task("t-2", due_in=HOUR), task("t-3"))
        record.pass_time(HOUR)
        assert await NoticeMails(record).send_due() == 1
        record.write(task("t-1", due_in=HOUR, escalated=4))
        record.write(task("t-1", due_in=HOUR, escalated=5))
        assert await NoticeMails(record).send_due() == 1
    (mail, text, html), (single, *_) = map(read, taken)
    assert mail["subject"] == "3 tasks: 1 still open, 1 due, 1 new"
    for name in ("t-1", "t-2", "t-3"):
        assert text.count(f"/desk/tasks/{name}") == html.count(f'href="https://k.example/desk/tasks/{name}"') == 1, name
    parts = [text.index(part) for part in ("Still open, after", "/t-1", "Now due", "/t-2", "New:", "/t-3")]
    assert parts == sorted(parts)
    assert single["subject"].strip().startswith("Very urgent, still open")


async def test_what_comes_about_together_is_one_mail_with_a_link_to_each(record_with: Any) -> None:
    async with mail_server({}) as (port, taken):
        record = record_with(
            smtp_url=SecretStr(f"smtp://127.0.0.1:{port}"), public_url="https://k.example", operator_language="en"
        )
        record.write(*(task(f"t-{number}") for number in range(60)))
        assert await NoticeMails(record).send_due() == 1
    ((mail, text, html),) = map(read, taken)
    assert mail["subject"] == "60 tasks: 60 new"
    assert text.count("https://k.example/desk/tasks/t-") == html.count('href="https://k.example/desk/tasks/t-') == 50
    assert "There are 10 more." in text


async def test_a_due_task_is_told_though_nothing_happens_in_its_run(record_with: Any) -> None:
    async with mail_server({}) as (port, taken):
        record = record_with(smtp_url=SecretStr(f"smtp://127.0.0.1:{port}"))
        record.write(task("t-1", due_in=HOUR))
        mails = NoticeMails(record)
        assert await mails.send_due() == 1
        record.pass_time(HOUR - timedelta(minutes=1))
        assert await mails.send_due() == 0
        record.pass_time(timedelta(minutes=1))
        assert await mails.send_due() == 1
    assert [read(raw)[0]["subject"].split(":")[0] for raw in taken] == ["Neue Aufgabe", "Fällig"]


@pytest.mark.parametrize("answer", ["550 no such mailbox", "451 later"])
async def test_what_the_server_does_not_take_is_shown_and_tried_again_under_the_same_id(
    record_with: Any, answer: str
) -> None:
    answers = {"RCPT": answer}
    async with mail_server(answers) as (port, taken):
        record = record_with(smtp_url=SecretStr(f"smtp://127.0.0.1:{port}"))
        record.write(task("t-1"))
        mails = NoticeMails(record)
        assert (await mails.send_due(), taken) == (1, [])
        assert record.adapters.notices.failing() == {"mail": 1, "call": 0}
        assert await mails.send_due() == 0
        answers.clear()
        record.pass_time(HOUR)
        assert await mails.send_due() == 1
        assert record.adapters.notices.failing() == {"mail": 0, "call": 0}
        record.pass_time(2 * HOUR)
        assert await mails.send_due() == 0
    assert len(taken) == 1


async def test_who_is_killed_after_sending_sends_the_same_mail_again(record_with: Any) -> None:
    """Mail can promise no more: mail programs drop a double by its ID."""
    async with mail_server({}) as (port, taken):
        record = record_with(smtp_url=SecretStr(f"smtp://127.0.0.1:{port}"))
        record.write(task("t-1"))
        (claimed,) = record.adapters.notices.claim_letters(router(record.settings), datetime.now(UTC))
        killed = asyncio.create_task(NoticeMails(record).send(claimed))
        while not taken:
            await asyncio.sleep(0.01)
        killed.cancel()
        await asyncio.gather(killed, return_exceptions=True)
        with record.adapters.database.write() as connection:  # it had not come to keep that
            connection.execute(update(notices).values(mail_at=datetime.now(UTC)))
        assert await NoticeMails(record).send_due() == 1
    first, second = (read(raw)[0]["message-id"] for raw in taken)
    assert first == second


async def test_all_mails_about_a_task_are_a_thread(record_with: Any) -> None:
    async with mail_server({}) as (port, taken):
        record = record_with(smtp_url=SecretStr(f"smtp://127.0.0.1:{port}"))
        record.write(task("t-1"))
        await NoticeMails(record).send_due()
        record.write(task("t-1", escalated=1, facts={"note": "Nobody answers"}))
        await NoticeMails(record).send_due()
    (new, _, _), (again, text, _) = map(read, taken)
    assert again["references"] and again["references"] in (new["message-id"], new["references"])
    assert "Noch offen" in again["subject"] and "Nobody answers" in text


# Which way.


def test_without_settings_each_type_goes_its_own_way_to_the_operators() -> None:
    settings = Settings(operator_mail="a@shop.example, B <b@shop.example>")
    ways = {name: notice_of(settings, name).way for name in TASK_TYPES}
    at_once = {"perform", "revocation", "surplus", "repair", "tell_customer", "abandon"}
    assert {name for name, way in ways.items() if way == "at_once"} == at_once
    assert {ways[name] for name in ("third_party", "support_ticket", "appointment", "clarify")} == {"digest"}
    assert recipients(settings, "repair") == ("a@shop.example", "b@shop.example")


@pytest.mark.parametrize(("type_", "way", "to"), [
    ("repair", "at_once", ("r@shop.example",)), ("clarify", "none", ("all@shop.example",)),
    ("perform", "digest", ("all@shop.example",)),
])  # fmt: skip
def test_a_type_that_is_named_differs_from_the_others(type_: str, way: str, to: tuple[str, ...]) -> None:
    chosen = {
        "repair": Notice("at_once", ("r@shop.example",)),
        "clarify": Notice("none"),
        "*": Notice("digest", ("All <all@shop.example>",)),
    }
    settings = Settings(notice=chosen)
    assert (notice_of(settings, type_).way, recipients(settings, type_)) == (way, to)
    assert (router(settings)(type_, datetime.now(UTC)) is None) == (way == "none")


@pytest.mark.parametrize(("after", "digest"), [
    ("2027-01-04T06:59:00+00:00", "2027-01-04T07:00:00+00:00"),  # Monday, 8:00 in Berlin
    ("2027-01-04T07:00:00+00:00", "2027-01-04T07:00:00+00:00"),
    ("2027-01-04T07:00:01+00:00", "2027-01-05T07:00:00+00:00"),
    ("2027-01-08T12:00:00+00:00", "2027-01-11T07:00:00+00:00"),  # Friday noon: Monday
    ("2027-03-26T12:00:00+00:00", "2027-03-29T06:00:00+00:00"),  # summer time has begun
])  # fmt: skip
def test_a_digest_goes_out_on_weekdays_at_its_time(after: str, digest: str) -> None:
    found = Digest((time(8),)).first_after(datetime.fromisoformat(after), "Europe/Berlin")
    assert found == datetime.fromisoformat(digest)
    saturday = datetime.fromisoformat("2027-01-09T00:00:00+00:00")
    assert (
        Digest((time(8), time(13)), daily=True).first_after(saturday, "UTC").isoformat() == "2027-01-09T08:00:00+00:00"
    )


@pytest.mark.parametrize(("after", "digest"), [
    ("2027-10-31T00:30:00+00:00", "2027-10-31T00:30:00+00:00"),
    ("2027-10-31T00:30:01+00:00", "2027-11-01T01:30:00+00:00"),
    ("2027-10-31T01:15:00+00:00", "2027-11-01T01:30:00+00:00"),
    ("2027-03-28T00:00:00+00:00", "2027-03-28T01:30:00+00:00"),
])  # fmt: skip
def test_a_digest_in_the_night_of_the_clocks_goes_out_once_and_never_before_its_moment(after: str, digest: str) -> None:
    found = Digest((time(2, 30),), daily=True).first_after(datetime.fromisoformat(after), "Europe/Berlin")
    assert found.astimezone(UTC).isoformat() == digest


# By webhook.


@dataclass
class Receiver:
    """A real HTTP server that keeps what it was sent, and answers as it is told."""

    url: str
    status: list[int] = field(default_factory=list)
    taken: list[tuple[dict[str, str], bytes]] = field(default_factory=list)


@asynccontextmanager
async def receiver() -> AsyncIterator[Receiver]:
    """One that listens."""
    here = Receiver("")

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")[1:]
        headers = {name.lower(): value for name, _, value in (line.partition(": ") for line in head if line)}
        here.taken.append((headers, await reader.readexactly(int(headers["content-length"]))))
        status = here.status.pop(0) if here.status else 204
        writer.write(f"HTTP/1.1 {status} x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        here.url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/notices"
        yield here


def posting(record_with: Any, url: str, *secrets: str) -> Record:
    """A record whose notices are posted there."""
    record: Record = record_with(notice_webhook_url=url, notice_webhook_secret=",".join(secrets))
    return record


async def test_a_notice_is_a_signed_cloudevent(record_with: Any) -> None:
    async with receiver() as here:
        record = posting(record_with, here.url, *SECRETS)
        record.write(task("t-1", "clarify"))
        assert (await NoticeCalls(record).post_due(), await NoticeCalls(record).post_due()) == (1, 0)
    ((headers, body),) = here.taken
    for secret in SECRETS:
        Webhook(secret).verify(body.decode(), headers)
    with pytest.raises(WebhookVerificationError):
        Webhook("whsec_" + "YW5vdGhl" * 4).verify(body.decode(), headers)
    event = from_http_event(HTTPMessage(headers, body))
    assert (event.get_id(), event.get_type(), event.get_subject()) == (
        "t-1/new", "jtl.cancellation.task-new.v1", "edition/K-1001/jtl",
    )  # fmt: skip
    data = json.loads(body)["data"]
    assert (data["task"]["task"], data["task"]["customer_name"], data["number"]) == ("t-1", "Muster GmbH", None)
    assert data["url"].endswith("/desk/tasks/t-1") and headers["webhook-id"] == "t-1/new"


@pytest.mark.parametrize("status", [500, 302, 404])
async def test_what_is_not_taken_is_posted_again_under_the_same_id(record_with: Any, status: int) -> None:
    async with receiver() as here:
        here.status = [status]
        record = posting(record_with, here.url, SECRETS[0])
        record.write(task("t-1"))
        assert await NoticeCalls(record).post_due() == 1
        assert record.adapters.notices.failing()["call"] == 1
        assert await NoticeCalls(record).post_due() == 0
        record.pass_time(HOUR)
        assert await NoticeCalls(record).post_due() == 1
        assert record.adapters.notices.failing()["call"] == 0
    assert [headers["webhook-id"] for headers, _ in here.taken] == ["t-1/new"] * 2


async def test_a_receiver_that_is_down_holds_up_no_mail(record_with: Any) -> None:
    async with mail_server({}) as (port, taken):
        smtp_url = SecretStr(f"smtp://127.0.0.1:{port}")
        record = record_with(
            smtp_url=smtp_url, notice_webhook_url="http://127.0.0.1:9", notice_webhook_secret=SECRETS[0]
        )
        record.write(task("t-1"))
        assert (await NoticeCalls(record).post_due(), await NoticeMails(record).send_due()) == (1, 1)
        assert (len(taken), record.adapters.notices.failing()) == (1, {"mail": 0, "call": 1})
