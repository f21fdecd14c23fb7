"""What is printed when all is up: where to look, how the examples stand, and three commands to go on with."""

import os
import shlex
import shutil
import sys
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

import httpx

from embedded.example_player import base_url
from embedded.examples import ROOT
from settings import PREFIX, SECRETS, Settings
from states.chart.task_types import TASK_TYPES

Document = dict[str, Any]


async def text(http: httpx.AsyncClient, settings: Settings) -> str:
    """The whole text. Raises `httpx.HTTPError` where the portal does not answer."""
    listed = (await http.get("/cancellations", params={"limit": 100})).raise_for_status().json()["items"]
    runs = [await with_status(http, run) for run in listed]
    tasks = (await http.get("/tasks")).raise_for_status().json()["items"]
    lines = ["", *addresses(settings), "", *run_lines(runs, settings.time_zone), "", *commands(runs, tasks), ""]
    return "\n".join([*lines, "Everything is up; Ctrl-C stops it, and the data stay."])


async def with_status(http: httpx.AsyncClient, run: Document) -> Document:
    """A run of the list with its own status: Temporal's list is a moment behind. As listed where it has ended already.

    So too where it does not answer now, after a change of the code say: its page in the web UI tells why.
    """
    if run["ended_at"] is not None:
        return run
    answer = await http.get(f"/cancellations/{run['workflow_id']}")
    return {**run, **answer.json()} if answer.is_success else run


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


ORDERS_WITH_DETAILS = ("hosting", "hosting_addon", "shop_hosting")
"""Kinds whose order may need more than who places it (ADD1, ADD2, SHH2): no first command to try."""

GROUPS = (
    ("repair", "Wait for a person, since something does not work"),
    ("third_party", "Wait for a third party, whose answer an operator confirms"),
    ("operator", "Wait for an operator"),
    ("customer", "Wait for the customer"),
    ("date", "Wait for their date"),
    ("system", "At work"),
    ("", "Have ended"),
)
"""What runs wait for, and how it is said; of several the first counts."""


def run_lines(runs: list[Document], zone: str) -> list[str]:
    """The runs by what they wait for: a line for each, with its state and, where it has one, its date."""
    width = max((len(run["workflow_id"]) for run in runs), default=0)
    lines: list[str] = []
    for name, heading in GROUPS:
        group = sorted((run for run in runs if group_of(run) == name), key=lambda run: str(run["workflow_id"]))
        if group:
            lines.append(f"  {heading}")
            lines += [f"    {run['workflow_id']:<{width}}  {state_of(run, zone)}" for run in group]
    return lines


def group_of(run: Document) -> str:
    """The first group that a run belongs to."""
    return next((name for name, _ in GROUPS if name in run["waiting_for"]), "")


def state_of(run: Document, zone: str) -> str:
    """The state, and of a run that waits for its date, the day in `zone`."""
    if group_of(run) != "date" or run["effective_at"] is None:
        return str(run["state"])
    effective_at = datetime.fromisoformat(run["effective_at"])
    return f"{run['state']} for {effective_at.astimezone(ZoneInfo(zone)).date().isoformat()}"


def commands(runs: list[Document], tasks: list[Document]) -> list[str]:
    """Three commands that work now: acknowledge a warning, place an order, confirm a task."""
    program = command_line()
    waiting = [run for run in runs if run["waiting_for"] == ["customer"]]
    orderable = [run for run in waiting if run["kind"] not in ORDERS_WITH_DETAILS]
    lines, used = [], None
    for event, candidates in (("acknowledge_warning", waiting), ("place_order", orderable)):
        run = next((run for run in candidates if event in run.get("enabled", ()) and run is not used), None)
        if run is not None:
            used = run
            lines.append(f"  {event_command(program, event, run['workflow_id'])}")
    lines += [f"  {confirm_command(program, tasks[0])}"] if tasks else []
    return ["In another terminal:", *(f"  {line}" for line in exports()), *lines]


def event_command(program: str, event: str, workflow_id: str) -> str:
    """The command that sends a customer's event."""
    return f'{program} event {event.replace("_", "-")} {workflow_id} --data \'{{"by": "You"}}\''


def confirm_command(program: str, task: Document) -> str:
    """The command that confirms a task."""
    options = [part for name, value in TASK_TYPES[task["type"]].example.items() for part in (f"--{name}", value)]
    return f"{program} confirm {task['id']} --by You {shlex.join(options)}"


def command_line() -> str:
    """How to call the command line from here."""
    beside = Path(sys.executable).parent / "cancellations"
    if beside.exists():
        return shlex.quote(os.path.relpath(beside) if beside.is_relative_to(Path.cwd()) else str(beside))
    return "cancellations" if shutil.which("cancellations") else shlex.join([sys.executable, str(ROOT / "cli.py")])


def exports() -> list[str]:
    """Lines that give another terminal what is set in this one. Neither secrets nor misspelt names are printed."""
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    given = {name: value for name, value in sorted(os.environ.items()) if name.upper() in known}
    hidden = [name for name in given if is_secret(name, given[name])]
    lines = [f"export {name}={shlex.quote(value)}" for name, value in given.items() if name not in hidden]
    return [*lines, *(f"# {name} {what_to_do(name)}" for name in hidden)]


def is_secret(name: str, value: str) -> bool:
    """Whether a setting may hold a secret; the path of a SQLite file is none."""
    return name.upper().removeprefix(PREFIX).lower() in SECRETS and not value.startswith("sqlite:///")


def what_to_do(name: str) -> str:
    """What to do about a secret that is not printed. A comment for any shell: no quotes and no semicolons."""
    if name.upper() == f"{PREFIX}DATABASE_URL":
        return "is not printed here since it may hold a password: export it as in this terminal"
    return "is a secret and not printed: these commands do without it"
