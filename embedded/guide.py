"""What is printed when all is up: where to look, how the examples stand, and three commands to go on with."""

import os
import shlex
import shutil
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from embedded.examples import ROOT, base_url
from settings import PREFIX, Settings

Document = dict[str, Any]

CONFIRM = {
    "clarify_term": ("--at", "2027-12-31"),
    "clarify_cost": ("--decision", "none"),
    "clarify": ("--note", "Asked and answered"),
    "appointment": ("--at", "2027-12-01T10:00+01:00"),
    "support_ticket": ("--decision", "granted", "--note", "Corrected by hand"),
    "revocation": ("--decision", "declined", "--note", "The order stands"),
    "repair": ("--decision", "retry"),
}
"""What a confirmation of each task needs, as an example; `perform`, `third_party` and `surplus` take a reference."""


async def text(http: httpx.AsyncClient, settings: Settings) -> str:
    """The whole text. Raises `httpx.HTTPError` where the portal does not answer."""
    runs = (await http.get("/cancellations", params={"limit": 100})).raise_for_status().json()["items"]
    tasks = (await http.get("/tasks")).raise_for_status().json()["items"]
    lines = ["", *addresses(settings), "", *standing(runs), "", *await commands(http, runs, tasks), ""]
    return "\n".join([*lines, "Everything is up; Ctrl-C stops it, and the data stay."])


def addresses(settings: Settings) -> list[str]:
    """Where to look."""
    url, ui = base_url(settings), settings.temporal_ui_url
    waiting = quote('`ExecutionStatus`="Running" AND `WaitingFor`="operator"')
    return [
        f"  portal         {url}",
        f"  its calls      {url}/openapi.json",
        f"  web UI         {ui}",
        f"  for operators  {ui}/namespaces/default/workflows?query={waiting}",
        f"  files and logs {settings.state_dir.absolute()}",
    ]


def standing(runs: list[Document]) -> list[str]:
    """A line for each run: where it stands, and whom it waits for."""
    rows = sorted(runs, key=lambda run: (run["ended_at"] is not None, run["workflow_id"]))
    width = max((len(run["workflow_id"]) for run in rows), default=0)
    return [
        f"  {run['workflow_id']:<{width}}  {run['state']:<18} "
        + (f"waits for {', '.join(run['waiting_for'])}" if run["waiting_for"] else "ended")
        for run in rows
    ]


async def commands(http: httpx.AsyncClient, runs: list[Document], tasks: list[Document]) -> list[str]:
    """Three commands that work now: acknowledge a warning, place an order, confirm a task."""
    program = command_line()
    found: dict[str, str] = {}
    for run in (one for one in runs if one["waiting_for"] == ["customer"]):
        if len(found) == 2:
            break
        answer = await http.get(f"/cancellations/{run['workflow_id']}")
        if not answer.is_success:
            continue  # this run does not answer now, after a change of the code say: its page in the web UI tells why
        status = answer.json()
        for event in ("acknowledge_warning", "place_order"):
            if event in status["enabled"] and event not in found:
                found[event] = sent(program, event, run["workflow_id"])
                break
    lines = [f"  {found[event]}" for event in ("acknowledge_warning", "place_order") if event in found]
    lines += [f"  {confirmed(program, tasks[0])}"] if tasks else []
    return ["In another terminal:", *(f"  export {one}" for one in exports()), *lines]


def sent(program: str, event: str, workflow_id: str) -> str:
    """The command that sends a customer's event."""
    return f'{program} event {event.replace("_", "-")} {workflow_id} --data \'{{"by": "You"}}\''


def confirmed(program: str, task: Document) -> str:
    """The command that confirms a task."""
    needs = CONFIRM.get(task["type"], ("--reference", "T-1"))
    return f"{program} confirm {task['id']} --by You {shlex.join(needs)}"


def command_line() -> str:
    """How to call the command line from here."""
    beside = Path(sys.executable).parent / "cancellations"
    if beside.exists():
        return shlex.quote(os.path.relpath(beside) if beside.is_relative_to(Path.cwd()) else str(beside))
    return "cancellations" if shutil.which("cancellations") else shlex.join([sys.executable, str(ROOT / "cli.py")])


def exports() -> list[str]:
    """What another terminal must know of what was set in this one. Secrets are not printed."""
    secret = ("WEBHOOK_SECRET", "OPERATOR_TOKENS", "SMTP_URL", "DATABASE_URL")
    ours = sorted((name, value) for name, value in os.environ.items() if name.startswith(PREFIX))
    return [
        f"{name}=" + ("'the same as here'" if name.removeprefix(PREFIX) in secret else shlex.quote(value))
        for name, value in ours
    ]
