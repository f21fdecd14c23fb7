"""What a text cites is in the repository: documents, files, modules, rules; the code uses the glossary's words."""

import ast
import io
import re
import subprocess
import tokenize
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cache
from pathlib import Path

import pytest

from catalogue.texts import keys
from tools.docs.rules import CODE, NAMES_ALL, cited, files, in_code, in_data, in_tests, rules

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = (
    "activities",
    "bench",
    "catalogue",
    "console",
    "embedded",
    "portal",
    "states",
    "tests",
    "tools",
    "workflows",
)
FOLDERS = (*PACKAGES, "docs", "examples")

NOT_THERE = {
    "tests/replay/histories/newsletter-{name}.json": "made by the chapter on a new kind",
    "own.toml": "a catalogue of one's own",
    "mine.toml": "a catalogue of one's own",
    "var/bench/figures.json": "kept by the benchmarks",
    "temporal.toml": "Temporal's own settings, outside the repository",
    "entry_points.txt": "a file of an installed package",
    ".env": "the secrets of an installation",
}
"""Names of files that are not in the repository, each with the reason."""
MADE_UP = ("newsletter", "call_back")
"""The kind and the task type that CONTRIBUTING.md adds, in words that are followed to the letter by a test."""


def tracked() -> list[str]:
    """Every file of the repository; in a copy without history, every file there is."""
    listed = subprocess.run(["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True)
    if listed.returncode:
        return [path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*") if path.is_file()]
    return [name for name in listed.stdout.splitlines() if (ROOT / name).is_file()]


FILES = tracked()
BASENAMES = {Path(name).name for name in FILES}
HERE = Path(__file__).relative_to(ROOT).as_posix()


@cache
def texts() -> dict[str, str]:
    """What people read, by file: documents whole, of code and data the docstrings and comments."""
    read = {}
    for name in FILES:
        path = ROOT / name
        if name == HERE or name.startswith(("docs/adr/0", "tests/replay/histories/", "tools/mutation/survivors")):
            continue
        if path.suffix == ".py":
            read[name] = "\n".join(prose(path.read_text(encoding="utf-8")))
        elif path.suffix == ".md":
            read[name] = path.read_text(encoding="utf-8")
        elif path.suffix in (".toml", ".yaml", ".yml", ".in", ".j2") or path.name in ("Makefile", "Dockerfile", "run"):
            lines = path.read_text(encoding="utf-8").splitlines()
            read[name] = "\n".join(line for line in lines if line.lstrip().startswith("#") or "  # " in line)
    return read


def prose(source: str) -> Iterator[str]:
    """The docstrings and comments of a module."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.value.value
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


# Documents and files.

FILE = re.compile(
    rf"(?<![\w./~:-])((?:{'|'.join(FOLDERS)})(?:/[\w.*<>{{}}-]+)+|[\w-]+\.(?:md|toml|py|ya?ml|txt))(?![\w/])"
)


def test_every_file_that_a_text_names_is_there():
    faults = {(name, file) for name, text in texts().items() for file in FILE.findall(text) if not is_there(file, name)}
    assert faults == set()


def is_there(file: str, text: str) -> bool:
    """Whether a file, or one of the form with `*`, `<kind>` or `{kind}`, is in the repository.

    A folder may be named as it is seen from the text, a decision by its number; a name alone stands for any file of
    that name.
    """
    file = file.rstrip(".")
    if file in NOT_THERE or any(name in file for name in MADE_UP):
        return True
    if "/" not in file:
        return file in BASENAMES
    file = f"{file}-*" if re.fullmatch(r"docs/adr/\d{4}", file) else file
    form = re.sub(r"<[^>]*>|\{[^}]*\}", "*", file)
    forms = (form, f"{Path(text).parent.as_posix()}/{form}")
    return any((ROOT / each).exists() for each in forms) or any(fnmatch(name, form) for name in FILES)


def test_a_file_that_is_not_there_would_be_found():
    assert not is_there("docs/design.md", "README.md")
    assert not is_there("domain.md", "README.md")
    assert not is_there("docs/adr/0999", "README.md")
    assert is_there("states/kinds/<kind>.py", "README.md")
    assert is_there("docs/adr/0006", "README.md")
    assert FILE.findall("see `docs/design.md`, domain.md.") == ["docs/design.md", "domain.md"]


def test_every_link_in_a_document_leads_somewhere():
    for name, text in texts().items():
        if name.endswith(".md") and "/templates/" not in name:
            for target in re.findall(r"\]\(([^)#\s]+)(?:#[^)]*)?\)", text):
                if not target.startswith("http"):
                    assert ((ROOT / name).parent / target).exists(), f"{name}: {target}"


def test_every_link_to_a_place_in_a_document_leads_there():
    for name, text in texts().items():
        if name.endswith(".md") and "/templates/" not in name:
            for target, place in re.findall(r"\]\(([^)#\s]*)#([^)]*)\)", text):
                if not target.startswith("http"):
                    document = (ROOT / name).parent / target if target else ROOT / name
                    assert place in places(document), f"{name}: {target}#{place}"


@cache
def places(document: Path) -> frozenset[str]:
    """The headings of a document as links name them."""
    headings = re.findall(r"^#+ (.+)$", document.read_text(encoding="utf-8"), re.MULTILINE)
    return frozenset(re.sub(r"[^\w -]", "", heading).strip().lower().replace(" ", "-") for heading in headings)


MODULE = re.compile(rf"(?<![\w./*])((?:{'|'.join(PACKAGES)})(?:\.\w+)+)(?![\w/])")


def test_every_module_that_a_text_names_is_there():
    faults = {
        (name, module)
        for name, text in texts().items()
        for module in MODULE.findall(text)
        if not any(name in module for name in MADE_UP) and not is_module(module)
    }
    assert faults == set()


def is_module(named: str) -> bool:
    """Whether a dotted name leads to a module of ours, or to something in one."""
    path = ROOT
    for part in named.split("."):
        path = path / part
        if path.with_suffix(".py").is_file():
            return True
        if not path.is_dir():
            return part in (path.parent / "__init__.py").read_text(encoding="utf-8") or named.endswith((".md", ".toml"))
    return True


NOWHERE = {
    "a contract that is not docs/contract.md": r"\((?:[^()]* )?[Cc]ontract[,)]|^[Cc]ontract[,:] |[ ,]contract,? [`'‘]",
    "a design": r"\([Dd]esign[,:)]|\b[Dd]esign, [A-Z]|\bdesign\.md",
    "a domain": r"\b[Dd]omain,? (?:section |[0-9]|[A-Z])|\bdomain\.md",
    "an issue": r"\b[Ii]ssue #?\d{1,2}\b",
    "a style": r"\bstyle\.md|\benvironment\.md",
}
"""Citations of what a reader does not have."""


@pytest.mark.parametrize("what", NOWHERE)
def test_no_text_cites_what_a_reader_does_not_have(what):
    pattern = re.compile(NOWHERE[what], re.MULTILINE)
    faults = {name: pattern.findall(text) for name, text in texts().items() if name != "docs/contract.md"}
    assert {name: citations for name, citations in faults.items() if citations} == {}


@pytest.mark.parametrize(
    ("what", "text"),
    [
        ("a contract that is not docs/contract.md", "Shapes (contract, Portal)."),
        ("a contract that is not docs/contract.md", "as said (G5, contract `perform`)"),
        ("a contract that is not docs/contract.md", "The states in which a run ends (contract)."),
        ("a contract that is not docs/contract.md", "Contract, `order_by`"),
        ("a design", "in one place (design, Errors: two stages)"),
        ("a domain", "the table of domain section 2"),
        ("a domain", "what it is (domain, Cost-effect decision)"),
        ("an issue", "loses nothing (issue 3)"),
    ],
)
def test_such_a_citation_would_be_found(what, text):
    assert re.search(NOWHERE[what], text)


def test_what_is_no_citation_is_left_alone():
    texts = ("the contract's table", "(docs/contract.md, Portal)", "A contract of its own, held by another.")
    assert not [text for text in texts if re.search(NOWHERE["a contract that is not docs/contract.md"], text)]


# Rules.


def test_every_rule_number_leads_to_a_rule():
    faults = {}
    for name in FILES:
        if (
            name in NAMES_ALL
            or name.startswith("tests/replay/histories/")
            or not name.endswith((".py", ".md", ".toml"))
        ):
            continue
        text = (ROOT / name).read_text(encoding="utf-8")
        if unknown := {number for number in cited(text) if number not in rules()}:
            faults[name] = unknown
    assert faults == {}


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("(ED4, X2)", ["ED4", "X2"]),
        ("D1 to D3, X1", ["D1", "D2", "D3", "X1"]),
        ("OP0-1–OP0-2", ["OP0-1", "OP0-2"]),
        ("test_OP0_1_and_ED10_hold", ["OP0-1", "ED10"]),
        ("WED1, ED1a, K-D1, ED0", []),
        ("X99", ["X99"]),
    ],
)
def test_how_a_rule_is_cited(text, numbers):
    assert [*cited(text)] == numbers


def test_every_rule_has_code_and_a_test():
    without_code = [
        number for number, rule in rules().items() if not (number in in_code() or number in in_data() or rule.texts)
    ]
    assert (without_code, [number for number in rules() if number not in in_tests()]) == ([], [])


def test_the_texts_that_tell_a_rule_are_there():
    assert {text for rule in rules().values() for text in rule.texts} <= set(keys())


# The glossary.


def entries() -> dict[str, str]:
    """The words of the glossary, each with its sentence."""
    text = (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^- \*\*(.+?)\*\*(?: \([^)]*\))?: (.+(?:\n  .+)*)$", text, re.MULTILINE))


def test_the_glossary_is_in_order_and_says_each_in_a_sentence():
    assert [*entries()] == sorted(entries(), key=str.lower)
    assert len(entries()) == (ROOT / "docs" / "glossary.md").read_text(encoding="utf-8").count("\n- ")
    assert [word for word, sentence in entries().items() if not sentence.endswith(".")] == []


@pytest.fixture(scope="module")
def code() -> str:
    """All code of the product."""
    return "\n".join(path.read_text(encoding="utf-8") for path in files((*CODE, "console", "embedded"), ".py"))


def test_the_code_uses_every_word_of_the_glossary(code):
    assert [word for word in entries() if not used(word, code)] == []
    assert not used("cutoff date", code)


def used(word: str, code: str) -> bool:
    """Whether a word stands in code: as words, or as a name with underscores or capitals."""
    parts = [re.escape(part) for part in re.split(r"[ -]", word.lower())]
    return re.search(r"[ _\n-]?".join(parts), code, re.IGNORECASE) is not None
