"""The example customers and portal events: loaded and played once, however often all is started.

What is to be played is written down with its times before anything is sent, so a start that was cut short goes on
with the very same events; the portal's inbox does the rest.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
from pydantic import BaseModel
from standardwebhooks import Webhook

from activities.customer_centre import load_customers
from settings import Settings

ROOT = Path(__file__).resolve().parent.parent
SOURCE = "examples"
PLACED_ON = 8
"""The day of last month on which the past order was placed: in time for this month's first in any month (D1)."""
AHEAD = timedelta(days=45)
"""So far ahead a term ends at least, whenever the examples are loaded."""
TRIES = 12


class Event(BaseModel):
    """A portal event to play. `answer`: the status of the final answer, once there was one."""

    id: str
    type: str
    subject: str | None = None
    time: datetime
    data: dict[str, Any]
    answer: int | None = None


class Played(BaseModel):
    """What is remembered in the state folder."""

    events: list[Event]

    def unanswered(self) -> list[Event]:
        """What is still to be played."""
        return [event for event in self.events if event.answer is None]


def folder() -> Path:
    """Where the examples are: beside the sources, or where the distribution put them."""
    beside = ROOT / "examples"
    return beside if beside.is_dir() else Path(sys.prefix) / "share" / "cancellations" / "examples"


def base_url(settings: Settings) -> str:
    """Where the portal is reached from this machine."""
    host = settings.portal_host
    reached = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{reached}:{settings.portal_port}"


def portal(settings: Settings) -> httpx.AsyncClient:
    """A client of the portal, with an operator's token where one is needed; never by way of a proxy."""
    token = next(iter(settings.operator_tokens.values()), None)
    headers = {"authorization": f"Bearer {token.get_secret_value()}"} if token else {}
    return httpx.AsyncClient(base_url=base_url(settings), headers=headers, timeout=15, trust_env=False)


async def prepare(settings: Settings, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> Played:
    """On the first start: load the customers and write down the events. Later: what was written down then."""
    memory = settings.state_dir / "examples.json"
    if memory.exists():
        return Played.model_validate_json(memory.read_text(encoding="utf-8"))
    zone = settings.time_zone
    customers = settings.state_dir / "customers.jsonl"
    lines = (folder() / "customers.jsonl").read_text(encoding="utf-8").splitlines()
    moved = [json.dumps(in_time(json.loads(line), now().date()), ensure_ascii=False) for line in lines]
    customers.write_text("\n".join(moved) + "\n", encoding="utf-8")
    await load_customers(settings, customers)
    events = (folder() / "events.jsonl").read_text(encoding="utf-8").splitlines()
    played = Played(events=timed([json.loads(line) for line in events], now(), zone))
    save(settings, played)
    return played


def in_time(value: Any, today: date) -> Any:
    """The same record, with each term's end moved on by whole years until it lies ahead."""
    if isinstance(value, list):
        return [in_time(one, today) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: moved_on(date.fromisoformat(entry), today).isoformat()
        if name in ("term_ends", "ends") and entry
        else in_time(entry, today)
        for name, entry in value.items()
    }


def moved_on(day: date, today: date) -> date:
    """The day, or the same in a later year (28 February for the 29th)."""
    while day < today + AHEAD:
        day = day.replace(year=day.year + 1) if (day.month, day.day) != (2, 29) else date(day.year + 1, 2, 28)
    return day


def timed(events: list[dict[str, Any]], now: datetime, zone: str) -> list[Event]:
    """The events with their times: a minute apart, up to now, or one morning of last month."""
    local = now.astimezone(ZoneInfo(zone))
    morning = (local.replace(day=1) - timedelta(days=1)).replace(day=PLACED_ON, hour=9, minute=0)
    made = []
    for number, event in enumerate(events):
        at = morning if event.get("placed") == "last month" else local - timedelta(minutes=len(events))
        moment = (at + timedelta(minutes=number)).astimezone(UTC).replace(microsecond=0)
        kind = f"jtl.cancellation.{event['event']}.v1"
        made.append(Event(id=event["id"], type=kind, subject=event.get("subject"), time=moment, data=event["data"]))
    return made


def save(settings: Settings, played: Played) -> None:
    """Write down what has been played, whole or not at all."""
    memory = settings.state_dir / "examples.json"
    draft = memory.with_suffix(".tmp")
    draft.write_text(played.model_dump_json(indent=1), encoding="utf-8")
    os.replace(draft, memory)


async def play(http: httpx.AsyncClient, settings: Settings, played: Played) -> None:
    """Send what has no answer yet, in order, as the customers' portal would."""
    for event in played.unanswered():
        answer = await answered(http, settings, event)
        event.answer = answer.status_code
        save(settings, played)
        if answer.status_code != 202:
            print(f"  {event.id} was not taken: {detail(answer)}", flush=True)


async def answered(http: httpx.AsyncClient, settings: Settings, event: Event) -> httpx.Response:
    """The final answer to an event: sent again while the run is at work or a system does not answer."""
    document = event.model_dump(mode="json", exclude={"answer"}, exclude_none=True)
    body = json.dumps(document | {"specversion": "1.0", "source": SOURCE, "datacontenttype": "application/json"})
    headers = {"content-type": "application/cloudevents+json"} | signature(settings, event.id, body)
    for number in range(TRIES):
        answer = await http.post("/events", content=body.encode(), headers=headers)
        waiting = answer.status_code == 202 and "system" in answer.json().get("waiting_for", ())
        if not waiting and answer.status_code not in (500, 503):
            break
        await asyncio.sleep(min(0.5 * (number + 1), 3))
    return answer


def signature(settings: Settings, identifier: str, body: str) -> dict[str, str]:
    """The Standard Webhooks headers, where a secret is configured."""
    if not settings.webhook_secret:
        return {}
    now = datetime.now(UTC)
    signed = Webhook(settings.webhook_secret[0].get_secret_value()).sign(identifier, now, body)
    return {"webhook-id": identifier, "webhook-timestamp": str(int(now.timestamp())), "webhook-signature": signed}


def detail(answer: httpx.Response) -> str:
    """Why an event was not taken, in one line."""
    try:
        return str(answer.json()["detail"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {answer.status_code}"
