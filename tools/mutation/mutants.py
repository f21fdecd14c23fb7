"""The mutants: which there are, what each changes, and the session of cosmic-ray that remembers what came of them."""

import ast
import difflib
import hashlib
import importlib.abc
import importlib.machinery
import importlib.util
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.work_db import WorkDB
from cosmic_ray.work_item import MutationSpec, WorkItem

from tools.mutation.operators import operators

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "mutation"
SESSION = FOLDER / "session.sqlite"
TOP = "(module)"
"""What stands outside of every function: declarations, which are carried out when the module is imported."""


def modules() -> list[str]:
    """The modules of `states/`, by their path."""
    return sorted(str(path.relative_to(ROOT)) for path in (ROOT / "states").rglob("*.py"))


def session() -> WorkDB:
    """The session, made where there is none."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    return WorkDB(str(SESSION), WorkDB.Mode.create)


def plan() -> tuple[int, int]:
    """Put every mutant into the session, and take out those of code that has changed; answers how many, and how many
    of them have no result yet. A mutant's number is made from the code that it changes."""
    work = session()
    wanted = {item.job_id: item for path in modules() for item in items_of(path)}
    known = {item.job_id for item in work.work_items}
    results = {job: result for job, result in work.results if job in wanted}
    if known != set(wanted):
        work.clear()
        work.add_work_items(wanted.values())
        for job, result in results.items():
            work.set_result(job, result)
    return len(wanted), len(wanted) - len(results)


def items_of(path: str) -> Iterator[WorkItem]:
    """The mutants of one module."""
    source = (ROOT / path).read_text(encoding="utf-8")
    digest = hashlib.sha256(source.encode()).hexdigest()
    nodes = list(ast_nodes(get_ast(source)))
    for name, operator in operators().items():
        places = [place for node in nodes for place in operator.mutation_positions(node)]
        for occurrence, (start, end) in enumerate(places):
            job = hashlib.sha256(f"{path} {digest} {name} {occurrence}".encode()).hexdigest()[:32]
            spec = MutationSpec(path, name, occurrence, start, end, {}, function_at(path, start[0]))
            yield WorkItem.single(job, spec)


@cache
def bodies(path: str) -> list[tuple[int, int, str]]:
    """(first line, last line, qualified name) of the body of each function that is not inside another."""
    found: list[tuple[int, int, str]] = []

    def walk(nodes: Sequence[ast.AST], prefix: str) -> None:
        for node in nodes:
            if isinstance(node, ast.ClassDef):
                walk(node.body, f"{prefix}{node.name}.")
            elif isinstance(node, ast.FunctionDef):
                found.append((node.body[0].lineno, node.end_lineno or 0, f"{prefix}{node.name}"))

    walk(ast.parse((ROOT / path).read_text(encoding="utf-8")).body, "")
    return found


def function_at(path: str, line: int) -> str:
    """The function that a line belongs to."""
    return next((name for first, last, name in bodies(path) if first <= line <= last), TOP)


@cache
def statements(path: str) -> list[tuple[int, int]]:
    """(first line, last line) of each statement; of a compound one, its head."""
    found = []
    for node in ast.walk(ast.parse((ROOT / path).read_text(encoding="utf-8"))):
        if isinstance(node, ast.stmt | ast.ExceptHandler):
            body = getattr(node, "body", None)
            last = body[0].lineno - 1 if body else node.end_lineno or node.lineno
            found.append((node.lineno, max(last, node.lineno)))
    return found


def statement_at(path: str, line: int) -> tuple[int, int]:
    """The lines of the smallest statement around a line."""
    around = [(first, last) for first, last in statements(path) if first <= line <= last]
    return min(around, key=lambda lines: lines[1] - lines[0], default=(line, line))


@dataclass(frozen=True)
class Mutant:
    """One mutant, with its code. `lines`: those of the statement that is changed, first and last."""

    job: str
    path: str
    function: str
    operator: str
    source: str
    changed: str
    lines: tuple[int, int] = (0, 0)

    @property
    def module(self) -> str:
        """The module's name."""
        return self.path.removesuffix(".py").replace("/", ".")

    @property
    def diff(self) -> str:
        """What is changed, as lines."""
        before, after = self.source.splitlines(), self.changed.splitlines()
        return "\n".join(list(difflib.unified_diff(before, after, lineterm="", n=0))[2:])


def mutant_of(item: WorkItem) -> Mutant:
    """The mutant of an item."""
    (spec,) = item.mutations
    path = str(spec.module_path)
    source = (ROOT / path).read_text(encoding="utf-8")
    changed = mutate_code(source, operators()[spec.operator_name], spec.occurrence)
    lines = statement_at(path, spec.start_pos[0])
    return Mutant(item.job_id, path, spec.definition_name or TOP, spec.operator_name, source, changed, lines)


class MutantFinder(importlib.abc.MetaPathFinder):
    """Imports one module as its mutant, from memory: nothing is written, and no tree is copied."""

    def __init__(self, mutant: Mutant) -> None:
        self.mutant = mutant

    def find_spec(
        self, fullname: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        """The mutated module alone."""
        if fullname != self.mutant.module:
            return None
        file = str(ROOT / self.mutant.path)
        return importlib.util.spec_from_file_location(fullname, file, loader=MutantLoader(self.mutant, fullname, file))


class MutantLoader(importlib.machinery.SourceFileLoader):
    """Reads the mutant's code, and no bytecode."""

    def __init__(self, mutant: Mutant, fullname: str, file: str) -> None:
        super().__init__(fullname, file)
        self.mutant = mutant

    def get_data(self, path: str) -> bytes:
        return self.mutant.changed.encode()

    def path_stats(self, path: str) -> Any:
        raise OSError("a mutant has no bytecode")


def install(mutant: Mutant) -> None:
    """From now on the module is imported as its mutant."""
    sys.meta_path.insert(0, MutantFinder(mutant))


# Where only the body of a function differs, its code is put into the function that is there already.


def shape_of(code: CodeType) -> tuple[Any, ...]:
    """What a code does, whatever its lines."""
    consts = tuple(shape_of(one) if isinstance(one, CodeType) else (type(one), repr(one)) for one in code.co_consts)
    return (code.co_code, consts, code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars, code.co_flags)


def functions_in(code: CodeType) -> dict[tuple[str, int], CodeType]:
    """The codes of functions and methods, by qualified name and how many of that name came before."""
    found: dict[tuple[str, int], CodeType] = {}
    for const in code.co_consts:
        if isinstance(const, CodeType):
            is_class = "__qualname__" in const.co_names and not const.co_flags & 0x1
            for (name, number), inner in (functions_in(const) if is_class else {(const.co_qualname, 0): const}).items():
                while (name, number) in found:
                    number += 1
                found[name, number] = inner
    return found


def frame_of(code: CodeType) -> tuple[Any, ...]:
    """The shape of a module or class without the bodies of its functions."""
    consts = []
    for one in code.co_consts:
        if isinstance(one, CodeType):
            is_class = "__qualname__" in one.co_names and not one.co_flags & 0x1
            consts.append(frame_of(one) if is_class else (one.co_qualname, one.co_freevars, one.co_argcount))
        else:
            consts.append((type(one), repr(one)))
    return (code.co_code, tuple(consts), code.co_names)


def swaps(mutant: Mutant) -> list[tuple[str, CodeType, CodeType]] | None:
    """(qualified name, old code, new code) of what differs; None where something outside of functions does."""
    file = str(ROOT / mutant.path)
    old, new = compile(mutant.source, file, "exec"), compile(mutant.changed, file, "exec")
    if frame_of(old) != frame_of(new):
        return None
    before, after = functions_in(old), functions_in(new)
    if before.keys() != after.keys():
        return None
    return [
        (name, code, after[name, number])
        for (name, number), code in before.items()
        if shape_of(code) != shape_of(after[name, number])
    ]


def swap(mutant: Mutant, functions: dict[tuple[str, str, int], list[FunctionType]]) -> bool:
    """Put the mutant's code into the functions that are there; False where that cannot be done."""
    file = str(ROOT / mutant.path)
    changes = swaps(mutant)
    if not changes:
        return False
    for name, old, new in changes:
        there = functions.get((file, name, old.co_firstlineno), [])
        if not there:
            return False
        for function in there:
            if function.__code__.co_freevars != new.co_freevars:
                return False
            function.__code__ = new
    return True
