"""Each path's states, transitions, guards and actions, written down again: changing one needs a second thought."""

import pytest

from states.chart.reactions import REACTIONS
from states.kinds.registry import KINDS
from tests.charts.transition_tables import FOLDER, PATHS, table

HELP = "{path} is not declared as {path}.txt says. If that is meant: python -m tests.charts.transition_tables"


@pytest.mark.parametrize("path", PATHS)
def test_a_path_is_declared_as_its_table_says(path: str) -> None:
    written = (FOLDER / f"{path}.txt").read_text(encoding="utf-8").splitlines()
    assert table(PATHS[path]) == written, HELP.format(path=path)


@pytest.mark.parametrize("path", PATHS)
def test_what_all_paths_do_alike_comes_after_the_own_transitions_of_every_state(path: str) -> None:
    """What a path declares of the same event in a state is tried first."""
    reactions = [reaction.event for reaction in REACTIONS]
    for state in PATHS[path].states:
        events = [str(transition.event) for transition in state.transitions]
        assert events[-len(reactions) - 1 :] == ([] if state.final else [*reactions, "give_up"]), state.id


def test_every_kind_takes_one_of_these_paths() -> None:
    assert all(sum(issubclass(kind.chart, path) for path in PATHS.values()) == 1 for kind in KINDS.values())
