"""What our record calls licences and partners takes the place of what a run may say of them."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from activities.names import Names, names_of
from activities.sql.customer_records import SqlCustomerRecords
from activities.sql.database import create_database
from settings import Settings
from states.model.record import Customer, Licence, Partner
from tests.adapters.wired import CATALOGUES

REGISTER = Licence(licence="POS-21", product="pos_wawi", label="Kasse Filiale 2")
PLAIN = Licence(licence="V-1", product="vouchers")
NORTH = Partner(id="P-1", name="Lager Nord", role="fulfiller")
HELD = Customer(customer="K-1", name="Muster GmbH", licences=(REGISTER, PLAIN), partners=(NORTH,))


@pytest.fixture
async def records(tmp_path: Path) -> AsyncIterator[SqlCustomerRecords]:
    """An empty database."""
    database = create_database(Settings(database_url=f"sqlite:///{tmp_path / 'names.sqlite'}"))
    yield SqlCustomerRecords(database)
    database.close()


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("Abschaltung: Kassenanbindung an JTL-Wawi (POS-21).", "Abschaltung: Kasse Filiale 2 (POS-21)."),
        ("POS register connected to JTL-Wawi (POS-21)", "Kasse Filiale 2 (POS-21)"),
        ("Zusammenarbeit mit Partner (P-1) beenden", "Zusammenarbeit mit Lager Nord (P-1) beenden"),
        (
            "zwei von: Kassenanbindung an JTL-Wawi (POS-21) und Kassenanbindung an JTL-Wawi (POS-22)",
            "zwei von: Kasse Filiale 2 (POS-21) und Kassenanbindung an JTL-Wawi (POS-22)",
        ),
        ("JTL-Vouchers (V-1)", "JTL-Vouchers (V-1)"),  # no label of its own
        ("> Bitte meine Kasse (POS-21) behalten", "> Bitte meine Kasse (POS-21) behalten"),  # a person's own words
        ("(POS-21)", "(POS-21)"),
        ("Kassenanbindung an JTL-Wawi (P-1)", "Kassenanbindung an JTL-Wawi (P-1)"),  # a partner's number
        ("", ""),
    ],
)
async def test_a_name_takes_the_place_of_the_products(records: SqlCustomerRecords, said: str, shown: str) -> None:
    records.load([HELD])
    names = names_of("K-1", records, CATALOGUES)
    assert names.in_text(said) == shown
    document = {"text": said, "licence": "POS-21", "tasks": [{"instructions": said}], "count": 1, "none": None}
    shown_document = document | {"text": shown, "tasks": [{"instructions": shown}]}
    assert names.in_document(document) == shown_document


async def test_what_has_left_the_record_keeps_its_name(records: SqlCustomerRecords) -> None:
    """The last mail of a licence goes when it is gone."""
    records.load([HELD])
    records.load([HELD.model_copy(update={"licences": (PLAIN,), "partners": ()})])
    names = names_of("K-1", records, CATALOGUES)
    assert names.in_text("Kassenanbindung an JTL-Wawi (POS-21), Partner (P-1)") == (
        "Kasse Filiale 2 (POS-21), Lager Nord (P-1)"
    )
    renamed = REGISTER.model_copy(update={"label": "Kasse Ost"})
    records.load([HELD.model_copy(update={"licences": (renamed,)})])
    records.load([HELD.model_copy(update={"licences": ()})])
    assert records.with_former_names("K-1")[1] == {
        ("licences", "POS-21"): "Kasse Ost",
        ("partners", "P-1"): "Lager Nord",
    }


async def test_of_an_unknown_customer_nothing_is_named(records: SqlCustomerRecords) -> None:
    names = names_of("K-9", records, CATALOGUES)
    assert names.in_text("Partner (P-1)") == Names().in_text("Partner (P-1)") == "Partner (P-1)"
