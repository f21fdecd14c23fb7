"""Each warning of a check with its values, and none that does not apply."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from catalogue.formats import LANGUAGES
from catalogue.texts import say
from states.kinds.kind import Context
from states.kinds.registry import KINDS
from states.model.facts import BookedChange, Inquiry
from states.model.offers import OfferStatus
from states.model.record import Customer
from states.model.request import Request
from tests.rules.checks import AT, FAR, SHIPPED, ask, customer, editions, warned

SHOP = customer({"product": "shop_hosting"}, {"product": "shop_licence", "contract": "abonnement"})

# Warnings, with their values.

WARNINGS: list[tuple[str, str, Customer, dict[str, Any], dict[str, Any]]] = [
    ("no_saving", "pos", customer({"product": "pos_wawi"}), {}, {"inferred": True}),
    ("no_saving", "wms_module", customer({"product": "wms_module"}), {}, {"warehouse": True}),
    ("no_saving", "marketplace", customer({"product": "marketplace"}), {}, {"channel": "marketplace"}),
    ("no_saving", "connector", customer({"product": "connector_shopify"}), {}, {"channel": "connector"}),
    (
        "no_saving",
        "connector",
        customer({"product": "connector_shopify", "booked_via": "shopify"}),
        {},
        {"channel": "connector", "ends_at": "shopify"},
    ),
    ("user_management_lost", "voucher", customer({}), {}, {}),
    ("user_management_lost", "voucher", customer({"term_ends": FAR}, editions=editions("jtl_start")), {}, {}),
    (
        "reassign_instead",
        "wms_user",
        customer({"product": "wms_user", "assigned_to": "wms"}),
        {},
        {"assigned_to": "JTL-WMS", "other": "JTL-WMS Mobile"},
    ),
    (
        "reassign_instead",
        "wms_user",
        customer({"product": "wms_user", "assigned_to": "wms_mobile"}),
        {},
        {"assigned_to": "JTL-WMS Mobile", "other": "JTL-WMS"},
    ),
    (
        "reassign_instead",
        "wms_user",
        customer({"product": "wms_user"}),
        {},
        {"assigned_to": "-", "other": "JTL-WMS / JTL-WMS Mobile"},
    ),
    ("integrations_end", "rest_api", customer({"product": "wawi_api"}), {}, {}),
    ("pilot_sign_off", "rest_api", customer({"product": "wawi_api"}), {}, {}),
    ("pilot_sign_off", "marketplace", customer({"product": "marketplace", "pilot": True}), {}, {}),
    (
        "third_party_too",
        "marketplace",
        customer({"product": "marketplace", "third_party": "Marktplatz X"}),
        {},
        {"name": "Marktplatz X"},
    ),
    ("backup", "hosting", customer({"product": "hosting"}), {}, {}),
    ("backup", "shop_hosting", customer({"product": "shop_hosting"}), {}, {}),
    ("two_contracts", "shop_hosting", SHOP, {"subject": "L-1"}, {"others": ["JTL-Shop-Lizenz (L-2)"]}),
    ("two_contracts", "shop_licence", SHOP, {"subject": "L-2"}, {"others": ["Shop-Hosting (L-1)"]}),
    ("old_contract_runs_on", "shop_hosting", customer({"product": "shop_hosting"}), {"target": "tarif-neu"}, {}),
    (
        "addons_remain",
        "hosting",
        customer(
            {"product": "hosting"},
            {"product": "hosting_addon", "parent": "L-1"},
            {"product": "hosting_addon", "parent": "L-9"},
        ),
        {},
        {"addons": ["Zusatzleistung zum Hosting (L-2)"]},
    ),
    ("no_promise", "misclick", customer(), {"subject": "anything"}, {}),
    ("by_exception", "setup_service", customer({"product": "setup_service"}), {}, {}),
    ("ended_elsewhere", "ecomdata", customer({"product": "ecomdata"}), {}, {}),
    (
        "ended_elsewhere",
        "connector",
        customer({"product": "connector_shopify", "booked_via": "shopify"}),
        {},
        {},
    ),
    (
        "moved_by_appointment",
        "marketplace_transfer",
        customer({"product": "marketplace"}),
        {"target": "K-2", "other": customer(customer="K-2")},
        {"minimum": 100},
    ),
    ("package_zero", "order_package", customer(), {"subject": "orders", "target": 0}, {}),
    ("selling_stops_first", "order_package", customer(), {"subject": "orders", "target": 0}, {}),
    ("overage", "order_package", customer(), {"subject": "orders", "target": 1000}, {"target": 1000}),
    (
        "knock_on",
        "edition",
        customer({}),
        {"subject": "jtl", "target": "jtl_advanced"},
        {
            "products": ["JTL-Vouchers"],
            "support_before": "Silber",
            "support_after": "Bronze",
            "current": "JTL Pro",
            "target": "JTL Advanced",
        },
    ),
    (
        "features_lost",
        "edition",
        customer(language="en"),
        {"subject": "wms", "target": "wms_start"},
        {
            "features": [feature.label["en"] for feature in SHIPPED.features if feature.family == "wms"],
            "limited": [],
            "complete": False,
            "no_term": True,
            "current": "WMS Pro",
            "target": "WMS Start",
        },
    ),
]

BY_STATE = {"boundary_day", "notice_unknown", "surplus", "surplus_gap", "later_than_standing"}
"""Warnings that depend on the state of a run: `states.views.status` adds them."""


@pytest.mark.parametrize(
    ("code", "kind", "record", "more", "values"),
    WARNINGS,
    ids=[f"{row[0]}-{row[1]}-{n}" for n, row in enumerate(WARNINGS)],
)
def test_a_warning_with_its_values(
    code: str, kind: str, record: Customer, more: dict[str, Any], values: dict[str, Any]
) -> None:
    assert warned(ask(kind, record, **more))[code] == values


def test_every_warning_of_the_contract_is_produced_by_some_case() -> None:
    assert {row[0] for row in WARNINGS} | BY_STATE == {
        "boundary_day",
        "notice_unknown",
        "no_saving",
        "features_lost",
        "surplus",
        "surplus_gap",
        "knock_on",
        "later_than_standing",
        "package_zero",
        "selling_stops_first",
        "overage",
        "reassign_instead",
        "user_management_lost",
        "integrations_end",
        "pilot_sign_off",
        "third_party_too",
        "backup",
        "two_contracts",
        "old_contract_runs_on",
        "addons_remain",
        "no_promise",
        "by_exception",
        "ended_elsewhere",
        "moved_by_appointment",
    }


@pytest.mark.parametrize(
    ("rule", "kind", "record", "more", "codes"),
    [
        (
            "OP0/OPL",
            "order_package",
            customer(),
            {"subject": "orders", "target": 0},
            {"package_zero", "selling_stops_first"},
        ),
        ("OP0/OPL", "order_package", customer(), {"subject": "orders", "target": 100}, {"overage"}),
        ("MP3/MP4", "marketplace", customer({"product": "marketplace"}), {}, {"no_saving"}),
        ("SHH2", "shop_hosting", customer({"product": "shop_hosting"}), {}, {"backup"}),
        ("ADD2", "hosting", customer({"product": "hosting"}), {}, {"backup"}),
        ("ED14/SUP1", "edition", customer(), {"subject": "jtl", "target": "jtl_advanced"}, {"features_lost"}),
        ("ED14", "edition", customer({}), {"subject": "jtl", "target": "jtl_advanced"}, {"features_lost", "knock_on"}),
        ("ED14", "edition", customer(), {"subject": "wms", "target": "wms_start"}, {"features_lost"}),
        ("WMU2", "wms_user", customer({"product": "wms_user"}), {}, {"reassign_instead"}),
    ],
)
def test_no_warning_that_does_not_apply(
    rule: str, kind: str, record: Customer, more: dict[str, Any], codes: set[str]
) -> None:
    assert set(warned(ask(kind, record, **more))) == codes


def test_SL5_SL2_a_contract_that_ends_already_or_runs_out_by_itself_needs_no_request() -> None:
    shops = [{"product": "shop_licence", "contract": "abonnement"}] * 2
    days = ("2027-08-31", "2020-01-31")
    runs_out = [{"product": "shop_licence", "contract": "subscription", "term_ends": day} for day in days]
    record = customer({"product": "shop_hosting"}, *shops, *runs_out)
    inquiry = Inquiry(request=Request(kind="shop_hosting", customer="K-1", subject="L-1"), at=AT)
    check = KINDS["shop_hosting"].check(inquiry, Context(record=record, ends={"L-2": AT}), SHIPPED)
    label = "JTL-Shop-Lizenz"
    others = {"ending": [f"{label} (L-2)"], "others": [f"{label} (L-3)", f"{label} (L-5)"]}
    assert warned(check)["two_contracts"] == others | {"running_out": [f"{label} (L-4)"]}


@pytest.mark.parametrize("language", ["de", "en"])
def test_SL5_a_request_of_its_own_is_named_for_what_it_may_be_made_for(language: str) -> None:
    asked = {"de": "eigenen Antrag", "en": "request of its own"}[language]
    assert asked in say(language, "warning.two_contracts", {"others": ["A"], "stage": None})
    for how in ("ending", "running_out"):
        text = say(language, "warning.two_contracts", {how: ["A"], "stage": None})
        assert asked not in text and "A." in text


def test_SL5_checks_made_together_name_the_other_contract_as_each_version_and_reader_calls_it() -> None:
    """Names are put together once for all checks of a customer, however many there are."""
    sold = SHIPPED.products["shop_licence"]
    renamed = sold.model_copy(update={"label": {"de": "Neuer Name", "en": "new name"}})
    newer = SHIPPED.model_copy(update={"version": "newer", "products": SHIPPED.products | {"shop_licence": renamed}})
    german = Context(record=SHOP)
    english = replace(german, record=SHOP.model_copy(update={"language": "en"}))
    named = []
    for context, kind, subject, catalogue in (
        (german, "shop_hosting", "L-1", SHIPPED),
        (german, "shop_licence", "L-2", SHIPPED),
        (german, "shop_hosting", "L-1", newer),
        (english, "shop_hosting", "L-1", SHIPPED),
    ):
        inquiry = Inquiry(request=Request(kind=kind, customer="K-1", subject=subject), at=AT)
        named += warned(KINDS[kind].check(inquiry, context, catalogue))["two_contracts"]["others"]
    english_name = f"{sold.label['en']} (L-2)"
    assert named == ["JTL-Shop-Lizenz (L-2)", "Shop-Hosting (L-1)", "Neuer Name (L-2)", english_name]
    assert english_name != named[0]


# What is booked to become of the edition.

SOON, LATER = datetime(2027, 1, 1, tzinfo=UTC), datetime(2027, 4, 1, tzinfo=UTC)


def falls(target: str, at: datetime = SOON, subject: str = "jtl", kind: str = "edition") -> BookedChange:
    return BookedChange(kind=kind, subject=subject, target=target, effective_at=at)


CHANGED = [
    ("voucher", "vouchers", "jtl_pro", (falls("jtl_advanced"),), ("paid_addon", SOON)),
    ("voucher", "vouchers", "jtl_start", (falls("jtl_pro"),), ("included", SOON)),
    ("voucher", "vouchers", "jtl_enterprise", (falls("jtl_pro"),), None),
    ("voucher", "vouchers", "jtl_pro", (), None),
    ("voucher", "vouchers", "jtl_pro", (falls("wms_start", subject="wms"),), None),
    ("voucher", "vouchers", "jtl_pro", (falls("jtl_start", kind="order_package"),), None),
    ("voucher", "vouchers", "jtl_enterprise", (falls("jtl_pro"), falls("jtl_start", LATER)), ("paid_addon", LATER)),
    ("voucher", "vouchers", "jtl_pro", (falls("jtl_advanced", LATER), falls("jtl_start")), ("paid_addon", SOON)),
    ("shipping_module", "track_and_trace", "jtl_pro", (falls("jtl_advanced"),), ("not_available", SOON)),
    ("shipping_module", "track_and_trace", "jtl_advanced", (falls("jtl_start"),), None),
    ("shipping_module", "shipping_labels", "jtl_pro", (falls("jtl_start"),), None),
    ("marketplace", "marketplace", "jtl_pro", (falls("jtl_start"),), None),
    ("wms_module", "wms_module", "jtl_pro", (falls("wms_start", subject="wms"),), ("not_available", SOON)),
    ("hosting", "hosting", "jtl_pro", (falls("jtl_start"),), None),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "product", "edition", "changes", "told"), CHANGED)
def test_ED14_a_licence_warns_of_the_booked_edition_with_which_it_costs_something_else(
    kind: str, product: str, edition: str, changes: tuple[BookedChange, ...], told: tuple[str, datetime] | None
) -> None:
    check = ask(kind, customer({"product": product}, editions=editions(edition)), changes=changes)
    values = warned(check).get("knock_on")
    assert (values and (values["becomes"], values["changes_at"])) == (told and (told[0], told[1].isoformat()))


@pytest.mark.parametrize(
    ("kind", "product", "change", "names"),
    [
        ("voucher", "vouchers", falls("jtl_advanced"), ("JTL-Vouchers", "JTL Pro", "JTL Advanced")),
        ("wms_module", "wms_module", falls("wms_start", subject="wms"), ("WMS-Modul", "WMS Pro", "WMS Start")),
    ],
)
def test_ED14_a_licence_names_the_product_and_the_editions_before_and_after(
    kind: str, product: str, change: BookedChange, names: tuple[str, str, str]
) -> None:
    values = warned(ask(kind, customer({"product": product}), changes=(change,)))["knock_on"]
    assert (values["product"], values["current"], values["target"]) == names
    for language in LANGUAGES:
        text = say(language, "warning.knock_on", {"kind": kind} | values)
        assert values["target"] in text


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("unknown", "not_available", True),
        ("never_cancellable", "not_available", True),
        ("unknown", "never_cancellable", False),
        ("not_available", "unknown", False),
        ("not_available", "not_available", False),
        ("included", "usage_billed", False),
        ("included", "unknown", True),
    ],
)
def test_ED14_a_licence_warns_of_an_edition_that_lacks_it_also_where_nobody_knows_its_cost(
    before: OfferStatus, after: OfferStatus, told: bool
) -> None:
    sold = SHIPPED.products["vouchers"]
    statuses: dict[str, OfferStatus] = {"jtl_pro": before, "jtl_start": after}
    offers = {key: sold.offers[key].model_copy(update={"status": status}) for key, status in statuses.items()}
    products = SHIPPED.products | {"vouchers": sold.model_copy(update={"offers": offers})}
    catalogue = SHIPPED.model_copy(update={"products": products})
    check = ask("voucher", customer({}), catalogue=catalogue, changes=(falls("jtl_start"),))
    assert ("knock_on" in warned(check)) == told
