"""The activities: once for a key, errors as Temporal must see them, nobody's name kept."""

import email
import email.policy
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.exc import OperationalError
from structlog.testing import capture_logs
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities import activity_names
from activities.cancellations import CancellationActivities, activities_of, methods, shipped_activities
from activities.customer_centre import SqlCustomerCentre
from activities.ports import Misconfigured, Unavailable
from activities.sql.database import Database, open_database
from activities.sql.ledger import SqlLedger
from activities.sql.tables import tickets as tickets_table
from settings import Settings
from states.model.effects import ApplyChange, BookOrder, Notify, Step
from tests.adapters.customers import EFFECTIVE, PLACED, step
from tests.adapters.databases import database, postgres, settings
from tests.adapters.mail_server import mail_server, smtp
from tests.adapters.stored_runs import RUN, ended, listed, row
from tests.adapters.wired import CATALOGUES, acts, inquiry

__all__ = ["acts", "database", "postgres", "settings"]


async def run(activity: Callable[..., Any], argument: Any) -> Any:
    """Run an activity as a worker would."""
    return await ActivityEnvironment().run(activity, argument)


def test_every_activity_that_workflows_call_is_registered(acts: CancellationActivities) -> None:
    others = {"REFUSED", "MISCONFIGURED", "COMPARING"}
    named = {value for name, value in vars(activity_names).items() if name.isupper() and name not in others}
    served = {method.__temporal_activity_definition.name for method in methods(acts)}  # type: ignore[attr-defined]
    assert served == named - set(activity_names.COMPARING)


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
        await run(acts.place_order, step("wms_user", "L-99", BookOrder(placed_at=PLACED, effective_at=EFFECTIVE)))
    assert (caught.value.type, caught.value.non_retryable) == ("Refused", True)
    assert set(caught.value.details[0]) == {"reason", "reference"}
    assert "L-99" in caught.value.details[0]["reason"]


class Failing:
    """A customer centre that fails in one way."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    async def with_ends(self, customer: str) -> None:
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
    await acts.centre.place_order(step("wms_user", "L-77", BookOrder(placed_at=PLACED, effective_at=EFFECTIVE)))
    for _ in range(2):
        receipt = await run(acts.record_end, ended("wms_user/K-1001/L-77", "r9", "revoked"))
        assert receipt.tell == (RUN,)
    assert await acts.runs.open_runs("K-1001") == {RUN}
    assert (await acts.centre.with_ends("K-1001"))[1] == {}
    assert await SqlLedger(database).ended_run("wms_user/K-1001/L-77") is not None


async def test_the_ledger_links_to_the_web_ui_where_it_is(acts: CancellationActivities) -> None:
    """A run whose document was malformed never read the settings."""
    end = ended(RUN, "r1", "refused")
    elsewhere = replace(acts, settings=acts.settings.model_copy(update={"temporal_ui_url": "https://ui.example/"}))
    path = "/namespaces/default/workflows/w/r1/history"
    await run(elsewhere.record_end, end.but(status=end.status.but(ui_url=f"http://127.0.0.1:8233{path}")))
    kept = await elsewhere.ledger.ended_run(RUN)  # type: ignore[attr-defined]
    assert kept["ui_url"] == f"https://ui.example{path}"


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
