"""Which requests every kind refuses, and with which rule and code; the registry."""

from typing import Any

import pytest

from catalogue.formats import LANGUAGES
from catalogue.texts import say
from states.kinds.registry import KINDS
from states.model.record import Customer
from states.model.request import Request
from tests.rules.checks import COMPLETE, FAR, SHIPPED, ask, customer, editions, refusal_of

# Refusals: (rule, code) for each situation.

REFUSALS: list[tuple[str, str, str, Customer | None, dict[str, Any]]] = [
    ("G2", "unknown_customer", "edition", None, {"subject": "jtl", "target": "jtl_start"}),
    ("G2", "unknown_customer", "voucher", None, {}),
    ("G2", "unknown_customer", "misclick", None, {"subject": "anything"}),
    ("G2", "unknown_customer", "support_level", None, {"subject": "support"}),
    ("G2", "unknown_customer", "fulfillment", None, {"subject": "ffn"}),
    ("G2", "unknown_customer", "key_accounting", None, {"subject": "key_accounting"}),
    ("G2", "unknown_customer", "order_package", None, {"subject": "orders", "target": 0}),
    ("G2", "not_held", "edition", customer(editions={"jtl": "jtl_pro"}), {"subject": "wms", "target": "wms_start"}),
    ("G2", "not_held", "voucher", customer(), {}),
    ("G1", "use_support", "voucher", customer({"product": "no_such_product"}), {}),
    ("G1", "use_support", "wawi_module", customer({"product": "wawi_user"}), {}),
    ("G1", "use_support", "marketplace_transfer", customer({"product": "no_such_product"}), {"target": "K-2"}),
    ("G1", "not_held", "wms_user", customer({"product": "vouchers"}), {}),
    ("ED1", "not_lower", "edition", customer(), {"subject": "jtl", "target": "jtl_pro"}),
    ("ED1", "not_lower", "edition", customer(), {"subject": "jtl", "target": "jtl_enterprise"}),
    ("ED1", "not_lower", "edition", customer(), {"subject": "wms", "target": "wms_pro"}),
    (
        "ED2",
        "lowest_edition",
        "edition",
        customer(editions=editions("jtl_start")),
        {"subject": "jtl", "target": "jtl_start"},
    ),
    (
        "ED2",
        "lowest_edition",
        "edition",
        customer(editions=editions("jtl_start")),
        {"subject": "jtl", "target": "jtl_pro"},
    ),
    (
        "WE2",
        "lowest_edition",
        "edition",
        customer(editions=editions(wms="wms_start")),
        {"subject": "wms", "target": "wms_start"},
    ),
    ("OPL-2", "not_lower", "order_package", customer(), {"subject": "orders", "target": 2500}),
    ("OPL-2", "not_lower", "order_package", customer(order_package=0), {"subject": "orders", "target": 0}),
    ("OPL-2", "not_lower", "order_package", customer(order_package=100), {"subject": "orders", "target": 1000}),
    ("OPL-2", "not_bookable", "order_package", customer(), {"subject": "orders", "target": 500, "catalogue": COMPLETE}),
    ("WMU2", "inclusive_user", "wms_user", customer({"product": "wms_user", "included": True}), {}),
    (
        "SL2",
        "subscription",
        "shop_licence",
        customer({"product": "shop_licence", "contract": "subscription", "term_ends": FAR}),
        {},
    ),
    ("SUP2", "support_level", "support_level", customer(), {"subject": "support"}),
    ("SVC1", "use_support", "hosting", customer({"product": "setup_service"}), {}),
    (
        "MOV2",
        "use_support",
        "marketplace",
        customer({"product": "marketplace"}),
        {"open_runs": frozenset({"marketplace_transfer/K-1/L-1"})},
    ),
    ("MOV2", "unknown_customer", "marketplace_transfer", customer({"product": "marketplace"}), {"target": "K-2"}),
    (
        "OP0-6",
        "not_bookable",
        "marketplace_transfer",
        customer({"product": "marketplace"}),
        {"target": "K-2", "other": customer(order_package=0)},
    ),
    ("G1", "not_held", "marketplace_transfer", customer({"product": "vouchers"}), {"target": "K-2"}),
    # Of a product by its key that is not held and the edition lacks.
    ("G2", "not_held", "key_accounting", customer(), {"subject": "key_accounting"}),
    ("G6", "not_available", "shipping_module", customer(editions={"jtl": "jtl_start"}), {"subject": "track_and_trace"}),
    ("G2", "not_held", "shipping_module", customer(editions={"jtl": "jtl_pro"}), {"subject": "track_and_trace"}),
]


@pytest.mark.parametrize(
    ("rule", "code", "kind", "record", "more"),
    REFUSALS,
    ids=[f"{row[0]}-{row[1]}-{row[2]}-{n}" for n, row in enumerate(REFUSALS)],
)
def test_a_request_is_refused(rule: str, code: str, kind: str, record: Customer | None, more: dict[str, Any]) -> None:
    assert refusal_of(ask(kind, record, **more)) == (rule, code)


def test_every_refusal_of_a_request_is_produced_by_some_case() -> None:
    # malformed: below; declined: a person's answer
    codes = {row[1] for row in REFUSALS} | {"malformed", "declined"}
    assert codes == {
        "malformed",
        "unknown_customer",
        "not_held",
        "not_lower",
        "lowest_edition",
        "not_bookable",
        "inclusive_user",
        "subscription",
        "support_level",
        "use_support",
        "not_available",
        "declined",
    }


@pytest.mark.parametrize(
    ("kind", "record", "more", "values"),
    [
        (
            "edition",
            customer(),
            {"subject": "jtl", "target": "jtl_enterprise"},
            {"current": "JTL Pro", "target": "JTL Enterprise"},
        ),
        (
            "edition",
            customer(editions=editions("jtl_start")),
            {"subject": "jtl", "target": "jtl_pro"},
            {"current": "JTL Start"},
        ),
        ("order_package", customer(), {"subject": "orders", "target": 3000}, {"current": 2500, "target": 3000}),
        (
            "order_package",
            customer(),
            {"subject": "orders", "target": 500, "catalogue": COMPLETE},
            {"target": 500, "bookable": [0, 100, 1000]},
        ),
        ("wms_user", customer({"product": "vouchers"}), {}, {"subject": "L-1", "belongs_to": "voucher"}),
        ("voucher", None, {}, {"customer": "K-1"}),
        (
            "shop_licence",
            customer({"product": "shop_licence", "contract": "subscription", "term_ends": FAR}),
            {},
            {"ends_on": FAR},
        ),
        ("support_level", customer(), {"subject": "support"}, {"level": "Silber"}),
        ("support_level", customer(editions={}), {"subject": "support"}, {"level": "-"}),
        (
            "key_accounting",
            customer(editions=editions("jtl_start")),
            {"subject": "key_accounting"},
            {"subject": "key_accounting"},
        ),
        (
            "marketplace_transfer",
            customer({"product": "marketplace"}),
            {"target": "K-2", "other": customer(order_package=0)},
            {"target": "K-2", "bookable": [100, 1000, 2500, 5000], "minimum": 100},
        ),
        ("marketplace_transfer", customer({"product": "marketplace"}), {"target": "K-2"}, {"customer": "K-2"}),
        (
            "shipping_module",
            customer(editions={"jtl": "jtl_start"}),
            {"subject": "track_and_trace"},
            {"product": "JTL-Track&Trace", "current": "JTL Start"},
        ),
        (
            "wawi_module",
            customer({"product": "wawi_user"}),
            {},
            {
                "elsewhere": SHIPPED.products["wawi_user"].label["de"],
                "steps": ["JTL-Kundencenter > Bestellungen & Lizenzen > Lizenzen & Benutzerlimit verwalten"],
            },
        ),
    ],
)
def test_a_refusal_carries_what_its_text_needs(
    kind: str, record: Customer | None, more: dict[str, Any], values: dict[str, Any]
) -> None:
    refusal = ask(kind, record, **more).refusal
    assert refusal is not None
    assert refusal.values == values


@pytest.mark.parametrize(
    ("kind", "more", "fault"),
    [
        ("edition", {"subject": "jtl"}, "target"),
        ("edition", {"subject": "jtl", "target": "wms_start"}, "target"),
        ("edition", {"subject": "jtl", "target": "jtl_ultimate"}, "target"),
        ("edition", {"subject": "jtl", "target": 3}, "target"),
        ("edition", {"subject": "shop", "target": "jtl_start"}, "subject"),
        ("order_package", {"subject": "orders"}, "target"),
        ("order_package", {"subject": "orders", "target": "1000"}, "target"),
        ("order_package", {"subject": "orders", "target": -1}, "target"),
        ("order_package", {"subject": "L-1", "target": 0}, "subject"),
        ("fulfillment", {"subject": "P-1"}, "subject"),
        ("fulfillment", {"subject": "ffn", "target": "P-1"}, "target"),
        ("support_level", {"subject": "gold"}, "subject"),
        ("key_accounting", {"subject": "L-1"}, "subject"),
        ("voucher", {"target": "jtl_start"}, "target"),
        ("voucher", {"subject": "x" * 41}, "subject"),
        ("hosting", {"target": 0}, "target"),
        ("shop_hosting", {"target": 5}, "target"),
        ("shop_hosting", {"subject": "x" * 41}, "subject"),
        ("marketplace_transfer", {}, "target"),
        ("marketplace_transfer", {"target": 7}, "target"),
        ("marketplace_transfer", {"target": "K-1"}, "target"),
        ("misclick", {"subject": "x", "explanation": None}, "explanation"),
        ("misclick", {"subject": "x", "target": "y"}, "target"),
        ("setup_service", {"explanation": None}, "explanation"),
    ],
)
def test_G1_a_document_that_does_not_fit_its_kind_is_malformed(kind: str, more: dict[str, Any], fault: str) -> None:
    check = ask(kind, customer({"product": "vouchers"}), **more)
    assert refusal_of(check) == ("G1", "malformed")
    assert check.refusal is not None
    for language in LANGUAGES:
        assert f"`{fault}`" in say(language, check.refusal.values["fault"], {"kind": kind} | more)


@pytest.mark.parametrize(
    ("kind", "more", "right"),
    [
        ("edition", {"subject": "shop", "target": "jtl_start"}, ("`jtl`", "`wms`")),
        ("order_package", {"subject": "L-1", "target": 0}, ("`orders`",)),
        ("fulfillment", {"subject": "P-1"}, ("`ffn`",)),
        ("key_accounting", {"subject": "L-1"}, ("`key_accounting`",)),
        ("support_level", {"subject": "gold"}, ("`support`",)),
        ("edition", {"subject": "jtl", "target": "wms_start"}, ("`jtl_start`", "`jtl_enterprise`")),
        ("edition", {"subject": "wms", "target": "jtl_start"}, ("`wms_start`", "`wms_pro`")),
    ],
)
def test_G1_the_refusal_of_a_document_names_what_would_be_right(
    kind: str, more: dict[str, Any], right: tuple[str, ...]
) -> None:
    refusal = ask(kind, customer(), **more).refusal
    assert refusal is not None
    for language in LANGUAGES:
        text = say(language, "refusal.malformed", refusal.values)
        assert all(word in text for word in right), text


@pytest.mark.parametrize(
    ("kind", "subject", "target"),
    [
        ("edition", "wms", "wms_start"),
        ("order_package", "orders", 0),
        ("misclick", "edition." + "x" * 56, None),
        ("shop_hosting", "H-1", None),
        ("shop_hosting", "H-1", "tarif-neu"),
        ("marketplace_transfer", "L-1", "K-2"),
        ("voucher", "x" * 40, None),
    ],
)
def test_a_document_that_fits_is_not_malformed(kind: str, subject: str, target: Any) -> None:
    request = Request(kind=kind, customer="K-1", subject=subject, target=target, explanation="warum")
    assert KINDS[kind].malformed(request) is None


# All kinds alike.


def test_a_check_names_version_and_language_and_sets_no_more_than_it_says() -> None:
    german, english = (ask("pos", customer({"product": "pos_wawi"}, language=language)) for language in ("de", "en"))
    assert (german.catalogue, german.language, english.language) == ("2024-09-01", "de", "en")
    assert german.model_fields_set == {"catalogue", "called", "date_rule", "cost_effect", "inferred", "warnings"}
    attested = ask("voucher", customer({}))
    assert attested.model_fields_set == german.model_fields_set - {"inferred"}


def test_X3_the_kinds_that_look_at_other_licences_are_told_of_them() -> None:
    assert {kind.kind for kind in KINDS.values() if kind.watches} == {"edition", "order_package", "hosting"}


def test_ED14_the_kinds_whose_cost_depends_on_the_edition_are_told_of_its_changes() -> None:
    resting = {kind.kind: kind.rests_on for kind in KINDS.values() if kind.rests_on}
    assert set(resting.values()) == {frozenset({"edition"})}
    assert set(resting) == {
        "wms_user",
        "voucher",
        "marketplace",
        "connector",
        "wawi_module",
        "pos",
        "shipping_module",
        "wms_module",
        "rest_api",
    }


WORKFLOWS = {
    "edition": "EditionDowngrade",
    "order_package": "OrderPackageDowngrade",
    "wms_user": "WmsUserCancellation",
    "hosting_addon": "HostingAddonCancellation",
    "voucher": "VoucherCancellation",
    "marketplace": "MarketplaceDeactivation",
    "marketplace_transfer": "MarketplaceTransfer",
    "connector": "ConnectorDeactivation",
    "wawi_module": "WawiModuleCancellation",
    "pos": "PosDeactivation",
    "shipping_module": "ShippingModuleDeactivation",
    "production": "ProductionCancellation",
    "wms_module": "WmsModuleDeactivation",
    "fulfillment": "FulfillmentExit",
    "shop_licence": "ShopLicenceCancellation",
    "shop_hosting": "ShopHostingCancellation",
    "rest_api": "RestApiCancellation",
    "setup_service": "SetupServiceCancellation",
    "key_accounting": "KeyAccountingCancellation",
    "support_level": "SupportLevelCancellation",
    "ecomdata": "EcomdataHandover",
    "hosting": "HostingCancellation",
    "misclick": "MisclickTicket",
}


def test_G1_the_registry_is_the_contracts_table_in_its_order_and_what_is_new_comes_after() -> None:
    rows = [(key, kind.kind, kind.workflow) for key, kind in KINDS.items()]
    assert rows[: len(WORKFLOWS)] == [(key, key, workflow) for key, workflow in WORKFLOWS.items()]
    assert all(key == kind for key, kind, _ in rows)
    assert len({workflow for _, _, workflow in rows}) == len(rows)


@pytest.mark.parametrize("kind", list(KINDS))
def test_what_a_chart_calls_unused_are_states_of_its_path_that_no_one_else_declares(kind: str) -> None:
    chart = KINDS[kind].chart
    assert chart.traits.unused <= set(chart.states_map)
