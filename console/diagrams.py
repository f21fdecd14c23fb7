"""The command `diagram`: the states of a kind."""

import shutil
import subprocess

from console.output import print_json
from console.refusals import Misuse, PortalRefusal
from states.kinds.registry import KINDS
from states.views.diagram import dot, mermaid


def print_diagram(kind: str, form: str, as_json: bool) -> None:
    """Print the diagram of a kind. Raises `Misuse` for an unknown kind, `PortalRefusal` where Graphviz is missing."""
    if kind not in KINDS:
        raise Misuse(f"there is no kind {kind}, but {', '.join(sorted(KINDS))}")
    text = mermaid(kind) if form == "mermaid" else as_svg(dot(kind))
    print_json({"kind": kind, "format": form, "diagram": text}) if as_json else print(text.rstrip())


def as_svg(text: str) -> str:
    """A drawing by Graphviz. Raises `PortalRefusal` where it is missing."""
    program = shutil.which("dot")
    if program is None:
        raise PortalRefusal("svg needs Graphviz, whose program dot is not installed; --format mermaid needs nothing")
    return subprocess.run([program, "-Tsvg"], input=text, capture_output=True, text=True, check=True).stdout
