"""Texts of documents as people read them: paragraphs and lists, as the texts mark them."""

from dataclasses import dataclass

BULLET = "- "


@dataclass(frozen=True)
class Block:
    """A paragraph with the list that follows it; one of the two may be empty."""

    text: str
    items: tuple[str, ...] = ()


def blocks(text: str) -> list[Block]:
    """A text taken apart: a line that begins with `- ` is an entry of a list, and belongs to the paragraph before."""
    found: list[Block] = []
    for part in text.split("\n\n"):
        lines = [line for line in part.splitlines() if line.strip()]
        words = "\n".join(line for line in lines if not line.startswith(BULLET))
        items = tuple(line.removeprefix(BULLET) for line in lines if line.startswith(BULLET))
        if items and not words and found and not found[-1].items:
            found[-1] = Block(found[-1].text, items)
        elif words or items:
            found.append(Block(words, items))
    return found
