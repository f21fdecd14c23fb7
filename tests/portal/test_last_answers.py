"""A run is asked again only where something has happened to it, which the server says; and it answers the same."""

from contextlib import AsyncExitStack

import pytest
from temporalio.api.common.v1 import WorkflowExecution
from temporalio.api.workflow.v1 import WorkflowExecutionInfo

from portal import last_answers
from portal.last_answers import KEPT_FOR, LastAnswers
from tests.portal.conftest import event, requested
from tests.portal.standin import until

DOCUMENT = {"run_id": "r-1", "state": "order", "timeline": []}


def run_of(run_id: str = "r-1", events: int = 9, changes: int = 4) -> WorkflowExecutionInfo:
    """A run as the server describes it."""
    execution = WorkflowExecution(workflow_id="edition/K-1/jtl", run_id=run_id)
    return WorkflowExecutionInfo(execution=execution, history_length=events, state_transition_count=changes)


async def test_a_run_to_which_nothing_has_happened_is_not_asked_again(alone, customer):
    path = f"/cancellations/edition/{customer}/jtl"
    async with alone.worker():
        await alone.send(requested(customer))
        answered = (await alone.http.get(path)).json()
    # Without a worker nobody could answer a query.
    assert (await alone.http.get(path)).json() == answered


async def test_what_has_happened_to_a_run_is_read_at_once_however_it_came(portal, client, customer):
    workflow_id = f"edition/{customer}/jtl"
    await portal.send(requested(customer, explanation="slow"))
    waiting = (await portal.http.get(f"/cancellations/{workflow_id}")).json()
    assert waiting["waiting_for"] == ["system"]

    async def answered():
        return (await portal.http.get(f"/cancellations/{workflow_id}")).json()["waiting_for"] == ["customer"]

    await client.get_workflow_handle(workflow_id).signal("go")
    await until(answered)
    ordered = (await portal.send(event("place-order", workflow_id, "2"))).json()
    assert (await portal.http.get(f"/cancellations/{workflow_id}")).json() == ordered
    assert ordered["timeline"][-1]["event"] == "place_order"


async def test_each_portal_reads_what_another_has_sent(portal, client, customer):
    workflow_id = f"edition/{customer}/jtl"
    async with AsyncExitStack() as stack:
        other = type(portal)(client, portal.settings)
        stack.push_async_callback(other.close)
        for caller in (portal, other, portal):
            await caller.send(requested(customer))
            await caller.http.get(f"/cancellations/{workflow_id}")
        ordered = (await other.send(event("place-order", workflow_id, "2"))).json()
        assert (await portal.http.get(f"/cancellations/{workflow_id}")).json() == ordered


@pytest.mark.parametrize("later", [run_of(events=10, changes=4), run_of(events=9, changes=5), run_of("r-2")])
def test_an_answer_is_that_of_its_moment(later):
    answers = LastAnswers()
    answers.keep(run_of(), DOCUMENT)
    assert answers.of(run_of()) == DOCUMENT
    assert answers.of(later) is None


@pytest.mark.parametrize(
    ("run", "document"),
    [
        (run_of(changes=0), DOCUMENT),
        (run_of("r-2"), DOCUMENT),
        (run_of(), DOCUMENT | {"timeline": ["x" * last_answers.LONGEST]}),
    ],
    ids=["a server that does not count", "a run that has gone on meanwhile", "a long answer"],
)
def test_what_may_not_hold_or_is_large_is_not_kept(run, document):
    answers = LastAnswers()
    answers.keep(run, document)
    assert answers.of(run) is None


def test_a_run_is_asked_anew_after_a_while_since_another_version_may_say_it_in_other_words():
    passed = [0.0]
    answers = LastAnswers(clock=lambda: passed[0])
    answers.keep(run_of(), DOCUMENT)
    passed[0] = KEPT_FOR + 1
    assert answers.of(run_of()) is None


def test_only_the_runs_asked_for_lately_are_kept(monkeypatch):
    monkeypatch.setattr(last_answers, "MOST", 2)
    answers = LastAnswers()
    for run_id in ("r-1", "r-2", "r-1", "r-3"):
        if answers.of(run_of(run_id)) is None:
            answers.keep(run_of(run_id), DOCUMENT | {"run_id": run_id})
    assert list(answers.answers) == ["r-1", "r-3"]
