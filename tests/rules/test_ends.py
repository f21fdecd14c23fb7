"""The ends of a run: one declaration, which the charts and what derives from it agree with."""

from states.kinds.registry import KINDS
from states.model.ends import CHANGING_NOTHING, ENDS


def test_the_ends_are_the_final_states_of_the_charts():
    assert {state.id for kind in KINDS.values() for state in kind.chart.states if state.final} == set(ENDS)


def test_what_changes_nothing_leaves_the_licence_and_closes_no_booking_as_applied():
    assert all(not ENDS[state].licence_gone and ENDS[state].booking != "applied" for state in CHANGING_NOTHING)


def test_an_end_with_what_is_gone_is_an_applied_booking():
    assert {state for state, end in ENDS.items() if end.licence_gone} == {"applied", "external"}
    assert {state for state, end in ENDS.items() if end.booking == "applied"} == {"applied", "external"}
