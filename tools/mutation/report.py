"""`docs/mutation.md`: the score of each module in the last run of cosmic-ray, and why each survivor survives.

`python -m tools.mutation.report` writes it anew from the same run, after a reason was added to `survivors.toml`.
"""

import subprocess
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from cosmic_ray.config import load_config
from cosmic_ray.modules import filter_paths, find_modules
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import WorkerOutcome

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "mutation"
CLONE = FOLDER / "clone"
SESSION = FOLDER / "session.sqlite"
PAGE = ROOT / "docs" / "mutation.md"
HERE = Path(__file__).parent

HEAD = """# Mutants of `states/`

<!-- Made by `make mutation` from a run: change the code, the tests or `tools/mutation/survivors.toml` instead. -->

`make mutation` changes `states/` in one place at a time (another target of a transition, a guard left out or turned
round, an effect not asked for) and runs the tests: one of them must fail. [cosmic-ray](https://cosmic-ray.readthedocs.io)
does the running, with operators of our own for charts. It takes long; CI does not run it. How to run it:
[tools/mutation/README.md](../tools/mutation/README.md).

Run on {run_on}, over the code of {code_of}.{missing}

| module | mutants | killed by a test | by time | survived | score |
| --- | --- | --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Mutant:
    """A mutant that was run."""

    path: str
    place: str
    operator: str
    line: int
    diff: str
    outcome: str
    """`killed`, `timeout` or `survived`."""

    @property
    def change(self) -> tuple[str, str, str]:
        """By which a reason is found: place, code that stands there, code of the mutant."""
        return f"{self.path} {self.place}", self.side("-"), self.side("+")

    def side(self, sign: str) -> str:
        """The changed lines before (`-`) or after (`+`), on one line and without their indentation."""
        lines = [line for line in self.diff.splitlines() if line[:1] == sign and line[:3] not in ("---", "+++")]
        return " ".join(line[1:].strip() for line in lines)


def mutants_run() -> list[Mutant]:
    """Every mutant that has a result, by module and line; those of operators left out have none."""
    mutants = []
    with use_db(str(SESSION), WorkDB.Mode.open) as session:
        for item, result in session.completed_work_items:
            if result.worker_outcome is WorkerOutcome.SKIPPED:
                continue
            if result.worker_outcome is not WorkerOutcome.NORMAL:
                raise RuntimeError(f"cosmic-ray could not run {item}: {result.output}")
            (spec,) = item.mutations
            place = spec.definition_name or "(module)"
            operator = spec.operator_name.partition("/")[2]
            outcome = "timeout" if result.output == "timeout" else result.test_outcome.value
            mutants.append(Mutant(str(spec.module_path), place, operator, spec.start_pos[0], result.diff, outcome))
    return sorted(mutants, key=lambda mutant: (mutant.path, mutant.line, mutant.operator, mutant.diff))


def reasons() -> dict[tuple[str, str, str], str]:
    """Why a mutant survives, by place, the code that stands there and the code of the mutant."""
    entries = tomllib.loads((HERE / "survivors.toml").read_text(encoding="utf-8"))["survivor"]
    return {(entry["at"], entry["code"], mutant): entry["why"] for entry in entries for mutant in entry["mutants"]}


def row(name: str, mutants: list[Mutant]) -> str:
    """A line of the table; the score is never rounded up."""
    outcomes = Counter(mutant.outcome for mutant in mutants)
    score = 1000 * (len(mutants) - outcomes["survived"]) // len(mutants) / 10
    cells = (len(mutants), outcomes["killed"], outcomes["timeout"], outcomes["survived"])
    return f"| {name} | {' | '.join(map(str, cells))} | {score} % |\n"


def missing(mutants: list[Mutant]) -> str:
    """Says which modules have not been run, by their folders."""
    config = load_config(str(HERE / "cosmic-ray.toml"))
    folders = [ROOT / folder for folder in config["module-path"]]
    modules = filter_paths(find_modules(folders), [str(ROOT / pattern) for pattern in config["excluded-modules"]])
    left_out = {str(module.relative_to(ROOT)) for module in modules} - {mutant.path for mutant in mutants}
    if not left_out:
        return ""
    numbers = Counter(path.rpartition("/")[0] for path in left_out)
    rooms = ", ".join(f"`{folder}/` ({number})" for folder, number in sorted(numbers.items()))
    return f" Not run as they stand now, and to be run next (number of modules): {rooms}."


def survivor(mutant: Mutant, why: str | None) -> str:
    """What was changed without a test that fails, and the reason."""
    change = f"- `{mutant.place}`, {mutant.operator}: ``{mutant.side('-')}`` → ``{mutant.side('+')}``  \n"
    return f"{change}  {why or '**Not explained yet.**'}\n"


def page(mutants: list[Mutant]) -> str:
    """The whole page."""
    code_of = subprocess.run(
        ["git", "log", "-1", "--format=%cs"], cwd=CLONE, check=True, capture_output=True, text=True
    )
    run_on = datetime.fromtimestamp(SESSION.stat().st_mtime, UTC).date()
    rows, survivors, why = "", "", reasons()
    for path, of_module in groupby(mutants, lambda mutant: mutant.path):
        mutants_here = list(of_module)
        survived = [mutant for mutant in mutants_here if mutant.outcome == "survived"]
        rows += row(f"`{path}`", mutants_here)
        survivors += f"\n### `{path}`\n\n" if survived else ""
        survivors += "".join(survivor(mutant, why.get(mutant.change)) for mutant in survived)
    head = HEAD.format(run_on=run_on, code_of=code_of.stdout.strip(), missing=missing(mutants))
    return head + rows + row("**all**", mutants) + "\n## Survivors\n" + (survivors or "\nNone.\n")


def write() -> None:
    """Write the page."""
    mutants, why = mutants_run(), reasons()
    PAGE.write_text(page(mutants), encoding="utf-8")
    survivors = [mutant for mutant in mutants if mutant.outcome == "survived"]
    unexplained = [mutant for mutant in survivors if mutant.change not in why]
    print(f"{len(mutants)} mutants, {len(survivors)} survived, {len(unexplained)} of them without a reason")


if __name__ == "__main__":
    write()
