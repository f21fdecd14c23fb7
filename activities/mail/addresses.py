"""Addresses of mail, as a record holds them: one, or several with a comma or a semicolon between."""

import re
from collections.abc import Iterable
from typing import NamedTuple

MOST_ADDRESSES = 10
"""Addresses of one customer."""
LOCAL = re.compile(r"[^\s@<>()\[\]\\,;:\".\x00-\x20\x7f]+(\.[^\s@<>()\[\]\\,;:\".\x00-\x20\x7f]+)*")
LABEL = re.compile(r"[^\W_]([\w-]*[^\W_])?")
REMEDY = "write kontakt@muster.example, several with a comma between, each without a name"


class Addresses(NamedTuple):
    """What a field of a record says: the addresses in it, each once, and what is none."""

    usable: tuple[str, ...] = ()
    wrong: tuple[str, ...] = ()


def addresses_in(field: str | None) -> Addresses:
    """The addresses in a field."""
    parts = [part.strip() for part in re.split("[,;]", field or "")]
    given = [part for part in parts if part]
    usable = {address.casefold(): address for address in reversed([part for part in given if is_address(part)])}
    return Addresses(tuple(reversed(usable.values())), tuple(part for part in given if not is_address(part)))


def is_address(text: str) -> bool:
    """Whether mail could be sent there: a part before the @, and the name of a domain with a dot behind it."""
    local, at, domain = text.rpartition("@")
    labels = domain.split(".")
    return (
        bool(at)
        and text.isprintable()
        and 0 < len(local.encode()) <= 64
        and LOCAL.fullmatch(local) is not None
        and len(labels) > 1
        and not labels[-1].isdigit()
        and all(LABEL.fullmatch(label) for label in labels)
        and len(in_ascii(domain)) in range(1, 254)
    )


def in_ascii(domain: str) -> str:
    """A domain as servers of mail know it: one with other letters in its ASCII form; empty where it has none."""
    try:
        return domain.encode("idna").decode("ascii")
    except UnicodeError:
        return ""


def for_servers(address: str) -> str:
    """An address with its domain in ASCII, where it has that form."""
    local, _, domain = address.rpartition("@")
    return f"{local}@{in_ascii(domain) or domain}"


def faults_of_field(field: str | None) -> Iterable[str]:
    """What is wrong with a field of addresses, each with what to write instead."""
    addresses = addresses_in(field)
    if addresses.wrong:
        names = " and ".join(repr(wrong) for wrong in addresses.wrong)
        yield f"{names} is no address of mail: {REMEDY}"
    if len(addresses.usable) > MOST_ADDRESSES:
        yield f"{len(addresses.usable)} addresses are too many: {MOST_ADDRESSES} at most"
