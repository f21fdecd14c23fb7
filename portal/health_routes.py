"""The calls for whoever runs it."""

from contextlib import suppress

from fastapi import APIRouter, Request, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from activities.ports import AdapterError
from portal import openapi_examples
from portal.authority import is_trusted
from portal.context import Portal, requested_language
from portal.deadline import in_time
from portal.openapi import answer, problems
from portal.parameters import CurrentPortal
from portal.problems import MEDIA_TYPE, PortalProblem, body_of
from portal.readiness import OK, PART_WITHIN
from portal.schemas import Health

router = APIRouter(tags=["running it"])
FAILED = "failed"


@router.get(
    "/healthz",
    summary="Whether the portal itself answers",
    responses=answer(200, Health, openapi_examples.HEALTH, "It does"),
)
async def healthz() -> JSONResponse:
    """Asks nobody else."""
    return JSONResponse(Health(status="ok").model_dump(exclude_unset=True))


@router.get(
    "/readyz",
    summary="Whether Temporal with its namespace, a worker, the database with its schema, and mail are there",
    responses=answer(200, Health, openapi_examples.READY, "All are; `off` is what the settings leave off")
    | problems(503),
)
async def readyz(request: Request, portal: CurrentPortal) -> JSONResponse:
    """503 where one is not there: a problem that has the parts beside it, each `ok` or what is wrong.

    A freeze is nothing that is missing: `frozen` says whether one stands, null where the database does not say. Nor are
    notices of tasks that do not arrive: `notices` is `ok` or says how many could not be sent yet.

    Addresses and what is off are for operators: others are told no more than that it is.
    """
    parts, off = await portal.readiness.look(), portal.off
    if not is_trusted(request):
        parts, off = {part: answer if answer == OK else FAILED for part, answer in parts.items()}, ()
    beside = {"frozen": await is_frozen(portal), "notices": await notices_of(portal, trusted=is_trusted(request))}
    health = Health(status="ok", **parts, **beside, off=off).model_dump()
    wrong = [f"{part}: {answer}" for part, answer in parts.items() if answer != OK]
    if not wrong:
        return JSONResponse(health)
    problem = PortalProblem("unavailable", text="; ".join(wrong))
    body = health | body_of(problem, requested_language(request) or "en")
    return JSONResponse(body, problem.status, dict(problem.headers or {}), MEDIA_TYPE)


async def is_frozen(portal: Portal) -> bool | None:
    """Whether all effects are frozen; None where the database does not answer in time."""
    try:
        standing = portal.adapters.database.in_thread(portal.adapters.freezes.standing)
        return await in_time(standing, PART_WITHIN) is not None
    except (AdapterError, TimeoutError):
        return None


async def notices_of(portal: Portal, *, trusted: bool) -> str | None:
    """`ok`, or what of the notices to operators could not be sent yet; None where the database does not answer."""
    try:
        failing = await in_time(portal.adapters.database.in_thread(portal.adapters.notices.failing), PART_WITHIN)
    except (AdapterError, TimeoutError):
        return None
    if not any(failing.values()):
        return OK
    return (
        f"not sent yet, see the workers' log: {failing['mail']} by mail, {failing['call']} by webhook"
        if trusted
        else FAILED
    )


@router.get(
    "/metrics",
    summary="Counters in the Prometheus format",
    response_class=Response,
    responses={200: {"description": "Counters", "content": {"text/plain": {"example": "# HELP cancellations_events"}}}},
)
async def metrics(portal: CurrentPortal) -> Response:
    """Events by type and outcome; what has ended, by reason; seconds by route. What the database counts may be old."""
    with suppress(AdapterError):
        kept = portal.adapters
        await portal.metrics.count(kept.ledger, kept.inbox, kept.freezes, kept.notices)
    return Response(generate_latest(portal.metrics.registry), media_type=CONTENT_TYPE_LATEST)
