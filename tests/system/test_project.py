"""The project itself: what is installed, pinned, built, published, and forbidden."""

import ast
import re
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest
import yaml

from activities.setting_names import SETTING_NAMES
from programs import END_WITHIN
from settings import PREFIX, Settings, checked
from tests.runs.harness import program
from tests.strong import ANNA, OTTO

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
COMPOSE_TEXT = (ROOT / "docker-compose.yml").read_text(encoding="utf-8")
COMPOSE = yaml.safe_load(COMPOSE_TEXT)
LOCKS = ("requirements.lock", "requirements-production.lock")
BESIDE = ("bench/beside/dbos.lock", "bench/beside/dbosify.lock")


def pinned(lock: str) -> dict[str, str]:
    """The version of each package in a lock file."""
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9._-]+)==([^ ;\\]+)", text, re.M))


def names(lines: list[str]) -> set[str]:
    """The names of requirements, without versions and extras."""
    return {re.split(r"[\[<>=~! ]", line)[0] for line in lines if line and not line.startswith(("#", "-r"))}


@pytest.mark.parametrize("lock", LOCKS + BESIDE)
def test_a_lock_pins_everything_by_hash_and_names_no_address(lock):
    text = (ROOT / lock).read_text(encoding="utf-8")
    blocks = re.split(r"\n(?=[a-z0-9])", text)
    packages = [block for block in blocks if re.match(r"[a-z0-9._-]+==", block)]
    assert len(packages) > 20
    assert [block.split()[0] for block in packages if "--hash=sha256:" not in block] == []
    assert re.findall(r"\w+://|--(?:extra-)?index-url \S", text) == []


def test_production_runs_on_a_part_of_what_was_tested():
    everything = pinned("requirements.lock")
    assert {name: everything.get(name) for name in pinned("requirements-production.lock")} == pinned(
        "requirements-production.lock"
    )


@pytest.mark.parametrize("lock", BESIDE)
def test_what_the_product_is_measured_beside_is_installed_with_all_that_the_product_needs(lock):
    """So that `make bench OTHERS=1` still starts after a dependency was added."""
    assert pinned("requirements-production.lock").keys() - pinned(lock).keys() == set()


def test_the_distribution_asks_for_what_the_lock_is_made_from():
    asked = names((ROOT / "requirements.in").read_text(encoding="utf-8").splitlines())
    assert names(PYPROJECT["project"]["dependencies"]) == asked


def test_each_dependency_has_a_lower_bound_that_the_lock_satisfies():
    from packaging.requirements import Requirement

    versions = pinned("requirements.lock")
    for line in PYPROJECT["project"]["dependencies"]:
        requirement = Requirement(line)
        assert ">=" in str(requirement.specifier), line
        assert requirement.specifier.contains(versions[requirement.name]), line


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("dist")
    build = "from hatchling.build import build_wheel; import sys; print(build_wheel(sys.argv[1]))"
    subprocess.run([sys.executable, "-c", build, str(folder)], cwd=ROOT, check=True, capture_output=True)
    return zipfile.ZipFile(next(folder.glob("*.whl")))


def test_the_wheel_holds_code_data_and_types_and_nothing_else(wheel):
    held = set(wheel.namelist())
    tops = {name.split("/")[0] for name in held if ".dist-info/" not in name and ".data/" not in name}
    packages = {"activities", "catalogue", "console", "embedded", "pages", "portal", "settings", "states", "workflows"}
    modules = ("cli", "logs", "loop_watch", "programs", "secret_strength", "worker")
    assert tops == packages | {f"{name}.py" for name in modules}
    for package in packages:
        assert f"{package}/py.typed" in held
    tracked = {
        str(path.relative_to(ROOT)) for top in ("catalogue", "activities") for path in (ROOT / top).rglob("*.toml")
    }
    assert tracked and tracked <= held
    shared = {name.partition("share/cancellations/examples/")[2] for name in held} - {""}
    assert shared == {path.name for path in (ROOT / "examples").iterdir()} >= {"customers.jsonl", "edition.toml"}
    assert any(re.match(r"activities/sql/migrations/.+\.py", name) for name in held)
    assert [name for name in held if "__pycache__" in name or name.startswith("tests")] == []


def test_the_wheel_brings_the_command(wheel):
    entry = next(name for name in wheel.namelist() if name.endswith("entry_points.txt"))
    assert "cancellations = cli:main" in wheel.read(entry).decode()


@pytest.mark.parametrize("target", ["run", "test", "install", "bench", "check"])
def test_make_lists_the_commands_of_the_contract(target):
    said = subprocess.run(["make", "--no-print-directory"], cwd=ROOT, check=True, capture_output=True, text=True).stdout
    assert re.search(rf"^  make {target} +\S", said, re.M)


def test_an_old_python_gets_a_clear_message(tmp_path):
    old = tmp_path / "python3.9"
    old.write_text('#!/bin/sh\n[ "$1" = --version ] && echo Python 3.9.2 && exit 0\nexit 1\n', encoding="utf-8")
    old.chmod(0o755)
    said = subprocess.run(
        ["make", "install", f"PYTHON={old}", f"VENV={tmp_path / 'venv'}"], cwd=ROOT, capture_output=True, text=True
    )
    assert said.returncode != 0
    assert "Python 3.11 or newer is needed" in said.stderr and "Python 3.9.2" in said.stderr
    assert not (tmp_path / "venv").exists()


BANNED = {
    "clock": "from datetime import datetime, UTC\nnow = datetime.now(UTC)\n",
    "today": "from datetime import date\nday = date.today()  # noqa: DTZ011\n",
    "time": "import time\nnow = time.time()\n",
    "chance": "import random\nnumber = random.random()\n",
    "uuid": "import uuid\nname = uuid.uuid4()\n",
    "environment": "import os\nhome = os.environ\n",
    "disk": "from pathlib import Path\nhere = Path()\n",
    "network": "import httpx\nget = httpx.get\n",
}


@pytest.mark.parametrize("package", ["states", "workflows"])
@pytest.mark.parametrize("name", BANNED)
def test_what_replays_may_not_look_at(name, package):
    assert "TID251" in ruff(BANNED[name], f"{package}/made_up.py")


@pytest.mark.parametrize("name", BANNED)
def test_everybody_else_may(name):
    assert "TID251" not in ruff(BANNED[name], "portal/made_up.py")


def ruff(source: str, name: str) -> str:
    command = [sys.executable, "-m", "ruff", "check", "--stdin-filename", name, "--output-format", "concise", "-"]
    return subprocess.run(command, cwd=ROOT, input=source, capture_output=True, text=True).stdout


def calls_of(path: Path) -> set[str]:
    """Builtins that a module calls by name."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = (node.func for node in ast.walk(tree) if isinstance(node, ast.Call))
    return {function.id for function in called if isinstance(function, ast.Name)}


def test_what_replays_opens_no_file_and_evaluates_no_text():
    modules = [path for top in ("states", "workflows") for path in (ROOT / top).rglob("*.py")]
    assert len(modules) > 20
    forbidden = {"open", "input", "print", "eval", "exec", "compile", "__import__"}
    assert {str(path): calls_of(path) & forbidden for path in modules if calls_of(path) & forbidden} == {}


def imports_of(path: Path) -> set[str]:
    """The modules that a module imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def tops(modules: set[str]) -> set[str]:
    return {name.split(".")[0] for name in modules}


def test_settings_import_nothing_of_ours_but_what_makes_a_secret_strong():
    assert tops(imports_of(ROOT / "secret_strength.py")) <= {"base64", "contextlib", "re", "secrets"}
    modules = set[str]().union(*(imports_of(path) for path in (ROOT / "settings").glob("*.py")))
    assert tops(modules) <= {
        "settings",
        "secret_strength",
        "collections",
        "contextlib",
        "datetime",
        "difflib",
        "email",
        "functools",
        "ipaddress",
        "os",
        "pathlib",
        "re",
        "sys",
        "typing",
        "urllib",
        "zoneinfo",
        "pydantic",
        "pydantic_core",
        "pydantic_settings",
    }


def test_what_a_program_imports_first_is_quickly_loaded():
    """A signal that comes before would not end it with the exit code that is meant."""
    assert tops(imports_of(ROOT / "programs.py")) <= {
        "asyncio", "collections", "contextlib", "gc", "os", "signal", "sys", "threading", "typing",
    }  # fmt: skip
    for name in ("worker.py", "cli.py", "embedded/__main__.py"):
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        assert min(imports, key=lambda node: node.lineno).module == "programs", name


def test_the_worker_is_the_root_that_builds_on_no_other():
    found = imports_of(ROOT / "worker.py")
    assert tops(found) & {"cli", "console", "embedded"} == set()
    assert {name.split(".")[1] for name in found if name.startswith("portal.")} <= {
        "bulk_sender",
        "deliverer",
        "delivery",
        "notices",
    }


def test_the_command_line_takes_of_worker_and_workflows_only_how_to_connect():
    found = imports_of(ROOT / "cli.py").union(*(imports_of(path) for path in (ROOT / "console").glob("*.py")))
    ours = {name for name in found if name.split(".")[0] in ("worker", "workflows", "embedded")}
    assert {name for name in ours if not name.startswith("workflows.connect")} == set()


def test_activities_speak_to_no_server_of_temporal():
    found = set().union(*(imports_of(path) for path in (ROOT / "activities").rglob("*.py")))
    temporal = {name for name in found if name.startswith("temporalio.")}
    assert temporal and {name.split(".")[1] for name in temporal} & {"client", "worker", "service"} == set()


def test_compose_publishes_on_this_machine_only():
    published = [port for service in COMPOSE["services"].values() for port in service.get("ports", [])]
    assert len(published) == 2
    assert [port for port in published if not port.startswith("127.0.0.1:")] == []


def test_compose_sets_only_what_there_is_to_set():
    known = {PREFIX + name.upper() for name in Settings.model_fields}
    given = {
        name
        for service in COMPOSE["services"].values()
        for name in service.get("environment", {})
        if name.startswith(PREFIX)
    }
    assert given - known == set()
    assert {f"{PREFIX}DATABASE_URL", f"{PREFIX}GUARDED_ELSEWHERE", f"{PREFIX}OPERATOR_TOKENS"} <= given


def test_compose_plays_examples_only_where_they_are_asked_for():
    asked_for = {name for name, service in COMPOSE["services"].items() if service.get("profiles")}
    service = COMPOSE["services"]["examples"]
    assert asked_for == {"examples"} and service["profiles"] == ["examples"]
    assert service["command"] == ["python", "-m", "embedded.example_player"] and service["restart"] == "no"
    assert service["environment"][f"{PREFIX}PORTAL_HOST"] in COMPOSE["services"]


EXAMPLE = (ROOT / ".env.example").read_text(encoding="utf-8")
BY_COMPOSE = {"state_dir", "guarded_elsewhere", "temporal_port"}
"""What the compose file says by itself, or nobody needs there."""
PUBLISHED = {"portal_host", "portal_port"}
"""Where the portal listens in its container is the file's; the port that is published is that of `.env`."""


def variables(text: str, commented: bool = False) -> dict[str, str]:
    """What stands in an env file; with `commented`, also what could."""
    line = r"^#?(\w+)=(.*)$" if commented else r"^(\w+)=(.*)$"
    return dict(re.findall(line, text, re.M))


def test_compose_takes_secrets_from_the_environment_and_the_example_names_each():
    needed = set(re.findall(r"\$\{(\w+):\?", COMPOSE_TEXT))
    empty = {name for name, value in variables(EXAMPLE).items() if not value}
    assert needed and needed <= empty


def test_the_example_names_every_setting_with_a_value_that_can_be_used(monkeypatch):
    known = {PREFIX + name.upper() for name in Settings.model_fields if name not in BY_COMPOSE | {"portal_host"}}
    given = variables(EXAMPLE, commented=True)
    assert {name for name in given if name.startswith(PREFIX)} == known
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert checked(Settings(), SETTING_NAMES)


def interpolated(value: str, env: dict[str, str]) -> str:
    """As Compose puts in what stands in `.env`, one within another too."""
    inner = re.compile(r"\$\{(\w+)(?::([-?])([^${}]*))?\}")
    while found := inner.search(value):
        name, how, otherwise = found.groups()
        assert env.get(name) or how != "?", name
        value = value[: found.start()] + (env.get(name) or otherwise or "") + value[found.end() :]
    return value


def container(name: str, env: dict[str, str]) -> dict[str, str]:
    """The environment of a service, given what stands in `.env`."""
    service = COMPOSE["services"][name]
    assert service["env_file"] == ".env"
    fixed = {key: interpolated(value, env) for key, value in service["environment"].items()}
    return {"CANCELLATIONS_STATE_DIR": "/of/the/image"} | env | fixed


SET = {
    "DATABASE_URL": "postgresql://u:p@elsewhere/db", "TASK_QUEUE": "other", "PORTAL_HOST": "10.0.0.1",
    "PORTAL_PORT": "9999", "TEMPORAL_PORT": "9998", "TEMPORAL_UI_PORT": "9997", "STATE_DIR": "/elsewhere",
    "WEBHOOK_SECRET": "whsec_" + "c2VjcmV0" * 4, "OPERATOR_TOKENS": f"anna:{ANNA}", "CUSTOMER_CENTRE": "automatic",
    "CUSTOMER_CENTRE_MODES": "hosting=guided", "NOTICE_BOUNDARY": "strict", "TIME_ZONE": "Europe/Vienna",
    "ABANDON_AFTER": "P31D", "REMIND_EVERY": "P8D", "RECHECK_BEFORE": "P6D", "REPAIR_AFTER": "PT2H",
    "MAX_EVENT_AGE": "P9D", "APPLY_WINDOW": "PT11M", "TASK_DUE": "repair=PT2H",
    "NOTICE": "repair=none", "NOTICE_DIGEST_AT": "daily 07:30", "NOTICE_WEBHOOK_URL": "https://n.example",
    "NOTICE_WEBHOOK_SECRET": "whsec_" + "b3RoZXIx" * 4, "OPERATOR_LANGUAGE": "en", "COMPARE_AT": "04:00", "PUBLIC_URL": "https://k.example",
    "TEMPORAL_UI_URL": "https://t.example", "CATALOGUE_DIR": "/catalogue", "SMTP_URL": "smtp://mail.example",
    "MAIL_FROM": "k@shop.example", "OPERATOR_MAIL": "o@shop.example", "GUARDED_ELSEWHERE": "false",
    "HOSTS": "konto.example", "PROXIES": "10.0.0.0/24",
    "MAIL_REPLY_TO": "r@shop.example", "MAIL_CLOSING": "Bis bald", "MAIL_PARTICULARS": "Shop GmbH",
    "BRAND_NAME": "Shop", "BRAND_COLOUR": "aa0000", "BRAND_LOGO": str(ROOT / "docs" / "images" / "run.png"),
    "PORTAL_TOKENS": f"shop:{OTTO}", "SESSION_SECRET": f"{ANNA}{OTTO}", "RECEIPT_KEY": "rk_" + "a" * 43,
    "RETURN_ORIGINS": "https://konto.shop.example",
    "OPERATOR_GRADES": "anna=decide", "OIDC_ISSUER": "https://id.example/realms/shop/", "OIDC_CLIENT_ID": "desk",
    "OIDC_CLIENT_SECRET": "secret", "OIDC_GRADES": "support=decide", "OIDC_GROUPS_CLAIM": "roles",
    "OIDC_NAME_CLAIM": "email", "OIDC_SCOPES": "openid email",
    "SECOND_OPINION": "repair:skip",
    "CUSTOMER_URL": "https://s.example/{workflow_id}", "OPERATOR_URL": "https://d.example/{workflow_id}",
}  # fmt: skip


@pytest.mark.parametrize("service", ["worker", "portal", "examples"])
def test_every_setting_of_env_reaches_the_containers(service, monkeypatch):
    assert set(SET) == {name.upper() for name in Settings.model_fields}
    env = {PREFIX + name: value for name, value in SET.items()} | {"CENTRE_DB_PASSWORD": "x"}
    own = BY_COMPOSE | (PUBLISHED if service != "worker" else set())
    found = []
    for given in (env, container(service, env)):
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        found.append(Settings().model_dump(exclude=own))
    assert found[0] == found[1]
    as_before = {name for name, field in Settings.model_fields.items() if found[1].get(name, "own") == field.default}
    assert as_before == {"customer_centre"}, "a value that is the default shows nothing, but where the file has its own"


NEEDED = ("OPERATOR_TOKENS", "PORTAL_TOKENS", "WEBHOOK_SECRET", "SESSION_SECRET", "RECEIPT_KEY")
"""What the compose file does not start without."""


@pytest.mark.parametrize("service", ["worker", "portal"])
def test_what_is_not_set_has_a_default_that_fits_the_containers(service, monkeypatch):
    env = {f"{PREFIX}{name}": SET[name] for name in NEEDED} | {"CENTRE_DB_PASSWORD": "x"}
    for name, value in container(service, env | {f"{PREFIX}PORTAL_PORT": "9999"}).items():
        monkeypatch.setenv(name, value)
    found = Settings()
    assert found.database_url == "postgresql://cancellations:x@centre-db:5432/cancellations"
    assert (found.customer_centre, found.public_url) == ("guided", "http://127.0.0.1:9999")
    assert (found.state_dir, found.guarded_elsewhere) == (Path("/var/lib/cancellations"), True)


def test_compose_runs_the_server_that_make_run_starts():
    said = subprocess.run([program("temporal"), "--version"], capture_output=True, text=True, check=True).stdout
    ((server, ui),) = re.findall(r"Server ([\d.]+), UI ([\d.]+)", said)
    assert set(re.findall(r"TEMPORAL_VERSION:-([\d.]+)", COMPOSE_TEXT)) == {server}
    assert set(re.findall(r"TEMPORAL_UI_VERSION:-([\d.]+)", COMPOSE_TEXT)) == {ui}


def test_compose_gives_each_service_the_time_that_it_may_take_to_end():
    for name in ("worker", "portal"):
        assert int(COMPOSE["services"][name]["stop_grace_period"].removesuffix("s")) > END_WITHIN, name


def test_compose_waits_for_what_each_service_needs():
    for name, service in COMPOSE["services"].items():
        for needed, how in service.get("depends_on", {}).items():
            if how["condition"] == "service_healthy":
                assert "healthcheck" in COMPOSE["services"][needed], (name, needed)


def test_the_image_holds_what_the_wheel_is_built_from():
    dockerfile = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    copied = set(re.findall(r"^COPY (?!--from)(.+) \S+$", dockerfile, re.M))
    files = {name for line in copied for name in line.split()}
    ignored = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    allowed = {line.removeprefix("!").rstrip("/") for line in ignored if line.startswith("!")}
    wanted = set(PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"])
    assert wanted | {"examples", "pyproject.toml", "README.md", "LICENSE"} <= files
    assert files <= allowed
    assert pinned("requirements.lock")["uv"] in dockerfile
