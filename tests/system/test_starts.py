"""How programs start: with what they need, compiled beforehand, and without looking for garbage among it."""

import os
import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import programs
from tests.runs.harness import prepare_database, settings_of

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
OF_WORKERS = {"temporalio.worker", "workflows.driver", "workflows.plugin", "workflows.kinds"}
OF_SERVERS = {"uvicorn", "alembic", "sqlalchemy.orm", "sqlalchemy.ext.asyncio"}
OF_POSTGRESQL = {"psycopg"}
OF_THE_PORTAL = {"fastapi", "starlette", "httpx", "portal.app", "temporalio.client", "sqlalchemy"}
OF_CHARTS = {"statemachine", "states.kinds.registry"}
OF_TEXTS = {"catalogue.loader", "jinja2", "babel.dates"}
OF_PAGES = {"pages.site", "pages.rendering", "pages.my.routes", "pages.desk.routes", "portal.page_calls", "icalendar"}
OF_OTHER_CALLS = {"portal.account_routes", "portal.finding_routes", "portal.health_routes", "portal.receipt_routes"}
LEFT_OUT = {
    "cli.py --help": OF_WORKERS | OF_SERVERS | OF_POSTGRESQL | OF_THE_PORTAL | OF_CHARTS | OF_TEXTS,
    "cli.py list": OF_WORKERS
    | OF_SERVERS
    | OF_POSTGRESQL
    | OF_PAGES
    | OF_OTHER_CALLS
    | {"portal.task_routes", "portal.identity_provider", "authlib"},
    "cli.py freeze show": OF_WORKERS
    | OF_SERVERS
    | OF_POSTGRESQL
    | OF_PAGES
    | OF_OTHER_CALLS
    | {"portal.customer_routes"},
    "cli.py --url http://127.0.0.1:1 list": OF_WORKERS
    | OF_SERVERS
    | OF_POSTGRESQL
    | OF_CHARTS
    | OF_TEXTS - {"babel.dates"}
    | OF_THE_PORTAL - {"httpx"}
    | {"settings", "structlog"},
    "cli.py event place-order edition/K-1/jtl": OF_WORKERS | OF_SERVERS | OF_POSTGRESQL | OF_PAGES | OF_OTHER_CALLS,
    "cli.py diagram edition": OF_WORKERS | OF_SERVERS | OF_POSTGRESQL | OF_THE_PORTAL | {"catalogue.loader"},
    "cli.py catalogue": OF_WORKERS | OF_SERVERS | OF_POSTGRESQL | OF_THE_PORTAL,
    "cli.py customers show K-1": OF_WORKERS | OF_SERVERS | OF_POSTGRESQL | {"fastapi", "httpx", "temporalio.client"},
    "-m worker": OF_SERVERS | OF_POSTGRESQL | {"fastapi", "httpx", "portal.app"},
}
"""What a program does not load, on a migrated SQLite database; where nobody answers, Temporal is asked last."""


@pytest.mark.parametrize("command", LEFT_OUT)
def test_a_program_loads_nothing_that_it_does_not_need(command: str, tmp_path: Path) -> None:
    prepare_database(settings_of(tmp_path))
    environment = os.environ | {"CANCELLATIONS_STATE_DIR": str(tmp_path), "TEMPORAL_ADDRESS": "127.0.0.1:1"}
    arguments = [sys.executable, "-X", "importtime", *command.split()]
    loading = subprocess.run(arguments, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)
    loaded = set(re.findall(r"^import time:.*\| +(\S+)$", loading.stderr, re.M))
    assert "programs" in loaded
    assert loaded & LEFT_OUT[command] == set()


def test_what_is_loaded_is_not_looked_through_for_garbage() -> None:
    """Loading a worker, or a portal, makes some hundred thousand objects that stay."""
    script = (
        "import programs; programs.collect_seldom(); import gc; "
        "begun = [s['collections'] for s in gc.get_stats()]; import worker, portal.app; portal.app.all_calls(); "
        "print(sum(s['collections'] for s in gc.get_stats()) - sum(begun)); programs.collect_while_serving(); "
        "print(gc.get_freeze_count() > 100_000, gc.get_threshold() == programs.SERVING)"
    )
    told = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    assert told.split() == ["0", "True", "True"]
    assert programs.SERVING[0] <= 10_000


def test_what_is_installed_is_compiled() -> None:
    """Libraries by uv, what is ours where it stands: a first command that compiles takes three times as long."""
    makefile, dockerfile = ((ROOT / name).read_text("utf-8") for name in ("Makefile", "Dockerfile"))
    assert "export UV_COMPILE_BYTECODE := 1" in makefile and "ENV UV_COMPILE_BYTECODE=1" in dockerfile
    sources = re.search(r"^SOURCES := (.+)$", makefile, re.M)
    assert sources and sorted(sources[1].split()) == sorted(
        PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"]
    )
    assert re.search(r"--editable \.\n\t@\$\(BIN\)/python -m compileall -q \$\(SOURCES\)\n", makefile)
