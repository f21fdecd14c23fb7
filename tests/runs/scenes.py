"""Customers, and what tests of whole runs look at: a status that comes about, the mails written, the timeline."""

import asyncio
from collections.abc import Callable
from datetime import datetime
from email import message_from_bytes
from email.policy import default
from pathlib import Path
from typing import Any

from tests.runs.harness import Run, World

Status = dict[str, Any]

TRACKING = {"licence": "T-1", "product": "track_and_trace"}
"""Included in JTL Pro, not available below it (SH2)."""
REGISTERS = [{"licence": f"P-{number}", "product": "pos_wawi"} for number in range(1, 6)]
"""Five registers: what JTL Pro allows, two more than JTL Advanced does (POS2)."""
VOUCHERS = {"licence": "V-1", "product": "vouchers"}


def muster(*licences: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The guide's customer: JTL Pro and WMS Pro, package 2.500."""
    editions = {"jtl": "jtl_pro", "wms": "wms_pro"}
    base = {"customer": "K-1001", "name": "Muster GmbH", "email": "kontakt@muster.example", "language": "de"}
    return base | {"editions": editions, "order_package": 2500, "licences": list(licences)} | fields


async def downgrade(world: World, target: str = "jtl_advanced", subject: str = "jtl", **more: Any) -> Run:
    """A request for a lower edition."""
    return await world.request("edition", "K-1001", subject, target=target, **more)


async def orderable(world: World, target: str = "jtl_advanced", **more: Any) -> Run:
    """An edition's run as far as `order`."""
    run = await downgrade(world, target, **more)
    assert (await run("acknowledge_warning"))["state"] == "order"
    return run


async def ordered(world: World, placed_at: str, target: str = "jtl_advanced", **more: Any) -> Run:
    """An edition's run with its order booked."""
    run = await orderable(world, target, **more)
    assert (await run("place_order", time=placed_at))["state"] == "scheduled"
    return run


async def until(run: Run, holds: Callable[[Status], Any]) -> Status:
    """The status as soon as it holds; news of other runs arrive by themselves.

    The server's time passes by itself; what an activity takes on a busy machine is real, hence the short pauses.
    """
    for turn in range(300):
        status = await run.status()
        if holds(status):
            return status
        await run.world.env.sleep(1)
        await asyncio.sleep(0.2 if turn > 20 else 0)
    raise AssertionError(f"did not come about: {status['state']}, {status['waiting_for']}, {status['timeline'][-3:]}")


async def in_state(run: Run, state: str) -> Status:
    """The status as soon as the run is in a state."""
    return await until(run, lambda status: status["state"] == state)


async def cleared(run: Run) -> Status:
    """The status in `order` as soon as nothing is in surplus: a licence's run tells that its end is booked, then that
    it is made, and only the check after the second no longer finds the licence."""
    return await until(run, lambda status: status["state"] == "order" and not status["surplus"])


def at(text: str | None) -> datetime:
    """A moment of a document."""
    assert text is not None
    return datetime.fromisoformat(text)


def codes(status: Status) -> list[str]:
    """The codes of the warnings."""
    return [warning["code"] for warning in status["warnings"]]


def warning(status: Status, code: str) -> str:
    """The text of a warning."""
    return next(str(one["text"]) for one in status["warnings"] if one["code"] == code)


def events(status: Status) -> list[str]:
    """What happened, in order."""
    return [line["event"] for line in status["timeline"]]


def types(status: Status) -> list[str]:
    """The types of the open tasks."""
    return [task["type"] for task in status["tasks"]]


def open_surplus(status: Status) -> list[str | None]:
    """The unresolved entries by licence; None for one above a limit."""
    return [entry["licence"] for entry in status["surplus"] if not entry["resolved"]]


def mails(world: World) -> list[tuple[str, str, str]]:
    """Recipient, subject and body of every mail written."""
    folder = Path(world.settings.state_dir) / "mail"
    found = []
    for path in sorted(folder.glob("*.eml")) if folder.exists() else []:
        mail = message_from_bytes(path.read_bytes(), policy=default)
        body = mail.get_body()
        found.append((str(mail["To"]), str(mail["Subject"]), str(body.get_content()) if body else ""))
    return found
