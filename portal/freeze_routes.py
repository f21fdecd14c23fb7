"""The calls about freezes."""

from typing import Annotated

from fastapi import APIRouter, Query
from fastapi.responses import JSONResponse

from portal.authority import AdminAuthority, OperatorAuthority
from portal.freeze_examples import FREEZE, ORDER, RELEASE
from portal.freeze_schemas import FreezeAnswer, FreezeOrder, FreezeRelease
from portal.freezes import begin_freeze, freeze_answer, release_freeze
from portal.json_body import JsonBody
from portal.openapi import OPERATOR, answer, body, problems, secured
from portal.parameters import CurrentPortal, bound_of
from portal.strict_json import read_filled

router = APIRouter(prefix="/freeze", tags=["operators"])
Until = Annotated[str | None, Query(description="Up to which moment or day runs are looked for that fall into it")]


@router.get(
    "",
    summary="Whether all effects are frozen, what waits, and which dates fall into it",
    responses=answer(200, FreezeAnswer, FREEZE, "How it stands") | problems(401, 403, 422, 503),
    openapi_extra=secured(OPERATOR),
)
async def freeze(_: OperatorAuthority, portal: CurrentPortal, until: Until = None) -> JSONResponse:
    """While nothing is frozen: what would fall into a freeze from now on, to `until` or for a day."""
    end = bound_of("until", until, portal.settings.time_zone, "to")
    return JSONResponse(await portal.adapters.database.in_thread(freeze_answer, portal, end))


@router.post(
    "",
    summary="Freeze all effects on the world",
    responses=answer(200, FreezeAnswer, FREEZE, "They are frozen") | problems(401, 403, 409, 422, 503),
    openapi_extra=body(ORDER, "FreezeOrder") | secured(OPERATOR),
)
async def begin(authority: AdminAuthority, data: JsonBody, portal: CurrentPortal) -> JSONResponse:
    """When this answers, no change is under way any more and none begins, at whichever worker; a mail may still end."""
    order = read_filled(FreezeOrder, data)
    return JSONResponse(await portal.adapters.database.in_thread(begin_freeze, portal, order, authority))


@router.post(
    "/release",
    summary="Release what is frozen",
    responses=answer(200, FreezeAnswer, FREEZE | {"frozen": False, "freeze": None}, "They are released")
    | problems(401, 403, 409, 422, 503),
    openapi_extra=body(RELEASE, "FreezeRelease") | secured(OPERATOR),
)
async def release(authority: AdminAuthority, data: JsonBody, portal: CurrentPortal) -> JSONResponse:
    """What waits is done from now on, in the order in which it came, a few runs a second."""
    wanted = read_filled(FreezeRelease, data)
    return JSONResponse(await portal.adapters.database.in_thread(release_freeze, portal, wanted, authority))
