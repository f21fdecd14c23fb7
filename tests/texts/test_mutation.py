"""What is said about surviving mutants is said of code that stands."""

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HELP = "gone from {}: take the entry out, or run `make mutation` over that module again"
SURVIVORS = tomllib.loads((ROOT / "tools" / "mutation" / "survivors.toml").read_text(encoding="utf-8"))["survivor"]
PAGE = (ROOT / "docs" / "mutation.md").read_text(encoding="utf-8")


def code_of(path: str) -> str:
    """A module on one line, without indentation."""
    return " ".join((ROOT / path).read_text(encoding="utf-8").split())


def stands(code: str, path: str) -> bool:
    """Whether a module has this code; … stands for what is between."""
    return all(part in code_of(path) for part in code.split(" … "))


def quotes(page: str) -> list[tuple[str, str]]:
    """Each module with a piece of its code that the page quotes."""
    sections = re.findall(r"^### `(states/.+?)`$(.*?)(?=^###|\Z)", page, re.M | re.S)
    return [(path, code) for path, text in sections for code in re.findall(r"^- `.+?`, \w+: ``(.*?)`` →", text, re.M)]


@pytest.mark.parametrize("survivor", SURVIVORS, ids=lambda survivor: survivor["at"])
def test_the_code_of_a_surviving_mutant_stands(survivor):
    path, _, place = survivor["at"].partition(" ")
    assert survivor["code"] in code_of(path), HELP.format(path)
    assert place == "(module)" or re.search(rf"\b(def|class) {place}\b", code_of(path)), HELP.format(path)
    assert survivor["mutants"] and survivor["code"] not in survivor["mutants"] and survivor["why"]


def test_the_page_quotes_code_that_stands():
    assert [(path, code) for path, code in quotes(PAGE) if not stands(code, path)] == []
    assert len(quotes(PAGE)) == PAGE.count(" → ``")


def test_each_module_with_a_score_stands():
    scored = re.findall(r"^\| `(states/.+?)` \|", PAGE, re.M)
    assert scored and [path for path in scored if not (ROOT / path).exists()] == []
