"""The benchmarks and the pages that show their figures fit together, and a target is missed on its wrong side only."""

import re

import pytest

from bench.__main__ import BEFORE, PARTS, ROOT
from bench.least_path import TARGETS
from bench.pages import BLOCK, PAGES, SCALE, tables
from bench.ratios import Target
from bench.scale import BARE, ROWS, table

KEPT = {"at": "2027-01-01 00:00 UTC", "machine": "2 cores", "state": "0", "command": "bench.units"}


def test_every_part_has_its_place_on_a_page():
    places = {block["part"] for page in PAGES for block in BLOCK.finditer(page.read_text(encoding="utf-8"))}
    assert places == {*PARTS, *BEFORE, SCALE}


def test_every_part_is_a_module_that_the_readme_describes():
    described = (ROOT / "bench" / "README.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| (`[a-z`, ]+`) \| `(bench\.\w+)`", described, re.M)
    told = {name: module for names, module in rows for name in re.findall(r"\w+", names)}
    assert told == {name: part.module for name, part in (PARTS | BEFORE).items()}


@pytest.mark.parametrize("row", ROWS, ids=[row.what for row in ROWS])
def test_what_is_carried_to_large_numbers_is_measured(row):
    if (row.part, row.heading) == BARE:
        assert row.figure in TARGETS
    else:
        source = (ROOT / "bench" / "units.py").read_text(encoding="utf-8")
        assert f'"{row.heading}"' in source and row.figure.rpartition(": ")[2].removesuffix(" its store") in source


@pytest.mark.parametrize(
    ("target", "value", "missed"),
    [
        (Target(0.90), 0.90, False),
        (Target(0.90), 0.904, False),
        (Target(0.90), 0.91, True),
        (Target(5, at_least=True), 5.0, False),
        (Target(5, at_least=True), 4.99, True),
    ],
)
def test_a_target_is_missed_on_its_wrong_side(target, value, missed):
    assert target.missed_by(value) is missed


def test_tables_of_one_side_and_of_two():
    sides = {
        "name": "b",
        "here": 2.0,
        "other": 4.0,
        "value": 0.5,
        "least": 0.4,
        "most": 0.6,
        "target": "",
        "missed": False,
    }
    alone = {"name": "a", "here": 3.0, "other": None, "value": 3.0, "least": 2.0, "most": 4.0, "target": "≤ 1.00"}
    rows = [{"heading": "one", "here": "ours", "other": ""}, alone | {"missed": True}]
    rows += [{"heading": "two", "here": "ours", "other": "bare"}, sides]
    made = tables(KEPT | {"rows": rows})
    assert "| a | 3.00 | 2.00–4.00 | ≤ 1.00 | missed |" in made
    assert "| b | 2.00 | 4.00 | 0.50 | 0.40–0.60 |  |  |" in made
    for lines in re.findall(r"(?:^\|.*\n)+", made, re.M):
        assert len({line.count("|") for line in lines.splitlines()}) == 1


def test_large_numbers_are_multiplied():
    rows = [{"heading": "a customer with three licences"}, {"name": "PostgreSQL: rows inserted", "here": 5.0}]
    made = table({"units": KEPT | {"rows": rows}})
    assert "| record of the customers, rows | 5.00 | `units`: PostgreSQL: rows inserted | 50.0 M |" in made
    assert "not measured" in made
