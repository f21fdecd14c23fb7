"""Temporal has no authorisation by default, and neither has a portal without secrets: refuse what is open to others."""

import ipaddress

from settings import LOOPBACK, PREFIX, Settings


class Unguarded(Exception):
    """An address that others reach, with nothing that guards it. The message names what to set."""


def loopback(host: str) -> bool:
    """Whether only this machine reaches that host."""
    bare = host.strip("[]")
    if bare.lower() in LOOPBACK:
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


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


def check_temporal(address: str, tls: bool, api_key: str | None, settings: Settings) -> None:
    """Raise `Unguarded` where Temporal lies beyond this machine and is spoken to without TLS and without a token."""
    host = address.rpartition(":")[0] or address
    if settings.guarded_elsewhere or tls or api_key or loopback(host):
        return
    raise Unguarded(
        f"TEMPORAL_ADDRESS is {address}, which is not loopback: set TEMPORAL_TLS (or TEMPORAL_API_KEY), "
        f"or {PREFIX}GUARDED_ELSEWHERE=true if something else guards Temporal"
    )
