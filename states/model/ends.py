"""What states mean outside a run, ends above all: the one declaration that everybody derives from."""

from typing import Literal, NamedTuple


class EndMeaning(NamedTuple):
    """What an end means outside the run."""

    changes_nothing: bool = False
    """Nothing takes effect and nothing is saved: the date and the cost shown are those of what was asked for."""
    licence_gone: bool = False
    """What was to be cancelled is no more."""
    booking: Literal["applied", "withdrawn", "superseded"] | None = None
    """What becomes of a booking that is still open then; None: it stays as it is."""


ENDS: dict[str, EndMeaning] = {
    "applied": EndMeaning(licence_gone=True, booking="applied"),
    "abandoned": EndMeaning(changes_nothing=True),
    "revoked": EndMeaning(changes_nothing=True, booking="withdrawn"),
    "superseded": EndMeaning(changes_nothing=True, booking="superseded"),
    "reassigned": EndMeaning(),
    "refused": EndMeaning(changes_nothing=True),
    "external": EndMeaning(licence_gone=True, booking="applied"),
    "given_up": EndMeaning(),
}
"""By state (docs/contract.md, Temporal). The ledger has a run in such a state while Temporal may still close it."""

CHANGING_NOTHING = frozenset(state for state, end in ENDS.items() if end.changes_nothing)
DEADLINE_KEPT = frozenset({"scheduled", "applied"})
"""The states in which the customer has ordered, so that `order_by` lies behind and is not shown to people."""
