"""The language of the texts: how values are shown, conditions, texts within texts; and how texts are loaded."""

from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from jinja2 import nodes

from catalogue import formats
from catalogue.formats import LANGUAGES, amount, day, moment
from catalogue.templates import FILTERS, Texts
from catalogue.texts import TEXTS, keys, read, say
from tests.texts.samples import samples_of
from tests.texts.written import INCLUDED, SOURCES, check_all, tree


def rendered(text: str, values: dict[str, Any], language: str = "de", **others: str) -> str:
    """What a text says, beside the labels that there are. `others`: more texts by key."""
    return Texts(language, {**SOURCES[language], **others, "x": text}).render("x", values)


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
    assert rendered("{{ at | moment }}", {"at": value, "zone": zone}) == german


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


SHOWN: list[tuple[str, Any, str]] = [
    ("x | label('state')", "order", "Noch nicht abgesendet"),
    ("x | label('kind')", "pos", "Abschaltung einer Kasse"),
    ("x | label('cost')", "none", "Es wird nichts berechnet"),
    ("x | label('event')", ["place_order", "abandon"], "abgesendet, abgebrochen"),
    ("x | label('state')", "unheard_of", "unheard_of"),
    ("x | label('subject')", "orders", "Auftragspaket"),
    ("x | label('target')", 2500, "2.500"),
    ("x | label('target')", None, "–"),
    ("x | label('target')", [], "–"),
    ("x", "order", "order"),
    ("x", True, "ja"),
    ("x", Decimal("2500"), "2.500"),
    ("x", {"a": 1, "b": None}, "a: 1, b: –"),
    ("x", [], "–"),
    ("x", ["a", "b"], "a, b"),
    ("x", "{{ y }} {% if %}", "{{ y }} {% if %}"),
    ("x | raw", 1048576, "1048576"),
    ("x | day", "2027-01-31T23:30:00Z", "1. Februar 2027"),
    ("x | day", "soon", "soon"),
    ("x | day", None, "–"),
    ("x | moment", date(2027, 2, 1), "1. Februar 2027"),
    ("x | moment", "2027-02-01T12:00:00+01:00", "1. Februar 2027, 12:00 Uhr"),
    ("x | exact", "2027-01-31T23:00:00Z", "1. Februar 2027, 00:00 Uhr"),
    ("x | exact", None, "–"),
    ("x | seconds", "2027-01-31T23:00:05Z", "1. Februar 2027, 00:00:05 Uhr"),
    ("x | last_day", "2027-01-31T23:00:00Z", "31. Januar 2027"),
    ("x | last_day", "2027-01-31T23:01:00Z", "1. Februar 2027"),
    ("x | last_day", None, "–"),
    ("x | until", "2027-01-31T23:00:00Z", "31. Januar 2027"),
    ("x | until", "2027-02-01T11:00:00Z", "1. Februar 2027, 12:00 Uhr"),
    ("x | until", None, "–"),
    ("x | amount", "1009.5", "1.009,50\xa0€"),
    ("x | amount", "free", "free"),
    ("x | amount", None, "–"),
    ("x | explained", "fault.no_task", "Es gibt hier nichts zu bestätigen oder abzulehnen."),
    ("x | explained", "fault.unheard_of", "fault.unheard_of"),
    ("x | explained", None, "–"),
    ("x | facts", "2026-12-31", "31. Dezember 2026"),
    ("x | facts", "included: true, price_per_month: 9.5", "Enthalten: ja, Preis im Monat: 9,50\xa0€"),
    (
        "x | facts",
        "term_ends: 2026-12-31, contract: abonnement",
        "letzter Tag der Laufzeit: 31. Dezember 2026, Vertragsart: Abonnement",
    ),
    ("x | enumeration", ["a", "b", 1000], "a, b und 1.000"),
    ("x | enumeration", "a", "a"),
    ("x | enumeration", None, "–"),
    ("x | enumeration", [], "–"),
    ("x | bullets", ["a", "b"], "- a\n- b"),
    ("x | numbered", ["a", "b"], "1. a\n2. b"),
    ("x | code", ["a", "b"], "`a`, `b`"),
    ("x | code", [], "–"),
    ("x | quote", "a\nb", "> a\n> b"),
    ("x | quote", "", "–"),
    ("x | as_written", "a\r\nb\x1b", "a\nb"),
    ("x | words", "Frau\nMuster", "„Frau Muster“"),
    ("x | paragraphs", ["a", "b"], "a\n\nb"),
    ("x | alternatives", ["A", "B", "C"], "A, B oder C"),
    ("x | alternatives", [100], "100"),
    ("x | some", [*"ABCDEFGHI"], "A, B, C, D, E, F, G, H und I"),
    ("x | some", [*"ABCDEFGHIJ"], "A, B, C, D, E, F, G, H und 2 weiteren"),
    ("x | length", ["A", "B"], "2"),
    (
        "x | each('entry.cancelled')",
        [{"called": "V (V-1)", "run": "r", "state": "applied", "ends_at": None}, "L-1"],
        "V (V-1): Wirksam (Vorgang r), L-1",
    ),
    ("x | each('entry.cancelled')", None, "–"),
    (
        "x | fields | bullets",
        {"meant": "A", "addons": {"A-1": "end", "A-2": "keep"}},
        "- Gemeint war: A\n- Zusatzleistungen: A-1: beenden, A-2: behalten",
    ),
    ("x | fields | bullets", "as said", "- as said"),
]
"""Filter, value, and what German readers see."""


def check_shown(expression: str, value: Any, german: str) -> None:
    """What a filter makes of a value."""
    assert rendered(f"{{{{ {expression} }}}}", {"x": value}) == german


def test_a_value_is_shown_by_its_filter_and_type() -> None:
    check_all(check_shown, SHOWN)


def test_every_filter_is_among_those_shown() -> None:
    assert {name for name in FILTERS if not any(f"| {name}" in expression for expression, _, _ in SHOWN)} == set()


def test_a_moment_of_an_entry_is_shown_in_the_zone_of_the_text() -> None:
    entry = {"called": "V (V-1)", "run": "r", "state": "applied", "ends_at": "2027-01-31T23:00:00Z"}
    for zone, last in (
        ("Europe/Berlin", "31. Januar 2027"),
        ("UTC", "31. Januar 2027"),
        ("Asia/Tokyo", "1. Februar 2027"),
    ):
        assert rendered("{{ x | each('entry.cancelled') }}", {"x": [entry], "zone": zone}).endswith(
            f", letzter Tag {last} (Vorgang r)"
        )


@pytest.mark.parametrize("value", [0, "0", True, ["a"], 0.0])
def test_a_value_is_given(value: Any) -> None:
    assert rendered("{% if x is given %}yes{% else %}no{% endif %}", {"x": value}) == "yes"


@pytest.mark.parametrize("value", [None, False, "", "-", [], {}])
def test_nothing_is_given(value: Any) -> None:
    assert rendered("{% if x is given %}yes{% else %}no{% endif %}", {"x": value}) == "no"


# Templates and loading.


@pytest.mark.parametrize(
    "text",
    ["{% endif %}", "{% if a %}b", "{% else %}", "{{ a", "{% if a %}{% else %}{% else %}{% endif %}", "{{ a | b }}"],
)
def test_a_template_that_is_wrong_raises_naming_the_key(text: str) -> None:
    with pytest.raises(ValueError, match=r"warning\.x"):
        Texts("en", {"warning.x": text}).render("warning.x", {})


def test_conditions_nest_and_may_name_what_is_missing() -> None:
    text = "{% if a is given %}a{% if b == 2 %}b{% elif c %}c{% endif %}{% else %}none{% endif %}!"
    assert rendered(text, {"a": 1, "b": 2}) == "ab!"
    assert rendered(text, {"a": 0, "b": 1, "c": "x"}) == rendered(text, {"a": 0, "c": "x"}) == "ac!"
    assert rendered(text, {"a": 0}) == "a!"
    assert rendered(text, {"a": "-"}) == rendered(text, {}) == "none!"
    assert rendered("{% if a in ('b', 'c') %}yes{% elif a != 'd' %}no{% endif %}", {}) == "no"


def test_what_is_missing_cannot_be_shown() -> None:
    for expression in ("x", *(expression for expression, _, _ in SHOWN)):
        with pytest.raises(KeyError, match="text 'x' needs the value 'x'"):
            rendered(f"{{{{ {expression} }}}}", {})


def test_a_line_of_tags_leaves_no_line() -> None:
    text = "a\n\n{% if b %}\nb\n\n  {% endif %}\n{% if c %}{% if d %} \nc{% endif %}{% endif %}\nd"
    assert rendered(text, {}) == "a\n\n\nd"
    assert rendered(text, {"b": True}) == "a\n\nb\n\n\nd"
    assert rendered(text, {"c": True, "d": True}) == "a\n\nc\nd"


def test_a_text_within_a_text_has_the_same_values() -> None:
    inner = {"part.x": "{{ a }}{{ text('part.y') }}", "part.y": "!"}
    assert rendered("{{ text('part.x') }}?", {"a": 1}, **inner) == "1!?"
    with pytest.raises(KeyError, match=r"no text 'part\.z' in language 'de'"):
        rendered("{{ text('part.z') }}", {})
    with pytest.raises(KeyError, match="text 'x' needs the value 'a'"):
        rendered("{{ text('part.x') }}", {}, **inner)


def check_written(language: str, key: str) -> None:
    """Filters, tests and texts that there are, also in a branch that is never taken; no words of ours as a value, which
    would lose the spaces around them."""
    source = SOURCES[language][key]
    assert all(included in SOURCES[language] for included in INCLUDED.findall(source))
    text = tree(source)
    assert {filter.name for filter in text.find_all(nodes.Filter)} <= set(FILTERS)
    assert {test.name for test in text.find_all(nodes.Test)} <= {"given"}
    shown = [part for output in text.find_all(nodes.Output) for part in output.nodes]
    assert not [part.value for part in shown if isinstance(part, nodes.Const)]
    labels = [filter.args[0] for filter in text.find_all(nodes.Filter) if filter.name == "label"]
    assert {label.value for label in labels if isinstance(label, nodes.Const)} <= {
        key.partition(".")[0] for key in keys()
    }
    TEXTS[language].compiled(key)


def test_every_template_is_right_in_all_its_branches() -> None:
    check_all(check_written, ((language, key) for language in LANGUAGES for key in SOURCES[language]))


FLAGS = frozenset(
    {"again", "any", "being_booked", "by_hand", "clarified", "complete", "last", "late", "overdue", "revocation_asked"}
    | {"standing", "urgent", "warehouse"}
)
"""The values that are true or false, and stand in a condition alone."""


def bare(test: nodes.Node) -> set[str]:
    """The names in a condition that are asked for their truth, neither compared nor `is given`."""
    if isinstance(test, nodes.Name):
        return {test.name}
    if isinstance(test, nodes.Compare | nodes.Test):
        return set()
    return set().union(*(bare(part) for part in test.iter_child_nodes()))


def check_conditions(language: str, key: str) -> None:
    """0 is a value, and "-" is none: what is no flag needs `is given`."""
    assert {
        name for condition in tree(SOURCES[language][key]).find_all(nodes.If) for name in bare(condition.test)
    } <= FLAGS


def test_only_what_is_true_or_false_stands_in_a_condition_alone() -> None:
    check_all(check_conditions, product(LANGUAGES, keys()))


def test_a_language_that_there_is_not_and_an_unknown_text_raise() -> None:
    with pytest.raises(KeyError, match="no text 'x' in language 'en'"):
        Texts("en", {}).render("x", {})


def test_a_key_in_two_files_does_not_load(tmp_path: Path) -> None:
    for name in ("a.toml", "b.toml"):
        (tmp_path / name).write_text('[warning]\nx = "y"\n', encoding="utf-8")
    with pytest.raises(ValueError, match=r"warning\.x"):
        read(tmp_path)


def test_say_reads_no_file_and_no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    def forbidden(*args: Any, **kwargs: Any) -> Any:
        raise AssertionError("a file was opened")

    for cached in (formats.day, formats.moment, formats.number, formats.enumeration, formats.moment_from):
        cached.cache_clear()
    for texts in TEXTS.values():
        monkeypatch.setattr(texts, "ready", {})
    monkeypatch.setattr("builtins.open", forbidden)
    monkeypatch.setattr("io.open", forbidden)
    first = [say(language, key, samples_of(key)) for language in LANGUAGES for key in keys()]
    assert first == [say(language, key, samples_of(key)) for language in LANGUAGES for key in keys()]
