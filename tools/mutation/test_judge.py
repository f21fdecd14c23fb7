"""That mutants are judged by the tests that run them, with and without an import."""

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cosmic_ray.work_db import WorkDB, use_db

from tools.mutation.changed_code import changed_functions, put_in_place

ROOT = Path(__file__).parents[2]
RULE = """
from functools import cache

DAYS = {"month": 30, "week": 7}

class Rule:
    most = 3

    def late(self, day):
        return day > self.most

@cache
def twice(day):
    return day + day

def untold(day):
    return day + 1

def until(day):
    while day < 5:
        day = day + 1
    return day

def never(day):
    return day + 2
"""
TESTS = """
from things.rule import DAYS, Rule, twice, until, untold

ALREADY = twice(4)

def test_days():
    assert DAYS["month"] == 30

def test_twice():
    assert twice(4) == 8

def test_untold():
    untold(1)

def test_until():
    assert until(1) == 5
"""
MORE_TESTS = """
from things.rule import Rule

def test_late():
    assert (Rule().late(4), Rule().late(3), Rule().late(2)) == (True, False, False)
"""
CONFIG = """
[cosmic-ray]
module-path = "things/rule.py"
excluded-modules = []
test-command = "true"
timeout = 60.0
[cosmic-ray.distributor]
name = "forking"
[cosmic-ray.distributor.forking]
options = ["-q", "-p", "no:cacheprovider", "-p", "no:cov", "--timeout=0"]
import-first = []
packages = ["things"]
[cosmic-ray.filters.operators-filter]
exclude-operators = ["core/ReplaceBinaryOperator_(?!Add_Sub$)", "charts/.*"]
"""


@pytest.mark.parametrize(
    ("was", "is_now", "functions"),
    [
        ("def f():\n    return 1\n", "def f():\n    return 2\n", {"f"}),
        ("def f():\n    return 1\n", "def f():\n    return True\n", {"f"}),
        ("def f():\n    return 1\n", "\n\ndef f():\n    return 1\n", set()),
        ("class A:\n    def f(self):\n        return 1\n", "class A:\n    def f(self):\n        return 2\n", {"A.f"}),
        (
            "def f():\n    def g():\n        return 1\n    return g\n",
            "def f():\n    def g():\n        return 2\n    return g\n",
            {"f", "f.<locals>.g"},
        ),
        ("f = lambda: 1\n", "f = lambda: 2\n", {"<lambda>"}),
        ("def f():\n    return [x for x in y]\n", "def f():\n    return [z for x in y]\n", {"f"}),
        ("x = 1\n", "x = 2\n", None),
        ("class A:\n    x = 1\n", "class A:\n    x = 2\n", None),
        ("def f(x=1):\n    return x\n", "def f(x=2):\n    return x\n", None),
        ("x = [1 for _ in y]\n", "x = [2 for _ in y]\n", None),
    ],
)
def test_what_differs_is_functions_or_what_an_import_runs(was: str, is_now: str, functions: set[str] | None) -> None:
    changed = changed_functions(compile(was, "m", "exec"), compile(is_now, "m", "exec"))
    assert (None if changed is None else {name for name, _ in changed} - {"f.<locals>.<listcomp>"}) == functions


def test_a_function_that_lives_nowhere_is_not_in_place(tmp_path: Path) -> None:
    (code,) = [one for one in compile("def f(): return 1", "m", "exec").co_consts if hasattr(one, "co_code")]
    assert not put_in_place({("f", 1): code}, str(tmp_path / "m.py"), set())


def test_each_mutant_is_judged_by_what_runs_it(tmp_path: Path) -> None:
    """In a function, in a method, behind a cache, in a table that an import reads, without an end, and untested."""
    files = (
        ("things", "rule.py", RULE),
        ("tests/days", "test_rule.py", TESTS),
        ("tests/late", "test_rule.py", MORE_TESTS),
    )
    for folder, name, text in files:
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "__init__.py").touch()
        (tmp_path / folder / name).write_text(text, encoding="utf-8")
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    environment = os.environ | {"PYTHONPATH": f"{tmp_path}{os.pathsep}{ROOT}"}

    def run(*command: str) -> None:
        subprocess.run([sys.executable, "-m", *command], cwd=tmp_path, env=environment, check=True)

    plugins = ("-p", "no:cacheprovider", "-p", "tools.mutation.selection")
    run("pytest", "-q", "--cov=things", "--cov-context=test", "--cov-report=", *plugins, "tests")
    run("cosmic_ray.cli", "init", "config.toml", "session.sqlite")
    run("cosmic_ray.tools.filters.operators_filter", "session.sqlite", "config.toml")
    run("cosmic_ray.cli", "exec", "config.toml", "session.sqlite")

    found: dict[str, set[tuple[str, str]]] = {}
    with use_db(str(tmp_path / "session.sqlite"), WorkDB.Mode.open) as session:
        results = dict(session.results)
        for item in session.work_items:
            result = results[item.job_id]
            if result.test_outcome is not None:
                added = [line[1:].strip() for line in result.diff.splitlines() if line[:1] == "+" and line[:3] != "+++"]
                told = "".join(added), f"{result.test_outcome.value} {result.output}"
                found.setdefault(str(item.mutations[0].definition_name), set()).add(told)
    killed = "killed tests/days/test_rule.py::test_{}".format
    assert ('DAYS = {"month": 31, "week": 7}', killed("days")) in found["None"]
    assert ('DAYS = {"month": 30, "week": 8}', "survived ") in found["None"]
    assert {told for _, told in found["late"]} == {"killed tests/late/test_rule.py::test_late"}
    assert ("return day - day", killed("twice")) in found["twice"]
    assert ("return day - 1", "survived ") in found["untold"]
    assert ("day = day - 1", "killed timeout") in found["until"]
    assert {told for _, told in found["never"]} == {"survived no test runs it"}
