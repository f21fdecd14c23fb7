"""What the tests must be told of each kind, in a module that is named after it.

`CASES`: what is explored (`tests/charts/test_exploration.py`). `SCENES`: the runs whose histories are recorded
(`tests/replay`). `SAMPLES`, where the kind has texts of its own: values for each (`tests/texts/samples.py`).
The words for them are in `tests.kinds.words` and `tests.kinds.scene`.
"""

from importlib import import_module
from types import ModuleType


def module_of(kind: str) -> ModuleType:
    """The module of a kind. Raises `AssertionError`, which says what to write, where there is none."""
    name = f"{__name__}.{kind}"
    try:
        return import_module(name)
    except ModuleNotFoundError as error:
        if error.name != name:
            raise
    raise AssertionError(f"the tests know nothing of the kind {kind}: write {name.replace('.', '/')}.py with its CASES")
