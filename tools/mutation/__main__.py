"""`python -m tools.mutation [MODULE …]`: let cosmic-ray make and run mutants, then write `docs/mutation.md`.

A run that was interrupted goes on; modules, or `--anew`, begin another, of a clone of the last commit.
"""

import argparse
import os
import shlex
import shutil
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

from cosmic_ray.config import load_config, serialize_config
from cosmic_ray.work_item import TestOutcome

from tools.mutation.report import CLONE, FOLDER, ROOT, SESSION, write

CONFIG = FOLDER / "cosmic-ray.toml"
CONFIG_FILE = Path("tools") / "mutation" / "cosmic-ray.toml"


def run(*command: str | Path) -> None:
    """A command in the clone, for which `python` is this one."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "PYTHONDONTWRITEBYTECODE": ""}
    subprocess.run(command, cwd=CLONE, env=environment, check=True)


def begin(modules: list[str]) -> None:
    """Clone the last commit and note the mutants of these modules, of all that are configured if none is named."""
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    subprocess.run(["git", "clone", "--quiet", ROOT, CLONE], check=True)
    config = load_config(str(CLONE / CONFIG_FILE))
    CONFIG.write_text(serialize_config(config | {"module-path": modules or config["module-path"]}), encoding="utf-8")
    note_mutants()


def note_mutants() -> None:
    """Run the tests on what stands, and make a session of all mutants."""
    run(*shlex.split(load_config(str(CONFIG)).test_command))
    run("python", "-m", "cosmic_ray.cli", "init", CONFIG, SESSION)
    run("python", "-m", "cosmic_ray.tools.filters.operators_filter", SESSION, CONFIG)


def take_last_commit() -> None:
    """Begin anew with the last commit, but keep what was killed in modules that are the same."""
    run("git", "fetch", "--quiet")
    command = ["git", "diff", "--name-only", "HEAD", "FETCH_HEAD", "--", "states"]
    changed = subprocess.run(command, cwd=CLONE, check=True, capture_output=True, text=True).stdout.split()
    run("git", "merge", "--quiet", "--ff-only", "FETCH_HEAD")
    former = SESSION.replace(SESSION.with_suffix(".former"))
    note_mutants()
    with closing(sqlite3.connect(SESSION)) as session, session:
        session.execute("ATTACH ? AS former", (str(former),))
        session.execute(
            f"""INSERT INTO work_results (job_id, worker_outcome, output, test_outcome, diff)
            SELECT new.job_id, result.worker_outcome, result.output, result.test_outcome, result.diff
            FROM mutation_specs AS new JOIN former.mutation_specs AS old USING (module_path, operator_name, occurrence)
            JOIN former.work_results AS result ON result.job_id = old.job_id
            WHERE result.test_outcome = ? AND new.module_path NOT IN ({", ".join("?" * len(changed))})""",
            (TestOutcome.KILLED.name, *changed),
        )


def main() -> None:
    """See above."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="files or folders, such as states/rules")
    parser.add_argument("--anew", action="store_true", help="forget the last run")
    parser.add_argument("--last-commit", action="store_true", help="what was killed and has not changed stays killed")
    arguments = parser.parse_args()
    if arguments.last_commit:
        take_last_commit()
    elif arguments.anew or arguments.modules or not SESSION.exists():
        begin(arguments.modules)
    run("python", "-m", "cosmic_ray.cli", "exec", CONFIG, SESSION)
    write()


if __name__ == "__main__":
    main()
