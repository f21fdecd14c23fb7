"""Logs: one JSON object a line, from everything that a program is made of, on standard output.

Ours come through structlog, all else through Python's `logging`: uvicorn, SQLAlchemy, Alembic, Temporal's SDK, and its
core, which is written in Rust and hands its own over. What belongs to a run or an event says so in the same fields:
`workflow_id`, `run_id`, `update_id`, `event_id`.
"""

import logging
import sys
from collections.abc import Mapping
from datetime import timedelta
from types import TracebackType
from typing import Any, TextIO

import structlog
from structlog.typing import EventDict, Processor, WrappedLogger
from temporalio import activity, workflow
from temporalio.exceptions import FailureError
from temporalio.runtime import LogForwardingConfig, LoggingConfig, Runtime, TelemetryConfig, TelemetryFilter
from temporalio.service import RPCError

from activities.ports import AdapterError

FIELDS = {
    "workflow_id": "workflow_id",
    "run_id": "run_id",
    "workflow_run_id": "run_id",
    "workflow_type": "workflow_type",
    "activity_type": "activity",
    "attempt": "attempt",
    "update_id": "update_id",
    "update_name": "update",
}
"""What the SDK tells of a record's run, and what it is called here."""
ALIVE_EVERY = timedelta(seconds=5)
"""How often a worker says that it lives."""
EXPLAINED = (AdapterError, FailureError, RPCError, ConnectionError, TimeoutError)
"""Errors that say in a line what happened: where they were raised helps nobody."""
QUIET = {"uvicorn.access": logging.WARNING, "httpx": logging.WARNING, "alembic.runtime.plugins": logging.WARNING}
"""Loggers whose chatter is left out, by the least level that is kept."""


def configure_logs(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send all logs of this program to `stream`, standard output unless given."""
    handler = logging.StreamHandler(stream or sys.stdout)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[*shared(), structlog.stdlib.ExtraAdder(), of_the_sdk],
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, explained, rendered],
        )
    )
    logging.basicConfig(handlers=[handler], level=level, force=True)
    for name, least in QUIET.items():
        logging.getLogger(name).setLevel(max(least, level))
    logging.captureWarnings(True)
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *shared(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )
    workflow.logger.workflow_info_on_message = activity.logger.activity_info_on_message = False
    sys.excepthook = unexpected


def prepare_core() -> None:
    """Have the SDK's core hand its logs over, and tell the server every few seconds that a worker lives.

    Before the first client is made, and in a program of its own only.
    """
    forwarding = LogForwardingConfig(
        logging.getLogger("temporalio.core"), append_target_to_name=False, append_log_fields_to_message=False
    )
    level = TelemetryFilter(core_level="WARN", other_level="ERROR")
    logs = LoggingConfig(filter=level, forwarding=forwarding)
    runtime = Runtime(telemetry=TelemetryConfig(logging=logs), worker_heartbeat_interval=ALIVE_EVERY)
    Runtime.set_default(runtime, error_if_already_set=False)


def unexpected(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    """What nobody caught is an event like any other."""
    logging.getLogger(__name__).critical("unexpected", exc_info=(kind, error, trace))


def shared() -> list[Processor]:
    """What every line gets, whoever wrote it."""
    return [
        structlog.contextvars.merge_contextvars,
        in_activity,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]


def in_activity(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """The run that an activity is performed for."""
    if activity.in_activity():
        info = activity.info()
        event.setdefault("workflow_id", info.workflow_id)
        event.setdefault("run_id", info.workflow_run_id)
        event.setdefault("activity", info.activity_type)
    return event


def of_the_sdk(_: WrappedLogger, __: str, event: EventDict) -> EventDict:
    """What the SDK says of the run beside its message, under our names; of its core's records, their fields."""
    event.pop("color_message", None)
    core = event.pop("temporal_log", None)
    details: dict[str, Any] = dict(core.fields) if core is not None else {}
    for name in ("temporal_activity", "temporal_workflow"):
        details.update(event.pop(name, None) or {})
    for name, ours in FIELDS.items():
        if details.get(name) is not None:
            event.setdefault(ours, details[name])
    if core is not None:
        event["detail"] = plain({name: value for name, value in details.items() if name not in FIELDS})
    return event


def plain(values: Mapping[str, Any]) -> dict[str, str]:
    """Values of any kind as texts."""
    return {name: value if isinstance(value, str) else repr(value) for name, value in values.items()}


def explained(logger: WrappedLogger, name: str, event: EventDict) -> EventDict:
    """An error that explains itself in its reason; of any other, where it was raised."""
    given = event.get("exc_info")
    error = sys.exc_info()[1] if given is True else given[1] if isinstance(given, tuple) else given
    if isinstance(error, EXPLAINED):
        del event["exc_info"]
        event.update({"error": type(error).__name__, "reason": " ".join(str(error).split())})
        return event
    return structlog.processors.format_exc_info(logger, name, event)


def rendered(logger: WrappedLogger, name: str, event: EventDict) -> str:
    """One line, with what happened first."""
    first = {name: event[name] for name in ("timestamp", "level", "event") if name in event}
    return str(structlog.processors.JSONRenderer(default=repr)(logger, name, first | dict(event)))
