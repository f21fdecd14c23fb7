"""A preview and the run that follows say the same, at any moment asked about (docs/architecture.md)."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from activities.adapters import opened_adapters
from activities.customer_centre import load_customers
from activities.request_check import check_request, run_settings
from catalogue.loader import load_catalogues
from catalogue.texts import say
from settings import Settings
from states.chart.state_names import BEFORE_ORDER
from states.kinds.registry import KINDS
from states.model.facts import Inquiry
from states.model.request import Request
from states.views.preview import preview as preview_of
from states.views.warnings import BEFORE_THE_ORDER
from tests.adapters.customers import file_of, licence
from tests.runs.customers import REGISTERS, TRACKING, customer_record
from tests.runs.harness import World, prepare_database
from tools.docs.conversations import conversation

PLACED = "2027-01-10T12:00:00Z"
TERM = {"term_ends": "2027-01-31", "price_per_month": "9.00"}
LICENCES = [
    TRACKING,
    *REGISTERS,
    licence("V-1", "vouchers"),
    licence("U-1", "wms_user", assigned_to="wms", **TERM),
    licence("U-2", "wms_user"),
    licence("U-3", "wms_user", included=True),
    licence("W-1", "wms_module"),
    licence("M-1", "marketplace", pilot=True, third_party="Kaufland"),
    licence("C-1", "connector_shopify", booked_via="shopify"),
    licence("C-2", "connector_shopware6"),
    licence("A-1", "wawi_api"),
    licence("PP-1", "plan_and_produce", **TERM),
    licence("PU-1", "production_user", **TERM),
    licence("S-1", "shop_licence", contract="abonnement", **TERM),
    licence("S-2", "shop_licence", contract="subscription", **TERM),
    licence("SH-1", "shop_hosting", **TERM),
    licence("H-1", "hosting", **TERM),
    licence("HA-1", "hosting_addon", parent="H-1", **TERM),
    licence("O-1", "setup_service"),
    licence("E-1", "ecomdata"),
    licence("KA-1", "key_accounting"),
    licence("WM-1", "wawi_module"),
]
PARTNERS = [{"id": "F-1", "name": "Lager Nord", "role": "fulfiller"}]
BUSY = [PARTNERS[0] | {"open_operations": 2}]
ANNUAL = {"edition_terms": {"jtl": {"term": "annual", "ends": "2027-06-30"}}}
CUSTOMERS = [
    customer_record(*LICENCES, partners=PARTNERS),
    customer_record(customer="K-2", language="en", licences=[TRACKING], partners=BUSY, **ANNUAL),
    customer_record(customer="K-3"),
]

SCENARIOS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("edition", "K-1001", "jtl", {"target": "jtl_advanced"}),
    ("edition", "K-1001", "wms", {"target": "wms_start"}),
    ("edition", "K-1001", "jtl", {"target": "jtl_enterprise"}),
    ("edition", "K-2", "jtl", {"target": "jtl_start"}),
    ("edition", "K-3", "jtl", {"target": "jtl_start"}),
    ("order_package", "K-1001", "orders", {"target": 0}),
    ("order_package", "K-1001", "orders", {"target": 1000}),
    ("order_package", "K-1001", "orders", {"target": 7}),
    ("order_package", "K-3", "orders", {"target": 0}),
    ("wms_user", "K-1001", "U-1", {}),
    ("wms_user", "K-1001", "U-2", {}),
    ("wms_user", "K-1001", "U-3", {}),
    ("wms_module", "K-1001", "W-1", {}),
    ("voucher", "K-1001", "V-1", {}),
    ("marketplace", "K-1001", "M-1", {}),
    ("marketplace_transfer", "K-1001", "M-1", {"target": "K-3"}),
    ("marketplace_transfer", "K-1001", "M-1", {"target": "K-9"}),
    ("connector", "K-1001", "C-1", {}),
    ("connector", "K-1001", "C-2", {}),
    ("wawi_module", "K-1001", "WM-1", {}),
    ("pos", "K-1001", "P-1", {}),
    ("shipping_module", "K-1001", "T-1", {}),
    ("production", "K-1001", "PP-1", {}),
    ("production", "K-1001", "PU-1", {}),
    ("fulfillment", "K-1001", "ffn", {}),
    ("fulfillment", "K-2", "ffn", {}),
    ("fulfillment", "K-3", "ffn", {}),
    ("shop_licence", "K-1001", "S-1", {}),
    ("shop_licence", "K-1001", "S-2", {}),
    ("shop_hosting", "K-1001", "SH-1", {"target": "L"}),
    ("rest_api", "K-1001", "A-1", {}),
    ("setup_service", "K-1001", "O-1", {"explanation": "not needed"}),
    ("key_accounting", "K-1001", "key_accounting", {}),
    ("support_level", "K-1001", "support", {}),
    ("ecomdata", "K-1001", "E-1", {}),
    ("hosting", "K-1001", "H-1", {"details": {"addons": {"HA-1": "keep"}}}),
    ("hosting_addon", "K-1001", "HA-1", {"details": {"mailbox": "x"}}),
    ("misclick", "K-1001", "anything", {"explanation": "wrong button"}),
    ("voucher", "K-9", "V-1", {}),
]

Preview = dict[str, Any]


async def previewed(settings: Settings, kind: str, customer: str, subject: str, at: str, **more: Any) -> Preview:
    """What a preview says at a moment, as the portal asks for it."""
    request = Request(kind=kind, customer=customer, subject=subject, **more)
    moment = datetime.fromisoformat(at).astimezone(UTC)
    inquiry = Inquiry(request=request, at=moment)
    async with opened_adapters(settings) as adapters:
        catalogues = load_catalogues(None)
        check = check_request(inquiry, adapters, catalogues, settings)
    known = run_settings(settings, catalogues.version(check.catalogue))
    return preview_of(KINDS[kind], request, check, moment, known, say).model_dump(mode="json")


async def run_of(world: World, kind: str, customer: str, subject: str, more: dict[str, Any]) -> dict[str, Any]:
    """The same request as a run, as far as the order where the run has one."""
    run = await world.request(kind, customer, subject, time="2027-01-09T12:00:00Z", **more)
    document = run.first
    if document["state"] == "feature_warning":
        document = await run("acknowledge_warning", time=PLACED)
    if document["state"] == "surplus_resolution" and "override_surplus" in document["enabled"]:
        named = [entry["licence"] or entry["candidates"] for entry in document["surplus"]]
        every = [name for names in named for name in ([names] if isinstance(names, str) else names)]
        document = await run("override_surplus", licences=every, time=PLACED)
    if "place_order" in document["enabled"]:
        form = {"details": {"new_contract": "V-2"}} if kind == "shop_hosting" else {}
        document = await run("place_order", time=PLACED, **form)
    elif document["tasks"] and document["tasks"][0]["type"] == "perform":
        document = await run.status()
    return document


def further() -> tuple[list[dict[str, Any]], list[tuple[str, str, str, dict[str, Any]]]]:
    """Customers and scenarios of the kinds without a scenario here: their conversation of `docs/conversations`."""
    customers, scenarios = [], []
    for kind in sorted(set(KINDS) - {kind for kind, *_ in SCENARIOS}):
        written = conversation(kind)
        customers.append(written["customer"] | {"customer": f"K-of-{kind}".replace("_", "-")})
        more = dict(written["request"])
        scenarios.append((kind, customers[-1]["customer"], more.pop("subject"), more))
    return customers, scenarios


async def test_preview_and_run_say_the_same_for_every_kind(world: World) -> None:
    customers, scenarios = further()
    await world.load(*CUSTOMERS, *customers)
    await world.sleep_until(PLACED)
    wrong = []
    for kind, customer, subject, more in [*SCENARIOS, *scenarios]:
        preview = await previewed(world.settings, kind, customer, subject, PLACED, **more)
        document = await run_of(world, kind, customer, subject, more)
        wrong += [
            f"{kind}/{customer}/{subject} {more}, {field}: preview {preview[field]}, run {document[field]}"
            for field in COMPARED
            if not same(preview, document, field)
        ]
        if document["waiting_for"]:
            await world.run(document["workflow_id"]).handle.terminate()
    assert wrong == []


COMPARED = ("effective_at", "order_by", "cost_effect", "refusal", "catalogue", "warnings", "surplus", "why")


def same(preview: Preview, document: dict[str, Any], field: str) -> bool:
    """Whether both say the same; what the customer has overridden counts as open in a preview.

    A run that is ordered says nothing more of what is read before the order, and the rest as it stands then (ED4).
    """
    values = [preview[field], document[field]]
    if field == "warnings" and document["state"] not in BEFORE_ORDER:
        values = [[each["code"] for each in warnings if each["code"] not in BEFORE_THE_ORDER] for warnings in values]
    if field == "surplus":
        values = [[entry | {"resolved": None} for entry in entries] for entries in values]
    if field == "why" and document["state"] in ("surplus_resolution", "order"):
        values = [[step["rule"] for step in steps] for steps in values]
    return bool(values[0] == values[1])


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def ask(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Any]:
    """A preview without any run."""
    folder = tmp_path_factory.mktemp("previews")
    settings = Settings(state_dir=folder)
    prepare_database(settings)
    await load_customers(settings, file_of(folder, *CUSTOMERS))

    async def ask_at(kind: str, subject: str, at: str, customer: str = "K-1001", **more: Any) -> Preview:
        return await previewed(settings, kind, customer, subject, at, **more)

    return ask_at


@pytest.mark.parametrize(
    ("rule", "at", "effective_at", "order_by", "after"),
    [
        ("D2", "2027-01-16T12:00+01:00", "2027-01-31T23:00:00Z", "2027-01-17T23:00:00Z", "2027-02-28T23:00:00Z"),
        ("D5", "2027-01-17T23:59+01:00", "2027-01-31T23:00:00Z", "2027-01-17T23:00:00Z", "2027-02-28T23:00:00Z"),
        ("D3", "2027-01-18T00:00+01:00", "2027-02-28T23:00:00Z", "2027-02-14T23:00:00Z", "2027-03-31T22:00:00Z"),
        ("D8", "2027-01-17T23:30+00:00", "2027-02-28T23:00:00Z", "2027-02-14T23:00:00Z", "2027-03-31T22:00:00Z"),
        ("D3", "2026-11-18T12:00+01:00", "2026-12-31T23:00:00Z", "2026-12-17T23:00:00Z", "2027-01-31T23:00:00Z"),
        ("D2", "2024-10-10T12:00+02:00", "2024-10-31T23:00:00Z", "2024-10-17T22:00:00Z", "2024-11-30T23:00:00Z"),
        ("D2", "2028-02-15T12:00+01:00", "2028-02-29T23:00:00Z", "2028-02-15T23:00:00Z", "2028-03-31T22:00:00Z"),
        ("D2", "2035-04-16T12:00+02:00", "2035-04-30T22:00:00Z", "2035-04-16T22:00:00Z", "2035-05-31T22:00:00Z"),
    ],
)
async def test_what_if_at_any_moment_with_the_date_after_the_next_deadline(
    ask: Callable[..., Any], rule: str, at: str, effective_at: str, order_by: str, after: str
) -> None:
    preview = await ask("edition", "jtl", at, customer="K-3", target="jtl_advanced")
    assert (preview["effective_at"], preview["order_by"]) == (effective_at, order_by), rule
    assert preview["next"]["effective_at"] == after, rule
    assert preview["next"]["order_by"] > order_by, rule
    later = await ask("edition", "jtl", order_by.replace("Z", "+00:00"), customer="K-3", target="jtl_advanced")
    assert {name: later[name] for name in ("effective_at", "order_by")} == preview["next"], rule
    on_boundary = "boundary_day" in {warning["code"] for warning in preview["warnings"]}
    assert on_boundary == ((at[8:10] in ("15", "17") and rule in ("D5",)) or at[:7] in ("2028-02", "2035-04")), rule


async def test_MIS1_a_document_without_its_case_in_words_is_malformed(ask: Callable[..., Any]) -> None:
    for kind in ("misclick", "setup_service"):
        preview = await ask(kind, "O-1", PLACED)
        assert (preview["refusal"]["code"], preview["effective_at"]) == ("malformed", None), kind


async def test_X14_an_annual_term_has_no_date_and_no_next_deadline(ask: Callable[..., Any]) -> None:
    preview = await ask("edition", "jtl", PLACED, customer="K-2", target="jtl_start")
    assert (preview["effective_at"], preview["order_by"], preview["next"]) == (None, None, None)


@pytest.mark.parametrize(
    ("rule", "kind", "subject", "at", "effective_at"),
    [
        ("X6", "wms_user", "U-1", "2027-01-31T12:00+01:00", "2027-01-31T23:00:00Z"),
        ("X6", "wms_user", "U-1", "2027-02-01T00:00+01:00", None),
        ("X6", "wms_user", "U-2", PLACED, None),
        ("X6", "voucher", "V-1", "2020-01-10T12:00:00+01:00", "2020-01-10T11:00:00Z"),
        ("X5", "production", "PP-1", PLACED, None),
        ("FFN5", "fulfillment", "ffn", PLACED, None),
        ("CO4", "connector", "C-1", PLACED, None),
        ("ECO2", "ecomdata", "E-1", PLACED, None),
        ("MIS2", "misclick", "U-1", PLACED, None),
        ("WMU2", "wms_user", "U-3", PLACED, None),
    ],
)
async def test_D7_X6_what_ends_outside_the_notice_rule_has_no_deadline(
    ask: Callable[..., Any], rule: str, kind: str, subject: str, at: str, effective_at: str | None
) -> None:
    words = {"explanation": "x"} if kind == "misclick" else {}
    preview = await ask(kind, subject, at, **words)
    assert (preview["effective_at"], preview["order_by"], preview["next"]) == (effective_at, None, None), rule
    assert (preview["refusal"] is not None) == (rule == "WMU2")


async def test_the_cost_before_and_after_is_said_where_the_price_is_known(ask: Callable[..., Any]) -> None:
    paid = await ask("wms_user", "U-1", PLACED)
    assert paid["cost"] == {"before": "9.00", "after": "0.00", "currency": "EUR"}
    assert (await ask("wms_user", "U-2", PLACED))["cost"] is None
    assert (await ask("production", "PP-1", PLACED))["cost"] is None


async def test_ED4_ED5_a_preview_names_what_is_lost_and_in_surplus(ask: Callable[..., Any]) -> None:
    preview = await ask("edition", "jtl", PLACED, target="jtl_advanced")
    assert preview["features_lost"] != []
    surplus = [(entry["licence"], entry["too_many"]) for entry in preview["surplus"]]
    assert surplus == [("T-1", 1), (None, 2), ("KA-1", 1)]
    assert not any(entry["resolved"] for entry in preview["surplus"])
