"""`python -m bench`: every part of the benchmarks in one sitting, each figure with its target, and what is missed.

Parts run one after the other, each in a process of its own. The figures are kept in `var/bench/figures.json`, those of
a part until it is measured again; `python -m bench.pages` puts them into `docs/performance.md`.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from bench.machine import machine
from bench.ratios import KEPT_IN, Figure

ROOT = Path(__file__).resolve().parents[1]
KEPT = ROOT / "var" / "bench" / "figures.json"


class Part(NamedTuple):
    """A module of the benchmarks, with its arguments in a short sitting, if it belongs to that, and in a long one."""

    module: str
    short: tuple[str, ...] | None = ()
    long: tuple[str, ...] = ()


PORTAL = Part("bench.portal", ("--rounds", "2"), ("--rounds", "6"))
PARTS = {
    "sandbox": Part("bench.least_path", (), ("--rounds", "8")),
    "runner": Part("bench.least_path", ("--same-runner",), ("--same-runner", "--rounds", "8")),
    "large": Part("bench.large"),
    "portal": PORTAL,
    "lists": Part("bench.lists", ("--databases", "SQLite"), ("--rounds", "5")),
    "herd": Part("bench.herd", short=None, long=("--runs", "500", "--window", "150")),
    "freeze": Part("bench.freeze", short=None, long=("--runs", "2000")),
    "sleeping": Part("bench.sleeping", short=None),
    "units": Part("bench.units", None, ()),
    "beside": Part("bench.beside", None, ()),
}
"""In the order in which they are measured."""
BEFORE = {
    "before": Part("bench.before", ("--rounds", "2"), ("--rounds", "6")),
    "charts": Part("bench.charts"),
    "portal": PORTAL,
}
"""What is measured of another checkout too, which each is given as `--beside PATH`."""


def rows_of(part: Part, arguments: tuple[str, ...]) -> list[dict[str, Any]] | None:
    """Run a part; the headings and figures that it showed, or nothing where it failed."""
    command = ["-m", part.module, *arguments]
    print(f"\n== python {' '.join(command)}", flush=True)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows"
        path.touch()
        failed = subprocess.run([sys.executable, *command], cwd=ROOT, env=os.environ | {KEPT_IN: str(path)}).returncode
        rows = [json.loads(row) for row in path.read_text(encoding="utf-8").splitlines()]
    return None if failed else rows


def keep(name: str, command: str, rows: list[dict[str, Any]]) -> None:
    """Keep a part's rows with the moment, the machine and the state of the code."""
    kept = json.loads(KEPT.read_text(encoding="utf-8")) if KEPT.exists() else {}
    at = f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"
    kept[name] = {"at": at, "machine": machine(), "state": state(), "command": command, "rows": rows}
    KEPT.parent.mkdir(parents=True, exist_ok=True)
    KEPT.write_text(json.dumps(kept, indent=1, ensure_ascii=False), encoding="utf-8")


def state() -> str:
    """The commit that is checked out, if this is a checkout."""
    said = subprocess.run(["git", "rev-parse", "--short", "HEAD"], cwd=ROOT, capture_output=True, text=True)
    return said.stdout.strip()


def main() -> int:
    """See above. Answers 1 where a part failed; a target that is missed is a figure like others."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("parts", nargs="*", metavar="PART", help=f"of {', '.join((*PARTS, *BEFORE))}; else all")
    parser.add_argument("--long", action="store_true", help="more rounds, and what takes more than some minutes")
    parser.add_argument("--before", type=Path, metavar="PATH", help="another checkout, measured beside this one")
    arguments = parser.parse_args()
    before = ("--beside", str(arguments.before.resolve())) if arguments.before else ()
    parts = PARTS | (BEFORE if before else {})
    if unknown := set(arguments.parts) - set(parts):
        parser.error(f"no such part: {', '.join(sorted(unknown))}; there are {', '.join(parts)}")
    print(machine())
    missed: list[str] = []
    failed: list[str] = []
    for name, part in parts.items():
        given = part.long if arguments.long or part.short is None else part.short
        if name not in arguments.parts and (arguments.parts or (part.short is None and not arguments.long)):
            continue
        given = (*before, *given) if name in BEFORE else given
        rows = rows_of(part, given)
        if rows is None:
            failed.append(name)
            continue
        command = " ".join((part.module, *("PATH" if each in before[1:] else each for each in given)))
        keep(name, command, rows)
        missed += [f"{name}: {Figure(**row)}" for row in rows if row.get("missed")]
    print("\n".join(("", "== targets missed", *missed) if missed else ("", "== every target is met")))
    if failed:
        print(f"== could not be measured: {', '.join(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
