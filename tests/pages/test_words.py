"""What customers read is said for them: what happened, what it costs, what is past."""

from typing import Any

import pytest

from catalogue.texts import known
from pages.my.case_view import NO_MAILS, CaseView
from pages.rendering import ENVIRONMENT, Texts, unbroken
from states.model.request import OPERATOR_MESSAGES
from states.views.audience import EVENTS

OF_THE_END = {"completed", "terminated", "failed", "timed_out", "canceled", "unknown"}
"""What became of a run whose history is gone: no line of its timeline."""
DECIDED = {"confirm_task", "reject_task"} & set(OPERATOR_MESSAGES)


def test_every_event_that_customers_read_is_said_for_them():
    read = {event for event, whose in EVENTS.items() if whose == "everyone"} | DECIDED
    assert DECIDED
    assert [event for event in sorted(read - OF_THE_END) if not known(f"page.event.{event}")] == []


@pytest.mark.parametrize(
    ("kind", "effect", "said"),
    [
        ("edition", "cancellation", "Die Kosten sinken"),
        ("order_package", "cancellation", "Die Kosten sinken"),
        ("wms_user", "cancellation", "Kündigung: die Kosten sinken"),
        ("edition", "unknown", "Noch nicht bekannt, wir klären es"),
        ("misclick", "none", "Die Meldung selbst ändert an den Kosten nichts"),
    ],
)
def test_whoever_changes_to_something_smaller_cancels_nothing(kind: str, effect: str, said: str):
    assert Texts("de", "Europe/Berlin").cost(kind, effect) == said


def test_WMU4_what_is_re_assigned_goes_on_costing_the_same():
    assert Texts("de", "Europe/Berlin").cost("wms_user", "none", "reassigned") == "Die Kosten bleiben gleich"


def test_what_somebody_wrote_turns_no_words_of_ours_on_any_page():
    page = ENVIRONMENT.from_string("{{ words }} ({{ words | paragraphs }}) <input value='{{ words }}'>{{ 7 }}")
    shown = page.render(words="\u202eab\u2066c\n\nd")
    assert shown == " ab c\n\nd (<p> ab c</p><p>d</p>) <input value=' ab c\n\nd'>7"
    assert page.render(words="<b>").startswith("&lt;b&gt; (<p>&lt;b&gt;</p>)")
    document = {"language": "en"}
    parts: Any = ENVIRONMENT.get_template("my/case_parts.html").make_module(
        {"moment": str, "label": lambda _, event: event, "spoken": Texts("de", "Europe/Berlin").spoken, "OURS_TOO": ()}
    )
    line = {"at": "-", "actor": "customer", "event": "abandon", "note": "\u202eZu teuer (other)"}
    timeline = parts.lines([line], document)
    assert "\u202e" not in timeline and "Zu teuer (other)" in timeline


def test_numbers_do_not_break_at_their_hyphens():
    assert unbroken("Von <b> (M-83)") == 'Von &lt;b&gt; (<span class="unbroken">M-83</span>)'
    assert unbroken("JTL-Wawi") == "JTL-Wawi"


def case(**document: Any) -> CaseView:
    """A case of an edition that has ended."""
    shown = {"kind": "edition", "state": "refused", "refusal": None, "effective_at": None, "language": "de"}
    shown |= {"label": "JTL Pro", "subject": "jtl", "target_text": "JTL Start"} | document
    return CaseView(shown, "ended", (), (), (), None, None, (), NO_MAILS, None)


@pytest.mark.parametrize(
    ("code", "offered"), [("lowest_edition", False), ("not_held", False), ("not_lower", True), (None, True)]
)
def test_what_can_only_be_refused_again_does_not_begin_anew(code: str | None, offered: bool):
    assert case(refusal=code and {"code": code}).may_restart is offered


@pytest.mark.parametrize(("label", "both"), [("JTL Pro", True), ("JTL Start", False), ("JTL-Edition", False)])
def test_the_title_says_what_becomes_what_where_that_is_known(label: str, both: bool):
    assert case(label=label).names_both is both


@pytest.mark.parametrize(
    ("state", "effective_at", "past"),
    [
        ("third_party", "2020-01-01T00:00:00+01:00", True),
        ("third_party", "2999-01-01T00:00:00+01:00", False),
        ("scheduled", "2020-01-01T00:00:00+01:00", False),
        ("third_party", None, False),
    ],
)
def test_a_day_that_has_come_is_no_day_to_wait_for(state: str, effective_at: str | None, past: bool):
    view = case(state=state, effective_at=effective_at)
    assert CaseView(view.document, "after", (), (), (), None, None, (), NO_MAILS, None).took_effect is past
