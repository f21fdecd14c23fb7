"""Writes down each path's states, transitions, guards and actions: `python -m tests.charts.transition_tables`.

`tests/charts/transitions/<path>.txt` says for every state what it does on entry, and then, in the order in which they
are tried, `event → state  if guard, unless guard  does action`; `stays` is a transition that leaves its state as it is.
What every state but the ends has after its own transitions is said once, at the beginning.
"""

from collections.abc import Callable, Iterable
from itertools import takewhile
from pathlib import Path
from typing import Any

from statemachine import State
from statemachine.callbacks import CallbackSpec
from statemachine.transition import Transition

from states.chart.base import Chart
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


def declared(specs: Iterable[CallbackSpec], *groups: str) -> list[CallbackSpec]:
    """What a state or a transition names in these groups, in order; without the library's names by convention."""
    return [spec for spec in specs if spec.group.name in groups and not spec.is_convention]


def name_of(function: Callable[..., Any]) -> str:
    """A guard or an action as a declaration names it: `checks.surplus_found`."""
    return f"{function.__module__.rpartition('.')[2]}.{function.__name__}"


def actions(specs: Iterable[CallbackSpec], *groups: str) -> list[str]:
    """`does` with the actions of these groups; empty where there are none."""
    names = [name_of(spec.func) for spec in declared(specs, *groups)]
    return [f"does {', '.join(names)}"] if names else []


def guards(specs: Iterable[CallbackSpec]) -> list[str]:
    """`if` and `unless` with their guards; empty where there are none."""
    conditions = declared(specs, "COND")
    words = [f"{'if' if guard.expected_value else 'unless'} {name_of(guard.func)}" for guard in conditions]
    return [", ".join(words)] if words else []


def transition_line(transition: Transition) -> str:
    """One transition."""
    target = transition.target
    arrow = f"{transition.event} → {'stays' if target is None or transition.internal else target.id}"
    specs = transition._specs
    return "    " + "  ".join([arrow, *guards(specs), *actions(specs, "BEFORE", "ON", "AFTER")])


def state_line(state: State) -> str:
    """A state with what it is and does on entry."""
    marks = [mark for mark, holds in (("(first)", state.initial), ("(end)", state.final)) if holds]
    return " ".join([state.id, *marks, *actions(state._specs, "ENTER", "EXIT", "INVOKE")])


def table(chart: type[Chart]) -> list[str]:
    """A path as lines."""
    lines = {state: [transition_line(transition) for transition in state.transitions] for state in chart.states}
    common = common_end([own for state, own in lines.items() if not state.final])
    written = ["every state but the ends, after its own", *common]
    for state, own in lines.items():
        written += ["", state_line(state), *(own if state.final else own[: len(own) - len(common)])]
    return written


def common_end(lists: list[list[str]]) -> list[str]:
    """The lines with which all of these end."""
    alike = takewhile(lambda lines: len(set(lines)) == 1, zip(*(reversed(lines) for lines in lists), strict=False))
    return [lines[0] for lines in alike][::-1]


if __name__ == "__main__":
    for path, chart in PATHS.items():
        (FOLDER / f"{path}.txt").write_text("\n".join(table(chart)) + "\n", encoding="utf-8")
