"""What the instructions of a task say in short."""

import re

PARAGRAPH = "\n\n"
ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
"""A character that means nothing in Markdown, since a backslash is before it."""

CODE = re.compile(r"(?<![\\`])(`+)(?!`) ?(.+?) ?(?<!`)\1(?!`)")
"""What is shown as code, in as many backticks at both ends."""


def gist(instructions: str) -> str:
    """What to do in short: the first line, and where it ends with a colon, what it leads to."""
    first, _, rest = instructions.strip().replace("**", "").partition("\n")
    return f"{first}\n{rest.strip().partition(PARAGRAPH)[0]}".strip() if first.rstrip().endswith(":") else first


def in_plain_words(markdown: str) -> str:
    """A line of Markdown of ours as it is read, without what escapes what people wrote."""
    return ESCAPED.sub(r"\1", CODE.sub(r"\2", markdown))
