"""Customers' data: a file is loaded whole or not at all, and a second load spares the subjects of open runs."""

from pathlib import Path
from typing import Any

import pytest

from activities.customer_centre import LoadFailed, SparedSubject, UnknownProduct, customer, load_customers
from activities.sql.database import Database
from activities.sql.runs import SqlRuns
from settings import Settings
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
    assert report.spared == ((SparedSubject("K-1001", subject, workflow_id),) if kind else ())
    found = await record_of(settings)
    found["licences"] = [f"{one['product']} {one['licence']}" for one in found["licences"]]
    assert found == SECOND | {"licences": ["vouchers L-77", "wms_user L-78"]} | kept
