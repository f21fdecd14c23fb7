"""Each path's states, transitions, guards and actions, written down again: changing one needs a second thought.

`tests/charts/transitions/<path>.txt` lists for every state what it does on entry, and then, in the order in which they
are tried, `event → state  if guard, unless guard  does action`; `stays` is a transition that leaves its state as it is.
What every path does alike stands in `reactions.txt`, once. Written anew by `python -m tests.charts.test_transitions`.
"""

from pathlib import Path
from typing import Any

import pytest
from statemachine import State
from statemachine.transition import Transition

from states.chart.base import Chart
from states.chart.reactions import REACTIONS, Reaction
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
    return [name_of(spec.func) for spec in specs if spec.group.name in groups and not spec.is_convention]


def name_of(function: Any) -> str:
    """A function by its module and its name."""
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


def guards(transition: Transition) -> str:
    """`if` and `unless` with their guards."""
    conditions = [spec for spec in transition._specs if spec.group.name == "COND" and not spec.is_convention]
    return ", ".join(f"{'if' if spec.expected_value else 'unless'} {name_of(spec.func)}" for spec in conditions)


def arrow(transition: Transition) -> str:
    """One transition as a line."""
    target = transition.targets[0].id if transition.targets else "stays"
    does = named(transition._specs, "BEFORE", "ON", "AFTER")
    parts = [f"{transition.event} → {target}", guards(transition)]
    return "    " + "  ".join([*filter(None, parts), *([f"does {', '.join(does)}"] if does else [])])


def state_line(state: State) -> str:
    """A state with what it is and does on entry."""
    marks = [mark for mark, holds in (("first", state.initial), ("end", state.final)) if holds]
    does = named(state._specs, "ENTER", "EXIT", "INVOKE")
    return " ".join([state.id, *(f"({mark})" for mark in marks), *([f"does {', '.join(does)}"] if does else [])])


def own(state: State) -> list[Transition]:
    """The transitions of a state that its path declares: those before what all paths do alike."""
    return [each for each in state.transitions if arrow(each) not in REACTION_LINES]


def table(chart: type[Chart]) -> list[str]:
    """A path as lines."""
    return [line for state in chart.states for line in [state_line(state), *map(arrow, own(state))]]


def reaction_line(reaction: Reaction) -> str:
    """What every path does alike, as a line."""
    condition = f"  if {name_of(reaction.cond)}" if reaction.cond else ""
    return f"    {reaction.event} → stays{condition}{f'  does {name_of(reaction.on)}' if reaction.on else ''}"


REACTION_LINES = [reaction_line(reaction) for reaction in REACTIONS]


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_declared_as_its_table_says(path: str) -> None:
    written = (FOLDER / f"{path}.txt").read_text(encoding="utf-8").splitlines()
    assert table(PATHS[path]) == written


def test_what_every_path_does_alike_is_as_its_table_says() -> None:
    assert (FOLDER / "reactions.txt").read_text(encoding="utf-8").splitlines() == REACTION_LINES
    for path in PATHS.values():
        for state in path.states:
            alike = [arrow(each) for each in state.transitions if arrow(each) in REACTION_LINES]
            assert alike == ([] if state.final else REACTION_LINES)


def test_every_kind_takes_one_of_these_paths() -> None:
    assert all(sum(issubclass(kind.chart, path) for path in PATHS.values()) == 1 for kind in KINDS.values())


if __name__ == "__main__":
    for name, chart in PATHS.items():
        (FOLDER / f"{name}.txt").write_text("\n".join(table(chart)) + "\n", encoding="utf-8")
    (FOLDER / "reactions.txt").write_text("\n".join(REACTION_LINES) + "\n", encoding="utf-8")
