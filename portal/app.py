"""The ASGI application: the parts put together, and every fault answered as a problem document."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from standardwebhooks import Webhook
from starlette.exceptions import HTTPException
from starlette.routing import Match
from temporalio.client import Client

from activities.adapters import create_adapters
from activities.ports import AdapterError
from activities.setting_names import SETTING_NAMES
from activities.sql.paging import WrongCursor
from catalogue.loader import load_catalogues
from loop_watch import watched_loop
from pages.calls import CallRefused
from pages.room import Room
from portal.authority import authority_noted
from portal.context import Portal, portal_of, requested_language
from portal.credentials import credentials_of
from portal.deadline import Timely
from portal.delivery import delivery_of
from portal.guards.front_door import Answers, FrontDoor
from portal.guards.wrong_tokens import WrongTokens
from portal.intake import Intake
from portal.metrics import Measured, Metrics
from portal.openapi import DescribedApp
from portal.problems import PortalProblem, body_of, malformed, response_of, wrong_call
from portal.readiness import Readiness
from portal.sessions import Sessions
from portal.shown import shown
from portal.version import installed_version
from settings import Settings, checked, shown_settings, switched_off

if TYPE_CHECKING:
    from portal.identity_provider import Provider

log = structlog.get_logger(__name__)
FAULTS: tuple[type[Exception], ...] = (PortalProblem, RequestValidationError, HTTPException, WrongCursor, AdapterError)
OF_PAGES = ("Retry-After", "Allow")
"""What a problem's answer says to browsers as well."""


def create_app(client: Client, settings: Settings) -> FastAPI:
    """The portal (docs/contract.md, Commands). Creates or migrates the database."""
    return build(client, settings, trusted=False)


def build(client: Client, settings: Settings, *, trusted: bool, path: str | None = None) -> FastAPI:
    """The application. `trusted`: called in process by the command line, without signatures and tokens. `path`: the one
    address that it asks for then; what answers others, and the pages, are not even loaded.

    Raises `ValidationError` for settings that name an unknown kind.
    """
    app = DescribedApp(
        title="Cancellations",
        version=installed_version(),
        description="Cancellations, downgrades and deactivations: events of customers, work of operators.",
        lifespan=lifespan,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        exception_handlers={**dict.fromkeys(FAULTS, answer_fault), CallRefused: answer_page},
    )
    app.state.portal = portal = compose(client, checked(settings, SETTING_NAMES), trusted)
    app.add_middleware(FrontDoor, settings=settings, trusted=trusted, answer=answer_fault)
    app.add_middleware(WrongTokens, answer=answer_fault)
    app.add_middleware(Timely, answer=answer_late)
    app.add_middleware(Answers)
    app.add_middleware(Measured, metrics=portal.metrics)
    for router in all_calls() if path is None else calls_at(path):
        app.include_router(router)
    app.state.rooms = add_pages(app, portal, settings) if path is None else ()
    return app


def all_calls() -> tuple[APIRouter, ...]:
    """In the order in which they are asked, what is called most first; receipts and mails before the customers' calls,
    of which one takes every address below `/cancellations/`."""
    from portal import account_routes, administration_routes, finding_routes, health_routes, home_page, overview_routes
    from portal.desk import provider_routes
    from portal.desk import routes as desk_routes

    return (
        *calls_at("/cancellations/"),
        finding_routes.router,
        *calls_at("/tasks"),
        overview_routes.router,
        account_routes.router,
        *calls_at("/bulk-decisions"),
        *calls_at("/freeze"),
        administration_routes.router,
        health_routes.router,
        home_page.router,
        *calls_at("/customer-sessions"),
        desk_routes.router,
        provider_routes.router,
    )


def calls_at(path: str) -> tuple[APIRouter, ...]:
    """Those of all calls that may answer at an address which the command line asks for; of another one, all."""
    match path.split("/")[1:]:
        case ["cancellations"] | ["events"] | ["previews"]:
            from portal import customer_routes

            return (customer_routes.router,)
        case ["cancellations", *_]:
            from portal import customer_routes, mail_routes, receipt_routes

            return receipt_routes.router, mail_routes.router, customer_routes.router
        case ["tasks", *_]:
            from portal import consequence_routes, operator_routes, task_routes

            return task_routes.router, consequence_routes.router, operator_routes.router
        case ["bulk-decisions", *_]:
            from portal import bulk_routes

            return (bulk_routes.router,)
        case ["freeze", *_]:
            from portal import freeze_routes

            return (freeze_routes.router,)
        case ["customer-sessions"]:
            from portal import session_routes

            return (session_routes.router,)
    return all_calls()


def add_pages(app: FastAPI, portal: Portal, settings: Settings) -> tuple[Room, ...]:
    """The rooms of the pages, which the application has from now on: a fault is a page there too."""
    from pages.desk.routes import router as operators_pages
    from pages.my.routes import router as customers_pages
    from pages.rendering import Look
    from pages.site import Site
    from portal.branding import brand_of
    from portal.desk.calls import PortalDesk
    from portal.page_calls import PageCalls

    look = Look(brand_of(settings), settings.time_zone, settings.public_url)
    app.state.site = Site(PageCalls(portal), PortalDesk(portal), look)
    rooms = (customers_pages, operators_pages)
    for room in rooms:
        app.include_router(room)
    return rooms


def compose(client: Client, settings: Settings, trusted: bool) -> Portal:
    """The application's parts. Creates or migrates the database; blocks until that is done."""
    catalogues, adapters, metrics = load_catalogues(settings.catalogue_dir), create_adapters(settings), Metrics()
    bare = settings.without_tokens()
    sessions = Sessions(bare)
    if not trusted:
        sessions.prove()
    delivery = delivery_of(client, bare, adapters, catalogues)
    return Portal(
        settings=bare,
        readiness=Readiness(client, settings.task_queue, adapters),
        catalogues=catalogues,
        adapters=adapters,
        runs=delivery.runs,
        intake=Intake(delivery, metrics, quiet=trusted),
        metrics=metrics,
        webhooks=tuple(Webhook(secret.get_secret_value()) for secret in settings.webhook_secret),
        credentials=credentials_of(settings),
        sessions=sessions,
        provider=None if trusted else provider_named(settings),
        off=tuple(switched_off(settings)),
        shown_settings=shown_settings(settings),
        guards=settings.guarded,
        trusted=trusted,
    )


def provider_named(settings: Settings) -> "Provider | None":
    """Who lets operators in, where the settings name somebody; what talks to him is loaded then."""
    if not settings.oidc_issuer:
        return None
    from portal.identity_provider import provider_of

    return provider_of(settings)


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """Watch the loop, and let go of the database when the server stops."""
    portal: Portal = app.state.portal
    async with watched_loop(portal.metrics.loop_lag.observe):
        yield
    portal.adapters.close()


async def answer_page(request: Request, error: Exception) -> Response:
    """The page for a call of a page that is not taken."""
    from pages.refusals import refused

    assert isinstance(error, CallRefused)
    problem = error.problem
    return await refused(request, lambda _: problem)


def room_of(request: Request) -> Room | None:
    """The room of the pages that a person's browser asks for; None where a program calls."""
    return next((room for room in request.app.state.rooms if room.holds(request.url.path)), None)


def page_above(room: Room, request: Request) -> Response:
    """Where a form was sent to there is nothing to read; who opens its address anew is led to its page."""
    query = f"?{request.url.query}" if request.url.query else ""
    return RedirectResponse(room.page_above(request.url.path) + query, 303)


async def answer_fault(request: Request, error: Exception) -> Response:
    """The problem in the language that the caller asks for, else the customer's."""
    problem = problem_of(request, error)
    room = room_of(request)
    if room is not None:
        if problem.code == "method_not_allowed" and request.method == "GET":
            return page_above(room, request)
        from pages.refusals import refused

        page = await refused(request, partial(body_of, problem))
        page.headers.update({name: value for name, value in (problem.headers or {}).items() if name in OF_PAGES})
        return page
    problem.reading = request.method in ("GET", "HEAD") or request.url.path == "/previews"
    language = requested_language(request)
    if language is None and problem.status != 503:
        with suppress(AdapterError):
            language = await portal_of(request).intake.delivery.language(problem)
    body = body_of(problem, language or "en")
    view = authority_noted(request).view
    return response_of(problem, await shown(portal_of(request), body, view, problem.customer))


async def answer_late(request: Request, error: Exception) -> Response:
    """What no handler answered: a call whose time was over, or a fault of ours, logged whole and not shown."""
    problem = error if isinstance(error, PortalProblem) else PortalProblem("internal", values={"fault": "internal"})
    if problem is not error:
        log.error("call_failed", error=type(error).__name__, exc_info=error)
    if room_of(request) is not None:
        from pages.refusals import problem_page
        from pages.site import language_of

        return problem_page(request, body_of(problem, language_of(request)))
    return response_of(problem, body_of(problem, requested_language(request) or "en"))


def problem_of(request: Request, error: Exception) -> PortalProblem:
    """The problem that a fault is answered with."""
    if isinstance(error, PortalProblem):
        return error
    if isinstance(error, RequestValidationError):
        return wrong_call(error.errors())
    if isinstance(error, WrongCursor):
        return malformed("cursor")
    if isinstance(error, HTTPException):
        return problem_of_framework(request, error)
    log.warning("adapter_failed", error=type(error).__name__, reason=str(error))
    return PortalProblem("unavailable")


def problem_of_framework(request: Request, error: HTTPException) -> PortalProblem:
    """What the framework itself refuses: unknown address, wrong method, a body that is no JSON."""
    if error.status_code == 404:
        return PortalProblem("not_found", values={"fault": "address"})
    if error.status_code == 405:
        allowed = ", ".join(sorted(methods_at(request)))
        values = {"fault": "method", "given": request.method, "known": allowed}
        return PortalProblem("method_not_allowed", values=values, headers={"Allow": allowed})
    return PortalProblem("malformed", values={"fault": "http", "why": error.detail})


def methods_at(request: Request) -> set[str]:
    """The methods that an address takes: of all its calls, where the framework names those of the first."""
    found = (route for route in routes_in(request.app.router) if route.matches(request.scope)[0] is not Match.NONE)
    return {method for route in found for method in route.methods or ()}


def routes_in(router: Any) -> Iterator[Any]:
    """Every route, those of routers within routers too."""
    for route in router.routes:
        within = getattr(route, "original_router", None)
        yield from routes_in(within) if within is not None else [route]
