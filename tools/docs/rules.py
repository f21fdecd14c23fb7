"""The rules of docs/rules.toml, and where their numbers are cited: in code, in data, in tests."""

import ast
import re
import tomllib
from bisect import bisect_left
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

from pydantic import BaseModel, ConfigDict

ROOT = Path(__file__).resolve().parents[2]
FILE = ROOT / "docs" / "rules.toml"
CODE = ("states", "catalogue", "activities", "workflows", "portal")
"""The packages in which rules are implemented."""

Places = dict[str, list[str]]
"""Files, each with the names in it."""


class Rule(BaseModel):
    """A rule: lines of the guide, public pages, whether it is our own reading, our short wording.

    `texts`: keys of the texts by which people are told it, where that is all there is to it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    number: str
    says: str
    lines: tuple[int, ...] = ()
    pages: tuple[str, ...] = ()
    ours: bool = False
    texts: tuple[str, ...] = ()

    @property
    def group(self) -> str:
        """The letters of its number."""
        return re.sub(r"\d+$", "", self.number)

    @property
    def sources(self) -> frozenset[str]:
        """What the catalogue's data would cite: `L36`, `P3`."""
        return frozenset({*self.pages, *(f"L{line}" for line in self.lines)})


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its number, in the order of the file."""
    document = tomllib.loads(FILE.read_text(encoding="utf-8"))
    document.pop("groups")
    return {number: Rule.model_validate({"number": number} | fields) for number, fields in document.items()}


@cache
def groups() -> dict[str, list[Rule]]:
    """The rules by what they are about, in the order of the file."""
    titles = tomllib.loads(FILE.read_text(encoding="utf-8"))["groups"]
    return {
        f"{title} ({letters.rstrip('-')})": [rule for rule in rules().values() if rule.group == letters]
        for letters, title in titles.items()
    }


@cache
def pattern() -> re.Pattern[str]:
    """A number of one of the groups, or a range of them: `ED6`, `OP0-1`, `D1 to D5`; in a test's name `OP0_1`."""
    longest_first = sorted({rule.group for rule in rules().values()}, key=len, reverse=True)
    letters = "|".join(re.escape(group).replace(r"\-", "[-_]") for group in longest_first)
    return re.compile(
        rf"(?<![A-Za-z0-9-])({letters})([1-9]\d*)(?![A-Za-z0-9])(?:(?: to |-|–)\1([1-9]\d*)(?![A-Za-z0-9]))?"
    )


def cited(text: str) -> Iterator[str]:
    """The numbers in a text, each of a range by itself, whether or not there is such a rule."""
    for match in pattern().finditer(text):
        group, first, last = match[1].replace("_", "-"), int(match[2]), int(match[3] or match[2])
        yield from (f"{group}{number}" for number in range(first, last + 1))


def files(folders: Iterable[str], suffix: str) -> list[Path]:
    """The files of folders, sorted."""
    return sorted(path for folder in folders for path in (ROOT / folder).rglob(f"*{suffix}"))


def relative(path: Path) -> str:
    """A path as the pages name it."""
    return path.relative_to(ROOT).as_posix()


@cache
def in_code() -> dict[str, Places]:
    """The definitions in whose code, docstring or comment a rule is cited; "" stands for the module itself."""
    index: dict[str, Places] = {}
    for path in files(CODE, ".py"):
        source = path.read_text(encoding="utf-8")
        ends, names = definitions(ast.parse(source))
        for number, line in enumerate(source.splitlines(), 1):
            for rule in cited(line):
                position = bisect_left(ends, number)
                listed = index.setdefault(rule, {}).setdefault(relative(path), [])
                name = names[position] if position < len(names) else ""
                if name not in listed:
                    listed.append(name)
    return index


def definitions(module: ast.Module) -> tuple[list[int], list[str]]:
    """The last line of each statement of a module and of its classes, and the name that it defines.

    A comment belongs to the statement below it, a docstring below a value to that value.
    """
    ends: list[int] = []
    names: list[str] = []
    for statement in module.body:
        name = names[-1] if isinstance(statement, ast.Expr) and names else name_of(statement)
        if isinstance(statement, ast.ClassDef):
            inner = name
            for member in statement.body:
                if not isinstance(member, ast.Expr):
                    inner = f"{name}.{name_of(member)}" if name_of(member) else name
                ends.append(member.end_lineno or 0)
                names.append(inner)
        else:
            ends.append(statement.end_lineno or 0)
            names.append(name)
    return ends, names


def name_of(statement: ast.stmt) -> str:
    """The name that a statement defines, if it defines one."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return statement.name
    if isinstance(statement, ast.Assign | ast.AnnAssign):
        target = statement.targets[0] if isinstance(statement, ast.Assign) else statement.target
        return target.id if isinstance(target, ast.Name) else ""
    return ""


@cache
def in_data() -> dict[str, list[str]]:
    """The files of the catalogue that cite a rule, or give as source a line or page that the rule has."""
    index: dict[str, list[str]] = {}
    for path in files(["catalogue/versions"], ".toml"):
        text = path.read_text(encoding="utf-8")
        numbers = set(cited(text))
        sources = {source for stated in re.findall(r'source = "([^"]*)"', text) for source in sources_in(stated)}
        for rule in rules().values():
            if rule.number in numbers or rule.sources & sources:
                index.setdefault(rule.number, []).append(relative(path))
    return index


def sources_in(stated: str) -> Iterator[str]:
    """The lines and pages of a source as the catalogue writes it: `[S] L181 to L183, P1`."""
    for first, last in re.findall(r"\bL(\d+)(?: to L(\d+))?", stated):
        yield from (f"L{line}" for line in range(int(first), int(last or first) + 1))
    yield from re.findall(r"\bP\d+b?\b", stated)


NAMES_ALL = ("tests/rules/test_every_rule_is_named.py", "tests/texts/test_docs.py", "tests/texts/test_citations.py")
"""The tests about the numbers themselves."""


@cache
def in_tests() -> dict[str, list[str]]:
    """The files of tests in which a rule stands in a test's name or in a text of the code, say a parametrize-id."""
    index: dict[str, list[str]] = {}
    for path in files(["tests"], ".py"):
        if relative(path) not in NAMES_ALL:
            named = "\n".join(test_texts(ast.parse(path.read_text(encoding="utf-8"))))
            for rule in sorted(set(cited(named))):
                index.setdefault(rule, []).append(relative(path))
    return index


def test_texts(module: ast.Module) -> Iterator[str]:
    """The names of tests, and the texts that are no docstrings."""
    docstrings = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name.removeprefix("test_")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value
