"""What is wrong with the shape of a payload, field by field: names and numbers; the texts are under `shape.`. Pure."""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from states.model.base import WITHOUT_NUL
from states.model.texts import Say

Fault = dict[str, Any]
"""`field` (None: the payload itself), `what` (a key under `shape.`), and what that text needs."""


WHAT = {
    "missing": "missing",
    "extra_forbidden": "unknown",
    "string_type": "text",
    "string_too_short": "empty",
    "string_too_long": "long",
    "int_type": "whole",
    "int_parsing": "whole",
    "int_from_float": "whole",
    "int_parsing_size": "whole",
    "greater_than_equal": "least",
    "less_than_equal": "most",
    "timezone_aware": "moment",
    "datetime_type": "moment",
    "datetime_parsing": "moment",
    "datetime_from_date_parsing": "moment",
    "datetime_object_invalid": "moment",
    "date_type": "day",
    "date_parsing": "day",
    "date_from_datetime_parsing": "day",
    "date_from_datetime_inexact": "day",
    "bool_type": "yes_no",
    "dict_type": "object",
    "model_type": "object",
    "model_attributes_type": "object",
    "tuple_type": "list",
    "list_type": "list",
    "too_long": "many",
    "literal_error": "one_of",
    "enum": "one_of",
    "year": "year",
    "written_day": "day",
    "written_moment": "moment",
    "deep": "deep",
    "large": "large",
    "nul": "nul",
}
"""Pydantic's types of errors, and those of `states.model.base`."""
LIMITS = {"max_length": "limit", "ge": "limit", "le": "limit", "expected": "expected", "first": "first", "last": "last"}
"""What of an error's context a text says, and as what."""
TOGETHER = {
    frozenset({"moment", "day"}): "written",
    frozenset({"text", "whole"}): "plain",
    frozenset({"text", "most"}): "most",
    frozenset({"text", "least"}): "least",
    frozenset({"moment", "year"}): "year",
    frozenset({"day", "year"}): "year",
}
"""A value that may be either, and is neither, is one fault; of one that is either but for its year the year is said."""
BRANCHES = frozenset({"int", "str", "date", "datetime", "Reason"})
"""What Pydantic calls the alternatives of a field."""
MOST = 5
"""So many faults are said at once."""
IDENTIFIER = re.compile(r"\^\[A-Za-z0-9\._-\]\{1,(\d+)\}\$")


def faults_of(errors: Iterable[Mapping[str, Any]]) -> list[Fault]:
    """The faults of a payload from Pydantic's errors, each once, at most five."""
    faults: list[Fault] = []
    for error in errors:
        fault = fault_of(error)
        former = next((former for former in faults if former["field"] == fault["field"]), None)
        both = TOGETHER.get(frozenset({former["what"], fault["what"]})) if former else None
        if former is not None and both is not None:
            former |= fault | {"what": both}
        elif fault not in faults:
            faults.append(fault)
    return faults[:MOST]


def fault_of(error: Mapping[str, Any]) -> Fault:
    """One fault. What has no text of ours is said in Pydantic's words."""
    context = error.get("ctx") or {}
    field = place_of(error["loc"])
    fault: Fault = {"field": readable(field, 200) if field else None, "what": WHAT.get(error["type"], "other")}
    fault |= {name: context[key] for key, name in LIMITS.items() if key in context}
    pattern = str(context.get("pattern", ""))
    identifier = IDENTIFIER.fullmatch(pattern)
    if identifier:
        return fault | {"what": "identifier", "limit": int(identifier[1])}
    if pattern == WITHOUT_NUL:
        return fault | {"what": "nul"}
    if pattern:
        return fault | {"what": "form", "pattern": pattern.strip("^$")}
    return fault if fault["what"] != "other" else fault | {"said": readable(str(error["msg"]))}


def place_of(loc: Iterable[int | str]) -> str | None:
    """Where a fault lies; the names of validators and alternatives are left out. None: in the payload as a whole."""
    parts = [str(part) for part in loc if part not in BRANCHES]
    return ".".join(part for part in parts if not part.startswith(("function-", "constrained-"))) or None


def readable(text: str, limit: int = 600) -> str:
    """What a payload says of itself, as text that can be sent on: whole characters, not too many."""
    whole = text.encode(errors="backslashreplace").decode()
    return whole if len(whole) <= limit else whole[:limit] + " …"


def text_of(say: Say, language: str, faults: Iterable[Fault]) -> str:
    """The faults as one text."""
    return "; ".join(dict.fromkeys(say(language, f"shape.{fault['what']}", fault) for fault in faults))
