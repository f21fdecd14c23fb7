"""Runs tests against a mutant, each mutant in a process of its own, forked from one that has the rest imported.

*Warm*: a process has imported the product and collected the tests; in its fork the mutated function gets its new code,
which takes milliseconds. Only a mutant that a test kills there is done with. *Cold*: a process has imported nothing of
ours; its fork imports the mutant as any program would, and collects anew.
"""

import ast
import contextlib
import gc
import importlib
import io
import os
import pickle
import resource
import select
import signal
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path
from types import FrameType, FunctionType
from typing import Any

import pytest
from _pytest.runner import runtestprotocol

from tools.mutation.mutants import ROOT, Mutant, install, swap

ARGUMENTS = [
    "-q", "--no-header", "-p", "no:cacheprovider", "-p", "no:faulthandler", "--tb=no",
    "-p", "pytest_asyncio.plugin", "-p", "pytest_timeout",
]  # fmt: skip
"""How pytest is started; other plugins are not loaded."""

FunctionsThere = dict[tuple[str, str, int], list[FunctionType]]


def prepare() -> None:
    """Import what is not ours, once, before any fork."""
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    os.chdir(ROOT)
    sys.dont_write_bytecode = False
    for name in (
        "hypothesis", "pydantic", "pytest_asyncio.plugin", "pytest_timeout", "statemachine.contrib", "structlog",
        "temporalio.client", "temporalio.testing", "temporalio.worker", "zoneinfo", "sqlalchemy.ext.asyncio",
        "fastapi", "httpx", "jinja2", "babel", "typer", "alembic.command",
    ):  # fmt: skip
        try:
            __import__(name)
        except ImportError:
            continue
    import hypothesis

    hypothesis.settings.register_profile("mutation", derandomize=True, database=None)
    hypothesis.settings.load_profile("mutation")
    gc.freeze()


def in_fork(do: Callable[[], Any], seconds: int) -> Any:
    """What `do` answers in a fork of this process, or an exception as a value: `TimeoutError` after so many seconds of
    computing (ten times as many by the clock, for what waits for nothing), `ChildProcessError` where it ends otherwise.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        os.setsid()
        os.close(reader)
        silence()
        resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
        try:
            answer = pickle.dumps(do())
        except BaseException as error:
            answer = pickle.dumps(ChildProcessError(f"{type(error).__name__}: {error}"[:300]))
        with os.fdopen(writer, "wb") as pipe:
            pipe.write(answer)
        os._exit(0)
    os.close(writer)
    answer = received(reader, seconds * 10)
    os.close(reader)
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if isinstance(answer, EOFError):
        spent = os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGXCPU
        return TimeoutError() if spent else ChildProcessError(f"it ended without an answer: {status}")
    return answer


def received(reader: int, seconds: float) -> Any:
    """What comes through the pipe in time: an answer, `TimeoutError`, or `EOFError` where nothing came."""
    end, data = time.monotonic() + seconds, b""
    while True:
        left = end - time.monotonic()
        if left <= 0 or not select.select([reader], [], [], left)[0]:
            return TimeoutError()
        part = os.read(reader, 1 << 16)
        if not part:
            return pickle.loads(data) if data else EOFError()
        data += part


def silence() -> None:
    """A fork writes nothing to the terminal."""
    null = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(null, number)
    sys.stdout = sys.stderr = io.StringIO()


def first_to_fail(items: list[pytest.Item]) -> str | None:
    """Run tests in this order, and answer the first that fails."""
    for item, following in pairwise([*items, None]):
        assert item is not None
        if any(report.failed for report in runtestprotocol(item, log=False, nextitem=following)):
            return item.nodeid
    return None


class Loop:
    """A plugin that runs something else in place of all tests that were collected."""

    def __init__(self, do: Callable[[dict[str, pytest.Item]], Any]) -> None:
        self.do = do
        self.answer: Any = None

    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Called by pytest after collection."""
        if session.testsfailed:
            self.answer = "import"
        else:
            self.answer = self.do({item.nodeid: item for item in session.items})
        return True


def collected(files: list[str], do: Callable[[dict[str, pytest.Item]], Any]) -> Any:
    """Collect the tests of these files and hand them on."""
    loop = Loop(do)
    code = pytest.main([*ARGUMENTS, *files], plugins=[loop])
    return loop.answer if loop.answer is not None or code == 0 else "import"


def files_of(tests: list[str]) -> list[str]:
    """The files of tests, each once."""
    return list(dict.fromkeys(test.partition("::")[0] for test in tests))


def bring_in() -> None:
    """Import the product, so that a fork imports anew only what is built on its mutant."""
    for name in (
        "states.kinds.registry",
        "states.views.diagram",
        "states.views.preview",
        "catalogue.loader",
        "workflows.plugin",
        "tools.docs.build",
    ):
        importlib.import_module(name)


@cache
def imports() -> dict[str, set[str]]:
    """Our modules, each with those of ours that it imports."""
    named = {
        str(path.relative_to(ROOT)).removesuffix(".py").removesuffix("/__init__").replace("/", "."): path
        for top in ("activities", "catalogue", "docs", "states", "workflows")
        for path in (ROOT / top).rglob("*.py")
    }
    found: dict[str, set[str]] = {}
    for name, path in named.items():
        wanted = set()
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ImportFrom) and node.module:
                wanted |= {node.module, *(f"{node.module}.{one.name}" for one in node.names)}
            elif isinstance(node, ast.Import):
                wanted |= {one.name for one in node.names}
        found[name] = wanted & named.keys()
    return found


def forget(module: str) -> None:
    """Take a module out of memory with everything that is built on it."""
    gone = {module}
    while more := {name for name, wanted in imports().items() if wanted & gone} - gone:
        gone |= more
    for name in list(sys.modules):
        if name in gone or name.partition(".")[0] in (
            "tests",
            "settings",
            "worker",
            "portal",
            "cli",
            "console",
            "embedded",
        ):
            del sys.modules[name]
            package, _, last = name.rpartition(".")
            if package in sys.modules and hasattr(sys.modules[package], last):
                delattr(sys.modules[package], last)


def cold(mutant: Mutant | None, tests: list[str], seconds: int) -> Any:
    """The first of these tests that fails with the mutant imported, or `import` where that fails already."""

    def run() -> Any:
        if mutant is not None:
            forget(mutant.module)
            install(mutant)
        return collected(files_of(tests), lambda items: first_to_fail([items[test] for test in tests]))

    return in_fork(run, seconds)


class Warm:
    """A process that has everything imported and collected, and forks for each mutant."""

    def __init__(self, tests: list[str]) -> None:
        self.files = files_of(tests)
        self.asks, asked = os.pipe()[::-1]
        answers, self.answers = os.pipe()[::-1]
        self.child = os.fork()
        if self.child == 0:
            os.setsid()
            silence()
            os.close(self.asks)
            os.close(self.answers)
            with os.fdopen(asked, "rb") as jobs, os.fdopen(answers, "wb") as out:
                collected(self.files, lambda items: self.serve(items, jobs, out))
            os._exit(0)
        os.close(asked)
        os.close(answers)
        self.jobs, self.out = os.fdopen(self.asks, "wb"), os.fdopen(self.answers, "rb")

    def serve(self, items: dict[str, pytest.Item], jobs: Any, out: Any) -> None:
        """Take mutants until there are no more."""
        functions = functions_there()
        gc.freeze()
        while True:
            try:
                mutant, tests, seconds = pickle.load(jobs)
            except EOFError:
                return
            answer = in_fork(lambda: self.judge(items, functions, mutant, tests), seconds)  # noqa: B023
            pickle.dump(answer, out)
            out.flush()

    def judge(self, items: dict[str, pytest.Item], functions: FunctionsThere, mutant: Mutant, tests: list[str]) -> Any:
        """In the fork: put the code in, run the tests."""
        install(mutant)
        if not swap(mutant, functions):
            return "cold"
        return first_to_fail([items[test] for test in tests if test in items])

    def run(self, mutant: Mutant, tests: list[str], seconds: int) -> Any:
        """The first test that fails, None, or `cold` where this mutant cannot be judged here."""
        pickle.dump((mutant, tests, seconds), self.jobs)
        self.jobs.flush()
        return pickle.load(self.out)


def functions_there() -> FunctionsThere:
    """Every function of `states/` that is in memory."""
    found: FunctionsThere = defaultdict(list)
    root = str(ROOT / "states")
    for one in gc.get_objects():
        if isinstance(one, FunctionType) and one.__code__.co_filename.startswith(root):
            code = one.__code__
            found[code.co_filename, code.co_qualname, code.co_firstlineno].append(one)
    return found


class Touched:
    """A plugin that notes for each test how long it computes and which lines of `states/` it carries out."""

    def __init__(self) -> None:
        self.tests: dict[str, dict[str, Any]] = {}
        self.lines: set[tuple[str, int]] = set()
        self.root = str(ROOT / "states") + os.sep

    def enter(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Called at each call: only our own code is looked at."""
        return self.line if frame.f_code.co_filename.startswith(self.root) else None

    def line(self, frame: FrameType, event: str, argument: Any) -> Any:
        """Called at each line."""
        self.lines.add((frame.f_code.co_filename, frame.f_lineno))
        return self.line

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Iterator[None]:
        """Around each test."""
        self.lines = set()
        began = time.process_time()
        threading.settrace(self.enter)
        sys.settrace(self.enter)
        try:
            result = yield
        finally:
            sys.settrace(None)
            threading.settrace(None)
            held: dict[str, list[int]] = {}
            for file, line in sorted(self.lines):
                held.setdefault(str(Path(file).relative_to(ROOT)), []).append(line)
            self.tests[item.nodeid] = {"seconds": round(time.process_time() - began, 3), "lines": held}
        return result
