"""How the vendor speaks to its customer: what a cancellation is called, what is not known, and when a thing is said."""

import re
from itertools import product
from typing import Any

import pytest

from catalogue.formats import LANGUAGES
from catalogue.loader import load_catalogues
from catalogue.texts import keys, say
from states.model.codes import CODES
from states.model.facts import Receipt
from states.rules.run_values import stage_of
from states.views.warnings import BEFORE_THE_CHANGE, BEFORE_THE_ORDER
from tests.charts.lone_run import (
    INCLUDED,
    PAID,
    UNAVAILABLE,
    LoneRun,
    document_of,
    edition,
    moment,
    scheduled,
    warning_codes,
)
from tests.texts.samples import MAIL, samples_of
from tests.texts.written import SOURCES, check_all

IN_BOTH = pytest.mark.parametrize("language", LANGUAGES)

TO_OTHERS = (
    *("notice.", "mail.perform_dropped.", "mail.comparison."),
    *("task.", "finding.", "fault.", "shape.", "effect.", "call.", "page.desk."),
)
"""Operators, and whoever writes a program."""
TO_PROGRAMS = ("problem.proof_missing", "problem.unknown_run", "problem.id_reused")
"""They explain to whoever writes a program what an order number, an event or its source is."""
IN_BROWSERS = ("call.other_customer", "call.no_session", "call.link_", "call.form_foreign")
"""Answers to calls that a browser shows."""
TO_CUSTOMERS = tuple(
    key for key in keys() if key.startswith(IN_BROWSERS) or not (key.startswith(TO_OTHERS) or key in TO_PROGRAMS)
)
"""All that is not said to somebody else: new texts too."""
UNSAID = {
    "de": {
        "what ends is no order": r"\bAuftrag(s|es)?\b|[Bb]eauftrag|[Bb]estell(?!ungen\b)\w*",
        "a reading of sources": r"Lesart|Quelle|nicht ausdrücklich|belegt(?! ist)",
        "what is not known": r"(ist|sind) (uns )?(noch )?nicht bekannt|wird (noch )?geklärt|[Ff]ragen Sie (JTL|den)",
        "the vendor is no third party": r"\bJTL (bestätigt|entscheidet|klärt|prüft)|(von|bei) JTL\b(?!-)|JTL-Vertrieb",
        "one word for both": r"[Kk]ündig\w* oder deaktivier|[Kk]ündig\w* bzw|[Dd]eaktivier",
        "our own words": r"\bKatalog|\bEvent\b|Workflow|Nutzlast",
        "nothing promised": r"[Ee]rstatt|garantier|Gutschrift|[Ww]ir nehmen \w+ zurück|lassen Sie .* zurücknehmen",
    },
    "en": {
        "what ends is no order": r"\b(your|the|an|this|new|standing) order\b(?! package)|cannot order|\bordered\b|"
        r"\border(ing)?\b (again|by|early|all|it|the|now|before|in|at)",
        "a reading of sources": r"\breading\b|\bsource|not stated expressly|attested",
        "what is not known": r"not known (to us|yet)|(is|are) (still )?being (clarified|found)|ask (JTL|support)\b",
        "the vendor is no third party": r"\bJTL (confirms|decides)|(?<!Hosting )(by|at|with) JTL\b(?!-)|JTL-Vertrieb",
        "one word for both": r"[Cc]ancel(led)? or deactivate",
        "our own words": r"\bcatalogue\b|workflow|payload",
        "nothing promised": r"\brefund|guarantee|have the order taken back",
    },
}
"""By kind of fault, how the vendor does not speak to its customer."""


def faults_in(language: str, text: str) -> dict[str, str]:
    """What a text says that no customer is told, by kind of fault."""
    found = {fault: re.search(pattern, text) for fault, pattern in UNSAID[language].items()}
    return {fault: match[0] for fault, match in found.items() if match}


def check_voice(language: str, key: str) -> None:
    """Nothing is said that no customer is told."""
    written = re.sub(r"\{%.*?%\}|\{\{.*?\}\}", "", SOURCES[language][key])
    assert faults_in(language, written) == {}


def test_no_customer_is_told_in_other_words_than_the_vendors() -> None:
    check_all(check_voice, product(LANGUAGES, TO_CUSTOMERS))


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "Ihr Auftrag ist angenommen"),
        ("de", "Ihre Bestellung ist gebucht"),
        ("de", "beauftragen Sie es noch einmal"),
        ("de", "nach der anderen Lesart"),
        ("de", "das sagt keine Quelle"),
        ("de", "das ist uns noch nicht bekannt"),
        ("de", "lassen Sie es sich von JTL bestätigen"),
        ("de", "fragen Sie JTL"),
        ("de", "Kündigen oder deaktivieren Sie sie"),
        ("de", "lassen Sie die Kündigung hier zurücknehmen"),
        ("en", "We confirm your order"),
        ("en", "until then you cannot order"),
        ("en", "on the other reading"),
        ("en", "that is not known to us yet"),
        ("en", "Cancel or deactivate it"),
        ("en", "another catalogue is in force"),
    ],
)
def test_what_no_customer_is_told_is_noticed(language: str, text: str) -> None:
    assert faults_in(language, text)


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("de", "das Auftragspaket 0, und Aufträge, die berechnet werden, unter Bestellungen & Lizenzen"),
        ("en", "order package 0, and orders that are billed"),
    ],
)
def test_orders_of_shoppers_and_their_packages_keep_their_name(language: str, text: str) -> None:
    assert faults_in(language, text) == {}


def test_the_catalogue_speaks_as_the_vendor_too() -> None:
    """Labels, remarks and the steps in the customer centre, whose menus keep their names."""
    said: dict[tuple[str, str], str] = {}
    for version in load_catalogues().all:
        for name, remark in version.remarks.items():
            said |= {(language, f"{name} {version.version}"): text for language, text in remark.text.items()}
        for feature in version.features:
            said |= {(language, f"{feature.key} {version.version}"): text for language, text in feature.label.items()}
        for item in version.products.values():
            steps = {language: " / ".join(path) for language, path in item.click_path.items()}
            said |= {(language, f"{item.key} {version.version}"): text for language, text in steps.items()}
    menus = re.compile(r"Weiter zur Bestellung|JTL-Kundencenter")
    wrong = {where: faults_in(where[0], menus.sub("", text)) for where, text in said.items()}
    assert {where: faults for where, faults in wrong.items() if faults} == {}


# What it is called.


@pytest.mark.parametrize(
    ("kind", "cost_effect", "german", "english"),
    [
        ("wms_user", "cancellation", "Ihre Kündigung", "your cancellation"),
        ("pos", "deactivation", "Ihre Abschaltung", "your deactivation"),
        ("pos", "cancellation", "Ihre Kündigung", "your cancellation"),
        ("voucher", "none", "Ihre Abschaltung", "your deactivation"),
        ("ecomdata", "unknown", "Ihre Kündigung", "your cancellation"),
        ("edition", "cancellation", "Ihr Wechsel", "your change"),
        ("order_package", "cancellation", "Ihr Wechsel", "your change"),
        ("fulfillment", "none", "Ihr Ausstieg", "your exit"),
        ("marketplace_transfer", "none", "Ihr Umzug", "your move"),
        ("setup_service", "unknown", "Ihr Verzicht", "your waiver"),
        ("misclick", "none", "Ihre Meldung", "your report"),
    ],
)
def test_G5_what_lowers_no_cost_is_a_deactivation_and_an_edition_is_changed(
    kind: str, cost_effect: str, german: str, english: str
) -> None:
    values = {"kind": kind, "cost_effect": cost_effect}
    assert (say("de", "part.your_act", values), say("en", "part.your_act", values)) == (german, english)
    masculine = german.startswith("Ihr ")
    noun = german.split()[1]
    assert say("de", "part.your_act_object", values) == f"{'Ihren' if masculine else 'Ihre'} {noun}"
    assert say("de", "part.the_act", values) == f"{'der' if masculine else 'die'} {noun}"
    assert say("de", "part.the_act_object", values) == f"{'den' if masculine else 'die'} {noun}"


@pytest.mark.parametrize(
    ("values", "german", "english"),
    [
        ({"kind": "edition"}, "Wechsel auf JTL Advanced", "Change to JTL Advanced"),
        ({"kind": "order_package", "target": 0}, "Wechsel auf das Auftragspaket 0", "Change to order package 0"),
        (
            {"kind": "pos", "called": "Kasse Filiale 2 (POS-21)", "target": None, "cost_effect": "deactivation"},
            "Abschaltung einer Kasse, Kasse Filiale 2 (POS-21)",
            "Deactivation of a cash register, Kasse Filiale 2 (POS-21)",
        ),
        (
            {"kind": "pos", "called": "JTL-POS (POS-9)", "target": None, "cost_effect": "cancellation"},
            "Kündigung einer Kasse, JTL-POS (POS-9)",
            "Cancellation of a cash register, JTL-POS (POS-9)",
        ),
        (
            {"kind": "marketplace_transfer", "called": "Amazon Gartenparadies (M-83)", "target": "K-2"},
            "Umzug zum Kundenkonto K-2, Amazon Gartenparadies (M-83)",
            "Move to customer account K-2, Amazon Gartenparadies (M-83)",
        ),
        (
            {"kind": "shop_hosting", "called": "Shop-Hosting (H-1)", "target": "Tarif L"},
            "Kündigung eines Shop-Hostings, Shop-Hosting (H-1), neuer Tarif: Tarif L",
            "Cancellation of a shop hosting contract, Shop-Hosting (H-1), new tariff: Tarif L",
        ),
    ],
)
def test_a_case_is_called_by_what_is_done_and_by_its_label(values: dict[str, Any], german: str, english: str) -> None:
    known = samples_of("part.case") | values
    assert (say("de", "part.case", known), say("en", "part.case", known)) == (german, english)


@IN_BOTH
def test_SHH1_a_change_of_tariff_names_the_new_one(language: str) -> None:
    change = {"kind": "shop_hosting", "subject": "H-1", "called": "Shop-Hosting (H-1)", "target": "Tarif L"}
    text = say(language, "mail.scheduled.body", MAIL | change)
    assert "(Tarif L)" in text


def test_no_number_stands_alone_where_it_has_a_name() -> None:
    """`subject` is a number, or a code: what is said is `part.subject`, which knows the name."""
    bare = re.compile(r"\{\{ (subject|licence)( \| label\('subject'\))? \}\}")
    alone = {key for key in TO_CUSTOMERS if bare.search(SOURCES["de"][key]) or bare.search(SOURCES["en"][key])}
    assert alone == {"part.subject", "about.label", "refusal.not_held"}  # where nothing is held, nothing has a name


def test_MOV1_the_other_customer_is_told_which_marketplace_by_its_product() -> None:
    run = LoneRun("marketplace_transfer", {"called": "eazyAuction-Marktplatz (M-83)"}, target="K-2")
    run.confirm("support_ticket", decision="granted", note="x")
    run.confirm("appointment", at=moment("2027-02-03 10:00"))
    assert run.notice("move_other")["called"] == "eazyAuction-Marktplatz (M-83)"
    text = say("de", "mail.move_other.body", MAIL | run.notice("move_other") | {"customer": "K-1", "target": "K-2"})
    assert "eazyAuction-Marktplatz (M-83)" in text


def test_X12_operators_are_told_by_name_what_a_task_is_about() -> None:
    run = LoneRun("voucher", PAID | {"called": "JTL-Vouchers (L-1)", "mode": "guided"}, held_back=("apply_change",))
    run.send("place_order")
    run.send("abandon")
    assert run.notice("perform_dropped")["called"] == "JTL-Vouchers (L-1)"


# As it stands now.

NOT_SUBMITTED = {
    "de": r"absenden|bevor Sie|stellen Sie .* vor|Sie können sie auch behalten",
    "en": r"\bsubmit(?!ted)|before you|you may also keep it",
}
AFTERWARDS = {
    "de": r"vorher\b|vor dem Wechsel|vor diesem Tag|wird ab dem|zum Termin",
    "en": r"beforehand|before the change|before that day|is merely switched off",
}
OTHERWISE = {"later_than_standing": "said of a change that is not submitted yet, whatever is scheduled (X10)"}


def check_stage(language: str, code: str, stage: str) -> None:
    """No advice for what is over."""
    of_editions = {"kind": "edition"} if code == "surplus" else {}
    text = say(language, f"warning.{code}", samples_of(f"warning.{code}") | {"stage": stage} | of_editions)
    assert not re.search(NOT_SUBMITTED[language], text)
    assert stage == "ordered" or not re.search(AFTERWARDS[language], text)


def test_ED4_a_warning_says_how_it_stands_now() -> None:
    warnings = {code.name for code in CODES.values() if code.groups == ("warning",)} - BEFORE_THE_ORDER - set(OTHERWISE)
    after = warnings - BEFORE_THE_CHANGE - {"ended_elsewhere", "pilot_sign_off", "moved_by_appointment"}
    check_all(
        check_stage, [*product(LANGUAGES, sorted(warnings), ["ordered"]), *product(LANGUAGES, sorted(after), ["made"])]
    )


def test_ED5_after_the_change_surplus_is_said_as_something_that_is_there() -> None:
    run = scheduled(edition())
    left = UNAVAILABLE.model_copy(update={"values": {"kind": "voucher", "product": "JTL-Vouchers", "target": "X"}})
    run.receipt = Receipt(key="k", surplus=(left,))
    assert stage_of(run.memory) == "ordered"
    run.wait(moment("2027-02-01 00:00"))
    assert (run.state, stage_of(run.memory)) == ("leftover", "made")
    told = {warning.code: warning.text for warning in document_of(run, say).warnings}["surplus"]
    assert told.startswith("Die Edition hat gewechselt")


def test_G9_once_it_is_switched_off_it_is_said_to_be() -> None:
    run = LoneRun("pos", INCLUDED | {"warnings": ({"code": "no_saving"},)})
    assert stage_of(run.memory) is None
    run.send("place_order")
    run.wait(run.now)
    assert (run.state, stage_of(run.memory)) == ("applied", "made")
    assert "Sie ist abgeschaltet." in document_of(run, say).warnings[0].text


def test_CO4_what_ends_at_shopify_is_not_said_to_have_ended_before_that_is_proved() -> None:
    outside = ({"what": "shopify", "rule": "CO4"},)
    warning = {"code": "no_saving", "values": {"channel": "connector", "ends_at": "shopify"}}
    run = LoneRun("connector", INCLUDED | {"outside": outside, "warnings": (warning,)})
    run.send("place_order")
    assert run.state == "third_party"
    assert "Sie endet bei Shopify" in document_of(run, say).warnings[0].text
    run.confirm("third_party", proof={"reference": "r"})
    assert "Sie ist bei Shopify beendet" in document_of(run, say).warnings[0].text


@pytest.mark.parametrize(
    ("kind", "code", "before", "ordered", "made"),
    [
        ("wms_user", "reassign_instead", True, False, False),
        ("hosting", "addons_remain", True, False, False),
        ("shop_hosting", "old_contract_runs_on", True, True, False),
        ("shop_hosting", "two_contracts", True, True, True),
    ],
)
def test_WMU4_ADD2_SHH2_SL5_a_warning_is_said_as_long_as_it_matters(
    kind: str, code: str, before: bool, ordered: bool, made: bool
) -> None:
    values = {"addons": ["A-1"], "others": ["SL-1"], "assigned_to": "wms", "other": "wms_mobile"}
    run = LoneRun(kind, PAID | {"warnings": ({"code": code, "values": values},)})
    assert (code in warning_codes(run)) == before
    scheduled(run)
    assert (code in warning_codes(run)) == ordered
    run.wait(moment("2027-02-01 00:00"))
    assert run.state == "applied"
    assert (code in warning_codes(run)) == made


def test_MP3_MP4_what_was_to_be_done_outside_is_not_asked_for_at_the_end() -> None:
    steps = ({"what": "pilot", "rule": "MP3"},)
    warnings = ({"code": "pilot_sign_off", "values": {}}, {"code": "no_saving", "values": {}})
    run = LoneRun("marketplace", INCLUDED | {"outside": steps, "warnings": warnings})
    run.send("place_order")
    run.wait(run.now)
    assert "pilot_sign_off" in warning_codes(run)
    assert "Sie ist abgeschaltet." in document_of(run, say).warnings[1].text
    run.confirm("third_party", proof={"reference": "r"})
    assert run.state == "applied"
    assert "pilot_sign_off" not in warning_codes(run)
