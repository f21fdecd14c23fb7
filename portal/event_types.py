"""The types of the CloudEvents that portals send: `jtl.cancellation.<event>.v1`, with `-` for `_`."""

from states.model.request import CUSTOMER_MESSAGES, OPERATOR_MESSAGES


def event_type(event: str) -> str:
    """The type under which an event of that name is sent."""
    return f"jtl.cancellation.{event.replace('_', '-')}.v1"


EVENTS_BY_TYPE = {event_type(event): event for event in ("requested", *CUSTOMER_MESSAGES, *OPERATOR_MESSAGES)}
"""The events that the portal takes: `requested`, and the updates of a run."""
