"""The command `verify`: whether receipts are what was issued, without asking anybody."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from activities.receipts.keys import FILE, ReceiptKeys, UnusableKey, read_keys, receipt_keys
from activities.receipts.verification import Finding, NotReadable, Verdict, receipts_in, verify
from console.output import print_json
from console.refusals import Misuse, PortalRefusal
from settings import Settings

MOST_BYTES = 20 * 2**20
"""A file that is longer is no receipt."""
WHERE = "the portal publishes them at /.well-known/jwks.json: save that, and name the file by --keys"


def verify_files(settings: Settings, files: Iterable[Path], keys: Path | None, as_json: bool) -> None:
    """Check the receipts in these files, and say of each what it is or what is wrong.

    Raises `PortalRefusal` where something is wrong, `Misuse` where a file or the keys cannot be read.
    """
    known = keys_of(settings, keys)
    try:
        given = [receipt for file in files for receipt in receipts_in(str(file), content_of(file))]
    except NotReadable as error:
        raise Misuse(str(error)) from None
    if not given:
        raise Misuse("there is no receipt in these files")
    verdict = verify(given, known)
    print_json(document_of(verdict)) if as_json else print_verdict(verdict)
    if not verdict.valid:
        faults = [*(fault for receipt in verdict.receipts for fault in receipt.findings), *verdict.together]
        raise PortalRefusal(f"not valid: {', '.join(dict.fromkeys(fault.code for fault in faults))}")


def keys_of(settings: Settings, file: Path | None) -> ReceiptKeys:
    """The keys of a file, else those of the settings or of `STATE_DIR`; none is made for this. Raises `Misuse`."""
    try:
        if file is not None:
            return ReceiptKeys(tuple(read_keys(content_of(file).decode("ascii", "replace").strip())))
    except UnusableKey as error:
        raise Misuse(f"--keys {file}: {error}") from None
    if not settings.receipt_key and not (settings.state_dir / FILE).exists():
        raise Misuse(f"there are no keys here to check signatures by; {WHERE}")
    return receipt_keys(settings)


def content_of(file: Path) -> bytes:
    """What a file holds. Raises `Misuse`."""
    try:
        if file.stat().st_size > MOST_BYTES:
            raise Misuse(f"{file} is longer than {MOST_BYTES} bytes, and no receipt")
        return file.read_bytes()
    except OSError as error:
        raise Misuse(f"{file} cannot be read ({error.strerror})") from None


def document_of(verdict: Verdict) -> dict[str, Any]:
    """What was found, for programs."""
    return {
        "valid": verdict.valid,
        "receipts": [
            {
                "source": receipt.source,
                "case": receipt.document.get("case"),
                "number": receipt.document.get("number"),
                "event": receipt.document.get("event"),
                "title": receipt.document.get("title"),
                "sha256": receipt.sha256,
                "wrong": wrong(receipt.findings),
            }
            for receipt in verdict.receipts
        ],
        "wrong": wrong(verdict.together),
        "notes": list(verdict.notes),
    }


def wrong(findings: Iterable[Finding]) -> list[dict[str, str]]:
    """Findings for programs."""
    return [finding._asdict() for finding in findings]


def print_verdict(verdict: Verdict) -> None:
    """What was found, for people. What a receipt says is shown only where its signature holds."""
    for receipt in verdict.receipts:
        document = receipt.document
        print(f"{receipt.source}: {'NOT VALID' if receipt.findings else 'valid'}")
        for finding in receipt.findings:
            print(f"  {finding.text}")
        if not receipt.findings:
            rows = [("title", document["title"]), *((row["label"], row["text"]) for row in document["rows"])]
            print("\n".join(f"  {label}: {in_one_line(text)}" for label, text in rows))
    for finding in verdict.together:
        print(f"together: {finding.text}")
    for note in verdict.notes:
        print(note)
    if verdict.valid:
        print("What counts is what stands here: of a PDF, the signed document in it is checked, not its pages.")


def in_one_line(text: str) -> str:
    """A text without line breaks and control characters: a terminal obeys those."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
