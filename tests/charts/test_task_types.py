"""What each type of task means, written down again: who is waited for, what is needed, what each answer causes."""

import pytest

from catalogue.texts import known
from states.chart.task_types import TASK_TYPES, ticket_group, waits_for
from states.kinds.registry import KINDS
from states.model.memory import Task
from states.model.request import Proof
from tests.charts.lone_run import NOW

COSTS = {"cancellation": "clarified", "deactivation": "clarified", "none": "clarified"}
GRANTED = {"granted": "granted", "declined": "declined"}
REVOCATION = {"granted": "revocation_granted", "declined": "revocation_declined"}
TELL = {"told": "customer_told", "retry": "mail_again"}
REPAIR = {"retry": "retry", "skip": "skip", "end": "give_up"}
TABLE = [
    # type, decisions or event of a confirmation, of a rejection, whom it waits for, proof, decisions that need a note
    ("perform", "performed", "perform_rejected", "operator", True, set()),
    ("third_party", "proof_confirmed", "stays_open", "third_party", True, set()),
    ("support_ticket", GRANTED, "declined", "operator", False, set()),
    ("revocation", REVOCATION, "revocation_declined", "operator", False, set()),
    ("appointment", "appointed", "declined", "operator", False, set()),
    ("clarify_cost", COSTS, "not_clarified", "operator", False, set()),
    ("clarify_term", "clarified", "not_clarified", "operator", False, set()),
    ("clarify", "clarified", "not_clarified", "operator", False, {"*"}),
    ("surplus", "surplus_settled", "stays_open", "operator", False, set()),
    ("repair", REPAIR, "stays_open", "repair", False, {"skip", "end"}),
    ("tell_customer", TELL, "stays_open", "operator", False, {"told"}),
    ("abandon", {"abandon": "abandon", "go_on": "went_on"}, "went_on", "operator", False, set()),
]


@pytest.mark.parametrize(("name", "confirmed", "rejected", "waits", "proof", "notes"), TABLE)
def test_a_type_is_as_the_contracts_table_says(name, confirmed, rejected, waits, proof, notes):
    type_ = TASK_TYPES[name]
    assert (dict(type_.decisions) or type_.confirmed) == confirmed
    assert (type_.rejected, type_.waits_for, type_.needs_proof) == (rejected, waits, proof)
    assert type_.needs_note == notes


def test_there_are_no_other_types_and_each_has_its_texts():
    assert list(TASK_TYPES) == [row[0] for row in TABLE]
    keys = [f"task.{text}" for type_ in TASK_TYPES.values() for text in type_.texts]
    assert [key for key in [*keys, *(f"task_type.{name}" for name in TASK_TYPES)] if not known(key)] == []


def test_operators_get_a_mail_at_once_of_what_must_not_wait_for_the_digest():
    assert {name for name, type_ in TASK_TYPES.items() if type_.told_at_once} == {
        "perform", "revocation", "surplus", "repair", "tell_customer", "abandon",
    }  # fmt: skip


def test_what_opens_a_type_is_an_action_of_a_chart():
    actions = {
        getattr(callback.func, "__name__", "")
        for kind in KINDS.values()
        for state in kind.chart.states_map.values()
        for callback in state.enter
    }
    assert {name for type_ in TASK_TYPES.values() for name in type_.opened_by} <= actions
    assert {name for name, type_ in TASK_TYPES.items() if not type_.opened_by} == {
        "revocation",
        "repair",
        "tell_customer",
        "abandon",
    }


def test_X9_a_proof_that_was_handed_in_waits_for_the_operator():
    task = Task(task="t-1", type="third_party", text="third_party_pilot", opened_at=NOW)
    assert waits_for(task) == "third_party"
    assert waits_for(task.model_copy(update={"proof": Proof(reference="mail")})) == "operator"


@pytest.mark.parametrize(
    ("type_", "text", "group"),
    [
        ("support_ticket", "support_ticket_setup_service", "accounting"),
        ("support_ticket", "support_ticket_key_accounting", "sales"),
        ("support_ticket", "support_ticket_transfer", "eazyauction"),
        ("support_ticket", "support_ticket_misclick", "support"),
        ("revocation", "revocation", "support"),
        ("appointment", "appointment", "support"),
        ("perform", "perform_order", None),
    ],
)
def test_SVC1_SUP3_MOV1_MIS1_a_ticket_goes_to_the_group_that_decides(type_, text, group):
    assert ticket_group(type_, text) == group
