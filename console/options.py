"""What a decision's fields are called on the command line, and who decides."""

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import TYPE_CHECKING

from console.connection import Connection
from console.refusals import Misuse, PortalRefusal, refusal

if TYPE_CHECKING:
    from settings import Grade

OPTIONS = {
    "proof.reference": "--reference",
    "proof.confirmed_by": "--confirmed-by",
    "proof.confirmed_at": "--confirmed-at",
    "confirm_anyway": "--confirm-anyway",
    "decision": "--decision",
    "note": "--note",
    "reason": "--reason",
    "until": "--until",
    "at": "--at",
    "by": "--by",
}
"""The option of each field."""
NAMED = 80
"""So much of a name that is nobody's is said."""
ANYWAY = re.compile(r'`"confirm_anyway": true`')
"""How the portal writes the option that has no value."""


@contextmanager
def in_options(options: Mapping[str, str] = OPTIONS) -> Iterator[None]:
    """Say what is wrong with a call in the names of the options that make it."""
    try:
        yield
    except PortalRefusal as refused:
        if "detail" not in refused.problem:
            raise
        raise refusal(refused.problem | {"detail": as_options(str(refused.problem["detail"]), options)}) from None


def as_options(text: str, options: Mapping[str, str] = OPTIONS) -> str:
    """A text with options in place of fields, as the portal names them: in backticks, or before what is wrong."""
    if not options:
        return text
    names = "|".join(map(re.escape, options))
    field = re.compile(rf"`(?:confirm\.|reject\.)?({names})`|(?:^|(?<=[:;] ))({names})(?=:)")
    shown = field.sub(lambda found: options[found[1] or found[2]], text)
    return ANYWAY.sub(options.get("confirm_anyway", r"\g<0>"), shown)


def options_of(given: Iterable[str]) -> dict[str, str]:
    """The options of parameters that are called like them."""
    return {name: "--" + name.replace("_", "-") for name in given} | {"claimed_by": "--by"}


def check_by(by: str | None, connection: Connection, grade: "Grade" = "decide") -> str | None:
    """Who decides. Over HTTP the token says it; in this process `by` must be somebody who may.

    Raises `Misuse`, and `PortalRefusal` for an operator of a lower grade.
    """
    if connection.url is not None:
        return by
    from console.portal_client import environment

    settings = environment()
    names = sorted(settings.operator_tokens)
    if names and by not in names:
        given = by[:NAMED] if by else "is missing"
        raise Misuse(f"--by {given}: operators are {', '.join(names)} (CANCELLATIONS_OPERATOR_TOKENS)")
    if not by:
        raise Misuse("--by is missing: who decides?")
    check_grade(by, settings.grade_of(by), grade)
    return by


def check_grade(by: str, own: "Grade", needed: "Grade") -> None:
    """Raise `PortalRefusal` where an operator may not do this, as the portal would."""
    from settings import GRADES

    if GRADES.index(own) < GRADES.index(needed):
        detail = f"{by} may {own}, and this needs {needed} (CANCELLATIONS_OPERATOR_GRADES)"
        raise refusal({"code": "forbidden", "detail": detail})
