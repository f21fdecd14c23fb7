"""The portal as a program: connects to Temporal, listens, logs, and stops gracefully."""

import asyncio
import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn

from portal.app import create_app
from portal.exposure import check_portal, listening
from settings import Settings
from workflows.connect import connect

STOP = (signal.SIGINT, signal.SIGTERM)
GRACE_S = 10
"""Seconds that calls under way have to end."""


async def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises `portal.exposure.Unguarded` where the portal or Temporal is open to others, `Taken` where somebody listens.

    Starts without Temporal too: calls then answer 503, and nothing is lost by sending again.
    """
    check_portal(settings)
    client = await connect(settings.temporal_port, settings.guarded_elsewhere, lazy=True)
    config = uvicorn.Config(
        create_app(client, settings),
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )
    taken = listening(settings)
    structlog.get_logger(__name__).info("portal_listening", host=settings.portal_host, port=settings.portal_port)
    await Server(config).serve([taken])


class Server(uvicorn.Server):
    """Stops at SIGINT or SIGTERM and returns; uvicorn's own would then end the process by the same signal."""

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Ask for the end where a signal comes."""
        loop = asyncio.get_running_loop()
        for number in STOP:
            loop.add_signal_handler(number, self.ask_to_stop)
        try:
            yield
        finally:
            for number in STOP:
                loop.remove_signal_handler(number)

    def ask_to_stop(self) -> None:
        """The first signal lets calls under way end; a second one does not wait for them."""
        self.force_exit = self.should_exit
        self.should_exit = True


def configure_logs() -> None:
    """Events with fields, one JSON object a line."""
    logging.basicConfig(level=logging.INFO, format="%(message)s")
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=structlog.PrintLoggerFactory(),
        cache_logger_on_first_use=True,
    )
