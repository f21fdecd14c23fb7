"""What is wrong with a form, field by field: what is missing, what says two things, and what a call says of a field."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from pages.calls import CallRefused, Document, Form, page_problem
from pages.forms import value, values
from pages.rendering import Texts

INCOMPLETE: Document = page_problem(422, "incomplete")
UNCLEAR: Document = page_problem(422, "malformed")
"""What is not even sent on: something is missing, or something does not fit."""
TITLES = {
    "reference": "case.proof",
    "note": "case.proof_note",
    "booking": "case.booking",
    "reason": "case.reason",
    "reason_text": "start.reason_text",
}
"""By field the text beside it, where it is the same in every form."""
IN_DOCUMENTS = {"reason.text": "reason_text", "reason.code": "reason", "details.meant": "meant"}
"""Fields of documents that are called otherwise in forms."""
SAID = frozenset({"empty", "long", "unfilled", "nul"})
"""What a call finds wrong with a field, where a customer can be told more than that it does not fit."""


@dataclass(frozen=True)
class Fault:
    """What is wrong with a field, `page.case.<text>`, and what that text names."""

    text: str
    named: Mapping[str, Any] = field(default_factory=dict)


Faults = dict[str, Fault]
"""By the field that it is to be mended in."""


def is_unclear(
    form: Form, choice: str, fields: Iterable[str], *, asked_by: Collection[str], others: Collection[str] = ()
) -> bool:
    """Whether a form says two things: a field is filled in that its choice does not ask for, or the choice is none that
    was offered. Neither is dropped then: who wrote it is asked what is meant.

    `asked_by`: the answers of the choice that ask for the fields; `others`: those that do not.
    """
    chosen = set(values(form, choice))
    if len(chosen) > 1 or not chosen <= {*asked_by, *others}:
        return True
    return not chosen & set(asked_by) and any(value(form, name) for name in fields)


def unclear_reason(form: Form) -> Faults:
    """More about a reason, where none is chosen."""
    unclear = is_unclear(form, "reason", ["reason_text"], asked_by=values(form, "reason"))
    return {"reason": Fault("fault.reason")} if unclear else {}


def told_by(refusal: CallRefused, form: Form, texts: Texts) -> Faults:
    """What a refused call says of single fields of its form."""
    named = {name.replace("/", "."): name for name in form} | IN_DOCUMENTS
    faults: Faults = {}
    for fault in refusal.problem.get("faults", ()):
        name = named.get(fault["field"] or "")
        if name in form:
            what = fault["what"] if fault["what"] in SAID else "other"
            faults[name] = Fault(f"fault.wrong.{what}", fault | {"name": title_of(name, texts)})
    return faults


def title_of(name: str, texts: Texts) -> str:
    """What people call a field."""
    if name in TITLES:
        return texts.text(TITLES[name])
    if name.startswith("details."):
        return detail_title(name.rpartition("/")[2].removeprefix("details."), texts)
    return texts.label("case.field", name)


def detail_title(key: str, texts: Texts) -> str:
    """What people call a detail of an order; one that has no name of its own, as all details."""
    title = texts.label("detail", key)
    return texts.text("case.details") if title == key else title
