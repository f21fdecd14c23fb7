"""CONTRIBUTING.md, followed to the letter: what it makes up is written from its blocks alone, in a copy, and works."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import pytest

from tools.docs import build

ROOT = Path(__file__).resolve().parents[2]
CACHES = ("__pycache__", "*.pyc", ".mypy_cache")
"""What programs keep of what they have read: copied, so that nothing is compiled or checked anew that is as it was."""
NOT_COPIED = (
    ".git", ".venv", "var", "dist", "build", ".pytest_cache", ".ruff_cache", ".import_linter_cache", ".hypothesis",
    "*.egg-info", "*.pyc.*",
)  # fmt: skip
REGISTRY = "states/kinds/registry.py"
TESTS_OF_A_KIND = (
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
    "tests/rules/test_checks.py::test_what_a_chart_calls_unused_are_states_of_its_path_that_no_one_else_declares[newsletter]",
    "tests/rules/test_kind_declarations.py::test_a_kind_says_what_it_declares_and_nothing_else[newsletter]",
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
TESTS_OF_A_TASK_TYPE = (
    "tests/charts/test_task_types.py",
    "tests/charts/test_exploration.py::test_every_state_under_every_event[misclick]",
    "tests/texts/test_docs.py::test_no_page_is_stale",
    "tests/texts/test_docs.py::test_a_run_answers_as_the_page_says[misclick]",
    "tests/texts/test_texts.py",
    "tests/texts/test_texts_in_use.py",
    "tests/replay/test_replay.py::test_a_recorded_run_goes_on_as_it_began[misclick-later]",
)
"""What of `make test` knows of kinds one by one, or of task types; the whole takes minutes."""


class Block(NamedTuple):
    """A block of code in the chapter, and the file named last before it."""

    language: str
    text: str
    file: str


def chapter(title: str) -> str:
    """What stands under a heading."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    return text.split(f"\n## {title}\n")[1].split("\n## ")[0]


def blocks(text: str) -> Iterator[Block]:
    """The blocks of a chapter, in order."""
    before = 0
    for block in re.finditer(r"^( *)```(\w+)\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL):
        files = re.findall(r"`([\w/-]+\.(?:py|toml))`:\n", text[before : block.start()])
        lines = [line.removeprefix(block[1]) for line in block[3].splitlines()]
        yield Block(block[2], "\n".join(lines) + "\n", files[-1] if files else "")
        before = block.end()


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
        env={**os.environ, "PATH": path, "PYTHONPATH": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-6000:]}\n{done.stderr[-3000:]}"
    return done.stdout


PYTEST = ("python", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-n", "0")
RECORD = "python -m tests.replay.record --anew misclick"


class Followed(NamedTuple):
    """What came of a chapter: the files that its blocks write, what its commands print, what is changed, what is new.

    Of what is changed, all but the files that `make docs` makes.
    """

    written: list[str]
    printed: dict[str, str]
    changed: set[str]
    new: set[str]


def follow(folder: Path, title: str, tests: tuple[str, ...]) -> Followed:
    """Do what a chapter says in a copy.

    What the targets do that would install first is left out, and of the kinds recorded anew only the first is.
    """
    commands = {"make docs": ("python", "tools/docs/build.py"), "make test": (*PYTEST, *tests)}
    shutil.copytree(ROOT, folder, ignore=shutil.ignore_patterns(*NOT_COPIED))
    before = contents(folder)
    written: list[str] = []
    printed: dict[str, str] = {}
    for block in blocks(chapter(title)):
        if block.language == "sh":
            for line in block.text.splitlines():
                command = line.removeprefix(".venv/bin/")
                command = RECORD if command.startswith(RECORD) else command
                printed[line] = run(folder, *commands.get(line, command.split()))
        else:
            written.append(write(folder, block))
    sources = [file for file in written if file.endswith(".py")]
    run(folder, "ruff", "check", *sources)
    run(folder, "ruff", "format", "--check", *sources)
    run(folder, "mypy", *sources)
    after = contents(folder)
    made = {str(path.relative_to(ROOT)) for path in build.made()}
    changed = {file for file in before.keys() & after.keys() if before[file] != after[file]} - made
    return Followed(written, printed, changed, {*after.keys() - before.keys()})


def contents(folder: Path) -> dict[str, bytes]:
    """Every file of a copy, but for what is not copied and caches."""
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in folder.rglob("*")
        if path.is_file()
        and not any(fnmatch(part, name) for part in path.relative_to(folder).parts for name in (*NOT_COPIED, *CACHES))
    }


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_kind_is_added_as_CONTRIBUTING_says_and_edits_the_registry_alone(tmp_path):
    followed = follow(tmp_path / "project", "A kind within the hour", TESTS_OF_A_KIND)
    assert followed.printed[".venv/bin/cancellations diagram newsletter"].startswith("stateDiagram-v2\n")
    assert followed.changed == {REGISTRY}
    slept = ("feature_warning", "order", "scheduled", "later")
    histories = {f"tests/replay/histories/newsletter-{name}.json" for name in slept}
    assert followed.new == {*followed.written, *histories, "docs/kinds/newsletter.md"} - {REGISTRY}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_task_type_is_added_as_CONTRIBUTING_says_and_touches_its_record_its_path_and_its_texts(tmp_path):
    followed = follow(tmp_path / "project", "A task type", TESTS_OF_A_TASK_TYPE)
    product = {file for file in followed.written if not file.startswith("tests/")}
    texts = {f"catalogue/wording/{language}/call_back.toml" for language in ("de", "en")}
    assert product == {"states/chart/task_types.py", "states/paths/ticket.py"} | texts
    histories = {file for file in followed.changed | followed.new if file.startswith("tests/replay/histories/misclick")}
    assert followed.changed - histories == {*followed.written} - texts
    assert followed.new - histories == texts
