"""`python -m bench.charts --beside PATH`: charts of this checkout beside those of another, in one sitting.

Time to decide an event, time to restore a chart, memory that a chart holds, replay of recorded histories. Each side is
measured in a process of its own with its own modules, in turn A B B A; printed are medians, and the ratio of each pair
(this ÷ other) as median with its spread.
"""

import argparse
import json
import os
import subprocess
import sys
from pathlib import Path

from bench.machine import python_of
from bench.ratios import compared, heading, in_turn

ROOT = Path(__file__).resolve().parents[1]
WORSE = 1.05
"""From here on a ratio is marked."""


def histories_of(checkout: Path) -> set[str]:
    """The recorded histories of a checkout, by file name."""
    return {path.name for path in (checkout / "tests" / "replay" / "histories").glob("*.json")}


def measure(checkout: Path, histories: list[str]) -> dict[str, float]:
    """Each measure of one side, by its name with its unit."""
    # -P: the folder of the script, with its own `worker.py`, stays off the path.
    command = [python_of(checkout), "-P", str(Path(__file__).with_name("chart_side.py")), *histories]
    environment = os.environ | {"PYTHONPATH": str(checkout), "PYTHONHASHSEED": "0"}
    result = subprocess.run(command, cwd=checkout, env=environment, stdout=subprocess.PIPE, text=True)
    if result.returncode:
        sys.exit(f"the charts of {checkout} could not be measured: see above")
    measures: dict[str, float] = json.loads(result.stdout)
    return measures


def main() -> None:
    """See above."""
    parser = argparse.ArgumentParser(prog="python -m bench.charts", description=__doc__)
    parser.add_argument("--beside", type=Path, required=True, metavar="PATH", help="the other checkout")
    parser.add_argument("--rounds", type=int, default=4, help="turns of A B or B A; even")
    parser.add_argument("--histories", type=int, default=30, help="how many recorded histories to replay; 0: none")
    arguments = parser.parse_args()
    other = arguments.beside.resolve()
    # Of the scenes that both have recorded, some from everywhere.
    scenes = sorted(histories_of(ROOT) & histories_of(other))
    scenes = scenes[:: max(1, len(scenes) // arguments.histories)] if arguments.histories else []
    measures: dict[str, list[dict[str, float]]] = {"this": [], "other": []}
    for side, checkout in in_turn([("this", ROOT), ("other", other)], arguments.rounds):
        measures[side].append(measure(checkout, scenes))
        print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    heading("charts", "this", "other")
    for name in measures["this"][0]:
        compared(name, *([turn[name] for turn in measures[side]] for side in ("this", "other")), WORSE)


if __name__ == "__main__":
    main()
