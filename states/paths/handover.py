"""The path of what ends at a third party alone."""

from statemachine import State

from states.chart.lifecycle import Conduct


class HandoverPath(Conduct):
    """The customer leaves the customer centre; we hand over, remind, and keep the proof (ECO1, ECO2, X9)."""

    received = State(initial=True, enter="ask_for_check")
    third_party = State(enter="open_outside_steps")
    applying = State(enter="ask_for_change")
    external = State(final=True, enter="applied_now")
    refused = State(final=True, enter="refuse")
    abandoned = State(final=True, enter="tell_abandoned")
    given_up = State(final=True)

    begin = received.to(refused, cond="refused_by_check") | received.to(third_party)
    outside_done = third_party.to(applying)
    change_applied = applying.to(external)
    abandon = abandoned.from_(third_party)
    give_up = given_up.from_(received, third_party, applying, before="tell_given_up")

    def ends_when(self) -> tuple[str, str]:
        """When the third party has confirmed (ECO2)."""
        return "third_party", "ECO2"

    def by_hand(self) -> bool:
        """Nothing is clicked here: it ended at the third party."""
        return False
