"""What a text calls a licence or a partner: always a name with the number beside it.

Histories hold no people, and the label that a customer gives to a licence may be one's name. What a run writes
therefore names the product, a partner just so: `Kassenanbindung an JTL-Wawi (POS-21)`, `Partner (P-1)`. Where a text
leaves for a person, the name in our record takes its place (`activities.names`): `Kasse Filiale 2 (POS-21)`.

A case, which a run is to people, has a number of its own: it is short, and can be read out.
"""

import hashlib
import re
from functools import lru_cache

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Digits and capitals without I, L, O and U, which are misread."""
PARTNER = "Partner"
"""What a partner of the Fulfillment Network is called where no name may stand."""


def named(name: str, number: str) -> str:
    """A name with the number beside it."""
    return f"{name} ({number})"


LAST_MAILS = re.compile(r"mails/(.+)/[^/]+")
"""The workflow ID under which what an ended run has left to be told goes on."""


def last_mails_of(workflow_id: str, run_id: str) -> str:
    """The workflow ID under which the mails of an ended run go on."""
    return f"mails/{workflow_id}/{run_id}"


def ended_run_of(workflow_id: str) -> str | None:
    """The run ID of the ended run whose mails go on under a workflow ID; None for any other ID."""
    return workflow_id.rpartition("/")[2] if LAST_MAILS.fullmatch(workflow_id) else None


def case_of(workflow_id: str) -> str:
    """The run that a workflow ID is about: itself, or whose mails go on under it."""
    of_mails = LAST_MAILS.fullmatch(workflow_id)
    return of_mails[1] if of_mails else workflow_id


@lru_cache(4096)
def case_number(workflow_id: str, first_run_id: str) -> str:
    """What people call a run: `V-7K3M-2Q9X`. The same for as long as the run is known, also after a reset.

    `first_run_id`: by which the run began. A later run of the same workflow ID is another case.
    """
    digest = hashlib.sha256(f"{workflow_id}/{first_run_id}".encode()).digest()
    bits = int.from_bytes(digest[:5], "big")
    code = "".join(ALPHABET[bits >> shift & 31] for shift in range(35, -1, -5))
    return f"V-{code[:4]}-{code[4:]}"
