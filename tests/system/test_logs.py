"""Logs: one JSON object a line whoever writes it, with run and event, and no traceback for what a line explains."""

import io
import json
import logging
import warnings
from collections.abc import Iterator
from dataclasses import replace
from types import SimpleNamespace
from typing import Any

import pytest
import structlog
from temporalio.exceptions import ApplicationError
from temporalio.testing import ActivityEnvironment

from activities.ports import Unavailable
from logs import configure_logs


@pytest.fixture
def lines() -> Iterator[Any]:
    """What was logged; afterwards all is as it was."""
    root, was = logging.getLogger(), structlog.get_config()
    handlers, level = root.handlers[:], root.level
    stream = io.StringIO()
    configure_logs(stream)
    yield lambda: [json.loads(line) for line in stream.getvalue().splitlines()]
    root.handlers[:] = handlers
    root.setLevel(level)
    logging.captureWarnings(False)
    structlog.configure(**was)


def test_every_logger_writes_the_same_form(lines):
    structlog.get_logger("ours").info("taken", state="order")
    for name in ("uvicorn.error", "alembic.runtime.migration", "temporalio.worker", "sqlalchemy.pool"):
        logging.getLogger(name).warning("said by %s", name)
    warnings.warn("careful", UserWarning, stacklevel=1)
    found = lines()
    assert len(found) == 6 and all(list(line)[:3] == ["timestamp", "level", "event"] for line in found)
    assert found[0] | {"level": "info", "event": "taken", "state": "order", "logger": "ours"} == found[0]
    assert [line["logger"] for line in found[1:5]] == [line["event"].rpartition(" ")[2] for line in found[1:5]]


def test_what_the_sdk_says_of_a_run_stands_in_our_fields(lines):
    details = {"workflow_id": "edition/K-1/jtl", "run_id": "r", "update_id": "event-1", "namespace": "default"}
    logging.getLogger("temporalio.workflow").info("news", extra={"temporal_workflow": details})
    core = SimpleNamespace(fields={"workflow_id": "edition/K-2/jtl", "error": ValueError("x")})
    logging.getLogger("temporalio.core").warning("Failing workflow task", extra={"temporal_log": core})
    workflow, of_core = lines()
    assert workflow | {"workflow_id": "edition/K-1/jtl", "run_id": "r", "update_id": "event-1"} == workflow
    assert of_core["workflow_id"] == "edition/K-2/jtl" and of_core["detail"] == {"error": "ValueError('x')"}


async def test_what_an_activity_logs_names_its_run(lines):
    async def performed() -> None:
        structlog.get_logger("ours").warning("mail_refused")

    env = ActivityEnvironment()
    env.info = replace(env.info, workflow_id="edition/K-1/jtl", workflow_run_id="r", activity_type="notify")
    await env.run(performed)
    (line,) = lines()
    assert (line["workflow_id"], line["run_id"], line["activity"]) == ("edition/K-1/jtl", "r", "notify")


def test_what_is_bound_to_a_call_stands_in_every_line_of_it(lines):
    with structlog.contextvars.bound_contextvars(event_id="1", update_id="event-1"):
        structlog.get_logger("ours").info("taken")
        logging.getLogger("sqlalchemy.pool").warning("slow")
    assert [(line["event_id"], line["update_id"]) for line in lines()] == [("1", "event-1")] * 2


@pytest.mark.parametrize("error", [Unavailable("it\ndoes not answer"), ApplicationError("it does not answer")])
def test_an_error_that_explains_itself_has_no_traceback(lines, error):
    try:
        raise error
    except type(error):
        logging.getLogger("temporalio.activity").warning("Completing activity as failed", exc_info=True)
        structlog.get_logger("ours").warning("failed", exc_info=error)
    for line in lines():
        assert "exception" not in line and "exc_info" not in line
        assert (line["error"], line["reason"]) == (type(error).__name__, "it does not answer")


def test_a_bug_is_logged_whole_in_one_line(lines):
    try:
        raise KeyError("bug")
    except KeyError:
        structlog.get_logger("ours").exception("call_failed")
    (line,) = lines()
    assert line["level"] == "error" and "Traceback" in line["exception"] and "KeyError" in line["exception"]
