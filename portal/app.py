"""The ASGI application: the parts put together, and every fault answered as a problem document."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import PackageNotFoundError, version
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.openapi.utils import get_openapi
from starlette.exceptions import HTTPException
from temporalio.client import Client

from activities.ports import AdapterError
from portal import customer_routes, health_routes, home_page, operator_routes
from portal.access import webhooks
from portal.context import Portal, asked_language
from portal.intake import Intake
from portal.metrics import Measured, Metrics
from portal.openapi import complete
from portal.problems import PortalProblem, body_of, response_of, wrong_call
from portal.run_client import RunClient
from portal.storage import open_records
from settings import Settings, checked
from states.kinds.registry import KINDS

log = structlog.get_logger(__name__)
DISTRIBUTION = "cancellations"


def create_app(client: Client, settings: Settings) -> FastAPI:
    """The portal (contract, Python surface). Creates or migrates the database."""
    return build(client, settings, trusted=False)


def build(client: Client, settings: Settings, *, trusted: bool) -> FastAPI:
    """The application. `trusted`: called in process by the command line, without signatures and tokens.

    Raises `ValidationError` for settings that name an unknown kind.
    """
    records = open_records(checked(settings, KINDS))
    metrics = Metrics()
    runs = RunClient(client, settings, records)
    portal = Portal(
        settings=settings,
        records=records,
        runs=runs,
        intake=Intake(runs, records, metrics, settings.max_event_age, quiet=trusted),
        metrics=metrics,
        webhooks=webhooks(settings.webhook_secret),
        trusted=trusted,
    )
    app = FastAPI(
        title="Cancellations",
        version=installed_version(),
        description="Cancellations, downgrades and deactivations: events of customers, work of operators.",
        lifespan=closing,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
    )
    app.state.portal = portal
    app.add_middleware(Measured, metrics=metrics)
    for router in (home_page.router, customer_routes.router, operator_routes.router, health_routes.router):
        app.include_router(router)
    add_handlers(app)
    app.openapi = lambda: described(app)  # type: ignore[method-assign]
    return app


@asynccontextmanager
async def closing(app: FastAPI) -> AsyncIterator[None]:
    """Let go of the database when the server stops."""
    yield
    await app.state.portal.records.close()


def installed_version() -> str:
    """The version of the installed distribution."""
    try:
        return version(DISTRIBUTION)
    except PackageNotFoundError:
        return "0+unknown"


def described(app: FastAPI) -> dict[str, Any]:
    """`/openapi.json`, made once."""
    if app.openapi_schema is None:
        document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
        app.openapi_schema = complete(document)
    return app.openapi_schema


def add_handlers(app: FastAPI) -> None:
    """Every fault becomes a problem document."""

    async def refused(request: Request, problem: Exception) -> Response:
        assert isinstance(problem, PortalProblem)
        return await answered(request, problem)

    async def invalid(request: Request, error: Exception) -> Response:
        assert isinstance(error, RequestValidationError)
        return await answered(request, wrong_call(error.errors()))

    async def http(request: Request, error: Exception) -> Response:
        assert isinstance(error, HTTPException)
        return await answered(request, http_problem(request, error))

    async def adapter(request: Request, error: Exception) -> Response:
        log.warning("adapter_failed", error=type(error).__name__, reason=str(error))
        return await answered(request, PortalProblem("unavailable"))

    async def internal(request: Request, error: Exception) -> Response:
        log.error("call_failed", error=type(error).__name__, exc_info=error)
        problem = PortalProblem("internal", values={"fault": "internal"})
        return response_of(body_of(problem, asked_language(request) or "en"))

    app.add_exception_handler(PortalProblem, refused)
    app.add_exception_handler(RequestValidationError, invalid)
    app.add_exception_handler(HTTPException, http)
    app.add_exception_handler(AdapterError, adapter)
    app.add_exception_handler(Exception, internal)


def http_problem(request: Request, error: HTTPException) -> PortalProblem:
    """What the framework itself refuses: unknown address, wrong method, a body that is no JSON."""
    if error.status_code == 404:
        return PortalProblem("not_found", values={"fault": "address"})
    if error.status_code == 405:
        allowed = (error.headers or {}).get("Allow", "")
        values = {"fault": "method", "given": request.method, "known": allowed}
        return PortalProblem("method_not_allowed", values=values, headers=error.headers)
    return PortalProblem("malformed", values={"fault": "http", "why": error.detail}, status=422)


async def answered(request: Request, problem: PortalProblem) -> Response:
    """The problem in the language asked for, else the customer's."""
    portal: Portal = request.app.state.portal
    problem.reading = request.method in ("GET", "HEAD") or request.url.path == "/previews"
    language = asked_language(request)
    if language is None and problem.status != 503:
        try:
            language = await portal.intake.language(problem)
        except AdapterError:
            language = None
    return response_of(body_of(problem, language or "en"), problem.headers)
