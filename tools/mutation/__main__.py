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
    run(*shlex.split(config.test_command))
    run("python", "-m", "cosmic_ray.cli", "init", CONFIG, SESSION)
    run("python", "-m", "cosmic_ray.tools.filters.operators_filter", SESSION, CONFIG)


def forget_survivors() -> None:
    """Take the tests of the last commit, by which what survived is judged again. `states/` must be as it was."""
    run("git", "fetch", "--quiet")
    if subprocess.run(
        ["git", "diff", "--quiet", "HEAD", "FETCH_HEAD", "--", "states"], cwd=CLONE, check=False
    ).returncode:
        raise SystemExit("states/ has changed since the mutants were made: begin a run with --anew")
    run("git", "merge", "--quiet", "--ff-only", "FETCH_HEAD")
    run(*shlex.split(load_config(str(CONFIG)).test_command))
    with closing(sqlite3.connect(SESSION)) as session, session:
        session.execute("DELETE FROM work_results WHERE test_outcome = ?", (TestOutcome.SURVIVED.name,))


def main() -> None:
    """See above."""
    parser = argparse.ArgumentParser(prog="python -m tools.mutation", description=__doc__)
    parser.add_argument("modules", nargs="*", metavar="MODULE", help="files or folders, such as states/rules")
    parser.add_argument("--anew", action="store_true", help="forget the last run")
    parser.add_argument("--survivors", action="store_true", help="judge what survived by the tests of the last commit")
    arguments = parser.parse_args()
    if arguments.survivors:
        forget_survivors()
    elif arguments.anew or arguments.modules or not SESSION.exists():
        begin(arguments.modules)
    run("python", "-m", "cosmic_ray.cli", "exec", CONFIG, SESSION)
    write()


if __name__ == "__main__":
    main()
