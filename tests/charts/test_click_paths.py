"""Where a person clicks: each kind's `perform` task names the way in the customer centre, as the guide does (X12)."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest

import catalogue
from catalogue.click_paths import click_path
from catalogue.loader import load_catalogues
from catalogue.texts import say
from states.model.effects import ApplyChange, BookOrder
from states.model.record import Customer
from states.model.request import Request
from states.rules.cost_effect import listed_effect, offer_for
from tests.charts.lone_run import DAY, LoneRun, document_of, guided_run, perform_task
from tests.rules.checks import FAR, SHIPPED, ask, customer, warned

ROOT = Path(catalogue.__file__).resolve().parent.parent


def holding(product: str, **more: Any) -> Customer:
    """A customer with one licence, who reads English; what may be paid is so until the end of January."""
    effect = listed_effect(offer_for(SHIPPED.products[product], {"jtl": "jtl_pro", "wms": "wms_pro"}))
    free = effect == "deactivation" or product == "wawi_api"  # which is in its beta
    return customer({"product": product, "term_ends": None if free else FAR} | more, language="en")


PATHS: list[tuple[str, str, Customer, dict[str, Any], list[str]]] = [
    (
        "ED3",
        "edition",
        customer(),
        {"subject": "jtl", "target": "jtl_advanced"},
        ["Meine Verträge > Paketkonfiguration ändern", "Lizenzen prüfen", "Weiter zur Bestellung"],
    ),
    (
        "OPL-1",
        "order_package",
        customer(),
        {"subject": "orders", "target": 1000},
        [
            "Paketkonfiguration ändern",
            "Edition und alle übrigen",
            "Aufträge – Pakete verwalten",
            "Weiter zur Bestellung",
        ],
    ),
    (
        "OP0-3/OP0-4",
        "order_package",
        customer(),
        {"subject": "orders", "target": 0},
        [
            "kein Konto und kein Connector",
            "Kein Verkauf oder Verkauf nur über andere Kanäle",
            "Auftragspaket 0 anklicken",
        ],
    ),
    ("MP2", "marketplace", holding("marketplace"), {}, ["Verkauf > Marktplätze", "Marktplatzkonten verwalten"]),
    (
        "CO2",
        "connector",
        holding("connector_shopware6"),
        {},
        ["Shop-Connectoren", "Lizenzen & Tarife > Connector Verwaltung", "Lizenz kündigen/deaktivieren"],
    ),
    (
        "WM3",
        "wawi_module",
        holding("wawi_module"),
        {},
        ["ERP > Warenwirtschaft > Lizenzen & Tarife > Module", "Kündigen"],
    ),
    (
        "POS4",
        "pos",
        holding("pos_wawi"),
        {},
        ["Verkauf > Kassensystem", "Multikassen Anbindung (via JTL-Wawi)", "Kündigen"],
    ),
    ("SH4", "shipping_module", holding("track_and_trace"), {}, ["ERP > Versandmodule", "Track & Trace", "Kündigen"]),
    ("PR1", "production", holding("production_user"), {}, ["Plan&Produce", "Kündigen beside the module or user"]),
    ("WMM2", "wms_module", holding("wms_module"), {}, ["WMS > Lagerwaltung", "Lizenzen & Tarife > Module", "Kündigen"]),
    ("WMU5", "wms_user", holding("wms_user"), {}, ["WMS > Lagerwaltung", "JTL-WMS", "Kündigen beside the user"]),
    (
        "SL3",
        "shop_licence",
        holding("shop_licence", contract="abonnement"),
        {},
        ["is an Abonnement", "Lizenzen & Benutzerlimit verwalten", "cancels or deactivates"],
    ),
    (
        "SHH1",
        "shop_hosting",
        holding("shop_hosting"),
        {},
        ["Verkauf > Onlineshop", "Hosting verwalten > Meine Hostings", "Aktion > Hostingvertrag kündigen"],
    ),
    (
        "SHH1",
        "shop_hosting",
        holding("shop_hosting"),
        {"target": "Shop L", "details": {"new_contract": "V-2"}},
        ["Zur Tarifübersicht – Neues Hosting buchen", "Meine Hostings", "old type", "Hostingvertrag kündigen"],
    ),
    ("VOU3", "voucher", holding("vouchers"), {}, ["Verkauf > Gutscheine", "JTL-Vouchers", "Kündigen"]),
    ("API4", "rest_api", holding("wawi_api"), {}, ["ERP > Warenwirtschaft", "Module", "JTL-Wawi API", "Kündigen"]),
    (
        "HOS1",
        "hosting",
        holding("hosting"),
        {},
        ["Erweiterungen > Hosting by JTL", "Meine Hostings", "Aktion > Hostingvertrag kündigen"],
    ),
    (
        "ADD1",
        "hosting_addon",
        holding("hosting_addon"),
        {"details": {"mailbox": "shop-23"}},
        ["Zusatzleistungen", "Kündigen", "Enter the details", "shop-23"],
    ),
]


@pytest.mark.parametrize(
    ("rule", "kind", "record", "more", "steps"), PATHS, ids=[f"{case[0]}-{case[1]}-{n}" for n, case in enumerate(PATHS)]
)
def test_what_a_person_is_told_to_click(
    rule: str, kind: str, record: Customer, more: dict[str, Any], steps: list[str]
) -> None:
    text = perform_task(kind, record, **more).instructions
    assert re.search(".*".join(re.escape(step) for step in steps), text, re.DOTALL), text
    assert "`proof.reference`" in text


def test_HOS2_the_contract_and_not_the_button_decides_where_to_click() -> None:
    shop, other = (perform_task(kind, holding(kind)).instructions for kind in ("shop_hosting", "hosting"))
    assert ("Verkauf > Onlineshop" in shop, "Erweiterungen" in shop) == (True, False)
    assert ("Verkauf > Onlineshop" in other, "Erweiterungen" in other) == (False, True)
    assert all("Hostingvertrag kündigen" in text for text in (shop, other))


INCLUDED = [
    ("wawi_module", "wawi_module"),
    ("pos", "pos_wawi"),
    ("shipping_module", "shipping_labels"),
    ("wms_module", "wms_module"),
    ("voucher", "vouchers"),
    ("rest_api", "wawi_api"),
]


@pytest.mark.parametrize(("kind", "product"), INCLUDED)
def test_G10_the_button_says_Kuendigen_though_nothing_is_saved(kind: str, product: str) -> None:
    """The label says nothing about cost: whoever clicks is told, and the customer is told that nothing is saved."""
    record = customer({"product": product}, editions={"jtl": "jtl_enterprise", "wms": "wms_pro"})
    assert ask(kind, record).cost_effect == "deactivation"
    assert "no_saving" in warned(ask(kind, record))
    text = perform_task(kind, record).instructions
    assert "Abschaltung" in text.splitlines()[0]
    assert re.search(r"Schaltfläche.{0,40}Kündigen", text)


def test_G13_a_menu_path_is_changed_in_a_file_of_the_catalogue_and_nowhere_else(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "catalogue" / "versions" / "2024-09-01", tmp_path / "2024-09-01")
    for file in tmp_path.rglob("*.toml"):
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace("Marktplatzkonten verwalten", "Kanäle verwalten"), encoding="utf-8")
    own = load_catalogues(tmp_path).version("2024-09-01")
    record, request = holding("marketplace"), Request(kind="marketplace", customer="K-1", subject="L-1")
    assert "Kanäle verwalten" in " ".join(click_path(own, request, record))
    assert own.kinds["marketplace"].click_path.keys() == SHIPPED.kinds["marketplace"].click_path.keys()
    menus = re.compile(r"Paketkonfiguration ändern|Meine Hostings|Lizenzen & Tarife|Marktplatzkonten verwalten")
    code = [
        file for folder in ("states", "workflows", "activities", "portal") for file in (ROOT / folder).rglob("*.py")
    ]
    assert len(code) > 50
    assert [file.name for file in code if menus.search(file.read_text(encoding="utf-8"))] == []


ORDERED = [(kind, record, more) for _, kind, record, more, _ in PATHS if "details" not in more]


@pytest.mark.parametrize(("kind", "record", "more"), ORDERED, ids=[f"{case[0]}-{n}" for n, case in enumerate(ORDERED)])
def test_G12_nothing_is_booked_before_the_customer_confirms_at_the_end(
    kind: str, record: Customer, more: dict[str, Any]
) -> None:
    run = guided_run(kind, record, **more)
    run.acknowledge()
    assert (run.state, run.tasks("perform")) == ("order", ())
    run.wait(run.now + 60 * DAY)
    assert (run.state, run.tasks("perform")) == ("abandoned", ())
    assert not any(isinstance(effect, BookOrder | ApplyChange) for effect in run.effects)


@pytest.mark.parametrize(
    ("kind", "asks"), [("hosting_addon", True), ("hosting", False), ("voucher", False), ("pos", False)]
)
def test_G12_only_an_add_on_asks_for_details_beside_the_confirmation(kind: str, asks: bool) -> None:
    product = {"voucher": "vouchers", "pos": "pos_wawi"}.get(kind, kind)
    check = ask(kind, holding(product))
    assert (check.details_needed is not None, check.addons) == (asks, ())


def test_SL6_a_shop_account_is_never_removed() -> None:
    """Removing it technically cannot be undone: no such call is made, and whoever clicks is told so."""
    code = [file for file in ROOT.rglob("*.py") if not {".venv", "tests"} & set(file.relative_to(ROOT).parts)]
    assert len(code) > 100
    assert [file for file in code if "deleteshopaccount" in file.read_text(encoding="utf-8").lower()] == []
    text = perform_task("shop_licence", holding("shop_licence", contract="abonnement")).instructions
    assert "do not remove the shop account technically: that could not be undone" in text


def test_WMU4_whoever_assigns_a_user_elsewhere_is_shown_that_way_and_not_to_cancel() -> None:
    run = guided_run("wms_user", holding("wms_user", assigned_to="wms"))
    assert run.send("reassign", to="wms_mobile") is None
    (task,) = document_of(run, say).tasks
    assert "1. Bestellungen & Lizenzen > Bereich WMS > Lagerwaltung" in task.instructions
    assert "3. Assign the user licence to JTL-WMS or JTL-WMS Mobile, do not cancel it" in task.instructions
    assert "Kündigen beside" not in task.instructions
    assert 'Do not click on "Kündigen"' in task.instructions


def test_X11_G3_no_click_path_is_shown_for_taking_a_booking_back() -> None:
    run = guided_run("wms_user", holding("wms_user"))
    run.send("place_order")
    run.confirm("perform", proof={"reference": "T-1"})
    run.send("request_revocation", explanation="x")
    run.confirm("revocation", decision="granted")
    (task,) = document_of(run, say).tasks
    assert "No click path is known for this." in task.instructions
    assert "Lagerwaltung" not in task.instructions


def test_POS5_no_click_path_is_known_for_a_stand_alone_register() -> None:
    """Those of the guide are of registers connected to JTL-Wawi (POS4)."""
    run = guided_run("pos", holding("pos_standalone"))
    run.confirm("clarify_cost", decision="cancellation")
    run.send("place_order")
    (task,) = document_of(run, say).tasks
    assert "No click path is known for this." in task.instructions
    assert "Multikassen" not in task.instructions


def test_MOV1_MOV2_who_decouples_a_marketplace_is_shown_that_way_in_either_mode() -> None:
    for mode in ("guided", "automatic"):
        record = holding("marketplace")
        run = guided_run("marketplace_transfer", record, target="K-2", mode=mode, other=customer(customer="K-2"))
        run.confirm("support_ticket", decision="granted")
        run.confirm("appointment", at="2026-12-01T10:00+01:00")
        run.wait(run.now + 30 * DAY)
        (task,) = document_of(run, say).tasks
        assert "1. Do not deactivate the marketplace account" in task.instructions
        assert "Marktplatzkonten verwalten" not in task.instructions


def test_ECO2_X12_in_guided_mode_too_nothing_is_clicked_for_what_ends_at_a_third_party_alone() -> None:
    run = LoneRun("ecomdata", {"outside": ({"what": "ecomdata", "rule": "ECO2"},), "mode": "guided"})
    assert run.confirm("third_party", proof={"reference": "T-1"}) is None
    assert (run.state, run.memory.tasks) == ("external", ())
