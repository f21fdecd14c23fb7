"""Which functions of a module a mutant changes, and how they are changed in a process that has imported the module."""

import gc
from functools import lru_cache
from inspect import CO_OPTIMIZED
from pathlib import Path
from types import CodeType, FunctionType
from typing import Any

Key = tuple[str, int]
"""A function's qualified name, and its first line in the module as it was."""

KEPT_CALLS = type(lru_cache(lambda: None))
"""The type of functions that keep what they answered."""


def own(code: CodeType) -> tuple[Any, ...]:
    """What a piece of code does itself, without what is defined in it, and wherever in the file it stands."""
    constants = [constant for constant in code.co_consts if not isinstance(constant, CodeType)]
    names = code.co_names, code.co_varnames, code.co_freevars, code.co_cellvars
    # As text, since 1 == True == 1.0.
    return code.co_code, repr(constants), names, code.co_flags, code.co_exceptiontable, code.co_argcount


def defined_in(code: CodeType) -> list[CodeType]:
    """The functions, classes and comprehensions in a piece of code."""
    return [constant for constant in code.co_consts if isinstance(constant, CodeType)]


def same(one: CodeType, other: CodeType) -> bool:
    """Whether both are the same program."""
    parts = defined_in(one), defined_in(other)
    return own(one) == own(other) and len(parts[0]) == len(parts[1]) and all(map(same, *parts))


def is_function(code: CodeType) -> bool:
    """Whether it runs when it is called: not with the import, as a class or a comprehension does."""
    return bool(code.co_flags & CO_OPTIMIZED) and (code.co_name == "<lambda>" or not code.co_name.startswith("<"))


def changed_functions(original: CodeType, changed: CodeType) -> dict[Key, CodeType] | None:
    """The functions that differ, with their new code; None if something differs that an import runs."""
    if same(original, changed):
        return {}
    parts = defined_in(original), defined_in(changed)
    if is_function(original):
        found = {(original.co_qualname, original.co_firstlineno): changed}
        # Functions in it may live already: closures.
        for pair in zip(*parts, strict=True) if len(parts[0]) == len(parts[1]) else ():
            found |= changed_functions(*pair) or {}
        return found
    if own(original) != own(changed) or len(parts[0]) != len(parts[1]) or original.co_flags & CO_OPTIMIZED:
        return None
    all_found: dict[Key, CodeType] = {}
    for pair in zip(*parts, strict=True):
        in_part = changed_functions(*pair)
        if in_part is None:
            return None
        all_found |= in_part
    return all_found


def placed(code: CodeType, file: str) -> CodeType:
    """The same code, as that of a file."""
    constants = tuple(placed(one, file) if isinstance(one, CodeType) else one for one in code.co_consts)
    return code.replace(co_filename=file, co_consts=constants)


def put_in_place(codes: dict[Key, CodeType], path: str, packages: set[str]) -> bool:
    """Give the living functions of a file their new code; False if one of them lives nowhere.

    What functions of these packages have kept of earlier calls is forgotten.
    """
    file = str(Path(path).resolve())
    found: set[Key] = set()
    gc.unfreeze()
    for thing in gc.get_objects():
        if type(thing) is FunctionType:
            code = thing.__code__
            key = code.co_qualname, code.co_firstlineno
            if key in codes and code.co_filename == file and code.co_freevars == codes[key].co_freevars:
                thing.__code__ = placed(codes[key], file)
                found.add(key)
        elif type(thing) is KEPT_CALLS and thing.__module__.partition(".")[0] in packages:
            thing.cache_clear()
    gc.freeze()
    outermost = {key for key in codes if not any(key[0].startswith(f"{other}.<locals>") for other, _ in codes)}
    return outermost <= found
