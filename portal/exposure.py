"""A portal without secrets has no authorisation: refuse what is open to others."""

import os
import socket

from settings import PREFIX, Settings
from workflows.connect import Unguarded, loopback

__all__ = ["Taken", "Unguarded", "check_portal", "listening"]


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
    """Raise `Unguarded` where the portal would listen beyond this machine without secret and tokens."""
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
