"""What the pages say of a kind, read off its declarations: its chart, its task types, its dates, codes and steps."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from catalogue.texts import keys
from states.chart.base import Chart
from states.chart.state_names import AWAITED_EFFECT, BEFORE_ORDER, CUSTOMER_STATES, public_state
from states.chart.task_types import TASK_TYPES
from states.kinds.kind import Kind
from states.model.request import CUSTOMER_MESSAGES
from states.views.diagram import changes_target, states_of, transitions_of
from tools.docs.conversations import conversation
from tools.docs.rules import Rule, in_code, rules


def holding(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the facts that hold."""
    return tuple(name for name, holds in facts.items() if holds)


def opened_by(action: str) -> list[str]:
    """The types of the tasks that an action on entering a state may open."""
    return [type_.type for type_ in TASK_TYPES.values() if action in type_.opened_by]


@dataclass(frozen=True)
class KindState:
    """A state of a kind: what may be so in it, where guards allow. All is empty in an end."""

    kind: Kind
    name: str

    @property
    def public(self) -> str:
        """What outsiders call it."""
        return public_state(self.name)

    @property
    def final(self) -> bool:
        return bool(self.kind.chart.states_map[self.name].final)

    @cached_property
    def events(self) -> tuple[str, ...]:
        """The customer's: those with a transition, the revocation of an order (X11), a proof (X9)."""
        events = {str(transition.event) for name, transition in transitions_of(self.kind) if name == self.name}
        beside = self.name in ("scheduled", "applying", "withdrawing") and self.goes_elsewhere
        proves = self.name == "third_party" or beside
        shown = {"request_revocation": "revocation_granted" in events, "hand_in_proof": proves}
        return tuple(event for event in CUSTOMER_MESSAGES if shown.get(event, event in events))

    @cached_property
    def tasks(self) -> tuple[str, ...]:
        """The types of the tasks that may be open."""
        entered = [getattr(callback.func, "__name__", "") for callback in self.kind.chart.states_map[self.name].enter]
        never = {
            "third_party": not self.kind.steps,
            "clarify": "partner" not in self.kind.steps,
            "perform": not self.kind.chart.traits.clicked,
        }
        tasks = [task for name in entered for task in opened_by(name) if not never.get(task)]
        late = self.name == "scheduled" and "order" in self.kind.chart.states_map
        others = {
            "clarify_term": late,
            "third_party": late and self.goes_elsewhere,
            "revocation": "request_revocation" in self.events,
            "repair": not self.final,
            "tell_customer": not self.final,
            "abandon": "abandon" in self.events,
        }
        return tuple(dict.fromkeys((*tasks, *holding(others))))

    @property
    def waits(self) -> tuple[str, ...]:
        """Whom or what a run may wait for; of what a third party has done the operator checks the proof."""
        people = {TASK_TYPES[task].waits_for for task in self.tasks}
        waits = {
            "customer": self.name in CUSTOMER_STATES,
            "operator": people - {"repair"},
            "third_party": "third_party" in people,
            "date": self.name == "scheduled",
            "system": self.name in AWAITED_EFFECT,
            "repair": "repair" in people,
        }
        return holding(waits)

    @property
    def wakes(self) -> tuple[str, ...]:
        """What happens by itself."""
        noticed, scheduled = follows_notice(self.kind), self.name == "scheduled"
        has_term = self.name == "order" and not noticed and "partner" not in self.kind.steps
        wakes = {
            "`abandoned` after `ABANDON_AFTER`": self.is_abandoned,
            "the date moves on at `order_by`": self.name in BEFORE_ORDER and noticed,
            "a term that runs out is asked about": has_term,
            "the effective date": scheduled,
            "licences checked again `RECHECK_BEFORE` it": scheduled and self.kind.chart.traits.rechecks,
        }
        return holding(wakes)

    @property
    def reminders(self) -> tuple[str, ...]:
        """Of the customer, of a missing proof, of what is in surplus, of open tasks."""
        reminders = {
            "customer": self.is_abandoned,
            "proof": "third_party" in self.tasks,
            "surplus": self.name == "scheduled" and self.kind.chart.traits.rechecks,
            "task": self.tasks,
        }
        return holding(reminders)

    @property
    def is_abandoned(self) -> bool:
        """Whether a customer who does nothing is reminded, and abandons it in the end."""
        return self.name in (*CUSTOMER_STATES, "third_party") and "abandon" in self.events

    @property
    def goes_elsewhere(self) -> bool:
        """Whether the kind has a state for what a third party does."""
        return "third_party" in states_of(self.kind.chart)


def states(kind: Kind) -> list[KindState]:
    """The states that a kind reaches, in the order of its path."""
    return [KindState(kind, name) for name in states_of(kind.chart)]


def follows_notice(kind: Kind) -> bool:
    """Whether the notice rule gives its date (D7)."""
    return "notice" in kind.dates


# Codes and rules.


def warnings_of(kind: Kind) -> list[str]:
    """The warnings that its check may give, and those that depend on how a run stands (states.views.status)."""
    surplus = "surplus_resolution" in kind.chart.states_map
    of_runs = {
        "boundary_day": follows_notice(kind),
        "notice_unknown": "term" in kind.dates,
        "surplus": surplus,
        "surplus_gap": surplus and kind.kind == "edition",
        "later_than_standing": changes_target(kind),
    }
    return sorted(texts("warning") & kind.codes | {*holding(of_runs)})


def refusals_of(kind: Kind) -> list[str]:
    """The refusals of a request that its check may give; those of a person and of a booking."""
    reached = set(states_of(kind.chart))
    of_runs = {"declined": bool({"order", "support_ticket"} & reached), "booking_refused": "placing" in reached}
    return sorted(texts("refusal") & kind.codes | {*holding(of_runs)})


def texts(group: str) -> set[str]:
    """The keys of a group of texts, without its name."""
    return {key.partition(".")[2] for key in keys() if key.startswith(f"{group}.")}


def rules_of(kind: Kind) -> list[Rule]:
    """The rules of a kind: of the groups it is about, cited in its module, and general ones cited by its path."""
    path = next(base for base in kind.chart.__mro__ if base.__module__.startswith("states.paths."))
    groups, own_file, path_file = conversation(kind.kind)["rules"], file_of(kind.chart), file_of(path)

    def concerns(rule: Rule) -> bool:
        places = in_code().get(rule.number, {})
        general = rule.group in ("G", "X") and path.__name__ in places.get(path_file, ())
        return rule.group in groups or own_file in places or general

    return list(filter(concerns, rules().values()))


def file_of(definition: type[Chart]) -> str:
    """The file in which a chart is defined."""
    return definition.__module__.replace(".", "/") + ".py"
