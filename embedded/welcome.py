"""What is printed when all is up: where to look, how the examples stand, and some commands to go on with."""

import os
import shlex
import shutil
import sys
from datetime import date, datetime
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
    where = addresses(settings, await entrance(http, settings))
    lines = ["", *where, "", *run_lines(runs, settings.time_zone), "", *commands(runs, tasks), ""]
    return "\n".join([*lines, "Everything is up; Ctrl-C stops it, and the data stay."])


async def with_status(http: httpx.AsyncClient, run: Document) -> Document:
    """A run of the list with its own status: Temporal's list is a moment behind. As listed where it has ended already.

    So too where it does not answer now, after a change of the code say: its page in the web UI tells why.
    """
    if run["ended_at"] is not None:
        return run
    answer = await http.get(f"/cancellations/{run['workflow_id']}")
    return {**run, **answer.json()} if answer.is_success else run


async def entrance(http: httpx.AsyncClient, settings: Settings) -> str:
    """The address by which a browser enters a customer's pages.

    It works as often as it is opened where nothing is guarded; else it is a link as portals get one: once, within an
    hour, and `commands` says how to make another.
    """
    if not settings.guarded:
        return f"{base_url(settings)}/my/enter?customer={VISITED}"
    made = await http.post("/customer-sessions", json={"customer": VISITED})
    return str(made.raise_for_status().json()["url"])


OPERATORS_DO = ("operator", "third_party", "repair")
"""What an operator must do waits for one of these: a third party's proof is confirmed by an operator too."""


def quoted(value: str) -> str:
    """A value in a query."""
    return f'"{value}"'


def addresses(settings: Settings, entrance: str) -> list[str]:
    """Where to look."""
    url, ui = base_url(settings), settings.temporal_ui_url
    waiting = quote(f'`ExecutionStatus`="Running" AND `WaitingFor` IN ({", ".join(map(quoted, OPERATORS_DO))})')
    return [
        f"  a customer     {entrance}",
        f"  an operator    {url}/desk",
        f"  portal         {url}",
        f"  its calls      {url}/openapi.json",
        f"  web UI         {ui}",
        f"  for operators  {ui}/namespaces/default/workflows?query={waiting}",
        f"  files and logs {settings.state_dir.absolute()}",
    ]


SHARED = ("database_url", "session_secret")
"""Secrets without which the command line works on another database, and signs what the portal does not take."""
VISITED = "K-1006"
"""The example customer whose pages are shown first."""
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
    """The runs by what they wait for: a line for each, with its state and, where it waits for its date, that day."""
    width = max((len(run["workflow_id"]) for run in runs), default=0)
    by_group: dict[str, list[str]] = {name: [] for name, _ in GROUPS}
    for run in sorted(runs, key=lambda run: str(run["workflow_id"])):
        group = next((name for name in by_group if name in run["waiting_for"]), "")
        day = f" for {day_of(run['effective_at'], zone)}" if group == "date" and run["effective_at"] else ""
        by_group[group].append(f"    {run['workflow_id']:<{width}}  {run['state']}{day}")
    return [line for name, heading in GROUPS if by_group[name] for line in (f"  {heading}", *by_group[name])]


def day_of(moment: str, zone: str) -> date:
    """The day in `zone` of a moment in ISO 8601."""
    return datetime.fromisoformat(moment).astimezone(ZoneInfo(zone)).date()


def commands(runs: list[Document], tasks: list[Document]) -> list[str]:
    """Commands that work now: acknowledge a warning, place an order, confirm a task, enter as a customer."""
    program = command_line()
    waiting = {run["workflow_id"]: run for run in runs if run["waiting_for"] == ["customer"]}
    orderable = [name for name, run in waiting.items() if run["kind"] not in ORDERS_WITH_DETAILS]
    lines, used = [], None
    for event, names in (("acknowledge_warning", waiting), ("place_order", orderable)):
        name = next((name for name in names if event in waiting[name].get("enabled", ()) and name != used), None)
        if name is not None:
            used = name
            lines.append(f"""  {program} event {event.replace("_", "-")} {name} --data '{{"by": "You"}}'""")
    lines += [f"  {confirm_command(program, tasks[0])}"] if tasks else []
    lines.append(f"  {program} session {VISITED}")
    return ["In another terminal:", *(f"  {line}" for line in exports()), *lines]


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
    """Lines that give another terminal what is set in this one. Neither secrets nor misspelt names are printed.

    The path of a SQLite file is no secret. A comment is one for any shell: no quotes and no semicolons.
    """
    lines, comments = [], []
    for name, value in sorted(os.environ.items()):
        setting = name.upper().removeprefix(PREFIX).lower()
        if not name.upper().startswith(PREFIX) or setting not in Settings.model_fields:
            continue
        if setting not in SECRETS or value.startswith("sqlite:///"):
            lines.append(f"export {name}={shlex.quote(value)}")
        elif setting in SHARED:
            comments.append(f"# {name} is not printed here since it may hold a secret: export it as in this terminal")
        else:
            comments.append(f"# {name} is a secret and not printed: these commands do without it")
    return lines + comments
