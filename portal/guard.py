"""A portal without secrets has no authorisation: refuse what is open to others."""

from settings import PREFIX, Settings
from workflows.connect import Unguarded, loopback

__all__ = ["Unguarded", "check_portal"]


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
