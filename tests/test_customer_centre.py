"""The SQL customer centre: the record as loaded, each change exactly once; the same on SQLite and PostgreSQL."""

import asyncio
import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, func, inspect, select, text
from sqlalchemy.engine import make_url

from activities import bookings, migrate
from activities.customer_centre import Left, LoadFailed, SqlCustomerCentre, customer, load_customers
from activities.database import DRIVERS, Database, create_database, open_database
from activities.ports import Misconfigured, Refused, Unavailable
from activities.runs import SqlRuns
from activities.tables import metadata, orders, receipts
from settings import Settings
from states.model.effects import AnyEffect, ApplyChange, Decouple, PlaceOrder, Reassign, Step, Withdraw
from states.model.facts import Surplus
from states.model.request import Proof
from tests.databases import database, postgres, settings

__all__ = ["database", "postgres", "settings"]

CONTRACT = {
    "customer": "K-1001",
    "name": "Muster GmbH",
    "email": "kontakt@muster.example",
    "language": "de",
    "editions": {"jtl": "jtl_pro", "wms": "wms_pro"},
    "edition_terms": {"jtl": {"term": "annual", "ends": "2027-06-30"}},
    "order_package": 2500,
    "licences": [
        {
            "licence": "L-77",
            "product": "wms_user",
            "label": "Picker 3",
            "included": False,
            "term_ends": "2027-01-31",
            "price_per_month": "9.00",
            "assigned_to": "wms",
            "booked_via": "jtl",
            "pilot": False,
            "third_party": None,
            "contract": "abonnement",
            "module": None,
            "parent": None,
        }
    ],
    "partners": [{"id": "P-1", "name": "Lager Nord", "role": "fulfiller", "open_operations": 0, "stock": 0}],
}
"""The line that the contract shows."""

PLACED = datetime(2027, 1, 10, 9, 30, tzinfo=timezone(timedelta(hours=1)))
EFFECTIVE = datetime(2027, 1, 31, 23, tzinfo=UTC)


def line(**changes: Any) -> dict[str, Any]:
    """The contract's customer with changes."""
    return CONTRACT | changes


def licence(number: str, product: str = "wms_user", **more: Any) -> dict[str, Any]:
    """A licence as short as it may be."""
    return {"licence": number, "product": product, **more}


def file_of(folder: Path, *lines: Any) -> Path:
    """A JSON Lines file."""
    path = folder / "customers.jsonl"
    texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def step(kind: str, subject: str, effect: AnyEffect, *, target: Any = None, key: str = "") -> Step:
    """A step of K-1001's run for that subject."""
    workflow_id = f"{kind}/K-1001/{subject}"
    return Step(
        key=key or f"{workflow_id}/run/{effect.effect}/{effect.number}",
        workflow_id=workflow_id,
        kind=kind,
        customer="K-1001",
        subject=subject,
        target=target,
        effect=effect,
    )


def order(number: int = 1, **more: Any) -> PlaceOrder:
    """An order placed on 10 January for 1 February."""
    return PlaceOrder(number=number, **({"placed_at": PLACED, "effective_at": EFFECTIVE} | more))


CHANGE = ApplyChange(number=2, catalogue="2024-09-01")


async def record_of(settings: Settings) -> dict[str, Any]:
    """K-1001 as the command line shows it."""
    found = await customer(settings, "K-1001")
    assert found is not None
    return found


async def states_of(database: Database) -> list[tuple[str, str]]:
    """The bookings' targets and states, in the order in which they were booked."""
    async with database.read() as connection:
        rows = await connection.execute(select(orders.c.target, orders.c.state).order_by(orders.c.reference))
        return [(row.target, row.state) for row in rows]


async def count(database: Database, table: Any) -> int:
    """How many rows a table has."""
    async with database.read() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


# Creating and migrating.


async def test_the_schema_is_the_one_that_the_code_declares(settings: Settings, database: Database) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    async with database.read() as connection:
        found = await connection.run_sync(
            lambda sync: compare_metadata(MigrationContext.configure(sync, opts={"compare_type": True}), metadata)
        )
    assert found == []


def test_the_head_named_is_the_newest_revision() -> None:
    names = sorted(path.name.partition("_")[0] for path in (migrate.SCRIPTS / "versions").glob("0*.py"))
    assert names[-1] == migrate.HEAD


async def test_starting_at_the_same_moment_migrates_once(settings: Settings) -> None:
    opened = await asyncio.gather(*(open_database(settings) for _ in range(6)))
    for one in opened:
        await one.ready()
        await one.close()
    url = make_url(settings.database_url)
    engine = create_engine(url.set(drivername=DRIVERS[url.get_backend_name()][0]))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT version_num FROM alembic_version")).scalars().all() == [migrate.HEAD]
        assert "receipts" in inspect(connection).get_table_names()
    engine.dispose()


async def test_opening_again_keeps_what_is_there(settings: Settings, tmp_path: Path) -> None:
    await load_customers(settings, file_of(tmp_path, CONTRACT))
    await (await open_database(settings)).close()
    assert await customer(settings, "K-1001") == CONTRACT


@pytest.mark.parametrize(
    ("url", "error", "says"),
    [
        ("sqlite:////proc/none/x.db", Misconfigured, "CANCELLATIONS_STATE_DIR"),
        ("sqlite:////proc/version", Misconfigured, "/proc/version"),
        ("sqlite:///", Misconfigured, "CANCELLATIONS_DATABASE_URL"),
        ("postgresql://paul:geheim@127.0.0.1:1/x", Unavailable, "127.0.0.1:1"),
        ("postgresql://paul:geheim@127.0.0.1:none/x", Misconfigured, "CANCELLATIONS_DATABASE_URL"),
    ],
)
def test_a_database_that_cannot_be_used_gets_one_line_without_password(
    tmp_path: Path, url: str, error: type[Exception], says: str
) -> None:
    with pytest.raises(error) as caught:
        create_database(Settings(state_dir=tmp_path, database_url=url))
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert "geheim" not in str(caught.value)


@pytest.mark.postgres
def test_a_missing_database_is_for_an_administrator(postgres: str, tmp_path: Path) -> None:
    url = make_url(postgres).set(database="not_there").render_as_string(hide_password=False)
    with pytest.raises(Misconfigured, match="not_there"):
        create_database(Settings(state_dir=tmp_path, database_url=url))


# Loading.


@pytest.mark.parametrize(
    "given",
    [
        CONTRACT,
        line(email=None, edition_terms={}, licences=[], partners=[], editions={"jtl": "jtl_start"}, language="en"),
        line(name="Ünïcode & Söhne ✂", licences=[CONTRACT["licences"][0] | {"price_per_month": "0.10"}]),  # type: ignore[index]
    ],
)
async def test_a_customer_is_answered_as_the_file_gave_it(
    settings: Settings, tmp_path: Path, given: dict[str, Any]
) -> None:
    await load_customers(settings, file_of(tmp_path, given))
    assert await customer(settings, "K-1001") == given


async def test_what_a_line_leaves_out_is_answered_with_its_default_and_loads_again(
    settings: Settings, tmp_path: Path
) -> None:
    short = {"customer": "K-1001", "name": "Muster", "licences": [licence("L-1"), licence("L-0", "vouchers")]}
    await load_customers(settings, file_of(tmp_path, short))
    first = await record_of(settings)
    assert first["order_package"] == 0
    assert first["editions"] == first["edition_terms"] == {}
    assert [one["licence"] for one in first["licences"]] == ["L-1", "L-0"]
    assert first["licences"][0]["included"] is None
    report = await load_customers(settings, file_of(tmp_path, first))
    assert (report.created, report.replaced, report.customers) == ((), ("K-1001",), 1)
    assert await customer(settings, "K-1001") == first
    assert await customer(settings, "K-9") is None


FAULTS = [
    ("a broken line", "{", ["line 1: the line: Invalid JSON"]),
    ("a list", "[]", ["line 1: the line: "]),
    ("no name", {"customer": "K-1"}, ["line 1: name: "]),
    ("an unknown field", line(prices=1), ["line 1: prices: "]),
    (
        "a product nobody has",
        line(licences=[licence("L", "toaster")]),
        ["line 1: licences.0.product: toaster", "hosting_addon"],
    ),
    ("an edition nobody has", line(editions={"jtl": "jtl_max"}), ["line 1: editions.jtl: ", "jtl_enterprise"]),
    (
        "an edition of another family",
        line(editions={"jtl": "wms_pro"}, edition_terms={}),
        ["line 1: editions.jtl: wms_pro"],
    ),
    ("a term without edition", line(editions={}), ["line 1: edition_terms.jtl: "]),
    (
        "a licence twice",
        line(licences=[licence("L"), licence("L")]),
        ["line 1: licences.1.licence: L stands in licences.0"],
    ),
    ("a wrong number", line(customer="K 1"), ["line 1: customer: "]),
    ("a text for a number", line(order_package="100"), ["line 1: order_package: "]),
    ("a number too large", line(order_package=2**40), ["line 1: order_package: "]),
    (
        "a price below zero",
        line(licences=[licence("L", price_per_month="-1")]),
        ["line 1: licences.0.price_per_month: "],
    ),
    ("a text that no database keeps", line(name="a\x00b"), ["line 1: name: "]),
]


@pytest.mark.parametrize(("what", "wrong", "says"), FAULTS, ids=[fault[0] for fault in FAULTS])
async def test_a_wrong_file_says_line_and_field_and_writes_nothing(
    tmp_path: Path, what: str, wrong: Any, says: list[str]
) -> None:
    settings = Settings(state_dir=tmp_path / "state")
    with pytest.raises(LoadFailed) as caught:
        await load_customers(settings, file_of(tmp_path, wrong, line(customer="K-2")))
    assert all(one in str(caught.value) for one in says)
    assert await customer(settings, "K-2") is None


async def test_every_fault_of_a_file_is_named_at_once(tmp_path: Path) -> None:
    settings = Settings(state_dir=tmp_path / "state")
    path = file_of(
        tmp_path,
        line(order_package=-1),
        "",
        line(customer="K-2"),
        line(customer="K-2", language="fr"),
        CONTRACT,
        CONTRACT,
    )
    with pytest.raises(LoadFailed) as caught:
        await load_customers(settings, path)
    assert [problem.split(": ")[:2] for problem in caught.value.problems] == [
        ["line 1", "order_package"],
        ["line 4", "language"],
        ["line 6", "customer"],
    ]


@pytest.mark.parametrize("content", [None, b"\xff\xfe{"])
async def test_a_file_that_cannot_be_read_is_said(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "file"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LoadFailed, match=str(path)):
        await load_customers(Settings(state_dir=tmp_path / "state"), path)


SECOND = line(
    name="Neu GmbH",
    editions={"jtl": "jtl_start"},
    edition_terms={},
    order_package=100,
    licences=[licence("L-77", "vouchers"), licence("L-78")],
    partners=[],
)
KEEPS = [
    ("nothing open", None, "", {}),
    ("edition", "edition", "jtl", {"editions": {"jtl": "jtl_pro"}, "edition_terms": CONTRACT["edition_terms"]}),
    ("an edition that the file lacks", "edition", "wms", {"editions": {"jtl": "jtl_start", "wms": "wms_pro"}}),
    ("package", "order_package", "orders", {"order_package": 2500}),
    ("licence", "wms_user", "L-77", {"licences": ["wms_user L-77", "wms_user L-78"]}),
    ("a licence that has ended meanwhile", "wms_user", "L-78", {"licences": ["vouchers L-77"]}),
    ("partners", "fulfillment", "ffn", {"partners": CONTRACT["partners"]}),
]


@pytest.mark.parametrize(("what", "kind", "subject", "kept"), KEEPS, ids=[keep[0] for keep in KEEPS])
async def test_a_second_load_replaces_everything_but_the_subjects_of_open_runs(
    settings: Settings,
    database: Database,
    tmp_path: Path,
    what: str,
    kind: str | None,
    subject: str,
    kept: dict[str, Any],
) -> None:
    await load_customers(settings, file_of(tmp_path, CONTRACT))
    workflow_id = f"{kind}/K-1001/{subject}"
    if kind:
        await SqlRuns(database).register(workflow_id, "r1", kind, "K-1001", True)
    report = await load_customers(settings, file_of(tmp_path, SECOND))
    assert report.left == ((Left("K-1001", subject, workflow_id),) if kind else ())
    found = await record_of(settings)
    found["licences"] = [f"{one['product']} {one['licence']}" for one in found["licences"]]
    assert found == SECOND | {"licences": ["vouchers L-77", "wms_user L-78"]} | kept


# Booking.


@pytest.fixture
async def centre(settings: Settings, database: Database, tmp_path: Path) -> SqlCustomerCentre:
    """A customer centre that knows K-1001: edition Pro, package 2,500, a user, a hosting with two add-ons."""
    licences = [
        *CONTRACT["licences"],  # type: ignore[misc]
        licence("H-1", "hosting", term_ends="2027-03-31"),
        licence("A-1", "hosting_addon", parent="H-1"),
        licence("A-2", "hosting_addon", parent="H-1"),
        licence("KA-9", "key_accounting"),
    ]
    await load_customers(settings, file_of(tmp_path, line(licences=licences)))
    return SqlCustomerCentre(database)


async def test_the_same_key_books_once_and_answers_the_first_receipt(
    centre: SqlCustomerCentre, database: Database
) -> None:
    asked = step("edition", "jtl", order(), target="jtl_start")
    first = await centre.place_order(asked)
    await SqlRuns(database).register("order_package/K-1001/orders", "r", "order_package", "K-1001", True)
    assert await centre.place_order(asked) == first
    assert first.reference == "B-000001"
    assert first.tell == ()
    assert await states_of(database) == [("jtl_start", "booked")]


async def test_simultaneous_calls_with_one_key_book_once(centre: SqlCustomerCentre, database: Database) -> None:
    asked = step("edition", "jtl", order(), target="jtl_start")
    answers = await asyncio.gather(*(centre.place_order(asked) for _ in range(8)))
    assert len({answer.model_dump_json() for answer in answers}) == 1
    assert await count(database, orders) == await count(database, receipts) == 1


async def test_X3_a_receipt_names_the_runs_that_want_to_hear_of_it(
    centre: SqlCustomerCentre, database: Database
) -> None:
    runs = SqlRuns(database)
    for kind, customer_, watches in [
        ("edition/K-1001/jtl", "K-1001", True),
        ("wms_user/K-1001/L-77", "K-1001", True),
        ("voucher/K-1001/L-1", "K-1001", False),
        ("edition/K-1002/jtl", "K-1002", True),
    ]:
        await runs.register(kind, "r", kind.split("/")[0], customer_, watches)
    receipt = await centre.place_order(step("wms_user", "L-77", order()))
    assert receipt.tell == ("edition/K-1001/jtl",)


async def test_X10_a_newer_order_of_the_run_replaces_the_older_one(
    centre: SqlCustomerCentre, database: Database
) -> None:
    await centre.place_order(step("edition", "jtl", order(), target="jtl_advanced"))
    await centre.place_order(step("edition", "jtl", order(2), target="jtl_start"))
    assert await states_of(database) == [("jtl_advanced", "superseded"), ("jtl_start", "booked")]


REFUSALS = [
    ("ED1 not lower any more", "edition", "jtl", "jtl_pro"),
    ("ED1 higher", "edition", "jtl", "jtl_enterprise"),
    ("ED1 of another family", "edition", "jtl", "wms_start"),
    ("G2 a family that is not held", "edition", "none", "jtl_start"),
    ("OPL-2 not lower any more", "order_package", "orders", 2500),
    ("G2 not held any more", "wms_user", "L-99", None),
]


@pytest.mark.parametrize(("rule", "kind", "subject", "target"), REFUSALS, ids=[one[0] for one in REFUSALS])
async def test_the_centre_refuses_what_the_record_no_longer_allows(
    centre: SqlCustomerCentre, database: Database, rule: str, kind: str, subject: str, target: Any
) -> None:
    asked = step(kind, subject, order(), target=target)
    with pytest.raises(Refused):
        await centre.place_order(asked)
    assert await count(database, orders) == await count(database, receipts) == 0
    with pytest.raises(Refused):
        await centre.place_order(asked)


async def test_moments_come_back_in_utc_whatever_the_offset(centre: SqlCustomerCentre, database: Database) -> None:
    berlin = datetime(2027, 2, 1, tzinfo=timezone(timedelta(hours=1)))
    await centre.place_order(step("wms_user", "L-77", order(effective_at=berlin)))
    assert await centre.ends("K-1001") == {"L-77": EFFECTIVE}
    async with database.read() as connection:
        placed = (await connection.execute(select(orders.c.placed_at))).scalar_one()
    assert placed == PLACED
    assert placed.utcoffset() == timedelta(0)


ENDS = [
    ("X3 a licence", "wms_user", "L-77", {}, {"L-77"}),
    ("G5 a note of ours", "wms_user", "L-77", {"booked": False}, {"L-77"}),
    (
        "ADD2 the add-ons that end with their hosting",
        "hosting",
        "H-1",
        {"details": {"addons": {"A-1": "end", "A-2": "keep", "L-77": "end"}}},
        {"H-1", "A-1"},
    ),
    ("SUP3 by product", "key_accounting", "key_accounting", {}, {"KA-9"}),
    ("an edition is no licence", "edition", "jtl", {}, set()),
]


@pytest.mark.parametrize(("rule", "kind", "subject", "more", "ends"), ENDS, ids=[one[0] for one in ENDS])
async def test_booked_ends_by_licence(
    centre: SqlCustomerCentre, rule: str, kind: str, subject: str, more: dict[str, Any], ends: set[str]
) -> None:
    await centre.place_order(step(kind, subject, order(**more), target="jtl_start" if kind == "edition" else None))
    assert await centre.ends("K-1001") == dict.fromkeys(ends, EFFECTIVE)
    await centre.withdraw(step(kind, subject, Withdraw(number=3)))
    assert await centre.ends("K-1001") == {}


async def test_X11_withdrawing_is_fine_where_nothing_is_booked(centre: SqlCustomerCentre, database: Database) -> None:
    receipt = await centre.withdraw(step("edition", "jtl", Withdraw(number=1)))
    assert receipt.reference == "B-000001"
    assert await count(database, orders) == 0


# Applying.


def licences_of(found: dict[str, Any]) -> set[str]:
    """The licences' numbers."""
    return {one["licence"] for one in found["licences"]}


async def test_ED_an_edition_changes_with_its_term_and_closes_its_booking(
    settings: Settings, centre: SqlCustomerCentre, database: Database
) -> None:
    await centre.place_order(step("edition", "jtl", order(), target="jtl_start"))
    receipt = await centre.apply_change(step("edition", "jtl", CHANGE, target="jtl_start"))
    found = await record_of(settings)
    assert found["editions"] == {"jtl": "jtl_start", "wms": "wms_pro"}
    assert found["edition_terms"] == {}
    assert not receipt.held
    assert await states_of(database) == [("jtl_start", "applied")]


async def test_an_edition_that_is_lower_already_is_never_raised(settings: Settings, centre: SqlCustomerCentre) -> None:
    await centre.apply_change(step("edition", "jtl", CHANGE, target="jtl_start"))
    await centre.apply_change(step("edition", "jtl", CHANGE, target="jtl_advanced", key="another"))
    assert (await record_of(settings))["editions"]["jtl"] == "jtl_start"


async def test_X2_the_change_answers_what_is_then_in_surplus_and_when_it_ends(
    centre: SqlCustomerCentre, database: Database
) -> None:
    seen: list[tuple[str, Iterable[str]]] = []

    def surplus_after(record: Any, ends: Any, step: Step) -> tuple[Surplus, ...]:
        seen.append((record.editions["wms"], tuple(ends)))
        return (
            Surplus(licence="L-77", product="wms_user", reason="not_available"),
            Surplus(product="wms_user", reason="limit", candidates=("L-77",)),
        )

    judging = SqlCustomerCentre(database, surplus_after)
    await judging.place_order(step("wms_user", "L-77", order()))
    receipt = await judging.apply_change(step("edition", "wms", CHANGE, target="wms_start"))
    assert seen == [("wms_start", ("L-77",))]
    assert [entry.ends_at for entry in receipt.surplus] == [EFFECTIVE, None]


async def test_OPL_a_lower_package_needs_no_channel_to_end(settings: Settings, centre: SqlCustomerCentre) -> None:
    await centre.apply_change(step("order_package", "orders", CHANGE, target=1000))
    assert (await record_of(settings))["order_package"] == 1000


@pytest.mark.parametrize("product", ["marketplace", "connector_shopify", "connector_shopware6"])
async def test_X4_an_active_channel_holds_package_0_and_asking_again_may_succeed(
    settings: Settings, centre: SqlCustomerCentre, database: Database, tmp_path: Path, product: str
) -> None:
    await load_customers(settings, file_of(tmp_path, line(licences=[licence("M-1", product), licence("L-77")])))
    await centre.place_order(step("order_package", "orders", order(), target=0))
    await centre.place_order(step("connector", "M-1", order()))
    asked = step("order_package", "orders", CHANGE, target=0)
    for _ in range(2):
        held = await centre.apply_change(asked)
        assert held.held
        assert [(one.licence, one.reason, one.ends_at) for one in held.surplus] == [("M-1", "channel", None)]
    assert (await record_of(settings))["order_package"] == 2500
    assert (0, "booked") in await states_of(database)

    await centre.apply_change(step("connector", "M-1", CHANGE))
    done = await centre.apply_change(asked)
    assert (done.held, done.surplus) == (False, ())
    assert (await record_of(settings))["order_package"] == 0
    assert await centre.apply_change(asked) == done


GONE = [
    ("a licence", "wms_user", "L-77", None, {"L-77"}),
    ("ADD2 hosting alone", "hosting", "H-1", {"addons": {"A-1": "keep", "A-2": "keep"}}, {"H-1"}),
    (
        "ADD2 hosting and one add-on",
        "hosting",
        "H-1",
        {"addons": {"A-1": "end", "A-2": "keep", "L-77": "end"}},
        {"H-1", "A-1"},
    ),
    ("SUP3 key accounting", "key_accounting", "key_accounting", None, {"KA-9"}),
    ("a licence that is gone already", "wms_user", "L-99", None, set()),
    ("MIS a ticket changes nothing", "misclick", "L-77", None, set()),
]


@pytest.mark.parametrize(("rule", "kind", "subject", "details", "gone"), GONE, ids=[one[0] for one in GONE])
async def test_what_ended_leaves_the_record(
    settings: Settings, centre: SqlCustomerCentre, rule: str, kind: str, subject: str, details: Any, gone: set[str]
) -> None:
    before = licences_of(await record_of(settings))
    if details:
        await centre.place_order(step(kind, subject, order(details=details)))
    await centre.apply_change(step(kind, subject, CHANGE))
    assert licences_of(await record_of(settings)) == before - gone


async def test_FFN5_the_exit_ends_the_cooperation_with_every_partner(
    settings: Settings, centre: SqlCustomerCentre
) -> None:
    await centre.apply_change(step("fulfillment", "ffn", CHANGE))
    assert (await record_of(settings))["partners"] == []


async def test_WMU4_a_user_is_assigned_elsewhere(settings: Settings, centre: SqlCustomerCentre) -> None:
    await centre.reassign(step("wms_user", "L-77", Reassign(number=1, to="wms_mobile")))
    assert (await record_of(settings))["licences"][0]["assigned_to"] == "wms_mobile"
    for subject in ("L-99", "H-1"):
        with pytest.raises(Refused):
            await centre.reassign(step("wms_user", subject, Reassign(number=1, to="wms")))


async def test_MOV1_a_decoupled_account_leaves_the_record(settings: Settings, centre: SqlCustomerCentre) -> None:
    asked = step("marketplace_transfer", "A-1", Decouple(number=1))
    first = await centre.decouple(asked)
    assert "A-1" not in licences_of(await record_of(settings))
    assert await centre.decouple(asked) == first
    with pytest.raises(Refused):
        await centre.decouple(step("marketplace_transfer", "A-1", Decouple(number=2)))


async def test_X12_what_a_person_did_by_hand_is_kept_with_its_proof(
    centre: SqlCustomerCentre, database: Database
) -> None:
    proof = Proof(reference="Ticket 4711", confirmed_by="Erika", confirmed_at=PLACED)
    await centre.place_order(step("wms_user", "L-77", order(proof=proof)))
    await centre.apply_change(step("wms_user", "L-77", CHANGE.model_copy(update={"proof": proof})))
    async with database.read() as connection:
        proofs = (await connection.execute(select(receipts.c.proof))).scalars().all()
    assert [Proof.model_validate(one) for one in proofs] == [proof, proof]


CLOSED = [
    ("applied", True, "applied"),
    ("external", True, "applied"),
    ("revoked", True, "withdrawn"),
    ("superseded", True, "superseded"),
    ("given_up", True, "booked"),
    ("given_up", False, "withdrawn"),
]


@pytest.mark.parametrize(("state", "booked", "becomes"), CLOSED)
async def test_what_becomes_of_a_booking_when_its_run_ends(
    centre: SqlCustomerCentre, database: Database, state: str, booked: bool, becomes: str
) -> None:
    await centre.place_order(step("wms_user", "L-77", order(booked=booked)))
    async with database.write() as connection:
        await bookings.close_with_run(connection, "wms_user/K-1001/L-77", state)
    assert await states_of(database) == [(None, becomes)]


@pytest.mark.parametrize("name", ["a\x00b", "x" * 3000, "\ud800", "' OR 1=1 --"])
async def test_a_name_that_nobody_has_is_unknown_whatever_it_holds(
    settings: Settings, centre: SqlCustomerCentre, name: str
) -> None:
    assert await centre.customer(name) is None
    assert await customer(settings, name) is None
    assert await centre.ends(name) == {}
