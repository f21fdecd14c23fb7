"""The check over the declared tables finds what is missing and what clashes, and finds nothing in ours."""

from collections.abc import Callable
from typing import Any

import pytest

from states.kinds import licence
from states.kinds.registry import KINDS
from states.model.facts import Check, Question, Warning
from tests.rules.checks import SHIPPED
from tools import combinations
from tools.combinations import faults_of, of_editions, of_packages, of_product


def test_X5_X6_nothing_is_missing_and_nothing_clashes(capsys: pytest.CaptureFixture[str]) -> None:
    assert combinations.main() == 0
    assert capsys.readouterr().out.endswith("combinations, missing or clashing: none\n")


def found(product: str = "vouchers") -> set[str]:
    """What is found in all combinations of one product."""
    sold = SHIPPED.products[product]
    return {fault for combination in of_product(SHIPPED, sold, sold.kind or "") for fault in faults_of(combination)}


def answering(**changes: Any) -> Callable[..., Check]:
    """A check of vouchers that answers some fields otherwise."""
    kind = KINDS["voucher"]
    check = type(kind).check
    return lambda self, *asked: check(self, *asked).model_copy(update=changes)


ASK_COST = Question(type="clarify_cost", rule="X5")
ASK_TERM = Question(type="clarify_term", rule="X6")
MISTAKES: list[tuple[dict[str, Any], str]] = [
    ({"refusal": {"rule": "G6", "code": "not_available"}}, "missing: held, but refused as not_available"),
    ({"questions": ()}, "missing: nobody knows what it costs, and nobody is asked"),
    ({"questions": (ASK_COST,)}, "missing: no term runs, and nobody is asked for one"),
    ({"questions": (ASK_COST, ASK_TERM)}, "clashing: what it costs is said, and asked about"),
    ({"questions": (ASK_COST, ASK_TERM)}, "clashing: a term runs, and is asked about"),
    ({"date_rule": "moment"}, "clashing: what is paid ends at its term, and nothing else does"),
    ({"date_rule": "notice"}, "clashing: a term is recorded, and the date follows from the notice rule"),
    ({"warnings": (Warning(code="no_saving"),)}, "clashing: a saving is promised and denied"),
    ({"warnings": ()}, "clashing: a saving is promised and denied"),
    ({"cost_effect": "deactivation"}, "clashing: the price falls, or does not, against what is said"),
    ({"cost_effect": "deactivation"}, "clashing: said to be a deactivation, against the recorded price_per_month"),
]


@pytest.mark.parametrize(("changes", "fault"), MISTAKES, ids=[f"{n}-{row[1]}" for n, row in enumerate(MISTAKES)])
def test_a_check_that_answers_wrongly_is_found(
    changes: dict[str, Any], fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "refusal" in changes:
        changes = {"refusal": Check.model_validate({"catalogue": "v"} | changes).refusal}
    monkeypatch.setattr("states.kinds.kind.Kind.check", answering(**changes))
    assert fault in found()


def test_X5_a_fact_that_nobody_compares_with_the_catalogue_is_found(monkeypatch: pytest.MonkeyPatch) -> None:
    assert found() == set()
    monkeypatch.setattr(licence, "contradicting", lambda *_: ())
    recorded = ("included", "price_per_month", "term_ends", "contract", "booked_via", "assigned_to")
    assert found() >= {f"clashing: said to be a deactivation, against the recorded {name}" for name in recorded}


def test_editions_and_packages_are_asked_about_every_target() -> None:
    editions, packages = list(of_editions(SHIPPED)), list(of_packages(SHIPPED))
    assert len(editions) == (4 * 4 + 2 * 2) * 5  # in each family every edition to each, with five terms
    assert {combination.check.date_rule for combination in (*editions, *packages)} == {"notice", "moment"}
    assert {fault for combination in (*editions, *packages) for fault in faults_of(combination)} == set()


def test_a_fault_is_printed_once_with_a_combination_that_shows_it(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    vouchers = list(of_product(SHIPPED, SHIPPED.products["vouchers"], "voucher"))
    monkeypatch.setattr(combinations, "combinations", lambda: iter(vouchers))
    assert combinations.main() == 0
    wrong = [one._replace(check=one.check.model_copy(update={"date_rule": "moment"})) for one in vouchers]
    monkeypatch.setattr(combinations, "combinations", lambda: iter(wrong))
    capsys.readouterr()
    assert combinations.main() == 1
    fault, shown, last = capsys.readouterr().out.splitlines()
    assert fault.startswith("clashing: what is paid ends at its term, and nothing else does (")
    assert shown.startswith("  2024-09-01 voucher vouchers in jtl_start: term_ends none,")
    assert "missing or clashing: none" not in last
