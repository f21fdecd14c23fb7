"""Each path's states, transitions, guards and actions, written down again: changing one needs a second thought.

`tests/charts/transitions/<path>.txt` lists for every state what it does on entry, and then, in the order in which they
are tried, `event → state  if guard, unless guard  does action`; `stays` is a transition that leaves its state as it is.
"""

from pathlib import Path

import pytest
from statemachine import State
from statemachine.transition import Transition

from states.chart.base import Chart
from states.kinds.registry import KINDS
from states.paths.edition import EditionPath
from states.paths.fulfillment import FulfillmentPath
from states.paths.handover import HandoverPath
from states.paths.licence_end import LicenceEnd
from states.paths.order_package import OrderPackagePath
from states.paths.ticket import TicketPath
from states.paths.transfer import TransferPath

FOLDER = Path(__file__).parent / "transitions"
PATHS: dict[str, type[Chart]] = {
    "edition": EditionPath,
    "fulfillment": FulfillmentPath,
    "handover": HandoverPath,
    "licence_end": LicenceEnd,
    "order_package": OrderPackagePath,
    "ticket": TicketPath,
    "transfer": TransferPath,
}


def named(specs, *groups: str) -> list[str]:
    """The callbacks of these groups that a declaration names, in order."""
    return [str(spec.func) for spec in specs if spec.group.name in groups and not spec.is_convention]


def guards(transition: Transition) -> str:
    """`if` and `unless` with their guards."""
    conditions = [spec for spec in transition._specs if spec.group.name == "COND" and not spec.is_convention]
    said = [f"{'if' if guard.expected_value else 'unless'} {guard.func}" for guard in conditions]
    return ", ".join(said)


def arrow(transition: Transition) -> str:
    """One transition as a line."""
    (target,) = transition.targets
    stays = transition.internal and target is transition.source
    does = named(transition._specs, "BEFORE", "ON", "AFTER")
    parts = [f"{transition.event} → {'stays' if stays else target.id}", guards(transition)]
    return "    " + "  ".join([*filter(None, parts), *([f"does {', '.join(does)}"] if does else [])])


def state_line(state: State) -> str:
    """A state with what it is and does on entry."""
    marks = [mark for mark, holds in (("first", state.initial), ("end", state.final)) if holds]
    does = named(state._specs, "ENTER", "EXIT", "INVOKE")
    return " ".join([state.id, *(f"({mark})" for mark in marks), *([f"does {', '.join(does)}"] if does else [])])


def table(chart: type[Chart]) -> list[str]:
    """A path as lines."""
    return [
        line
        for state in chart.states
        for line in [state_line(state), *(arrow(transition) for transition in state.transitions)]
    ]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_declared_as_its_table_says(path: str) -> None:
    written = (FOLDER / f"{path}.txt").read_text(encoding="utf-8").splitlines()
    assert table(PATHS[path]) == written


def test_every_kind_takes_one_of_these_paths() -> None:
    assert all(sum(issubclass(kind.chart, path) for path in PATHS.values()) == 1 for kind in KINDS.values())
