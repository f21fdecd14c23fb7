"""`docs/mutation.md`: what the last whole run found, and why each mutant that survived does."""

import json
import tomllib
from collections import Counter, defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cosmic_ray.work_item import TestOutcome

from tools.mutation.mutants import ROOT, TOP, session
from tools.mutation.operators import CORE, OURS

PAGE = ROOT / "docs" / "mutation.md"
REASONS = Path(__file__).parent / "survivors.toml"


@dataclass(frozen=True)
class Judged:
    """A mutant with what came of it."""

    path: str
    function: str
    operator: str
    diff: str
    by: str | None

    @property
    def outcome(self) -> str:
        """`survived`, `timeout`, `import` or `test`."""
        if self.by is None:
            return "survived"
        if self.by.startswith("TimeoutError"):
            return "timeout"
        return "import" if self.by == "import" or self.by.startswith("ChildProcessError") else "test"

    @property
    def before(self) -> str:
        """The code as it is, on one line."""
        return one_line(self.diff, "-")

    @property
    def after(self) -> str:
        """The code of the mutant, on one line."""
        return one_line(self.diff, "+")


def one_line(diff: str, sign: str) -> str:
    """The lines of one side, without their indentation."""
    return " ".join(line[1:].strip() for line in diff.splitlines() if line.startswith(sign))


def judged() -> list[Judged]:
    """Every mutant that has a result, by module and place."""
    work = session()
    results = dict(work.results)
    found = []
    items = sorted(work.work_items, key=lambda item: (str(item.mutations[0].module_path), item.mutations[0].start_pos))
    for item in items:
        result = results.get(item.job_id)
        if result is not None:
            (spec,) = item.mutations
            by = None if result.test_outcome == TestOutcome.SURVIVED else json.loads(result.output or "{}").get("by")
            name = spec.operator_name.partition("/")[2]
            place = (str(spec.module_path), spec.definition_name or TOP)
            found.append(Judged(*place, name, result.diff or "", by))
    return found


def reasons() -> dict[tuple[str, str], str]:
    """Why a mutant survives, by place and by the code that it puts there."""
    said = tomllib.loads(REASONS.read_text(encoding="utf-8")) if REASONS.exists() else {}
    return {(one["at"], " ".join(code.split())): one["why"] for one in said.get("same", ()) for code in one["becomes"]}


def share(killed: int, all_: int) -> str:
    """Per cent, never rounded up."""
    return f"{int(1000 * killed / all_) / 10:.1f} %" if all_ else "–"


def row(name: str, mutants: list[Judged]) -> str:
    """A line of a table."""
    counts = Counter(one.outcome for one in mutants)
    killed = len(mutants) - counts["survived"]
    cells = [len(mutants), counts["test"], counts["import"], counts["timeout"], counts["survived"]]
    return f"| {name} | {' | '.join(map(str, cells))} | {share(killed, len(mutants))} |"


HEAD = """# Mutants of `states/`

<!-- Made by `make mutation` from a run: change the code, the tests or `tools/mutation/survivors.toml` instead. -->

`make mutation` changes `states/` in one place at a time (another target of a transition, a guard left out or turned
round, an effect not asked for) and runs the tests: one of them must fail. It is cosmic-ray with operators of our own
for charts (`tools/mutation/operators.py`) and a choice of its own, and takes long; CI does not run it. How it works,
and how to go on after an interruption: [tools/mutation/README.md](../tools/mutation/README.md).

A mutant is killed by a *test* that fails, by its *import* where the module cannot even be loaded any more, or by *time*
where it runs on and on. What survives is listed below, each with its reason.
"""


def page() -> str:
    """The whole page."""
    mutants = judged()
    groups: dict[str, list[Judged]] = defaultdict(list)
    kinds: dict[str, list[Judged]] = defaultdict(list)
    for one in mutants:
        groups[one.path].append(one)
        kinds[one.operator].append(one)
    columns = "mutants | by a test | by import | by time | survived | killed |\\n| --- |" + " --- |" * 6
    columns = columns.replace("\\n", "\n")
    parts = [HEAD, "## Score\n", f"| part | {columns}", row("**all**", mutants)]
    charts = [one for one in mutants if one.path.startswith("states/paths/")]
    parts += [row("the paths: states, transitions, guards, actions", charts), "", f"| module | {columns}"]
    parts += [row(f"`{path}`", found) for path, found in groups.items()]
    parts += ["", f"| operator | {columns}", *(row(f"`{name}`", kinds[name]) for name in sorted(kinds))]
    parts += ["", "## Operators", "", *operators_said(), "", "## Survivors", "", *survivors(mutants)]
    return "\n".join(parts).rstrip() + "\n"


def operators_said() -> list[str]:
    """What the operators do."""
    ours = [f"- `{one.__name__}`: {' '.join((one.__doc__ or '').split())}" for one in OURS]
    core = ", ".join(f"`{name}`" for name in CORE)
    return [
        "Our own:", "", *ours, "", f"Of cosmic-ray's: {core}.", "",
        "Left out are those of its operators whose mutants say little here: other arithmetic than + and −, operators on"
        " bits (they stand between types and alternatives), and each comparison in place of each other. Annotations and"
        " docstrings are never mutated.",
    ]  # fmt: skip


def survivors(mutants: list[Judged]) -> list[str]:
    """Each survivor under its module, with its reason."""
    known = reasons()
    lines: list[str] = []
    path = None
    for one in mutants:
        if one.outcome == "survived":
            if one.path != path:
                path = one.path
                lines += [f"### `{path}`", ""]
            why = known.get((f"{one.path} {one.function}", one.after), "**not explained yet**")
            lines += [
                f"- `{one.function}`, {one.operator}: ``{short(one.before)}`` → ``{short(one.after)}``  ",
                f"  {why}",
            ]
    return lines or ["None."]


def short(code: str) -> str:
    """Code that fits into a line."""
    return code if len(code) <= 160 else code[:157] + " …"


def unexplained() -> list[Judged]:
    """The survivors without a reason."""
    known = reasons()
    return [one for one in judged() if one.by is None and (f"{one.path} {one.function}", one.after) not in known]


def write(**_: Any) -> None:
    """Write the page."""
    PAGE.write_text(page(), encoding="utf-8")
    left = unexplained()
    print(f"{PAGE.relative_to(ROOT)} made; {len(left)} survivors without a reason")
