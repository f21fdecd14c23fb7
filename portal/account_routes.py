"""The calls about one customer: what he has, until when each may be ended, what may be chosen, and his calendar."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from portal import calendar_feeds, openapi_examples, read_models
from portal.authority import OF_THE_CUSTOMER
from portal.board import board as board_of
from portal.choices import Choices
from portal.choices import choices as chosen_from
from portal.json_body import JsonBody
from portal.openapi import BY_ANYBODY, answer, body, problems, secured
from portal.parameters import CurrentPortal, OwnCustomer, ReadIn
from portal.schemas import Board, Calendar, CalendarChange, LicencesAnswer
from portal.strict_json import read_document
from states.kinds.registry import KINDS
from states.model.base import LongIdentifier

router = APIRouter(
    prefix="/customers/{customer}",
    tags=["customers"],
    dependencies=[OF_THE_CUSTOMER],
    responses=problems(401, 403, 404, 422, 503),
)


@router.get(
    "/licences",
    summary="The customer's licences, and what ending each would do to the cost",
    responses=answer(200, LicencesAnswer, openapi_examples.LICENCES, "The licences"),
    openapi_extra=secured(*BY_ANYBODY),
)
async def licences(customer: OwnCustomer, portal: CurrentPortal, language: ReadIn = None) -> JSONResponse:
    """Cancelled (cost falls), deactivated (the price is in the edition), or why neither."""
    return JSONResponse(await portal.adapters.database.in_thread(read_models.licences, portal, customer, language))


@router.get(
    "/board",
    summary="Everything that the customer has, until when each could be ended, and what that would do",
    responses=answer(200, Board, openapi_examples.BOARD, "The board"),
    openapi_extra=secured(*BY_ANYBODY),
)
async def board(customer: OwnCustomer, portal: CurrentPortal, language: ReadIn = None) -> JSONResponse:
    """Whether or not anything was requested: by the same charts as previews, for now and for the deadline after."""
    return JSONResponse(await portal.adapters.database.in_thread(board_of, portal, customer, language))


@router.get(
    "/calendar",
    summary="Whether the customer has a calendar feed, and when it reminds",
    responses=answer(200, Calendar, openapi_examples.CALENDAR, "The feed"),
    openapi_extra=secured(*BY_ANYBODY),
)
async def calendar(customer: OwnCustomer, portal: CurrentPortal) -> JSONResponse:
    """The address itself is told when it is made, and never again: only its hash is kept."""
    return JSONResponse(await portal.adapters.database.in_thread(calendar_feeds.calendar, portal, customer))


@router.post(
    "/calendar",
    summary="Make an address for the customer's calendar feed, or change when it reminds",
    responses=answer(200, Calendar, openapi_examples.CALENDAR, "The feed"),
    openapi_extra=body(openapi_examples.CALENDAR_CHANGE, "CalendarChange") | secured(*BY_ANYBODY),
)
async def change_calendar(customer: OwnCustomer, data: JsonBody, portal: CurrentPortal) -> JSONResponse:
    """An address is made where there is none, and with `renew`; a former one then ends."""
    change = read_document(CalendarChange, data)
    changed = await portal.adapters.database.in_thread(calendar_feeds.change_calendar, portal, customer, change)
    return JSONResponse(changed)


@router.delete(
    "/calendar",
    summary="Let the address of the customer's calendar feed end",
    responses=answer(200, Calendar, openapi_examples.CALENDAR, "No feed any more"),
    openapi_extra=secured(*BY_ANYBODY),
)
async def end_calendar(customer: OwnCustomer, portal: CurrentPortal) -> JSONResponse:
    """Whoever has the address then gets nothing more."""
    return JSONResponse(await portal.adapters.database.in_thread(calendar_feeds.end_calendar, portal, customer))


@router.get(
    "/choices",
    summary="What may be chosen for one cancellation: targets, reasons, what its order asks for",
    responses=answer(200, Choices, openapi_examples.CHOICES, "What may be chosen"),
    openapi_extra=secured(*BY_ANYBODY),
)
async def choices(
    customer: OwnCustomer,
    portal: CurrentPortal,
    kind: Annotated[str, Query(json_schema_extra={"enum": list(KINDS)})],
    subject: Annotated[LongIdentifier, Query()],
    target: Annotated[
        str | None, Query(max_length=200, description="The one chosen, where it is no listed one")
    ] = None,
) -> JSONResponse:
    """Of what the customer has now, in the catalogue in force."""
    in_thread = portal.adapters.database.in_thread
    return JSONResponse(await in_thread(chosen_from, portal, customer, kind, subject, target))
