"""On what machine the figures are measured, in a line."""

import os
import platform
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
