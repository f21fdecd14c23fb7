"""Which deadline of the customer depends on a task, as the work list shows it."""

from datetime import datetime

from states.chart.turn import Answer
from states.model.effects import Notify
from states.model.facts import Undelivered
from states.model.request import Proof
from states.views.deadlines import awaits_proof, deadline_of
from states.views.status import glance
from tests.charts.lone_run import ASK_COST, ASK_TERM, NOW, PAID, LoneRun, edition, moment, scheduled
from tests.charts.test_lifecycle import guided

DEADLINE, DATE = moment("2027-01-17 23:00"), moment("2027-01-31 23:00")
"""Of an edition: the first moment that is too late for February, and its begin."""
PILOT = {"outside": ({"what": "pilot", "rule": "MP3", "name": "JTL"},)}


def deadline(run: LoneRun, type_: str) -> datetime | None:
    """The deadline that depends on the open task of a type."""
    return deadline_of(run.task(type_), run.chart.model, glance(run.chart))


def test_before_the_order_it_is_the_last_moment_to_order_and_moves_with_it() -> None:
    run = edition({"questions": (ASK_TERM,)}, now=NOW)
    assert run.chart.public_state == "order"
    assert deadline(run, "clarify_term") == DEADLINE
    unclear = LoneRun("production", PAID | {"cost_effect": "unknown", "questions": (ASK_COST,)})
    assert deadline(unclear, "clarify_cost") == moment("2027-01-31 23:00")  # the last moment of its term


def test_X12_of_a_booking_that_a_person_clicks_it_is_when_a_click_moves_the_date() -> None:
    run = edition({"mode": "guided"})
    run.send("place_order")
    assert deadline(run, "perform") == DEADLINE
    run.wait(DEADLINE)  # too late for February: a click in time for March is what matters now
    assert deadline(run, "perform") == moment("2027-02-14 23:00")


def test_D7_where_nobody_knows_the_notice_it_is_the_date() -> None:
    run = guided("voucher", PAID)
    run.send("place_order")
    assert deadline(run, "perform") == moment("2027-01-31 23:00")


def test_X11_after_the_order_it_is_the_date_for_what_must_be_done_before_it() -> None:
    run = scheduled(edition())
    run.send("request_revocation", explanation="oh")
    assert deadline(run, "revocation") == DATE


def test_X9_a_customers_step_has_none_until_his_proof_is_to_be_checked() -> None:
    run = scheduled(LoneRun("marketplace", PAID | PILOT))
    task = run.task("third_party")
    assert (awaits_proof(task), deadline(run, "third_party")) == (True, None)
    handed_in = task.model_copy(update={"proof": Proof(reference="T-1")})
    assert not awaits_proof(handed_in)
    assert deadline_of(handed_in, run.chart.model, glance(run.chart)) == moment("2027-01-31 23:00")


def test_what_no_date_depends_on_has_none() -> None:
    assert deadline(LoneRun("misclick", {}, explanation="e"), "support_ticket") is None
    untold = scheduled(edition())
    untold.receive("answered", Answer(Notify(template="applied", number=9), undelivered=Undelivered(why="no_address")))
    assert deadline(untold, "tell_customer") is None


def test_once_the_date_has_come_there_is_none() -> None:
    run = LoneRun("voucher", PAID, held_back=("apply_change",))
    run.send("place_order")
    run.wait(moment("2027-01-31 23:00"))
    run.fails()
    assert deadline(run, "repair") is None
    failing = LoneRun("voucher", PAID, held_back=("place_order",))
    failing.send("place_order")
    failing.fails()
    assert deadline(failing, "repair") == moment("2027-01-31 23:00")
