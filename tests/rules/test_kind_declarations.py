"""What a kind declares that its check may say (`dates`, `codes`, `steps`) is what it says, no more and no less."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import chain

import pytest

from catalogue.texts import keys
from states.kinds.kind import Kind
from states.kinds.registry import KINDS
from states.model.facts import Check, RunSettings
from tests.kinds import module_of
from tests.rules.every_inquiry import of_documents, of_licences


@dataclass
class Sayings:
    """What some checks say, in the words of a kind's declaration."""

    dates: set[str] = field(default_factory=set)
    codes: set[str] = field(default_factory=set)
    steps: set[str] = field(default_factory=set)


def declared(kind: Kind) -> Sayings:
    """What the kind declares."""
    return Sayings(set(kind.dates), set(kind.codes), set(kind.steps))


def seen_in(checks: Iterable[Check]) -> Sayings:
    """A refusal has no date; nor has what is still in surplus after a change, which says no effect on the cost."""
    seen = Sayings()
    for check in checks:
        seen.codes |= {warning.code for warning in check.warnings}
        seen.steps |= {step.what for step in check.outside}
        if check.refusal is not None:
            seen.codes.add(check.refusal.code)
        elif {"date_rule", "cost_effect"} & check.model_fields_set:
            seen.dates.add(check.date_rule)
    return seen


def checks_of(kind: Kind) -> Iterator[Check]:
    """What its check says, whatever is asked."""
    for inquiry, context, catalogue in chain(of_documents(kind), of_licences(kind.kind)):
        yield kind.check(inquiry, context, catalogue)


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_kind_says_what_it_declares_and_nothing_else(kind: Kind):
    assert seen_in(checks_of(kind)) == declared(kind)


ANY_LICENCE = {"malformed", "unknown_customer", "not_held", "not_available", "use_support"}


@pytest.mark.parametrize(
    ("kind", "codes"),
    [
        ("production", ANY_LICENCE | {"no_saving"}),
        ("shop_licence", ANY_LICENCE | {"subscription", "two_contracts"}),
        ("pos", ANY_LICENCE | {"no_saving", "knock_on"}),
        ("key_accounting", ANY_LICENCE - {"not_available"}),
    ],
)
def test_what_may_be_said_of_a_licence_that_ends(kind: str, codes: set[str]):
    assert KINDS[kind].codes == codes


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_a_check_is_known_again_by_its_digest_when_it_has_been_in_a_history(kind: Kind):
    """By what it says alone: settings come with a run's first check only."""
    known: dict[str, str] = {}
    said = {check.model_dump_json(exclude_unset=True): check for check in checks_of(kind)}
    for written, check in said.items():
        first = check.model_copy(update={"settings": RunSettings(), "run_id": "r"})
        assert Check.model_validate_json(written).digest() == check.digest() == first.digest()
        assert known.setdefault(check.digest(), written) == written
    assert known


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_what_exploration_plays_may_really_be_said(kind: Kind):
    """Charts are explored with facts written down by hand (`tests/kinds`): a check must be able to find them."""
    played = [
        Check.model_validate({"catalogue": "2024-09-01"} | fields)
        for case in module_of(kind.kind).CASES
        for fields in (case.first, *case.later)
    ]
    seen, allowed = seen_in(played), declared(kind)
    assert (seen.dates <= allowed.dates, seen.steps <= allowed.steps) == (True, True)
    assert seen.codes <= allowed.codes


@pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
def test_every_code_that_a_kind_declares_has_a_text(kind: Kind):
    texts = set(keys())
    assert [code for code in kind.codes if not {f"warning.{code}", f"refusal.{code}"} & texts] == []


def test_a_kind_declares_each_date_rule_once():
    assert [kind.kind for kind in KINDS.values() if len(set(kind.dates)) < len(kind.dates)] == []
