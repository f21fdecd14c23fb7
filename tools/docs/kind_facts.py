"""What the pages say of a kind, read off its declarations: its chart, its dates, codes and steps.

Written by hand is only which tasks a callback opens; tests/texts/test_docs.py holds it against what exploration meets.
"""

from dataclasses import dataclass

from catalogue.texts import keys
from states.chart.base import Chart
from states.chart.state_names import AWAITED_EFFECT, BEFORE_ORDER, CUSTOMER_STATES, public_state
from states.chart.task_types import TASK_TYPES
from states.kinds.kind import Kind
from states.model.request import CUSTOMER_MESSAGES
from states.views.diagram import changes_target, states_of, transitions_of
from tools.docs.conversations import conversation
from tools.docs.rules import Rule, in_code, rules

WAITED_FOR = ("customer", "operator", "third_party", "date", "system", "repair")


@dataclass(frozen=True)
class KindState:
    """A state of a kind: what may be so in it, where guards allow. All is empty in an end."""

    name: str
    public: str
    """What outsiders call it."""
    final: bool
    waits: tuple[str, ...] = ()
    events: tuple[str, ...] = ()
    """Those of the customer."""
    tasks: tuple[str, ...] = ()
    wakes: tuple[str, ...] = ()
    """What happens by itself."""
    reminders: tuple[str, ...] = ()
    """Of the customer, of a missing proof, of what is in surplus, of open tasks."""


def state_of(kind: Kind, name: str) -> KindState:
    """A state as the pages describe it."""
    public, final = public_state(name), bool(kind.chart.states_map[name].final)
    if final:
        return KindState(name, public, final)
    events = events_in(kind, name)
    tasks = tasks_in(kind, name, events)
    return KindState(
        *(name, public, final, waits_in(kind, name, tasks), events, tasks),
        *(wakes_in(kind, name, events), reminders_in(kind, name, events, tasks)),
    )


def states(kind: Kind) -> list[KindState]:
    """The states that a kind reaches, in the order of its path."""
    return [state_of(kind, name) for name in states_of(kind.chart)]


def events_in(kind: Kind, state: str) -> tuple[str, ...]:
    """The customer's events: those with a transition, the revocation of an order (X11), a proof (X9)."""
    events = {str(transition.event) for name, transition in transitions_of(kind) if name == state}
    events -= {"request_revocation", "hand_in_proof"}
    if "revocation_granted" in events:
        events.add("request_revocation")
    if state == "third_party" or (state in ("scheduled", "applying") and "third_party" in states_of(kind.chart)):
        events.add("hand_in_proof")
    return tuple(event for event in CUSTOMER_MESSAGES if event in events)


def opened_by(action: str) -> list[str]:
    """The types of the tasks that an action on entering a state may open."""
    return [type_.type for type_ in TASK_TYPES.values() if action in type_.opened_by]


def tasks_in(kind: Kind, state: str, events: tuple[str, ...]) -> tuple[str, ...]:
    """The types of the tasks that may be open."""
    entered = [getattr(callback.func, "__name__", "") for callback in kind.chart.states_map[state].enter]
    never = {"third_party": not kind.steps, "clarify": "partner" not in kind.steps}
    tasks = [task for name in entered for task in opened_by(name) if not never.get(task)]
    if state == "scheduled" and "order" in kind.chart.states_map:
        tasks.append("clarify_term")
        tasks += ["third_party"] if "third_party" in states_of(kind.chart) else []
    tasks += ["revocation"] if "request_revocation" in events else []
    return tuple(dict.fromkeys([*tasks, "repair"]))


def waits_in(kind: Kind, state: str, tasks: tuple[str, ...]) -> tuple[str, ...]:
    """Whom or what a run may wait for."""
    waits = {
        "customer": state in CUSTOMER_STATES,
        "operator": set(tasks) != {"repair"},
        "third_party": "third_party" in tasks,
        "date": state == "scheduled",
        "system": state in AWAITED_EFFECT,
        "repair": True,
    }
    return tuple(name for name in WAITED_FOR if waits[name])


def wakes_in(kind: Kind, state: str, events: tuple[str, ...]) -> tuple[str, ...]:
    """What happens by itself."""
    wakes = {
        "`abandoned` after `ABANDON_AFTER`": is_abandoned(state, events),
        "the date moves on at `order_by`": state in BEFORE_ORDER and follows_notice(kind),
        "a term that runs out is asked about": state == "order"
        and not follows_notice(kind)
        and "partner" not in kind.steps,
        "the effective date": state == "scheduled",
        "licences checked again `RECHECK_BEFORE` it": state == "scheduled" and kind.chart.traits.rechecks,
    }
    return tuple(says for says, holds in wakes.items() if holds)


def reminders_in(kind: Kind, state: str, events: tuple[str, ...], tasks: tuple[str, ...]) -> tuple[str, ...]:
    """The reminders that may be sent."""
    reminders = {
        "customer": is_abandoned(state, events),
        "proof": "third_party" in tasks,
        "surplus": state == "scheduled" and kind.chart.traits.rechecks,
        "task": True,
    }
    return tuple(name for name, holds in reminders.items() if holds)


def is_abandoned(state: str, events: tuple[str, ...]) -> bool:
    """Whether a customer who does nothing is reminded, and abandons it in the end."""
    return (state in CUSTOMER_STATES or state == "third_party") and "abandon" in events


def follows_notice(kind: Kind) -> bool:
    """Whether the notice rule gives its date (D7)."""
    return "notice" in kind.dates


# Codes and rules.


def warnings_of(kind: Kind) -> list[str]:
    """The warnings that its check may give, and those that depend on how a run stands (states.views.status)."""
    surplus = "surplus_resolution" in kind.chart.states_map
    of_runs = {
        "boundary_day": follows_notice(kind),
        "surplus": surplus,
        "surplus_gap": surplus and kind.kind == "edition",
        "later_than_standing": changes_target(kind),
    }
    return sorted(texts("warning") & kind.codes | {code for code, holds in of_runs.items() if holds})


def refusals_of(kind: Kind) -> list[str]:
    """The refusals of a request that its check may give; those of a person and of a booking."""
    reached = set(states_of(kind.chart))
    of_runs = {"declined": bool({"order", "support_ticket"} & reached), "booking_refused": "placing" in reached}
    return sorted(texts("refusal") & kind.codes | {code for code, holds in of_runs.items() if holds})


def texts(group: str) -> set[str]:
    """The keys of a group of texts, without its name."""
    return {key.partition(".")[2] for key in keys() if key.startswith(f"{group}.")}


def rules_of(kind: Kind) -> list[Rule]:
    """The rules of a kind: of the groups it is about, cited in its module, and general ones cited by its path."""
    groups, path = conversation(kind.kind)["rules"], path_of(kind)
    own = {number for number, places in in_code().items() if file_of(kind.chart) in places}
    general = {number for number, places in in_code().items() if path.__name__ in places.get(file_of(path), ())}
    return [
        rule
        for rule in rules().values()
        if rule.group in groups or rule.number in own or (rule.group in ("G", "X") and rule.number in general)
    ]


def path_of(kind: Kind) -> type[Chart]:
    """The chart that declares the path."""
    return next(base for base in kind.chart.__mro__ if base.__module__.startswith("states.paths."))


def file_of(definition: type) -> str:
    """The file in which a class is defined."""
    return definition.__module__.replace(".", "/") + ".py"
