"""What the checks say of a licence that ends: cost, term, questions, steps outside, forms."""

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from catalogue.texts import say
from states.model.facts import Check, Cost, Refusal
from states.model.offers import Catalogue, Notice, Source
from tests.charts.lone_run import LoneRun, document_of
from tests.rules.checks import AT, FAR, NEWER, SHIPPED, STABLE, ask, customer, editions, warned

# Cost, date and questions of licences (G5-G8, X5, X6).


@pytest.mark.parametrize(
    ("rule", "kind", "licence", "held", "effect", "date_rule", "questions"),
    [
        (
            "VOU2",
            "voucher",
            {"product": "vouchers", "term_ends": FAR},
            editions("jtl_start"),
            "cancellation",
            "term",
            (),
        ),
        (
            "VOU2",
            "voucher",
            {"product": "vouchers", "term_ends": FAR},
            editions("jtl_advanced"),
            "cancellation",
            "term",
            (),
        ),
        ("VOU2", "voucher", {"product": "vouchers"}, editions("jtl_pro"), "deactivation", "moment", ()),
        ("VOU2", "voucher", {"product": "vouchers"}, editions("jtl_enterprise"), "deactivation", "moment", ()),
        ("X6", "voucher", {"product": "vouchers"}, editions("jtl_start"), "cancellation", "term", ("clarify_term",)),
        (
            "X6",
            "voucher",
            {"product": "vouchers", "term_ends": "2026-11-23"},
            editions("jtl_start"),
            "cancellation",
            "term",
            ("clarify_term",),
        ),
        (
            "X6",
            "voucher",
            {"product": "vouchers", "term_ends": "2026-11-24"},
            editions("jtl_start"),
            "cancellation",
            "term",
            (),
        ),
        (
            "X5",
            "voucher",
            {"product": "vouchers", "included": False},
            editions("jtl_pro"),
            "unknown",
            "moment",
            ("clarify_cost", "clarify_term"),
        ),
        (
            "X5",
            "voucher",
            {"product": "vouchers", "included": True, "term_ends": FAR},
            editions("jtl_start"),
            "unknown",
            "moment",
            ("clarify_cost",),
        ),
        ("G6", "voucher", {"product": "vouchers", "included": True}, editions("jtl_pro"), "deactivation", "moment", ()),
        ("WMU3", "wms_user", {"product": "wms_user", "term_ends": FAR}, editions(), "cancellation", "term", ()),
        (
            "WMU3",
            "wms_user",
            {"product": "wms_user", "included": False, "term_ends": FAR},
            editions(wms="wms_start"),
            "cancellation",
            "term",
            (),
        ),
        ("WMU3", "wms_user", {"product": "wms_user", "term_ends": FAR}, {"jtl": "jtl_pro"}, "cancellation", "term", ()),
        (
            "X5",
            "voucher",
            {"product": "vouchers", "term_ends": FAR},
            {"wms": "wms_pro"},
            "unknown",
            "moment",
            ("clarify_cost",),
        ),
        ("MP1", "marketplace", {"product": "marketplace"}, editions("jtl_start"), "deactivation", "moment", ()),
        ("MP1", "marketplace", {"product": "marketplace"}, editions("jtl_enterprise"), "deactivation", "moment", ()),
        ("CO1", "connector", {"product": "connector_shopware6"}, editions(), "deactivation", "moment", ()),
        (
            "CO5",
            "connector",
            {"product": "connector_shopware6", "booked_via": "shopify"},
            editions(),
            "unknown",
            "moment",
            ("clarify_cost", "clarify_term"),
        ),
        ("WM1", "wawi_module", {"product": "wawi_module"}, editions(), "deactivation", "moment", ()),
        (
            "WM2",
            "wawi_module",
            {"product": "wawi_module", "included": False, "term_ends": FAR},
            editions(),
            "unknown",
            "moment",
            ("clarify_cost",),
        ),
        ("POS1", "pos", {"product": "pos_wawi"}, editions("jtl_start"), "deactivation", "moment", ()),
        ("POS1", "pos", {"product": "pos_wawi"}, editions("jtl_enterprise"), "deactivation", "moment", ()),
        (
            "POS5",
            "pos",
            {"product": "pos_standalone", "term_ends": FAR},
            editions(),
            "unknown",
            "moment",
            ("clarify_cost",),
        ),
        ("SH1", "shipping_module", {"product": "shipping_labels"}, editions("jtl_start"), "deactivation", "moment", ()),
        ("SH1", "shipping_module", {"product": "shipping_labels"}, {}, "deactivation", "moment", ()),
        ("SH2", "shipping_module", {"product": "track_and_trace"}, editions("jtl_pro"), "deactivation", "moment", ()),
        (
            "PR2",
            "production",
            {"product": "plan_and_produce", "term_ends": FAR},
            editions(),
            "unknown",
            "moment",
            ("clarify_cost",),
        ),
        (
            "PR2",
            "production",
            {"product": "production_module", "term_ends": FAR},
            editions(),
            "unknown",
            "moment",
            ("clarify_cost",),
        ),
        ("G7", "production", {"product": "production_user", "term_ends": FAR}, editions(), "cancellation", "term", ()),
        ("WMM1", "wms_module", {"product": "wms_module"}, editions(), "deactivation", "moment", ()),
        (
            "SL1",
            "shop_licence",
            {"product": "shop_licence", "contract": "abonnement", "term_ends": FAR},
            editions(),
            "cancellation",
            "term",
            (),
        ),
        (
            "SL1",
            "shop_licence",
            {"product": "shop_licence", "term_ends": FAR},
            editions(),
            "unknown",
            "moment",
            ("clarify",),
        ),
        ("SHH2", "shop_hosting", {"product": "shop_hosting", "term_ends": FAR}, editions(), "cancellation", "term", ()),
        ("HOS1", "hosting", {"product": "hosting", "term_ends": FAR}, editions(), "cancellation", "term", ()),
        (
            "ADD1",
            "hosting_addon",
            {"product": "hosting_addon", "term_ends": FAR},
            editions(),
            "cancellation",
            "term",
            (),
        ),
        ("API2", "rest_api", {"product": "wawi_api"}, editions("jtl_advanced"), "none", "moment", ()),
        ("API2", "rest_api", {"product": "wawi_api"}, editions("jtl_pro"), "none", "moment", ()),
        ("API2", "rest_api", {"product": "wawi_api"}, editions("jtl_enterprise"), "deactivation", "moment", ()),
    ],
)
def test_what_ending_a_licence_does(
    rule: str,
    kind: str,
    licence: dict[str, Any],
    held: dict[str, str],
    effect: str,
    date_rule: str,
    questions: tuple[str, ...],
) -> None:
    check = ask(kind, customer(licence, editions=held))
    assert check.refusal is None
    assert (check.cost_effect, check.date_rule, tuple(question.type for question in check.questions)) == (
        effect,
        date_rule,
        questions,
    )
    assert ("no_saving" in warned(check)) == (effect in ("deactivation", "none"))  # G9


@pytest.mark.parametrize(
    ("edition", "effect"),
    [("jtl_advanced", "cancellation"), ("jtl_pro", "cancellation"), ("jtl_enterprise", "deactivation")],
)
def test_API2_once_stable_the_api_is_sold_below_enterprise(edition: str, effect: str) -> None:
    term = FAR if effect == "cancellation" else None
    check = ask(
        "rest_api", customer({"product": "wawi_api", "term_ends": term}, editions=editions(edition)), catalogue=STABLE
    )
    assert check.cost_effect == effect
    assert check.outside == ()  # API3: afterwards this step falls away
    assert "pilot_sign_off" not in warned(check)


@pytest.mark.parametrize(
    ("edition", "effect", "questions"),
    [
        ("jtl_advanced", "unknown", ["clarify_cost"]),
        ("jtl_pro", "unknown", ["clarify_cost"]),
        ("jtl_enterprise", "deactivation", []),
    ],
)
def test_API2_X7_where_nobody_knows_whether_the_beta_goes_on_the_cost_is_asked_about(
    edition: str, effect: str, questions: list[str]
) -> None:
    term = FAR if effect == "unknown" else None
    record = customer({"product": "wawi_api", "term_ends": term}, editions=editions(edition))
    check = ask("rest_api", record, catalogue=NEWER)
    assert (check.cost_effect, [question.type for question in check.questions]) == (effect, questions)
    assert [(step.what, step.values) for step in check.outside] == [("pilot", {"unsure": True})]  # API3


@pytest.mark.parametrize(
    ("catalogue", "pilot", "unsure"), [(SHIPPED, False, {}), (NEWER, False, {"unsure": True}), (NEWER, True, {})]
)
def test_API3_only_a_pilot_that_is_recorded_or_a_beta_that_goes_on_is_claimed(
    catalogue: Catalogue, pilot: bool, unsure: dict[str, Any]
) -> None:
    check = ask("rest_api", customer({"product": "wawi_api", "pilot": pilot}), catalogue=catalogue)
    assert (warned(check)["pilot_sign_off"], check.outside[0].values) == (unsure, unsure)
    for language, claim in (
        ("de", "nutzen Sie über ein Pilot"),
        ("en", "You use this product through"),
    ):
        assert (claim in say(language, "warning.pilot_sign_off", unsure)) == (not unsure)


@pytest.mark.parametrize(("term_ends", "also"), [(FAR, []), (None, ["clarify_term"])])
def test_SL1_of_a_shop_licence_without_a_contract_it_is_asked_which_one_it_is(
    term_ends: str | None, also: list[str]
) -> None:
    check = ask("shop_licence", customer({"product": "shop_licence", "term_ends": term_ends}))
    asked, *others = check.questions
    assert (asked.type, asked.rule, asked.text) == ("clarify", "SL1", "clarify_contract")
    runs_out = Refusal(rule="SL2", code="subscription", values={"ends_on": term_ends})
    assert asked.answers == {"abonnement": "cancellation", "subscription": runs_out}
    assert [question.type for question in others] == also
    term = f", term_ends: {term_ends}" if term_ends else ""
    assert asked.values == {"recorded": f"product: shop_licence{term}"}


INFERRED: list[tuple[str, str, dict[str, Any], bool]] = [
    ("SH1", "shipping_module", {"product": "shipping_labels"}, True),
    ("SH1", "shipping_module", {"product": "shipping_labels", "included": True}, False),
    ("SH2", "shipping_module", {"product": "track_and_trace"}, False),
    ("WM2", "wawi_module", {"product": "wawi_module"}, True),
    ("WM2", "wawi_module", {"product": "wawi_module", "included": True}, False),
    ("POS2", "pos", {"product": "pos_wawi"}, True),
    ("G7", "production", {"product": "production_user", "term_ends": FAR}, True),
    ("G7", "production", {"product": "production_user", "term_ends": FAR, "price_per_month": "9.00"}, False),
    ("SL1", "shop_licence", {"product": "shop_licence", "contract": "abonnement", "term_ends": FAR}, True),
    ("HOS1", "hosting", {"product": "hosting", "term_ends": FAR}, True),
    ("WMU3", "wms_user", {"product": "wms_user", "term_ends": FAR}, False),
    ("MP1", "marketplace", {"product": "marketplace"}, False),
    ("PR2", "production", {"product": "plan_and_produce"}, False),
    ("SL1", "shop_licence", {"product": "shop_licence"}, False),  # it is asked about
]


@pytest.mark.parametrize(("rule", "kind", "licence", "inferred"), INFERRED)
def test_G8_what_decides_and_is_inferred_is_said_to_be_inferred(
    rule: str, kind: str, licence: dict[str, Any], inferred: bool
) -> None:
    """In the warning where nothing is saved, in `why` where the cost falls; not where the record itself says it."""
    check = ask(kind, customer(licence))
    assert check.inferred == inferred
    run = LoneRun(kind, check.model_dump(exclude_unset=True))
    document = document_of(run, say)
    said = [warning.text for warning in document.warnings] + [step.step for step in document.why]
    assert any("gehen wir" in text for text in said) == inferred, said


def test_X6_whether_a_term_has_run_out_is_judged_by_the_day_in_berlin() -> None:
    record = customer({"term_ends": "2027-01-31"}, editions=editions("jtl_start"))
    assert ask("voucher", record, at=datetime(2027, 1, 31, 22, 59, tzinfo=UTC)).questions == ()
    late = ask("voucher", record, at=datetime(2027, 1, 31, 23, 0, tzinfo=UTC))  # the 1st of February in Berlin
    assert [question.rule for question in late.questions] == ["X6"]
    assert late.term_ends == date(2027, 1, 31)


def test_X5_a_question_quotes_the_product_and_what_is_recorded_but_no_label() -> None:
    licence = {
        "product": "production_module",
        "label": "Frau Beispiel",
        "included": True,
        "price_per_month": "9.00",
        "term_ends": FAR,
    }
    (question,) = ask("production", customer(licence, language="en")).questions
    assert question.values == {
        "product": "production module",
        "recorded": "product: production_module, included: true, term_ends: 2027-01-31, price_per_month: 9.00",
    }


@pytest.mark.parametrize(
    ("edition", "price", "cost"),
    [
        ("jtl_start", "9.00", Cost(before=Decimal("9.00"), after=Decimal(0))),
        ("jtl_pro", "0.00", Cost(before=Decimal(0), after=Decimal(0))),
        ("jtl_start", None, None),
    ],
)
def test_G7_G9_cost_falls_only_by_a_cancellation(edition: str, price: str | None, cost: Cost | None) -> None:
    term = FAR if edition == "jtl_start" else None
    record = customer({"price_per_month": price, "term_ends": term}, editions=editions(edition))
    assert ask("voucher", record).cost == cost


def test_X5_no_cost_is_shown_where_the_effect_is_unknown() -> None:
    record = customer({"product": "plan_and_produce", "price_per_month": "9.00"})
    assert ask("production", record).cost is None


def test_WM2_a_module_known_to_be_sold_has_an_entry_of_its_own() -> None:
    base = SHIPPED.products["wawi_module"]
    paid = {key: offer.model_copy(update={"status": "paid_addon"}) for key, offer in base.offers.items()}
    own = base.model_copy(update={"key": "wawi_module/extra", "offers": paid})
    catalogue = SHIPPED.model_copy(update={"products": {**SHIPPED.products, "wawi_module/extra": own}})
    licence = {"product": "wawi_module", "module": "extra", "term_ends": FAR}
    assert ask("wawi_module", customer(licence), catalogue=catalogue).cost_effect == "cancellation"
    del licence["term_ends"]
    assert ask("wawi_module", customer(licence)).cost_effect == "deactivation"


# Steps outside, forms, add-ons, tickets.


@pytest.mark.parametrize(
    ("kind", "licence", "steps"),
    [
        (
            "marketplace",
            {"product": "marketplace", "pilot": True, "third_party": "X"},
            [("pilot", "MP3", None), ("third_party", "MP4", "X")],
        ),
        ("marketplace", {"product": "marketplace"}, []),
        ("connector", {"product": "connector_shopify", "booked_via": "shopify"}, [("shopify", "CO4", None)]),
        ("connector", {"product": "connector_shopify", "booked_via": "jtl"}, []),
        ("connector", {"product": "connector_shopware6", "booked_via": "shopify"}, []),
        ("rest_api", {"product": "wawi_api"}, [("pilot", "API3", None)]),
        ("ecomdata", {"product": "ecomdata"}, [("ecomdata", "ECO2", None)]),
    ],
)
def test_X9_steps_outside_our_reach(
    kind: str, licence: dict[str, Any], steps: list[tuple[str, str, str | None]]
) -> None:
    check = ask(kind, customer(licence))
    assert [(step.what, step.rule, step.name) for step in check.outside] == steps


PARTNERS = [
    {"id": "P-1", "name": "Lager Nord", "role": "fulfiller", "open_operations": 3, "stock": 12},
    {"id": "P-2", "name": "Lager Süd", "role": "merchant"},
]


def test_FFN2_FFN5_each_partner_is_a_step_and_what_is_open_stands_against_it() -> None:
    check = ask("fulfillment", customer(partners=PARTNERS), "ffn")
    assert [(entry.licence, entry.reason, entry.values) for entry in check.surplus] == [
        ("P-1", "open_operations", {"name": "Partner (P-1)", "count": 3}),
        ("P-1", "stock", {"name": "Partner (P-1)", "count": 12}),
    ]
    assert [(step.subject, step.name, step.rule) for step in check.outside] == [
        ("P-1", "Partner (P-1)", "FFN5"),
        ("P-2", "Partner (P-2)", "FFN5"),
    ]
    assert (check.questions, check.cost_effect) == ((), "none")


def test_FFN1_without_recorded_partners_a_person_is_asked() -> None:
    check = ask("fulfillment", customer(), "ffn")
    asked = [(question.type, question.rule, question.text) for question in check.questions]
    assert asked == [("clarify", "FFN1", "clarify_partners")]
    assert check.outside == ()


@pytest.mark.parametrize(
    ("rule", "kind", "licence", "target", "needed"),
    [
        ("ADD1", "hosting_addon", {"product": "hosting_addon"}, None, ()),
        ("SHH2", "shop_hosting", {"product": "shop_hosting"}, "tarif-neu", ("new_contract",)),
        ("SHH2", "shop_hosting", {"product": "shop_hosting"}, None, None),
        ("ADD2", "hosting", {"product": "hosting"}, None, None),
    ],
)
def test_what_the_form_asks_for(
    rule: str, kind: str, licence: dict[str, Any], target: str | None, needed: tuple[str, ...] | None
) -> None:
    check = ask(kind, customer(licence), target=target)
    assert check.details_needed == needed
    assert ("details_needed" in check.model_fields_set) == (needed is not None)  # survives the way through JSON
    assert Check.model_validate_json(check.model_dump_json(exclude_unset=True)) == check


def test_ADD2_hosting_names_its_own_add_ons_only() -> None:
    licences = (
        {"product": "hosting"},
        {"product": "hosting_addon", "parent": "L-1"},
        {"product": "hosting_addon", "parent": "L-9"},
    )
    (addon,) = ask("hosting", customer(*licences)).addons
    assert (addon.licence, addon.product, addon.details_needed) == ("L-2", "Zusatzleistung zum Hosting", ())


@pytest.mark.parametrize(
    ("addon", "cost"),
    [
        ({"price_per_month": "9.00"}, Cost(before=Decimal("9.00"), after=Decimal(0))),
        ({}, None),
        ({"price_per_month": "9.00", "included": True}, None),  # contradicts itself (X5)
        ({"product": "vouchers", "price_per_month": "0.00"}, Cost(before=Decimal(0), after=Decimal(0))),
        (
            {"product": "wms_user", "assigned_to": "wms", "price_per_month": "9.00"},
            Cost(before=Decimal("9.00"), after=Decimal(0)),
        ),
        ({"product": "no_such_product", "price_per_month": "9.00"}, None),
    ],
)
def test_ADD2_what_the_end_of_an_add_on_saves_is_judged_by_its_own_record_product_and_edition(
    addon: dict[str, Any], cost: Cost | None
) -> None:
    hosting = {"product": "hosting", "price_per_month": "30.00", "term_ends": FAR}
    record = customer(hosting, {"product": "hosting_addon", "parent": "L-1"} | addon)
    assert [entry.cost for entry in ask("hosting", record).addons] == [cost]


def test_ADD2_an_add_on_whose_own_end_is_booked_says_so_in_the_check_of_its_hosting() -> None:
    addon = {"product": "hosting_addon", "parent": "L-1", "price_per_month": "8.00", "term_ends": FAR}
    unknown = {"product": "no_such_product", "parent": "L-1"}
    record = customer({"product": "hosting", "term_ends": FAR}, addon, addon, unknown)
    ends_at = datetime(2027, 1, 1, tzinfo=UTC)
    check = ask("hosting", record, ends={"L-2": ends_at, "L-3": ends_at}, own_ends={"L-2": ends_at, "L-4": ends_at})
    assert [entry.ends_at for entry in check.addons] == [ends_at, None, ends_at]
    assert Check.model_validate_json(check.model_dump_json(exclude_unset=True)) == check


@pytest.mark.parametrize(
    ("term", "date_rule", "term_ends"),
    [(FAR, "term", date(2027, 1, 31)), (None, "agreed", None), ("2026-10-31", "agreed", None)],
)
def test_SUP3_key_accounting_ends_at_its_term_or_on_a_day_agreed(
    term: str | None, date_rule: str, term_ends: date | None
) -> None:
    record = customer({"product": "key_accounting", "term_ends": term}, editions=editions("jtl_enterprise"))
    check = ask("key_accounting", record, "key_accounting")
    assert (check.date_rule, check.term_ends) == (date_rule, term_ends)


EARLIER = "2026-12-31"


@pytest.mark.parametrize(
    ("first", "second", "date_rule", "effect", "saved"),
    [
        ({"term_ends": FAR}, {"term_ends": FAR}, "term", "cancellation", "30"),
        # Both end together: by the term of one the other would end too early, or be paid for nothing.
        ({"term_ends": EARLIER}, {"term_ends": FAR}, "agreed", "cancellation", "30"),
        ({"term_ends": FAR}, {"term_ends": EARLIER}, "agreed", "cancellation", "30"),
        ({"term_ends": FAR}, {"term_ends": None}, "agreed", "cancellation", "30"),
        ({"term_ends": FAR}, {"term_ends": FAR, "price_per_month": None}, "term", "cancellation", None),
        ({"term_ends": FAR}, {"term_ends": FAR, "included": True}, "agreed", "unknown", None),
    ],
)
def test_SUP3_several_licences_of_key_accounting_end_together(
    first: dict[str, Any], second: dict[str, Any], date_rule: str, effect: str, saved: str | None
) -> None:
    one = {"product": "key_accounting", "price_per_month": "10"} | first
    other = {"product": "key_accounting", "price_per_month": "20"} | second
    check = ask("key_accounting", customer(one, other, editions=editions("jtl_enterprise")), "key_accounting")
    cost = Cost(before=Decimal(saved), after=Decimal(0)) if saved else None
    assert (check.date_rule, check.cost_effect, check.cost) == (date_rule, effect, cost)
    assert (check.term_ends is None) == (date_rule == "agreed" and effect == "cancellation")


def with_notice(days: int) -> Catalogue:
    """The catalogue with a notice of Key Accounting."""
    notice = Notice(days=days, source=Source(label="S", at="L213"))
    products = SHIPPED.products
    return SHIPPED.model_copy(update={
        "products": products | {"key_accounting": products["key_accounting"].model_copy(update={"notice": notice})}
    })  # fmt: skip


def test_SUP3_D7_a_known_notice_of_key_accounting_is_shown_with_its_deadline() -> None:
    held = {"product": "key_accounting", "term_ends": FAR}
    record = customer(held, editions=editions("jtl_enterprise"))
    says = ask("key_accounting", record, "key_accounting", catalogue=with_notice(30)).model_dump(exclude_unset=True)
    run = LoneRun("key_accounting", says, subject="key_accounting", now=AT)
    document = document_of(run, say)
    assert "notice_unknown" not in [warning.code for warning in document.warnings]
    assert document.order_by == datetime(2027, 1, 1, 23, tzinfo=UTC)
    late = ask("key_accounting", record, "key_accounting", catalogue=with_notice(69))
    assert (late.date_rule, late.notice) == ("agreed", None)


def test_SUP3_key_accounting_is_called_by_its_name_whatever_the_number_of_its_licence() -> None:
    record = customer({"product": "key_accounting"}, editions=editions("jtl_enterprise"))
    says = ask("key_accounting", record, "key_accounting").model_dump(exclude_unset=True)
    run = LoneRun("key_accounting", says, subject="key_accounting")
    assert document_of(run, say).label == "Key Accounting"


def test_SVC1_a_setup_service_that_was_booked_may_be_asked_about() -> None:
    check = ask("setup_service", customer({"product": "setup_service"}))
    assert (check.refusal, check.cost_effect, check.questions) == (None, "unknown", ())


def test_MOV1_a_transfer_has_an_agreed_date_and_saves_nothing() -> None:
    check = ask(
        "marketplace_transfer", customer({"product": "marketplace"}), target="K-2", other=customer(order_package=100)
    )
    assert (check.refusal, check.date_rule, check.cost_effect) == (None, "agreed", "none")


def test_X11_a_misclick_may_be_about_anything() -> None:
    assert ask("misclick", customer(), "edition.jtl").refusal is None


@pytest.mark.parametrize(
    ("term_ends", "at", "runs"),
    [
        ("2026-11-25", AT, True),
        ("2026-11-24", AT, True),  # its last usable day
        ("2026-11-23", AT, False),
        ("2026-11-24", datetime(2026, 11, 24, 22, 59, tzinfo=UTC), True),
        ("2026-11-24", datetime(2026, 11, 24, 23, 0, tzinfo=UTC), False),  # the 25th in Berlin
        (None, AT, True),
    ],
)
def test_SL2_X5_a_subscription_runs_out_and_one_that_should_have_is_asked_about(
    term_ends: str | None, at: datetime, runs: bool
) -> None:
    check = ask(
        "shop_licence", customer({"product": "shop_licence", "contract": "subscription", "term_ends": term_ends}), at=at
    )
    if runs:
        assert check.refusal == Refusal(rule="SL2", code="subscription", values={"ends_on": term_ends})
    else:
        assert (check.refusal, check.questions[0].type) == (None, "clarify_cost")


@pytest.mark.parametrize(
    ("kind", "licence", "held", "quoted"),
    [
        ("voucher", {}, {"jtl": "jtl_start"}, {"edition": "JTL Start", "listed": "paid_addon"}),
        ("voucher", {}, {"jtl": "jtl_advanced"}, {}),  # made up: the catalogue says nothing of it there
        ("wms_user", {"product": "wms_user"}, {"jtl": "jtl_pro"}, {}),  # its edition is not recorded (WMU3)
        ("hosting", {"product": "hosting"}, editions(), {}),  # no edition decides about it
    ],
)
def test_X5_X6_a_question_names_edition_and_list_where_they_decide(
    kind: str, licence: dict[str, Any], held: dict[str, str], quoted: dict[str, str]
) -> None:
    sold = SHIPPED.products["vouchers"]
    fewer = sold.model_copy(update={"offers": {"jtl_start": sold.offers["jtl_start"]}})
    catalogue = SHIPPED.model_copy(update={"products": SHIPPED.products | {"vouchers": fewer}})
    question = ask(kind, customer(licence, editions=held), catalogue=catalogue).questions[-1]
    said = {name: value for name, value in question.values.items() if name not in ("product", "recorded")}
    assert (question.type, said) == ("clarify_term", quoted)


@pytest.mark.parametrize(
    ("subject", "called"),
    [
        ("L-1", "JTL-Vouchers (L-1)"),
        ("voucher.L-1", "JTL-Vouchers (L-1)"),  # a revocation that was passed on (X11)
        ("pos.L-1", "Kassenanbindung an JTL-Wawi (pos.L-1)"),  # a number with a dot
        ("L-9", None),
        ("voucher.L-9", None),
        ("edition.jtl", None),
    ],
)
def test_MIS1_X11_a_misclick_calls_a_licence_that_it_is_about_by_its_name(subject: str, called: str | None) -> None:
    record = customer({"product": "vouchers"}, {"product": "pos_wawi", "licence": "pos.L-1"})
    assert ask("misclick", record, subject).called == called
