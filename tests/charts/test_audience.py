"""Two views of a document: whose each field and each line is, is declared, and what is an operator's stays there."""

from typing import Any, cast, get_args

import pytest

from catalogue.texts import keys, known, say
from portal.gone_runs import GONE
from states.chart.task_types import TASK_TYPES
from states.kinds.registry import KINDS
from states.model.base import Value
from states.model.effects import Notify
from states.model.memory import TimelineLine
from states.model.reconciliation import How
from states.model.request import CUSTOMER_MESSAGES, OPERATOR_MESSAGES, RejectTask
from states.model.sent_mails import SentMail
from states.model.status import CancellationItem, Status, TaskEntry, TimelineEntry
from states.views.audience import (
    EVENTS,
    FIELDS,
    HOLDS,
    NOTES,
    SILENT,
    WORDS_FOR_CUSTOMERS,
    audience_of,
    customer_view,
    mail_for_customer,
)
from tests.canary import INTERNAL, OPERATOR, canaries_in, canary, decides, mail_with_canaries, planted, rejects
from tests.charts.lone_run import (
    ASK_COST,
    NOW,
    PAID,
    LoneRun,
    document_of,
    edition,
    scheduled,
)

BRAND = "Vendor"
OUTSIDE = PAID | {"outside": ({"what": "pilot", "rule": "MP3"},)}


def seen(run: LoneRun) -> dict[str, Any]:
    """What the customer gets of a run."""
    return customer_view(document_of(run, say).model_dump(mode="json"), BRAND)


# The declaration.


def test_every_field_is_declared_for_somebody() -> None:
    models: set[type[Value]] = {Status, TaskEntry, TimelineEntry, CancellationItem, SentMail, *HOLDS.values()}
    assert set(FIELDS) == models
    assert {model.__name__: set(model.model_fields) ^ set(FIELDS[model]) for model in models} == {
        model.__name__: set() for model in models
    }


def test_every_field_that_holds_more_says_what() -> None:
    deep = {name for name, field in Status.model_fields.items() if "states.model.status." in str(field.annotation)}
    assert deep == {*HOLDS, "tasks", "timeline"}


def test_every_event_and_every_note_of_the_timeline_is_declared() -> None:
    caused = {event for type_ in TASK_TYPES.values() for event in (type_.confirmed, type_.rejected)}
    caused |= {event for type_ in TASK_TYPES.values() for event in type_.decisions.values()}
    caused |= {"proof_rejected", "proposed", "proposal_withdrawn"}
    chart_events = {event.id for kind in KINDS.values() for event in cast(Any, kind.chart).events}
    written = {*CUSTOMER_MESSAGES, *OPERATOR_MESSAGES, "requested", GONE, *get_args(How)} - {"open"}
    assert (chart_events | written) - caused - set(EVENTS) == set()
    assert {key.removeprefix("note.") for key in keys() if key.startswith("note.")} == set(NOTES)


def test_every_note_that_is_retold_has_its_words() -> None:
    assert {name for name, whose in NOTES.items() if whose == "retold"} == {
        key.removeprefix("retold.") for key in keys() if key.startswith("retold.")
    }


def test_what_is_said_of_decisions_is_said_of_decisions_that_there_are() -> None:
    for type_, outcomes in (WORDS_FOR_CUSTOMERS | SILENT).items():
        assert outcomes <= {*TASK_TYPES[type_].decisions, "rejected"}, type_
        assert all(known(f"decision.{outcome}") for outcome in outcomes)


@pytest.mark.parametrize(
    "line",
    [
        {"event": "something_new"},
        {"event": "begin", "note": "note.something_new", "values": {}},
        {"event": "begin", "note": "words of somebody's", "actor": "operator"},
    ],
)
def test_what_is_not_declared_is_not_shown(line: dict[str, Any]) -> None:
    assert audience_of(TimelineLine(at=NOW, state="order", **line)) == "operators"
    document = planted().model_dump(mode="json") | {"something_new": canary("field")}
    assert canaries_in(customer_view(document, BRAND)) == []


def test_a_line_that_was_kept_before_lines_were_declared_is_not_shown() -> None:
    document = planted().model_dump(mode="json")
    for line in document["timeline"]:
        del line["audience"]
    assert customer_view(document, BRAND)["timeline"] == []


# What the customer gets.


def test_a_canary_in_every_internal_field_is_found_in_no_customers_view() -> None:
    document = planted().model_dump(mode="json")
    planted_in = {"ui_url", "task", "instructions", "decision", "operator", "note", "line", "customer_note"}
    assert set(canaries_in(document)) == {canary(name) for name in planted_in}
    view = customer_view(document, BRAND)
    assert canaries_in(view) == []
    assert "ui_url" not in view and set(view) == set(document) - {"ui_url"}
    assert view["tasks"] == [
        {
            "task": "t-perform",
            "type": "perform",
            "due_at": None,
            "instructions": "Wir erledigen es.",
            "customer_text": "Wir erledigen es.",
            "decisions": [],
            "proof_required": False,
        }
    ]
    assert [(line["by"], line["note"]) for line in view["timeline"]] == [
        (BRAND, "Für alle."),
        (BRAND, "In anderen Worten."),
    ]


def test_a_customer_reads_of_a_mail_what_he_got_and_nothing_of_how_it_went() -> None:
    document = mail_with_canaries().model_dump(mode="json")
    internal = {name for name, whose in FIELDS[SentMail].items() if whose != "everyone"}
    holding = {name for name in document if canaries_in(document[name])}
    assert internal == {*holding, "to"}, "a canary is in each field that is an operator's, or it is always the same"
    view = mail_for_customer(document | {"something_new": canary("field")})
    assert canaries_in(view) == [] and set(view) == set(document) - internal


@pytest.mark.parametrize("what", INTERNAL)
def test_what_operators_say_to_each_other_no_customer_reads(what: str) -> None:
    run = INTERNAL[what]()
    assert canaries_in(document_of(run, say).model_dump(mode="json")), "nothing is planted"
    assert canaries_in(seen(run)) == []
    mails = [effect.values for effect in run.effects if isinstance(effect, Notify) and effect.to == "customer"]
    assert canaries_in(mails) == []


@pytest.mark.parametrize(
    ("run", "words"),
    [
        (lambda: rejects(production(), "clarify_cost", "Nobody knows."), "Klärung der Kosten: zurückgewiesen"),
        (lambda: decides(slip(), "support_ticket", decision="granted", note="Undone."), "bewilligt"),
        (lambda: decides(slip(), "support_ticket", decision="declined", note="It stays."), "abgelehnt"),
        (lambda: rejects(revoking(), "revocation", "Too late."), "zurückgewiesen"),
        (lambda: rejects(proved(), "third_party", "Unreadable."), "Ihr Schritt, Pilotprogramm: zurückgewiesen"),
    ],
)
def test_X9_an_operators_words_are_the_customers_where_the_contract_says_so(run: Any, words: str) -> None:
    line = next(line for line in reversed(seen(run())["timeline"]) if line["event"].endswith("_task"))
    assert (line["actor"], line["by"]) == ("operator", BRAND)
    assert words in line["note"] and "Dazu: " in line["note"]
    assert OPERATOR not in str(line)


def to_be_booked() -> LoneRun:
    """An order that a person books."""
    run = LoneRun("voucher", PAID | {"mode": "guided"})
    assert run.send("place_order") is None
    return run


def partners_to_leave() -> LoneRun:
    """A network that is left partner by partner."""
    partners = [{"what": "partner", "rule": "FFN1", "name": name, "subject": name} for name in ("P-1", "P-2")]
    run = LoneRun("fulfillment", {"cost_effect": "none", "outside": partners}, subject="ffn")
    assert run.send("place_order") is None
    return run


PROOF = {"reference": "B-9", "confirmed_by": "p", "confirmed_at": NOW.isoformat()}
DECIDED: list[tuple[Any, dict[str, Any] | None, str, dict[str, Any]]] = [
    (to_be_booked, {"proof": PROOF}, "retold", {"type": "perform", "outcome": "confirmed"} | PROOF),
    (to_be_booked, None, "operators", {"type": "perform", "outcome": "rejected", "note": "no", "stays_open": True}),
    (
        partners_to_leave,
        {"proof": PROOF},
        "retold",
        {"type": "third_party", "step": "partner", "name": "P-1", "outcome": "confirmed"} | PROOF,
    ),
]


@pytest.mark.parametrize(("open_run", "confirmed", "whose", "said"), DECIDED)
def test_X12_X9_FFN5_a_decision_says_what_was_done_and_is_the_operators_where_nothing_changes(
    open_run: Any, confirmed: dict[str, Any] | None, whose: str, said: dict[str, Any]
) -> None:
    run = open_run()
    task = run.memory.tasks[0]
    if confirmed is None:
        run.would_take("reject_task", RejectTask(by="o", task=task.task, note="no"))
    else:
        assert run.confirm_task(task, **confirmed) is None
    line = next(line for line in reversed(run.memory.timeline) if line.event.endswith("_task"))
    assert (audience_of(line), line.values) == (whose, said)


def production() -> LoneRun:
    """A run whose cost is to be clarified."""
    return LoneRun("production", {"cost_effect": "unknown", "questions": (ASK_COST,)})


def slip() -> LoneRun:
    """A slip that waits for its decision."""
    return LoneRun("misclick", {"cost_effect": "none"}, explanation="clicked wrongly")


def revoking() -> LoneRun:
    """An order that the customer wants back."""
    run = scheduled(edition())
    assert run.send("request_revocation", explanation="clicked wrongly") is None
    return run


def proved() -> LoneRun:
    """A step outside whose proof is handed in."""
    run = scheduled(LoneRun("marketplace", OUTSIDE))
    assert run.send("hand_in_proof", task=run.task("third_party").task, reference="mail") is None
    return run


# Tasks.


def test_of_tasks_the_customer_sees_his_own_steps_and_what_he_waits_for() -> None:
    run = scheduled(LoneRun("marketplace", OUTSIDE))
    (task,) = seen(run)["tasks"]
    assert (task["type"], task["proof_required"], task["decisions"]) == ("third_party", True, [])
    assert "Melden Sie sich vom Pilotprogramm ab" in task["instructions"]
    assert "Nachweis" in task["instructions"] and "`" not in task["instructions"]
    (task,) = seen(revoking())["tasks"]
    assert (task["type"], task["due_at"], task["proof_required"]) == ("revocation", None, False)
    assert task["instructions"] == say("de", "waits.revocation")


def test_X9_a_proof_that_is_handed_in_is_waited_for() -> None:
    (task,) = seen(proved())["tasks"]
    assert task["instructions"] == say("de", "waits.proof")


def test_a_repair_is_no_task_of_the_customers_but_he_reads_that_something_is_wrong() -> None:
    view = seen(INTERNAL["a booking that fails"]())
    assert view["tasks"] == [] and view["waiting_for"] == ["repair"]
    assert view["waiting_text"] == say("de", "waits.repair")


# Who acted.


def test_what_became_of_a_message_is_told_to_whoever_sent_it() -> None:
    run = scheduled(edition())
    for event, actor in (("place_order", "customer"), ("confirm_task", "operator")):
        run.chart.write(event, "ignored_signal", at=NOW, actor=actor, by="x", fault="wrong")  # type: ignore[arg-type]
    lines = [line for line in seen(run)["timeline"] if line["note"] and "wrong" in line["note"]]
    assert [(line["event"], line["by"]) for line in lines] == [("place_order", "x")]


@pytest.mark.parametrize(
    ("act", "event", "actor"),
    [
        (lambda run: run.send("abandon", by="JTL Support (operator)"), "abandon", "customer"),
        (lambda run: run.request(target="jtl_advanced", by="operator"), "requested", "customer"),
        (lambda run: run.receive("cancel_requested", None), "cancel_requested", "operator"),
        (lambda run: run.wait(run.now + run.memory.settings.abandon_after), "abandon", "system"),
    ],
)
def test_who_acted_is_marked_by_the_way_it_came_whatever_by_says(act: Any, event: str, actor: str) -> None:
    run = edition()
    act(run)
    line = next(line for line in reversed(document_of(run, say).timeline) if line.event == event)
    assert line.actor == actor


def test_X9_a_proof_is_confirmed_by_nobody_only_since_the_customer_calls_himself_so() -> None:
    run = scheduled(LoneRun("marketplace", OUTSIDE))
    run.send("hand_in_proof", task=run.task("third_party").task, reference="mail", by="Frau Ost, JTL")
    decides(run, "third_party")
    note = document_of(run, say).timeline[-1].note or ""
    assert "bestätigt von" not in note
    assert "vom Kunden eingereicht" in note and "Frau Ost, JTL" in note
