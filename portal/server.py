"""The portal as a program: refuses to stand open, connects to Temporal, listens, logs, and stops gracefully."""

import asyncio
import logging
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import contextmanager

import structlog
import uvicorn

from portal.app import create_app
from settings import PREFIX, Settings
from workflows.connect import Unguarded, connect, loopback

STOP = (signal.SIGINT, signal.SIGTERM)
GRACE_S = 10
"""Seconds that calls under way have to end."""


class Taken(RuntimeError):
    """The portal's address cannot be used. The message names what to set."""


def listening(settings: Settings) -> socket.socket:
    """A socket at the portal's address. Raises `Taken`."""
    host, port = settings.portal_host, settings.portal_port
    try:
        return socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error
        raise Taken(
            f"port {port} on {host} cannot be used ({why}): set {PREFIX}PORTAL_PORT to a free one, "
            f"or {PREFIX}PORTAL_HOST"
        ) from error


def check_portal(settings: Settings) -> None:
    """Raise `Unguarded` where the portal would listen beyond this machine without secret and tokens: open to others."""
    if settings.guarded_elsewhere or loopback(settings.portal_host):
        return
    missing = [
        PREFIX + name
        for name, given in (("WEBHOOK_SECRET", settings.webhook_secret), ("OPERATOR_TOKENS", settings.operator_tokens))
        if not given
    ]
    if missing:
        raise Unguarded(
            f"{PREFIX}PORTAL_HOST is {settings.portal_host}, which is not loopback: set {' and '.join(missing)}, "
            f"or {PREFIX}GUARDED_ELSEWHERE=true if something else guards the portal"
        )


async def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM.

    Raises `Unguarded` where the portal or Temporal is open to others, `Taken` where somebody listens.

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
