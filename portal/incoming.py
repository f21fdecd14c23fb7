"""Events as they arrive: CloudEvents in both modes, read into one value. Nothing here calls anybody."""

import hashlib
import json
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import unquote

from cloudevents.core.bindings.http import HTTPMessage, from_http
from cloudevents.core.exceptions import (
    BaseCloudEventException,
    CloudEventValidationError,
    CustomExtensionAttributeError,
    InvalidAttributeTypeError,
    MissingRequiredAttributeError,
)
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import REQUIRED_ATTRIBUTES, CloudEvent

from activities.sql.inbox import InboxEntry
from portal.event_types import EVENTS_BY_TYPE
from portal.problems import PortalProblem, malformed
from portal.strict_json import NotPlain, check_plain, is_json, media_type_of, read_document, read_filled, read_json
from states.chart.admission import out_of_bounds, unlisted_reason
from states.kinds.registry import KINDS
from states.model.base import WORKFLOW_ID
from states.model.facts import Refusal, RunSettings
from states.model.payload_errors import readable
from states.model.request import Request, Sent

CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:[0-9]{2})"
)
"""The form of moments in CloudEvents."""
UNREADABLE = (BaseCloudEventException, ValueError, TypeError, AttributeError, KeyError, OverflowError, RecursionError)
"""What the library raises: its own errors, and others for a body or header whose form it does not expect."""
LONGEST_ATTRIBUTE = 400
STRUCTURED = "application/cloudevents+json"
PORTALS_OWN = ("received_at", "promised", "operator")
"""What a portal says of a message to a run, and nobody else to a portal."""


@dataclass(frozen=True)
class IncomingEvent:
    """A CloudEvent that can be read. `time`: when the customer acted, as its attribute or its data say, if they do."""

    source: str
    id: str
    type: str
    subject: str | None
    time: datetime | None
    data: Any

    @property
    def content(self) -> dict[str, Any]:
        """All that the event says, as it is kept."""
        time = self.time.isoformat() if self.time else None
        return {"type": self.type, "subject": self.subject, "time": time, "data": self.data}

    @property
    def named(self) -> tuple[str | None, ...]:
        """Its attributes: what tells it from every other event, whatever data both have."""
        return self.source, self.id, self.type, self.subject, self.content["time"]

    @property
    def run(self) -> str:
        """The workflow ID of the run that the event is for, as far as it says so."""
        data = self.data if isinstance(self.data, dict) else {}
        return (
            self.subject
            or "/".join(str(data.get(name)) for name in ("kind", "customer", "subject"))[:LONGEST_ATTRIBUTE]
        )

    @property
    def hash(self) -> str:
        """The hash of the content: the same event in another mode or order of fields is the same."""
        return hashlib.sha256(json.dumps(self.content, sort_keys=True).encode()).hexdigest()

    @property
    def names(self) -> dict[str, str]:
        """What the logs call it."""
        return {"event_source": self.source, "event_id": self.id, "workflow_id": self.run}

    def of_source(self, source: str) -> "IncomingEvent":
        """The same event, as sent by another source."""
        return replace(self, source=source)

    @property
    def label(self) -> str:
        """The event's name for counters: whatever is not known is `unknown`, so that labels stay few."""
        return EVENTS_BY_TYPE.get(self.type, "unknown")


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
        """The customer whose run it is."""
        return self.workflow_id.split("/")[1]


class StrictCloudEvent(CloudEvent):
    """A CloudEvent that lacks what its sender left out: the library would make up a version, an ID and a time."""

    def __init__(self, attributes: dict[str, Any], data: Any = None) -> None:
        missing = [name for name in REQUIRED_ATTRIBUTES if name not in attributes]
        if missing:
            raise CloudEventValidationError({name: [MissingRequiredAttributeError(name)] for name in missing})
        super().__init__(attributes, data)


def read_event(headers: Mapping[str, str], body: bytes) -> IncomingEvent:
    """The CloudEvent, in structured or binary mode. Raises `malformed`."""
    message = in_one_mode(headers, body)
    try:
        check_body(message)
        message, time = without_time(message)
        event = converted(from_http(message, JSONFormat(), StrictCloudEvent), time)
        check_plain(event.data)
    except NotPlain as error:
        raise malformed("not_a_cloudevent", why=[error.fault]) from error
    except CloudEventValidationError as error:
        raise malformed("not_a_cloudevent", why=faults_in(error)) from error
    except UNREADABLE as error:
        raise malformed("not_a_cloudevent", why=[{"key": "json.data"}]) from error
    for field in ("source", "id", "type", "subject"):
        value = getattr(event, field)
        if value is not None and (len(value) > LONGEST_ATTRIBUTE or CONTROL.search(value)):
            raise malformed("attribute", field=field, limit=LONGEST_ATTRIBUTE)
    return event


def faults_in(error: CloudEventValidationError) -> list[dict[str, Any]]:
    """What is wrong with each attribute."""
    return [{"field": name} | fault_of(name, found[0]) for name, found in error.errors.items()]


def fault_of(name: str, error: Exception) -> dict[str, Any]:
    """What is wrong with an attribute, in our words."""
    if isinstance(error, MissingRequiredAttributeError):
        return {"key": "shape.missing"}
    if isinstance(error, InvalidAttributeTypeError):
        return {"key": "shape.text"}
    if isinstance(error, CustomExtensionAttributeError):
        return {"key": "json.name"}
    return {"key": "shape.one_of", "expected": "1.0"} if name == "specversion" else {"key": "shape.empty"}


def converted(event: Any, time: datetime | None) -> IncomingEvent:
    """The attributes that we use; data that came as bytes or text is read as JSON where it is JSON."""
    data = event.get_data()
    if isinstance(data, bytes | str):
        with suppress(ValueError):
            data = read_json(data.encode() if isinstance(data, str) else data)
    if isinstance(data, bytes):
        data = data.decode("utf-8", "replace")
    moment = moment_said(time, data)
    if isinstance(data, dict):
        data = {name: value for name, value in data.items() if name != "time"}
    return IncomingEvent(
        source=event.get_source(),
        id=event.get_id(),
        type=event.get_type(),
        subject=event.get_subject(),
        time=moment,
        data=data,
    )


def moment_said(attribute: datetime | None, data: Any) -> datetime | None:
    """When the customer acted: the attribute `time` and `data.time` mean the same, and one of them suffices.

    Raises `malformed` where they differ, where `data.time` is wrong, and for what only a portal may say.
    """
    if not isinstance(data, dict):
        return attribute
    check_own(data)
    within = read_document(Sent, {"time": data.get("time")}).time
    if attribute is not None and within is not None and attribute != within:
        raise malformed("two_times", attribute=attribute.isoformat(), data=within.isoformat())
    return attribute or within


def check_own(data: Any) -> None:
    """Raise `malformed` for what a portal says to a run, where somebody says it to the portal."""
    own = [{"field": name, "what": "unknown"} for name in PORTALS_OWN if isinstance(data, dict) and name in data]
    if own:
        raise malformed(own)


def without_time(message: HTTPMessage) -> tuple[HTTPMessage, datetime | None]:
    """The message without its attribute `time`, and that: the library reads more forms than the format has.

    In structured mode an attribute that is null is one that is not there (CloudEvents, JSON format, 2.3). Raises
    `malformed` for what is no moment of RFC 3339, or none that `data.time` may be.
    """
    if is_binary(message):
        headers = {name: value for name, value in message.headers.items() if name.lower() != "ce-time"}
        said: Any = next((unquote(value) for name, value in message.headers.items() if name not in headers), None)
        rest = HTTPMessage(headers, message.body)
    else:
        document = read_json(message.body)
        if not isinstance(document, dict):
            raise NotPlain("no_object")
        attributes = {name: value for name, value in document.items() if value is not None}
        said = attributes.pop("time", None)
        rest = HTTPMessage(message.headers, json.dumps(attributes).encode())
    if said is not None and not (isinstance(said, str) and RFC_3339.fullmatch(said)):
        raise malformed("time", given=readable(said if isinstance(said, str) else json.dumps(said), 40))
    return rest, read_document(Sent, {"time": said}).time


def in_one_mode(headers: Mapping[str, str], body: bytes) -> HTTPMessage:
    """The message, without attributes as headers where its mode is structured: it has them in its body."""
    binary = in_binary_mode(headers, body)
    return HTTPMessage({name: value for name, value in headers.items() if binary or not is_attribute(name)}, body)


def in_binary_mode(headers: Mapping[str, str], body: bytes) -> bool:
    """Whether the attributes are headers. Where the content type says structured mode it is (CloudEvents, HTTP, 3),
    unless the body has no attributes, and the headers do."""
    attributes = [name.lower() for name in headers if is_attribute(name)]
    if media_type_of(content_type_of(headers)) == STRUCTURED:
        return "ce-specversion" in attributes and not says_version(body)
    return bool(attributes)


def says_version(body: bytes) -> bool:
    """Whether a body is an event in structured mode, right or wrong."""
    with suppress(ValueError):
        document = read_json(body)
        return isinstance(document, dict) and "specversion" in document
    return False


def is_attribute(name: str) -> bool:
    """Whether a header is an attribute of an event in binary mode."""
    return name.lower().startswith("ce-")


def is_binary(message: HTTPMessage) -> bool:
    """Whether the attributes are headers, of a message in one mode."""
    return any(is_attribute(name) for name in message.headers)


def content_type_of(headers: Mapping[str, str]) -> str:
    """What the body is said to be."""
    return next((value for name, value in headers.items() if name.lower() == "content-type"), "")


def check_body(message: HTTPMessage) -> None:
    """Raise `ValueError` for JSON of two meanings in binary mode, where the library would read it its own way."""
    if is_binary(message) and message.body and is_json(content_type_of(message.headers)):
        read_json(message.body)


def event_of(entry: InboxEntry) -> IncomingEvent:
    """An event as it was kept."""
    content = dict(entry.content)
    time = content.pop("time")
    return IncomingEvent(entry.source, entry.id, time=datetime.fromisoformat(time) if time else None, **content)


def update_id(entry: InboxEntry) -> str:
    """The update's ID at Temporal: the same for the same (source, id), so that Temporal drops doubles too.

    Another one after each refusal, which Temporal would answer for ever.
    """
    named = [entry.source, entry.id, *([entry.attempt] if entry.attempt else [])]
    return "event-" + hashlib.sha256(json.dumps(named).encode()).hexdigest()[:40]


def command_of(event: IncomingEvent, entry: InboxEntry, operator: str | None = None) -> RunCommand:
    """What the event asks of which run, with when it was first received and what was promised. Raises `malformed`.

    `operator`: who asks for a cancellation on the customer's behalf.
    """
    name = EVENTS_BY_TYPE.get(event.type)
    if name is None:
        names = [known.replace("_", "-") for known in EVENTS_BY_TYPE.values()]
        raise malformed("type", given=event.type, known=names)
    if not isinstance(event.data, dict):
        raise malformed("data")
    said = event.data | ({"time": event.time.isoformat()} if event.time else {})
    own = {"received_at": entry.received_at.isoformat()} | ({"promised": True} if entry.stage else {})
    if name == "requested":
        request = read_request(said)
        if event.subject is not None and event.subject != request.workflow_id:
            raise malformed("subject_other", given=event.subject, made=request.workflow_id)
        document = request.model_dump(mode="json", exclude_unset=True) | own
        document |= {"operator": operator} if operator else {}
        return RunCommand(name, request.workflow_id, document, update_id(entry), request)
    if not event.subject:
        raise malformed("subject_missing")
    if not WORKFLOW_ID.fullmatch(event.subject):
        raise malformed("subject_wrong", given=event.subject)
    return RunCommand(name, event.subject, said | own, update_id(entry))


def read_request(data: Any) -> Request:
    """A `requested` document, judged by its fields and by its kind. Raises `malformed`, naming field and remedy."""
    if not isinstance(data, dict):
        raise malformed("data")
    check_own(data)
    kind = data.get("kind")
    if isinstance(kind, str) and kind not in KINDS:
        raise malformed("kind", given=kind[:80], known=list(KINDS))
    request = read_filled(Request, data)
    if len(request.subject) > 40 and request.kind != "misclick":
        raise malformed("subject_long")
    refusal = KINDS[request.kind].refusal_of_document(request)
    if refusal is not None:
        raise PortalProblem(refusal.code, values=refusal.values, customer=request.customer)
    return request


def check_said(command: RunCommand, time: datetime | None, received_at: datetime, settings: RunSettings) -> None:
    """Raise `malformed` where the moment said was out of bounds when it was first received (`MAX_EVENT_AGE`).

    Of a `requested` document also for a reason that is not listed.
    """
    refusal = out_of_bounds(Sent(time=time), received_at, settings)
    raise_refusal(refusal, settings)
    if command.request is not None:
        check_reason(command.request, settings)


def check_reason(request: Request, settings: RunSettings) -> None:
    """Raise `malformed` for a reason that is none of the catalogue's list."""
    raise_refusal(unlisted_reason(request.reason, settings), settings)


def raise_refusal(refusal: Refusal | None, settings: RunSettings) -> None:
    """Raise what a run would refuse, as the portal's own refusal."""
    if refusal is not None:
        raise PortalProblem(refusal.code, rule=refusal.rule, values=refusal.values | {"zone": settings.zone})
