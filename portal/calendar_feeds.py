"""A customer's calendar feed: its address, which nobody can guess, is made anew when the customer likes."""

import secrets
from datetime import UTC, datetime
from typing import Any

from activities.sql.calendar_feeds import CalendarFeed
from portal.board import board_of_pages
from portal.context import Portal
from portal.problems import PortalProblem, unknown_customer
from portal.schemas import Calendar, CalendarChange

FEED = "/my/calendar/{secret}.ics"
SECRET_BYTES = 16


def calendar(portal: Portal, customer: str) -> dict[str, Any]:
    """Whether the customer has a feed, and when it reminds. Blocks. Raises `unknown_customer`."""
    check_customer(portal, customer)
    return answer_of(customer, portal.adapters.calendar_feeds.of_customer(customer))


def change_calendar(portal: Portal, customer: str, change: CalendarChange, secret: str | None = None) -> dict[str, Any]:
    """Make an address where there is none or another is wanted, and remind as is wanted. Blocks.

    `secret`: that of the address, where whoever asks for it twice shall get the same. Raises `unknown_customer`, and
    `changed` for the secret of a former address.
    """
    check_customer(portal, customer)
    feeds = portal.adapters.calendar_feeds
    present, url = feeds.of_customer(customer), None
    remind_before: int | None = change.remind_before
    if present is not None and "remind_before" not in change.model_fields_set:
        remind_before = present.remind_before
    if present is None or change.renew:
        secret = secret or secrets.token_hex(SECRET_BYTES)
        if not feeds.renew(customer, secret, remind_before, datetime.now(UTC)):
            raise PortalProblem("changed", values={"fault": "calendar_former"})
        url = portal.settings.public_url + FEED.format(secret=secret)
    else:
        feeds.remind(customer, remind_before)
    return answer_of(customer, feeds.of_customer(customer), url)


def end_calendar(portal: Portal, customer: str) -> dict[str, Any]:
    """Let the address end. Blocks. Raises `unknown_customer`."""
    check_customer(portal, customer)
    portal.adapters.calendar_feeds.end(customer, datetime.now(UTC))
    return answer_of(customer, None)


def feed(portal: Portal, secret: str) -> dict[str, Any]:
    """What the feed at an address shows: the customer's board. Blocks. Raises `not_found`."""
    found = portal.adapters.calendar_feeds.of_secret(secret)
    if found is None or portal.adapters.records.customer(found.customer) is None:
        raise PortalProblem("not_found", values={"fault": "calendar_unknown"})
    return {"remind_before": found.remind_before, "board": board_of_pages(portal, found.customer)}


def check_customer(portal: Portal, customer: str) -> None:
    """Raise `unknown_customer`."""
    if portal.adapters.records.customer(customer) is None:
        raise unknown_customer(customer)


def answer_of(customer: str, present: CalendarFeed | None, url: str | None = None) -> dict[str, Any]:
    """The document. `url`: of an address that was just made; nobody can say it later."""
    answer = Calendar(
        customer=customer,
        since=present.made_at if present else None,
        remind_before=present.remind_before if present else None,
        url=url,
    )
    return answer.model_dump(mode="json")
