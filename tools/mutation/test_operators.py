"""Each operator makes what it says; run by `make mutation`, which alone installs cosmic-ray."""

import pytest
from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.plugins import operator_names

from tools.mutation.operators import OPERATORS, ChartOperator

EXAMPLES = [(operator, *example) for operator in OPERATORS.values() for example in operator.shown]


def mutants_of(code: str, operator: ChartOperator) -> list[str]:
    """Every mutant of some code."""
    number = sum(len(list(operator.mutation_positions(node))) for node in ast_nodes(get_ast(code)))
    return [mutate_code(code, operator, occurrence) for occurrence in range(number)]


@pytest.mark.parametrize(("operator", "code", "mutant"), EXAMPLES)
def test_an_operator_makes_its_example(operator: type[ChartOperator], code: str, mutant: str) -> None:
    assert mutant in mutants_of(code, operator())


@pytest.mark.parametrize("operator", OPERATORS.values())
def test_annotations_are_never_changed(operator: type[ChartOperator]) -> None:
    assert mutants_of("def f(x: A | tuple[B, C]) -> A | None:\n    y: dict[A, B] | None = x\n", operator()) == []


def test_cosmic_ray_finds_them() -> None:
    assert {f"charts/{name}" for name in OPERATORS} < set(operator_names())
