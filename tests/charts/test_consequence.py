"""What a decision would do is said before it is sent: of each type and decision, before the deadline and after it."""

from collections.abc import Callable
from typing import Any

import pytest

from catalogue.texts import say
from states.chart.task_types import TASK_TYPES
from states.chart.turn import Answer
from states.model.consequence import Consequence
from states.model.effects import Notify
from states.model.facts import Receipt, Undelivered
from states.model.request import OPERATOR_MESSAGES
from states.views.consequence import consequence, tried
from states.views.labels import state_text
from states.views.status import glance
from tests.charts.consequences import as_happens, as_said, bare_step, said_of
from tests.charts.lone_run import (
    ASK_COST,
    ASK_TERM,
    NOTICE,
    PAID,
    UNAVAILABLE,
    LoneRun,
    edition,
    moment,
    scheduled,
)
from tests.kinds.words import outside

PROOF = {"proof": {"reference": "T-1"}}
BY_HAND = {"mode": "guided"}
Scene = Callable[[], LoneRun]


def ordered_by_hand() -> LoneRun:
    """A person is to book it; the deadline is 17 January."""
    run = edition(BY_HAND)
    assert run.send("place_order") is None
    return run


def ordered_by_hand_too_late() -> LoneRun:
    """Nobody has clicked until the deadline."""
    run = ordered_by_hand()
    run.wait(moment("2027-01-20"))
    return run


def revocation_asked() -> LoneRun:
    """A booked order, and the customer asks for it back."""
    run = scheduled(edition())
    assert run.send("request_revocation", explanation="clicked wrongly") is None
    return run


def failing() -> LoneRun:
    """The booking keeps failing."""
    run = edition(NOTICE)
    run.held_back = {"place_order"}
    assert run.send("place_order") is None
    run.fails()
    run.held_back = set()
    return run


def failing_too_late() -> LoneRun:
    """It kept failing until the deadline had passed."""
    run = failing()
    run.wait(moment("2027-01-20"))
    return run


def reported() -> LoneRun:
    """A slip."""
    return LoneRun("misclick", {"cost_effect": "none"}, explanation="clicked wrongly")


def left_in_surplus() -> LoneRun:
    """A lower edition with a licence too many, on its date."""
    run = edition()
    run.receipt = Receipt(key="k", surplus=(UNAVAILABLE,))
    scheduled(run).wait(moment("2027-02-02"))
    return run


def untold() -> LoneRun:
    """A mail that did not arrive."""
    run = scheduled(edition())
    mail = next(effect for effect in run.effects if isinstance(effect, Notify) and effect.template == "scheduled")
    run.receive("answered", Answer(mail, undelivered=Undelivered(why="no_address")))
    return run


def moving() -> LoneRun:
    """A marketplace account moves."""
    return LoneRun("marketplace_transfer", {"date_rule": "agreed", "cost_effect": "none"}, target="K-2")


def outside_step() -> LoneRun:
    """The change is made, and a third party has still to act."""
    run = LoneRun("marketplace", {"date_rule": "moment", "cost_effect": "deactivation", **outside("pilot")})
    assert run.send("place_order") is None
    run.wait(run.now)
    assert run.state == "third_party"
    return run


def to_be_cancelled() -> LoneRun:
    """Temporal has been asked to cancel it."""
    run = edition()
    run.receive("cancel_requested", None)
    return run


def asked(*questions: Any, **says: Any) -> Scene:
    """Somebody has to find out first."""
    return lambda: LoneRun("wms_module", PAID | {"questions": questions} | says)


CASES: list[tuple[str, Scene, str, str, dict[str, Any], dict[str, Any]]] = [
    ("by hand, in time", ordered_by_hand, "perform", "confirm_task", PROOF,
     {"state": "scheduled", "day": "2027-02-01", "mails": ("scheduled to customer",)}),
    ("by hand, too late", ordered_by_hand_too_late, "perform", "confirm_task", PROOF,
     {"state": "scheduled", "day": "2027-03-01", "mails": ("scheduled to customer",)}),
    ("by hand, clicked in time and told too late", ordered_by_hand_too_late, "perform", "confirm_task",
     {"proof": {"reference": "T-1", "confirmed_at": "2027-01-16T10:00:00+01:00"}},
     {"state": "scheduled", "day": "2027-02-01", "mails": ("scheduled to customer",)}),
    ("by hand, not possible", ordered_by_hand, "perform", "reject_task", {"note": "no"},
     {"state": "order", "closes": 0, "mails": ()}),
    ("revocation granted", revocation_asked, "revocation", "confirm_task", {"decision": "granted"},
     {"state": "revoked", "mails": ("revoked to customer",)}),
    ("revocation declined", revocation_asked, "revocation", "confirm_task", {"decision": "declined"},
     {"state": "scheduled", "day": "2027-02-01", "mails": ("declined to customer",)}),
    ("revocation rejected", revocation_asked, "revocation", "reject_task", {"note": "no"},
     {"state": "scheduled", "day": "2027-02-01", "mails": ("declined to customer",)}),
    ("retry in time", failing, "repair", "confirm_task", {"decision": "retry"},
     {"state": "scheduled", "day": "2027-02-01", "mails": ("scheduled to customer",)}),
    ("retry after the deadline", failing_too_late, "repair", "confirm_task", {"decision": "retry"},
     {"state": "scheduled", "day": "2027-02-01", "mails": ("scheduled to customer",)}),
    ("skipped", failing, "repair", "confirm_task", {"decision": "skip", "note": "booked by hand"},
     {"state": "scheduled", "day": "2027-02-01", "mails": ("scheduled to customer",)}),
    ("given up", failing, "repair", "confirm_task", {"decision": "end", "note": "no use"},
     {"state": "given_up", "mails": ("given_up to customer",)}),
    ("ticket granted", reported, "support_ticket", "confirm_task", {"decision": "granted"},
     {"state": "applied", "mails": ("applied to customer",)}),
    ("ticket declined", reported, "support_ticket", "confirm_task", {"decision": "declined"},
     {"state": "refused", "mails": ("declined to customer",)}),
    ("surplus settled", left_in_surplus, "surplus", "confirm_task", {},
     {"state": "applied", "mails": ("applied to customer",)}),
    ("told", untold, "tell_customer", "confirm_task", {"decision": "told", "note": "by telephone"},
     {"state": "scheduled", "mails": ()}),
    ("mailed again", untold, "tell_customer", "confirm_task", {"decision": "retry"},
     {"state": "scheduled", "mails": ("scheduled to customer",)}),
    ("goes on", to_be_cancelled, "abandon", "confirm_task", {"decision": "go_on"},
     {"state": "order", "mails": ()}),
    ("abandoned after all", to_be_cancelled, "abandon", "confirm_task", {"decision": "abandon"},
     {"state": "abandoned", "mails": ("abandoned to customer",)}),
    ("proof confirmed", outside_step, "third_party", "confirm_task", PROOF,
     {"state": "applied", "mails": ("applied to customer",)}),
    ("cost clarified", asked(ASK_COST), "clarify_cost", "confirm_task", {"decision": "none"},
     {"state": "order", "mails": ()}),
    ("term clarified", asked(ASK_TERM, term_ends=None), "clarify_term", "confirm_task", {"at": "2027-06-30"},
     {"state": "order", "day": "2027-07-01", "mails": ()}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("scene", "type_", "event", "payload", "says"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_what_a_decision_would_do_is_said_and_is_what_it_does(
    scene: Scene, type_: str, event: str, payload: dict[str, Any], says: dict[str, Any]
) -> None:
    run = scene()
    run.memory.now = run.now
    message = OPERATOR_MESSAGES[event].model_validate({"by": "o", "task": run.task(type_).task} | payload)
    said = weighed(run, event, message)
    shown = as_said(said)
    assert said.refused is None and not said.needs_second
    assert (shown.state, shown.mails) == (says["state"], says["mails"])
    assert says.get("day") in (None, str(said.effective_day))
    assert len(shown.closes) == says.get("closes", 1)
    assert as_happens(run.chart, event, message) == shown
    placed = glance(run.chart).being_booked
    assert said.state_text == state_text(say, "de", run.memory.request.kind, said.state, placed)


def test_every_type_of_task_is_among_them() -> None:
    """But what is asked in words alone, and an appointment, of which the exploration comes by."""
    assert {case[2] for case in CASES} | {"clarify", "appointment"} == {*TASK_TYPES}


def weighed(run: LoneRun, event: str, message: Any) -> Consequence:
    """What is said of it; the run is as it was."""
    before = dict(run.memory.__dict__)
    said = said_of(run.memory, type(run.chart)(run.memory.model_copy()), event, message)
    assert run.memory.__dict__ == before
    return said


def test_what_would_be_refused_changes_nothing_and_says_why() -> None:
    run = ordered_by_hand()
    message = OPERATOR_MESSAGES["confirm_task"].model_validate({"by": "o"})
    said = weighed(run, "confirm_task", message)
    assert said.refused is not None and said.refused.code == "proof_missing"
    assert (said.state, said.closes, said.opens, said.mails) == ("order", (), (), ())


def test_a_booking_that_is_late_on_a_licence_opens_the_question_which_date_holds() -> None:
    run = LoneRun("wms_module", PAID | BY_HAND)
    assert run.send("place_order") is None
    run.wait(moment("2027-02-02"))
    message = OPERATOR_MESSAGES["confirm_task"].model_validate({"by": "o", **PROOF})
    said = weighed(run, "confirm_task", message)
    assert [task.type for task in said.opens] == ["clarify_term"]
    assert said.opens[0].instructions and said.effective_at is None


def test_a_grant_while_the_booking_is_under_way_is_said_as_it_is_taken_up_with_its_answer() -> None:
    run = edition()
    run.held_back = {"place_order"}
    assert run.send("place_order") is None and run.send("request_revocation", explanation="no") is None
    message = OPERATOR_MESSAGES["confirm_task"].model_validate({"by": "o", "decision": "granted"})
    trial = type(run.chart)(run.memory.model_copy())
    said = as_said(said_of(run.memory, trial, "confirm_task", message, tuple(run.waiting)))
    assert said.state == "revoked"
    assert run.confirm("revocation", decision="granted") is None and run.state == "placing"
    run.release()
    assert run.state == "revoked"


def test_texts_are_in_the_language_asked_for_and_mails_in_their_readers() -> None:
    run = revocation_asked()
    message = OPERATOR_MESSAGES["confirm_task"].model_validate({"by": "o", "decision": "granted"})
    trial = type(run.chart)(run.memory.model_copy())
    course = tried(trial, "confirm_task", message, run.now)
    said = consequence(run.memory, trial, course, say, step_of=bare_step, language="en")
    assert said.state_text == say("en", "state.revoked")
    (mail,) = said.mails
    assert mail.to == "customer" and mail.subject and "Guten Tag" in mail.text


def test_a_moment_that_comes_with_the_decision_is_in_what_is_said() -> None:
    """What ends with its order is switched off as soon as that is booked."""
    run = LoneRun("pos", {"date_rule": "moment", "cost_effect": "deactivation"}, held_back=("place_order",))
    assert run.send("place_order") is None
    run.fails()
    run.held_back = set()
    message = OPERATOR_MESSAGES["confirm_task"].model_validate({"by": "o", "decision": "retry"})
    said = as_said(weighed(run, "confirm_task", message))
    assert said.state == "applied" and "applied to customer" in said.mails
    assert run.confirm("repair", decision="retry") is None
    assert run.wait(run.now) == ["date_reached"] and run.state == "applied"
