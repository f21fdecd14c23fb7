"""Customers' data: a wrong file loads nothing, a right one is loaded in batches, and open runs concerned are told."""

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from activities import customer_centre, customers_file
from activities.customer_centre import LoadFailed, TouchedRun, UnknownProduct, customer, load_customers
from activities.news_teller import NewsTeller
from activities.ports import LoadReport, Misconfigured, Unavailable
from activities.sql.customer_records import SqlCustomerRecords
from activities.sql.database import Database
from activities.sql.news import SqlNews, keep_news
from activities.sql.runs import SqlRuns
from settings import Settings
from states.model.record import Customer
from states.model.request import LicenceChanged
from tests.adapters.customers import CONTRACT, file_of, licence, line, record_of
from tests.adapters.databases import database, postgres, settings

__all__ = ["database", "postgres", "settings"]


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


async def test_a_short_record_is_read_once_while_it_says_the_same_and_anew_once_it_is_another(
    database: Database,
) -> None:
    records = SqlCustomerRecords(database)
    short, long = Customer.model_validate(CONTRACT), Customer(customer="K-9", name="x" * 200, email="x" * 1000)
    long = long.but(licences=[licence(f"L-{number}", "vouchers") for number in range(100)])
    records.load([short, long])
    assert records.customer("K-1001") is records.customer("K-1001")
    assert records.customer("K-9") is not records.customer("K-9")
    records.load([short.but(name="Another")])
    assert records.customer("K-1001") == short.but(name="Another")


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


async def test_G1_a_product_that_nobody_knows_is_kept_named_and_no_fault_of_the_file(
    settings: Settings, tmp_path: Path
) -> None:
    held = [licence("L-1"), licence("L-2", "connector_elsewhere", term_ends="2027-01-31"), licence("L-3", "wawi_user")]
    report = await load_customers(settings, file_of(tmp_path, line(licences=held), line(customer="K-2")))
    assert report.created == ("K-1001", "K-2")
    assert report.unknown == (UnknownProduct("K-1001", "L-2", "connector_elsewhere"),)
    kept = {one["licence"]: one["product"] for one in (await record_of(settings))["licences"]}
    assert kept == {"L-1": "wms_user", "L-2": "connector_elsewhere", "L-3": "wawi_user"}


FAULTS = [
    ("a broken line", "{", ["line 1: the line: Invalid JSON"]),
    ("a list", "[]", ["line 1: the line: "]),
    ("no name", {"customer": "K-1"}, ["line 1: name: "]),
    ("an unknown field", line(prices=1), ["line 1: prices: "]),
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
    ("no address", line(email="kontakt@muster"), ["line 1: email: 'kontakt@muster' is no address of mail: write "]),
    ("one of two is none", line(email="a@b.example; c"), ["line 1: email: 'c' is no address of mail"]),
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
TOUCHED = [
    ("nothing open", None, "", ()),
    ("edition", "edition", "jtl", (
        "edition_terms.jtl", "editions.jtl", "editions.wms", "licences.L-77", "licences.L-78", "order_package",
    )),
    ("package", "order_package", "orders", (
        "editions.jtl", "editions.wms", "licences.L-77", "licences.L-78", "order_package",
    )),
    ("licence", "wms_user", "L-77", ("editions.jtl", "editions.wms", "licences.L-77")),
    ("a licence that comes anew", "wms_user", "L-78", ("editions.jtl", "editions.wms", "licences.L-78")),
    ("partners", "fulfillment", "ffn", ("partners.P-1",)),
    ("what is none of the record", "misclick", "L-77", ()),
]  # fmt: skip


@pytest.mark.parametrize(("what", "kind", "subject", "changed"), TOUCHED, ids=[row[0] for row in TOUCHED])
async def test_X3_a_second_load_replaces_everything_and_says_which_open_runs_it_concerns_and_how(
    settings: Settings,
    database: Database,
    tmp_path: Path,
    what: str,
    kind: str | None,
    subject: str,
    changed: tuple[str, ...],
) -> None:
    await load_customers(settings, file_of(tmp_path, CONTRACT))
    workflow_id = f"{kind}/K-1001/{subject}"
    if kind:
        SqlRuns(database).register(workflow_id, "r1", kind, "K-1001", True)
    report = await load_customers(settings, file_of(tmp_path, SECOND))
    assert report.touched == ((TouchedRun("K-1001", workflow_id, changed),) if changed else ())
    found = await record_of(settings)
    found["licences"] = [f"{one['product']} {one['licence']}" for one in found["licences"]]
    assert found == SECOND | {"licences": ["vouchers L-77", "wms_user L-78"]}
    waiting = SqlNews(database).waiting(10)
    assert [(news.workflow_id, news.news.state) for news in waiting] == ([(workflow_id, "loaded")] if changed else [])
    again = await load_customers(settings, file_of(tmp_path, SECOND))
    assert again.touched == ()


async def test_ADD2_what_concerns_nobody_touches_no_run(settings: Settings, database: Database, tmp_path: Path) -> None:
    """A name, an address and a label decide nothing; an add-on concerns its hosting, and other licences do not."""
    hosting = [licence("H-1", "hosting"), licence("A-1", "hosting_addon", parent="H-1"), licence("L-1", "vouchers")]
    await load_customers(settings, file_of(tmp_path, line(licences=hosting)))
    SqlRuns(database).register("hosting/K-1001/H-1", "r1", "hosting", "K-1001", True)
    same = [one | {"label": "anders"} for one in hosting[:2]]
    report = await load_customers(settings, file_of(tmp_path, line(name="Neu", email=None, licences=same)))
    assert (report.replaced, report.touched) == (("K-1001",), ())
    report = await load_customers(settings, file_of(tmp_path, line(licences=hosting[:1])))
    assert [run.changed for run in report.touched] == [("licences.A-1",)]


async def test_news_are_told_until_they_are_told_and_then_forgotten(
    settings: Settings, database: Database, tmp_path: Path
) -> None:
    await load_customers(settings, file_of(tmp_path, CONTRACT))
    SqlRuns(database).register("wms_user/K-1001/L-77", "r1", "wms_user", "K-1001", True)
    await load_customers(settings, file_of(tmp_path, SECOND))
    told: list[tuple[str, LicenceChanged]] = []
    down = True

    async def tell(workflow_id: str, news: LicenceChanged) -> None:
        if down:
            raise Unavailable("no answer")
        told.append((workflow_id, news))

    teller = NewsTeller(SqlNews(database), tell)
    with pytest.raises(Unavailable):
        await teller.tell_waiting()
    down = False
    assert (await teller.tell_waiting(), await teller.tell_waiting()) == (1, 0)
    assert told == [("wms_user/K-1001/L-77", LicenceChanged(licence="record", state="loaded"))]


async def test_a_run_that_cannot_be_told_holds_up_no_other(database: Database) -> None:
    news, told = SqlNews(database), []
    content = LicenceChanged(licence="record", state="loaded")
    with database.write() as connection:
        keep_news(connection, ["stuck", "other"], content)

    async def tell(workflow_id: str, _: LicenceChanged) -> None:
        if workflow_id == "stuck":
            raise Unavailable("no answer")
        told.append(workflow_id)

    for _ in range(2):
        with pytest.raises(Unavailable):
            await NewsTeller(news, tell).tell_waiting()
    assert told == ["other"]
    assert [(each.workflow_id, each.news) for each in news.waiting(10)] == [("stuck", content)]


FIVE = [line(customer=f"K-{number}", licences=[licence("L-1")]) for number in range(1, 6)]
WORKFLOW_ID = "wms_user/K-1/L-1"


@pytest.fixture
def in_batches(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Two customers are a batch. Answers how long it rested after each: nobody waits here."""
    rests: list[float] = []

    async def rest(seconds: float) -> None:
        rests.append(seconds)

    monkeypatch.setattr(customers_file, "MOST_AT_ONCE", 2)
    monkeypatch.setattr(customer_centre, "rest", rest)
    return rests


async def test_another_writer_gets_through_between_batches_and_sees_what_is_loaded(
    settings: Settings, database: Database, tmp_path: Path, in_batches: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[list[str]] = []

    async def rest(_: float) -> None:
        SqlRuns(database).register(f"wms_user/K-9/L-{len(seen)}", "r1", "wms_user", "K-9", True)
        records = SqlCustomerRecords(database)
        seen.append([one["customer"] for one in FIVE if records.customer(one["customer"])])

    monkeypatch.setattr(customer_centre, "rest", rest)
    told: list[tuple[int, int]] = []
    report = await load_customers(settings, file_of(tmp_path, *FIVE), lambda *far: told.append(far))
    assert seen == [["K-1", "K-2"], ["K-1", "K-2", "K-3", "K-4"]]
    assert told == [(2, 3), (4, 1), (5, 0)]
    assert report.created == ("K-1", "K-2", "K-3", "K-4", "K-5")
    assert len(SqlRuns(database).open_runs("K-9")) == 2


async def test_a_load_that_is_broken_off_says_how_far_it_came_and_is_repeated_without_harm(
    settings: Settings, database: Database, tmp_path: Path, in_batches: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    await load_customers(settings, file_of(tmp_path, line(customer="K-1")))
    SqlRuns(database).register(WORKFLOW_ID, "r1", "wms_user", "K-1", True)
    load, batches = SqlCustomerRecords.load, []

    def loads(records: SqlCustomerRecords, batch: list[Customer]) -> LoadReport:
        batches.append([record.customer for record in batch])
        if len(batches) == 2:
            raise Unavailable("the database does not answer", reference="08006")
        return load(records, batch)

    monkeypatch.setattr(SqlCustomerRecords, "load", loads)
    with pytest.raises(Unavailable) as caught:
        await load_customers(settings, file_of(tmp_path, *FIVE))
    assert str(caught.value).startswith(
        "the database does not answer: 2 of 5 customers are loaded; load the file again"
    )
    assert caught.value.reference == "08006"
    assert len(SqlNews(database).waiting(10)) == 1
    report = await load_customers(settings, file_of(tmp_path, *FIVE))
    assert batches == [["K-1", "K-2"], ["K-3", "K-4"], ["K-1", "K-2"], ["K-3", "K-4"], ["K-5"]]
    assert (report.created, report.replaced, report.touched) == (("K-3", "K-4", "K-5"), ("K-1", "K-2"), ())
    assert len(SqlNews(database).waiting(10)) == 1
    assert len(in_batches) == 3


async def test_a_load_that_fails_at_once_has_loaded_nothing_and_says_nothing_of_it(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: Any) -> LoadReport:
        raise Unavailable("the database does not answer")

    monkeypatch.setattr(SqlCustomerRecords, "load", fails)
    with pytest.raises(Unavailable, match=r"^the database does not answer$"):
        await load_customers(settings, file_of(tmp_path, *FIVE))


async def test_a_file_that_changes_while_it_is_loaded_is_said(
    settings: Settings, tmp_path: Path, in_batches: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    path = file_of(tmp_path, *FIVE, "{")
    monkeypatch.setattr(customer_centre, "check_file", lambda *_: customers_file.CheckedFile(6, ()))
    said = r"has changed while it was loaded: line 6 is no customer any more: 4 of 6 customers are loaded"
    with pytest.raises(Misconfigured, match=said):
        await load_customers(settings, path)
    with pytest.raises(Misconfigured, match=r"it holds another number of customers: 5 of 6 customers are loaded"):
        await load_customers(settings, file_of(tmp_path, *FIVE))


def test_large_customers_are_a_batch_of_their_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(customers_file, "LARGEST_BATCH", 2 * len(json.dumps(FIVE[0])))
    large = line(customer="K-9", licences=[licence(f"L-{number}") for number in range(100)])
    batches = customers_file.batches_of(file_of(tmp_path, FIVE[0], large, *FIVE[1:4]))
    assert [[record.customer for record in batch] for batch in batches] == [["K-1"], ["K-9"], ["K-2", "K-3"], ["K-4"]]


def statements_of(database: Database, records: list[Customer]) -> int:
    """How many statements a load of these records takes."""
    statements: list[str] = []

    def note(_: Any, __: Any, statement: str, *___: Any) -> None:
        statements.append(statement)

    event.listen(database.engine, "before_cursor_execute", note)
    try:
        SqlCustomerRecords(database).load(records)
    finally:
        event.remove(database.engine, "before_cursor_execute", note)
    return len(statements)


def test_a_batch_takes_the_same_statements_however_many_customers_it_holds(database: Database) -> None:
    counted: dict[str, list[int]] = {"new": [], "the same": [], "others": []}
    for count in (2, 50):
        records = [Customer(customer=f"K-{count}-{number}", name="Muster") for number in range(count)]
        for record in records:
            SqlRuns(database).register(f"edition/{record.customer}/jtl", "r1", "edition", record.customer, True)
        counted["new"].append(statements_of(database, records))
        counted["the same"].append(statements_of(database, records))
        others = [record.model_copy(update={"order_package": 100}) for record in records]
        counted["others"].append(statements_of(database, others))
        assert len(SqlNews(database).waiting(100)) == count + (2 if count == 50 else 0)
    assert {name: few == many for name, (few, many) in counted.items()} == dict.fromkeys(counted, True)
    assert max(most for _, most in counted.values()) <= 8


async def test_two_loads_of_the_same_new_customers_at_the_same_time_do_no_harm(
    settings: Settings, tmp_path: Path, in_batches: list[float]
) -> None:
    path = file_of(tmp_path, *FIVE)
    reports = await asyncio.gather(*(load_customers(settings, path) for _ in range(2)))
    assert sorted(customer for report in reports for customer in report.created) == [one["customer"] for one in FIVE]
    assert [report.customers for report in reports] == [5, 5]
