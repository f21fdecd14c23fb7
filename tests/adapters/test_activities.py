"""The activities: once for a key, errors as Temporal must see them, nobody's name kept."""

import asyncio
import email
import email.policy
from collections.abc import Callable
from dataclasses import dataclass, replace
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import activity_names, cancellations
from activities.cancellations import CancellationActivities, create_activities
from activities.links import operator_page
from activities.ports import Misconfigured, Unavailable
from activities.sql import bookings
from activities.sql.customer_centre import SqlCustomerCentre
from activities.sql.database import Database
from activities.sql.ledger import SqlLedger
from activities.sql.tables import tickets as tickets_table
from catalogue.texts import say
from settings import Settings
from states.model.effects import ApplyChange, BookOrder, Notify, Step
from states.model.facts import Undelivered
from tests.adapters.customers import EFFECTIVE, PLACED, step
from tests.adapters.databases import database, postgres, settings
from tests.adapters.mail_server import mail_server, smtp
from tests.adapters.stored_runs import RUN, ended, listed, row
from tests.adapters.wired import acts, inquiry, states_of

__all__ = ["acts", "database", "postgres", "settings"]


async def run(activity: Callable[..., Any], argument: Any) -> Any:
    """Run an activity as a worker would."""
    return await ActivityEnvironment().run(activity, argument)


def test_every_activity_that_workflows_call_is_registered(acts: CancellationActivities) -> None:
    others = {"REFUSED", "MISCONFIGURED", "FROZEN", "COMPARING", "OF_BULK_DECISIONS"}
    named = {value for name, value in vars(activity_names).items() if name.isupper() and name not in others}
    served = {method.__temporal_activity_definition.name for method in acts.registered()}  # type: ignore[attr-defined]
    assert served == named - {*activity_names.COMPARING, *activity_names.OF_BULK_DECISIONS}


async def test_a_first_read_registers_the_run(acts: CancellationActivities) -> None:
    await run(acts.read, inquiry("edition", "jtl", "jtl_advanced"))
    assert acts.adapters.runs.open_runs("K-1001") == frozenset()
    check = await run(acts.read, inquiry("edition", "jtl", "jtl_advanced", first=True))
    assert check.settings is not None
    assert acts.adapters.runs.watchers("K-1001", "-", "voucher") == (RUN,)


async def test_ED_the_change_answers_what_the_kinds_check_still_finds(acts: CancellationActivities) -> None:
    effect = ApplyChange(number=2, catalogue="2024-09-01")
    receipt = await run(acts.apply_change, step("edition", "jtl", effect, target="jtl_advanced"))
    assert "TT-1" in {entry.licence for entry in receipt.surplus}


async def test_X3_what_is_in_surplus_after_the_change_says_when_it_ends(acts: CancellationActivities) -> None:
    await run(acts.place_order, step("shipping_module", "TT-1", BookOrder(placed_at=PLACED, effective_at=EFFECTIVE)))
    effect = ApplyChange(number=2, catalogue="2024-09-01")
    receipt = await run(acts.apply_change, step("edition", "jtl", effect, target="jtl_advanced"))
    assert {entry.licence: entry.ends_at for entry in receipt.surplus}["TT-1"] == EFFECTIVE


WATCHING = [
    ("edition/K-1001/jtl", "K-1001", True),
    ("wms_user/K-1001/L-77", "K-1001", True),
    ("voucher/K-1001/L-1", "K-1001", False),
    ("edition/K-1002/jtl", "K-1002", True),
]
BOOKING = step("wms_user", "L-77", BookOrder(number=1, placed_at=PLACED, effective_at=EFFECTIVE))


async def test_X3_a_receipt_names_the_runs_that_want_to_hear_of_it_the_same_however_often_it_is_asked(
    acts: CancellationActivities,
) -> None:
    for workflow_id, customer, watches in WATCHING:
        acts.adapters.runs.register(workflow_id, "r", workflow_id.split("/")[0], customer, watches)
    receipt = await run(acts.place_order, BOOKING)
    assert (receipt.tell, receipt.reference) == (("edition/K-1001/jtl",), "B-000001")
    acts.adapters.runs.register("order_package/K-1001/orders", "r", "order_package", "K-1001", True)
    assert await run(acts.place_order, BOOKING) == receipt


async def test_simultaneous_calls_with_one_key_answer_the_same_receipt(acts: CancellationActivities) -> None:
    acts.adapters.runs.register(RUN, "r1", "edition", "K-1001", True)
    receipts = await asyncio.gather(*(run(acts.place_order, BOOKING) for _ in range(8)))
    assert {receipt.model_dump_json() for receipt in receipts} == {receipts[0].model_dump_json()}
    assert receipts[0].tell == (RUN,)


async def test_what_breaks_off_before_its_end_has_changed_nothing(
    acts: CancellationActivities, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One transaction: a booking of which nobody could be told is none."""

    def broken_off(*_: Any) -> None:
        raise Unavailable("the database was restarted")

    acts.adapters.runs.register(RUN, "r1", "edition", "K-1001", True)
    with monkeypatch.context() as patched, pytest.raises(ApplicationError, match="restarted"):
        patched.setattr(bookings, "book", broken_off)
        await run(acts.place_order, BOOKING)
    assert await states_of(database) == []
    assert (await run(acts.place_order, BOOKING)).tell == (RUN,)
    assert await states_of(database) == [(None, "booked")]


async def test_X4_the_catalogue_says_what_a_channel_is(acts: CancellationActivities) -> None:
    effect = ApplyChange(number=2, catalogue="2024-09-01")
    receipt = await run(acts.apply_change, step("order_package", "orders", effect, target=0))
    assert receipt.held
    assert [(entry.licence, entry.reason) for entry in receipt.surplus] == [("M-1", "channel")]
    assert receipt.surplus[0].values["product"] != "marketplace"


async def test_a_refusal_is_final_and_says_why(acts: CancellationActivities) -> None:
    with pytest.raises(ApplicationError) as caught:
        await run(acts.place_order, step("wms_user", "L-99", BookOrder(placed_at=PLACED, effective_at=EFFECTIVE)))
    assert (caught.value.type, caught.value.non_retryable) == ("Refused", True)
    assert caught.value.details[0] == {"reason": say("de", "centre.not_held"), "reference": "not_held"}


@dataclass
class Failing:
    """A customer centre that fails in one way, in a transaction."""

    database: Database
    error: Exception

    def standing(self, *_: Any) -> None:
        with self.database.read():
            raise self.error


@pytest.mark.parametrize(
    ("error", "type_", "final"),
    [
        (Unavailable("no answer"), "Unavailable", False),
        (Misconfigured("no catalogue"), "Misconfigured", True),
        (OperationalError("SELECT 1", {"name": "Erika"}, Exception("postgresql://u:geheim@h")), "Unavailable", False),
        (
            OperationalError("SELECT 1", {"name": "Erika"}, Exception("permission denied for Erika")),
            "Unavailable",
            False,
        ),
    ],
)
async def test_errors_of_adapters_are_told_without_anybodys_data(
    tmp_path: Path, error: Exception, type_: str, final: bool
) -> None:
    shipped = create_activities(Settings(state_dir=tmp_path))
    failing: Any = Failing(shipped.adapters.database, error)
    acts = replace(shipped, adapters=replace(shipped.adapters, bookings=failing))
    with pytest.raises(ApplicationError) as caught:
        await run(acts.read, inquiry("edition", "jtl", "jtl_start"))
    assert (caught.value.type, caught.value.non_retryable) == (type_, final)
    assert caught.value.__cause__ is None
    assert not {"geheim", "Erika"} & set(str(caught.value).replace("@", " ").replace(":", " ").split())
    shipped.adapters.close()


async def test_tickets_follow_their_tasks(acts: CancellationActivities, database: Database) -> None:
    async def states() -> dict[str, tuple[str, str]]:
        with database.read() as connection:
            return {one.key: (one.category, one.state) for one in connection.execute(select(tickets_table))}

    setup = row("t-1", ticket=True, text="support_ticket_setup_service")
    ticket = setup.entry.but(type="support_ticket")
    both = (setup.model_copy(update={"entry": ticket}), row("t-2", ticket=True, text="revocation"))
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
    acts.adapters.runs.register(RUN, "r1", "edition", "K-1001", True)
    acts.adapters.runs.register("wms_user/K-1001/L-77", "r9", "wms_user", "K-1001", False)
    acts.adapters.bookings.place_order(step("wms_user", "L-77", BookOrder(placed_at=PLACED, effective_at=EFFECTIVE)))
    for _ in range(2):
        receipt = await run(acts.record_end, ended("wms_user/K-1001/L-77", "r9", "revoked"))
        assert receipt.tell == (RUN,)
    assert acts.adapters.runs.open_runs("K-1001") == {RUN}
    assert acts.adapters.bookings.standing("K-1001").ends == {}
    assert SqlLedger(database).ended_run("wms_user/K-1001/L-77") is not None


async def test_the_ledger_links_to_the_web_ui_where_it_is(acts: CancellationActivities) -> None:
    """A run whose document was malformed never read the settings."""
    end = ended(RUN, "r1", "refused")
    elsewhere = replace(acts, settings=acts.settings.model_copy(update={"temporal_ui_url": "https://ui.example/"}))
    path = "/namespaces/default/workflows/w/r1/history"
    await run(elsewhere.record_end, end.but(status=end.status.but(ui_url=f"http://127.0.0.1:8233{path}")))
    kept = elsewhere.adapters.ledger.ended_run(RUN)
    assert kept is not None
    assert kept["ui_url"] == f"https://ui.example{path}"


def notice(template: str, customer: str = "K-1001", **more: Any) -> Step:
    """A mail about the edition's run."""
    effect = Notify(number=4, template=template, **more)
    return step("edition", "jtl", effect, target="jtl_start").model_copy(update={"customer": customer})


def text_of(mail: EmailMessage, kind: str = "plain") -> str:
    """What a mail says, as text or as HTML."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


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
    for kind in ("plain", "html"):
        text = text_of(mail, kind)
        assert "Muster GmbH" in text and "1. Februar 2027" in text
        assert f"{settings.public_url}/my/cases/{RUN}" in text


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
    ("perform_dropped", {"task": "t-1"}),
]


@pytest.mark.parametrize(("template", "values"), TEMPLATES, ids=[one[0] for one in TEMPLATES])
async def test_every_notice_has_its_texts(
    acts: CancellationActivities, settings: Settings, template: str, values: dict[str, Any]
) -> None:
    to = "operator" if template == "perform_dropped" else "customer"
    await run(acts.notify, notice(template, to=to, values=values))
    (mail,) = mails(settings)
    assert mail["To"] == (settings.operator_mail if to == "operator" else "kontakt@muster.example")
    assert ("Muster" in text_of(mail)) == (to == "customer")


async def test_a_customer_without_address_gets_no_mail_and_the_log_names_nobody(
    acts: CancellationActivities, settings: Settings
) -> None:
    """Which the answer says, so that a person tells him; who is unknown is nobody to be told."""
    with capture_logs() as lines:
        assert await run(acts.notify, notice("applied", "K-1002")) == Undelivered(why="no_address")
        assert await run(acts.notify, notice("applied", "K-9")) is None
    assert mails(settings) == []
    assert [(one["event"], one["why"]) for one in lines] == [
        ("mail_without_address", "no_address"),
        ("mail_without_address", "unknown_customer"),
    ]
    assert "Muster" not in str(lines)


@pytest.mark.parametrize(("recorded", "answered", "to"), [
    ("a@b.example; c@d.example", None, "a@b.example, c@d.example"),
    ("a@b.example, kaputt", None, "a@b.example"),
    ("kaputt", Undelivered(why="wrong_address"), None),
])  # fmt: skip
async def test_a_mail_goes_to_every_address_that_is_one(
    acts: CancellationActivities, settings: Settings, recorded: str, answered: Undelivered | None, to: str | None
) -> None:
    """Also where another system's record holds what a load would have refused."""
    record = acts.adapters.records.customer("K-1002")
    assert record is not None
    acts.adapters.records.load([record.model_copy(update={"email": recorded})])
    assert await run(acts.notify, notice("applied", "K-1002")) == answered
    assert [mail["To"] for mail in mails(settings)] == ([to] if to else [])


async def test_a_mails_link_and_thread_are_those_of_its_case(acts: CancellationActivities, settings: Settings) -> None:
    first = notice("scheduled", opens_thread=True, values={"effective_at": None}).model_copy(update={"case": "V-1"})
    operators = notice("perform_dropped", to="operator", values={"task": "t-1"})
    for one in (first, operators.model_copy(update={"case": "V-1", "run_id": "r-9", "key": "b"})):
        await run(acts.notify, one)
    written = {str(mail["To"]): mail for mail in mails(settings)}
    mine, theirs = written["kontakt@muster.example"], written[settings.operator_mail]
    assert mine["References"] is None and theirs["References"] not in (None, mine["Message-ID"])
    assert str(mine["Subject"]).endswith("[V-1]") and str(theirs["Subject"]).endswith("[V-1]")
    assert f"{settings.public_url}/desk/tasks/t-1" in text_of(theirs) and "/my/" not in text_of(theirs)


async def test_an_operators_page_is_the_tasks_else_the_cases_unless_the_vendor_has_its_own(
    settings: Settings,
) -> None:
    own = settings.public_url
    assert operator_page(settings, RUN) == f"{own}/desk/cases/{RUN}"
    assert operator_page(settings, RUN, "t 1/2") == f"{own}/desk/tasks/t%201%2F2"
    theirs = settings.model_copy(update={"operator_url": "https://d.example/{workflow_id}"})
    assert operator_page(theirs, RUN, "t-1") == f"https://d.example/{RUN}"


async def test_what_happens_after_the_end_is_added_to_the_ledgers_document(
    acts: CancellationActivities, database: Database
) -> None:
    end = ended(RUN, "r1", "refused")
    await run(acts.record_end, end)
    later = end.status.but(state="refused", catalogue="told later")
    await run(acts.amend_end, later)
    kept = SqlLedger(database).ended_run(RUN)
    assert kept is not None and kept["catalogue"] == "told later"
    await run(acts.amend_end, later.but(run_id="another"))
    assert SqlLedger(database).ended_run(RUN, "another") is None


async def test_a_mail_refused_for_good_does_not_hold_the_run_up(acts: CancellationActivities) -> None:
    async with mail_server({"RCPT": "550 no such user"}) as (port, taken):
        acts = replace(acts, adapters=replace(acts.adapters, mail=smtp(f"smtp://127.0.0.1:{port}")))
        with capture_logs() as lines:
            assert await run(acts.notify, notice("applied")) == Undelivered(why="refused", said="550")
    assert [(one["event"], one["code"]) for one in lines] == [("mail_refused", "550")]
    assert taken == []
    assert "muster" not in str(lines)


def test_the_settings_alone_make_the_activities_and_the_database(tmp_path: Path) -> None:
    acts = create_activities(Settings(state_dir=tmp_path / "new"))
    assert isinstance(acts.adapters.bookings, SqlCustomerCentre)
    assert (tmp_path / "new" / "customer_centre.db").exists()


async def test_what_takes_long_gives_signs_of_life_and_fails_as_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a mail whose worker is gone would wait for the end of its attempt, which is minutes away."""
    monkeypatch.setattr(cancellations, "BEAT_S", 0.001)
    environment, beats = ActivityEnvironment(), asyncio.Event()
    environment.on_heartbeat = lambda *_: beats.set()

    async def slow() -> None:
        await asyncio.wait_for(beats.wait(), 30)
        raise Unavailable("down")

    with pytest.raises(Unavailable):
        await environment.run(cancellations.with_signs_of_life, slow())
    assert beats.is_set()
