"""The command `mails`: what went out about a cancellation."""

from catalogue.quoting import one_line
from console.output import at, cell, footer, one_line_each, pairs
from console.refusals import Document


def print_mails(page: Document, zone: str) -> None:
    """A page of mails, a line a mail."""
    rows = [(at(mail["sent_at"], zone), addressed(mail), mail["language"], mail["subject"]) for mail in page["items"]]
    one_line_each(("sent", "to", "in", "subject"), rows)
    footer(page)


def print_mails_long(page: Document, zone: str) -> None:
    """A page of mails, each in its words."""
    for mail in page["items"]:
        pairs(
            [
                ("sent", at(mail["sent_at"], zone)),
                ("to", addressed(mail)),
                ("subject", one_line(mail["subject"])),
                ("with it", mail["attachments"]),
                ("message ID", mail.get("message_id")),
            ]
        )
        print("\n" + "\n".join(f"  {line}".rstrip() for line in cell(mail["text"]).split("\n")) + "\n")
    footer(page)


def addressed(mail: Document) -> str:
    """To whom it went; only operators are told more than that it was the customer."""
    if "addresses" not in mail:
        return str(mail["customer"])
    reader = "" if mail["to"] == "customer" else f" ({mail['to'].replace('_', ' ')})"
    return ", ".join(map(one_line, mail["addresses"])) + reader
