"""The shipped catalogue holds the guide's facts with their lines, and the steps by hand."""

import re
from decimal import Decimal
from typing import get_args

import pytest

from catalogue.click_paths import click_path
from catalogue.loader import Catalogues, load_catalogues
from catalogue.rules import KIND_NAMES
from states.kinds.registry import KINDS
from states.model.facts import Action
from states.model.offers import Catalogue
from states.model.record import Customer, EditionKey
from states.model.request import Request

JTL = ("jtl_start", "jtl_advanced", "jtl_pro", "jtl_enterprise")

PRODUCT_KEYS = {  # of the contract: each must stay, more may come
    "marketplace",
    "connector_shopify",
    "connector_shopware6",
    "wawi_module",
    "pos_wawi",
    "pos_standalone",
    "shipping_labels",
    "track_and_trace",
    "plan_and_produce",
    "production_module",
    "production_user",
    "wms_module",
    "wms_user",
    "shop_licence",
    "shop_hosting",
    "vouchers",
    "wawi_api",
    "key_accounting",
    "setup_service",
    "ecomdata",
    "hosting",
    "hosting_addon",
    "wawi_user",
}


@pytest.fixture(scope="module")
def catalogues() -> Catalogues:
    return load_catalogues(None)


@pytest.fixture(scope="module")
def catalogue(catalogues: Catalogues) -> Catalogue:
    return catalogues.version("2024-09-01")


# The facts of the guide, each with its line.


@pytest.mark.parametrize(
    ("product", "line", "statuses"),
    [
        ("vouchers", "L189", ("paid_addon", "paid_addon", "included", "included")),
        ("track_and_trace", "L131", ("not_available", "not_available", "included", "included")),
        ("wawi_api", "L198", ("not_available", "paid_addon", "paid_addon", "included")),
        ("pos_wawi", "L122", ("included", "included", "included", "unlimited")),
        ("key_accounting", "L213", ("not_available", "not_available", "not_available", "paid_addon")),
        ("marketplace", "L93", ("usage_billed",) * 4),
        ("connector_shopify", "L104", ("usage_billed",) * 4),
        ("connector_shopware6", "L104", ("usage_billed",) * 4),
        ("wawi_module", "L114", ("included",) * 4),
    ],
)
def test_what_a_product_is_in_each_jtl_edition(
    catalogue: Catalogue, product: str, line: str, statuses: tuple[str, ...]
) -> None:
    entry = catalogue.products[product]
    assert tuple(entry.offers[edition].status for edition in JTL) == statuses
    assert line in entry.source.at
    assert all(re.search(rf"\b{line}\b", offer.source.at) for offer in entry.offers.values())


@pytest.mark.parametrize(
    ("product", "line", "statuses"),
    [
        ("wms_module", "L155", ("not_available", "included")),
        ("wms_user", "L164", ("paid_addon", "paid_addon")),
    ],
)
def test_what_a_product_is_in_each_wms_edition(
    catalogue: Catalogue, product: str, line: str, statuses: tuple[str, ...]
) -> None:
    offers = catalogue.products[product].offers
    assert tuple(offers[edition].status for edition in ("wms_start", "wms_pro")) == statuses
    assert all(line in offer.source.at for offer in offers.values())


@pytest.mark.parametrize(
    ("product", "label", "status"),
    [
        ("shipping_labels", "I", "included"),
        ("pos_standalone", "?", "unknown"),
        ("plan_and_produce", "?", "unknown"),
        ("production_module", "?", "unknown"),
        ("production_user", "I", "paid_addon"),
        ("shop_licence", "I", "paid_addon"),
        ("shop_hosting", "I", "paid_addon"),
        ("hosting", "I", "paid_addon"),
        ("hosting_addon", "I", "paid_addon"),
        ("setup_service", "S", "never_cancellable"),
        ("ecomdata", "?", "unknown"),
    ],
)
def test_what_no_edition_decides(catalogue: Catalogue, product: str, label: str, status: str) -> None:
    offer = catalogue.products[product].offer
    assert offer is not None
    assert (offer.source.label, offer.status) == (label, status)


def test_L122_POS2_limits_are_1_3_5_and_unlimited_and_marked_as_inferred(catalogue: Catalogue) -> None:
    offers = [catalogue.products["pos_wawi"].offers[edition] for edition in JTL]
    assert [offer.limit for offer in offers] == [1, 3, 5, None]
    assert {offer.source.label for offer in offers} == {"I"}


def test_L211_support_levels_by_edition(catalogue: Catalogue) -> None:
    assert [catalogue.editions[key].support_level for key in JTL] == ["Community", "Bronze", "Silber", "Gold"]
    assert all("L211" in catalogue.editions[key].source.at for key in JTL)


def test_L16_L151_only_the_start_editions_have_a_price_and_it_is_0(catalogue: Catalogue) -> None:
    prices = {key: edition.price_per_month for key, edition in catalogue.editions.items()}
    assert {key: price for key, price in prices.items() if price is not None} == {
        "jtl_start": Decimal(0),
        "wms_start": Decimal(0),
    }
    assert "L16" in catalogue.editions["jtl_start"].source.at
    assert "L151" in catalogue.editions["wms_start"].source.at


def test_L42_L70_L93_tiers_are_the_attested_ones_and_their_matrix_is_an_example(catalogue: Catalogue) -> None:
    editions = [catalogue.editions[key] for key in JTL]
    assert {tier for edition in editions for tier in edition.tiers} == {0, 100, 1000, 2500, 5000}
    assert [5000 in edition.tiers for edition in editions] == [False, False, True, True]  # P4
    assert {edition.tiers_source.label for edition in editions if edition.tiers_source} == {"?"}
    attested = {edition.key: edition.tiers_attested for edition in editions}
    assert attested.pop("jtl_pro") == (0, 100, 1000, 2500, 5000)
    assert set(attested.values()) == {(0, 100)}
    assert not catalogue.tiers_complete
    assert catalogue.minimum_channel_tier == 100


def test_L48_channels_are_the_marketplaces_and_both_connectors(catalogue: Catalogue) -> None:
    channels = {key for key, product in catalogue.products.items() if product.channel}
    assert channels == {"marketplace", "connector_shopify", "connector_shopware6"}


def test_L198_X7_the_api_is_in_beta(catalogue: Catalogue) -> None:
    assert catalogue.api_beta


def test_ED4_the_list_of_functions_says_that_it_is_not_complete(catalogue: Catalogue) -> None:
    assert not catalogue.complete


def test_L155_WMS_Start_lacks_the_five_modules(catalogue: Catalogue) -> None:
    lost = [feature for feature in catalogue.features if feature.levels.get("wms_start") == "none"]
    assert len(lost) == 5
    assert all("L155" in feature.source.at for feature in lost)


def test_5_3_unknown_facts_are_marked_as_examples(catalogue: Catalogue) -> None:
    assert {service.source.label for service in catalogue.optional_services.values()} == {"?"}
    assert "wms_advanced" not in catalogue.editions


def test_every_product_and_edition_key_of_the_contract_is_there(catalogue: Catalogue) -> None:
    assert set(catalogue.products) >= PRODUCT_KEYS
    assert set(catalogue.editions) == set(get_args(EditionKey))
    assert sorted(KINDS) == sorted(KIND_NAMES)


def test_every_kind_that_ends_a_licence_has_a_product_and_every_kind_its_steps(catalogue: Catalogue) -> None:
    without = {"edition", "order_package", "marketplace_transfer", "fulfillment", "support_level", "misclick"}
    assert {product.kind for product in catalogue.products.values()} - {None} == set(KINDS) - without
    assert set(KINDS) <= {key.partition("/")[0] for key in catalogue.kinds}


def test_L25_G1_what_no_kind_ends_is_the_user_limit_alone_and_says_where_instead(catalogue: Catalogue) -> None:
    elsewhere = [product for product in catalogue.products.values() if product.kind is None]
    assert [product.key for product in elsewhere] == ["wawi_user"]
    assert "L25" in elsewhere[0].source.at
    assert all("Benutzerlimit verwalten" in elsewhere[0].click_path[language][0] for language in ("de", "en"))


MENUS = re.compile(
    r"Meine Verträge|Lizenzen & Tarife|Paketkonfiguration ändern|Hostingvertrag kündigen|Zusatzleistungen"
)


def test_G13_menu_names_stay_german_in_both_languages(catalogue: Catalogue) -> None:
    found = 0
    for key, entry in catalogue.kinds.items():
        german, english = (MENUS.findall(" ".join(entry.click_path[language])) for language in ("de", "en"))
        assert german == english, key
        found += len(german)
    assert found > 20


# The facts of public pages that have a date and a source.


@pytest.fixture(scope="module")
def newer(catalogues: Catalogues) -> Catalogue:
    return catalogues.version("2026-04-01")


def test_POS5_P1_a_register_without_JTL_Wawi_is_paid_since_April_2026_and_has_no_monthly_price(
    newer: Catalogue,
) -> None:
    offer = newer.products["pos_standalone"].offer
    assert offer is not None
    assert (offer.status, offer.source.label) == ("paid_addon", "P")
    remark = newer.remarks["pos_standalone_price"]
    assert all("29" in remark.text[language] for language in ("de", "en"))
    assert remark.source.at.startswith("P1")


def test_SH2_SH3_track_and_trace_stays_as_in_the_guide_and_people_are_told_of_the_newer_page(
    catalogue: Catalogue, newer: Catalogue
) -> None:
    before, after = (version.products["track_and_trace"].offers for version in (catalogue, newer))
    assert {key: offer.status for key, offer in before.items()} == {key: offer.status for key, offer in after.items()}
    assert "track_and_trace" in newer.remarks["shipping"].products
    lost = next(feature for feature in newer.features if feature.key == "track_and_trace")
    assert all("2026" in lost.label[language] for language in ("de", "en"))


def test_API2_X7_whether_the_api_is_still_in_beta_is_not_known_since(newer: Catalogue) -> None:
    assert newer.api_beta == "unknown"


def test_5_2_no_other_price_and_no_other_fact_differs(catalogue: Catalogue, newer: Catalogue) -> None:
    assert newer.editions == catalogue.editions
    changed = {key for key, product in newer.products.items() if product != catalogue.products[key]}
    assert changed == {"pos_standalone", "track_and_trace"}


def test_every_remark_has_a_public_page_as_its_source(newer: Catalogue) -> None:
    assert {remark.source.label for remark in newer.remarks.values()} == {"P"}
    assert {remark.source.at[:2] for remark in newer.remarks.values()} == {"P1", "P5"}


# Click paths (X12).


@pytest.mark.parametrize(
    ("rule", "kind", "subject", "target", "action", "step", "text"),
    [
        ("ED3", "edition", "jtl", "jtl_start", "order", 0, "Meine Verträge > Paketkonfiguration ändern"),
        ("OP0-4", "order_package", "orders", 0, "order", 2, "Kein Verkauf oder Verkauf nur über andere Kanäle"),
        ("OPL-1", "order_package", "orders", 100, "order", 1, "das niedrigere Auftragspaket"),
        ("WMU5", "wms_user", "L-1", None, "order", 2, "Kündigen"),
        ("WMU4", "wms_user", "L-1", None, "reassign", 2, "nicht kündigen"),
        ("SHH1", "shop_hosting", "H-1", None, "order", 1, "Meine Hostings"),
        ("SHH2", "shop_hosting", "H-1", "new", "order", 0, "neue Vertrag gebucht"),
    ],
)
def test_the_steps_by_hand(
    catalogue: Catalogue,
    rule: str,
    kind: str,
    subject: str,
    target: int | str | None,
    action: Action,
    step: int,
    text: str,
) -> None:
    request = Request(kind=kind, customer="K-1", subject=subject, target=target)
    assert text in click_path(catalogue, request, None, action)[step]


def test_the_steps_are_in_the_customers_language_and_a_product_may_have_its_own(catalogue: Catalogue) -> None:
    record = Customer.model_validate(
        {"customer": "K-1", "name": "A", "language": "en", "licences": [{"licence": "L-1", "product": "vouchers"}]}
    )
    request = Request(kind="voucher", customer="K-1", subject="L-1")
    assert click_path(catalogue, request, record)[-1] == "Confirm the cancellation"
    own_path = {"de": ("eigener Weg",), "en": ("its own way",)}
    product = catalogue.products["vouchers"].model_copy(update={"click_path": own_path})
    changed = catalogue.model_copy(update={"products": {**catalogue.products, "vouchers": product}})
    assert click_path(changed, request, record) == ("its own way",)
