"""The instructions of a task as a page shows them: paragraphs, lists, quotations, and steps that can be ticked.

They are texts of ours in a small part of Markdown, in which what people wrote means nothing (`catalogue.quoting`).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from markupsafe import Markup, escape

Called = Callable[[str], str | None]
"""What a field or a decision is called on the page, of its name in a payload; None of anything else."""

STEP = re.compile(r"\d{1,2}\. +(?=\S)")
BULLET = "- "
QUOTED = re.compile(r"> ?")
INLINE = re.compile(
    r"\\(?P<plain>[!-/:-@\[-`{-~])|(?P<fence>`+)(?P<code>.+?)(?<!`)(?P=fence)(?!`)|\*\*(?P<bold>.+?)\*\*(?!\*)"
)
"""What is meant as it is, code, and emphasis."""

Sort = Literal["text", "step", "bullet", "quote"]


@dataclass(frozen=True)
class Step:
    """A step with its number, by which it is ticked: steps are counted through all lists of the instructions."""

    number: int
    text: Markup


@dataclass(frozen=True)
class Part:
    """A paragraph or quotation, or a list."""

    sort: Sort
    lines: tuple[Markup, ...] = ()
    steps: tuple[Step, ...] = ()

    @property
    def text(self) -> Markup:
        """A paragraph with its ends of lines."""
        return Markup("<br>").join(self.lines)


def parts_of(instructions: str, called: Called = lambda _: None) -> list[Part]:
    """The instructions taken apart."""
    parts: list[Part] = []
    number = 0
    for sort, lines in runs_of(instructions):
        shown = tuple(inline(line, called) for line in lines)
        if sort == "step":
            steps = tuple(Step(number + place, line) for place, line in enumerate(shown, 1))
            number += len(steps)
            parts.append(Part(sort, steps=steps))
        else:
            parts.append(Part(sort, shown))
    return parts


def steps_of(instructions: str) -> tuple[Step, ...]:
    """Every step, in order."""
    return tuple(step for part in parts_of(instructions) for step in part.steps)


def runs_of(text: str) -> Iterator[tuple[Sort, list[str]]]:
    """Lines of the same sort that follow each other; an empty line ends a paragraph."""
    sort: Sort | None = None
    lines: list[str] = []
    for line in [*text.splitlines(), ""]:
        own, content = sort_of(line)
        if own != sort or not line.strip():
            if sort is not None and lines:
                yield sort, lines
            sort, lines = None, []
        if line.strip():
            sort = own
            lines.append(content)


def sort_of(line: str) -> tuple[Sort, str]:
    """What a line is, and what it says."""
    if step := STEP.match(line):
        return "step", line[step.end() :]
    if line.startswith(BULLET):
        return "bullet", line.removeprefix(BULLET)
    if quoted := QUOTED.match(line):
        return "quote", line[quoted.end() :]
    return "text", line


def inline(line: str, called: Called) -> Markup:
    """A line with its emphasis and code; the names of fields and decisions are those of the form."""
    shown, at = Markup(""), 0
    for mark in INLINE.finditer(line):
        shown += escape(line[at : mark.start()]) + marked(mark, called)
        at = mark.end()
    return shown + escape(line[at:])


def marked(mark: re.Match[str], called: Called) -> Markup:
    """What a mark stands for."""
    if mark["plain"]:
        return escape(mark["plain"])
    if mark["bold"]:
        return Markup("<strong>{}</strong>").format(inline(mark["bold"], called))
    code = mark["code"].strip()
    name = called(code)
    return Markup("<code>{}</code>").format(code) if name is None else Markup("<em>{}</em>").format(name)
