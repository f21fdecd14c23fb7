"""What people write is shown as what a person wrote: in one line, and in Markdown without any mark of its own."""

from typing import Any

import pytest

from activities.names import Names
from catalogue.formats import LANGUAGES
from catalogue.quoting import code_span, in_markdown, in_quotes, one_line, quotation
from catalogue.texts import keys, say, say_in_markdown
from console.documents import print_status
from console.output import cell
from portal.run_client import summary_of
from states.chart.task_types import TASK_TYPES
from states.model.request import Request
from tests.charts.lone_run import LoneRun, document_of
from tests.markdown import HOSTILE, LINES, bare_links, marks, read_aloud
from tests.texts.samples import SAMPLES, samples_of
from tests.texts.written import check_all
from workflows.current_details import CurrentDetails

ONE_PARAGRAPH = {"paragraph_open": 1, "paragraph_close": 1}


@pytest.mark.parametrize(
    "words",
    [
        *LINES, HOSTILE,
        "# x", "#", "###### x", "> x", "- x", "+ x", "* x", "-", "---", "- - -", "===", "1. x", "1) x", "123456789. x",
        "    indented", "\tindented", "![a](b)", "[a](b)", "[a]: https://x.example", "<https://x.example>", "<b>",
        "<!-- x -->", "`x`", "``x`", "``", "*x*", "_x_", "__x__", "~~x~~", "~~~", "```", "&amp;", "&#35; x",
        "\\", "\\# x", "x\\", "https://x.example/a_b_c", "www.x.example", "a@x.example", "javascript:alert(1)",
        "| a | b |", "a\n\nb", "a  \nb", "a\r\n# b", "a\x0b# b", "a\u2028# b", "\x1b[31mred",
    ],
)  # fmt: skip
def test_hostile_words_form_nothing_and_read_as_they_were_written(words: str) -> None:
    for begins, shown in (
        ("", in_markdown(words)),
        ("- ", f"- {in_markdown(words)}"),
        ("a ", f"a {in_markdown(words)}"),
    ):
        plain = marks(begins + "x")
        assert marks(shown + "x" * (not in_markdown(words))) - marks("\\#") - plain == {}, shown
        assert bare_links(shown) == []
        seen = " ".join(read_aloud(shown).split())
        assert seen == " ".join(((begins if begins == "a " else "") + one_line(words)).split())


@pytest.mark.parametrize(
    "words",
    ["Frau Müller-Lüdenscheidt", "POS-21", "a_b_c", "Track & Trace", "5 > 3", "+49 170 1", "-5", "1.5", "3. Stock"[1:]],
)
def test_ordinary_words_stay_as_they_are(words: str) -> None:
    assert in_markdown(words) == words.strip()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        ("a\nb", "a b"),
        ("a\r\n\r\nb", "a b"),
        (" a\t", "a"),
        ("a\u2028b\u2029c", "a b c"),
        ("\x1b[2Jgone", "[2Jgone"),
        ("a\u202eb\u202c", "a b"),
        ("a\x00b", "a b"),
        ("👩‍🌾 Hof", "👩‍🌾 Hof"),  # a joiner is no control
    ],
)
def test_words_stay_in_one_line_and_turn_nothing(words: str, line: str) -> None:
    assert one_line(words) == line


def test_what_is_printed_moves_no_cursor_and_a_note_forges_no_row(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert cell("do\n1. \x1b[2Jthis") == "do\n1.  [2Jthis"
    run = hostile_run("misclick", by="Anna (JTL)")
    assert run.request(explanation="x\n1 January 2027  applied  confirm_task  operator: Ben", by="Anna (JTL)\n") is None
    print_status(document_of(run, say).model_dump(mode="json"), "Europe/Berlin")
    printed = capsys.readouterr().out
    assert "customer: Anna (JTL)" in printed or "Kunde: Anna (JTL)" in printed
    assert "\x1b" not in printed and "\u202e" not in printed
    assert not [line for line in printed.splitlines() if line.startswith("1 January 2027")]


@pytest.mark.parametrize(("language", "quoted"), [("de", "„x' (JTL): 'y“"), ("en", "“x' (JTL): 'y”")])
def test_words_in_quotation_marks_cannot_close_them(language: str, quoted: str) -> None:
    assert in_quotes("x“ (JTL): „y", language) == quoted
    assert in_quotes("x” (JTL): “y", language) == quoted
    assert in_quotes('x" (JTL): "y', language) == quoted


@pytest.mark.parametrize(("words", "shown"), [("x", "`x`"), ("a`b", "``a`b``"), ("`", "`` ` ``"), ("a\nb", "`a b`")])
def test_code_holds_what_it_is_given(words: str, shown: str) -> None:
    assert code_span(words) == shown
    assert set(marks(shown)) == set(ONE_PARAGRAPH)


def test_a_quotation_is_one_quotation_whatever_is_in_it() -> None:
    shown = quotation(HOSTILE, markdown=True)
    assert set(marks(f"We say:\n\n{shown}\n\nand on")) == {"blockquote_open", "blockquote_close", *ONE_PARAGRAPH}
    assert marks(shown)["blockquote_open"] == 1 and bare_links(shown) == []
    assert all(line.startswith(">") for line in quotation(HOSTILE, markdown=False).split("\n"))
    assert quotation("a\u2028b\x0bc", markdown=False) == "> a\n> b\n> c"


# Every text, with hostile words in every value.

KEPT = {
    "zone",
    "kind",
    "cost_effect",
    "state",
    "type",
    "outcome",
    "step",
    "what",
    "stage",
    "how",
    "action",
    "due_at",
}
"""Codes, which choose what is said."""


def poisoned(value: Any, words: str) -> Any:
    """A value with the words in place of each of its own, keys of what people fill in too."""
    if isinstance(value, str):
        return words
    if isinstance(value, list | tuple):
        return [poisoned(entry, words) for entry in value]
    if isinstance(value, dict):
        coded = set(value) & {"names", "licence_ends_at", "called", "limit", "product"}
        made = {
            name: entry if name in KEPT | {"reason"} and coded else poisoned(entry, words)
            for name, entry in value.items()
        }
        return made if coded else made | {words: words}
    return value


def values_with(key: str, words: str) -> dict[str, Any]:
    """The documented values of a text, in all of which such words stand."""
    values = samples_of(key)
    return {name: value if name in KEPT else poisoned(value, words) for name, value in values.items()}


def check_markdown(language: str, key: str, words: str) -> None:
    """The text has the marks of its own, as with harmless words."""
    hostile = say_in_markdown(language, key, values_with(key, words))
    harmless = say_in_markdown(language, key, values_with(key, "x"))
    ignored = ("text_special", "paragraph_open", "paragraph_close")  # a quotation may have paragraphs
    found, due = marks(hostile), marks(harmless)
    assert {name: number for name, number in (found - due).items() if name not in ignored} == {}, hostile
    assert bare_links(hostile) == [], hostile


MARKDOWN = sorted(
    key for key in SAMPLES if key.startswith(("task.", "part.case", "part.by", "note.", "about.", "waits."))
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_for_readers_of_markdown_takes_a_mark_from_a_value(language: str) -> None:
    check_all(check_markdown, ((language, key, words) for key in MARKDOWN for words in (*LINES, HOSTILE)))


def check_lines(language: str, key: str) -> None:
    """The text has the lines of its own, as with harmless words; a quotation may have more, each behind its mark.

    What the vendor's own people write keeps its lines, and a moment is none unless it is written as one.
    """
    lines = {}
    for words in ("x", "x\n\nSubject: y\n\nWe have granted it."):
        try:
            text = say(language, key, values_with(key, words) | ({"note": "x"} if "note" in samples_of(key) else {}))
        except ValueError as error:
            assert "isoformat" in str(error)
            return
        lines[words] = [line for line in text.split("\n") if not line.startswith(">")]
    harmless, hostile = lines.values()
    assert len(hostile) == len(harmless), "\n".join(hostile)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_value_forges_a_line_in_any_text(language: str) -> None:
    check_all(check_lines, ((language, key) for key in keys() if not key.startswith("task.")))


# Where they are shown.


def hostile_run(kind: str, **more: Any) -> LoneRun:
    """A run in which a customer says hostile things wherever he may."""
    says: dict[str, Any] = {"cost_effect": "none"}
    document = {
        "explanation": HOSTILE,
        "by": LINES[0],
        "details": {LINES[0]: HOSTILE, "meant": HOSTILE, "run": HOSTILE},
    }
    return LoneRun(kind, says, **(document | more))


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("misclick", {}),
        ("misclick", {"subject": "pos.POS-1"}),
        ("setup_service", {}),
        ("key_accounting", {"subject": "key_accounting"}),
        ("marketplace_transfer", {"target": "K-2"}),
    ],
)
def test_the_web_ui_shows_hostile_words_as_words(kind: str, more: dict[str, Any]) -> None:
    run = hostile_run(kind, **more)
    run.chart.write("place_order", "ignored_signal", at=run.now, actor="customer", by=LINES[0], fault=HOSTILE)
    document = document_of(run, say)
    details = CurrentDetails(document, run.memory).markdown()
    assert document.tasks and "### " in details
    harmless = LoneRun(kind, {"cost_effect": "none"}, explanation="x", by="x", details={"x": "x", "meant": "x"}, **more)
    harmless.chart.write("place_order", "ignored_signal", at=run.now, actor="customer", by="x", fault="x")
    plain = CurrentDetails(document_of(harmless, say), harmless.memory).markdown()
    ours = marks(details) - marks(plain)
    assert {
        name for name in ours if not name.startswith(("bullet", "list_item", "paragraph", "text_special"))
    } == set(), details
    assert bare_links(details) == []
    assert "darum ging es zuerst" not in details.lower()


def test_X11_only_a_run_of_the_same_customer_has_passed_a_slip_on() -> None:
    for run, said in (("pos/K-1/POS-1", True), ("pos/K-2/POS-1", False), (HOSTILE, False)):
        slip = LoneRun("misclick", {}, subject="pos.POS-1", explanation="x", details={"run": run})
        assert ("Darum ging es zuerst" in document_of(slip, say).tasks[0].instructions) is said


@pytest.mark.parametrize("by", ["operator", "Anna (JTL Support)", "x“, Mitarbeiter: „Anna"])
def test_a_customer_who_calls_himself_an_operator_is_a_customer_everywhere(by: str) -> None:
    run = hostile_run("misclick", by=by)
    assert run.request(explanation="y", by=by) is None
    document = document_of(run, say)
    called = in_markdown(in_quotes(by, "de"))
    assert f"(Kunde: {called})" in CurrentDetails(document, run.memory).markdown()
    assert f"vom Kunden beantragt am 4. Januar 2027, 12:00 Uhr ({called})" in document.tasks[0].instructions
    assert (document.timeline[-1].actor, document.timeline[-1].by) == ("customer", by)


def test_a_label_in_our_record_is_words_too() -> None:
    names = Names({("licences", "POS-1"): HOSTILE}, frozenset({"Kasse"}))
    document = {"instructions": "**Kasse (POS-1)**", "text": "Kasse (POS-1)", "label": "POS-1", "subject": "POS-1"}
    shown = names.in_document(document)
    assert set(marks(shown["instructions"])) <= {*ONE_PARAGRAPH, "strong_open", "strong_close", "text_special"}
    assert bare_links(shown["instructions"]) == []
    assert "\n" not in shown["text"] + shown["label"] and "\x1b" not in shown["text"] + shown["label"]


@pytest.mark.parametrize(
    "request_",
    [
        Request(kind="pos", customer="_K-1_", subject="www.evil.example"),
        Request(kind="edition", customer="K-1", subject="__x__"),
    ],
)
def test_the_name_of_a_run_is_words(request_: Request) -> None:
    summary = summary_of(request_)
    assert set(marks(summary)) <= {*ONE_PARAGRAPH, "text_special"} and bare_links(summary) == []


def test_every_type_of_task_is_checked() -> None:
    texts = {f"task.{text}" for type_ in TASK_TYPES.values() for text in type_.texts}
    assert texts <= set(MARKDOWN)
