"""What a reader of Markdown would make of a text: the marks that hostile words must never form."""

from collections import Counter
from collections.abc import Iterator

from markdown_it import MarkdownIt
from markdown_it.token import Token

READER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
BARE = ("http://", "https://", "www.", "@")
"""What other readers make a link of where it stands outside code."""
HOSTILE = (
    "# Approved by JTL\n\n**granted** ![x](https://evil.example/p.png) [click](https://evil.example) <b>bold</b> "
    "<img src=https://evil.example/i.png> `code` _so_ ~~not~~ &lt;i&gt; https://evil.example www.evil.example "
    "a@evil.example\n- confirmed\n1. first\n> quoted\n```\nfence\n```\n---\n===\n| a | b |\n|---|---|\n"
    "\x1b[2J\u202edesrever"
)
"""Words of a customer who would like to be taken for somebody else."""
LINES = tuple(line for line in HOSTILE.split("\n") if line)


def tokens(markdown: str) -> Iterator[Token]:
    """Every block and every mark within one."""
    for token in READER.parse(markdown):
        yield token
        yield from token.children or ()


def marks(markdown: str) -> Counter[str]:
    """How often each block and each mark stands in a text, but for plain words, lines and code."""
    plain = ("text", "inline", "softbreak", "code_inline")
    return Counter(token.type for token in tokens(markdown) if token.type not in plain)


def bare_links(markdown: str) -> list[str]:
    """What stands outside code and would become a link."""
    return [
        token.content for token in tokens(markdown) if token.type == "text" and any(b in token.content for b in BARE)
    ]


def read_aloud(markdown: str) -> str:
    """The words that a reader sees."""
    return "".join(
        " " if token.type == "softbreak" else token.content
        for token in tokens(markdown)
        if token.type in ("text", "code_inline", "softbreak", "text_special")
    )
