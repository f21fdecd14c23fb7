"""CONTRIBUTING.md, followed to the letter: a made-up kind is written from its blocks alone, into a copy, and works."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from tools.docs import build

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = (".git", ".venv", "var", "dist", "build", "__pycache__", ".*_cache", ".hypothesis", "*.pyc", "*.egg-info")
REGISTRY = "states/kinds/registry.py"
TESTS = (
    "tests/charts/test_exploration.py::test_every_state_under_every_event[newsletter]",
    "tests/texts/test_docs.py::test_no_page_is_stale",
    "tests/texts/test_docs.py::test_every_kind_has_a_page_with_each_part",
    "tests/texts/test_docs.py::test_every_warning_and_refusal_with_a_text_is_on_a_page",
    "tests/texts/test_docs.py::test_the_diagram_draws_every_state_and_no_event_that_stays[newsletter]",
    "tests/texts/test_docs.py::test_give_up_leads_out_of_every_state_that_is_no_end[newsletter]",
    "tests/texts/test_docs.py::test_what_exploration_meets_is_in_the_table_of_states[newsletter]",
    "tests/texts/test_docs.py::test_a_run_answers_as_the_page_says[newsletter]",
    "tests/rules/test_catalogue.py",
    "tests/rules/test_checks.py::test_G1_the_registry_is_the_contracts_table_in_its_order_and_what_is_new_comes_after",
    "tests/rules/test_checks.py::test_what_a_chart_calls_unused_are_states_of_its_path_that_no_one_else_declares",
    "tests/texts/test_texts.py::test_both_languages_have_the_same_keys",
    "tests/texts/test_texts.py::test_every_documented_text_is_there_and_no_other",
    "tests/texts/test_texts.py::test_a_text_says_something_and_leaves_nothing_half_said",
    "tests/texts/test_texts.py::test_no_text_is_left_in_the_other_language",
    "tests/runs/test_plugin.py::test_each_kind_has_a_workflow_type",
    "tests/system/test_make_run.py::test_each_kind_is_shown[newsletter]",
    "tests/system/test_make_run.py::test_every_file_of_examples_is_read",
    "tests/system/test_make_run.py::test_the_example_events_are_what_the_contract_takes",
    "tests/replay/test_replay.py::test_every_kind_that_waits_is_recorded",
    "tests/replay/test_replay.py::test_every_scene_is_recorded",
    "tests/replay/test_replay.py::test_a_recorded_run_goes_on_as_it_began[newsletter-feature_warning]",
    "tests/replay/test_replay.py::test_a_recorded_run_goes_on_as_it_began[newsletter-order]",
    "tests/replay/test_replay.py::test_a_recorded_run_goes_on_as_it_began[newsletter-scheduled]",
    "tests/replay/test_replay.py::test_a_recorded_run_goes_on_as_it_began[newsletter-later]",
)
"""What of `make test` knows of kinds one by one; the whole takes minutes."""


class Block(NamedTuple):
    """A block of code in the chapter, and the file named last before it."""

    language: str
    text: str
    file: str


def chapter() -> str:
    """How a kind is added."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.split("\n## A kind within the hour\n")[1].split("\n## ")[0]


def blocks() -> Iterator[Block]:
    """The blocks, in order."""
    before = 0
    text = chapter()
    for found in re.finditer(r"^( *)```(\w+)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL):
        files = re.findall(r"`([\w/-]+\.(?:py|toml))`:\n", text[before : found.start()])
        lines = [line.removeprefix(found[1]) for line in found[3].splitlines()]
        yield Block(found[2], "\n".join(lines) + "\n", files[-1] if files else "")
        before = found.end()


def patched(text: str, diff: str) -> str:
    """The text with the added lines behind the line that stands before them in the diff."""
    before, added = "", list[str]()
    for line in [*diff.splitlines(), " "]:
        if line.startswith("+"):
            added.append(line[1:])
            continue
        if added:
            assert text.count(f"\n{before}\n") == 1, f"{before!r} is not there once"
            text = text.replace(f"\n{before}\n", "\n" + "\n".join([before, *added]) + "\n")
        before, added = line[1:], []
    return text


def write(folder: Path, block: Block) -> str:
    """Do what a block says, and answer which file it is about."""
    path = folder / block.file
    if block.language == "diff":
        path.write_text(patched(path.read_text(encoding="utf-8"), block.text), encoding="utf-8")
    else:
        assert not path.exists(), f"{block.file} is there already"
        path.write_text(block.text, encoding="utf-8")
    return block.file


def run(folder: Path, *command: str) -> str:
    """Run a command in the copy, whose modules come before ours; what it prints, or a failure that shows it."""
    programs = Path(sys.executable).parent
    path = f"{programs}{os.pathsep}{os.environ.get('PATH', '')}"
    done = subprocess.run(
        [str(programs / command[0]), *command[1:]], cwd=folder, capture_output=True, text=True,
        env={**os.environ, "PATH": path, "PYTHONPATH": str(folder), "PYTHONDONTWRITEBYTECODE": "1"},
    )  # fmt: skip
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


PYTEST = ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0")
COMMANDS = {
    "make docs": ("python", "tools/docs/build.py"),
    "make test": (*PYTEST, *TESTS),
}
"""What the targets do that would install first; all else is run as it stands."""


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a copy."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file() and "__pycache__" not in path.parts and not any("_cache" in part for part in path.parts)
    }


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_kind_is_added_as_CONTRIBUTING_says_and_edits_the_registry_alone(tmp_path):
    copy = tmp_path / "project"
    shutil.copytree(ROOT, copy, ignore=shutil.ignore_patterns(*LEFT_OUT))
    before = contents(copy)
    written: list[str] = []
    said: dict[str, str] = {}
    for block in blocks():
        if block.language == "sh":
            for line in block.text.splitlines():
                said[line] = run(copy, *COMMANDS.get(line, line.removeprefix(".venv/bin/").split()))
        else:
            written.append(write(copy, block))
    new = [file for file in written if file.endswith(".py")]
    run(copy, "ruff", "check", *new)
    run(copy, "ruff", "format", "--check", *new)
    run(copy, "mypy", *new)
    assert said[".venv/bin/cancellations diagram newsletter"].startswith("stateDiagram-v2\n")
    after = contents(copy)
    assert before.keys() <= after.keys()
    made = {str(path.relative_to(ROOT)) for path in build.made()} | {"docs/kinds/newsletter.md"}
    slept = ("feature_warning", "order", "scheduled", "later")
    histories = {f"tests/replay/histories/newsletter-{name}.json" for name in slept}
    assert {file for file in before if before[file] != after[file]} - made == {REGISTRY}
    assert after.keys() - before.keys() == {*written, *histories, "docs/kinds/newsletter.md"} - {REGISTRY}
