"""Beginning a cancellation on a customer's behalf: he has asked the vendor's service, which does it for him.

It is the customer's `requested`, which says that an operator sent it. Who asked for it and how is noted with the case,
for operators alone.
"""

import uuid
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field

from catalogue.quoting import written
from portal.authority import Authority
from portal.context import Portal
from portal.delivery import CallAnswer, Caller
from portal.event_types import event_type
from portal.incoming import IncomingEvent
from portal.problems import PortalProblem
from portal.strict_json import read_filled
from states.model.base import Details, LongIdentifier, LongText, ShortText
from states.model.request import Reason, Target

SOURCE = "urn:jtl:cancellation:desk"
"""Where these events come from; their IDs are those that were given for them."""

NOTE = "begun/"
"""What stands before the ID under which the note is kept: no comment's has a slash, so that neither is ever taken for
the other."""


class Beginning(BaseModel):
    """What is begun for a customer, who asked for it and how (`note`), and who does it where no tokens are set (`by`).

    `id`: the same again begins nothing twice.
    """

    model_config = ConfigDict(extra="forbid")

    kind: ShortText
    subject: LongIdentifier
    target: Target | None = None
    details: Details | None = None
    explanation: LongText | None = None
    reason: Reason | None = None
    note: Annotated[LongText, Field(max_length=2000)]
    by: ShortText | None = None
    id: Annotated[str, Field(pattern=r"^[A-Za-z0-9._-]{8,64}$")] | None = None


async def begin(
    portal: Portal, customer: str, data: Any, authority: Authority, language: str | None = None
) -> CallAnswer:
    """`POST /customers/{customer}/cancellations`. Raises `malformed`, `unavailable`, `id_reused`."""
    wanted = read_filled(Beginning, data)
    by, id = authority.named(wanted.by), wanted.id or str(uuid.uuid4())
    asked = wanted.model_dump(mode="json", exclude_unset=True, exclude={"note", "by", "id"}) | {"customer": customer}
    event = IncomingEvent(SOURCE, id, event_type("requested"), None, None, asked)
    caller = Caller(language, by, is_operator=True, grade=authority.grade, for_customer=True)
    answer = await portal.intake.take(event, caller)
    if answer.status == 202:
        case = f"{wanted.kind}/{customer}/{wanted.subject}"
        kept, now = portal.adapters.task_notes.add_comment, datetime.now(UTC)
        note = f"{NOTE}{id}", case, "", by, written(wanted.note), now
        if not await portal.adapters.database.in_thread(kept, *note):
            raise PortalProblem("id_reused", values={"fault": "note_id", "source": "-", "id": id}, customer=customer)
    return answer
