"""Loads and plays the examples once, however often that is begun: by `make run`, or by hand.

What is to be played is written down with its times before anything is sent, so a start that was cut short goes on
with the very same events; the portal's inbox does the rest.

`python -m embedded.example_player` plays them to a portal that is up already, such as that of docker-compose.yml. It
loads no example customer over one of the same number, so that it does no harm beside real ones.
"""

import asyncio
import json
import os
import sys
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import httpx
from pydantic import BaseModel, ValidationError
from standardwebhooks import Webhook

from activities.customer_centre import LoadFailed, customer, load_customers
from activities.ports import AdapterError
from embedded.examples import Event, customers, events
from settings import Settings, checked, explain, misspelt
from states.kinds.registry import KINDS

SOURCE = "examples"
TRIES = 12
AT_ONCE = 4
"""So many customers act at the same time."""


class AlreadyStarted(Exception):
    """There are customers of these numbers already, and the examples do not replace them."""


class Played(BaseModel):
    """What is remembered in the state folder. `loaded`: the example customers are in the customer centre."""

    events: list[Event]
    loaded: bool = True

    def unanswered(self) -> list[Event]:
        """What is still to be played."""
        return [event for event in self.events if event.answer is None]


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


async def prepare(
    settings: Settings,
    oldest: timedelta | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    beside_others: bool = False,
) -> Played:
    """On the first start: write down the events and load the customers. Later: what was written down then.

    `oldest`: how old an event may be that the portal takes, `MAX_EVENT_AGE` unless given. Raises `AlreadyStarted` with
    `beside_others` where a customer of such a number is there already.
    """
    memory = settings.state_dir / "examples.json"
    today = now().date()
    if memory.exists():
        played = Played.model_validate_json(memory.read_text(encoding="utf-8"))
    else:
        records = customers(today)
        if beside_others:
            await refuse_to_replace(settings, [record["customer"] for record in records])
        played = Played(events=events(now(), settings.time_zone, oldest or settings.max_event_age), loaded=False)
        save(settings, played)
    if not played.loaded:
        await load(settings, customers(today))
        played.loaded = True
        save(settings, played)
    return played


async def refuse_to_replace(settings: Settings, numbers: Iterable[str]) -> None:
    """Raises `AlreadyStarted` where one of the customers is there already."""
    there = [number for number in numbers if await customer(settings, number) is not None]
    if there:
        raise AlreadyStarted(f"{', '.join(there)}: in the customer centre already. The examples are for an empty one.")


async def load(settings: Settings, records: list[dict[str, Any]]) -> None:
    """Load the customers as `customers load` does, from a file in the state folder."""
    path = settings.state_dir / "customers.jsonl"
    lines = [json.dumps(record, ensure_ascii=False) for record in records]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    await load_customers(settings, path)


def save(settings: Settings, played: Played) -> None:
    """Write down what has been played, whole or not at all."""
    settings.state_dir.mkdir(parents=True, exist_ok=True)
    memory = settings.state_dir / "examples.json"
    draft = memory.with_suffix(".tmp")
    draft.write_text(played.model_dump_json(indent=1), encoding="utf-8")
    os.replace(draft, memory)


async def play(http: httpx.AsyncClient, settings: Settings, played: Played) -> None:
    """Send what has no answer yet, as the customers' portal would: each customer's events in order."""
    turns = asyncio.Semaphore(AT_ONCE)

    async def of_customer(found: list[Event]) -> None:
        async with turns:
            for event in found:
                await say(http, settings, played, event)

    waiting = sorted(played.unanswered(), key=customer_of)  # stable: the order of each customer's events stays
    await asyncio.gather(*(of_customer(list(found)) for _, found in groupby(waiting, key=customer_of)))


def customer_of(event: Event) -> str:
    """Whose event it is."""
    return event.subject.split("/")[1] if event.subject else str(event.data["customer"])


async def say(http: httpx.AsyncClient, settings: Settings, played: Played, event: Event) -> None:
    """Send one event, and write down that it has been answered."""
    decision = event.type in ("confirm", "reject")
    answer = await (decided(http, event) if decision else answered(http, settings, event))
    event.answer = answer.status_code
    save(settings, played)
    if not answer.is_success:
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


async def decided(http: httpx.AsyncClient, event: Event) -> httpx.Response:
    """The answer to an operator's decision on the open task of a type.

    Without such a task, the run's status: a start that was cut short has sent the decision before. Sent again until
    the task is in the work list too, and while a system does not answer.
    """
    for number in range(TRIES):
        answer = await http.get(f"/cancellations/{event.subject}")
        tasks = answer.json()["tasks"] if answer.is_success else []
        found = next((task["task"] for task in tasks if task["type"] == event.data["task"]), None)
        if found is not None:
            answer = await http.post(f"/tasks/{found}/{event.type}", json={**event.data, "task": found})
        if answer.status_code not in (404, 500, 503):
            break
        await asyncio.sleep(min(0.2 * (number + 1), 3))
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


async def play_once(settings: Settings) -> None:
    """Load and play what has not been, beside other customers. Raises `AlreadyStarted`, and `httpx.HTTPError`."""
    played = await prepare(settings, beside_others=True)
    waiting = len(played.unanswered())
    async with portal(settings) as http:
        await play(http, settings, played)
    print(f"{waiting} example events played." if waiting else "The examples have been played before.", flush=True)


def main() -> int:
    """0 done, 1 where they cannot be loaded or played, 2 for wrong settings."""
    for line in misspelt(os.environ):
        print(line, file=sys.stderr)
    try:
        settings = checked(Settings(), KINDS)
    except ValidationError as error:
        print("\n".join(explain(error)), file=sys.stderr)
        return 2
    try:
        asyncio.run(play_once(settings))
    except (AlreadyStarted, LoadFailed, AdapterError, httpx.HTTPError) as error:
        print(str(error) or repr(error), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
