"""Editions and order packages: what is lost, what turns to paid, what is in surplus."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from catalogue.texts import say
from states.model.facts import Cost
from states.model.offers import Catalogue
from states.model.record import Customer
from states.rules.surplus import surplus_now, surplus_under
from tests.rules.checks import COMPLETE, NEWER, SHIPPED, STABLE, ask, customer, editions, refusal_of, warned

# Editions.


@pytest.mark.parametrize(
    ("rule", "current", "target", "lost", "limited"),
    [
        (
            "SH3",
            "jtl_pro",
            "jtl_advanced",
            {"JTL-Track&Trace", "Mehr als drei Kassen an JTL-Wawi", "Support mindestens auf Stufe Silber"},
            {"JTL-Vouchers ohne Aufpreis (sonst kostenpflichtig zubuchbar)"},
        ),
        (
            "SUP3",
            "jtl_enterprise",
            "jtl_pro",
            {
                "Mehr als fünf Kassen an JTL-Wawi",
                "Support auf Stufe Gold",
                "Key Accounting (über den Vertrieb buchbar)",
            },
            {"JTL-Wawi API ohne Aufpreis (nach der Betaphase; in JTL Advanced und JTL Pro kostenpflichtig zubuchbar)"},
        ),
        (
            "API1",
            "jtl_advanced",
            "jtl_start",
            {
                "Mehr als eine Kasse an JTL-Wawi",
                "Support mindestens auf Stufe Bronze",
                "JTL-Wawi API",
            },
            set(),
        ),
    ],
)
def test_ED4_functions_lost_or_restricted(
    rule: str, current: str, target: str, lost: set[str], limited: set[str]
) -> None:
    check = ask("edition", customer(editions=editions(current)), "jtl", target)
    assert {feature.feature for feature in check.features_lost if not feature.limited} == lost
    assert {feature.feature for feature in check.features_lost if feature.limited} == limited
    assert set(warned(check)["features_lost"]["features"]) == lost


def test_ED1_ED11_D1_an_edition_follows_the_notice_rule_and_lowers_the_cost() -> None:
    check = ask("edition", customer(), "jtl", "jtl_advanced")
    assert (check.date_rule, check.cost_effect, check.current, check.questions) == (
        "notice",
        "cancellation",
        "jtl_pro",
        (),
    )
    assert check.cost is None  # no price of JTL Pro is known
    assert check.optional_services == tuple(SHIPPED.optional_services)  # ED10


def test_ED11_the_cost_is_shown_where_both_prices_are_known() -> None:
    pro = SHIPPED.editions["wms_pro"].model_copy(update={"price_per_month": Decimal("99.00")})
    catalogue = SHIPPED.model_copy(update={"editions": {**SHIPPED.editions, "wms_pro": pro}})
    check = ask("edition", customer(), "wms", "wms_start", catalogue=catalogue)
    assert check.cost == Cost(before=Decimal("99.00"), after=Decimal(0))


@pytest.mark.parametrize(
    ("terms", "rules", "term_ends"),
    [
        ({}, [], None),
        ({"jtl": {"term": "monthly", "ends": "2026-12-31"}}, [], None),
        ({"jtl": {"term": "annual", "ends": "2027-06-30"}}, ["X14"], date(2027, 6, 30)),
        ({"jtl": {"term": "annual"}}, ["X14"], None),
        ({"wms": {"term": "annual", "ends": "2027-06-30"}}, [], None),
    ],
)
def test_X14_an_annual_term_is_asked_about(terms: dict[str, Any], rules: list[str], term_ends: date | None) -> None:
    check = ask("edition", customer(edition_terms=terms), "jtl", "jtl_advanced")
    assert [question.rule for question in check.questions] == rules
    assert check.term_ends == term_ends
    assert check.date_rule == "notice"


def test_ED1_a_catalogue_without_the_target_names_what_is_bookable() -> None:
    left = {key: edition for key, edition in SHIPPED.editions.items() if key != "jtl_advanced"}
    check = ask("edition", customer(), "jtl", "jtl_advanced", catalogue=SHIPPED.model_copy(update={"editions": left}))
    assert refusal_of(check) == ("ED1", "not_bookable")
    assert check.refusal is not None
    assert check.refusal.values == {"target": "jtl_advanced", "bookable": ["JTL Start"]}


ENTERPRISE, ADVANCED = editions("jtl_enterprise"), editions("jtl_advanced")
SILVER_TO_BRONZE = {"support_before": "Silber", "support_after": "Bronze"}
BRONZE_TO_COMMUNITY = {"support_before": "Bronze", "support_after": "Community"}
GOLD_TO_SILVER = {"support_before": "Gold", "support_after": "Silber"}
FOUR_REGISTERS = tuple({"product": "pos_wawi"} for _ in range(4))

KNOCK_ON: list[tuple[str, Customer, str, Catalogue, dict[str, Any]]] = [
    ("ED14 vouchers", customer({}), "jtl_advanced", SHIPPED, SILVER_TO_BRONZE | {"products": ["JTL-Vouchers"]}),
    (
        "ED14 API",
        customer({"product": "wawi_api"}, editions=ENTERPRISE),
        "jtl_pro",
        STABLE,
        GOLD_TO_SILVER | {"products": ["JTL-Wawi API"]},
    ),
    (
        "X7 API of which nobody knows what it will cost",
        customer({"product": "wawi_api"}, editions=ENTERPRISE),
        "jtl_pro",
        NEWER,
        GOLD_TO_SILVER | {"unsure": ["JTL-Wawi API"]},
    ),
    (
        "ED14 Track&Trace",
        customer({"product": "track_and_trace"}),
        "jtl_advanced",
        SHIPPED,
        SILVER_TO_BRONZE | {"lost": ["JTL-Track&Trace"]},
    ),
    (
        "ED14 POS limit",
        customer(*FOUR_REGISTERS),
        "jtl_advanced",
        SHIPPED,
        SILVER_TO_BRONZE
        | {
            "limits": [{"limit": 3, "product": "Kassenanbindungen an JTL-Wawi"}],
            "inferred": ["Kassenanbindung an JTL-Wawi"],
        },
    ),
    (
        "ED14 order package",
        customer(order_package=5000, language="en"),
        "jtl_advanced",
        SHIPPED,
        SILVER_TO_BRONZE | {"package_unsure": "order package 5,000"},
    ),
    (
        "OP2 unknown order package",
        customer(order_package=10000, language="en"),
        "jtl_advanced",
        SHIPPED,
        SILVER_TO_BRONZE | {"package_unsure": "order package 10,000"},
    ),
    (
        "OP2 order package that a complete list lacks",
        customer(order_package=5000, language="en"),
        "jtl_advanced",
        COMPLETE,
        SILVER_TO_BRONZE | {"package": "order package 5,000"},
    ),
    (
        "ED8 shop licences",
        customer({"product": "shop_licence"}, {"product": "wms_user"}),
        "jtl_advanced",
        SHIPPED,
        SILVER_TO_BRONZE | {"shop_licences": ["JTL-Shop-Lizenz (L-1)"]},
    ),
    (
        "WE4 users stay",
        customer({"product": "wms_user"}, {"product": "wms_user", "included": True}, {"product": "shop_licence"}),
        "wms_start",
        SHIPPED,
        {"users": ["WMS-Benutzer (L-1)"]},
    ),
    (
        "WMM3 open picks",
        customer({"product": "wms_module"}),
        "wms_start",
        SHIPPED,
        {"lost": ["WMS-Modul"], "warehouse": True},
    ),
    (
        "POS3 a limit of one",
        customer(*FOUR_REGISTERS[:2], editions=ADVANCED),
        "jtl_start",
        SHIPPED,
        BRONZE_TO_COMMUNITY
        | {
            "limits": [{"limit": 1, "product": "Kassenanbindung an JTL-Wawi"}],
            "inferred": ["Kassenanbindung an JTL-Wawi"],
        },
    ),
    (
        "SL2 a Subscription runs out",
        customer({"product": "shop_licence", "contract": "subscription"}, {"product": "shop_licence"}),
        "jtl_advanced",
        SHIPPED,
        SILVER_TO_BRONZE | {"shop_licences": ["JTL-Shop-Lizenz (L-2)"], "subscriptions": ["JTL-Shop-Lizenz (L-1)"]},
    ),
]


@pytest.mark.parametrize(
    ("rule", "record", "target", "catalogue", "values"), KNOCK_ON, ids=[row[0] for row in KNOCK_ON]
)
def test_knock_on_names_what_a_lower_edition_does_to_other_products(
    rule: str, record: Customer, target: str, catalogue: Catalogue, values: dict[str, Any]
) -> None:
    family = target.partition("_")[0]
    values_told = warned(ask("edition", record, family, target, catalogue=catalogue))["knock_on"]
    assert {name: value for name, value in values_told.items() if name not in ("current", "target")} == values
    for language in ("de", "en"):
        text = say(language, "warning.knock_on", values_told).replace("Silver", "Silber")
        for value in values.values():
            words = [] if value is True else [value] if isinstance(value, str) else value
            assert all(str(word["limit"]) in text if isinstance(word, dict) else word in text for word in words), text


MARKS = {"de": "gehen wir", "en": "assume"}


def test_POS2_the_number_of_registers_is_said_to_be_inferred_wherever_it_decides() -> None:
    check = ask("edition", customer(*FOUR_REGISTERS), "jtl", "jtl_advanced")
    lost, knock_on = warned(check)["features_lost"], warned(check)["knock_on"]
    assert lost["inferred"] == ["Mehr als drei Kassen an JTL-Wawi"]
    for language, mark in MARKS.items():
        assert mark in say(language, "warning.knock_on", knock_on).casefold()
        assert mark in say(language, "warning.features_lost", lost | {"no_term": None}).casefold()
        assert mark in say(language, "surplus.limit", check.surplus[0].values).casefold()


def test_API1_that_JTL_Start_lacks_the_API_is_said_to_be_inferred_wherever_it_decides() -> None:
    held = customer({"product": "wawi_api"}, {"product": "track_and_trace"})
    check = ask("edition", held, "jtl", "jtl_start")
    assert warned(check)["knock_on"]["inferred"] == ["JTL-Wawi API"]
    assert [entry.values.get("inferred") for entry in check.surplus] == [True, None]  # SH2: L131 says it
    for language, mark in MARKS.items():
        assert mark in say(language, "surplus.not_available", check.surplus[0].values | {"stage": None}).casefold()


def test_POS2_a_number_that_a_source_gives_is_not_said_to_be_inferred() -> None:
    sold = SHIPPED.products["pos_wawi"]
    attested = {key: offer.model_copy(update={"source": sold.source}) for key, offer in sold.offers.items()}
    products = SHIPPED.products | {"pos_wawi": sold.model_copy(update={"offers": attested})}
    catalogue = SHIPPED.model_copy(update={"products": products, "features": ()})
    check = ask("edition", customer(*FOUR_REGISTERS), "jtl", "jtl_advanced", catalogue=catalogue)
    said = (warned(check)["knock_on"], warned(check)["features_lost"], check.surplus[0].values)
    assert [values.get("inferred") for values in said] == [None, None, None]


@pytest.mark.parametrize(("family", "inferred"), [("wms", True), ("jtl", None)])
def test_WE2_that_WMS_Start_is_the_floor_is_said_to_be_inferred(family: str, inferred: bool | None) -> None:
    refusal = ask("edition", customer(editions=editions("jtl_start", "wms_start")), family, f"{family}_start").refusal
    assert refusal is not None and refusal.values.get("inferred") == inferred
    for language, mark in MARKS.items():
        assert (mark in say(language, "refusal.lowest_edition", refusal.values).casefold()) == bool(inferred)


@pytest.mark.parametrize(
    ("terms", "assumed"),
    [({}, True), ({"wms": {}}, True), ({"jtl": {"term": "monthly"}}, None), ({"jtl": {"term": "annual"}}, None)],
)
def test_ED15_a_term_that_no_record_names_is_said_to_be_taken_for_a_monthly_one(
    terms: dict[str, Any], assumed: bool | None
) -> None:
    check = ask("edition", customer(edition_terms=terms, editions=editions("jtl_enterprise")), "jtl", "jtl_pro")
    values = warned(check)["features_lost"]
    assert values.get("no_term") == assumed
    for language, words in (("de", "Jahresvertrag"), ("en", "annual contract")):
        assert (words in say(language, "warning.features_lost", values)) == bool(assumed)


BELOW_SILVER, BELOW_GOLD = "Support mindestens auf Stufe Silber", "Support auf Stufe Gold"

UNTOUCHED: list[tuple[str, Customer, str, str]] = [
    ("ED14 support level", customer(), "jtl_advanced", BELOW_SILVER),
    ("ED14 vouchers stay included", customer({}, editions=ENTERPRISE), "jtl_pro", BELOW_GOLD),
    (
        "ED14 vouchers were paid for",
        customer({}, editions=ADVANCED),
        "jtl_start",
        "Support mindestens auf Stufe Bronze",
    ),
    ("X7 API in beta", customer({"product": "wawi_api"}, editions=ENTERPRISE), "jtl_pro", BELOW_GOLD),
    ("ED14 POS below the limit", customer(*FOUR_REGISTERS[:3]), "jtl_advanced", BELOW_SILVER),
    ("OP2 order package that fits", customer(order_package=2500), "jtl_advanced", BELOW_SILVER),
]


@pytest.mark.parametrize(("rule", "record", "target", "support"), UNTOUCHED, ids=[row[0] for row in UNTOUCHED])
def test_SUP1_the_support_level_alone_is_a_function_lost_and_no_knock_on(
    rule: str, record: Customer, target: str, support: str
) -> None:
    warnings = warned(ask("edition", record, "jtl", target))
    assert "knock_on" not in warnings
    assert support in warnings["features_lost"]["features"]
    for language in ("de", "en"):
        assert support in say(language, "warning.features_lost", warnings["features_lost"])


def test_ED14_where_nothing_else_is_touched_nothing_is_said() -> None:
    assert "knock_on" not in warned(ask("edition", customer(), "wms", "wms_start"))


# Surplus (ED5, X2, X3, POS3).

POS5 = tuple({"product": "pos_wawi"} for _ in range(5))
ALL_POS = ("L-1", "L-2", "L-3", "L-4", "L-5")
SOON = datetime(2026, 12, 31, 23, tzinfo=UTC)
LATER = datetime(2027, 1, 31, 23, tzinfo=UTC)


def test_SH3_a_product_that_the_target_lacks_is_surplus_for_each_licence() -> None:
    record = customer({"product": "track_and_trace"}, {"product": "shipping_labels"}, {"product": "track_and_trace"})
    check = ask("edition", record, "jtl", "jtl_advanced", ends={"L-3": SOON, "L-2": SOON})
    assert [
        (entry.licence, entry.product, entry.reason, entry.candidates, entry.ends_at) for entry in check.surplus
    ] == [
        ("L-1", "track_and_trace", "not_available", ("L-1",), None),
        ("L-3", "track_and_trace", "not_available", ("L-3",), SOON),  # X3
    ]
    assert check.surplus[0].values == {
        "product": "JTL-Track&Trace",
        "target": "JTL Advanced",
        "kind": "shipping_module",
    }


@pytest.mark.parametrize(("target", "too_many"), [("jtl_advanced", 2), ("jtl_start", 4)])
def test_POS3_a_limit_exceeded_by_n_is_one_entry_with_n_and_all_candidates(target: str, too_many: int) -> None:
    (entry,) = ask("edition", customer(*POS5), "jtl", target).surplus
    assert (entry.licence, entry.reason, entry.candidates, entry.too_many) == (None, "limit", ALL_POS, too_many)


def test_POS3_at_the_limit_nothing_is_surplus() -> None:
    assert ask("edition", customer(*POS5[:3]), "jtl", "jtl_advanced").surplus == ()
    assert ask("edition", customer(*POS5, editions=editions("jtl_enterprise")), "jtl", "jtl_pro").surplus == ()


def test_X3_a_candidate_whose_end_is_booked_makes_one_less_and_is_no_candidate_any_more() -> None:
    (entry,) = ask("edition", customer(*POS5), "jtl", "jtl_start", ends={"L-4": LATER, "L-2": SOON}).surplus
    assert (entry.candidates, entry.too_many, entry.ending) == (("L-1", "L-3", "L-5"), 2, {"L-2": SOON, "L-4": LATER})
    assert entry.values == {
        "product": "Kassenanbindung an JTL-Wawi",
        "target": "JTL Start",
        "limit": 1,
        "held": 5,
        "inferred": True,
        "kind": "pos",
    }


def test_WE4_leaving_WMS_Pro_puts_modules_in_surplus_but_no_users() -> None:
    record = customer({"product": "wms_module"}, {"product": "wms_user"}, {"product": "track_and_trace"})
    assert [entry.licence for entry in ask("edition", record, "wms", "wms_start").surplus] == ["L-1"]


def test_SUP3_leaving_Enterprise_with_key_accounting_is_surplus() -> None:
    record = customer({"product": "key_accounting"}, editions=editions("jtl_enterprise"))
    assert [entry.licence for entry in ask("edition", record, "jtl", "jtl_pro").surplus] == ["L-1"]


def test_X2_after_the_change_only_what_is_left_is_asked() -> None:
    record = customer({"product": "track_and_trace"}, *POS5, editions=editions("jtl_advanced"))
    check = ask("edition", record, "jtl", "jtl_advanced", after=True, ends={"L-2": LATER})
    assert check.refusal is None
    assert [(entry.licence, entry.left, entry.ending) for entry in check.surplus] == [
        ("L-1", 1, {}),
        (None, 1, {"L-2": LATER}),
    ]
    assert surplus_now(record, {}, SHIPPED, "jtl") == surplus_under(record, {}, SHIPPED, "jtl", "jtl_advanced")
    assert surplus_now(customer(editions={}), {}, SHIPPED, "jtl") == ()


# Order packages (OP0, X4).

CHANNELS = (
    {"product": "marketplace"},
    {"product": "connector_shopify", "booked_via": "shopify"},
    {"product": "pos_wawi"},
)


def test_X4_every_channel_stands_against_package_0_also_one_whose_end_is_booked() -> None:
    check = ask("order_package", customer(*CHANNELS), "orders", 0, ends={"L-1": SOON})
    assert [(entry.licence, entry.reason, entry.ends_at) for entry in check.surplus] == [
        ("L-1", "channel", None),
        ("L-2", "channel", None),
    ]
    assert check.surplus[0].values == {"product": "eazyAuction-Marktplatz", "kind": "marketplace"}


def test_OPL_1_channels_do_not_stand_against_a_lower_package() -> None:
    check = ask("order_package", customer(*CHANNELS), "orders", 1000)
    assert (check.surplus, check.current, check.date_rule, check.cost_effect) == ((), 2500, "notice", "cancellation")


def test_OP2_package_0_is_always_possible() -> None:
    assert ask("order_package", customer(editions={}), "orders", 0).refusal is None


def test_X4_after_the_date_only_the_channels_are_asked() -> None:
    check = ask("order_package", customer(*CHANNELS, order_package=0), "orders", 0, after=True)
    assert [entry.licence for entry in check.surplus] == ["L-1", "L-2"]
