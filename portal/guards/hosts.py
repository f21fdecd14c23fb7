"""Under which names the portal may be called: a foreign page that has its own name lead here is not answered."""

import ipaddress
import re
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from portal.problems import PortalProblem
from settings import Settings, loopback

HOST = re.compile(r"(?P<name>\[[0-9a-fA-F:.]{2,45}\]|[A-Za-z0-9._-]{1,253})(:(?P<port>[0-9]{1,5}))?")
"""What a header `Host` says: a name or an address, perhaps with a port, which proxies and containers change."""


def own_hosts(settings: Settings) -> frozenset[str]:
    """The names that are ours: of `PUBLIC_URL`, `PORTAL_HOST` and `HOSTS`. This machine's own are too, always."""
    given = (urlsplit(settings.public_url).hostname or "", settings.portal_host, *settings.hosts)
    return frozenset(filter(None, map(plain, given)))


def plain(name: str) -> str:
    """A name as it is compared: in small letters, without brackets and the dot of the root."""
    bare = name.strip("[]").lower().removesuffix(".")
    try:
        return str(ipaddress.ip_address(bare))
    except ValueError:
        return bare


def check_host(hosts: frozenset[str], headers: Headers) -> None:
    """Raise `foreign_host` unless the call names just one host, and that is ours.

    This machine's own names are taken wherever the portal listens: those who look after it ask by them, and no page
    from elsewhere has one of them for its own.
    """
    given = headers.getlist("host")
    parts = HOST.fullmatch(given[0]) if len(given) == 1 else None
    name = plain(parts["name"]) if parts else None
    if name is None or not (name in hosts or loopback(name)):
        raise PortalProblem("foreign_host", values={"given": repr(", ".join(given))[:80]})
