"""The calls about what there is to do as a whole."""

from datetime import UTC, date, datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse

from portal import overview
from portal.authority import operator_authority
from portal.openapi import OPERATOR, answer, problems, secured
from portal.overview_examples import EFFECTS, OVERVIEW
from portal.overview_schemas import EffectsAnswer, OverviewAnswer
from portal.parameters import CurrentPortal
from states.model.base import day_of

router = APIRouter(tags=["operators"], dependencies=[Depends(operator_authority)])


@router.get(
    "/overview",
    summary="Who is waited for and how long, what is stuck, what takes effect in which month",
    responses=answer(200, OverviewAnswer, OVERVIEW, "How it stands") | problems(401, 403, 503),
    openapi_extra=secured(OPERATOR),
)
async def whole(portal: CurrentPortal) -> JSONResponse:
    """Counted over all open runs; `GET /tasks/counts` counts the tasks."""
    return JSONResponse(await portal.adapters.database.in_thread(overview.overview, portal))


@router.get(
    "/effects",
    summary="What is booked to take effect on which day",
    responses=answer(200, EffectsAnswer, EFFECTS, "The days on which something does") | problems(401, 403, 422, 503),
    openapi_extra=secured(OPERATOR),
)
async def effects(
    portal: CurrentPortal,
    first: Annotated[date | None, Query(alias="from", description="The first day; today without it")] = None,
    last: Annotated[date | None, Query(alias="to", description="The last day; thirty days on without it")] = None,
) -> JSONResponse:
    """Days are those of the configured time zone. `GET /cancellations?effective_from=…&effective_to=…` names them."""
    begin = first or day_of(datetime.now(UTC), portal.settings.time_zone)
    return JSONResponse(await portal.adapters.database.in_thread(overview.effects, portal, begin, last))
