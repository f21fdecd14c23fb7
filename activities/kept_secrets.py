"""Secrets that are made once and kept in a file, for a single machine where none is set."""

import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from activities.ports import Misconfigured


def kept_secret(path: Path, make: Callable[[], str], setting: str) -> str:
    """The secret in a file that its owner alone may read. Made where there is none, by one of those who ask at once.

    `setting`: what to set instead. Raises `Misconfigured`. Blocks.
    """
    try:
        if not path.exists():
            write_once(path, make())
        secret = path.read_text("ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        why = error.strerror if isinstance(error, OSError) else "it is no text"
        raise Misconfigured(
            f"{path} cannot be kept or read ({why}): set {setting}, or CANCELLATIONS_STATE_DIR"
        ) from None
    if not secret:
        raise Misconfigured(f"{path} is empty: remove it, so that a new one is made, or set {setting}")
    return secret


def write_once(path: Path, secret: str) -> None:
    """Write a file whole, unless somebody else has meanwhile. Raises `OSError`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}-")  # for its owner alone
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(f"{secret}\n")
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        os.unlink(draft)
