"""The texts for people: complete in both languages, fed by the documented values, polite, and without promises."""

import re
import tomllib
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, get_args

import pytest

from catalogue import formats, templates, texts
from catalogue.texts import amount, day, keys, known, moment, say
from states.kinds.licence import RECORDED
from states.kinds.registry import KINDS
from states.model.facts import CostEffect
from states.model.payload_errors import WHAT
from states.model.reconciliation import How
from states.model.request import CUSTOMER_MESSAGES, OPERATOR_MESSAGES
from states.model.status import WaitingFor
from tests.kinds import module_of

WORDING = Path(texts.__file__).parent / "wording"
FIRST = "2027-02-01T00:00:00+01:00"
LATER = "2027-02-28T23:00:00Z"
PERFORM = {
    "product": "edition",
    "subject": "jtl",
    "target": "jtl_advanced",
    "effective_at": FIRST,
    "click_path": ["Meine Verträge öffnen", "JTL Advanced wählen"],
    "details": {"reason": "Umzug"},
    "optional_services": ["service_a"],
}
TICKET = {"subject": "edition.jtl", "explanation": "Falsch geklickt.\nBitte zurück.", "target": "K-1002"}
SHAPED: dict[str, Any] = {"field": "by", "limit": 40, "first": 1970, "last": 2199, "expected": "'up'", "said": "…"}
MAIL: dict[str, Any] = {
    "name": "Muster GmbH",
    "kind": "edition",
    "subject": "jtl",
    "target": "jtl_advanced",
    "state": "feature_warning",
    "effective_at": FIRST,
    "order_by": "2027-01-18T00:00:00+01:00",
    "cost_effect": "cancellation",
    "price": "1009.50",
    "new_price": "9.50",
    "saved_price": "1000.00",
    "steps": [],
    "provider": None,
    "url": "http://127.0.0.1:8080/cancellations/edition/K-1001/jtl",
}

REMINDED = {"number": 2, "last": False, "abandons_on": "2027-02-14T09:00:00Z", "standing": False}
TRACKING = {
    "licence": "TT-1",
    "product": "JTL-Track&Trace",
    "candidates": ["TT-1"],
    "reason": "not_available",
    "number": 1,
}
REGISTERS = {"licence": None, "product": "Kasse", "candidates": ["P-1", "P-2"], "reason": "limit", "number": 2}

FACTS: dict[str, Any] = {
    "zone": "Europe/Berlin",
    "kind": "edition",
    "customer": "K-1001",
    "subject": "jtl",
    "target": "jtl_advanced",
    "effective_at": FIRST,
    "order_by": "2027-01-17T23:00:00Z",
    "term_ends": "2027-01-31",
    "cost_effect": "cancellation",
    "price": "1009.50",
    "new_price": "9.50",
    "saved_price": "1000.00",
}
"""What a run's own texts may use beside their values (`states.rules.run_values`)."""
ASKED = {
    "asked_at": "2027-01-04T09:00:00Z",
    "asked_by_whom": "Frau Muster",
    "ordered_at": "2027-01-05T09:00:00Z",
    "ordered_by_whom": "Herr Muster",
    "due_at": "2027-01-17T23:00:00Z",
    "late": False,
}

REJECTED = {"note": "Die Bestätigung ist unleserlich."}
LOST = {
    "workflow_id": "edition/K-1001/jtl",
    "run_id": "0b1c-2d3e",
    "how": "terminated",
    "who": "admin@host",
    "reason": "Aufgeräumt",
    "ended_at": FIRST,
}
BOOKING = {"reference": "B-000001", "target": "jtl_advanced", "effective_at": FIRST}

TO_NO_PACKAGE = {"target": "K-1002", "bookable": [100, 1000], "minimum": 100}

SAMPLES: dict[str, dict[str, Any]] = {
    "warning.boundary_day": {"effective_at": FIRST, "other_effective_at": LATER, "placed_on": "2027-01-17T11:00:00Z"},
    "warning.no_saving": {"channel": "connector", "warehouse": True},
    "warning.features_lost": {
        "features": ["JTL-Track&Trace"],
        "limited": ["Multikasse"],
        "complete": False,
        "current": "JTL Pro",
        "target": "JTL Advanced",
    },
    "warning.surplus": {"surplus": [TRACKING, REGISTERS], "count": 3},
    "warning.surplus_gap": {"licence": "L-1", "licence_ends_at": FIRST, "effective_at": LATER},
    "warning.knock_on": {
        "current": "JTL Pro",
        "target": "JTL Advanced",
        "products": ["JTL-Vouchers"],
        "package": "Auftragspaket 5.000",
        "lost": ["JTL-Track&Trace"],
        "limits": ["Multikasse: 3"],
        "support_before": "Silber",
        "support_after": "Bronze",
        "warehouse": True,
        "users": ["L-7"],
        "shop_licences": ["SL-1"],
    },
    "warning.later_than_standing": {"effective_at": LATER, "standing_at": FIRST},
    "warning.package_zero": {},
    "warning.selling_stops_first": {},
    "warning.overage": {"target": 1000},
    "warning.reassign_instead": {"assigned_to": "wms", "other": "wms_mobile"},
    "warning.user_management_lost": {},
    "warning.integrations_end": {},
    "warning.pilot_sign_off": {},
    "warning.third_party_too": {"name": "Fremdmarkt"},
    "warning.backup": {},
    "warning.two_contracts": {},
    "warning.old_contract_runs_on": {},
    "warning.addons_remain": {"addons": ["L-8", "L-9"]},
    "warning.no_promise": {},
    "refusal.malformed": {"fault": "fault.target"},
    "refusal.unknown_customer": {"customer": "K-9999"},
    "refusal.not_held": {"subject": "L-77", "belongs_to": None},
    "refusal.not_lower": {"current": 1000, "target": 2500},
    "refusal.lowest_edition": {"current": "jtl_start"},
    "refusal.not_bookable": {"target": 500, "bookable": [100, 1000], "minimum": None},
    "refusal.inclusive_user": {},
    "refusal.subscription": {"ends_on": "2027-06-30"},
    "refusal.support_level": {"level": "Silber"},
    "refusal.use_support": {},
    "refusal.not_available": {"product": "JTL-Track&Trace", "current": "JTL Start"},
    "refusal.declined": {"note": "Es ist schon berechnet."},
    "refusal.booking_refused": {"reason": "Zahlungsart fehlt"},
    "surplus.not_available": {"product": "JTL-Track&Trace", "target": "JTL Advanced"},
    "surplus.limit": {"product": "Multikasse", "limit": 3, "held": 5, "target": "JTL Advanced"},
    "surplus.channel": {"product": "eBay"},
    "surplus.open_operations": {"name": "Lager Nord", "count": 4},
    "surplus.stock": {"name": "Lager Nord", "count": 1200},
    "problem.malformed": {"fault": "by: Field required"},
    "problem.not_enabled": {"event": "place_order", "state": "order", "enabled": ["recheck_licences", "abandon"]},
    "problem.changed": {"what": "effective_at"},
    "problem.details_missing": {"missing": ["addons.L-8"], "any": False},
    "problem.in_surplus": {"licences": ["L-1", "L-2 | L-3"], "kind": "edition"},
    "problem.too_late": {"effective_at": FIRST},
    "problem.ended": {"state": "applied"},
    "problem.unknown_task": {"task": "t-1", "open": ["t-2"], "fault": None},
    "problem.proof_missing": {},
    "problem.unknown_run": {"workflow_id": "edition/K-1/jtl"},
    "problem.id_reused": {"source": "https://portal.example", "id": "7"},
    "problem.unauthorised": {},
    "problem.unavailable": {},
    "fault.future_time": {"time": LATER, "limit_at": FIRST},
    "fault.too_old": {"time": FIRST, "limit_at": LATER},
    "fault.before_previous": {"previous_at": FIRST},
    "fault.effective_on": {"why": "not_later"},
    "fault.optional_service": {"service": "service_x", "known": ["service_a"]},
    "fault.decision": {"decisions": ["granted", "declined"]},
    "fault.note_needed": {},
    "fault.at_needed": {},
    "fault.licences_missing": {"licences": ["L-1"]},
    "fault.several_tasks": {"tasks": ["t-1", "t-2"]},
    "fault.no_task": {},
    "fault.reassign_same": {},
    "fault.reassign_to": {},
    "fault.other_kind": {"asked": "voucher", "meant": "edition"},
    "fault.other_id": {"makes": "edition/K-1/wms", "given": "edition/K-1/jtl"},
    "fault.at_past": {},
    **{f"shape.{what}": SHAPED for what in {*WHAT.values(), "identifier", "plain", "other"}},
    "fault.target": {},
    "fault.subject_long": {},
    "fault.subject_fixed": {"kind": "edition"},
    "fault.target_needless": {},
    "fault.target_edition": {"subject": "jtl"},
    "fault.target_package": {},
    "fault.target_customer": {},
    "fault.target_same_customer": {},
    "fault.target_tariff": {},
    "fault.explanation_needed": {},
    "fault.no_payload": {},
    "fault.several_payloads": {},
    "fault.task_not_for_you": {},
    "why.placed": {"placed_at": "2027-01-17T12:00:00+01:00"},
    "why.booked": {"booked_at": "2027-01-18T12:00:00+01:00"},
    "why.day": {"day_on": "2027-01-17", "zone": "Europe/Berlin"},
    "why.last_day_inclusive": {"last_on": "2027-01-17"},
    "why.last_day_strict": {"last_on": "2027-01-17"},
    "why.result": {"effective_at": FIRST},
    "why.other_reading": {"effective_at": LATER},
    "why.term": {"term_ends": "2027-01-31"},
    "why.at_once": {},
    "why.unclear": {},
    "why.partners": {},
    "why.third_party": {},
    "why.decided": {},
    "why.chosen": {"chosen_on": "2027-02-05"},
    "why.agreed": {"agreed_at": "2027-02-03T10:00:00+01:00"},
    "why.clarified": {"term_ends": "2027-01-31"},
    "why.annual": {},
    "task.perform_order": PERFORM,
    "task.perform_end": PERFORM,
    "task.perform_reassign": PERFORM | {"target": "wms_mobile"},
    "task.perform_withdraw": PERFORM,
    "task.perform_decouple": PERFORM,
    "task.third_party_pilot": {},
    "task.third_party_third_party": {"name": "Fremdmarkt"},
    "task.third_party_shopify": {},
    "task.third_party_ecomdata": {},
    "task.third_party_partner": {"name": "Lager Nord (P-1)", "role": "fulfiller"},
    "task.support_ticket_misclick": TICKET | {"meant": "JTL Pro behalten", "run": "voucher/K-1001/V-1"},
    "task.support_ticket_setup_service": TICKET,
    "task.support_ticket_key_accounting": TICKET,
    "task.support_ticket_transfer": TICKET,
    "task.revocation": {
        "explanation": "Verklickt",
        "effective_at": FIRST,
        "cancelled": [{"run": "voucher/K-1001/L-1", "ends_at": "2027-01-31T23:00:00Z", "state": "scheduled"}],
        "partners": ["P-1"],
    },
    "task.appointment": {"target": "K-1002", "subject": "L-5"},
    "task.clarify_cost": {"product": "JTL-Plan&Produce", "recorded": "included: true"},
    "task.clarify_term": {"recorded": "2026-12-31", "product": "JTL-Plan&Produce"},
    "task.clarify_partners": {},
    "task.surplus": {"licences": ["L-1"]},
    "task.surplus_channels": {"licences": ["L-1"]},
    "task.repair": {"action": "place_order", "error": "503 Service Unavailable"},
    "task.note": {"note": "Keine Bestätigung gefunden"},
    "task.proof": {"reference": "Ticket 4711", "by": "Frau Muster"},
    "task.asked": {},
    "task.json": {},
    "part.due": {"due_at": FIRST},
    "part.moment": {"at": FIRST},
    "mail.reminder": MAIL | REMINDED | REJECTED,
    "mail.reminder_urgent": MAIL | REMINDED | REJECTED | {"number": 3, "again": True},
    "mail.scheduled": MAIL | {"late": True, "clarified": None, "other_effective_at": LATER},
    "mail.applied": MAIL | {"note": "Rückgängig gemacht.", "passed_on": "misclick/K-1001/voucher.V-1"},
    "mail.abandoned": MAIL,
    "mail.change_dropped": MAIL,
    "mail.declined": MAIL | {"note": "Schon berechnet."},
    "mail.refused": MAIL | {"reason": "JTL Start ist schon die niedrigste Edition."},
    "mail.revoked": MAIL | {"cancelled": ["voucher/K-1001/L-1"], "partners": ["P-1"]},
    "mail.surplus_reminder": MAIL | {"licences": ["L-1", "L-2"]},
    "mail.booking_refused": MAIL | {"reason": "Zahlungsart fehlt"},
    "mail.superseded": MAIL,
    "mail.reassigned": MAIL | {"subject": "U-1", "to": "wms_mobile"},
    "mail.given_up": MAIL | {"note": "Schon von Hand gebucht."},
    "mail.task_escalated": MAIL
    | {"task": "t-1", "type": "third_party", "note": "Keine Bestätigung gefunden", "number": 2, "urgent": True}
    | {"again": False}
    | {"due_at": "2027-01-17T23:00:00Z"},
    "mail.repair": MAIL | {"action": "place_order", "error": "503 Service Unavailable"},
    "part.costs": FACTS,
    "part.case": FACTS,
    "part.name": FACTS,
    "part.reject": {},
    "part.no_proof": {},
    "part.unclear": {},
    "part.greeting": MAIL,
    "part.unordered": {},
    "part.outside": {"steps": ["third_party"], "provider": "Fremdmarkt"},
    "entry.surplus": REGISTERS | {"name": "P-1", "count": 2},
    "entry.cancelled": {"run": "voucher/K-1001/L-1", "ends_at": "2027-01-31T23:00:00Z", "state": "scheduled"},
    "mail.comparison": {"name": "Muster GmbH", "count": 1, "findings": "edition/K-1/jtl: …", "url": MAIL["url"]},
    "finding.booking_unwatched": LOST | BOOKING | {"overdue": True},
    "finding.tasks_dropped": LOST | {"open_tasks": 2},
    "finding.run_lost": LOST,
    "finding.booking_left": LOST | BOOKING | {"state": "abandoned"},
    "finding.overdue": LOST | BOOKING,
    "finding.overdue_unwatched": LOST | BOOKING,
    "finding.all_unknown": {"count": 2},
    "note.lost": {"reference": "B-000001", "effective_at": FIRST},
    "note.lost_after_end": {},
    "note.reminded": {},
    "note.order_by_passed": {"effective_at": FIRST},
    "note.rechecked": {},
    "note.change_dropped": {},
    "note.cancel_requested_not_possible": {},
    "note.ignored_signal": {"fault": "by: Field required"},
    "note.revocation_passed_on": {"run": "misclick/K-1001/voucher.V-1"},
    "note.order_refused": {"reason": "Zahlungsart fehlt"},
    "note.escalated": {},
    "note.proof_handed_in": {},
    "note.refused_event": {"fault": "fault.at_needed"},
    "note.target_changed": {"target": "jtl_start"},
    "note.details_replaced": {},
    "note.catalogue_changed": {"catalogue": "2026-04-01"},
    "note.skipped": {},
    "note.late_booking": {},
    "note.step_failed": {},
}
"""Each text that is more than a label, with the values that are documented for it; a mail is subject and body."""


def words(text: str) -> set[str]:
    """The words of a list."""
    return set(text.split())


LABELS: dict[str, set[str]] = {
    "state": words(
        "received feature_warning license_check surplus_resolution order scheduled applied abandoned revoked superseded"
        " reassigned refused external given_up support_ticket third_party"
    ),
    "waiting": set(get_args(WaitingFor)),
    "cost": set(get_args(CostEffect)),
    "event": {"requested", *CUSTOMER_MESSAGES, *OPERATOR_MESSAGES},
    "kind": words(
        "edition order_package wms_user hosting_addon voucher marketplace marketplace_transfer connector wawi_module"
        " pos shipping_module production wms_module fulfillment shop_licence shop_hosting rest_api setup_service "
        "key_accounting support_level ecomdata hosting misclick"
    ),
    "detail": {"addons", "new_contract", "end", "keep", "meant"},
    "recorded": {*RECORDED, *words("term ends annual monthly true false abonnement subscription jtl shopify")},
    "task_type": words(
        "perform third_party support_ticket revocation appointment clarify_cost clarify_term clarify surplus repair"
    ),
    "outside": words("pilot third_party shopify ecomdata partner"),
    "details": words("state waits_for effective_at order_by tasks paste timeline cost nothing refusal"),
    "how": set(get_args(How)),
    "effect": words("check_licences place_order apply_change withdraw reassign decouple notify hand_over tell"),
    "changed": {"run_id", "target", "effective_at", "catalogue"},
    "effective_on": {"not_included", "not_later"},
    "target": words("jtl_start jtl_advanced jtl_pro jtl_enterprise wms_start wms_pro wms wms_mobile"),
    "subject": {"jtl", "wms", "orders", "ffn", "key_accounting", "support"},
}
"""The labels that must be there, by namespace."""

ALIKE = re.compile(
    r"^(target\.|subject\.(ffn|key_accounting)$|shape\.other$|recorded\.(abonnement|subscription|jtl|shopify)$)"
)
"""What is the same in both languages: names."""

LANGUAGES = pytest.mark.parametrize("language", texts.LANGUAGES)
LABEL_SPACES = tuple(f"{namespace}." for namespace in LABELS)


for kind in KINDS:
    SAMPLES |= getattr(module_of(kind), "SAMPLES", {})


def samples_of(key: str) -> dict[str, Any]:
    """The documented values of a key."""
    own = SAMPLES.get(key) or SAMPLES.get(key.removesuffix(".subject").removesuffix(".body")) or {}
    of_a_run = key.startswith(("warning.", "refusal.", "task."))
    return (FACTS if of_a_run else {}) | (ASKED if key.startswith("task.") else {}) | own


def written(language: str) -> dict[str, str]:
    """The templates as written, by key."""
    found: dict[str, str] = {}
    for file in (WORDING / language).glob("*.toml"):
        found |= dict(templates.flat(tomllib.loads(file.read_text(encoding="utf-8"))))
    return found


def whole(found: dict[str, str], text: str) -> str:
    """A template with the texts that it takes in."""
    while included := re.search(r"\{>([a-z_.]+)\}", text):
        text = text.replace(included.group(), found[included.group(1)])
    return text


def all_whole(language: str) -> dict[str, str]:
    """The templates by key, each with the texts that it takes in."""
    found = written(language)
    return {key: whole(found, text) for key, text in found.items()}


WRITTEN = {language: all_whole(language) for language in texts.LANGUAGES}


def used(text: str) -> tuple[set[str], set[str]]:
    """The names of a template: those shown, and those in conditions."""
    tags = [tag for tag in templates.TOKEN.findall(text) if tag not in (":", "/")]
    conditions = {tag[1:].partition("=")[0] for tag in tags if tag.startswith("?")}
    return {tag.partition(":")[0] for tag in tags if not tag.startswith("?")}, conditions


# Complete.


def test_both_languages_have_the_same_keys() -> None:
    assert set(WRITTEN["de"]) == set(WRITTEN["en"]) == set(keys())


def test_every_documented_text_is_there_and_no_other() -> None:
    plain = {key for key in SAMPLES if not key.startswith("mail.")}
    mails = {f"{key}.{part}" for key in SAMPLES if key.startswith("mail.") for part in ("subject", "body")}
    assert {key for key in keys() if not key.startswith(LABEL_SPACES)} == plain | mails


@pytest.mark.parametrize(("namespace", "values"), LABELS.items(), ids=LABELS)
def test_every_label_is_there(namespace: str, values: set[str]) -> None:
    assert [value for value in sorted(values) if not known(f"{namespace}.{value}")] == []


@LANGUAGES
def test_a_text_says_something_and_leaves_nothing_half_said(language: str) -> None:
    said = {key: say(language, key, samples_of(key)) for key in keys()}
    half = re.compile(r"\A\s|\s\Z|[{}]|None|True|False|\.\.|  |,,|\n{3}")
    assert {key: text for key, text in said.items() if not text or half.search(text)} == {}


def test_no_text_is_left_in_the_other_language() -> None:
    same = [key for key in keys() if say("de", key, samples_of(key)) == say("en", key, samples_of(key))]
    assert same == [key for key in keys() if ALIKE.match(key)]


# Fed by the documented values.


@LANGUAGES
def test_every_placeholder_is_fed_by_the_documented_values(language: str) -> None:
    unfed = {key: set.union(*used(text)) - set(samples_of(key)) for key, text in WRITTEN[language].items()}
    assert {key: names for key, names in unfed.items() if names} == {}


def test_both_languages_show_the_same_values() -> None:
    assert [key for key in keys() if used(WRITTEN["de"][key])[0] != used(WRITTEN["en"][key])[0]] == []


def shown_where(text: str) -> tuple[set[str], set[str]]:
    """The names that are shown outside every condition, and those shown where it is not sure that there is a value."""
    always, unsure, conditions = set(), set(), list[str]()
    for tag in templates.TOKEN.findall(text):
        if tag.startswith("?"):
            conditions.append(tag[1:])
        elif tag == ":":
            conditions[-1] = ""
        elif tag == "/":
            conditions.pop()
        else:
            name = tag.partition(":")[0]
            always |= set() if conditions else {name}
            unsure |= {name} - set(conditions)
    return always, unsure


VALUES = [
    (language, key, name)
    for language in texts.LANGUAGES
    for key, text in sorted(WRITTEN[language].items())
    for name in sorted(set.union(*used(text)))
]


def without(key: str, name: str) -> dict[str, Any]:
    """The documented values of a key but one."""
    return {given: value for given, value in samples_of(key).items() if given != name}


@pytest.mark.parametrize(("language", "key", "name"), VALUES)
def test_a_missing_value_raises_naming_key_and_value_or_nothing_is_said_of_it(
    language: str, key: str, name: str
) -> None:
    always, unsure = shown_where(WRITTEN[language][key])
    try:
        said = say(language, key, without(key, name))
    except KeyError as error:
        assert name in unsure
        assert key in str(error)
        assert name in str(error)
    else:
        assert name not in always
        assert said == say(language, key, samples_of(key) | {name: None})


@pytest.mark.parametrize(("language", "key"), [("de", "warning.nonsense"), ("fr", "warning.surplus")])
def test_an_unknown_text_raises_naming_it(language: str, key: str) -> None:
    with pytest.raises(KeyError, match=f"{key}.*{language}"):
        say(language, key)


# How they speak.


def test_german_texts_say_sie() -> None:
    familiar = re.compile(r"\b([Dd]u|[Dd]ich|[Dd]ir|[Dd]eine?\w?|[Ee]uch|[Ee]uer|[Ee]ure)\b")
    polite = re.compile(r"\b(Sie|Ihnen|Ihre?\w?)\b")
    assert [key for key, text in WRITTEN["de"].items() if familiar.search(text)] == []
    spoken = [key for key in keys() if key.startswith(("warning.", "refusal.", "task.perform", "mail."))]
    assert [key for key in spoken if not key.endswith(".subject") and not polite.search(WRITTEN["de"][key])] == []


@LANGUAGES
def test_the_web_ui_can_show_it_as_markdown(language: str) -> None:
    said = {key: say(language, key, samples_of(key)) for key in keys()}
    unshown = re.compile(r"^\||<\w|!\[|^#|^ {4}", re.MULTILINE)  # tables, HTML, images, headings, indented code
    assert [key for key, text in said.items() if unshown.search(text)] == []
    assert [key for key, text in said.items() if text.count("`") % 2 or text.count("**") % 2] == []


@LANGUAGES
@pytest.mark.parametrize("key", [key for key in SAMPLES if key.startswith("mail.")])
def test_a_mail_greets_and_ends_with_the_link(language: str, key: str) -> None:
    body = say(language, f"{key}.body", SAMPLES[key])
    assert body.startswith(("Guten Tag Muster GmbH,\n", "Hello Muster GmbH,\n"))
    assert body.endswith(f"\n\n{MAIL['url']}")
    assert "\n" not in say(language, f"{key}.subject", SAMPLES[key])


@LANGUAGES
@pytest.mark.parametrize("key", [key for key in SAMPLES if key.startswith("mail.")])
def test_a_mail_can_do_without_name_target_and_dates(language: str, key: str) -> None:
    left = {name: value for name, value in SAMPLES[key].items() if name not in ("name", "order_by")}
    body = say(
        language, f"{key}.body", left | {"target": None, "effective_at": None, "abandons_on": None, "due_at": None}
    )
    assert body.startswith(("Guten Tag,\n", "Hello,\n"))
    assert "–" not in body
    assert "2027" not in body


@LANGUAGES
@pytest.mark.parametrize("key", ["mail.reminder.body", "mail.reminder_urgent.body"])
@pytest.mark.parametrize(
    ("steps", "provider", "state"),
    [
        ([], None, "order"),
        ([], None, "surplus_resolution"),
        (["pilot"], None, "scheduled"),
        (["partner"], "P-1", "third_party"),
    ],
)
def test_X9_who_has_ordered_is_reminded_of_the_proof_and_not_of_the_order(
    language: str, key: str, steps: list[str], provider: str | None, state: str
) -> None:
    values = samples_of(key) | {"state": state, "steps": steps, "provider": provider, "note": None}
    body = say(language, key, values)
    assert bool(re.search("Nachweis|proof", body)) == bool(steps)
    assert bool(re.search("estellen Sie spätestens|bestellen\\.|order by 17|to order by", body)) != bool(steps)
    assert ("(P-1)" in body) == bool(provider)


@LANGUAGES
@pytest.mark.parametrize("key", [key for key in SAMPLES if key.startswith("task.perform")])
def test_X12_a_click_path_is_a_numbered_list_and_proof_is_asked_for(language: str, key: str) -> None:
    text = say(language, key, samples_of(key))
    if key != "task.perform_withdraw":
        assert "\n\n1. Meine Verträge öffnen\n2. JTL Advanced wählen\n\n" in text
    assert "`proof.reference`" in text
    assert "`proof.reference`" in say(language, key, samples_of(key) | {"click_path": [], "details": None})


PROMISING = re.compile(
    r"garantier|sicherlich|selbstverständlich|guarantee|certainly|we will (undo|revoke|refund)|erstatten", re.I
)
OPEN_ENDED = re.compile(r"Anspruch|offen|no right|open", re.I)


@LANGUAGES
@pytest.mark.parametrize(
    "key",
    [
        "warning.no_promise",
        "problem.too_late",
        "problem.ended",
        "task.support_ticket_misclick",
        "task.support_ticket_setup_service",
        "task.revocation",
        "mail.scheduled.body",
        "mail.revoked.body",
    ],
)
def test_MIS2_nothing_is_promised(language: str, key: str) -> None:
    text = say(language, key, samples_of(key))
    assert not PROMISING.search(text)
    assert OPEN_ENDED.search(text)


def test_MIS2_no_text_promises_anything() -> None:
    assert [key for key in keys() if PROMISING.search(WRITTEN["de"][key] + WRITTEN["en"][key])] == []


# What they say.


@pytest.mark.parametrize(
    ("rule", "language", "key", "values", "said"),
    [
        ("X1", "de", "warning.boundary_day", SAMPLES["warning.boundary_day"], "mit dem 1. Februar 2027;"),
        ("X1", "en", "warning.boundary_day", SAMPLES["warning.boundary_day"], "on 1 March 2027."),
        (
            "X1",
            "de",
            "warning.boundary_day",
            SAMPLES["warning.boundary_day"],
            "Der 17. Januar 2027 ist der Grenztag der Frist",
        ),
        ("ED5", "de", "warning.surplus", {"surplus": [TRACKING], "count": 1}, "Eine Lizenz ist nach"),
        (
            "ED5",
            "en",
            "warning.surplus",
            SAMPLES["warning.surplus"],
            "3 licences are too many after the change:\n\n- TT-1 (",
        ),
        ("OP3", "de", "warning.overage", {"target": 1000}, "Auftragspaket 1.000 "),
        ("OP3", "en", "warning.overage", {"target": 1000}, "order package 1,000,"),
        ("WMU4", "de", "warning.reassign_instead", {"assigned_to": "wms", "other": "wms_mobile"}, "JTL-WMS Mobile"),
        ("ED2", "en", "refusal.lowest_edition", {"current": "jtl_start"}, "JTL Start is already the lowest"),
        ("OPL-2", "de", "refusal.not_bookable", SAMPLES["refusal.not_bookable"], "Möglich ist: 100 und 1.000."),
        ("OPL-2", "en", "refusal.not_bookable", {"target": 500, "bookable": []}, "First change to an edition"),
        (
            "G1",
            "en",
            "refusal.not_held",
            {"subject": "L-7", "belongs_to": "pos"},
            "another request for it: Deactivation of a cash register.",
        ),
        ("OP0-6", "de", "refusal.not_bookable", TO_NO_PACKAGE, "Das Kundenkonto K-1002 hat kein Auftragspaket"),
        ("FFN4", "en", "task.third_party_partner", {"name": "P", "role": "merchant"}, "takes the goods out"),
        ("FFN3", "en", "task.third_party_partner", {"name": "P", "role": "fulfiller"}, "in the Fulfillment portal"),
        (
            "MIS1",
            "de",
            "task.support_ticket_misclick",
            TICKET | {"meant": "A", "run": None},
            "Gemeint war: A\n\n1. Sehen",
        ),
        ("X10", "en", "problem.not_enabled", {"event": "requested"}, "requested is not possible in the present state"),
        ("SL2", "de", "refusal.subscription", {"ends_on": "2027-06-30"}, "ihr letzter Tag ist der 30. Juni 2027,"),
        ("SL2", "en", "refusal.subscription", {"ends_on": None}, "runs out by itself and needs"),
        (
            "SUP2",
            "de",
            "refusal.support_level",
            {"level": "Silber"},
            "wechseln Sie die Edition: auf eine niedrigere mit einem Antrag hier",
        ),
        ("MOV2", "en", "refusal.use_support", {}, "support ticket"),
        ("POS3", "de", "surplus.limit", SAMPLES["surplus.limit"] | {"limit": 1}, "ist nur eine erlaubt"),
        ("FFN2", "en", "surplus.stock", {"name": "Lager Nord", "count": 1200}, "1,200 pieces"),
        ("X6", "de", "why.term", {"term_ends": "2027-01-31"}, "31. Januar 2027"),
        ("OP4", "de", "note.target_changed", {"target": 0}, "Neues Ziel: 0."),
        (
            "X5",
            "de",
            "task.clarify_cost",
            {"product": "X", "recorded": "included: true"},
            "Vermerkt ist: Enthalten: ja (im Datensatz: `included: true`).",
        ),
        ("X5", "en", "task.clarify_cost", {"product": "X", "recorded": ""}, "Recorded is: nothing."),
        ("X6", "en", "task.clarify_term", {"recorded": "2026-12-31"}, "31 December 2026"),
        ("X6", "de", "task.clarify_term", {"recorded": "-"}, "Vermerkt ist: nichts."),
        ("X11", "de", "problem.too_late", {"effective_at": FIRST}, "`misclick`"),
        (
            "X13",
            "en",
            "task.revocation",
            samples_of("task.revocation"),
            "\n- voucher/K-1001/L-1: Scheduled, last day 31 January 2027\n",
        ),
        ("MIS1", "de", "task.support_ticket_misclick", TICKET, "\n> Falsch geklickt.\n> Bitte zurück.\n"),
        ("ADD2", "de", "problem.details_missing", {"missing": ["addons.L-8"]}, "`addons.L-8`"),
        ("ADD1", "de", "problem.details_missing", {"missing": ["details"], "any": True}, "mindestens eine"),
        ("ADD1", "en", "problem.details_missing", {"missing": ["details"], "any": True}, "at least one entry"),
        ("X6", "en", "problem.malformed", {"fault": "fault.effective_on", "why": "not_later"}, "has to be after today"),
        ("X2", "de", "problem.malformed", {"fault": "fault.licences_missing", "licences": ["L-1"]}, "es fehlt: L-1."),
        ("", "en", "problem.unknown_task", {"task": "-", "open": [], "fault": "fault.no_task"}, "nothing to confirm"),
        ("", "de", "problem.unknown_task", {"task": "t-1", "open": ["t-2"]}, "Offen: `t-2`."),
        ("X8", "en", "problem.changed", {"what": "catalogue"}, "another catalogue"),
    ],
)
def test_a_text_says(rule: str, language: str, key: str, values: dict[str, Any], said: str) -> None:
    assert said in say(language, key, values), rule


@pytest.mark.parametrize(
    ("language", "enabled", "text"),
    [
        (
            "en",
            ["acknowledge_warning", "abandon"],
            "place_order is not possible in state feature_warning; possible now: acknowledge_warning, abandon",
        ),
        ("en", [], "place_order is not possible in state feature_warning; possible now: nothing"),
        (
            "de",
            ["acknowledge_warning", "abandon"],
            "place_order ist im Zustand feature_warning nicht möglich; möglich ist jetzt: acknowledge_warning, abandon",
        ),
    ],
)
def test_not_enabled_names_events_as_programs_do(language: str, enabled: list[str], text: str) -> None:
    values = {"event": "place_order", "state": "feature_warning", "enabled": enabled}
    assert say(language, "problem.not_enabled", values) == text


@pytest.mark.parametrize(
    ("features", "limited", "complete", "said", "unsaid"),
    [
        (["A", "B"], [], False, "- A\n- B\n\nThis list is not complete", "restrictions"),
        (["A"], ["B"], True, "with restrictions only:\n\n- B\n\nIf you", "not complete"),
        ([], [], True, "No function is lost.", "not complete"),
        ([], [], False, "This list is not complete", "No function is lost"),
    ],
)
def test_ED4_lost_functions(features: list[str], limited: list[str], complete: bool, said: str, unsaid: str) -> None:
    values = {"features": features, "limited": limited, "complete": complete, "current": "A", "target": "B"}
    text = say("en", "warning.features_lost", values)
    assert said in text
    assert unsaid not in text


# Values.


@pytest.mark.parametrize(
    ("value", "zone", "german"),
    [
        ("2027-01-31T23:00:00Z", "Europe/Berlin", "1. Februar 2027"),
        ("2027-03-31T22:00:00+00:00", "Europe/Berlin", "1. April 2027"),  # summer time
        ("2027-03-31T21:59:00+00:00", "Europe/Berlin", "31. März 2027, 23:59 Uhr"),
        ("2027-01-31T23:00:00Z", "UTC", "31. Januar 2027, 23:00 Uhr"),
        (datetime(2027, 1, 31, 23, tzinfo=UTC), None, "1. Februar 2027"),
        ("2027-02-01", None, "1. Februar 2027"),
        ("-", None, "-"),
        (None, None, "–"),
    ],
)
def test_a_moment_is_shown_in_the_zone(value: Any, zone: str | None, german: str) -> None:
    said = say("de", "fault.before_previous", {"previous_at": value, "zone": zone})
    assert said.endswith(f"({german})")


@pytest.mark.parametrize(
    "value", ["2027-02-01", date(2027, 2, 1), "2027-01-31T23:30:00Z", datetime(2027, 1, 31, 23, tzinfo=UTC)]
)
def test_a_day_is_shown_without_time_as_the_day_in_berlin(value: Any) -> None:
    assert say("en", "why.chosen", {"chosen_on": value}).endswith(": 1 February 2027")


def test_days_moments_and_amounts_in_both_languages() -> None:
    at = datetime(2027, 6, 30, 22, tzinfo=UTC)
    assert [day(language, date(2027, 7, 1)) for language in ("de", "en")] == ["1. Juli 2027", "1 July 2027"]
    assert [moment(language, at) for language in ("de", "en")] == ["1. Juli 2027, 00:00 Uhr", "1 July 2027, 00:00"]
    assert [amount(language, Decimal("1234.5"), "EUR") for language in ("de", "en")] == ["1.234,50\xa0€", "€1,234.50"]


@pytest.mark.parametrize(
    ("values", "german"),
    [
        ({"state": "order"}, "Bestellung offen"),
        ({"kind": "pos"}, "Abschaltung einer Kasse"),
        ({"cost": "none"}, "Es wird nichts berechnet"),
        ({"enabled": ["place_order", "abandon"]}, "bestellt, abgebrochen"),
        ({"state": "unheard_of"}, "unheard_of"),
        ({"subject": "orders"}, "Auftragspaket"),
        ({"anything": True}, "ja"),
        ({"anything": Decimal("2500")}, "2.500"),
        ({"anything": {"a": 1, "b": None}}, "a: 1, b: –"),
        ({"anything": []}, "–"),
        ({"anything": ["a", "b"]}, "a, b"),
    ],
)
def test_a_value_is_shown_by_its_name_and_type(values: dict[str, Any], german: str) -> None:
    ((name, value),) = values.items()
    assert texts.shown("de", name, value, values) == german


# Templates and loading.


@pytest.mark.parametrize("text", ["{/}", "{?a}b", "{?a}b{:}c", "{:}", "a{b", "a}b", "{?a}{:}{:}{/}"])
def test_a_template_that_is_wrong_does_not_load_and_names_the_key(text: str) -> None:
    with pytest.raises(ValueError, match=r"warning\.x"):
        templates.made_ready("warning.x", text, texts.part)


def test_conditions_nest() -> None:
    render = templates.made_ready("k", "{?a}a{?b=2}b{:}{?c}c{/}{/}{:}none{/}!", texts.part)
    assert render("en", "k", {"a": 1, "b": 2}) == "ab!"
    assert render("en", "k", {"a": 0, "b": 1, "c": "x"}) == "ac!"
    assert render("en", "k", {"a": "-"}) == render("en", "k", {}) == "none!"


def test_a_key_in_two_files_does_not_load(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text('[warning]\nx = "y"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"warning\.x"):
        texts.load(tmp_path)


def test_say_reads_no_file_and_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a file was opened")

    for cached in (formats.day, formats.moment, formats.number, formats.enumeration, formats.moment_from):
        cached.cache_clear()
    monkeypatch.setattr("builtins.open", forbidden)
    monkeypatch.setattr("io.open", forbidden)
    first = [say(language, key, samples_of(key)) for language in texts.LANGUAGES for key in keys()]
    assert first == [say(language, key, samples_of(key)) for language in texts.LANGUAGES for key in keys()]
