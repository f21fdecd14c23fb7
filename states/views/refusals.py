"""What is refused, as a text for people and programs."""

from collections.abc import Mapping
from typing import Any

from states.chart.base import Chart
from states.model import payload_errors
from states.model.facts import Refusal
from states.model.memory import Memory
from states.model.status import Problem, RefusalText, Status
from states.model.texts import Say
from states.rules.run_values import run_facts


def language_of(memory: Memory) -> str:
    """The customer's language; German until it is known."""
    return memory.check.language if memory.check else "de"


def refusal_text(say: Say, memory: Memory, prefix: str, refusal: Refusal, language: str | None = None) -> str:
    """The text of a refusal, with the run's facts; in the customer's language unless another is given."""
    language = language or language_of(memory)
    return say(language, f"{prefix}.{refusal.code}", with_fault(say, language, run_facts(memory) | refusal.values))


def with_fault(say: Say, language: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Values with their `fault` as a text, where it is a list of faults; one that is a key the texts explain."""
    values = dict(given)
    fault = values.get("fault")
    if isinstance(fault, list):
        values["fault"] = payload_errors.text_of(say, language, fault)
    return values


def problem(chart: Chart, say: Say, refusal: Refusal, current: Status | None, language: str | None = None) -> Problem:
    """Why an event was refused, for people and portals. A request's refusal keeps its own text."""
    for prefix in ("problem", "refusal"):
        try:
            text = refusal_text(say, chart.model, prefix, refusal, language)
            break
        except KeyError:
            text = refusal.code
    return Problem(
        code=refusal.code,
        rule=refusal.rule,
        text=text,
        enabled=chart.enabled(),
        current=current.model_dump(mode="json") if current else None,
    )


def refusal_of(memory: Memory, say: Say) -> RefusalText | None:
    """The run's refusal with its text."""
    refusal = memory.refusal
    if refusal is None:
        return None
    return RefusalText(rule=refusal.rule, code=refusal.code, text=refusal_text(say, memory, "refusal", refusal))
