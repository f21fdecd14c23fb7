"""Checking receipts without us: signatures, what was changed, and what is missing from the chain of a case."""

import json
import re
import zlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, NamedTuple

from activities.receipts.documents import FORMAT
from activities.receipts.keys import ReceiptKeys
from activities.receipts.signed import NotSigned, canonical, digest, key_id, opened, unproved

ATTACHMENT = re.compile(rb"/Type\s*/EmbeddedFile")
STREAM = re.compile(rb">>\s*stream\r?\n")
LENGTH = re.compile(rb"/Length\s+(\d+)")
Document = dict[str, Any]


class NotReadable(ValueError):
    """A file holds no receipt."""


class Given(NamedTuple):
    """A receipt as it was handed in: where it stood, its JWS, and what stood beside it for programs, if anything."""

    source: str
    jws: str
    document: Document | None = None
    sha256: str | None = None


class Finding(NamedTuple):
    """What is wrong: a stable code, and a sentence."""

    code: str
    text: str


@dataclass(frozen=True)
class Verified:
    """A receipt with what was found wrong with it alone."""

    source: str
    document: Document
    sha256: str
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Verdict:
    """What a check has found: of each receipt alone, and of all together."""

    receipts: tuple[Verified, ...]
    together: tuple[Finding, ...]
    notes: tuple[str, ...]

    @property
    def valid(self) -> bool:
        """Whether nothing is wrong."""
        return not self.together and not any(receipt.findings for receipt in self.receipts)


# Reading.


def receipts_in(source: str, content: bytes) -> Iterator[Given]:
    """The receipts that a file holds: a PDF, a JWS, or JSON as the portal answers it. Raises `NotReadable`."""
    if content.startswith(b"%PDF"):
        yield Given(source, attached(source, content))
        return
    try:
        text = content.decode("utf-8").strip()
        if text.startswith("{"):
            yield from receipts_of(source, json.loads(text))
            return
    except (ValueError, RecursionError) as error:
        raise NotReadable(f"{source}: it is neither PDF, JWS nor JSON") from error
    if text.count(".") != 2:
        raise NotReadable(f"{source}: it is neither PDF, JWS nor JSON")
    yield Given(source, text)


def receipts_of(source: str, document: Document) -> Iterator[Given]:
    """The receipts of a JSON document: one, or a list as `GET …/receipts` answers it."""
    entries = document.get("items", [document])
    for place, entry in enumerate(entries if isinstance(entries, list) else [], 1):
        if not isinstance(entry, dict) or not isinstance(entry.get("jws"), str):
            raise NotReadable(f"{source}: an entry has no `jws`, which is what is checked")
        name = source if len(entries) == 1 else f"{source}, entry {place}"
        yield Given(name, entry["jws"], entry.get("document"), entry.get("sha256"))


def attached(source: str, content: bytes) -> str:
    """The JWS in a PDF of ours."""
    for found in ATTACHMENT.finditer(content):
        begins, stream = content.rfind(b" obj", 0, found.start()), STREAM.search(content, found.end())
        length = LENGTH.search(content, begins, stream.start()) if stream else None
        if stream is None or length is None:
            continue
        head, held = content[begins : stream.start()], content[stream.end() : stream.end() + int(length[1])]
        try:
            text = (zlib.decompress(held) if b"/FlateDecode" in head else held).decode("ascii").strip()
        except (zlib.error, UnicodeDecodeError):
            continue
        if text.count(".") == 2:
            return text
    raise NotReadable(f"{source}: there is no signed receipt in this PDF, or the file is damaged")


# Judging.


def verify(given: Sequence[Given], keys: ReceiptKeys) -> Verdict:
    """Check each receipt alone, and where there are several all of them as one chain, which begins with number 1."""
    receipts = tuple(verified(receipt, keys) for receipt in given)
    notes = []
    number = number_of(receipts[0]) if len(receipts) == 1 else 0
    if number > 1:
        notes.append(f"This is number {number} of its case: whether those before it are whole, only they can show.")
    together = tuple(faults_together(receipts)) if len(receipts) > 1 else ()
    return Verdict(receipts, together, tuple(notes))


def verified(given: Given, keys: ReceiptKeys) -> Verified:
    """One receipt: the key, the signature, its form, and whether what stands beside the JWS is what was signed."""
    findings, content = [], b""
    try:
        content = unproved(given.jws)
        named = key_id(given.jws)
        key = keys.by_id.get(named)
        if key is None:
            findings.append(
                Finding("unknown_key", f"it is signed by a key that is none of those given: {named or '-'}")
            )
        else:
            opened(given.jws, key)
    except NotSigned as error:
        findings.append(Finding("signature", f"{error}: it was changed, or signed by somebody else"))
    document = document_of(content)
    if document is None:
        findings.append(Finding("form", "what is signed is no receipt of ours"))
    elif given.document is not None and given.document != document:
        findings.append(Finding("changed", "what stands beside the signature is not what was signed"))
    if given.sha256 is not None and given.sha256 != digest(content):
        findings.append(Finding("changed", "the checksum beside the signature is not that of what was signed"))
    return Verified(given.source, document or {}, digest(content), tuple(dict.fromkeys(findings)))


def document_of(content: bytes) -> Document | None:
    """What was signed, where it is a receipt in exactly the form in which we sign."""
    try:
        document = json.loads(content)
        exact = isinstance(document, dict) and canonical(document) == content
    except (ValueError, RecursionError):
        return None
    return document if exact and document.get("format") == FORMAT and isinstance(document.get("number"), int) else None


def number_of(receipt: Verified) -> int:
    """Its number in its case; 0 where it has none."""
    return int(receipt.document.get("number") or 0)


def faults_together(receipts: Sequence[Verified]) -> Iterator[Finding]:
    """What is wrong with receipts that are to be the whole of one case."""
    cases = sorted({str(receipt.document.get("case", "-")) for receipt in receipts})
    if len(cases) > 1:
        yield Finding(
            "different_cases", f"they belong to different cases: {', '.join(cases)}; check each case by itself"
        )
        return
    in_order = sorted(receipts, key=number_of)
    yield from doubled(in_order)
    numbers = {number_of(receipt) for receipt in receipts}
    missing = sorted(set(range(1, max(numbers) + 1)) - numbers)
    if missing:
        yield Finding("missing", f"of this case are missing: {', '.join(map(str, missing))}")
    for before, after in pairwise(in_order):
        if number_of(after) == number_of(before) + 1:
            yield from faults_between(before, after)
    first = in_order[0]
    if number_of(first) == 1 and first.document.get("previous") is not None:
        yield Finding("chain", "number 1 names one before it: the chain does not begin there")
    if listed_otherwise(receipts):
        yield Finding("order", "they are listed in another order than that in which they were issued")


def doubled(in_order: Iterable[Verified]) -> Iterator[Finding]:
    """Two different receipts of one number."""
    known: dict[int, str] = {}
    for receipt in in_order:
        number = number_of(receipt)
        if known.setdefault(number, receipt.sha256) != receipt.sha256:
            yield Finding("chain", f"there are two different receipts with the number {number}")


def faults_between(before: Verified, after: Verified) -> Iterator[Finding]:
    """Whether a receipt names the one before it, and came after it."""
    number = number_of(after)
    if after.document.get("previous") != before.sha256:
        yield Finding("chain", f"number {number} names another one before it than number {number - 1}")
    moments = [moment_of(receipt) for receipt in (before, after)]
    if None not in moments and moments[0] > moments[1]:  # type: ignore[operator]
        yield Finding("order", f"number {number} was issued before number {number - 1}")


def moment_of(receipt: Verified) -> datetime | None:
    """When it was issued, as it says."""
    try:
        return datetime.fromisoformat(str(receipt.document.get("issued_at")))
    except ValueError:
        return None


def listed_otherwise(receipts: Sequence[Verified]) -> bool:
    """Whether a list, whose order is the case's, has another: files come in whatever order they are named."""
    listed: dict[str, list[int]] = {}
    for receipt in receipts:
        file, _, place = receipt.source.partition(", entry ")
        if place:
            listed.setdefault(file, []).append(number_of(receipt))
    return any(numbers != sorted(numbers) for numbers in listed.values())
