"""Every rule and every code has a test that names it: number or code stands in the test's name or parametrize-id."""

import os
import re
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest

from catalogue.texts import keys
from states.model.codes import CODES, Group, codes_of
from tools.docs.rules import rules

ROOT = Path(__file__).resolve().parents[2]
RULES = [*rules()]

GROUPS = {
    "G": 13, "D": 8, "ED": 15, "WE": 4, "OP": 4, "OP0-": 6, "OPL-": 4, "MP": 6, "MOV": 2, "CO": 6, "WM": 3, "POS": 5,
    "SH": 4, "PR": 2, "WMM": 3, "WMU": 5, "FFN": 5, "SL": 6, "SHH": 2, "VOU": 4, "API": 4, "SVC": 1, "SUP": 3, "ECO": 2,
    "HOS": 3, "ADD": 2, "MIS": 2, "X": 14,
}  # fmt: skip
"""How many rules each group has; they are numbered from 1."""


SAID = codes_of("warning", "request", "event", "open", "portal")
"""The stable codes of the contract: warnings, refusals of a request and of an event, those of the portal."""

TEXTS_ONLY = ("tests/texts/test_texts.py", "tests/replay/")
"""Where a code in a name proves that it has a text, or was recorded, and not that it is ever said."""


@pytest.fixture(scope="module")
def names(request: pytest.FixtureRequest) -> list[str]:
    """The ids of all tests but those of this file, whatever this session was asked to run."""
    own = Path(__file__).relative_to(ROOT).as_posix()
    return [name for name in collected(request.session) or collect() if not name.startswith(own)]


def collected(session: pytest.Session) -> list[str]:
    """What this session has collected, where that is everything; else nothing."""
    narrowed = any(session.config.getoption(option, None) for option in ("keyword", "markexpr", "deselect", "lf"))
    files = {item.path for item in session.items}
    whole = not narrowed and files >= set((ROOT / "tests").rglob("test_*.py"))
    return [item.nodeid for item in session.items] if whole else []


def collect() -> list[str]:
    """What pytest collects, asked in a process of its own."""
    told = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST_")}
    command = [sys.executable, "-m", "pytest", "--collect-only", "-q", "-p", "no:cacheprovider", "tests"]
    found = subprocess.run(command, cwd=ROOT, env=told, capture_output=True, text=True, check=False, timeout=120)
    assert found.returncode == 0, found.stdout[-2000:] + found.stderr[-2000:]
    return [line for line in found.stdout.splitlines() if "::" in line]


def untested_rules(rules: Iterable[str], names: list[str]) -> list[str]:
    """The rules whose number stands in no name. Between letters and digits there is no boundary: ED1 is not in ED10."""
    said = "\n".join(name.partition("::")[2] for name in names)
    return [rule for rule in rules if not number(rule).search(said)]


def number(rule: str) -> re.Pattern[str]:
    """A rule's number as a whole: in a function's name OP0-1 is written OP0_1, in either case."""
    written = re.escape(rule).replace(r"\-", "[-_]")
    return re.compile(rf"(?<![A-Za-z0-9]){written}(?![A-Za-z0-9])", re.IGNORECASE)


def untested_codes(codes: Iterable[str], names: list[str]) -> list[str]:
    """The codes with which no test's name begins, and that are no whole part of an id. Tests of texts do not count."""
    said = {part for name in names if not name.startswith(TEXTS_ONLY) for part in parts_of(name)}
    functions = [function_of(name) for name in names if not name.startswith(TEXTS_ONLY)]
    return [code for code in codes if code not in said and not any(begins(name, code) for name in functions)]


def parts_of(name: str) -> list[str]:
    """The parts of a parametrize-id, which `-` or a space divides."""
    return re.split(r"[-\s/]", name.partition("[")[2].rstrip("]"))


def function_of(name: str) -> str:
    """A test function's name, without `test_` and the numbers of rules in front."""
    plain = name.rpartition("::")[2].partition("[")[0].removeprefix("test_")
    return re.sub(r"^(?:(?:[A-Z]{1,4}|OP0|OPL_)\d+_)+", "", plain)


def begins(name: str, code: str) -> bool:
    """Whether a name is the code, or goes on after it."""
    return name == code or name.startswith(f"{code}_")


def test_every_rule_has_a_test_with_its_number_in_its_name(names: list[str]) -> None:
    assert untested_rules(RULES, names) == []


def test_every_code_has_a_test_with_it_in_its_name(names: list[str]) -> None:
    assert untested_codes(SAID, names) == []


def test_a_rule_or_code_without_a_test_would_be_listed(names: list[str]) -> None:
    assert untested_rules(["ED1", "ED99", "OP0-1", "OP0-77", "X100"], names) == ["ED99", "OP0-77", "X100"]
    assert untested_codes(["too_late", "much_too_late"], names) == ["much_too_late"]


@pytest.mark.parametrize(
    ("name", "rule", "holds"),
    [
        ("tests/a.py::test_ED1_is_a_booking", "ED1", True),
        ("tests/a.py::test_ed1", "ED1", True),
        ("tests/a.py::test_ED10_optional_services", "ED1", False),
        ("tests/a.py::test_WED1", "ED1", False),
        ("tests/a.py::test_it[ED1-jtl]", "ED1", True),
        ("tests/a.py::test_it[jtl-ED1/ED2]", "ED1", True),
        ("tests/a.py::test_op0_1_channels", "OP0-1", True),
        ("tests/a.py::test_it[OP0-1-2027-01-17]", "OP0-1", True),
        ("tests/a.py::test_it[OP0-12]", "OP0-1", False),
        ("tests/ED1.py::test_it", "ED1", False),
    ],
)
def test_where_a_number_ends(name: str, rule: str, holds: bool) -> None:
    assert (untested_rules([rule], [name]) == []) == holds


@pytest.mark.parametrize(
    ("name", "holds"),
    [
        ("tests/a.py::test_ended_runs_say_so", True),
        ("tests/a.py::test_X11_ended", True),
        ("tests/a.py::test_an_event_is_refused[X11-ended]", True),
        ("tests/a.py::test_the_list_has_ended_runs", False),
        ("tests/a.py::test_it[how_it_ended]", False),
        ("tests/texts/test_texts.py::test_it[problem-ended]", False),
    ],
)
def test_where_a_code_counts(name: str, holds: bool) -> None:
    assert (untested_codes(["ended"], [name]) == []) == holds


def test_the_table_of_rules_has_no_gap() -> None:
    numbers = [f"{group}{n}" for group, count in GROUPS.items() for n in range(1, count + 1)]
    assert numbers == RULES


def test_the_codes_are_those_that_there_are_texts_for() -> None:
    texts = {space: {key.partition(".")[2] for key in keys() if key.startswith(f"{space}.")} for space in SPACES}
    assert texts == {space: set(codes_of(*groups)) for space, groups in SPACES.items()}


SPACES: dict[str, tuple[Group, ...]] = {
    "warning": ("warning",),
    "refusal": ("request", "open"),
    "problem": ("event", "portal"),
}
"""The texts of each space, by the groups of codes that they say."""


def test_each_code_names_rules_that_there_are() -> None:
    assert {rule for code in CODES.values() for rule in code.rules} <= set(RULES)


def test_a_warning_has_no_status_and_every_refusal_has_one() -> None:
    assert {name for name, code in CODES.items() if code.status is None} == set(codes_of("warning"))
