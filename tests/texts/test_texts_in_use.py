"""The texts in every situation that a run can be in: dates and amounts as people write them, nothing a program says."""

import hashlib
import re
from functools import cache
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from catalogue.formats import LANGUAGES
from catalogue.texts import keys, say
from tests.texts.samples import ASKED, FACTS, SAMPLES, samples_of
from tests.texts.written import WRITTEN, check_all, used

IN_BOTH = pytest.mark.parametrize("language", LANGUAGES)
DAY = {"de": "1. Februar 2027", "en": "1 February 2027"}
LAST_DAY = {"de": "31. Januar 2027", "en": "31 January 2027"}
ORDER_DAY = {"de": "17. Januar 2027", "en": "17 January 2027"}
SAVED = {"de": "1.000,00\xa0€ im Monat weniger", "en": "€1,000.00 less a month"}

DATED = {
    "warning.boundary_day": DAY,
    "warning.features_lost": LAST_DAY,
    "warning.surplus": DAY,
    "warning.surplus_gap": LAST_DAY,
    "warning.knock_on": DAY,
    "warning.no_saving": DAY,
    "warning.notice_unknown": DAY,
    "warning.package_zero": DAY,
    "warning.selling_stops_first": ORDER_DAY,
    "warning.overage": DAY,
    "warning.reassign_instead": DAY,
    "warning.user_management_lost": DAY,
    "warning.integrations_end": DAY,
    "warning.backup": LAST_DAY,
    "warning.two_contracts": LAST_DAY,
    "warning.old_contract_runs_on": LAST_DAY,
    "warning.addons_remain": LAST_DAY,
    "warning.moved_by_appointment": DAY,
    "refusal.booking_refused": ORDER_DAY,
    "refusal.subscription": {"de": "30. Juni 2027", "en": "30 June 2027"},
    "task.perform_order": DAY,
    "task.perform_end": DAY,
    "task.perform_withdraw": DAY,
    "task.perform_decouple": DAY,
    "task.revocation": DAY,
    "task.support_ticket_key_accounting": LAST_DAY,
    "task.asked": {"de": "4. Januar 2027, 10:00 Uhr", "en": "4 January 2027, 10:00"},
    "mail.reminder.body": ORDER_DAY,
    "mail.reminder_urgent.body": ORDER_DAY,
    "mail.scheduled.body": DAY,
    "mail.applied.body": DAY,
    "mail.change_dropped.body": DAY,
    "mail.declined.body": DAY,
    "mail.surplus_reminder.body": LAST_DAY,
    "mail.booking_refused.body": ORDER_DAY,
}
"""Each text that says from when, with the day that it must name."""
PRICED = (
    *("warning.features_lost", "warning.reassign_instead", "warning.user_management_lost"),
    *("warning.integrations_end", "warning.backup"),
    *("mail.scheduled.body", "mail.applied.body", "mail.change_dropped.body"),
)
"""Each text that says what is saved, where that is known."""

UNTIMED = {
    "warning.later_than_standing": "two dates of its own",
    "warning.pilot_sign_off": "no date is known (MP5)",
    "warning.third_party_too": "the third party's notice is not known (MP4)",
    "warning.by_exception": "a person decides, and no date is promised (SVC1)",
    "warning.ended_elsewhere": "the notice there is not known (CO4, ECO1)",
    "warning.no_promise": "a person decides, and no date is promised (MIS2)",
}
"""Warnings that name no effective date, and why."""


def test_a_text_says_from_when_in_the_language_of_its_reader() -> None:
    undated = [
        (language, key)
        for language in LANGUAGES
        for key, day in DATED.items()
        if day[language] not in say(language, key, samples_of(key))
    ]
    assert undated == []


def check_price(language: str, key: str) -> None:
    """What is saved, where that is known."""
    values = samples_of(key)
    assert SAVED[language] in say(language, key, values)
    assert "€" not in say(language, key, values | {"price": None, "saved_price": None})


def test_a_text_says_what_is_saved_in_the_language_of_its_reader() -> None:
    check_all(check_price, product(LANGUAGES, PRICED))


def test_every_warning_says_from_when_or_why_it_cannot() -> None:
    warnings = [key for key in keys() if key.startswith("warning.")]
    assert [key for key in warnings if (key in DATED) == (key in UNTIMED)] == []


# In every situation.

SITUATIONS: dict[str, tuple[Any, ...]] = {
    "kind": ("edition", "order_package", "fulfillment", "voucher", "marketplace_transfer"),
    "cost_effect": ("cancellation", "deactivation", "none", "unknown"),
    "effective_at": ("2027-01-31T23:00:00+00:00", "2027-01-17T11:03:00Z", None),
    "saved_price": ("9.00", None),
    "count": (1, 2),
    "empty": (False, True),
}
"""What differs from run to run. `empty`: nothing is known that need not be."""


def situations() -> list[dict[str, Any]]:
    """All together: what a text's values are overlaid with."""
    return [dict(zip(SITUATIONS, values, strict=True)) for values in product(*SITUATIONS.values())]


TARGETS = {"edition": "jtl_advanced", "order_package": 0, "marketplace_transfer": "K-1002"}
SUBJECTS = {"edition": "jtl", "order_package": "orders", "fulfillment": "ffn"}


def overlaid(key: str, now: dict[str, Any]) -> dict[str, Any]:
    """The documented values of a text in a situation; what its values fix themselves stays as it is."""
    own = SAMPLES.get(key) or SAMPLES.get(key.rpartition(".")[0]) or {}
    kind = now["kind"]
    facts = {name: now[name] for name in ("kind", "cost_effect", "effective_at", "saved_price")}
    facts |= {"target": TARGETS.get(kind), "subject": SUBJECTS.get(kind, "L-77")}
    facts |= {"count": now["count"]} if "count" in own else {}
    if now["empty"]:
        optional = used(WRITTEN["de"][key])[1] - {
            "count",
            "kind",
            "cost_effect",
            "subject",
            "limit",
            "reason",
            "number",
        }
        facts |= dict.fromkeys(optional - set(facts))
        facts |= {"price": None, "saved_price": None, "effective_at": None}
    if not key.startswith("mail."):
        facts |= {name: own[name] for name in ("target", "subject") if name in own}
    return samples_of(key) | facts


@cache
def everything_said(language: str, key: str) -> set[str]:
    """What a text can come out as."""
    return {say(language, key, overlaid(key, now)) for now in situations()}


WRONG = {
    "a date in ISO form": re.compile(r"\d{4}-\d\d-\d\d"),
    "a placeholder": re.compile(r"[{}]|None|True|False"),
    "a gap": re.compile(r" {2}|\n{3}|\A\s|\s\Z| [.,;:!?](?=\s|\Z)|[ \t]\n"),
    "doubled punctuation": re.compile(r"\.\.|,,|;;|::|[,;:]\.|\.[,;:](?=\s)"),
    "nothing in brackets": re.compile(r"\(\s*[,;]?\s*\)"),
    "a sentence that begins small": re.compile(r"(?<!\bz)(?<!\d)[.!?] [a-zäöü](?!\w*/)"),
}
FOR_EXAMPLE = re.compile(r"`\d{4}-\d\d-\d\d[^`]*`")
"""What an operator is to type, as an example."""
SPOKEN = [key for key in keys() if key.startswith(("warning.", "refusal.", "task.", "mail.", "surplus.", "part."))]


def check_situations(language: str, key: str) -> None:
    """Nothing is wrong in whatever a text comes out as."""
    wrong = {
        fault: text
        for text in everything_said(language, key)
        for fault, pattern in WRONG.items()
        if pattern.search(FOR_EXAMPLE.sub("`…`", text))
    }
    assert wrong == {}


def test_no_situation_makes_a_text_go_wrong() -> None:
    check_all(check_situations, product(LANGUAGES, SPOKEN))


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ("a date in ISO form", "ab dem 2027-02-01."),
        ("a placeholder", "ab dem None"),
        ("a gap", "ab dem  Termin"),
        ("a gap", "am Termin , oder"),
        ("doubled punctuation", "Ende.."),
        ("nothing in brackets", "Edition ()"),
        ("a sentence that begins small", "Ende. das"),
    ],
)
def test_what_would_be_wrong_is_noticed(fault: str, text: str) -> None:
    assert WRONG[fault].search(text)


CODE = re.compile(r"`|\b[a-z]+_[a-z_]+\b|\b[a-z]+\.[a-z]+_[a-z]+\b")
"""Backticks, or a name as programs write it."""


def check_codes(language: str, key: str) -> None:
    """Codes stand beside the texts, for programs; a fault in a document is quoted as it is."""
    texts = {re.sub(r"http\S+", "", text) for text in everything_said(language, key)}
    if key == "refusal.malformed":
        texts = {text.replace(say(language, "fault.target"), "") for text in texts}
    assert sorted(text for text in texts if CODE.search(text))[:2] == []


def test_customers_read_no_codes() -> None:
    to_customers = ("warning.", "refusal.", "surplus.", "mail.")
    check_all(check_codes, product(LANGUAGES, [key for key in SPOKEN if key.startswith((*to_customers, "part.costs"))]))


@IN_BOTH
def test_X9_each_reminder_is_more_urgent_than_the_last(language: str) -> None:
    first = say(language, "mail.reminder.subject", samples_of("mail.reminder.subject"))
    values = samples_of("mail.reminder_urgent.body") | {"abandons_on": "2027-02-14T09:00:00Z"}
    second, third, last = (
        [say(language, f"mail.reminder_urgent.{part}", values | now) for part in ("subject", "body")]
        for now in (
            {"number": 2, "again": False, "last": False},
            {"number": 3, "again": True, "last": False},
            {"number": 4, "again": True, "last": True},
        )
    )
    assert re.search("Erinnerung|Reminder", first)
    assert re.search("Dringend|Urgent", second[0])
    assert re.search("Sehr dringend|Very urgent", third[0]) and "3" in third[0]
    assert second[1] != third[1]
    assert re.search("Letzte Erinnerung|Last reminder", last[0])
    for _, body in (second, third, last):
        assert {"de": "14. Februar 2027", "en": "14 February 2027"}[language] in body


def check_confirmation(language: str, key: str) -> None:
    """With the field to fill in."""
    text = say(language, key, samples_of(key))
    assert re.search("[Bb]estätigen Sie|[Cc]onfirm", text)
    assert re.search("`(proof\\.reference|decision|at|note)`", text) or key == "task.surplus_channels"
    assert re.search("[Ll]ehnen Sie|Ablehnen|`declined`|`end`|[Rr]eject", text)


def test_every_task_says_how_it_is_confirmed_and_what_if_not() -> None:
    """These stand beside a task's own text: when it was asked for, the proof, the last note, what to send."""
    beside = {"task.asked", "task.proof", "task.note", "task.proposed", "task.json"}
    tasks = [key for key in keys() if key.startswith("task.") and key not in beside]
    check_all(check_confirmation, product(LANGUAGES, tasks))


@IN_BOTH
def test_when_a_task_is_due_is_said_as_what_is_just_in_time(language: str) -> None:
    """00:00 is the end of the day before, of which the day says all; any other moment is said to the minute."""
    dues = {
        "2027-01-17T23:00:00Z": {"de": "17. Januar 2027", "en": "17 January 2027"},
        "2027-01-17T22:59:00Z": {"de": "17. Januar 2027, 23:59 Uhr", "en": "17 January 2027, 23:59"},
    }
    for key, (due_at, due) in product(("notice.one.body", "part.due"), dues.items()):
        said = say(
            language, key, samples_of(key) | {"due_at": due_at} | ({"overdue": False} if "notice" in key else {})
        )
        assert due[language] in said


@IN_BOTH
def test_who_asked_and_when_is_said_of_every_task(language: str) -> None:
    text = say(language, "task.asked", FACTS | ASKED)
    for part in ("K-1001", "Frau Muster", "Herr Muster", {"de": "5. Januar 2027", "en": "5 January 2027"}[language]):
        assert part in text
    nobody = dict.fromkeys(("asked_by_whom", "ordered_by_whom", "ordered_at"))
    assert not re.search("None|Muster|bestellt|ordered", say(language, "task.asked", FACTS | ASKED | nobody))


# In our own words.

GUIDE = frozenset(
    digest
    for line in (Path(__file__).parent / "guide_runs.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for digest in line.split()
)


def runs_of_seven(text: str) -> set[str]:
    """Every seven words in a row, in lower case, without punctuation."""
    words = re.findall(r"[\w&]+", text.lower())
    return {" ".join(words[at : at + 7]) for at in range(len(words) - 6)}


def digest_of(run: str) -> str:
    """As in the list of the guide's."""
    return hashlib.blake2s(run.encode(), digest_size=4).hexdigest()


def test_the_guides_own_words_would_be_found() -> None:
    """Its menu path, which is a name and no sentence."""
    assert any(digest_of(run) in GUIDE for run in runs_of_seven("Kein Verkauf oder Verkauf nur über andere Kanäle"))


def check_words(key: str) -> None:
    """None of the guide's."""
    texts = everything_said("de", key) if key in SPOKEN else {say("de", key, samples_of(key))}
    runs = set[str]().union(*(runs_of_seven(text) for text in texts))
    assert sorted(run for run in runs if digest_of(run) in GUIDE) == []


def test_no_seven_words_in_a_row_are_the_guides() -> None:
    check_all(check_words, ((key,) for key in keys()))
