"""What the product knows beside the process: each trap of the sources is said where the customer decides."""

import re
from typing import Any

import pytest

from catalogue.texts import say
from states.model.record import Customer
from tests.rules.checks import FAR, SHIPPED, ask, customer, editions, warned

LANGUAGES = ("de", "en")


def text_for(kind: str, record: Customer, code: str, language: str, **more: Any) -> str:
    """What the customer reads under a code: a warning of the request, or why it is refused."""
    check = ask(kind, record.model_copy(update={"language": language}), **more)
    if check.refusal is not None:
        assert check.refusal.code == code
        return say(language, f"refusal.{code}", check.refusal.values)
    return say(language, f"warning.{code}", warned(check)[code])


SUBSCRIPTION = {"product": "shop_licence", "contract": "subscription", "term_ends": FAR}
WITH_SHOP = customer({"product": "shop_licence"}, {"product": "wms_user"})
TO_ADVANCED = {"subject": "jtl", "target": "jtl_advanced"}
TO_WMS_START = {"subject": "wms", "target": "wms_start"}

CASES: dict[str, tuple[str, Customer, str, dict[str, Any]]] = {
    "register": ("pos", customer({"product": "pos_wawi"}), "no_saving", {}),
    "marketplace": ("marketplace", customer({"product": "marketplace"}), "no_saving", {}),
    "connector": ("connector", customer({"product": "connector_shopify"}), "no_saving", {}),
    "at Shopify": ("connector", customer({"product": "connector_shopify", "booked_via": "shopify"}), "no_saving", {}),
    "WMS module": ("wms_module", customer({"product": "wms_module"}), "no_saving", {}),
    "leaving WMS Pro": ("edition", customer({"product": "wms_module"}), "knock_on", TO_WMS_START),
    "users of the WMS": ("edition", WITH_SHOP, "knock_on", TO_WMS_START),
    "with a shop": ("edition", WITH_SHOP, "knock_on", TO_ADVANCED),
    "WMS Start": ("edition", customer(editions=editions(wms="wms_start")), "lowest_edition", TO_WMS_START),
    "package 0": ("order_package", customer(), "package_zero", {"subject": "orders", "target": 0}),
    "gap of package 0": ("order_package", customer(), "selling_stops_first", {"subject": "orders", "target": 0}),
    "package 1000": ("order_package", customer(), "overage", {"subject": "orders", "target": 1000}),
    "subscription": ("shop_licence", customer(SUBSCRIPTION), "subscription", {}),
    "vouchers": ("voucher", customer({}), "user_management_lost", {}),
    "hosting": ("hosting", customer({"product": "hosting"}), "backup", {}),
    "API": ("rest_api", customer({"product": "wawi_api"}), "integrations_end", {}),
}

SAID = [
    ("G9", "register", "sparen dadurch keine Gebühr", "does not save you a fee"),
    ("G9", "register", "können sie auch behalten", "may also keep it"),
    ("G11", "register", "mitzählen, wenn wir Kunden in Editionen einstufen", "may count when we place customers"),
    ("MP6", "marketplace", "nie in JTL-Wawi ankommen", "never reach JTL-Wawi"),
    ("CO6", "connector", "mit keiner Testphase", "do not count on a trial phase"),
    ("CO6", "connector", "bis zu sieben Tagen davor", "up to seven days before"),
    ("CO6", "at Shopify", "mit keiner Testphase", "do not count on a trial phase"),
    ("WMM3", "WMS module", "offene Pickvorgänge und Versandboxen", "open picks and shipping boxes"),
    ("WMM3", "WMS module", "MHD, Charge oder Seriennummer", "batch or serial number"),
    ("WMM3", "leaving WMS Pro", "offene Pickvorgänge", "Finish open picks"),
    ("WE2", "WMS Start", "kostet nichts", "free of charge"),
    ("WE4", "users of the WMS", "bleiben gebucht und kosten weiter", "stay booked and go on costing"),
    ("WE4", "users of the WMS", ": WMS-Benutzer (L-2).", ": WMS user (L-2)."),
    ("ED8", "with a shop", "jede Lizenz mit einem eigenen Antrag", "each with a request of its own"),
    ("SL3", "with a shop", "vor dem Wechsel", "before the change"),
    ("OP0-2", "package 0", "etwa JTL-Shop", "such as JTL-Shop"),
    ("OP0-5", "gap of package 0", "früher als Ihre Zahlung", "before you stop paying"),
    ("OP3", "package 1000", "einzeln berechnet", "billed one by one"),
    (
        "OPL-4",
        "package 1000",
        "ab wann es dann gilt, dazu liegt uns keine Angabe vor; auf Nachfrage klären wir es",
        "on when it then applies we have no information; ask us, and we find out",
    ),
    ("OPL-4", "package 1000", "neu buchen", "book the larger package anew"),
    ("SL2", "subscription", "31. Januar 2027", "31 January 2027"),
    ("SL4", "subscription", "Nur um zu kündigen", "just to cancel"),
    ("VOU1", "vouchers", "Benutzerverwaltung", "user management"),
    ("VOU4", "vouchers", "Exportieren Sie vorher", "Export what you want to keep"),
    ("VOU4", "vouchers", "JTL-POS, JTL-Shop und JTL-Wawi", "JTL-POS, JTL-Shop and JTL-Wawi"),
    ("HOS3", "hosting", "können nur wir zurückspielen", "can be restored by us only"),
    ("API4", "API", "alle Anwendungen", "every application"),
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("rule", "case", "german", "english"), SAID, ids=[f"{row[0]}-{row[1]}" for row in SAID])
def test_the_customer_is_told(rule: str, case: str, german: str, english: str, language: str) -> None:
    kind, record, code, more = CASES[case]
    assert {"de": german, "en": english}[language] in text_for(kind, record, code, language, **more)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("rule", "case", "unsaid"),
    [
        ("MP6", "register", "Verkaufskanal|sales channel"),
        ("CO6", "marketplace", "Testphase|trial phase"),
        ("WMM3", "register", "Versandboxen|shipping boxes"),
        ("WMM3", "connector", "Versandboxen|shipping boxes"),
        ("WE4", "with a shop", "zusätzlichen Benutzer|additional users"),
        ("ED8", "users of the WMS", "JTL-Shop"),
    ],
)
def test_nobody_is_told_what_is_another_products(rule: str, case: str, unsaid: str, language: str) -> None:
    kind, record, code, more = CASES[case]
    assert not re.search(unsaid, text_for(kind, record, code, language, **more))


@pytest.mark.parametrize(
    ("edition", "level"),
    [("jtl_start", "Community"), ("jtl_advanced", "Bronze"), ("jtl_pro", "Silber"), ("jtl_enterprise", "Gold")],
)
@pytest.mark.parametrize("language", LANGUAGES)
def test_SUP1_the_support_level_is_the_editions(edition: str, level: str, language: str) -> None:
    text = text_for("support_level", customer(editions=editions(edition)), "support_level", language, subject="support")
    assert (level if language == "de" else level.replace("Silber", "Silver")) in text
    way = {"de": "auf eine niedrigere mit einem Antrag hier", "en": "to a lower one with a request here"}
    assert way[language] in text


SOURCES = [
    ("POS2", "pos_wawi", "jtl_start", "I", "L122"),
    ("POS2", "pos_wawi", "jtl_enterprise", "I", "L122"),
    ("POS5", "pos_standalone", None, "?", "P1"),
    ("PR2", "plan_and_produce", None, "?", "L140"),
    ("PR2", "production_module", None, "?", "L140"),
    ("G7", "production_user", None, "I", "L12"),
    ("API1", "wawi_api", "jtl_start", "I", "L198"),
    ("SUP3", "key_accounting", "jtl_enterprise", "I", "L213"),
    ("SHH2", "shop_hosting", None, "I", "L183"),
    ("HOS1", "hosting", None, "I", "L227"),
    ("ADD1", "hosting_addon", None, "I", "L12"),
    ("ECO1", "ecomdata", None, "?", "ecomDATA"),
]


@pytest.mark.parametrize(
    ("rule", "product", "edition", "label", "at"), SOURCES, ids=[f"{row[0]}-{n}" for n, row in enumerate(SOURCES)]
)
def test_what_no_source_states_is_marked_so_in_the_catalogue(
    rule: str, product: str, edition: str | None, label: str, at: str
) -> None:
    entry = SHIPPED.products[product]
    offer = entry.offers[edition] if edition else entry.offer
    assert offer is not None
    assert offer.source.label == label
    assert at in offer.source.at
    assert (offer.status == "unknown") == (label == "?")  # X5: what nobody knows is asked about


@pytest.mark.parametrize(("kind", "page"), [("shop_licence", "P6"), ("fulfillment", "P7")])
def test_SL3_FFN3_a_way_that_the_guide_does_not_show_names_its_page(kind: str, page: str) -> None:
    assert page in SHIPPED.kinds[kind].source.at


def test_D7_G2_a_term_comes_from_the_record_and_from_nowhere_else() -> None:
    licence = {"product": "wms_user"}
    assert ask("wms_user", customer(licence | {"term_ends": FAR})).term_ends is not None
    assert ask("wms_user", customer(licence)).term_ends is None
