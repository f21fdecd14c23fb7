"""What tests read off a status document, and the mails that a run has had written."""

from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any, NamedTuple

from tests.runs.harness import World

Status = dict[str, Any]

FEBRUARY = "2027-01-31T23:00:00Z"
"""00:00 in Berlin of the day after the last usable day 31 January (X6)."""


def moment(text: str | None) -> datetime:
    """A moment of a document."""
    assert text is not None
    return datetime.fromisoformat(text)


def warning_codes(status: Status) -> list[str]:
    """The codes of the warnings."""
    return [warning["code"] for warning in status["warnings"]]


def warning_text(status: Status, code: str) -> str:
    """The text of a warning."""
    return next(str(warning["text"]) for warning in status["warnings"] if warning["code"] == code)


def timeline_events(status: Status) -> list[str]:
    """What happened, in order."""
    return [line["event"] for line in status["timeline"]]


def task_types(status: Status) -> list[str]:
    """The types of the open tasks."""
    return [task["type"] for task in status["tasks"]]


def open_surplus(status: Status) -> list[str | None]:
    """The unresolved entries by licence; None for one above a limit."""
    return [entry["licence"] for entry in status["surplus"] if not entry["resolved"]]


class Mail(NamedTuple):
    """A mail as it was written."""

    to: str
    subject: str
    body: str


def mails(world: World) -> list[Mail]:
    """Every mail written."""
    folder = Path(world.settings.state_dir) / "mail"
    written = []
    for path in sorted(folder.glob("*.eml")) if folder.exists() else []:
        mail = message_from_bytes(path.read_bytes(), policy=default)
        body = mail.get_body(("plain",))
        written.append(Mail(str(mail["To"]), str(mail["Subject"]).strip(), str(body.get_content()) if body else ""))
    return written
