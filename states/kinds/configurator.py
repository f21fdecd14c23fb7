"""Editions and order package are ordered in one configurator, and know of each other (ED14, OP2). Pure."""

from datetime import datetime
from typing import Any

from states.kinds.kind import CustomerInquiry
from states.model.facts import CONFIGURED, BookedChange
from states.model.offers import Edition
from states.model.record import Family
from states.rules.cost_effect import edition_of
from states.rules.notice import NoticeRule
from states.rules.run_values import change_row


def booked_for(inquiry: CustomerInquiry, kind: str, subject: str) -> BookedChange | None:
    """What is booked for an edition's family or the order package."""
    changes = inquiry.context.changes
    return next((change for change in changes if (change.kind, change.subject) == (kind, subject)), None)


def effective_at(inquiry: CustomerInquiry) -> datetime:
    """When what is asked for takes effect: as it is booked already, else as an order placed now would (D1)."""
    request, context = inquiry.request, inquiry.context
    own = booked_for(inquiry, request.kind, request.subject)
    if own is not None and own.target == request.target and own.effective_at is not None:
        return own.effective_at
    return NoticeRule(boundary=context.boundary, zone=context.zone).effective_at(inquiry.at)


def comes_first(inquiry: CustomerInquiry, change: BookedChange) -> bool:
    """Whether a booked change holds when that takes effect which is asked for."""
    return change.effective_at is not None and change.effective_at <= effective_at(inquiry)


def edition_then(inquiry: CustomerInquiry, family: Family) -> Edition | None:
    """The edition in force when that takes effect which is asked for, scheduled changes included (OPL-2)."""
    change = booked_for(inquiry, "edition", family)
    if change is not None and comes_first(inquiry, change):
        return inquiry.catalogue.editions.get(str(change.target))
    return edition_of(inquiry.catalogue, inquiry.record, family)


def package_then(inquiry: CustomerInquiry) -> int:
    """The order package in force then, likewise (ED14)."""
    change = booked_for(inquiry, "order_package", "orders")
    if change is not None and comes_first(inquiry, change) and isinstance(change.target, int):
        return change.target
    return inquiry.record.order_package


def beside(inquiry: CustomerInquiry) -> tuple[BookedChange, ...]:
    """What else is booked there, and what other runs of the customer ask for that is not booked yet."""
    own = (inquiry.request.kind, inquiry.request.subject)
    booked = {(change.kind, change.subject): change for change in inquiry.context.changes}
    for workflow_id in sorted(inquiry.context.open_runs):
        kind, _, subject = workflow_id.split("/", 2)
        if kind in CONFIGURED:
            booked.setdefault((kind, subject), BookedChange(kind=kind, subject=subject))
    return tuple(change for subject, change in booked.items() if subject != own)


def booked_beside(inquiry: CustomerInquiry) -> dict[str, Any]:
    """What is booked beside it, for the warning; nothing where nothing is (ED14)."""
    rows = [change_row(change) for change in beside(inquiry) if change.effective_at is not None]
    return {"booked": rows} if rows else {}
