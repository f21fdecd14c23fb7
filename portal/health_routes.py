"""The calls for whoever runs it."""

import asyncio

from fastapi import APIRouter, Response
from fastapi.responses import JSONResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from portal import openapi_examples
from portal.openapi import answer, problems
from portal.parameters import CurrentPortal
from portal.schemas import Health

router = APIRouter(tags=["running it"])


@router.get(
    "/healthz",
    summary="Whether the portal itself answers",
    responses=answer(200, Health, openapi_examples.HEALTH, "It does"),
)
async def healthz() -> JSONResponse:
    """Asks nobody else."""
    return JSONResponse(Health(status="ok").model_dump())


@router.get(
    "/readyz",
    summary="Whether Temporal and the database answer",
    responses=answer(200, Health, openapi_examples.READY, "Both do") | problems(503),
)
async def readyz(portal: CurrentPortal) -> JSONResponse:
    """503 where one of them does not."""
    await asyncio.gather(portal.runs.reader.ping(), portal.adapters.database.ready())
    return JSONResponse(Health(status="ok", temporal="ok", database="ok").model_dump())


@router.get(
    "/metrics",
    summary="Counters in the Prometheus format",
    response_class=Response,
    responses={200: {"description": "Counters", "content": {"text/plain": {"example": "# HELP cancellations_events"}}}},
)
async def metrics(portal: CurrentPortal) -> Response:
    """Events by type and outcome; seconds by route."""
    return Response(generate_latest(portal.metrics.registry), media_type=CONTENT_TYPE_LATEST)
