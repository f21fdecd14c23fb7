"""What may be ended, what it saves and from when, over all products of the catalogue and all kinds (G, D7, OP, WE3)."""

from typing import Any, get_args

import pytest

from states.kinds.registry import KINDS
from states.model.facts import CostEffect
from states.model.offers import Offer, OfferStatus, Source
from states.model.record import Customer, Licence
from states.model.request import Request
from states.rules.cost_effect import contradicting, listed_effect
from tests.rules.checks import COMPLETE, FAR, SHIPPED, ask, customer, editions, refusal_of, warned

JTL = ("jtl_start", "jtl_advanced", "jtl_pro", "jtl_enterprise")

BOOKED_IN_ADDITION = {
    *(("vouchers", edition) for edition in ("jtl_start", "jtl_advanced")),
    *(("wawi_api", edition) for edition in ("jtl_advanced", "jtl_pro")),
    ("key_accounting", "jtl_enterprise"),
    *(("wms_user", edition) for edition in ("wms_start", "wms_pro")),
    *((product, None) for product in ("production_user", "shop_licence", "shop_hosting", "hosting", "hosting_addon")),
}
"""Paid add-ons, contracts, additional users, by the edition that decides: all else saves nothing or is asked about."""


@pytest.mark.parametrize("product", list(SHIPPED.products))
def test_G5_G7_only_what_is_booked_in_addition_lowers_the_bill(product: str) -> None:
    entry = SHIPPED.products[product]
    offers: dict[str | None, Offer] = dict(entry.offers.items()) or {None: entry.offer or offer("unknown")}
    for edition, found in offers.items():
        effect = listed_effect(found)
        assert (effect == "cancellation") == ((product, edition) in BOOKED_IN_ADDITION), edition
        assert (effect == "deactivation") == (found.status in ("included", "unlimited", "usage_billed")), edition


@pytest.mark.parametrize(
    ("edition", "effect"),
    [
        ("jtl_start", "cancellation"),
        ("jtl_advanced", "cancellation"),
        ("jtl_pro", "deactivation"),
        ("jtl_enterprise", "deactivation"),
    ],
)
def test_G6_the_same_product_is_an_add_on_below_and_included_above(edition: str, effect: str) -> None:
    assert ask("voucher", customer({"product": "vouchers"}, editions=editions(edition))).cost_effect == effect


def offer(status: OfferStatus) -> Offer:
    """A product with that status."""
    return Offer(status=status, source=Source(label="?", at="a test"))


STATUSES: dict[OfferStatus | None, CostEffect] = {
    "paid_addon": "cancellation",
    "included": "deactivation",
    "unlimited": "deactivation",
    "usage_billed": "deactivation",
    "never_cancellable": "unknown",
    "not_available": "unknown",
    "unknown": "unknown",
    None: "unknown",
}


@pytest.mark.parametrize(("status", "effect"), STATUSES.items(), ids=map(str, STATUSES))
def test_G8_included_or_booked_decides_and_what_nobody_knows_is_never_guessed(
    status: OfferStatus | None, effect: CostEffect
) -> None:
    assert listed_effect(offer(status) if status else None) == effect


FACTS: list[tuple[str, dict[str, Any], set[str]]] = [
    ("included", {"included": True}, {"cancellation", "none"}),
    ("included", {"included": False}, {"deactivation"}),
    ("price_per_month", {"price_per_month": "0.01"}, {"deactivation", "none"}),
    ("price_per_month", {"price_per_month": "0.00"}, {"cancellation"}),
    ("term_ends", {"term_ends": FAR}, {"deactivation", "none"}),
    ("term_ends", {"term_ends": "2026-10-31"}, {"deactivation", "none"}),
    ("contract", {"contract": "abonnement"}, {"deactivation", "none"}),
    ("contract", {"contract": "subscription"}, {"cancellation", "deactivation", "none"}),
    ("booked_via", {"booked_via": "jtl"}, set()),
    ("booked_via", {"booked_via": "shopify"}, {"cancellation", "deactivation", "none"}),
    ("assigned_to", {"assigned_to": "wms"}, {"cancellation", "deactivation", "none"}),
]
"""A recorded fact, and the effects on the cost that it contradicts, of a product to which it does not belong."""


@pytest.mark.parametrize(("name", "recorded", "against"), FACTS, ids=[f"{row[0]}-{n}" for n, row in enumerate(FACTS)])
def test_X5_a_recorded_fact_contradicts_an_effect_on_the_cost(
    name: str, recorded: dict[str, Any], against: set[str]
) -> None:
    held = Licence.model_validate({"licence": "L-1", "product": "vouchers"} | recorded)
    found = {effect: contradicting(effect, SHIPPED.products["vouchers"], held) for effect in get_args(CostEffect)}
    assert found == {effect: (name,) if effect in against else () for effect in get_args(CostEffect)}


@pytest.mark.parametrize(
    ("product", "recorded", "effect"),
    [
        ("shop_licence", {"contract": "subscription"}, "cancellation"),
        ("connector_shopify", {"booked_via": "shopify"}, "deactivation"),
        ("wms_user", {"assigned_to": "wms_mobile", "contract": "abonnement", "price_per_month": "9"}, "cancellation"),
    ],
)
def test_SL2_CO4_WMU1_what_belongs_to_the_product_contradicts_nothing(
    product: str, recorded: dict[str, Any], effect: CostEffect
) -> None:
    held = Licence.model_validate({"licence": "L-1", "product": product} | recorded)
    assert contradicting(effect, SHIPPED.products[product], held) == ()


CONTRADICTIONS: list[tuple[str, dict[str, Any], list[str]]] = [
    # a voucher of JTL Pro, which includes it, with a price and a term
    ("voucher", {"product": "vouchers", "price_per_month": "19.00", "term_ends": FAR}, ["clarify_cost"]),
    ("voucher", {"product": "vouchers", "price_per_month": "19.00"}, ["clarify_cost", "clarify_term"]),
    ("voucher", {"product": "vouchers", "price_per_month": "0.00"}, []),
    ("marketplace", {"product": "marketplace", "price_per_month": "5"}, ["clarify_cost", "clarify_term"]),
    ("rest_api", {"product": "wawi_api", "price_per_month": "5"}, ["clarify_cost", "clarify_term"]),  # in its beta
    ("rest_api", {"product": "wawi_api", "price_per_month": "0"}, []),
    ("wms_user", {"product": "wms_user", "price_per_month": "0", "term_ends": FAR}, ["clarify_cost"]),
    ("wms_user", {"product": "wms_user", "included": True, "price_per_month": "9", "term_ends": FAR}, ["clarify_cost"]),
    ("shop_licence", {"product": "shop_licence", "contract": "subscription", "term_ends": "2026-10-31"},
     ["clarify_cost", "clarify_term"]),  # it should have run out
]  # fmt: skip


@pytest.mark.parametrize(("kind", "licence", "questions"), CONTRADICTIONS)
def test_X5_a_record_that_contradicts_the_catalogue_or_itself_is_asked_about(
    kind: str, licence: dict[str, Any], questions: list[str]
) -> None:
    check = ask(kind, customer(licence))
    assert check.refusal is None
    assert [question.type for question in check.questions] == questions
    assert (check.cost_effect == "unknown") == bool(questions)
    assert ("no_saving" in warned(check)) == (not questions)


HELD_ALL_THE_SAME = [
    ("shipping_module", "track_and_trace", editions("jtl_advanced"), "JTL Advanced"),
    ("rest_api", "wawi_api", editions("jtl_start"), "JTL Start"),
    ("wms_module", "wms_module", editions(wms="wms_start"), "WMS Start"),
]


@pytest.mark.parametrize(("kind", "product", "held", "edition"), HELD_ALL_THE_SAME)
def test_X5_SH2_API1_WMM1_what_is_held_though_the_edition_lacks_it_can_be_ended_at_a_cost_that_is_asked_about(
    kind: str, product: str, held: dict[str, str], edition: str
) -> None:
    check = ask(kind, customer({"product": product}, editions=held))
    assert (check.refusal, check.cost_effect) == (None, "unknown")
    question = check.questions[0]
    assert (question.type, question.values["edition"], question.values["listed"]) == (
        "clarify_cost", edition, "not_available",
    )  # fmt: skip


def test_X5_SUP3_key_accounting_that_is_held_outside_enterprise_is_for_sales_to_end() -> None:
    check = ask("key_accounting", customer({"product": "key_accounting"}), "key_accounting")
    assert (check.refusal, check.cost_effect, check.date_rule) == (None, "unknown", "agreed")


# Channels.


@pytest.mark.parametrize("product", list(SHIPPED.products))
def test_OP1_OP0_1_what_packages_bill_stands_against_package_0_and_nothing_else(product: str) -> None:
    billed = product in ("marketplace", "connector_shopify", "connector_shopware6")
    check = ask("order_package", customer({"product": product}), "orders", 0)
    assert [(entry.licence, entry.reason) for entry in check.surplus] == ([("L-1", "channel")] if billed else [])


@pytest.mark.parametrize(
    ("edition", "target", "bookable"),
    [("jtl_pro", 5000, True), ("jtl_advanced", 5000, False), ("jtl_advanced", 2500, True), ("jtl_start", 500, False)],
)
def test_OP2_each_edition_allows_certain_packages_only(edition: str, target: int, bookable: bool) -> None:
    record = customer(order_package=10000, editions=editions(edition))
    check = ask("order_package", record, "orders", target, catalogue=COMPLETE)
    assert (check.refusal is None) == bookable
    assert bookable or refusal_of(check) == ("OPL-2", "not_bookable")


@pytest.mark.parametrize("product", ["connector_woocommerce", "connector_gambio", "connector"])
def test_CO3_no_other_connector_than_shopify_and_shopware_6_is_known(product: str) -> None:
    assert refusal_of(ask("connector", customer({"product": product}))) == ("G1", "use_support")
    assert {key for key, sold in SHIPPED.products.items() if sold.kind == "connector"} == {
        "connector_shopify",
        "connector_shopware6",
    }


# Dates.

EXAMPLES: list[tuple[str, Customer, dict[str, Any]]] = [
    ("edition", customer(), {"subject": "jtl", "target": "jtl_advanced"}),
    ("edition", customer(), {"subject": "wms", "target": "wms_start"}),
    ("order_package", customer(), {"subject": "orders", "target": 1000}),
    ("order_package", customer(), {"subject": "orders", "target": 0}),
    *((sold.kind, customer({"product": key, "term_ends": FAR}, editions=editions("jtl_enterprise")), {})
      for key, sold in
      SHIPPED.products.items() if sold.kind not in (None, "key_accounting")),
    (
        "key_accounting",
        customer({"product": "key_accounting"}, editions=editions("jtl_enterprise")),
        {"subject": "key_accounting"},
    ),
    (
        "marketplace_transfer",
        customer({"product": "marketplace"}),
        {"target": "K-2", "other": customer(order_package=100)},
    ),
    ("fulfillment", customer(), {"subject": "ffn"}),
    ("misclick", customer(), {"subject": "anything"}),
]  # fmt: skip


@pytest.mark.parametrize(("kind", "record", "more"), EXAMPLES, ids=[f"{row[0]}-{n}" for n, row in enumerate(EXAMPLES)])
def test_D7_the_notice_rule_holds_for_editions_and_packages_alone(
    kind: str, record: Customer, more: dict[str, Any]
) -> None:
    check = ask(kind, record, **more)
    assert check.refusal is None
    assert (check.date_rule == "notice") == (kind in ("edition", "order_package"))


def test_D7_every_kind_but_the_support_level_is_in_the_table() -> None:
    assert {row[0] for row in EXAMPLES} == set(KINDS) - {"support_level"}  # which is always refused


@pytest.mark.parametrize("product", ["marketplace", "connector_shopify", "wms_module", "pos_wawi", "shipping_labels"])
def test_MP5_where_no_date_is_stated_what_has_no_fee_ends_when_it_is_confirmed(product: str) -> None:
    check = ask(str(SHIPPED.products[product].kind), customer({"product": product}))
    assert (check.date_rule, check.questions) == ("moment", ())


# The WMS.


@pytest.mark.parametrize("assigned_to", ["wms", "wms_mobile", None])
def test_WMU1_users_of_wms_and_wms_mobile_are_one_pool_with_one_process(assigned_to: str | None) -> None:
    check = ask("wms_user", customer({"product": "wms_user", "assigned_to": assigned_to, "term_ends": FAR}))
    assert (check.refusal, check.cost_effect, check.current) == (None, "cancellation", assigned_to)


@pytest.mark.parametrize("inclusive", [0, 1])
def test_WMU2_WMU3_all_users_but_the_inclusive_one_can_be_cancelled(inclusive: int) -> None:
    users = [{"product": "wms_user", "included": number <= inclusive, "term_ends": FAR} for number in range(1, 4)]
    checks = [ask("wms_user", customer(*users), f"L-{number}") for number in range(1, 4)]
    assert [check.refusal is None for check in checks].count(True) == 3 - inclusive
    assert all(refusal_of(check) == ("WMU2", "inclusive_user") for check in checks[:inclusive])


@pytest.mark.parametrize(
    ("product", "asked_as", "right"),
    [
        ("wms_user", "wms_module", "wms_user"),
        ("wms_module", "wms_user", "wms_module"),
        ("wms_user", "wawi_module", "wms_user"),
        ("wms_module", "voucher", "wms_module"),
    ],
)
def test_WE3_edition_module_and_user_of_the_wms_are_three_processes(product: str, asked_as: str, right: str) -> None:
    """Whoever asks in the wrong one is told the right one; the edition's takes no licence at all."""
    check = ask(asked_as, customer({"product": product}))
    assert refusal_of(check) == ("G1", "not_held")
    assert check.refusal and check.refusal.values["belongs_to"] == right
    edition = Request(kind="edition", customer="K-1", subject="L-1", target="wms_start")
    assert KINDS["edition"].malformed(edition) == "fault.subject_fixed"
