"""The warnings of a run: the check's, and those that depend on where it stands."""

from datetime import datetime

from states.chart.state_names import BOOKED
from states.chart.traits import ACKNOWLEDGED
from states.model.ends import ENDS
from states.model.facts import Surplus, Warning
from states.model.memory import Memory
from states.model.status import WarningText
from states.model.texts import Say
from states.rules.effective_date import cost_effect_of, effective_at, notice_moment, notice_unknown, other_reading
from states.rules.run_values import run_facts, stage_of, surplus_row, surplus_rows
from states.views.refusals import language_of


def warning_texts(memory: Memory, say: Say) -> tuple[WarningText, ...]:
    """The warnings for people: each with its own values, and the date and the price that the run knows."""
    facts, language = run_facts(memory), language_of(memory)
    return tuple(
        WarningText(code=warning.code, text=say(language, f"warning.{warning.code}", facts | warning.values))
        for warning in warnings_of(memory)
    )


BEFORE_THE_ORDER = ACKNOWLEDGED | {"reassign_instead", "addons_remain"}
"""What is read before the order: acknowledged there (ED4), or something to choose or to say with it (WMU4, ADD2)."""

BEFORE_THE_CHANGE = frozenset({"selling_stops_first", "old_contract_runs_on"})
"""What is paid until the change (OP0-5, SHH2)."""

UNTIL_THE_END = frozenset(
    {"by_exception", "ended_elsewhere", "moved_by_appointment", "pilot_sign_off", "third_party_too", "no_promise"}
)
"""What says how it goes on: not where nothing goes on any more."""


CHANGED_WITH_SURPLUS = frozenset({"leftover", "held"})
"""Where an order was booked and its date has come, and licences in surplus are still there."""


def warnings_of(memory: Memory) -> tuple[Warning, ...]:
    """The check's warnings, and those that depend on the state of the run (G9, D7, X1, ED5, ED13, X10).

    Each is said as long as it can still matter: what was to be read before the order no more once it is booked (ED4).
    """
    checked = memory.check.warnings if memory.check else ()
    said = over(memory)
    warnings = [warning for warning in checked if warning.code not in said]
    saves_nothing = memory.clarified_cost and cost_effect_of(memory) != "cancellation"
    if saves_nothing and not any(warning.code == "no_saving" for warning in warnings):
        warnings.append(Warning(code="no_saving"))
    date, other = effective_at(memory), other_reading(memory)
    if date and memory.state not in ENDS and notice_unknown(memory):
        warnings.append(Warning(code="notice_unknown", values=written({"effective_at": date})))
    if date and other:
        moments = {"effective_at": date, "other_effective_at": other, "placed_on": notice_moment(memory)}
        moments["at_worst"] = max(date, other)
        warnings.append(Warning(code="boundary_day", values=written(moments)))
    warnings += surplus_warnings(memory, date)
    standing = memory.standing.order.effective_at if memory.standing else None
    if date and standing and date > standing:
        moments = {"effective_at": date, "standing_at": standing}
        warnings.append(Warning(code="later_than_standing", values=written(moments)))
    return tuple(warnings)


def over(memory: Memory) -> frozenset[str]:
    """The warnings of the check that matter no more."""
    made = stage_of(memory) == "made"
    said = BEFORE_THE_ORDER if made or was_booked(memory) else frozenset[str]()
    said |= BEFORE_THE_CHANGE if made or memory.state in CHANGED_WITH_SURPLUS else frozenset()
    return said | (UNTIL_THE_END if memory.state in ENDS else frozenset())


def was_booked(memory: Memory) -> bool:
    """Whether an order stands, or stood when the run ended: what was to be read before it can matter no more."""
    return memory.state in BOOKED | CHANGED_WITH_SURPLUS or (memory.state in ENDS and memory.order is not None)


def surplus_warnings(memory: Memory, date: datetime | None) -> list[Warning]:
    """Licences in surplus, and those whose own end lies on another date (ED5, X3)."""
    entries = memory.check.surplus if memory.check else ()
    staying = [entry for entry in entries if entry.left]
    warnings = []
    if staying:
        count = sum(entry.left for entry in staying)
        warnings.append(Warning(code="surplus", values={"surplus": surplus_rows(staying), "count": count}))
    if date is not None:
        warnings += [warning for entry in entries for warning in gaps(entry, date)]
    return warnings


def gaps(entry: Surplus, date: datetime) -> list[Warning]:
    """The licences of an entry whose own ends lie on another date than the change, one warning for each date (ED13)."""
    warnings = []
    for ends_at, licences in by_date(entry.booked_ends).items():
        if ends_at != date:
            values = written({"licence_ends_at": ends_at, "effective_at": date})
            rows = [surplus_row(entry, licences, len(licences))]
            warnings.append(Warning(code="surplus_gap", values={"surplus": rows} | values))
    return warnings


def by_date(ends: dict[str, datetime]) -> dict[datetime, list[str]]:
    """The licences that end at each moment."""
    dates: dict[datetime, list[str]] = {}
    for licence, ends_at in ends.items():
        dates.setdefault(ends_at, []).append(licence)
    return dates


def written(moments: dict[str, datetime]) -> dict[str, str]:
    """Moments as plain JSON."""
    return {name: moment.isoformat() for name, moment in moments.items()}
