"""What is wrong with the single fields of an event that was refused, for the form that it came from."""

from typing import Any

from pages.calls import Document
from states.chart.admission import parse
from states.chart.unfilled import fault_of_unfilled
from states.model.facts import Refusal
from states.model.request import CUSTOMER_MESSAGES, Request


def field_faults(event: str, data: Document) -> list[dict[str, Any]]:
    """The faults that lie in the event alone, wherever it is judged: `{field, what}` and what a text says of them."""
    shape = CUSTOMER_MESSAGES.get(event, Request)
    message = parse(shape, (data,))
    values = message.values if isinstance(message, Refusal) else fault_of_unfilled(message) or {}
    fault = values.get("fault")
    if isinstance(fault, list):
        return fault
    return [{**values, "what": "unfilled"}] if fault == "fault.unfilled" else []
