"""One side of `bench.portal`: the portal that PYTHONPATH leads to, with an empty route, its CPU and a profile beside.

Settings come from the environment, as the portal's own.
"""

import asyncio
import cProfile
import io
import logging
import pstats
import time
from collections.abc import Callable
from typing import Any

import structlog
from fastapi import FastAPI
from fastapi.responses import PlainTextResponse

from portal import server
from settings import Settings

create_app = server.create_app
LINES = 60


async def at_once(_: Any, work: Callable[..., Any], *arguments: Any, **named: Any) -> Any:
    """In place of `Database.in_thread`."""
    return work(*arguments, **named)


def with_routes(*parts: Any) -> FastAPI:
    """The portal, an empty route, and what is measured of this process."""
    app = create_app(*parts)
    profile = cProfile.Profile()

    @app.get("/empty")
    async def empty() -> dict[str, Any]:
        return {}

    @app.get("/spent")
    async def spent() -> float:
        return time.process_time()

    @app.get("/profile/begin")
    async def begin() -> None:
        # What goes to the database's threads is done in this one, which is profiled. Imported here: another checkout
        # may have no such thing.
        from activities.sql.database import Database

        setattr(Database, "in_thread", at_once)  # noqa: B010
        profile.enable()

    @app.get("/profile/end")
    async def end() -> PlainTextResponse:
        profile.disable()
        text = io.StringIO()
        for order in ("cumulative", "tottime"):
            pstats.Stats(profile, stream=text).sort_stats(order).print_stats(LINES)
        profile.clear()
        return PlainTextResponse(text.getvalue())

    return app


if __name__ == "__main__":
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    server.create_app = with_routes
    asyncio.run(server.serve(Settings()))
