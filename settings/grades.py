"""What operators may do, by grades."""

from collections.abc import Iterable, Mapping
from difflib import get_close_matches
from typing import Literal, get_args

from settings.reading import pairs

Grade = Literal["read", "decide", "admin"]
"""What an operator may do: each grade all that those before it may."""
GRADES: tuple[Grade, ...] = get_args(Grade)


def grades_by_name(text: str) -> dict[str, str]:
    """The grades of operators by the names of their tokens. Raises `ValueError`."""
    found = pairs("=", text)
    check_grades(found.values())
    return found


def grades_by_group(text: str) -> dict[str, str]:
    """The grades of the members of groups, whose names may have a `=` in them. Raises `ValueError`."""
    given = [pair.strip().rpartition("=") for pair in text.split(",") if pair.strip()]
    if any(not group.strip() or not grade.strip() for group, _, grade in given):
        raise ValueError("give pairs like group=grade, comma-separated")
    found = {group.strip(): grade.strip() for group, _, grade in given}
    if len(found) < len(given):
        raise ValueError("a group stands there twice")
    check_grades(found.values())
    return found


def check_grades(grades: Iterable[str]) -> None:
    """Raise `ValueError` for what is no grade."""
    wrong = [grade for grade in grades if grade not in GRADES]
    if wrong:
        raise ValueError(f"{wrong[0][:40]!r} is no grade: a grade is one of {', '.join(GRADES)}")


def check_names(grades: Mapping[str, Grade], names: Iterable[str]) -> None:
    """Raise `ValueError` for the grade of somebody who has no token: whoever was meant would be an `admin`."""
    known = list(names)
    for name in grades:
        if name not in known:
            meant = "".join(f"did you mean {close}? " for close in get_close_matches(name, known, n=1))
            remedy = f"{meant}the names are {', '.join(known) or 'none'}"
            raise ValueError(f"OPERATOR_TOKENS names nobody {name[:80]!r}: {remedy}")
