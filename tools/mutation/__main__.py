"""`python -m tools.mutation [plan|map|run|again|report]`: without a word all in turn; what was done is not repeated.

`plan` puts the mutants into the session, `map` notes which test carries out which line, `run` runs the mutants that
have no result yet, `again` those that survived, `report` writes `docs/mutation.md`.
"""

import argparse
import json
import multiprocessing
import os
import re
import sys
import time
from collections import defaultdict, deque
from typing import Any

import pytest
from cosmic_ray.work_item import TestOutcome, WorkerOutcome, WorkResult

from tools.mutation import report, running
from tools.mutation.mutants import FOLDER, ROOT, TOP, Mutant, mutant_of, plan, session

MAP = FOLDER / "touched.json"

PINS = "tests/charts/test_transitions.py"
"""Where the declarations of the paths are pinned."""

PURE = (
    PINS,
    "tests/charts/test_diagrams.py",
    "tests/rules/test_checks.py", "tests/rules/test_checks_editions.py", "tests/rules/test_checks_licences.py",
    "tests/rules/test_checks_warnings.py", "tests/rules/test_notice_rule.py", "tests/texts/test_texts.py", "tests/rules/test_catalogue.py",
    "tests/rules/test_catalogue_loader.py", "tests/rules/test_cost_effects.py", "tests/rules/test_known_traps.py",
    "tests/charts/test_click_paths.py", "tests/charts/test_exploration.py", "tests/replay",
)  # fmt: skip
"""Tests that need no server."""

WIDE = (
    "tests/adapters/test_changes.py", "tests/runs/test_previews.py", "tests/runs/test_handlers.py", "tests/adapters/test_request_check.py",
    "tests/texts/test_docs.py", "tests/runs/test_continue_as_new.py", "tests/system/test_cli.py", "tests/adapters/test_activities.py",
    "tests/adapters/test_customer_centre.py", "tests/adapters/test_adapters.py",
)  # fmt: skip
"""Tests of runs, on a time-skipping server: asked for what is left, beside `tests/test_runs_*.py`."""


def files(wide: bool) -> list[str]:
    """The test files that are there."""
    names = [name for name in PURE if (ROOT / name).exists()]
    names += sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").glob("test_states_*.py"))
    if wide:
        names += [name for name in WIDE if (ROOT / name).exists()]
        names += sorted(str(path.relative_to(ROOT)) for path in (ROOT / "tests").glob("test_runs_*.py"))
    return [name for name in dict.fromkeys(names) if "postgres" not in name]


def make_map(wide: bool) -> None:
    """Note for each test which lines it carries out; tests known already are not run again."""
    known = json.loads(MAP.read_text(encoding="utf-8")) if MAP.exists() else {}
    held = {test.partition("::")[0] for test in known}
    wanted = [name for name in files(wide) if name not in held and not any(one.startswith(name + "/") for one in held)]
    if not wanted:
        return
    running.prepare()
    touched = running.Touched()
    code = pytest.main([*running.ARGUMENTS, *wanted], plugins=[touched])
    if code != 0:
        sys.exit("a test fails without any mutant: mend that first")
    MAP.write_text(json.dumps(known | touched.tests, indent=1), encoding="utf-8")


class Judge:
    """In a process of the pool: decides about mutants, one after the other."""

    def __init__(self, tests: dict[str, dict[str, Any]], args: argparse.Namespace) -> None:
        self.tests, self.args = tests, args
        self.warm: running.Warm | None = None
        self.killers: dict[str, deque[str]] = defaultdict(lambda: deque(maxlen=60))
        self.quickest = sorted(tests, key=lambda test: tests[test]["seconds"])
        self.callers: dict[tuple[str, int], set[str]] = defaultdict(set)
        for test in tests:
            for path, lines in tests[test]["lines"].items():
                for line in lines:
                    self.callers[path, line].add(test)

    def order(self, mutant: Mutant) -> list[str]:
        """The tests that carry out the mutated statement: those that killed its neighbours, then the quickest."""
        first, last = mutant.lines
        calling: set[str] = set()
        if mutant.function != TOP:
            calling = set().union(*(self.callers.get((mutant.path, line), ()) for line in range(first, last + 1)))
        allowed = calling or set(self.tests)
        near = [*self.killers[mutant.path], *self.killers[f"{mutant.path} {mutant.function}"]]
        lately = [test for test in reversed(near) if test in allowed and self.tests[test]["seconds"] < 0.5]
        return self.within([*list(dict.fromkeys(lately))[:6], *(test for test in self.quickest if test in allowed)])

    def within(self, tests: list[str]) -> list[str]:
        """As many as may be run: first the quickest, up to the time allowed."""
        found, left = [], self.args.budget
        for test in dict.fromkeys(tests):
            left -= self.tests[test]["seconds"]
            if left < 0:
                break
            found.append(test)
        return found

    def judge(self, mutant: Mutant) -> tuple[Any, str]:
        """What killed it (None: nothing did), and how it was run."""
        tests = self.order(mutant)
        if not self.args.cold:
            if self.warm is None:
                self.warm = running.Warm(list(self.tests))
            found = self.warm.run(mutant, tests, self.args.seconds)
            if found != "cold" and not isinstance(found, ChildProcessError):
                return found, "warm"
        for some in (self.first(mutant, tests), tests):
            found = running.cold(mutant, some, self.args.seconds) if some else None
            if found is not None:
                break
        return found, "cold"

    def first(self, mutant: Mutant, tests: list[str]) -> list[str]:
        """Few files, where a mutant is imported: what pins the declarations of paths, and what lately killed."""
        pinned = [test for test in self.tests if test.startswith(PINS) and mutant.path.startswith("states/paths/")]
        return [*pinned, *[test for test in tests if test in self.killers[mutant.path]][:3]]


judging: Judge


def set_up(tests: dict[str, dict[str, Any]], args: argparse.Namespace) -> None:
    """In each process of the pool."""
    global judging
    running.bring_in()
    running.imports()
    judging = Judge(tests, args)


def work(item: Any) -> tuple[str, WorkResult, str]:
    """Judge one mutant."""
    began = time.monotonic()
    mutant = mutant_of(item)
    try:
        compile(mutant.changed, mutant.path, "exec")
        found, how = judging.judge(mutant)
    except SyntaxError:
        found, how = "import", "cold"
    if isinstance(found, str) and found != "import":
        judging.killers[mutant.path].append(found)
        judging.killers[f"{mutant.path} {mutant.function}"].append(found)
    said = {"by": repr(found) if isinstance(found, Exception) else found, "how": how}
    said |= {"seconds": round(time.monotonic() - began, 2)}
    outcome = TestOutcome.SURVIVED if found is None else TestOutcome.KILLED
    result = WorkResult(WorkerOutcome.NORMAL, json.dumps(said), outcome, mutant.diff)
    return item.job_id, result, f"{mutant.path} {mutant.function} {mutant.operator}"


def run(args: argparse.Namespace, again: bool) -> None:
    """Run mutants, and keep each result as it comes."""
    db = session()
    done = {job: result for job, result in db.results}
    survived = {job for job, result in done.items() if result.test_outcome == TestOutcome.SURVIVED}
    todo = [
        item
        for item in db.work_items
        if (item.job_id in survived if again else item.job_id not in done)
        and re.search(args.only, f"{item.mutations[0].module_path} {item.mutations[0].operator_name}")
    ]
    tests = json.loads(MAP.read_text(encoding="utf-8"))
    there = files(args.wide)
    tests = {test: what for test, what in tests.items() if test.startswith(tuple(there))}
    todo = todo[:: args.every]
    print(f"{len(todo)} mutants, {len(tests)} tests", flush=True)
    running.prepare()
    began, killed = time.monotonic(), 0
    context = multiprocessing.get_context("fork")
    with context.Pool(args.workers, set_up, (tests, args)) as pool:
        for number, (job, result, name) in enumerate(pool.imap_unordered(work, todo), 1):
            db.set_result(job, result)
            killed += result.test_outcome == TestOutcome.KILLED
            if result.test_outcome == TestOutcome.SURVIVED or args.verbose:
                print(f"  {result.test_outcome} {name}\n{result.diff}\n   {result.output}", flush=True)
            if number % 50 == 0:
                print(f"{number}/{len(todo)}: {killed} killed, {time.monotonic() - began:.0f} s", flush=True)
    print(f"{len(todo)} mutants: {killed} killed, {time.monotonic() - began:.0f} s")


def main() -> None:
    """See above."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument("command", nargs="?", choices=["plan", "map", "run", "again", "report"])
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--seconds", type=int, default=100, help="how long the tests of a mutant may compute")
    parser.add_argument("--budget", type=float, default=1e9, help="seconds: run only the quickest tests of a mutant")
    parser.add_argument("--cold", action="store_true", help="import each mutant anew")
    parser.add_argument("--only", default="", help="a pattern: path and operator")
    parser.add_argument("--every", type=int, default=1, help="a sample: every nth")
    parser.add_argument("--wide", action="store_true", help="tests of runs on a server too")
    parser.add_argument("--verbose", action="store_true")
    args = parser.parse_args()
    if args.command in (None, "plan"):
        print("{} mutants, {} to do".format(*plan()))
    if args.command in (None, "map"):
        # In a process of its own: what it imports must not be there when mutants are forked.
        mapping = multiprocessing.get_context("fork").Process(target=make_map, args=(args.wide,))
        mapping.start()
        mapping.join()
        if mapping.exitcode:
            sys.exit(mapping.exitcode)
    if args.command in (None, "run", "again"):
        run(args, args.command == "again")
    if args.command in (None, "report"):
        report.write()


if __name__ == "__main__":
    main()
