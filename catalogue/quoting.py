"""How what people wrote is shown: as what a person wrote, and never as a line, a mark or a picture of ours. Pure.

Customers write who they are, what they ask for and how their licences are called; where that is shown among words of
ours it stays on its own line, and in Markdown it forms nothing: no heading, list or quotation, no emphasis, link,
picture or HTML, and no code that it could leave.
"""

import re

TURNS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
"""What turns the direction of writing, also that of words of ours behind it."""
UNSEEN = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+"  # ends of lines, tabs, what moves a terminal's cursor
    rf"|{TURNS.pattern}"
)
LINE_ENDS = re.compile(r"\r\n|[\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
LINKED = re.compile(r"(?:[a-z][a-z0-9+.-]{1,30}://|www\.)\S+|[\w.+%-]+@[\w-]+(?:\.[\w-]+)+", re.IGNORECASE)
"""What many readers of Markdown make a link of by itself."""
MARKS = re.compile(r"[\\`*\[\]<|~]|(?<![^\W_])_|_(?![^\W_])|&(?=#?\w+;)")
"""What may mean something within a line; an underscore within a word does not, nor an ampersand by itself."""
BEGINNING = re.compile(r"(?:#{1,6}(?=\s|$)|>|[-+](?=\s|$)|-+\s*$|=+\s*$)")
"""What may mean something where a line begins."""
NUMBERED = re.compile(r"(\d{1,9})([.)])(?=\s|$)")
QUOTES = {"de": "„{}“", "en": "“{}”"}
INNER = str.maketrans(dict.fromkeys('„“”‟«»"', "'"))


def unturned(text: str) -> str:
    """The text with all but what turns the direction of writing, for pages, which escape the rest."""
    return TURNS.sub(" ", text)


def one_line(text: str) -> str:
    """The text in one line, without what is not seen and yet does something."""
    return UNSEEN.sub(" ", text).strip()


def written(text: str) -> str:
    """The text with its lines, without what is not seen and yet does something."""
    return "\n".join(map(one_line, LINE_ENDS.split(text))).strip()


def in_quotes(text: str, language: str) -> str:
    """The text in one line, in quotation marks that it cannot close."""
    return QUOTES[language].format(one_line(text).translate(INNER))


def in_markdown(text: str) -> str:
    """The text in one line of Markdown that shows it as it is written."""
    line, shown, at = one_line(text), [], 0
    for link in LINKED.finditer(line):
        shown += [escaped(line[at : link.start()], begins=at == 0), code_span(link[0])]
        at = link.end()
    return "".join([*shown, escaped(line[at:], begins=at == 0)])


def escaped(text: str, *, begins: bool) -> str:
    """A part of a line without a meaning. `begins`: it may stand where a line begins."""
    if begins and BEGINNING.match(text):
        return "\\" + text[0] + MARKS.sub(r"\\\g<0>", text[1:])
    number = NUMBERED.match(text) if begins else None
    if number:
        return f"{number[1]}\\{number[2]}" + MARKS.sub(r"\\\g<0>", text[number.end() :])
    return MARKS.sub(r"\\\g<0>", text)


def code_span(text: str) -> str:
    """The text as code, in more backticks than it holds beside each other."""
    line = one_line(text)
    fence = "`" * (1 + max(map(len, re.findall("`+", line)), default=0))
    room = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{room}{line}{room}{fence}"


def quotation(text: str, *, markdown: bool) -> str:
    """The text as a quotation, each of its lines behind a `>`."""
    lines = LINE_ENDS.split(text)
    return "\n".join(f"> {in_markdown(line) if markdown else one_line(line)}".rstrip() for line in lines)
