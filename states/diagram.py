"""Diagrams made from the charts: Mermaid from the library, DOT for Graphviz, without what a kind never reaches."""

from states.chart import SHOWN, Chart
from states.registry import KINDS


def states_of(chart: type[Chart]) -> list[str]:
    """The states of a kind's path that it can reach, in the order declared."""
    return [name for name in chart.states_map if name not in chart.unused]


def arrows_of(chart: type[Chart]) -> list[tuple[str, str, str]]:
    """(from, to, label) of each transition between them; the label is the event with its guard."""
    known = set(states_of(chart))
    found: dict[tuple[str, str, str], None] = {}
    for state in chart.states:
        for transition in state.transitions:
            for target in transition.targets:
                if {state.id, target.id} <= known and not transition.internal:
                    guards = ", ".join(str(guard) for guard in transition.cond)
                    found[
                        (state.id, target.id, f"{transition.event} [{guards}]" if guards else str(transition.event))
                    ] = None
    return list(found)


def mermaid(kind: str) -> str:
    """The state diagram of a kind as Mermaid text. Raises KeyError for an unknown kind."""
    chart = KINDS[kind].chart
    lines = ["stateDiagram-v2", "    direction TB"]
    for name in states_of(chart):
        label = name if SHOWN.get(name, name) == name else f"{name} (shown as {SHOWN[name]})"
        lines.append(f'    state "{label}" as {name}')
    lines.append("    [*] --> received")
    lines += [f"    {source} --> {target} : {label}" for source, target, label in arrows_of(chart)]
    lines += [f"    {name} --> [*]" for name in states_of(chart) if chart.states_map[name].final]
    return "\n".join(lines) + "\n"


def dot(kind: str) -> str:
    """The state diagram of a kind for Graphviz. Raises KeyError for an unknown kind."""
    chart = KINDS[kind].chart
    lines = [f'digraph "{kind}" {{', "  rankdir=LR; node [shape=box, style=rounded, fontname=Helvetica];"]
    for name in states_of(chart):
        shape = ", peripheries=2" if chart.states_map[name].final else ""
        lines.append(f'  {name} [label="{name}"{shape}];')
    lines += [f'  {source} -> {target} [label="{label}", fontsize=9];' for source, target, label in arrows_of(chart)]
    return "\n".join([*lines, "}"]) + "\n"
