"""Loads and plays the examples once, however often that is begun: by `make run`, or by hand.

What is to be played is written down with its times before anything is sent, so a start that was cut short goes on
with the very same events; the portal's inbox does the rest.

`python -m embedded.example_player` plays them to a portal that is up already, such as that of docker-compose.yml. It
loads no example customer over one of the same number, so that it does no harm beside real ones.
"""

import asyncio
import json
import os
from collections.abc import Awaitable, Callable, Iterable
from datetime import UTC, datetime, timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
from pydantic import BaseModel, SecretStr
from standardwebhooks import Webhook

from activities.customer_centre import LoadFailed, customer, load_customers
from activities.ports import AdapterError
from activities.setting_names import SETTING_NAMES
from catalogue.loader import CatalogueError
from embedded.examples import Event, customers, events
from programs import leave
from settings import PREFIX, Settings, run_program

SOURCE = "examples"
TRIES = 12
CUSTOMERS_AT_ONCE = 4


class AlreadyStarted(Exception):
    """There are customers of these numbers already, and the examples do not replace them."""


class MayNotPlay(Exception):
    """Nobody of those that the settings name may do what the examples do. The message says which setting lacks what."""


class Progress(BaseModel):
    """What is kept in the state folder. `loaded`: the example customers are in the customer centre."""

    events: list[Event]
    loaded: bool = True

    def unanswered(self) -> list[Event]:
        """What is still to be played."""
        return [event for event in self.events if event.answer is None]

    def save(self, settings: Settings) -> None:
        """Write it down, whole or not at all."""
        path = progress_file(settings)
        path.parent.mkdir(parents=True, exist_ok=True)
        draft = path.with_suffix(".tmp")
        draft.write_text(self.model_dump_json(indent=1), encoding="utf-8")
        os.replace(draft, path)


def progress_file(settings: Settings) -> Path:
    """Where the progress is kept."""
    return settings.state_dir / "examples.json"


def base_url(settings: Settings) -> str:
    """Where the portal is reached from this machine."""
    host = settings.portal_host
    host = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)
    return f"http://{host}:{settings.portal_port}"


def player_of(settings: Settings) -> SecretStr | None:
    """The token of the first operator who may decide, which the examples do; None where no operators are set.

    Raises `MayNotPlay` where none of them may.
    """
    names = settings.operator_tokens
    tokens = [token for name in names if settings.grade_of(name) != "read" for token in names[name]]
    if names and not tokens:
        only_read = ",".join(f"{name}={settings.grade_of(name)}" for name in names)
        raise MayNotPlay(
            f"{PREFIX}OPERATOR_GRADES is {only_read}: an operator plays the examples, and nobody of "
            f"{PREFIX}OPERATOR_TOKENS may decide; give one the grade decide, or add one who has it"
        )
    return tokens[0] if tokens else None


def portal_client(settings: Settings) -> httpx.AsyncClient:
    """A client of the portal, with an operator's token where one is needed; never by way of a proxy.

    Raises `MayNotPlay`.

    It calls the portal by its public name, wherever it finds it: in another container that name is not the portal's.
    """
    token = player_of(settings)
    headers = {"host": urlsplit(settings.public_url).netloc}
    headers |= {"authorization": f"Bearer {token.get_secret_value()}"} if token else {}
    return httpx.AsyncClient(base_url=base_url(settings), headers=headers, timeout=15, trust_env=False)


async def prepare(
    settings: Settings,
    oldest: timedelta | None = None,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    beside_others: bool = False,
) -> Progress:
    """On the first start: write down the events and load the customers. Later: what was written down then.

    `oldest`: how old an event may be that the portal takes, `MAX_EVENT_AGE` unless given. Raises `AlreadyStarted` with
    `beside_others` where a customer of such a number is there already.
    """
    records = customers(now().date())
    if progress_file(settings).exists():
        progress = Progress.model_validate_json(progress_file(settings).read_text(encoding="utf-8"))
    else:
        if beside_others:
            await refuse_to_replace(settings, [record["customer"] for record in records])
        events_to_play = events(now(), settings.time_zone, oldest or settings.max_event_age)
        progress = Progress(events=events_to_play, loaded=False)
        progress.save(settings)
    if not progress.loaded:
        await load(settings, records)
        progress.loaded = True
        progress.save(settings)
    return progress


async def refuse_to_replace(settings: Settings, numbers: Iterable[str]) -> None:
    """Raises `AlreadyStarted` where one of the customers is there already."""
    existing = [number for number in numbers if await customer(settings, number) is not None]
    if existing:
        raise AlreadyStarted(
            f"{', '.join(existing)}: in the customer centre already. The examples are for an empty one."
        )


async def load(settings: Settings, records: list[dict[str, Any]]) -> None:
    """Load the customers as `customers load` does, from a file in the state folder."""
    path = settings.state_dir / "customers.jsonl"
    path.write_text("".join(f"{json.dumps(record, ensure_ascii=False)}\n" for record in records), encoding="utf-8")
    await load_customers(settings, path)


async def play(http: httpx.AsyncClient, settings: Settings, progress: Progress) -> None:
    """Send what has no answer yet, as the customers' portal would, and write down each that has been answered.

    Each customer's events are sent in order. Raises `MayNotPlay` where the portal says that these are not the player's
    to send: then nothing came of them, and they are sent at the next start.
    """
    turns = asyncio.Semaphore(CUSTOMERS_AT_ONCE)

    async def play_customer(events: list[Event]) -> None:
        async with turns:
            for event in events:
                is_decision = event.type in ("confirm", "reject")
                answer = await (decide(http, event) if is_decision else send(http, settings, event))
                if answer.status_code in (401, 403):
                    raise MayNotPlay(f"the portal does not let the examples be played: {detail(answer)}")
                event.answer = answer.status_code
                progress.save(settings)
                if not answer.is_success:
                    print(f"  {event.id} was not taken: {detail(answer)}", flush=True)

    waiting = sorted(progress.unanswered(), key=customer_of)  # stable: the order of each customer's events stays
    await asyncio.gather(*(play_customer(list(events)) for _, events in groupby(waiting, key=customer_of)))


def customer_of(event: Event) -> str:
    """Whose event it is."""
    return event.subject.split("/")[1] if event.subject else str(event.data["customer"])


async def send(http: httpx.AsyncClient, settings: Settings, event: Event) -> httpx.Response:
    """The final answer to an event: sent again while the run is at work or a system does not answer."""
    document = event.model_dump(mode="json", exclude={"answer"}, exclude_none=True)
    body = json.dumps(document | {"specversion": "1.0", "source": SOURCE, "datacontenttype": "application/json"})
    headers = {"content-type": "application/cloudevents+json"} | signature(settings, event.id, body)

    async def post() -> tuple[httpx.Response, bool]:
        answer = await http.post("/events", content=body.encode(), headers=headers)
        at_work = answer.status_code == 202 and "system" in answer.json().get("waiting_for", ())
        return answer, at_work or answer.status_code in (500, 503)

    return await try_again(post, 0.5)


async def decide(http: httpx.AsyncClient, event: Event) -> httpx.Response:
    """The answer to an operator's decision on the open task of a type.

    Without such a task, the run's status: a start that was cut short has sent the decision before. Sent again until
    the task is in the work list too, and while a system does not answer.
    """

    async def post() -> tuple[httpx.Response, bool]:
        answer = await http.get(f"/cancellations/{event.subject}")
        tasks = answer.json()["tasks"] if answer.is_success else []
        task = next((task["task"] for task in tasks if task["type"] == event.data["task"]), None)
        if task is not None:
            answer = await http.post(f"/tasks/{task}/{event.type}", json={**event.data, "task": task})
        return answer, answer.status_code in (404, 500, 503)

    return await try_again(post, 0.2)


async def try_again(send: Callable[[], Awaitable[tuple[httpx.Response, bool]]], pause: float) -> httpx.Response:
    """The last answer of a few tries, each after a longer pause, in seconds, while the answer is not final."""
    for number in range(1, TRIES + 1):
        answer, once_more = await send()
        if not once_more:
            break
        await asyncio.sleep(min(pause * number, 3))
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
    """Load and play what has not been, beside other customers. Raises `AlreadyStarted`, `MayNotPlay`, and
    `httpx.HTTPError`."""
    player_of(settings)  # before anything is written down
    progress = await prepare(settings, beside_others=True)
    waiting = len(progress.unanswered())
    async with portal_client(settings) as http:
        await play(http, settings, progress)
    print(f"{waiting} example events played." if waiting else "The examples have been played before.", flush=True)


def main() -> int:
    """0 done, 1 where they cannot be loaded or played, 2 for wrong settings."""
    faults = (AlreadyStarted, MayNotPlay, LoadFailed, CatalogueError, AdapterError, httpx.HTTPError)
    return run_program(lambda settings: asyncio.run(play_once(settings)), SETTING_NAMES, faults)


if __name__ == "__main__":
    leave(main())
