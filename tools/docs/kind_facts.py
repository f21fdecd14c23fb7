"""What the pages say of a kind, read off its chart, its check and the catalogue. Nothing here is written by hand but
what a callback of a chart opens, which tests/texts/test_docs.py holds against the runs it plays."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from catalogue.texts import keys
from states.chart.base import AWAITED_EFFECT, PUBLIC_STATE, Chart
from states.chart.lifecycle import Conduct
from states.kinds.kind import Kind
from states.kinds.registry import KINDS
from states.model.request import CUSTOMER_MESSAGES
from states.views.diagram import changes_target, states_of, transitions_of
from tools.docs.conversations import conversation

ROOT = Path(__file__).resolve().parents[2]

OPENS: dict[str, tuple[str, ...]] = {
    "ask_open_questions": ("clarify_cost", "clarify_term", "clarify"),
    "ask_for_booking": ("perform",),
    "ask_for_change": ("perform",),
    "ask_for_withdrawal": ("perform",),
    "ask_for_reassignment": ("perform",),
    "ask_for_decoupling": ("perform",),
    "open_leftover": ("surplus",),
    "open_held": ("surplus",),
    "open_ticket": ("support_ticket",),
    "open_appointment": ("appointment",),
    "open_outside_steps": ("third_party",),
}
"""The task types that a callback on entering a state may open."""


RULE = re.compile(r"\b(OP0-\d|OPL-\d|(?:[A-Z]{1,4})\d{1,2})\b")


@cache
def rules() -> dict[str, dict[str, Any]]:
    """Every rule: lines of the guide, pages, our own short wording."""
    return tomllib.loads((ROOT / "docs" / "rules.toml").read_text(encoding="utf-8"))


def source_of(module: str) -> str:
    """The source of a module, by its dotted name."""
    return (ROOT / (module.replace(".", "/") + ".py")).read_text(encoding="utf-8")


def path_of(kind: Kind) -> type[Chart]:
    """The chart that declares the path: the kind's own base."""
    return next(base for base in kind.chart.__mro__ if base.__module__.startswith("states.paths."))


def rules_of(kind: Kind) -> list[str]:
    """The rules of a kind, in the order of the table of rules: the groups it is about, and what its code cites."""
    cited = set(RULE.findall(source_of(kind.chart.__module__)))
    cited |= {rule for rule in RULE.findall(path_of(kind).__doc__ or "") if rule[0] in "GX"}
    grouped = {rule for rule in rules() if any(is_of(rule, group) for group in conversation(kind.kind)["rules"])}
    return [rule for rule in rules() if rule in cited | grouped]


def is_of(rule: str, group: str) -> bool:
    """Whether a rule belongs to a group: the group's letters, then a number."""
    return re.fullmatch(re.escape(group) + r"\d+", rule) is not None


# Codes.


@cache
def warning_codes() -> frozenset[str]:
    """Every warning that there is a text for."""
    return frozenset(key.removeprefix("warning.") for key in keys() if key.startswith("warning."))


def codes_of(kind: Kind) -> tuple[list[str], list[str]]:
    """The warnings and refusals of a request that this kind may answer with, in alphabetical order."""
    warnings = set(kind.codes & warning_codes())
    refusals = set(kind.codes) - warnings
    warnings |= warnings_of_runs(kind)
    reached = states_of(kind.chart)
    refusals |= {"declined"} if {"order", "support_ticket"} & set(reached) else set()
    refusals |= {"booking_refused"} if "placing" in reached else set()
    return sorted(warnings), sorted(refusals)


def warnings_of_runs(kind: Kind) -> set[str]:
    """The warnings that depend on how a run stands (states.views.status)."""
    found = set()
    if follows_notice(kind):
        found |= {"boundary_day"}
    if "surplus_resolution" in kind.chart.states_map:
        found |= {"surplus"} | ({"surplus_gap"} if kind.kind == "edition" else set())
    if changes_target(kind):
        found |= {"later_than_standing"}
    return found


def follows_notice(kind: Kind) -> bool:
    """Whether the notice rule gives its date (D7)."""
    return "notice" in kind.dates


# States.


def entered(chart: type[Chart], state: str) -> list[str]:
    """The callbacks on entering a state."""
    return [str(spec.func) for spec in chart.states_map[state].enter if not str(spec.func).startswith("on_enter_")]


def tasks_in(kind: Kind, state: str) -> list[str]:
    """The task types that may be open in a state."""
    chart = kind.chart
    if chart.states_map[state].final:
        return []
    found = [task for callback in entered(chart, state) for task in OPENS.get(callback, ())]
    if not kind.steps:
        found = [task for task in found if task != "third_party"]
    if kind.kind != "fulfillment":
        found = [task for task in found if task != "clarify"]
    if state == "scheduled" and path_has(chart, "order"):
        found += ["clarify_term"]
        found += ["third_party"] if "third_party" in chart.states_map and "third_party" not in chart.unused else []
    if "request_revocation" in events_in(kind, state):
        found.append("revocation")
    return [*dict.fromkeys(found), "repair"]


def path_has(chart: type[Chart], state: str) -> bool:
    """Whether the path has a state."""
    return state in chart.states_map


def events_in(kind: Kind, state: str) -> list[str]:
    """The customer's events that may be possible in a state, where guards allow them."""
    chart = kind.chart
    if chart.states_map[state].final:
        return []
    found = {str(transition.event) for name, transition in transitions_of(kind) if name == state}
    if may_revoke(kind, state):
        found.add("request_revocation")
    if state == "third_party" or (state in ("scheduled", "applying") and "third_party" in states_of(chart)):
        found.add("hand_in_proof")
    return [event for event in CUSTOMER_MESSAGES if event in found]


def may_revoke(kind: Kind, state: str) -> bool:
    """Between order and effective date, or while an order stands beneath a change (X11)."""
    granted = {name for name, transition in transitions_of(kind) if str(transition.event) == "revocation_granted"}
    return state in granted


def waits_in(kind: Kind, state: str) -> list[str]:
    """Whom a run may wait for in a state."""
    if kind.chart.states_map[state].final:
        return []
    tasks = set(tasks_in(kind, state))
    found = {"customer"} if state in kind.chart.customer_states else set()
    found |= {"date"} if state == "scheduled" else set()
    found |= {"system"} if state in AWAITED_EFFECT else set()
    found |= {"third_party"} if "third_party" in tasks else set()
    found |= {"operator"} if tasks - {"repair"} else set()
    found |= {"repair"}
    order = ("customer", "operator", "third_party", "date", "system", "repair")
    return [one for one in order if one in found]


def wakes_in(kind: Kind, state: str) -> list[str]:
    """What happens by itself in a state."""
    chart = kind.chart
    if chart.states_map[state].final:
        return []
    found = []
    if (state in chart.customer_states or state == "third_party") and "abandon" in events_in(kind, state):
        found.append("`abandoned` after `ABANDON_AFTER`")
    if state in chart.before_order and follows_notice(kind):
        found.append("the date moves on at `order_by`")
    if state == "order" and not follows_notice(kind) and kind.kind != "fulfillment":
        found.append("a term that runs out is asked about")
    if state == "scheduled":
        found.append("the effective date")
        if chart.rechecks is not Conduct.rechecks:
            found.append("licences checked again `RECHECK_BEFORE` it")
    return found


def reminders_in(kind: Kind, state: str) -> list[str]:
    """The reminders of a state: of the customer, of a missing proof, of open tasks, of what is in surplus."""
    chart = kind.chart
    if chart.states_map[state].final:
        return []
    tasks = tasks_in(kind, state)
    idle = (state in chart.customer_states or state == "third_party") and "abandon" in events_in(kind, state)
    found = ["customer"] if idle else []
    found += ["proof"] if "third_party" in tasks else []
    found += ["surplus"] if state == "scheduled" and chart.rechecks is not Conduct.rechecks else []
    return [*found, "task"]


def outsiders(state: str) -> str:
    """What outsiders call a state."""
    return PUBLIC_STATE.get(state, state)


def kinds() -> list[Kind]:
    """Every kind, in the registry's order."""
    return list(KINDS.values())
