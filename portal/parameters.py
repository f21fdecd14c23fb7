"""The parameters that several calls share, and the values that are no plain fields: choices and bounds of a date."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Annotated, Literal

from fastapi import Depends, Path, Query, Request

from portal.context import Portal, current_portal, requested_language
from portal.problems import malformed
from states.chart.task_types import TASK_TYPES
from states.kinds.registry import KINDS
from states.model.base import Identifier, LongIdentifier, in_utc, start_of
from states.model.record import Language

INSTANT = timedelta(microseconds=1)

CurrentPortal = Annotated[Portal, Depends(current_portal)]
Cursor = Annotated[str | None, Query(max_length=20_000, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=200)]
KindName = Annotated[str | None, Query(json_schema_extra={"enum": list(KINDS)})]
CustomerNumber = Annotated[Identifier | None, Query()]
TaskId = Annotated[str, Path(pattern=r"^[A-Za-z0-9._:-]{1,100}$", examples=["t-0b1c2d3e4f506172"])]
TypeName = Annotated[str | None, Query(json_schema_extra={"enum": list(TASK_TYPES)})]
OwnCustomer = Annotated[Identifier, Path()]
"""The customer whom an address names."""
ReadIn = Annotated[Language | None, Query(description="The language of the texts: the customer's own unless given")]
RunId = Annotated[str | None, Query(pattern=r"^[A-Za-z0-9-]{1,64}$", description="An older run")]


async def addressed_run(
    kind: Annotated[str, Path(pattern=r"^[a-z_]{1,40}$", examples=["edition"])],
    customer: Annotated[Identifier, Path(examples=["K-1001"])],
    subject: Annotated[LongIdentifier, Path(examples=["jtl"])],
) -> str:
    """The workflow ID in an address, `{kind}/{customer}/{subject}`. A coroutine, which waits for no thread."""
    return f"{kind}/{customer}/{subject}"


AddressedRun = Annotated[str, Depends(addressed_run)]


CallersLanguage = Annotated[
    Language | None, Query(description="The language of the texts; without it that of `Accept-Language`")
]


async def language_asked(request: Request, language: CallersLanguage = None) -> str | None:
    """German or English where the caller asks for one of them, in the address or else in the header."""
    return language or requested_language(request)


AskedLanguage = Annotated[str | None, Depends(language_asked)]
"""Of calls whose texts are for whoever calls; `ReadIn` is that of calls whose texts are for the customer."""


def choice(field: str, value: str | None, choices: Collection[str]) -> str | None:
    """The value, where it is one of the choices or none is given. Raises `malformed`, listing them."""
    if value is not None and value not in choices:
        raise malformed("choice", field=field, given=repr(value)[:80], known=list(choices))
    return value


def bound_of(field: str, text: str | None, zone: str, end: Literal["from", "to"]) -> datetime | None:
    """A bound: a moment, or a day in `zone`, the last one included as a whole. Raises `malformed`."""
    if text is None:
        return None
    try:
        if len(text) == 10:
            day = date.fromisoformat(text)
            return start_of(day + timedelta(days=1), zone) - INSTANT if end == "to" else start_of(day, zone)
        moment = datetime.fromisoformat(text.replace(" ", "+"))
        if moment.tzinfo is None:
            raise ValueError(text)
        return in_utc(moment)
    except (ValueError, OverflowError) as error:
        raise malformed("moment", field=field, given=text[:40]) from error
