"""The activities and the adapters behind them: once for a key, errors as Temporal must see them, nobody's name kept."""

import asyncio
import email
import email.policy
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import signatures
from activities.assess import assess, version
from activities.cancellations import CancellationActivities, activities_of, methods, shipped_activities
from activities.customer_centre import SqlCustomerCentre, load_customers
from activities.database import Database, open_database
from activities.inbox import Inbox
from activities.ledger import SqlLedger
from activities.mail import FolderMail, SmtpMail, mail_of
from activities.paging import WrongCursor
from activities.ports import Misconfigured, Refused, Unavailable
from activities.runs import SqlRuns
from activities.tables import runs as runs_table
from activities.tables import tickets as tickets_table
from activities.tickets import SqlTickets
from activities.work_list import SqlWorkList
from catalogue.loader import Catalogues, load_catalogues
from settings import Settings
from states.model.effects import ApplyChange, Notify, PlaceOrder, Step
from states.model.facts import Check, Inquiry
from states.model.request import Request
from states.model.status import End, Status, TaskEntry, TaskList, TaskRow
from tests.databases import database, postgres, settings
from tests.test_customer_centre import EFFECTIVE, PLACED, file_of, licence, line, step

__all__ = ["database", "postgres", "settings"]

MORNING = datetime(2027, 1, 10, 8, tzinfo=UTC)
CATALOGUES = load_catalogues()
LATER = CATALOGUES.all[-1].model_copy(update={"version": "later", "valid_from": date(2027, 2, 1)})
RUN = "edition/K-1001/jtl"


def entry(task: str, type_: str = "perform", due_at: datetime | None = None) -> TaskEntry:
    """A task as in the status document."""
    return TaskEntry(
        task=task, type=type_, due_at=due_at, instructions=f"Do {task}", decisions=("granted",), proof_required=False
    )


def listed(*rows: TaskRow, workflow_id: str = RUN, run_id: str = "r1") -> TaskList:
    """A run's tasks."""
    return TaskList(workflow_id=workflow_id, run_id=run_id, kind="edition", customer="K-1001", tasks=rows)


def row(task: str, *, ticket: bool = False, text: str = "perform_order", due_at: datetime | None = None) -> TaskRow:
    """A task with or without a ticket."""
    return TaskRow(entry=entry(task, due_at=due_at), text=text, subject=None, ticket=ticket)


def ended(workflow_id: str = RUN, run_id: str = "r1", state: str = "applied", day: int = 1, **more: Any) -> End:
    """A run that ended on a day of January."""
    kind, customer, subject = workflow_id.split("/")
    at = datetime(2027, 1, day, tzinfo=UTC)
    empty: dict[str, Any] = dict.fromkeys(Status.model_fields)
    empty |= dict.fromkeys(("waiting_for", "enabled", "why", "warnings", "surplus", "tasks", "timeline"), ())
    known: dict[str, Any] = {
        "workflow_id": workflow_id,
        "run_id": run_id,
        "ui_url": "u",
        "kind": kind,
        "customer": customer,
    }
    known |= {"subject": subject, "state": state, "cost_effect": "cancellation", "effective_at": at}
    return End(status=Status(**(empty | known | more)), started_at=at - timedelta(days=9), ended_at=at)


# Runs.


async def test_a_run_is_open_from_its_registration_to_its_end(database: Database) -> None:
    runs = SqlRuns(database)
    for _ in range(2):
        await runs.register(RUN, "r1", "edition", "K-1001", True)
    assert await runs.open_runs("K-1001") == {RUN}
    assert await runs.watchers("K-1001", "other") == (RUN,)
    assert await runs.watchers("K-1001", RUN) == await runs.watchers("K-2", "other") == ()
    await SqlLedger(database).record_end(ended())
    await runs.register(RUN, "r1", "edition", "K-1001", True)
    assert await runs.open_runs("K-1001") == frozenset()


async def test_a_new_run_ends_the_terminated_one_of_its_id_with_its_tasks(database: Database) -> None:
    runs, work_list = SqlRuns(database), SqlWorkList(database)
    await runs.register(RUN, "r1", "edition", "K-1001", True)
    await work_list.write(listed(row("t-1")), {})
    await runs.register(RUN, "r2", "edition", "K-1001", True)
    async with database.read() as connection:
        found = await connection.execute(select(runs_table.c.run_id).where(runs_table.c.open))
        assert found.scalars().all() == ["r2"]
    assert (await work_list.tasks()).total == 0


# The ledger.


async def test_the_ledger_keeps_the_first_end_and_answers_the_newest_run(database: Database) -> None:
    ledger = SqlLedger(database)
    await ledger.record_end(ended(day=3))
    await ledger.record_end(ended(day=3, state="revoked"))
    await ledger.record_end(ended(day=5, run_id="r2", state="abandoned"))
    first = await ledger.ended_run(RUN, "r1")
    newest = await ledger.ended_run(RUN)
    assert first is not None
    assert Status.model_validate(first) == ended(day=3).status
    assert newest is not None
    assert newest["run_id"] == "r2"
    assert await ledger.ended_run(RUN, "r3") is await ledger.ended_run("edition/K-2/jtl") is None


@pytest.mark.parametrize("name", ["x" * 990, "edition/K-1001/j\x00tl"])
async def test_a_run_started_by_hand_under_any_name_ends_in_the_ledger(database: Database, name: str) -> None:
    ledger = SqlLedger(database)
    strange = (
        ended(workflow_id=name, customer="c" * 200, kind="k" * 200, ui_url="a\x00b") if name.count("/") == 2 else None
    )
    end = strange or ended().model_copy(
        update={"status": ended(subject="s" * 900).status.model_copy(update={"workflow_id": name})}
    )
    await ledger.record_end(end)
    found = await ledger.ended_run(name)
    assert found is not None
    assert found["ui_url"] == end.status.ui_url
    assert (await ledger.ended_runs()).total == 1


FILTERS: list[tuple[dict[str, Any], list[int]]] = [
    ({}, [5, 4, 3, 2, 1]),
    ({"customer": "K-2"}, [4, 2]),
    ({"kind": "voucher"}, [4, 2]),
    ({"state": "revoked"}, [3]),
    ({"effective_from": datetime(2027, 1, 4, tzinfo=UTC)}, [5, 4]),
    ({"effective_to": datetime(2027, 1, 2, tzinfo=UTC)}, [2, 1]),
    ({"waiting_for": "customer"}, []),
]


@pytest.mark.parametrize(("filters", "days"), FILTERS)
async def test_ended_runs_are_listed_newest_first_counted_and_in_pages(
    database: Database, filters: dict[str, Any], days: list[int]
) -> None:
    ledger = SqlLedger(database)
    for day in range(1, 6):
        name = f"voucher/K-2/L-{day}" if day % 2 == 0 else f"edition/K-1001/jtl-{day}"
        await ledger.record_end(ended(name, state="revoked" if day == 3 else "applied", day=day))
    found: list[int] = []
    cursor = None
    while True:
        page = await ledger.ended_runs(limit=2, cursor=cursor, **filters)
        assert page.total == len(days)
        found += [item.ended_at.day for item in page.items]
        cursor = page.next
        if cursor is None:
            break
    assert found == days


@pytest.mark.parametrize("cursor", ["", "x", "!!!", "WyJhIl0", "bnVsbA", "WyIyMDI3LTAxLTAxIiwgImEiLCAiYiJd"])
async def test_a_wrong_cursor_is_refused(tmp_path: Path, cursor: str) -> None:
    database = await open_database(Settings(state_dir=tmp_path))
    try:
        if cursor:
            with pytest.raises(WrongCursor):
                await SqlLedger(database).ended_runs(cursor=cursor)
            with pytest.raises(WrongCursor):
                await SqlWorkList(database).tasks(cursor=cursor)
        else:
            assert (await SqlLedger(database).ended_runs(cursor=cursor)).items == ()
    finally:
        await database.close()


# The work list, tickets, the inbox.


async def test_the_work_list_holds_just_what_the_run_wrote_last(database: Database) -> None:
    work_list = SqlWorkList(database)
    await work_list.write(listed(row("t-1"), row("t-2", ticket=True)), {"t-2": "T-1"})
    await work_list.write(listed(row("t-9"), workflow_id="edition/K-2/jtl"), {})
    await work_list.write(listed(row("t-2", ticket=True), row("t-3")), {"t-2": "T-1"})
    assert {item.id for item in (await work_list.tasks(workflow_id=RUN)).items} == {"t-2", "t-3"}
    assert await work_list.ticketed(RUN) == ("t-2",)
    closed = await work_list.task("t-1")
    assert closed is not None
    assert (closed.open, closed.workflow_id, closed.instructions) == (False, RUN, "Do t-1")
    assert await work_list.task("t-8") is None


async def test_tasks_are_listed_due_first_in_pages(database: Database) -> None:
    work_list = SqlWorkList(database)
    now = datetime.now(UTC)
    rows = [
        ("later", now + timedelta(days=9)),
        ("now", None),
        ("past", now - timedelta(days=9)),
        ("soon", now + timedelta(days=1)),
    ]
    await work_list.write(listed(*(row(task, due_at=due) for task, due in rows)), {})
    first = await work_list.tasks(limit=3)
    second = await work_list.tasks(limit=3, cursor=first.next)
    assert [item.task for item in first.items + second.items] == ["past", "now", "soon", "later"]
    assert (first.total, second.total, second.next) == (4, 4, None)
    assert (await work_list.tasks(type="surplus")).total == 0


async def test_what_arrives_after_the_end_opens_nothing(database: Database) -> None:
    work_list = SqlWorkList(database)
    await work_list.write(listed(row("t-1")), {})
    await SqlLedger(database).record_end(ended())
    await work_list.write(listed(row("t-1"), row("t-2")), {})
    assert (await work_list.tasks()).total == 0


async def test_a_ticket_is_opened_once_for_a_key(database: Database) -> None:
    tickets = SqlTickets(database)
    numbers = await asyncio.gather(*(tickets.open("t-1", "K-1001", "support", "a\x00b") for _ in range(4)))
    assert set(numbers) == {"T-000001"}
    await tickets.close("t-1")
    await tickets.close("t-2")
    async with database.read() as connection:
        kept = (await connection.execute(select(tickets_table))).one()
    assert (kept.state, kept.text) == ("closed", "a\ufffdb")


async def test_the_inbox_keeps_an_event_once_with_its_answer(database: Database) -> None:
    inbox = Inbox(database)
    assert await inbox.remember("portal", "1", "h", "requested", RUN) is None
    assert await inbox.remember("portal", "2", "h", "requested", RUN) is None
    again = await inbox.remember("portal", "1", "other", "requested", RUN)
    assert again is not None
    assert (again.hash, again.status, again.body) == ("h", None, None)
    await inbox.answer("portal", "1", 202, {"state": "order"})
    answered = await inbox.remember("portal", "1", "h", "requested", RUN)
    assert answered is not None
    assert (answered.status, answered.body) == (202, {"state": "order"})
    assert answered.received_at.utcoffset() == timedelta(0)


@pytest.mark.parametrize(("source", "id_"), [("a\x00", "1"), ("a", "x" * 1001)])
async def test_the_inbox_refuses_what_it_cannot_keep(tmp_path: Path, source: str, id_: str) -> None:
    database = await open_database(Settings(state_dir=tmp_path))
    with pytest.raises(ValueError, match="at most"):
        await Inbox(database).remember(source, id_, "h", "requested", RUN)
    await database.close()


# Mail.


async def test_a_mail_is_a_file_written_once_for_its_key(tmp_path: Path) -> None:
    mail = mail_of(Settings(state_dir=tmp_path))
    assert isinstance(mail, FolderMail)
    for key in ("a/b", "a/b", "a_b"):
        await mail.send(key, "kontakt@muster.example", "Vorgemerkt:\nJTL", "Grüße")
    files = sorted((tmp_path / "mail").iterdir())
    assert len(files) == 2
    read = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    assert read["Subject"] == "Vorgemerkt: JTL"
    assert read["To"] == "kontakt@muster.example"
    assert read.get_content().strip() == "Grüße"


@asynccontextmanager
async def mail_server(answers: dict[str, str]) -> AsyncIterator[tuple[int, list[str]]]:
    """A mail server that takes everything, but for the commands named; its port, and the mails that it took."""
    taken: list[str] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(asyncio.CancelledError, ConnectionError):
            await talk(reader, writer)
        writer.close()

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 test\r\n")
        while said := (await reader.readline()).decode():
            command = said.split()[0].split(":")[0].upper() if said.split() else ""
            answer = answers.get(command, "250 fine")
            if command == "QUIT":
                answer = "221 bye"
            elif command == "DATA" and command not in answers:
                writer.write(b"354 go on\r\n")
                taken.append((await reader.readuntil(b"\r\n.\r\n")).decode())
            writer.write(f"{answer}\r\n".encode())
            await writer.drain()
            if command == "QUIT":
                break

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    async with server:
        yield server.sockets[0].getsockname()[1], taken


def smtp(url: str) -> SmtpMail:
    """A mail adapter for that server."""
    mail = mail_of(Settings(smtp_url=SecretStr(url), mail_from="Kündigung <k@shop.example>"))
    assert isinstance(mail, SmtpMail)
    return mail


async def test_smtp_sends_with_a_message_id_that_comes_from_the_key() -> None:
    async with mail_server({}) as (port, taken):
        mail = smtp(f"smtp://127.0.0.1:{port}")
        for key in ("a", "a", "b"):
            await mail.send(key, "kontakt@muster.example", "Betreff", "Grüße")
    ids = [email.message_from_string(one)["Message-ID"] for one in taken]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].endswith("@shop.example>")


@pytest.mark.parametrize(
    ("answers", "login", "error"),
    [
        ({"RCPT": "550 no such user"}, "", Refused),
        ({"RCPT": "450 later"}, "", Unavailable),
        ({"DATA": "554 spam"}, "", Refused),
        ({"MAIL": "421 busy"}, "", Unavailable),
        ({"EHLO": "250-test\r\n250 AUTH PLAIN", "AUTH": "535 wrong"}, "u:geheim@", Misconfigured),
        ({"EHLO": "250-test\r\n250 AUTH PLAIN", "AUTH": "454 later"}, "u:geheim@", Unavailable),
        ({}, "u:geheim@", Misconfigured),
    ],
)
async def test_what_a_mail_server_says(answers: dict[str, str], login: str, error: type[Exception]) -> None:
    async with mail_server(answers) as (port, taken):
        with pytest.raises(error) as caught:
            await smtp(f"smtp://{login}127.0.0.1:{port}").send("k", "kontakt@muster.example", "s", "b")
    assert "geheim" not in str(caught.value)
    assert "muster" not in str(caught.value)
    assert taken == []


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:1", "smtps://127.0.0.1:1"])
async def test_a_mail_server_that_does_not_answer_is_tried_again(url: str) -> None:
    with pytest.raises(Unavailable):
        await smtp(url).send("k", "kontakt@muster.example", "s", "b")


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "smtp://mail.example:x"])
async def test_a_wrong_mail_address_is_for_an_administrator(url: str) -> None:
    with pytest.raises(Misconfigured, match="SMTP_URL"):
        await smtp(url).send("k", "kontakt@muster.example", "s", "b")


def test_a_login_goes_over_tls_except_on_this_machine() -> None:
    assert smtp("smtp://u:p%40@mail.example").connection()["start_tls"] is True
    assert smtp("smtp://u:p%40@mail.example").connection()["password"] == "p@"
    assert smtp("smtp://u:p@127.0.0.1").connection()["start_tls"] is None
    assert smtp("smtps://u:p@mail.example").connection()["use_tls"] is True


# Judging.


@pytest.fixture
async def acts(settings: Settings, database: Database, tmp_path: Path) -> CancellationActivities:
    """The activities over a database that knows K-1001 (Pro, package 2,500, a user, a channel) and K-1002."""
    licences = [
        licence("L-77", term_ends="2027-01-31"),
        licence("M-1", "marketplace"),
        licence("TT-1", "track_and_trace"),
    ]
    others = line(customer="K-1002", email=None, language="en", licences=[])
    await load_customers(settings, file_of(tmp_path, line(licences=licences, edition_terms={}), others))
    return activities_of(database, CATALOGUES, settings)


def inquiry(kind: str, subject: str, target: Any = None, **more: Any) -> Inquiry:
    """What is asked about K-1001."""
    request = Request(kind=kind, customer="K-1001", subject=subject, target=target)
    return Inquiry(**({"request": request, "at": MORNING} | more))


async def judged(acts: CancellationActivities, asked: Inquiry, **changes: Any) -> Check:
    """The check, under changed settings or catalogues."""
    said: dict[str, Any] = {"catalogues": acts.catalogues, "settings": acts.settings} | changes
    return await assess(asked, centre=acts.centre, runs=acts.runs, **said)


def test_X8_a_version_that_is_gone_is_for_an_administrator() -> None:
    with pytest.raises(Misconfigured, match="1999"):
        version("1999", CATALOGUES)


async def test_assess_judges_by_record_and_ends(acts: CancellationActivities) -> None:
    await acts.centre.place_order(
        step("shipping_module", "TT-1", PlaceOrder(number=1, placed_at=PLACED, effective_at=EFFECTIVE))
    )
    check = await judged(acts, inquiry("edition", "jtl", "jtl_advanced"))
    assert check.refusal is None
    assert {entry.licence: entry.ends_at for entry in check.surplus}["TT-1"] == EFFECTIVE
    assert check.settings is check.in_force is None
    unknown = Request(kind="edition", customer="K-9", subject="jtl", target="jtl_start")
    refused = await judged(acts, inquiry("edition", "jtl", request=unknown))
    assert refused.refusal is not None
    assert refused.refusal.code == "unknown_customer"


@pytest.mark.parametrize(
    ("at", "asked", "judged_by", "in_force"),
    [
        (datetime(2027, 1, 31, 22, 59, tzinfo=UTC), None, "2024-09-01", None),
        (datetime(2027, 1, 31, 23, tzinfo=UTC), None, "later", None),
        (datetime(2027, 1, 31, 23, tzinfo=UTC), "2024-09-01", "2024-09-01", "later"),
        (datetime(2027, 1, 31, 22, 59, tzinfo=UTC), "2024-09-01", "2024-09-01", None),
    ],
)
async def test_X8_the_version_in_force_is_that_of_the_day_in_Berlin(
    acts: CancellationActivities, at: datetime, asked: str | None, judged_by: str, in_force: str | None
) -> None:
    first = CATALOGUES.all[0]
    both = Catalogues((first, LATER))
    check = await judged(acts, inquiry("wms_user", "L-77", at=at, version=asked), catalogues=both)
    assert (check.catalogue, check.in_force) == (judged_by, in_force)


async def test_X12_a_click_path_is_shown_where_a_person_clicks(acts: CancellationActivities) -> None:
    automatic = await judged(acts, inquiry("wms_user", "L-77"))
    assert (automatic.mode, automatic.click_path) == ("automatic", ())
    assert not {"mode", "click_path", "settings", "in_force"} & automatic.model_fields_set
    guided = await judged(
        acts, inquiry("wms_user", "L-77"), settings=Settings(customer_centre_modes={"wms_user": "guided"})
    )
    assert guided.mode == "guided"
    assert guided.click_path


async def test_the_first_check_records_the_settings_that_differ_from_their_defaults(
    acts: CancellationActivities,
) -> None:
    check = await judged(acts, inquiry("wms_user", "L-77", first=True))
    assert check.settings is not None
    assert check.settings.model_fields_set == set()
    strict = Settings(notice_boundary="strict", abandon_after=timedelta(days=3))
    check = await judged(acts, inquiry("wms_user", "L-77", first=True), settings=strict)
    assert check.settings is not None
    assert check.settings.model_dump(exclude_unset=True) == {"boundary": "strict", "abandon_after": timedelta(days=3)}


@pytest.mark.parametrize(
    ("target", "code"), [("K-1002", None), ("K-9", "unknown_customer"), ("no such / name", "unknown_customer")]
)
async def test_MOV2_the_other_customer_is_looked_up(
    acts: CancellationActivities, target: str, code: str | None
) -> None:
    check = await judged(acts, inquiry("marketplace_transfer", "M-1", target))
    assert (check.refusal.code if check.refusal else None) == code


# The activities.


async def run(activity: Callable[..., Any], argument: Any) -> Any:
    """Run an activity as a worker would."""
    return await ActivityEnvironment().run(activity, argument)


def test_every_activity_that_workflows_call_is_registered(acts: CancellationActivities) -> None:
    named = {
        value for name, value in vars(signatures).items() if name.isupper() and name not in ("REFUSED", "MISCONFIGURED")
    }
    assert {method.__temporal_activity_definition.name for method in methods(acts)} == named  # type: ignore[attr-defined]


async def test_a_first_read_registers_the_run(acts: CancellationActivities) -> None:
    await run(acts.read, inquiry("edition", "jtl", "jtl_advanced"))
    assert await acts.runs.open_runs("K-1001") == frozenset()
    check = await run(acts.read, inquiry("edition", "jtl", "jtl_advanced", first=True))
    assert check.settings is not None
    assert await acts.runs.watchers("K-1001", "-") == (RUN,)


async def test_ED_the_change_answers_what_the_kinds_check_still_finds(acts: CancellationActivities) -> None:
    effect = ApplyChange(number=2, catalogue="2024-09-01")
    receipt = await run(acts.apply_change, step("edition", "jtl", effect, target="jtl_advanced"))
    assert "TT-1" in {entry.licence for entry in receipt.surplus}


async def test_X4_the_catalogue_says_what_a_channel_is(acts: CancellationActivities) -> None:
    effect = ApplyChange(number=2, catalogue="2024-09-01")
    receipt = await run(acts.apply_change, step("order_package", "orders", effect, target=0))
    assert receipt.held
    assert [(entry.licence, entry.reason) for entry in receipt.surplus] == [("M-1", "channel")]
    assert receipt.surplus[0].values["product"] != "marketplace"


async def test_a_refusal_is_final_and_says_why(acts: CancellationActivities) -> None:
    with pytest.raises(ApplicationError) as caught:
        await run(acts.place_order, step("wms_user", "L-99", PlaceOrder(placed_at=PLACED, effective_at=EFFECTIVE)))
    assert (caught.value.type, caught.value.non_retryable) == ("Refused", True)
    assert set(caught.value.details[0]) == {"reason", "reference"}
    assert "L-99" in caught.value.details[0]["reason"]


class Failing:
    """A customer centre that fails in one way."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def customer(self, customer: str) -> None:
        raise self.error


@pytest.mark.parametrize(
    ("error", "type_", "final"),
    [
        (Unavailable("no answer"), "Unavailable", False),
        (Misconfigured("no catalogue"), "Misconfigured", True),
        (OperationalError("SELECT 1", {"name": "Erika"}, Exception("postgresql://u:geheim@h")), "Unavailable", False),
        (
            OperationalError("SELECT 1", {"name": "Erika"}, Exception("permission denied for Erika")),
            "Misconfigured",
            True,
        ),
    ],
)
async def test_errors_of_adapters_are_told_without_anybodys_data(
    tmp_path: Path, error: Exception, type_: str, final: bool
) -> None:
    database = await open_database(Settings(state_dir=tmp_path))
    acts = activities_of(database, CATALOGUES, Settings(state_dir=tmp_path))
    object.__setattr__(acts, "centre", Failing(error))
    with pytest.raises(ApplicationError) as caught:
        await run(acts.read, inquiry("edition", "jtl", "jtl_start"))
    assert (caught.value.type, caught.value.non_retryable) == (type_, final)
    assert caught.value.__cause__ is None
    assert not {"geheim", "Erika"} & set(str(caught.value).replace("@", " ").replace(":", " ").split())
    await database.close()


async def test_tickets_follow_their_tasks(acts: CancellationActivities, database: Database) -> None:
    async def states() -> dict[str, tuple[str, str]]:
        async with database.read() as connection:
            return {one.key: (one.category, one.state) for one in await connection.execute(select(tickets_table))}

    both = (row("t-1", ticket=True, text="support_ticket_setup_service"), row("t-2", ticket=True, text="revocation"))
    answer = await run(acts.write_tasks, listed(*both, row("t-3")))
    assert answer == await run(acts.write_tasks, listed(*both, row("t-3")))
    assert answer.tickets == {"t-1": "T-000001", "t-2": "T-000002"}
    await run(acts.write_tasks, listed(both[1]))
    assert await states() == {"t-1": ("accounting", "closed"), "t-2": ("support", "open")}
    await run(acts.record_end, ended())
    assert await states() == {"t-1": ("accounting", "closed"), "t-2": ("support", "closed")}


async def test_X3_an_end_closes_run_booking_and_tasks_and_names_whom_to_tell(
    acts: CancellationActivities, database: Database
) -> None:
    await acts.runs.register(RUN, "r1", "edition", "K-1001", True)
    await acts.runs.register("wms_user/K-1001/L-77", "r9", "wms_user", "K-1001", False)
    await acts.centre.place_order(step("wms_user", "L-77", PlaceOrder(placed_at=PLACED, effective_at=EFFECTIVE)))
    for _ in range(2):
        receipt = await run(acts.record_end, ended("wms_user/K-1001/L-77", "r9", "revoked"))
        assert receipt.tell == (RUN,)
    assert await acts.runs.open_runs("K-1001") == {RUN}
    assert await acts.centre.ends("K-1001") == {}
    assert await SqlLedger(database).ended_run("wms_user/K-1001/L-77") is not None


def notice(template: str, customer: str = "K-1001", **more: Any) -> Step:
    """A mail about the edition's run."""
    effect = Notify(number=4, template=template, **more)
    return step("edition", "jtl", effect, target="jtl_start").model_copy(update={"customer": customer})


def mails(settings: Settings) -> list[Any]:
    """The mails in the folder."""
    found = sorted((settings.state_dir / "mail").glob("*.eml"))
    return [email.message_from_bytes(one.read_bytes(), policy=email.policy.default) for one in found]


async def test_a_notice_is_a_mail_in_the_customers_language_sent_once(
    acts: CancellationActivities, settings: Settings
) -> None:
    for _ in range(2):
        await run(acts.notify, notice("scheduled", values={"effective_at": EFFECTIVE.isoformat()}))
    (mail,) = mails(settings)
    assert mail["To"] == "kontakt@muster.example"
    assert "Muster GmbH" in mail.get_content()
    assert "1. Februar 2027" in mail.get_content() or "01.02.2027" in mail.get_content()
    assert f"{settings.public_url}/cancellations/{RUN}" in mail.get_content()


TEMPLATES = [
    ("reminder", {"state": "order"}),
    ("reminder_urgent", {"state": "order"}),
    ("scheduled", {"effective_at": None}),
    ("applied", {}),
    ("abandoned", {}),
    ("change_dropped", {}),
    ("declined", {"note": "Nein"}),
    ("refused", {}),
    ("revoked", {"cancelled": ["L-1"]}),
    ("surplus_reminder", {"licences": ["L-1"]}),
    ("booking_refused", {"reason": "Gesperrt"}),
    ("superseded", {}),
    ("date_moved", {}),
    ("task_escalated", {"task": "t-1", "note": None}),
    ("repair", {"action": "place_order", "error": "x"}),
]


@pytest.mark.parametrize(("template", "values"), TEMPLATES, ids=[one[0] for one in TEMPLATES])
async def test_every_notice_has_its_texts(
    acts: CancellationActivities, settings: Settings, template: str, values: dict[str, Any]
) -> None:
    to = "operator" if template in ("task_escalated", "repair") else "customer"
    await run(acts.notify, notice(template, to=to, values=values))
    (mail,) = mails(settings)
    assert mail["To"] == (settings.operator_mail if to == "operator" else "kontakt@muster.example")
    assert ("Muster" in mail.get_content()) == (to == "customer")


async def test_a_customer_without_address_gets_no_mail_and_the_log_names_nobody(
    acts: CancellationActivities, settings: Settings
) -> None:
    with capture_logs() as lines:
        await run(acts.notify, notice("applied", "K-1002"))
        await run(acts.notify, notice("applied", "K-9"))
    assert mails(settings) == []
    assert [one["event"] for one in lines] == ["mail_without_address"] * 2
    assert "Muster" not in str(lines)


async def test_a_mail_refused_for_good_does_not_hold_the_run_up(acts: CancellationActivities) -> None:
    async with mail_server({"RCPT": "550 no such user"}) as (port, taken):
        object.__setattr__(acts, "mail", smtp(f"smtp://127.0.0.1:{port}"))
        with capture_logs() as lines:
            await run(acts.notify, notice("applied"))
    assert [(one["event"], one["code"]) for one in lines] == [("mail_refused", "550")]
    assert taken == []
    assert "muster" not in str(lines)


def test_the_settings_alone_make_the_activities_and_the_database(tmp_path: Path) -> None:
    acts = shipped_activities(Settings(state_dir=tmp_path / "new"))
    assert isinstance(acts.centre, SqlCustomerCentre)
    assert (tmp_path / "new" / "customer_centre.db").exists()
