"""cosmic-ray's distributor `forking`: judges mutants in forked processes, without a start of Python for each.

On every core runs a judge, which has imported what tests need besides the modules that are mutated, and beside it a
session of pytest that has collected all tests. A mutant within functions is put into a fork of that session, in place
of the functions' code. One of a chart or a table, which an import reads, is put into a fork of the judge, which imports
and collects anew. No file is changed. `selection.py` says which tests run.
"""

import difflib
import gc
import importlib
import importlib.util
import marshal
import os
import select
import signal
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from itertools import zip_longest
from multiprocessing.connection import Connection, Pipe, wait
from pathlib import Path
from types import CodeType, ModuleType
from typing import Any, NoReturn

import pytest
from cosmic_ray.distribution.distributor import Distributor
from cosmic_ray.mutating import MutationVisitor
from cosmic_ray.plugins import get_operator
from cosmic_ray.work_item import MutationSpec, TestOutcome, WorkerOutcome, WorkItem, WorkResult

from tools.mutation.changed_code import Key, changed_functions, put_in_place
from tools.mutation.selection import Selection, batches, file_of

Verdict = tuple[str, str]
"""`killed`, `survived`, `timeout`, `crashed` or `not in place`, and which test told, or why."""

Say = Callable[[str, str], NoReturn]
"""Ends the process of a fork with its verdict."""


@dataclass(frozen=True)
class Mutant:
    """A module as it is and as it would be."""

    path: str
    original: str
    changed: str
    lines: range
    """The changed lines of the original, from 1."""

    @property
    def diff(self) -> str:
        """As cosmic-ray writes it."""
        texts = self.original.split("\n"), self.changed.split("\n")
        lines = difflib.unified_diff(*texts, f"a/{self.path}", f"b/{self.path}", lineterm="")
        return "\n".join(["--- mutation diff ---", *lines])


def mutant_of(mutation: MutationSpec) -> Mutant | None:
    """Apply an operator to a module's text; None if it changes nothing."""
    original = Path(mutation.module_path).read_text(encoding="utf-8")
    operator = get_operator(mutation.operator_name)(**(mutation.operator_args or {}))
    changed = MutationVisitor.mutate_code(original, operator, mutation.occurrence)
    if changed is None:
        return None
    return Mutant(str(mutation.module_path), original, changed, range(mutation.start_pos[0], mutation.end_pos[0] + 1))


# -- forks -----------------------------------------------------------------------------------------------------------


def in_a_fork(work: Callable[[Say], None], seconds: float) -> Verdict:
    """What work comes to in a process of its own."""
    mine, its = Pipe(duplex=False)
    child = os.fork()
    if child == 0:

        def say(outcome: str, told: str) -> NoReturn:
            its.send((outcome, told))
            os._exit(0)

        try:
            work(say)
        except BaseException as fault:
            say("crashed", repr(fault))
        say("crashed", "ended without a verdict")
    its.close()
    try:
        ready, _, _ = select.select([mine], [], [], seconds)
        outcome, told = mine.recv() if ready else ("timeout", "timeout")
    except EOFError:
        outcome, told = "crashed", "the process ended"
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    mine.close()
    return outcome, told


class FirstFailure:
    """A plugin of pytest that runs chosen tests in their order, and ends the process with the first that fails."""

    def __init__(self, say: Say, tests: Sequence[str]) -> None:
        self.say = say
        self.places = {name: place for place, name in enumerate(tests)}

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        chosen = [item for item in items if item.nodeid in self.places]
        items[:] = sorted(chosen, key=lambda item: self.places[item.nodeid])

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self.say("killed", report.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.failed:
            self.say("killed", report.nodeid)


class Collected:
    """A plugin of pytest in the process that has collected all tests: judges mutants within functions."""

    def __init__(self, requests: Connection, packages: set[str]) -> None:
        self.requests, self.packages = requests, packages

    def pytest_runtestloop(self, session: pytest.Session) -> NoReturn:
        items = {item.nodeid: item for item in session.items}
        # Sets up what all tests share, and takes down what the first and the last do not share.
        first, last = session.items[0], session.items[-1]
        first.ihook.pytest_runtest_protocol(item=first, nextitem=last)
        gc.collect()
        gc.freeze()
        while True:
            try:
                functions, path, tests, seconds = self.requests.recv()
            except EOFError:
                os._exit(0)
            codes = {key: marshal.loads(code) for key, code in functions.items()}

            def judge(say: Say, codes: Any = codes, path: str = path, tests: list[str] = tests) -> None:
                if not put_in_place(codes, path, self.packages):
                    say("not in place", "")
                chosen = [items[name] for name in tests]
                session.config.pluginmanager.register(FirstFailure(say, tests))
                for item, following in zip_longest(chosen, chosen[1:]):
                    item.ihook.pytest_runtest_protocol(item=item, nextitem=following)
                say("survived", "")

            self.requests.send(in_a_fork(judge, seconds))


class ImportChanged(MetaPathFinder, Loader):
    """Imports one module from its changed text."""

    def __init__(self, mutant: Mutant) -> None:
        self.name = mutant.path.removesuffix(".py").replace("/", ".")
        self.file = str(Path(mutant.path).resolve())
        self.text = mutant.changed

    def find_spec(self, fullname: str, path: object, target: object = None) -> ModuleSpec | None:
        if fullname != self.name:
            return None
        return importlib.util.spec_from_file_location(fullname, self.file, loader=self)

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.text, self.file, "exec", dont_inherit=True), module.__dict__)


# -- the judge -------------------------------------------------------------------------------------------------------


class Judge:
    """Judges one mutant after another; the configuration is that of the distributor."""

    def __init__(self, config: dict[str, Any]) -> None:
        self.options: list[str] = config["options"]
        self.selection = Selection()
        for name in config["import-first"]:
            importlib.import_module(name)
        self.collected, its = Pipe()
        if os.fork() == 0:
            self.collected.close()
            files = dict.fromkeys(map(file_of, self.selection.seconds))
            pytest.main([*self.options, *files], plugins=[Collected(its, set(config["packages"]))])
            os._exit(1)
        its.close()
        self.prove()

    def prove(self) -> None:
        """What changes nothing must survive both ways. Raises `RuntimeError`."""
        path = min(self.selection.data.measured_files())
        text = Path(path).read_text(encoding="utf-8")
        nothing = Mutant(os.path.relpath(path), text, text, range(1, 1))
        for verdict in (self.in_place(nothing, {}, self.selection.of_any_line()), self.by_an_import(nothing)):
            if verdict[0] != "survived":
                raise RuntimeError(f"{verdict} though nothing was changed")

    def result(self, item: WorkItem) -> WorkResult:
        """What came of a mutant, for cosmic-ray."""
        (mutation,) = item.mutations
        mutant = mutant_of(mutation)
        if mutant is None:
            return WorkResult(worker_outcome=WorkerOutcome.NO_TEST)
        outcome, told = self.verdict(mutant)
        if outcome == "killed":
            self.selection.killers[mutant.path][told] += 1
        return WorkResult(
            worker_outcome=WorkerOutcome.NORMAL,
            output=told,
            test_outcome=TestOutcome.SURVIVED if outcome == "survived" else TestOutcome.KILLED,
            diff=mutant.diff,
        )

    def verdict(self, mutant: Mutant) -> Verdict:
        """What came of a mutant."""
        try:
            changed = compile(mutant.changed, mutant.path, "exec", dont_inherit=True)
        except SyntaxError as fault:
            return "killed", f"not a program: {fault}"
        functions = changed_functions(compile(mutant.original, mutant.path, "exec", dont_inherit=True), changed)
        if functions == {}:
            return "survived", "the same program"
        if functions is not None and not self.selection.run_by_an_import(mutant.path, mutant.lines):
            tests = self.selection.of_lines(mutant.path, mutant.lines)
            if not tests:
                return "survived", "no test runs it"
            verdict = self.in_place(mutant, functions, tests)
            if verdict[0] != "not in place":
                return verdict
        return self.by_an_import(mutant)

    def in_place(self, mutant: Mutant, functions: dict[Key, CodeType], tests: list[str]) -> Verdict:
        """Run tests with changed functions."""
        codes = {key: marshal.dumps(code) for key, code in functions.items()}
        self.collected.send((codes, mutant.path, tests, self.selection.allowed(tests)))
        outcome, told = self.collected.recv()
        return outcome, told

    def by_an_import(self, mutant: Mutant) -> Verdict:
        """Import the module changed, and run tests."""
        tests = self.selection.of_module(mutant.path)

        def judge(say: Say) -> None:
            sys.meta_path.insert(0, ImportChanged(mutant))
            for batch in batches(tests):
                files = dict.fromkeys(map(file_of, batch))
                code = pytest.main([*self.options, *files], plugins=[FirstFailure(say, batch)])
                if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
                    say("killed", f"pytest ended with {code!r}")
            say("survived", "")

        return in_a_fork(judge, self.selection.allowed(tests))


def serve(requests: Connection, config: dict[str, Any]) -> NoReturn:
    """A judge's process: mutants in, results out, until nobody asks any more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    judge = Judge(config)
    while True:
        try:
            item = requests.recv()
        except EOFError:
            os._exit(0)
        requests.send((item.job_id, judge.result(item)))


class ForkingDistributor(Distributor):  # type: ignore[misc]  # cosmic-ray has no types
    """See above. Of its configuration, `options` go to pytest; `import-first` are modules that many tests need and
    that are not mutated; functions of `packages` may keep what they answered."""

    def __call__(
        self,
        pending_work: Iterable[WorkItem],
        test_command: str,
        timeout: float,
        distributor_config: dict[str, Any],
        on_task_complete: Callable[[str, WorkResult], None],
    ) -> None:
        def place(item: WorkItem) -> tuple[str, tuple[int, int]]:
            return str(item.mutations[0].module_path), item.mutations[0].start_pos

        pending = sorted(pending_work, key=place, reverse=True)
        judges: list[Connection] = []
        for _ in range(os.cpu_count() or 1):
            mine, its = Pipe()
            if os.fork() == 0:
                for connection in (mine, *judges):
                    connection.close()
                serve(its, distributor_config)
            its.close()
            judges.append(mine)
        idle, busy = list(judges), list[Connection]()
        while pending or busy:
            while pending and idle:
                busy.append(judge := idle.pop())
                judge.send(pending.pop())
            ready = wait(busy)
            for judge in [one for one in busy if one in ready]:
                on_task_complete(*judge.recv())
                busy.remove(judge)
                idle.append(judge)
