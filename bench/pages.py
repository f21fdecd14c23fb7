"""`python -m bench.pages`: put the figures that `python -m bench` has kept into docs/performance.md and docs/scale.md.

A table stands between `<!-- figures PART -->` and `<!-- end -->`; a part that was not measured keeps its table.
"""

import json
import re
from typing import Any

from bench.__main__ import KEPT, ROOT
from bench.ratios import Figure
from bench.scale import table

PAGES = (ROOT / "docs" / "performance.md", ROOT / "docs" / "scale.md")
SCALE = "scale"
"""The block of `docs/scale.md`, which several parts make."""
BLOCK = re.compile(r"(<!-- figures (?P<part>\w+) -->\n).*?(<!-- end -->)", re.S)


def tables(kept: dict[str, Any]) -> str:
    """A part's figures as Markdown: a table under each heading."""
    lines, other = [], ""
    for row in kept["rows"]:
        if "heading" in row:
            here, other = row["here"], row["other"]
            ratio = " ratio |" if other else ""
            lines += ["", f"| {row['heading']} | {here} |{f' {other} |' if other else ''}{ratio} spread | target | |"]
            lines += [f"| --- | ---: |{' ---: | ---: |' if other else ''} --- | --- | --- |"]
        else:
            lines.append(row_of(Figure(**row), two=bool(other)))
    by = f"`python -m {kept['command']}`, {kept['at']}, state {kept['state']}, {kept['machine']}."
    return "\n".join((*lines, "", by, ""))


def row_of(figure: Figure, *, two: bool) -> str:
    """A line of a table, which is of two sides or of one."""
    other = " | |" if two else ""
    if figure.other is not None:
        other = f" {figure.other:.2f} | {figure.value:.2f} |"
    spread = f"{figure.least:.2f}–{figure.most:.2f}"
    return f"| {figure.name} | {figure.here:.2f} |{other} {spread} | {figure.target} | {'missed' * figure.missed} |"


def main() -> None:
    """Fill in what there is."""
    kept = json.loads(KEPT.read_text(encoding="utf-8"))

    def filled(block: re.Match[str]) -> str:
        part = block["part"]
        if part == SCALE:
            return f"{block[1]}{table(kept)}\n{block[3]}"
        return f"{block[1]}{tables(kept[part])}\n{block[3]}" if part in kept else block[0]

    for page in PAGES:
        page.write_text(BLOCK.sub(filled, page.read_text(encoding="utf-8")), encoding="utf-8")


if __name__ == "__main__":
    main()
