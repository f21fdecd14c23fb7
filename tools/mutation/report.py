"""`docs/mutation.md`: the score of each module in the last run of cosmic-ray, and why each survivor survives.

`python -m tools.mutation.report` writes it anew from the same run, after a reason was added to `survivors.toml`. What
came of the mutants of each definition is kept in `results.toml`, for the page of the rules (`make docs`).
"""

import textwrap
import tomllib
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

from cosmic_ray.config import load_config
from cosmic_ray.modules import filter_paths, find_modules
from cosmic_ray.work_db import WorkDB, use_db
from cosmic_ray.work_item import TestOutcome, WorkerOutcome
from jinja2 import Environment, FileSystemLoader, StrictUndefined

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "var" / "mutation"
CLONE = FOLDER / "clone"
SESSION = FOLDER / "session.sqlite"
PAGE = ROOT / "docs" / "mutation.md"
HERE = Path(__file__).parent


@dataclass(frozen=True)
class Mutant:
    """A mutant and what came of it."""

    path: str
    place: str
    operator: str
    line: int
    diff: str
    outcome: str
    """`killed`, `timeout`, `survived`, or `pending`."""

    @property
    def change(self) -> tuple[str, str, str]:
        """By which a reason is found: place, code that stands there, code of the mutant."""
        return f"{self.path} {self.place}", self.side("-"), self.side("+")

    def side(self, sign: str) -> str:
        """The changed lines before (`-`) or after (`+`), on one line and without their indentation; … between them
        where something stays."""
        lines = [line for line in self.diff.splitlines() if line[:1] in f"{sign} " and line[:3] not in ("---", "+++")]
        runs = (
            [line[1:].strip() for line in run]
            for changed, run in groupby(lines, lambda line: line[:1] == sign)
            if changed
        )
        return " … ".join(" ".join(filter(None, run)) for run in runs)


def mutants_of_session() -> list[Mutant]:
    """Every mutant, by module and line, but those of operators that are left out."""
    mutants = []
    with use_db(str(SESSION), WorkDB.Mode.open) as session:
        results = dict(session.results)
        for item in session.work_items:
            result, (spec,) = results.get(item.job_id), item.mutations
            if result is None:
                outcome = "pending"
            elif result.worker_outcome is WorkerOutcome.SKIPPED:
                continue
            elif result.test_outcome not in (TestOutcome.KILLED, TestOutcome.SURVIVED):
                raise RuntimeError(f"cosmic-ray could not run {item}: {result.output}")
            else:
                outcome = "timeout" if result.output == "timeout" else result.test_outcome.value
            place, operator = spec.definition_name or "(module)", spec.operator_name.partition("/")[2]
            diff = result.diff if result is not None else ""
            mutants.append(Mutant(str(spec.module_path), place, operator, spec.start_pos[0], diff, outcome))
    return sorted(mutants, key=lambda mutant: (mutant.path, mutant.line, mutant.operator, mutant.diff))


def reasons() -> dict[tuple[str, str, str], str]:
    """Why a mutant survives, by place, the code that stands there and the code of the mutant."""
    entries = tomllib.loads((HERE / "survivors.toml").read_text(encoding="utf-8"))["survivor"]
    return {(entry["at"], entry["code"], mutant): entry["why"] for entry in entries for mutant in entry["mutants"]}


def counts(mutants: list[Mutant]) -> str:
    """The cells of a line of the table; the score is of those that were run, and never rounded up."""
    numbers = Counter(mutant.outcome for mutant in mutants)
    run = len(mutants) - numbers["pending"]
    score = f"{1000 * (run - numbers['survived']) // run / 10} %" if run else "–"
    cells = (numbers[outcome] for outcome in ("killed", "timeout", "survived", "pending"))
    return " | ".join([*map(str, cells), score])


def what_was_run(mutants: list[Mutant]) -> str:
    """When it was run, and which modules were left out."""
    config = load_config(str(HERE / "cosmic-ray.toml"))
    folders = [ROOT / folder for folder in config["module-path"]]
    modules = filter_paths(find_modules(folders), [str(ROOT / pattern) for pattern in config["excluded-modules"]])
    left_out = {str(module.relative_to(ROOT)) for module in modules} - {mutant.path for mutant in mutants}
    numbers = Counter(path.rpartition("/")[0] for path in left_out)
    rooms = ", ".join(f"{number} in `{folder}/`" for folder, number in sorted(numbers.items()))
    text = f"Run on {datetime.fromtimestamp(SESSION.stat().st_mtime, UTC).date()}."
    if rooms:
        text += f" These modules have not been run as they stand now, and are to be run next: {rooms}."
    return textwrap.fill(text, 120, break_on_hyphens=False)


def page(mutants: list[Mutant], why: dict[tuple[str, str, str], str]) -> str:
    """The whole page."""
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"), undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    templates.filters["counts"] = counts
    modules = [(path, list(group)) for path, group in groupby(mutants, lambda mutant: mutant.path)]
    facts = {"run": what_was_run(mutants), "modules": modules, "mutants": mutants, "why": why}
    return templates.get_template("mutation.md").render(facts)


def results(mutants: list[Mutant]) -> str:
    """How many mutants of each definition were killed, survived and were not run, as TOML."""
    numbers = Counter((f"{mutant.path} {mutant.place}", mutant.outcome) for mutant in mutants)
    lines = ["# Made by `make mutation`: what came of the mutants of each definition in the last run."]
    for place in sorted({place for place, _ in numbers}):
        killed = numbers[place, "killed"] + numbers[place, "timeout"]
        rest = (f"{outcome} = {numbers[place, outcome]}" for outcome in ("survived", "pending"))
        lines.append(f'"{place}" = {{killed = {killed}, {", ".join(rest)}}}')
    return "\n".join(lines) + "\n"


def write() -> None:
    """Write the page, and the results of each definition."""
    mutants, why = mutants_of_session(), reasons()
    PAGE.write_text(page(mutants, why), encoding="utf-8")
    (HERE / "results.toml").write_text(results(mutants), encoding="utf-8")
    survivors = [mutant for mutant in mutants if mutant.outcome == "survived"]
    unexplained = [mutant for mutant in survivors if mutant.change not in why]
    print(f"{len(mutants)} mutants, {len(survivors)} survived, {len(unexplained)} of them without a reason")


if __name__ == "__main__":
    write()
