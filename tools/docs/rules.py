"""The rules of docs/rules.toml, and where their numbers are cited: in code, in data, in tests."""

import ast
import re
import tomllib
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict

ROOT = Path(__file__).resolve().parents[2]
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
def document() -> dict[str, Any]:
    """What rules.toml says: of each rule its fields, and of `groups` their titles."""
    return tomllib.loads((ROOT / "docs" / "rules.toml").read_text(encoding="utf-8"))


@cache
def rules() -> dict[str, Rule]:
    """Every rule by its number, in the order of the file."""
    fields_of = {number: fields for number, fields in document().items() if number != "groups"}
    return {number: Rule.model_validate({"number": number} | fields) for number, fields in fields_of.items()}


@cache
def groups() -> dict[str, list[Rule]]:
    """The rules by what they are about, in the order of the file."""
    return {
        f"{title} ({letters.rstrip('-')})": [rule for rule in rules().values() if rule.group == letters]
        for letters, title in document()["groups"].items()
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
    index: dict[str, Places] = defaultdict(lambda: defaultdict(list))
    for path in files(CODE, ".py"):
        source = path.read_text(encoding="utf-8")
        statements = list(definitions(ast.parse(source).body))
        for number, line in enumerate(source.splitlines(), 1):
            for rule in cited(line):
                position = bisect_left(statements, number, key=lambda statement: statement[0])
                name = statements[position][1] if position < len(statements) else ""
                listed = index[rule][relative(path)]
                if name not in listed:
                    listed.append(name)
    return index


def definitions(body: list[ast.stmt], owner: str = "") -> Iterator[tuple[int, str]]:
    """Of each statement of a module and of its classes the last line, and the name that it defines.

    A comment belongs to the statement below it, a docstring below a value to that value.
    """
    name = owner
    for statement in body:
        if not isinstance(statement, ast.Expr):
            name = ".".join(filter(None, (owner, name_of(statement))))
        if isinstance(statement, ast.ClassDef):
            yield from definitions(statement.body, name)
        else:
            yield statement.end_lineno or 0, name


def name_of(statement: ast.stmt) -> str:
    """The name that a statement defines, if it defines one."""
    match statement:
        case (
            ast.FunctionDef(name=name)
            | ast.AsyncFunctionDef(name=name)
            | ast.ClassDef(name=name)
            | ast.Assign(targets=[ast.Name(id=name), *_])
            | ast.AnnAssign(target=ast.Name(id=name))
        ):
            return name
    return ""


@cache
def in_data() -> dict[str, list[str]]:
    """The files of the catalogue that cite a rule, or give as source a line or page that the rule has."""
    index: dict[str, list[str]] = defaultdict(list)
    for path in files(["catalogue/versions"], ".toml"):
        text = path.read_text(encoding="utf-8")
        numbers = set(cited(text))
        sources = {source for stated in re.findall(r'source = "([^"]*)"', text) for source in sources_in(stated)}
        for rule in rules().values():
            if rule.number in numbers or rule.sources & sources:
                index[rule.number].append(relative(path))
    return index


def sources_in(stated: str) -> Iterator[str]:
    """The lines and pages of a source as the catalogue writes it: `[S] L181 to L183, P1`."""
    for first, last in re.findall(r"\bL(\d+)(?: to L(\d+))?", stated):
        yield from (f"L{line}" for line in range(int(first), int(last or first) + 1))
    yield from re.findall(r"\bP\d+b?\b", stated)


def mutants_of(rule: str) -> str:
    """What came of the mutants of the definitions in `states/` that cite a rule, with each survivor by its name."""
    folder = ROOT / "tools" / "mutation"
    results = tomllib.loads((folder / "results.toml").read_text(encoding="utf-8"))
    places = sorted(
        f"{path} {name.rpartition('.')[2] or '(module)'}"
        for path, names in in_code().get(rule, {}).items()
        if path.startswith("states/")
        for name in names
    )
    run = {place: results[place] for place in places if place in results}
    killed, pending = (sum(result[outcome] for result in run.values()) for outcome in ("killed", "pending"))
    survivors = [f"{result['survived']} in `{place}`" for place, result in run.items() if result["survived"]]
    if not killed and not survivors:
        return "not run yet" if places else "none: what follows it is no code of `states/`"
    told = [f"{killed} killed", *([f"{pending} not run"] if pending else [])]
    return ", ".join([*told, f"[surviving](mutation.md#survivors): {', '.join(survivors) or 'none'}"])


NAMES_ALL = ("tests/rules/test_every_rule_is_named.py", "tests/texts/test_docs.py", "tests/texts/test_citations.py")
"""The tests about the numbers themselves."""


@cache
def in_tests() -> dict[str, list[str]]:
    """The files of tests in which a rule stands in a test's name or in a text of the code, say a parametrize-id."""
    index: dict[str, list[str]] = defaultdict(list)
    for path in files(["tests"], ".py"):
        if relative(path) not in NAMES_ALL:
            named = "\n".join(test_texts(ast.parse(path.read_text(encoding="utf-8"))))
            for rule in sorted(set(cited(named))):
                index[rule].append(relative(path))
    return index


def test_texts(module: ast.Module) -> Iterator[str]:
    """The names of tests, and the texts that are no docstrings."""
    docstrings = {id(node.value) for node in ast.walk(module) if isinstance(node, ast.Expr)}
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
            yield node.name.removeprefix("test_")
        elif isinstance(node, ast.Constant) and isinstance(node.value, str) and id(node) not in docstrings:
            yield node.value
