"""Events as they arrive: CloudEvents in both modes, read into one value. Nothing here calls anybody."""

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cloudevents.core.bindings.http import HTTPMessage, from_http
from cloudevents.core.exceptions import (
    BaseCloudEventException,
    CloudEventValidationError,
    MissingRequiredAttributeError,
)
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent
from pydantic import ValidationError

from portal.problems import PortalProblem, malformed, malformed_fields
from states.kinds.registry import KINDS
from states.model.request import CUSTOMER_MESSAGES, OPERATOR_MESSAGES, Request

TYPE = re.compile(r"jtl\.cancellation\.([a-z]+(?:-[a-z]+)*)\.v1")
WORKFLOW_ID = re.compile(r"[a-z_]{1,40}/[A-Za-z0-9._-]{1,40}/[A-Za-z0-9._-]{1,64}")
CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
EVENTS = ("requested", *CUSTOMER_MESSAGES, *OPERATOR_MESSAGES)
UNREADABLE = (
    BaseCloudEventException,
    ValueError,
    TypeError,
    AttributeError,
    KeyError,
    OverflowError,
    RecursionError,
)
"""What the library raises for a body or header that is none of its own."""
LONGEST_ATTRIBUTE = 400
AHEAD = timedelta(minutes=5)
"""How far a sender's clock may be ahead (contract, `MAX_EVENT_AGE`)."""


@dataclass(frozen=True)
class IncomingEvent:
    """A CloudEvent that can be read. `event` is the update's name once it is known to be one."""

    source: str
    id: str
    type: str
    subject: str | None
    time: datetime | None
    data: Any

    @property
    def hash(self) -> str:
        """The hash of what it says: the same event in another mode or order of fields is the same."""
        said = [self.type, self.subject, self.time.isoformat() if self.time else None, self.data]
        return hashlib.sha256(json.dumps(said, sort_keys=True).encode()).hexdigest()

    @property
    def update_id(self) -> str:
        """The update's ID at Temporal: the same for the same (source, id), so that Temporal drops doubles too."""
        return "event-" + hashlib.sha256(json.dumps([self.source, self.id]).encode()).hexdigest()[:40]


@dataclass(frozen=True)
class RunCommand:
    """An event that may go to a run: the update's name, the run's workflow ID, the payload."""

    event: str
    workflow_id: str
    payload: dict[str, Any]
    update_id: str
    request: Request | None = None

    @property
    def customer(self) -> str:
        """Whom it concerns."""
        return self.workflow_id.split("/")[1]


def read_event(headers: Mapping[str, str], body: bytes) -> IncomingEvent:
    """The CloudEvent, in structured or binary mode. Raises `malformed`."""
    message = HTTPMessage(dict(headers), body)
    try:
        found = taken(message)
        json.dumps(found.data, allow_nan=False)
        json.dumps(found.data, ensure_ascii=False).encode()
    except UNREADABLE as error:
        check_written(message)
        raise malformed("not_a_cloudevent", why=short(error)) from error
    for field, value in (("source", found.source), ("id", found.id), ("type", found.type), ("subject", found.subject)):
        if value is not None and (len(value) > LONGEST_ATTRIBUTE or CONTROL.search(value)):
            raise malformed("attribute", field=field, limit=LONGEST_ATTRIBUTE)
    return found


def taken(message: HTTPMessage) -> IncomingEvent:
    """The attributes we use; data that came as bytes or text is read as JSON where it is JSON."""
    timed: list[bool] = []

    def strict(attributes: dict[str, Any], data: Any) -> CloudEvent:
        """The library would make up an id, a version and a time."""
        missing = [name for name in ("specversion", "id") if name not in attributes]
        if missing:
            raise CloudEventValidationError({name: [MissingRequiredAttributeError(name)] for name in missing})
        timed.append("time" in attributes)
        return CloudEvent(attributes, data)

    event = from_http(without_nulls(message), JSONFormat(), strict)
    data: Any = event.get_data()
    if isinstance(data, bytes | str):
        with suppress(ValueError):
            data = json.loads(data)
    moment = event.get_time() if timed[0] else None
    return IncomingEvent(
        source=event.get_source(),
        id=event.get_id(),
        type=event.get_type(),
        subject=event.get_subject(),
        time=moment.astimezone(UTC) if moment else None,
        data=data.decode("utf-8", "replace") if isinstance(data, bytes) else data,
    )


def check_written(message: HTTPMessage) -> None:
    """Raise `malformed` where it is the event's time that cannot be read: the library does not say so."""
    given: Any = next((value for name, value in message.headers.items() if name.lower() == "ce-time"), None)
    if given is None:
        with suppress(ValueError, AttributeError, RecursionError):
            given = json.loads(message.body).get("time")
    if given is None:
        return
    try:
        readable = datetime.fromisoformat(given).tzinfo is not None
    except (ValueError, TypeError):
        readable = False
    if not readable:
        raise malformed("time", given=str(given)[:40])


def without_nulls(message: HTTPMessage) -> HTTPMessage:
    """In structured mode an attribute that is null is one that is not there (CloudEvents, JSON format, 2.3)."""
    if any(name.lower().startswith("ce-") for name in message.headers):
        return message
    document = json.loads(message.body)
    if not isinstance(document, dict):
        raise ValueError("the body is no JSON object")
    given = {name: value for name, value in document.items() if value is not None}
    return HTTPMessage(message.headers, json.dumps(given).encode())


def short(error: Exception) -> str:
    """What the library says, on one line and not endless."""
    return " ".join(str(error).split())[:300] or type(error).__name__


def decision_of(inbound: IncomingEvent, acted_at: datetime) -> RunCommand:
    """What the event asks of which run. `acted_at`: its time, or the moment of receipt. Raises `malformed`."""
    match = TYPE.fullmatch(inbound.type)
    event = match[1].replace("-", "_") if match else ""
    if event not in EVENTS:
        raise malformed("type", given=inbound.type, known=[name.replace("_", "-") for name in EVENTS])
    if not isinstance(inbound.data, dict):
        raise malformed("data")
    payload = inbound.data | {"time": acted_at.isoformat()}
    if event == "requested":
        request = read_request(payload)
        document = request.model_dump(mode="json", exclude_unset=True)
        return RunCommand(event, request.workflow_id, document, inbound.update_id, request)
    return RunCommand(event, subject_of(inbound), payload, inbound.update_id)


def subject_of(inbound: IncomingEvent) -> str:
    """The workflow ID that the event names. Raises `malformed`."""
    if not inbound.subject:
        raise malformed("subject_missing")
    if not WORKFLOW_ID.fullmatch(inbound.subject):
        raise malformed("subject_wrong", given=inbound.subject)
    return inbound.subject


def read_request(data: Any) -> Request:
    """A `requested` document, judged by its fields and by its kind. Raises `malformed`, naming field and remedy."""
    if not isinstance(data, dict):
        raise malformed("data")
    kind = data.get("kind")
    if isinstance(kind, str) and kind not in KINDS:
        raise malformed("kind", given=kind[:80], known=list(KINDS))
    try:
        request = Request.model_validate(data)
    except ValidationError as error:
        raise malformed_fields(error) from error
    if len(request.subject) > 40 and request.kind != "misclick":
        raise malformed("subject_long")
    wrong = KINDS[request.kind].malformed(request)
    if wrong:
        raise PortalProblem("malformed", values={"fault": wrong}, customer=request.customer)
    return request


def check_time(moment: datetime, now: datetime, oldest: timedelta) -> None:
    """Raise `malformed` where the event's time is out of bounds (contract, `MAX_EVENT_AGE`)."""
    if moment < now - oldest:
        raise malformed("too_old", given=moment.isoformat(), limit=spoken(oldest))
    if moment > now + AHEAD:
        raise malformed("too_early", given=moment.isoformat())


def spoken(duration: timedelta) -> str:
    """A duration as it is set: ISO 8601, in days or seconds."""
    return (
        f"P{duration.days}D" if duration % timedelta(days=1) == timedelta(0) else f"PT{int(duration.total_seconds())}S"
    )
