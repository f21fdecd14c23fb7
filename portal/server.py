"""The portal as a program: refuses to stand open, connects to Temporal, listens, logs, and stops gracefully."""

import asyncio
import os
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
import uvicorn
from fastapi import FastAPI

from activities.receipts.keys import receipt_keys
from portal.app import create_app
from portal.connections import Limits, connections_within
from programs import collect_while_serving, told_to_stop
from settings import PREFIX, Settings, loopback, switched_off
from workflows.connect import Unguarded, Unreachable, connect, prove

log = structlog.get_logger(__name__)
GRACE_S = 10
"""Seconds that calls under way have to end."""


class Taken(RuntimeError):
    """The portal's address cannot be used. The message names what to set."""


def listening(settings: Settings) -> socket.socket:
    """A socket at the portal's address, whose connections send at once what they have. Raises `Taken`."""
    host, port = settings.portal_host, settings.portal_port
    try:
        taken = socket.create_server((host, port), family=socket.AF_INET6 if ":" in host else socket.AF_INET)
    except OSError as error:
        why = os.strerror(error.errno) if error.errno and error.errno > 0 else error
        raise Taken(
            f"port {port} on {host} cannot be used ({why}): set {PREFIX}PORTAL_PORT to a free one, "
            f"or {PREFIX}PORTAL_HOST"
        ) from error
    # asyncio does so itself only where a socket names its protocol, which those of `create_server` do not. An answer's
    # body would wait until the caller's system confirms its head, some 40 ms. Accepted connections inherit it.
    taken.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return taken


def check_portal(settings: Settings) -> None:
    """Raise `Unguarded` where the portal would listen beyond this machine without secrets and tokens: open to others.

    The one that signs sessions too: what stands in for it is a file, which no other portal has.
    """
    if settings.guarded_elsewhere or loopback(settings.portal_host):
        return
    names = ("WEBHOOK_SECRET", "OPERATOR_TOKENS", "SESSION_SECRET")
    missing = [PREFIX + name for name in names if not getattr(settings, name.lower())]
    if missing:
        raise Unguarded(
            f"{PREFIX}PORTAL_HOST is {settings.portal_host}, which is not loopback: set {' and '.join(missing)}, "
            f"or {PREFIX}GUARDED_ELSEWHERE=true if something else guards the portal"
        )


async def serve(settings: Settings, on_stop: Callable[[], None] = lambda: None) -> None:
    """Serve until SIGINT or SIGTERM; `on_stop` is called when that begins.

    Raises `Unguarded` where the portal or Temporal is open to others, `Taken` where somebody listens, `WrongProfile`
    where Temporal has not what we ask for, `CatalogueError` and `AdapterError`.

    Starts where Temporal does not answer too: calls then answer 503, and nothing is lost by sending again.
    """
    check_portal(settings)
    await asyncio.to_thread(receipt_keys, settings)
    client = await connect(settings.temporal_port, settings.guarded_elsewhere, lazy=True)
    try:
        await prove(client)
    except Unreachable as error:
        log.warning("temporal_unreachable", reason=str(error))
    app = await asyncio.to_thread(create_app, client, settings)

    def stopping() -> None:
        app.state.site.stopping.set()
        on_stop()

    config = config_of(app, Limits(proxies=settings.proxies))
    collect_while_serving()
    taken = listening(settings)
    for reason in switched_off(settings):
        log.warning("switched_off", reason=reason)
    log.info("portal_listening", host=settings.portal_host, port=settings.portal_port)
    await Server(config, stopping).serve([taken])
    log.info("portal_stopped")


def config_of(app: FastAPI, limits: Limits) -> uvicorn.Config:
    """How the application is served: over HTTP/1.1 alone, and only proxies are believed where a call comes from."""
    return uvicorn.Config(
        app,
        http=connections_within(limits),
        ws="none",
        forwarded_allow_ips=list(limits.proxies),
        timeout_keep_alive=limits.idle,  # type: ignore[arg-type]  # the loop takes any number
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=GRACE_S,
    )


class Server(uvicorn.Server):
    """Stops at SIGINT or SIGTERM and returns; uvicorn's own would then end the process by the same signal."""

    def __init__(self, config: uvicorn.Config, on_stop: Callable[[], None]) -> None:
        super().__init__(config)
        self.on_stop = on_stop

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Let calls under way end where a signal comes."""
        with told_to_stop(self.stop):
            yield

    def stop(self) -> None:
        """Ask for the end."""
        self.should_exit = True
        self.on_stop()
