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
from portal.strict_json import read_filled
from states.model.base import Details, LongIdentifier, LongText, ShortText
from states.model.request import Reason, Target

SOURCE = "urn:jtl:cancellation:desk"
"""Where these events come from; their IDs are those that were given for them."""


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
    """`POST /customers/{customer}/cancellations`. Raises `malformed`, `unavailable`."""
    wanted = read_filled(Beginning, data)
    by, id = authority.named(wanted.by), wanted.id or str(uuid.uuid4())
    asked = wanted.model_dump(mode="json", exclude_unset=True, exclude={"note", "by", "id"}) | {"customer": customer}
    event = IncomingEvent(SOURCE, id, event_type("requested"), None, None, asked)
    caller = Caller(language, by, is_operator=True, grade=authority.grade, for_customer=True)
    answer = await portal.intake.take(event, caller)
    if answer.status == 202:
        case = f"{wanted.kind}/{customer}/{wanted.subject}"
        notes, now = portal.adapters.task_notes, datetime.now(UTC)
        await portal.adapters.database.in_thread(notes.add_comment, id, case, "", by, written(wanted.note), now)
    return answer
