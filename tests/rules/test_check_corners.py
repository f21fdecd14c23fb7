"""What checks say in their corners: values that a text needs, editions that nobody holds, limits, defaults."""

import dataclasses
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from states.kinds.kind import Context
from states.kinds.licence import LicenceInquiry, edition_label, offer_of, recorded_of
from states.kinds.registry import KINDS
from states.model.effects import HandOver, Notify, Step, Tell
from states.model.facts import Check, Feature, Inquiry
from states.model.offers import Catalogue, Edition, Offer, Product, Source
from states.model.record import Customer, Licence
from states.model.request import Request
from states.rules.surplus import (
    MOST_SINGLE,
    Unfitting,
    active_channels,
    open_at_partners,
    surplus_now,
    surplus_under,
    too_many_of,
    unlisted_channels,
)
from states.views.diagram import dot, states_of
from tests.rules.checks import AT, FAR, SHIPPED, STABLE, ask, customer, editions, refusal_of, warned

SOURCE = Source(label="?", at="made up")
TEXT: Any = {"de": "Ding", "en": "thing"}


def offer(status: Any, limit: int | None = None) -> Offer:
    """What a product is in an edition."""
    return Offer(status=status, limit=limit, source=SOURCE)


def product(key: str, offers: dict[str, Offer], **fields: Any) -> Product:
    """A product of the JTL family."""
    return Product(key=key, kind="voucher", label=TEXT, family="jtl", offers=offers, source=SOURCE, **fields)


def catalogue(*products: Product) -> Catalogue:
    """The shipped catalogue with these products beside its own."""
    return SHIPPED.model_copy(update={"products": SHIPPED.products | {sold.key: sold for sold in products}})


# Kinds.


def test_what_each_kind_is_beside_its_path():
    """Workflow type, whether it looks at other licences, states never reached."""
    lines = []
    for kind in KINDS.values():
        never = " ".join(sorted(kind.chart.traits.unused)) or "-"
        lines.append(f"{kind.kind} {kind.workflow}{' watches' if kind.watches else ''} never {never}")
    never_licence = "external feature_warning reassigned reassigning third_party"
    warned_licence = "external reassigned reassigning third_party"
    assert lines == [
        "edition EditionDowngrade watches never -",
        "order_package OrderPackageDowngrade watches never -",
        "wms_user WmsUserCancellation never external feature_warning third_party",
        f"hosting_addon HostingAddonCancellation never {never_licence}",
        f"voucher VoucherCancellation never {warned_licence}",
        "marketplace MarketplaceDeactivation never external feature_warning reassigned reassigning",
        "marketplace_transfer MarketplaceTransfer never -",
        "connector ConnectorDeactivation never feature_warning reassigned reassigning",
        f"wawi_module WawiModuleCancellation never {never_licence}",
        f"pos PosDeactivation never {never_licence}",
        f"shipping_module ShippingModuleDeactivation never {never_licence}",
        f"production ProductionCancellation never {never_licence}",
        f"wms_module WmsModuleDeactivation never {never_licence}",
        "fulfillment FulfillmentExit never -",
        f"shop_licence ShopLicenceCancellation never {never_licence}",
        f"shop_hosting ShopHostingCancellation never {warned_licence}",
        "rest_api RestApiCancellation never external reassigned reassigning",
        "setup_service SetupServiceCancellation never revoked scheduled superseded",
        "key_accounting KeyAccountingCancellation never -",
        "support_level SupportLevelCancellation never abandoned applied applying revoked scheduled superseded "
        "support_ticket",
        "ecomdata EcomdataHandover never -",
        f"hosting HostingCancellation watches never {warned_licence}",
        "misclick MisclickTicket never applying revoked scheduled superseded",
    ]


def test_what_a_kind_and_its_context_are_cannot_be_changed():
    request, context = Request(kind="voucher", customer="K-1", subject="L"), Context(record=None)
    inquiry = LicenceInquiry(
        request, AT, False, customer(), context, SHIPPED,
        Licence(licence="L", product="p"), SHIPPED.products["vouchers"], None,
    )  # fmt: skip
    for one in (context, KINDS["voucher"], inquiry):
        with pytest.raises(dataclasses.FrozenInstanceError):
            setattr(one, next(field.name for field in dataclasses.fields(one)), None)
    assert (Context(record=None).zone, Context(record=None).ends, Context(record=None).open_runs) == (
        "Europe/Berlin", {}, frozenset(),
    )  # fmt: skip


# Refusals carry what their text needs.


@pytest.mark.parametrize(
    ("kind", "record", "more", "values"),
    [
        (
            "edition",
            customer(editions={"wms": "wms_pro"}),
            {"subject": "jtl", "target": "jtl_start"},
            {"subject": "jtl"},
        ),
        ("key_accounting", customer(), {"subject": "key_accounting"}, {"subject": "key_accounting"}),
        ("voucher", customer(), {"subject": "L-9"}, {"subject": "L-9"}),
        ("voucher", customer({"product": "made_up"}), {}, {"elsewhere": "made_up", "steps": []}),
        ("support_level", customer(editions={}), {"subject": "support"}, {"level": "-"}),
        ("support_level", customer(), {"subject": "support"}, {"level": "Silber"}),
    ],
)
def test_a_refusal_names_what_it_is_about(kind, record, more, values):
    check = ask(kind, record, **more)
    assert check.refusal is not None and check.refusal.values == values


def test_SUP1_an_edition_without_a_level_has_none():
    bare = SHIPPED.editions["jtl_pro"].model_copy(update={"support_level": None})
    known = SHIPPED.model_copy(update={"editions": SHIPPED.editions | {"jtl_pro": bare}})
    check = ask("support_level", customer(), "support", catalogue=known)
    assert check.refusal is not None and check.refusal.values == {"level": "-"}


@pytest.mark.parametrize(("tiers", "bookable"), [((0, 50, 100, 500), [100, 500]), ((0, 50), [100]), ((), [100])])
def test_OP0_6_a_transfer_needs_a_package_that_allows_channels(tiers, bookable):
    start = SHIPPED.editions["jtl_start"].model_copy(update={"tiers": tiers})
    sold = {"editions": SHIPPED.editions | {"jtl_start": start}, "tiers_complete": True}
    known = SHIPPED.model_copy(update=sold)
    other = customer(editions={"jtl": "jtl_start"}, order_package=99)
    mine = customer({"product": "marketplace"})
    check = ask("marketplace_transfer", mine, target="K-2", catalogue=known, other=other)
    assert check.refusal is not None
    assert check.refusal.values == {"target": "K-2", "bookable": bookable, "minimum": 100}
    enough = customer(editions={"jtl": "jtl_start"}, order_package=100)
    assert ask("marketplace_transfer", mine, target="K-2", catalogue=known, other=enough).refusal is None


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("marketplace_transfer", {"target": ""}),
        ("marketplace_transfer", {"target": 7}),
        ("marketplace_transfer", {"target": "K-1"}),
        ("key_accounting", {"subject": "key_accounting", "target": "x"}),
        ("key_accounting", {"subject": "other"}),
        ("support_level", {"subject": "support", "target": "x"}),
        ("setup_service", {"subject": "x" * 41}),
        ("setup_service", {"target": "x"}),
        ("setup_service", {"explanation": None}),
        ("fulfillment", {"subject": "ffn", "target": "x"}),
        ("misclick", {"explanation": None}),
    ],
)
def test_a_document_that_does_not_fit_is_malformed(kind, more):
    assert refusal_of(ask(kind, customer({"product": "marketplace"}), **more)) == ("G1", "malformed")


def test_OP0_a_truth_value_is_no_tier():
    request = Request(kind="order_package", customer="K-1", subject="orders", target=0)
    wrong = request.model_copy(update={"target": True})
    assert KINDS["order_package"].malformed(request) is None and KINDS["order_package"].malformed(wrong) is not None


# What checks say.


def test_the_cost_of_what_a_person_decides_is_open():
    assert ask("ecomdata", customer({"product": "ecomdata"})).model_fields_set >= {"cost_effect", "outside"}
    step = ask("ecomdata", customer({"product": "ecomdata"})).outside[0]
    assert (step.what, step.rule, step.subject) == ("ecomdata", "ECO2", "L-1")
    assert ask("misclick", customer()).cost_effect == "none"
    service = ask("setup_service", customer({"product": "setup_service"}))
    assert service.cost_effect == "unknown" and "cost_effect" in service.model_fields_set


def test_WMU4_a_user_says_where_it_is_assigned():
    check = ask("wms_user", customer({"product": "wms_user", "assigned_to": "wms", "term_ends": FAR}))
    assert check.current == "wms"


@pytest.mark.parametrize(
    ("kind", "subject", "current"), [("edition", "jtl", "jtl_pro"), ("order_package", "orders", 2500)]
)
def test_X2_X4_after_the_change_the_check_names_what_is_held(kind, subject, current):
    target: Any = "jtl_start" if kind == "edition" else 0
    assert ask(kind, customer(), subject, target, after=True).current == current


def test_FFN5_a_step_says_which_role_the_partner_has():
    partners = [{"id": "P-1", "name": "n", "role": "merchant"}]
    (step,) = ask("fulfillment", customer(partners=partners), "ffn").outside
    assert (step.what, step.rule, step.name, step.subject, step.values) == (
        "partner", "FFN5", "Partner (P-1)", "P-1", {"role": "merchant"},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("ends", "included", "found"),
    [
        (FAR, None, ("term", "cancellation", date(2027, 1, 31), True)),
        ("2026-01-31", None, ("agreed", "cancellation", None, True)),
        (FAR, True, ("agreed", "unknown", date(2027, 1, 31), False)),
    ],
)
def test_SUP3_key_accounting_with_price_and_term(ends, included, found):
    held = {"product": "key_accounting", "term_ends": ends, "price_per_month": "9", "included": included}
    check = ask("key_accounting", customer(held, editions=editions("jtl_enterprise")), "key_accounting")
    assert (check.date_rule, check.cost_effect, check.term_ends, check.cost is not None) == found


def test_X14_an_annual_term_is_quoted():
    check = ask("edition", customer(edition_terms={"jtl": {"term": "annual", "ends": FAR}}), "jtl", "jtl_start")
    (question,) = check.questions
    assert (question.type, question.rule) == ("clarify_term", "X14")
    assert question.values == {"recorded": "term: annual, ends: 2027-01-31"}
    bare = ask("edition", customer(edition_terms={"jtl": {"term": "annual"}}), "jtl", "jtl_start")
    assert bare.questions[0].values == {"recorded": "term: annual, ends: -"} and bare.term_ends is None


def test_X6_a_question_about_the_term_names_product_and_record():
    check = ask("voucher", customer({"product": "vouchers"}, editions=editions("jtl_start")))
    (question,) = check.questions
    assert question.values == {
        "product": "JTL-Vouchers", "recorded": "product: vouchers", "edition": "JTL Start", "listed": "paid_addon",
    }  # fmt: skip


def test_X5_what_is_recorded_is_quoted_field_by_field():
    licence = Licence.model_validate(
        {
            "licence": "L-1", "product": "p", "label": "Frau Muster", "module": "m", "included": True,
            "contract": "abonnement", "booked_via": "jtl", "assigned_to": "wms",
            "term_ends": FAR, "price_per_month": "9.00",
        }
    )  # fmt: skip
    assert recorded_of(licence) == (
        "product: p, module: m, included: true, contract: abonnement, booked_via: jtl, assigned_to: wms, "
        "term_ends: 2027-01-31, price_per_month: 9.00"
    )


# Offers and editions.


@pytest.mark.parametrize(
    ("held", "offers", "found"),
    [
        ({"jtl": "jtl_pro"}, {"jtl_pro": offer("included"), "jtl_start": offer("paid_addon")}, "included"),
        ({"jtl": "jtl_pro"}, {"jtl_start": offer("included")}, None),
        ({}, {"jtl_pro": offer("included"), "jtl_start": offer("included")}, "included"),
        ({}, {"jtl_pro": offer("included"), "jtl_start": offer("paid_addon")}, None),
        ({}, {"jtl_pro": offer("not_available"), "jtl_start": offer("not_available")}, None),
        ({}, {}, None),
    ],
)
def test_G6_without_its_edition_a_product_is_what_every_edition_says_alike(held, offers, found):
    given = offer_of(product("p", offers), held)
    assert (given.status if given else None) == found


def test_G6_a_product_of_no_family_is_the_same_for_all():
    plain = Product(key="p", kind="voucher", label=TEXT, source=SOURCE)
    assert offer_of(plain, {}) is None
    alone = plain.model_copy(update={"offers": {"jtl_pro": offer("included")}})
    assert offer_of(alone, {}) is None
    assert offer_of(plain.model_copy(update={"offer": offer("paid_addon")}), {}) == offer("paid_addon")


def test_the_edition_that_decides_is_named():
    wms = product("p", {}).model_copy(update={"family": "wms"})
    none = product("p", {}).model_copy(update={"family": None})
    record = customer()
    assert edition_label(record, SHIPPED, wms) == SHIPPED.editions["wms_pro"].label
    assert edition_label(record, SHIPPED, product("p", {})) == SHIPPED.editions["jtl_pro"].label
    assert edition_label(record, SHIPPED, none) == SHIPPED.editions["jtl_pro"].label
    assert edition_label(customer(editions={}), SHIPPED, none) == "-"


@pytest.mark.parametrize(
    ("before", "after", "touched"),
    [
        ("included", "paid_addon", "products"),
        ("unlimited", "paid_addon", "products"),
        ("included", "unknown", "unsure"),
        ("unlimited", "unknown", "unsure"),
        ("paid_addon", "paid_addon", None),
        ("paid_addon", "unknown", None),
        ("included", "included", None),
        (None, "paid_addon", None),
        ("included", None, None),
    ],
)
def test_ED14_what_turns_from_included_to_paid_or_to_what_nobody_knows_is_named(before, after, touched):
    offers = {"jtl_pro": before and offer(before), "jtl_start": after and offer(after)}
    thing = product("thing", {key: offered for key, offered in offers.items() if offered})
    found = warned(
        ask("edition", customer({"product": "thing"}, order_package=0), "jtl", "jtl_start", catalogue=catalogue(thing))
    )
    assert ("knock_on" in found) is (touched is not None)
    assert touched is None or {"products", "unsure"} & set(found["knock_on"]) == {touched}


def test_ED14_a_product_of_the_other_family_is_judged_by_its_own_edition():
    offers = {"wms_pro": offer("included"), "wms_start": offer("paid_addon")}
    thing = product("thing", offers).model_copy(update={"family": "wms"})
    held = customer({"product": "thing"}, order_package=0)
    assert "knock_on" not in warned(ask("edition", held, "jtl", "jtl_start", catalogue=catalogue(thing)))
    assert "knock_on" in warned(ask("edition", held, "wms", "wms_start", catalogue=catalogue(thing)))


@pytest.mark.parametrize(
    ("tiers", "held", "touched"),
    [
        ((0, 100), 2500, True),
        ((0, 100, 2500), 2500, False),
        ((), 2500, False),
        ((100,), 0, False),  # package 0 is always possible (OP2)
        ((100,), 1, True),
    ],
)
def test_ED14_a_package_that_the_target_does_not_sell_is_named(tiers, held, touched):
    start = SHIPPED.editions["jtl_start"].model_copy(update={"tiers": tiers})
    pro = SHIPPED.editions["jtl_pro"].model_copy(update={"tiers": (0, 2500)})
    sold = {"editions": SHIPPED.editions | {"jtl_start": start, "jtl_pro": pro}, "tiers_complete": True}
    known = SHIPPED.model_copy(update=sold)
    record = customer(order_package=held)
    assert ("knock_on" in warned(ask("edition", record, "jtl", "jtl_start", catalogue=known))) is touched


def test_ED4_functions_of_the_other_family_are_not_lost():
    feature = SHIPPED.features[0].model_copy(
        update={"key": "f", "family": "wms", "label": TEXT, "levels": {"jtl_start": "none", "wms_start": "limited"}}
    )
    known = SHIPPED.model_copy(update={"features": (feature,)})
    assert ask("edition", customer(), "jtl", "jtl_start", catalogue=known).features_lost == ()
    assert ask("edition", customer(), "wms", "wms_start", catalogue=known).features_lost == (
        Feature(feature="Ding", limited=True),
    )


@pytest.mark.parametrize(
    ("current", "target", "known"),
    [(Decimal(9), Decimal(5), True), (None, Decimal(5), False), (Decimal(9), None, False)],
)
def test_ED11_the_cost_needs_both_prices(current, target, known):
    prices = {"jtl_pro": current, "jtl_start": target}
    priced = {key: SHIPPED.editions[key].model_copy(update={"price_per_month": price}) for key, price in prices.items()}
    shown = SHIPPED.model_copy(update={"editions": SHIPPED.editions | priced})
    assert (ask("edition", customer(), "jtl", "jtl_start", catalogue=shown).cost is not None) is known


# Surplus.

ENDS = {"L-1": datetime(2027, 3, 1, tzinfo=UTC), "L-3": datetime(2027, 2, 1, tzinfo=UTC)}


def licences(count: int) -> list[Licence]:
    """So many licences of one product, recorded by module."""
    return [Licence(licence=f"L-{number}", product=f"p-{number}") for number in range(1, count + 1)]


def test_POS3_the_earliest_booked_ends_resolve_first():
    for limit, candidates, too_many, ending in (
        (1, ("L-2", "L-4"), 1, ["L-3", "L-1"]),
        (2, ("L-3", "L-1"), 0, ["L-3", "L-1"]),
        (3, ("L-3",), 0, ["L-3"]),
    ):
        entry = too_many_of(Unfitting(licences(4), "limit", {"kind": "pos"}, limit), ENDS)
        assert (entry.candidates, entry.too_many, list(entry.ending)) == (candidates, too_many, ending), limit
        assert (entry.product, entry.licence) == ("p-1", None)
        assert entry.values == {"kind": "pos", "held": 4}


@pytest.mark.parametrize(("limit", "too_many"), [(0, [2]), (1, [1]), (2, []), (3, []), (None, [])])
def test_POS3_a_limit_counts_where_there_is_one(limit, too_many):
    thing = product("thing", {"jtl_start": offer("included", limit)})
    record = customer({"product": "thing"}, {"product": "thing"})
    surplus = surplus_under(record, {}, catalogue(thing), "jtl", "jtl_start")
    assert [entry.too_many for entry in surplus] == too_many


def test_ED5_every_product_is_looked_at_also_after_one_that_no_edition_decides_about():
    free = product("free", {})
    gone = product("gone", {"jtl_start": offer("not_available")})
    record = customer({"product": "free"}, {"product": "gone"})
    (entry,) = surplus_under(record, ENDS, catalogue(free, gone), "jtl", "jtl_start")
    assert (entry.licence, entry.product, entry.reason, entry.candidates, entry.ends_at) == (
        "L-2", "gone", "not_available", ("L-2",), None,
    )  # fmt: skip
    said = {"product": "Ding", "target": SHIPPED.editions["jtl_start"].label, "kind": "voucher", "inferred": True}
    assert entry.values == said


def test_X2_without_an_edition_nothing_is_left_over():
    assert surplus_now(customer(editions={}), {}, SHIPPED, "jtl") == ()


def test_OP0_1_each_channel_is_its_own_candidate():
    (entry,) = active_channels(customer({"product": "marketplace"}), SHIPPED)
    assert (entry.licence, entry.reason, entry.candidates, entry.values["kind"]) == (
        "L-1",
        "channel",
        ("L-1",),
        "marketplace",
    )


def test_FFN2_what_is_open_at_a_partner_is_an_entry_each():
    record = customer(
        partners=[
            {"id": "P-1", "name": "n", "role": "merchant", "open_operations": 2, "stock": 1},
            {"id": "P-2", "name": "n", "role": "fulfiller"},
        ]
    )
    found = open_at_partners(record.partners)
    assert [(one.licence, one.product, one.reason, one.values, one.candidates) for one in found] == [
        ("P-1", "fulfillment", "open_operations", {"name": "Partner (P-1)", "count": 2}, ("P-1",)),
        ("P-1", "fulfillment", "stock", {"name": "Partner (P-1)", "count": 1}, ("P-1",)),
    ]


# Where nothing is said.


def test_a_catalogue_where_nothing_is_said():
    bare = Catalogue(version="v", valid_from=date(2027, 1, 1), source=SOURCE, api_beta=True, editions={}, products={})
    assert (bare.complete, bare.features, bare.kinds, bare.optional_services, bare.reasons) == (False, (), {}, {}, {})
    assert bare.minimum_channel_tier == 100
    assert (offer("included").limit, offer("included", 0).limit) == (None, 0)
    with pytest.raises(ValueError, match="limit"):
        offer("included", -1)
    edition = Edition(key="e", family="jtl", rank=1, label="E", source=SOURCE)
    assert (edition.tiers, edition.price_per_month, edition.support_level) == ((), None, None)
    assert (product("p", {}).channel, product("p", {}).details_needed, product("p", {}).click_path) == (False, None, {})


def test_an_inquiry_where_nothing_is_said():
    inquiry = Inquiry(request=Request(kind="k", customer="K", subject="s"), at=AT)
    assert (inquiry.first, inquiry.after, inquiry.version) == (False, False, None)
    assert Feature(feature="f").limited is False and Check(catalogue="v").language == "de"


@pytest.mark.parametrize(
    "effect",
    [
        Notify(template="t"),
        Tell(runs=("r",), state="applied"),
        HandOver(request=Request(kind="k", customer="K", subject="s")),
    ],
)
def test_every_effect_comes_back_from_its_document(effect):
    numbered = effect.numbered(1)
    step = Step(key="k", workflow_id="w", kind="k", customer="K", subject="s", effect=numbered)
    assert Step.model_validate_json(step.model_dump_json()).effect == numbered


def test_the_dot_of_a_kind_has_its_states_and_arrows():
    said_lines = dot("misclick").splitlines()
    assert said_lines == [
        'digraph "misclick" {',
        "  rankdir=TB; node [shape=box, style=rounded, fontname=Helvetica];",
        '  received [label="received"];',
        '  support_ticket [label="support_ticket"];',
        '  applied [label="applied", peripheries=2];',
        '  refused [label="refused", peripheries=2];',
        '  abandoned [label="abandoned", peripheries=2];',
        '  given_up [label="given_up\\n(give_up, from every state but the ends)", peripheries=2];',
        '  received -> refused [label="begin [refused_by_check]", fontsize=9];',
        '  received -> support_ticket [label="begin", fontsize=9];',
        '  support_ticket -> applied [label="granted", fontsize=9];',
        '  support_ticket -> refused [label="declined", fontsize=9];',
        '  support_ticket -> abandoned [label="abandon", fontsize=9];',
        "}",
    ]
    assert dot("misclick").endswith("}\n")
    note = next(line for line in dot("edition").splitlines() if line.startswith("  note "))
    assert note == (
        '  note [shape=note, fontsize=9, label="while an order stands beneath a change (X10)\\n'
        "standing_due → applying\\nrevocation_granted → withdrawing\\nsupersede → superseded\\n"
        'abandon → scheduled\\nlicences_checked → scheduled\\norder_refused → withdrawing"]; '
        "scheduled -> note [style=dashed, arrowhead=none];"
    )
    assert states_of(KINDS["misclick"].chart)[0] == "received"


def test_API2_the_api_once_stable_is_sold_and_then_touched_by_a_downgrade():
    record = customer({"product": "wawi_api"}, editions=editions("jtl_enterprise"), order_package=0)
    assert "knock_on" in warned(ask("edition", record, "jtl", "jtl_pro", catalogue=STABLE))
    assert "knock_on" not in warned(ask("edition", record, "jtl", "jtl_pro"))


def test_a_customer_is_found_by_licence():
    record = Customer(customer="K", name="n", licences=(Licence(licence="L", product="p"),))
    assert record.licence("L") is not None


def test_ED5_of_many_licences_those_of_a_product_share_an_entry():
    thing, other = (
        product("thing", {"jtl_start": offer("not_available")}),
        product("other", {"jtl_start": offer("not_available")}),
    )
    held = [{"product": "thing"}] * MOST_SINGLE
    few = surplus_under(customer(*held), ENDS, catalogue(thing, other), "jtl", "jtl_start")
    assert [entry.licence for entry in few] == [f"L-{number}" for number in range(1, MOST_SINGLE + 1)]
    both = customer(*held, {"product": "other"})
    many, single = surplus_under(both, ENDS, catalogue(thing, other), "jtl", "jtl_start")
    assert (many.licence, many.reason, many.too_many, many.left) == (None, "not_available", 48, 48)
    assert many.candidates == tuple(f"L-{number}" for number in range(1, MOST_SINGLE + 1) if number not in (1, 3))
    assert list(many.ending) == ["L-3", "L-1"]
    assert (single.licence, single.candidates, single.too_many) == ("L-51", ("L-51",), 1)


def test_OP0_1_of_many_channels_those_of_a_product_share_an_entry():
    (entry,) = active_channels(customer(*[{"product": "marketplace"}] * (MOST_SINGLE + 1)), SHIPPED)
    assert (entry.licence, entry.reason, entry.too_many, len(entry.candidates)) == (None, "channel", 51, 51)
    (entry,) = unlisted_channels(Licence(licence=f"L-{number}", product="gone") for number in range(51))
    assert (entry.licence, entry.values, entry.too_many) == (None, {"product": "gone", "held": 51}, 51)
