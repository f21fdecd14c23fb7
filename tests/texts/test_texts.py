"""The texts for people: complete in both languages, fed by the documented values, polite, and without promises."""

import re
from itertools import product
from typing import Any

import pytest

from catalogue.formats import LANGUAGES
from catalogue.texts import keys, known, say
from pages.desk.instructions import steps_of
from tests.texts.samples import FIRST, LABELS, MAIL, SAMPLES, TICKET, TO_NO_PACKAGE, TRACKING, samples_of
from tests.texts.written import WRITTEN, check_all, shown_where, used

ALIKE = re.compile(
    r"^(target\.|entry\.limit$|level\.(Community|Bronze|Gold)$|subject\.(ffn|key_accounting)$|shape\.other$|outside\.(shopify|ecomdata)$|receipt\.row\.(case|by|details|optional_services|words|answer)$|page\.desk\.task\.ticket$|page\.desk\.administration\.(portal|version|revision|part\.(temporal|worker))$|recorded\.(abonnement|subscription|jtl|shopify)$)"
)
"""What is the same in both languages: names."""

IN_BOTH = pytest.mark.parametrize("language", LANGUAGES)
LABEL_SPACES = tuple(f"{namespace}." for namespace in LABELS)
MAILS = [key for key in SAMPLES if key.startswith("mail.")]


# Complete.


def test_both_languages_have_the_same_keys() -> None:
    assert set(WRITTEN["de"]) == set(WRITTEN["en"]) == set(keys())


def test_every_documented_text_is_there_and_no_other() -> None:
    plain = {key for key in SAMPLES if not key.startswith("mail.")}
    mails = {f"{key}.{part}" for key in SAMPLES if key.startswith("mail.") for part in ("subject", "body")}
    documented = {key for key in keys() if not is_bare(key)}
    assert documented == plain | mails


def is_bare(key: str) -> bool:
    """Whether it is a label, or a text of a page, that shows no value."""
    return key.startswith(("page.", *LABEL_SPACES)) and not set.union(*used(WRITTEN["de"][key]))


def test_every_label_is_there() -> None:
    wanted = {f"{namespace}.{value}" for namespace, values in LABELS.items() for value in values}
    assert sorted(key for key in wanted if not known(key)) == []


@IN_BOTH
def test_a_text_says_something_and_leaves_nothing_half_said(language: str) -> None:
    texts = {key: say(language, key, samples_of(key)) for key in keys()}
    half = re.compile(r"\A\s|\s\Z|[{}]|None|True|False|\.\.|  |,,|\n{3}|[a-zäöüß)][.!?][A-ZÄÖÜ][a-zäöü]")
    assert {key: text for key, text in texts.items() if not text or half.search(text)} == {}


def test_instructions_have_the_same_steps_in_both_languages() -> None:
    """A step is ticked by its number, whichever language whoever ticks it reads."""
    instructions = [key for key in keys() if key.startswith("task.")]
    steps = {
        key: [len(steps_of(say(language, key, samples_of(key)))) for language in LANGUAGES] for key in instructions
    }
    assert {key: counts for key, counts in steps.items() if len(set(counts)) > 1} == {}
    assert sum(counts[0] > 2 for counts in steps.values()) > 10


def test_no_text_is_left_in_the_other_language() -> None:
    same = [key for key in keys() if say("de", key, samples_of(key)) == say("en", key, samples_of(key))]
    assert same == [key for key in keys() if ALIKE.match(key)]


TOO_LATE = re.compile(r"(?P<before>.{0,20})\{\{ (?:order_by|due_at) \| (?P<shown>\w+)")
"""Where a text shows a moment that is the first too late."""


@IN_BOTH
def test_the_first_moment_too_late_is_said_as_the_last_in_time(language: str) -> None:
    """Whoever reads a day believes that it is in time; only what is over is said to be so since that moment."""
    shown = [found for text in WRITTEN[language].values() for found in TOO_LATE.finditer(text)]
    assert len(shown) > 10
    wrong = [found[0] for found in shown if found["shown"] not in ("until", "last_day")]
    assert [text for text in wrong if not re.search("(seit|since): {{", text)] == []


# Fed by the documented values.


@IN_BOTH
def test_every_placeholder_is_fed_by_the_documented_values(language: str) -> None:
    unfed = {key: set.union(*used(text)) - set(samples_of(key)) for key, text in WRITTEN[language].items()}
    assert {key: names for key, names in unfed.items() if names} == {}


def test_both_languages_show_the_same_values() -> None:
    assert [key for key in keys() if used(WRITTEN["de"][key])[0] != used(WRITTEN["en"][key])[0]] == []


def without(key: str, name: str) -> dict[str, Any]:
    """The documented values of a key but one."""
    return {given: value for given, value in samples_of(key).items() if given != name}


def check_without(language: str, key: str, name: str) -> None:
    """A missing value raises, or it reads as if there were none."""
    always, unsure = shown_where(WRITTEN[language][key])
    try:
        text = say(language, key, without(key, name))
    except KeyError as error:
        assert name in unsure
        assert key in str(error)
        assert repr(name) in str(error)
    else:
        assert name not in always
        assert text == say(language, key, samples_of(key) | {name: None})


def test_a_missing_value_raises_naming_key_and_value_or_nothing_is_said_of_it() -> None:
    check_all(
        check_without,
        (
            (language, key, name)
            for language in LANGUAGES
            for key, text in WRITTEN[language].items()
            for name in sorted(set.union(*used(text)))
        ),
    )


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


@IN_BOTH
def test_the_web_ui_can_show_it_as_markdown(language: str) -> None:
    """What is wrong with a call (`call.…`) is said to programs, and names a form as `<kind>/<customer>/<subject>`."""
    texts = {key: say(language, key, samples_of(key)) for key in keys() if not key.startswith("call.")}
    unshown = re.compile(r"^\||<\w|!\[|^#|^ {4}", re.MULTILINE)  # tables, HTML, images, headings, indented code
    assert [key for key, text in texts.items() if unshown.search(text)] == []
    assert [key for key, text in texts.items() if text.count("`") % 2 or text.count("**") % 2] == []


def check_frame(language: str, key: str) -> None:
    """Greeting and link."""
    body = say(language, f"{key}.body", SAMPLES[key])
    assert body.startswith(("Guten Tag Muster GmbH,\n", "Hello Muster GmbH,\n"))
    assert body.endswith(f"\n\n{MAIL['url']}")
    assert "\n" not in say(language, f"{key}.subject", SAMPLES[key])


def test_a_mail_greets_and_ends_with_the_link() -> None:
    check_all(check_frame, product(LANGUAGES, MAILS))


def check_bare(language: str, key: str) -> None:
    """Nothing is known that need not be."""
    left = {name: value for name, value in SAMPLES[key].items() if name not in ("name", "order_by")}
    dates = ("effective_at", "abandons_on", "due_at", "held_since", "missed", "changes_at")
    body = say(language, f"{key}.body", left | dict.fromkeys(("target", *dates)))
    assert body.startswith(("Guten Tag,\n", "Hello,\n"))
    assert "–" not in body
    assert "2027" not in body


def test_a_mail_can_do_without_name_target_and_dates() -> None:
    check_all(check_bare, product(LANGUAGES, MAILS))


def check_reminder(language: str, key: str, situation: tuple[list[dict[str, Any]], str]) -> None:
    """Of the proof where steps are missing, of the order else."""
    steps, state = situation
    body = say(language, key, samples_of(key) | {"state": state, "steps": steps, "note": None})
    assert bool(re.search("Nachweis|proof", body)) == bool(steps)
    assert bool(re.search("spätestens am 17|by 17 ", body)) != bool(steps)
    assert ("(P-1)" in body) == any(step["name"] for step in steps)


def test_X9_who_has_ordered_is_reminded_of_the_proof_and_not_of_the_order() -> None:
    situations = [
        ([], "order"),
        ([], "surplus_resolution"),
        ([{"what": "pilot", "name": None}], "scheduled"),
        ([{"what": "partner", "name": "Partner (P-1)"}], "third_party"),
    ]
    check_all(check_reminder, product(LANGUAGES, ["mail.reminder.body", "mail.reminder_urgent.body"], situations))


def check_click_path(language: str, key: str) -> None:
    """The steps in order, and what proves them."""
    text = say(language, key, samples_of(key))
    assert "\n\n1. Meine Verträge öffnen\n2. JTL Advanced wählen\n\n" in text
    assert "`proof.reference`" in text
    none_known = say(language, key, samples_of(key) | {"click_path": [], "details": None})
    assert "`proof.reference`" in none_known
    assert say(language, "part.no_click_path") in none_known
    assert say(language, "part.no_click_path") not in text


def test_X12_a_click_path_is_a_numbered_list_and_proof_is_asked_for() -> None:
    check_all(check_click_path, product(LANGUAGES, [key for key in SAMPLES if key.startswith("task.perform")]))


ELSEWHERE = re.compile("Anbieter|kosten|Vertrag|provider|third party|cost|contract")


@IN_BOTH
def test_MP3_API3_signing_off_from_a_pilot_is_a_step_in_the_customer_centre_and_costs_nothing(language: str) -> None:
    pilot = say(language, "part.outside", {"steps": [{"what": "pilot", "name": None}]})
    assert "Mitwirken > Offene Programme und Bewerten > Pilotprogramm" in pilot
    assert not ELSEWHERE.search(pilot)
    both = [{"what": "pilot", "name": None}, {"what": "third_party", "name": "Fremdmarkt"}]
    assert "Fremdmarkt" in say(language, "part.outside", {"steps": both})


PROMISING = re.compile(
    r"garantier|sicherlich|selbstverständlich|guarantee|certainly|we will (undo|revoke|refund)|erstatten", re.I
)
OPEN_ENDED = re.compile(r"Anspruch|offen|no right|open", re.I)


UNPROMISING = (
    "warning.no_promise",
    "problem.too_late",
    "problem.ended",
    "task.support_ticket_misclick",
    "task.support_ticket_setup_service",
    "task.revocation",
    "mail.scheduled.body",
    "mail.revoked.body",
)
"""Texts about a revocation or a mis-click, each of which says that the outcome is open."""


def check_unpromising(language: str, key: str) -> None:
    """Nothing is promised, and that is said."""
    text = say(language, key, samples_of(key))
    assert not PROMISING.search(text)
    assert OPEN_ENDED.search(text)


def test_MIS2_nothing_is_promised() -> None:
    check_all(check_unpromising, product(LANGUAGES, UNPROMISING))


def test_MIS2_no_text_promises_anything() -> None:
    assert [key for key in keys() if PROMISING.search(WRITTEN["de"][key] + WRITTEN["en"][key])] == []


# What they say.


@pytest.mark.parametrize(
    ("rule", "language", "key", "values", "part"),
    [
        ("X1", "de", "warning.boundary_day", SAMPLES["warning.boundary_day"], "mit dem 1. Februar 2027;"),
        ("X1", "en", "warning.boundary_day", SAMPLES["warning.boundary_day"], "it may also be 1 March 2027."),
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
            "3 licences are too many after the change:\n\n- JTL-Track&Trace (TT-1)\n- 2 of: Kasse (P-1), ",
        ),
        ("OP3", "de", "warning.overage", {"target": 1000}, "Auftragspaket 1.000 "),
        ("OP3", "en", "warning.overage", {"target": 1000}, "order package 1,000,"),
        ("WMU4", "de", "warning.reassign_instead", {"assigned_to": "wms", "other": "wms_mobile"}, "JTL-WMS Mobile"),
        ("ED2", "en", "refusal.lowest_edition", {"current": "jtl_start"}, "JTL Start is already the lowest"),
        ("OPL-2", "de", "refusal.not_bookable", SAMPLES["refusal.not_bookable"], "Möglich sind 100 oder 1.000."),
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
            "Gemeint war: „A“\n\n1. Sehen",
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
            "\n- JTL-Vouchers (L-1): Scheduled, last day 31 January 2027 (voucher/K-1001/L-1)\n",
        ),
        ("MIS1", "de", "task.support_ticket_misclick", TICKET, "\n> Falsch geklickt.\n> Bitte zurück.\n"),
        ("ADD2", "de", "problem.details_missing", {"missing": ["addons.L-8"]}, "`addons.L-8`"),
        ("ADD1", "de", "problem.details_missing", {"missing": ["details"], "any": True}, "mindestens eine"),
        ("ADD1", "en", "problem.details_missing", {"missing": ["details"], "any": True}, "At least one entry"),
        ("X6", "en", "problem.malformed", {"fault": "fault.effective_on", "why": "not_later"}, "has to be after today"),
        (
            "X2",
            "de",
            "problem.malformed",
            {"fault": "fault.licences_missing", "surplus": [TRACKING]},
            "es fehlt: JTL-Track&Trace (TT-1).",
        ),
        ("", "en", "problem.unknown_task", {"task": "-", "open": [], "fault": "fault.no_task"}, "nothing to confirm"),
        ("", "de", "problem.unknown_task", {"task": "t-1", "open": ["t-2"]}, "Offen: `t-2`."),
        ("X8", "en", "problem.changed", {"what": "catalogue"}, "as of a new date"),
        (
            "",
            "en",
            "fault.future_time",
            {"time": "2026-11-29T22:30:41Z", "limit_at": "2026-11-29T22:30:05Z"},
            "(29 November 2026, 23:30:41) lies in the future; the latest allowed is 29 November 2026, 23:30:05:",
        ),
    ],
)
def test_a_text_says(rule: str, language: str, key: str, values: dict[str, Any], part: str) -> None:
    assert part in say(language, key, values), rule


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
    ("features", "limited", "complete", "part", "absent"),
    [
        (["A", "B"], [], False, "- A\n- B\n\nThis list is not complete", "restrictions"),
        (["A"], ["B"], True, "with restrictions only:\n\n- B\n\nIf you", "not complete"),
        ([], [], True, "No function is lost.", "not complete"),
        ([], [], False, "This list is not complete", "No function is lost"),
    ],
)
def test_ED4_lost_functions(features: list[str], limited: list[str], complete: bool, part: str, absent: str) -> None:
    values = {"features": features, "limited": limited, "complete": complete, "current": "A", "target": "B"}
    text = say("en", "warning.features_lost", values)
    assert part in text
    assert absent not in text
