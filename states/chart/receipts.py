"""Which mails to the customer go with a receipt, and what each receipt says of who sent what and when.

What arrives gets one in any case: an order once its own check lets it through, a report, a revocation. What then
becomes of it gets its own with the mail that tells of it. A reminder says nothing new, and has none.
"""

from typing import Any

from states.chart.turn import Turn
from states.model.effects import IssueReceipt
from states.model.receipts import ReceiptEvent

ARRIVALS: dict[str, ReceiptEvent] = {
    "order_received": "ordered",
    "report_received": "reported",
    "revocation_received": "revocation_requested",
}
"""By the template of the mail."""
OUTCOMES: dict[str, ReceiptEvent] = {
    "scheduled": "booked",
    "booking_refused": "booking_refused",
    "booking_overdue": "moved",
    "held": "moved",
    "move": "moved",
    "cost_changed": "cost_changed",
    "change_dropped": "change_dropped",
    "changed": "changed",
    "applied": "applied",
    "reassigned": "reassigned",
    "revoked": "revoked",
    "declined": "declined",
    "refused": "refused",
    "superseded": "superseded",
    "abandoned": "abandoned",
    "given_up": "given_up",
}
"""The same, of what became of it: told to somebody who has a receipt already."""
ANSWERED = ("note", "reason")
"""The values of a mail in which the customer is answered in somebody's words."""


def ask_for_receipt(turn: Turn, template: str, values: dict[str, Any]) -> int | None:
    """Ask for the receipt that belongs to a mail. Answers its number; None where there is none."""
    receipt = receipt_of(turn, template, values)
    if receipt is None:
        return None
    turn.memory.receipted = True
    turn.ask(receipt)
    return turn.memory.number


def receipt_of(turn: Turn, template: str, values: dict[str, Any]) -> IssueReceipt | None:
    """The receipt that belongs to a mail, before its facts are known."""
    memory = turn.memory
    arrival = ARRIVALS.get(template)
    if arrival is not None:
        return IssueReceipt(event=arrival, **arrived(turn, arrival))
    event = "moved" if values.get("clarified") else OUTCOMES.get(template)
    if event is None or not memory.receipted:
        return None
    words = next((values[name] for name in ANSWERED if values.get(name)), None)
    return IssueReceipt(event=event, at=memory.now, words=words)


def arrived(turn: Turn, arrival: ReceiptEvent) -> dict[str, Any]:
    """Who sent it, when the person acted, when it arrived, and in which words."""
    memory, order = turn.memory, turn.memory.order
    if arrival == "ordered" and order is not None:
        return {"by": order.by, "placed_at": order.placed_at, "at": order.arrived_at or order.placed_at}
    if arrival == "revocation_requested":
        message = turn.message
        at = message.arrived(memory.now).received_at
        return {"by": message.by, "placed_at": message.time, "at": at, "words": message.explanation}
    request = memory.request
    return {
        "by": request.by,
        "placed_at": memory.requested_at,
        "at": request.received_at or memory.requested_at,
        "words": request.explanation,
    }
