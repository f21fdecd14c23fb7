"""Diagrams made from the charts, as Mermaid and for Graphviz, without what a kind never reaches.

One arrow stands for all events between the same two states. `give_up` leads out of every state that is no end, and what
happens while an order stands beneath a change (X10) out of nearly every one: both are notes and no arrows. A kind that
has no target can have no standing order, so that what is about one is left out.
"""

from collections.abc import Iterator

from statemachine.transition import Transition

from states.chart.base import Chart
from states.chart.state_names import public_state
from states.kinds.documents import no_target
from states.kinds.kind import Kind
from states.kinds.registry import KINDS
from states.model.request import Request

Arrow = tuple[str, str, str]

OF_A_CHANGE = frozenset({"has_standing", "standing_unbooked", "refused_beneath", "revoking_standing"})
"""Guards that hold only while an order stands beneath a change of target (X10)."""


def states_of(chart: type[Chart]) -> list[str]:
    """The states of a kind's path that it can reach, in the order declared."""
    return [name for name in chart.states_map if name not in chart.traits.unused]


def changes_target(kind: Kind) -> bool:
    """Whether a run of this kind can be asked for another target."""
    request = Request(kind=kind.kind, customer="K", subject="S", target="T")
    takes_it = kind.malformed(request) != no_target(request)
    transitions = (transition for state in kind.chart.states for transition in state.transitions)
    return takes_it and any(transition.event == "target_checked" for transition in transitions)


def transitions_of(kind: Kind) -> Iterator[tuple[str, Transition]]:
    """(state, transition) of all that a kind can take: between states it reaches, with guards that can hold for it."""
    reachable = set(states_of(kind.chart))
    never = frozenset() if changes_target(kind) else OF_A_CHANGE
    never |= frozenset() if "external" in reachable else {"ends_outside"}
    for state in kind.chart.states:
        for transition in state.transitions:
            reached = {state.id, *(target.id for target in transition.targets)} <= reachable
            of_a_change = str(transition.event) in ("target_checked", "standing_due") and not changes_target(kind)
            if reached and not of_a_change and not never & {str(guard) for guard in transition.cond}:
                yield state.id, transition


def arrows_of(kind: Kind) -> list[Arrow]:
    """(from, to, event with its guard) of each transition that changes the state; `give_up` left out."""
    arrows: dict[Arrow, None] = {}
    for state, transition in transitions_of(kind):
        event, guards = str(transition.event), [str(guard) for guard in transition.cond]
        if not transition.internal and event != "give_up":
            label = f"{event} [{', '.join(guards)}]" if guards else event
            arrows |= {(state, target.id, label): None for target in transition.targets}
    return list(arrows)


def of_a_change(label: str) -> bool:
    """Whether an arrow is one of those that a standing order beneath a change opens (X10)."""
    return any(guard in label for guard in OF_A_CHANGE)


def drawn(kind: Kind, separator: str) -> list[Arrow]:
    """The arrows of the diagram."""
    return merged([arrow for arrow in arrows_of(kind) if not of_a_change(arrow[2])], separator)


def beneath(kind: Kind) -> list[str]:
    """What a standing order beneath a change opens, as `event → state`, whatever state the change is in (X10)."""
    arrows = [(label.partition(" ")[0], target) for _, target, label in arrows_of(kind) if of_a_change(label)]
    return [f"{event} → {target}" for event, target in dict.fromkeys(arrows)]


def merged(arrows: list[Arrow], separator: str) -> list[Arrow]:
    """One arrow between two states, with every event that takes it."""
    labels: dict[tuple[str, str], list[str]] = {}
    for source, target, label in arrows:
        labels.setdefault((source, target), []).append(label)
    return [(source, target, separator.join(events)) for (source, target), events in labels.items()]


def shown_as(name: str) -> str:
    """A state with the contract's name for it, where that is another."""
    return name if public_state(name) == name else f"{name} (shown as {public_state(name)})"


def mermaid(kind: str) -> str:
    """The state diagram of a kind as Mermaid text. Raises KeyError for an unknown kind."""
    chart = KINDS[kind].chart
    names = states_of(chart)
    lines = ["stateDiagram-v2", "    direction TB"]
    lines += [f'    state "{shown_as(name)}" as {name}' for name in names]
    lines.append("    [*] --> received")
    lines += [f"    {source} --> {target} : {label}" for source, target, label in drawn(KINDS[kind], "<br/>")]
    lines += [f"    {name} --> [*]" for name in names if chart.states_map[name].final]
    lines.append("    note right of given_up : give_up, from every state but the ends")
    if opened := beneath(KINDS[kind]):
        lines += ["    note right of scheduled", "        while it stands beneath a change (X10)"]
        lines += [*(f"        {line}" for line in opened), "    end note"]
    return "\n".join(lines) + "\n"


def dot(kind: str) -> str:
    """The state diagram of a kind for Graphviz. Raises KeyError for an unknown kind."""
    chart = KINDS[kind].chart
    lines = [f'digraph "{kind}" {{', "  rankdir=TB; node [shape=box, style=rounded, fontname=Helvetica];"]
    for name in states_of(chart):
        shape = ", peripheries=2" if chart.states_map[name].final else ""
        note = "\\n(give_up, from every state but the ends)" if name == "given_up" else ""
        lines.append(f'  {name} [label="{shown_as(name)}{note}"{shape}];')
    arrows = drawn(KINDS[kind], "\\n")
    lines += [f'  {source} -> {target} [label="{label}", fontsize=9];' for source, target, label in arrows]
    if opened := beneath(KINDS[kind]):
        text = "\\n".join(["while an order stands beneath a change (X10)", *opened])
        lines.append(
            f'  note [shape=note, fontsize=9, label="{text}"]; scheduled -> note [style=dashed, arrowhead=none];'
        )
    return "\n".join([*lines, "}"]) + "\n"
