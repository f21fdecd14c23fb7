"""How a command ends that was not carried out: a line for people, a document for programs."""

import json
import sys
from typing import Any

Document = dict[str, Any]


class PortalRefusal(Exception):
    """The answer is no: exit code 1. The message is one line: code, rule, reason."""

    def __init__(self, message: str, problem: Document | None = None) -> None:
        super().__init__(message)
        self.problem = problem or {}


class Misuse(Exception):
    """Wrong usage: exit code 2. The message is one line."""


def refusal(document: Document) -> PortalRefusal:
    """A problem, or the refusal in a document, as what ends the command."""
    return PortalRefusal(reason(document), document)


def reason(document: Document) -> str:
    """A problem or a refusal in one line: code, rule, text. That a rule is the contract's own tells nobody anything."""
    rule = document.get("rule")
    numbered = f" ({rule})" if rule and rule != "contract" else ""
    text = one_line(document.get("detail") or document.get("text") or document.get("title") or "refused")
    return f"{document.get('code', 'refused')}{numbered}: {text}"


def one_line(text: Any) -> str:
    """The text without line breaks, and without what would move a terminal's cursor or turn its writing."""
    from catalogue.quoting import one_line as seen_in_a_line

    return " ".join(seen_in_a_line(str(text)).split())


def failure(code: int, message: str, problem: Document | None, as_json: bool) -> str:
    """What is printed on stderr: the line, or with `--json` the problem as a program reads it."""
    if not as_json:
        return one_line(message)
    document = {"code": "usage" if code == 2 else "refused", "rule": None, "detail": message} | (problem or {})
    if "text" in document:
        document["detail"] = document.pop("text")
    return written(document | {"detail": one_line(document["detail"]), "exit_code": code}, sys.stderr)


def written(document: Any, stream: Any, **form: Any) -> str:
    """A document as JSON: readable where the stream takes every letter, else as programs read it too."""
    return json.dumps(document, ensure_ascii=str(stream.encoding).lower() not in ("utf-8", "utf8"), **form)
