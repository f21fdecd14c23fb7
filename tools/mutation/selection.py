"""Which tests may tell a mutant from what stands there, and in which order they run.

Known from one run in which nothing is changed: which lines each test runs (coverage) and how long it takes.
"""

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import accumulate, zip_longest
from pathlib import Path

import pytest
from coverage import CoverageData

DURATIONS = Path("durations.json")
COVERAGE = Path(".coverage")
TESTS_SECONDS = 4.0
"""Of the tests that may tell, the quickest run: as many as took so long together when nothing was changed."""
SPARE_SECONDS = 20.0
"""Given to a mutant's tests beside five times what they took when nothing was changed."""
TESTS_OF_CHARTS = "/test_transitions.py::"
"""What tells first of what an import reads."""


class Durations:
    """A plugin of pytest that notes how long each test takes."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.seconds[report.nodeid] += report.duration

    def pytest_sessionfinish(self) -> None:
        DURATIONS.write_text(json.dumps(self.seconds), encoding="utf-8")


def pytest_configure(config: pytest.Config) -> None:
    """With `-p tools.mutation.selection`: note how long each test takes."""
    config.pluginmanager.register(Durations())


def file_of(test: str) -> str:
    """The file of a test by its name."""
    return test.partition("::")[0]


class Selection:
    """The tests of mutants."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = json.loads(DURATIONS.read_text(encoding="utf-8"))
        self.data = CoverageData(str(COVERAGE))
        self.data.read()
        self.tests_by_line = lru_cache(maxsize=4)(self.read_tests_by_line)
        self.killers: dict[str, Counter[str]] = defaultdict(Counter)
        """How many mutants of a module a test has killed: it is likely to kill the next."""

    def read_tests_by_line(self, path: str) -> dict[int, set[str]]:
        """By line from 1, the tests that ran it; an empty name stands for an import."""
        contexts = self.data.contexts_by_lineno(str(Path(path).resolve()))
        return {line: {name.partition("|")[0] for name in names} for line, names in contexts.items()}

    def run_by_an_import(self, path: str, lines: Iterable[int]) -> bool:
        """Whether an import runs one of the lines."""
        tests = self.tests_by_line(path)
        return any("" in tests.get(line, ()) for line in lines)

    def of_lines(self, path: str, lines: Iterable[int]) -> list[str]:
        """Tests that run one of these lines: of each file in turn the quickest."""
        tests = self.tests_by_line(path)
        return self.killers_first(path, self.in_turn({name for line in lines for name in tests.get(line, ())}))

    def of_any_line(self) -> list[str]:
        """Tests of all files, in such an order."""
        return self.in_turn(set(self.seconds))

    def in_turn(self, tests: set[str]) -> list[str]:
        """Of each file in turn the quickest of these tests."""
        in_turn = zip_longest(*sorted(self.by_file(tests).values(), key=len, reverse=True))
        return [name for names in in_turn for name in names if name is not None]

    def of_module(self, path: str) -> list[str]:
        """All tests, since what an import reads may be used anywhere: first those that run anything of the module,
        and file by file, since a file is collected whole."""
        near = {name for names in self.tests_by_line(path).values() for name in names}
        tests = self.by_file(near)
        others = self.by_file(set(self.seconds) - near)
        files = sorted({*tests, *others}, key=lambda file: (-len(tests.get(file, ())), file))
        files.sort(key=lambda file: TESTS_OF_CHARTS not in f"{file}::")
        return self.killers_first(
            path, [name for file in files for name in (*tests.get(file, ()), *others.get(file, ()))]
        )

    def by_file(self, tests: set[str]) -> dict[str, list[str]]:
        """The quickest of these tests, by file."""
        quickest = sorted(tests & self.seconds.keys(), key=lambda name: (self.seconds[name], name))
        so_far = accumulate(self.seconds[name] for name in quickest)
        files: dict[str, list[str]] = defaultdict(list)
        for name, seconds in zip(quickest, so_far, strict=True):
            if seconds <= TESTS_SECONDS:
                files[file_of(name)].append(name)
        return dict(files)

    def killers_first(self, path: str, tests: list[str]) -> list[str]:
        """The same tests, those first that killed most mutants of the module."""
        first = {name: None for name, _ in self.killers[path].most_common(12) if name in tests}
        return [*first, *(name for name in tests if name not in first)]

    def allowed(self, tests: Sequence[str]) -> float:
        """After how many seconds a mutant is taken for one that never ends."""
        return SPARE_SECONDS + 5 * sum(self.seconds[name] for name in tests)


def batches(tests: Sequence[str], few: int = 4) -> Iterator[list[str]]:
    """The tests of the first file, of the next few, and of all others: most mutants need no more than the first."""
    files = list(dict.fromkeys(map(file_of, tests)))
    for some in (files[:1], files[1 : 1 + few], files[1 + few :]):
        if batch := [name for name in tests if file_of(name) in some]:
            yield batch
