"""`python -m bench.charts --beside PATH`: charts of this checkout beside those of another, in one sitting.

Time to decide an event, time to restore a chart, memory that a chart holds, replay of recorded histories. Each side is
measured in a process of its own with its own modules, in turn A B B A; printed are medians, and the ratio of each pair
(this ÷ other) as median with its spread.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SIDE = Path(__file__).with_name("chart_side.py")
WORSE = 1.05
"""From here on a ratio is marked."""


def histories_of(checkout: Path) -> set[str]:
    """The recorded histories of a checkout, by file name."""
    return {path.name for path in (checkout / "tests" / "replay" / "histories").glob("*.json")}


def measure(checkout: Path, histories: list[str]) -> dict[str, float]:
    """Each measure of one side, by its name with its unit."""
    # -P: the folder of the script, with its own `worker.py`, stays off the path.
    command = [sys.executable, "-P", str(SIDE), *histories]
    environment = os.environ | {"PYTHONPATH": str(checkout), "PYTHONHASHSEED": "0"}
    result = subprocess.run(command, cwd=checkout, env=environment, stdout=subprocess.PIPE, text=True)
    if result.returncode:
        sys.exit(f"the charts of {checkout} could not be measured: see above")
    measures: dict[str, float] = json.loads(result.stdout)
    return measures


def table(here: list[dict[str, float]], beside: list[dict[str, float]]) -> str:
    """A line for each measure."""
    lines = [f"{'':36} {'this':>9} {'other':>9}  ratio  (spread)"]
    for name in here[0]:
        values, others = [side[name] for side in here], [side[name] for side in beside]
        ratios = sorted(value / other for value, other in zip(values, others, strict=True))
        ratio = statistics.median(ratios)
        medians = f"{statistics.median(values):9.2f} {statistics.median(others):9.2f}"
        mark = f"  ← above {WORSE}" if ratio > WORSE else ""
        lines.append(f"{name:36} {medians} {ratio:6.2f}  ({ratios[0]:.2f}–{ratios[-1]:.2f}){mark}")
    return "\n".join(lines)


def main() -> None:
    """See above."""
    parser = argparse.ArgumentParser(prog="python -m bench.charts", description=__doc__)
    parser.add_argument("--beside", type=Path, required=True, metavar="PATH", help="the other checkout")
    parser.add_argument("--rounds", type=int, default=4, help="turns of A B or B A; even")
    parser.add_argument(
        "--histories", type=int, default=30, help="how many of the recorded histories to replay; 0: none"
    )
    arguments = parser.parse_args()
    other = arguments.beside.resolve()
    # Of the scenes that both have recorded, some from everywhere.
    scenes = sorted(histories_of(ROOT) & histories_of(other))
    scenes = scenes[:: max(1, len(scenes) // arguments.histories)] if arguments.histories else []
    measured: dict[Path, list[dict[str, float]]] = {ROOT: [], other: []}
    for turn in range(arguments.rounds):
        for checkout in (ROOT, other) if turn % 2 == 0 else (other, ROOT):
            measured[checkout].append(measure(checkout, scenes))
            print(".", end="", file=sys.stderr, flush=True)
    print(file=sys.stderr)
    print(table(measured[ROOT], measured[other]))


if __name__ == "__main__":
    main()
