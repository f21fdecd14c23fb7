"""Makes the pages of docs/ from the code: `python tools/docs/build.py`; with `--check` it only says which are stale."""

import sys
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from tools.docs import pages

DOCS = ROOT / "docs"


@cache
def made() -> dict[Path, str]:
    """Every page that is made, by its path."""
    return {DOCS / path: text for path, text in pages.pages().items()}


def stale(expected: dict[Path, str]) -> list[Path]:
    """The pages that differ from what the code says, and those of kinds that are gone."""
    changed = [path for path, text in expected.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    return sorted([*changed, *(path for path in (DOCS / "kinds").glob("*.md") if path not in expected)])


def main(arguments: list[str]) -> int:
    """0 done, or nothing stale; 1 with `--check` where pages are stale; 2 wrong usage."""
    if arguments not in ([], ["--check"]):
        print("usage: python tools/docs/build.py [--check]", file=sys.stderr)
        return 2
    expected = made()
    outdated = stale(expected)
    for path in outdated:
        name = path.relative_to(ROOT)
        if arguments:
            print(f"{name} is stale: run make docs", file=sys.stderr)
            continue
        if path in expected:
            path.parent.mkdir(exist_ok=True)
            path.write_text(expected[path], encoding="utf-8")
        else:
            path.unlink()
        print(f"{name} made")
    return 1 if arguments and outdated else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
