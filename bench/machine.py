"""On what machine the figures are measured, and with which Python."""

import os
import platform
import sys
from pathlib import Path

import psutil


def processor() -> str:
    """The processor's name, as the system says it."""
    path = Path("/proc/cpuinfo")
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()


def machine() -> str:
    """Cores, memory, system and Python."""
    memory = round(psutil.virtual_memory().total / 2**30)
    system = f"{platform.system()} {platform.release().split('-')[0]}"
    return f"{os.cpu_count()} cores ({processor()}), {memory} GB, {system}, Python {platform.python_version()}"


def python_of(checkout: Path) -> str:
    """The Python of a checkout with the packages that it pins, where it has been installed; else this one."""
    own = checkout / ".venv" / "bin" / "python"
    return str(own) if own.exists() else sys.executable
