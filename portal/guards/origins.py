"""Which pages may send something: our own. Programs say nothing of the page that they stand on, and are not stopped."""

from starlette.datastructures import Headers

from portal.problems import PortalProblem

READING = frozenset({"GET", "HEAD", "OPTIONS"})
"""The methods that change nothing, whoever asks."""
OURS = frozenset({"same-origin", "none"})
"""What a browser says of the page that sends: one of ours, or none at all (typed by a person)."""


def check_origin(public_origin: str, method: str, headers: Headers) -> None:
    """Raise `cross_site` where a browser sends something for a page that is not ours.

    A page of another name below the same domain is not ours either. An origin is ours where its host and port are those
    that the call goes to, or where it is that of `PUBLIC_URL`: behind a proxy the one or the other holds.
    """
    if method in READING:
        return
    sites, origins = headers.getlist("sec-fetch-site"), headers.getlist("origin")
    foreign = [origin for origin in origins if not is_own(origin, public_origin, headers.get("host", ""))]
    if foreign or not OURS.issuperset(sites):
        raise PortalProblem("cross_site", values={"given": repr((foreign or origins or sites)[0])[:80]})


def is_own(origin: str, public_origin: str, host: str) -> bool:
    """Whether an origin is ours. `null`, which a page in a sandbox has, is nobody's; nor is our name without TLS ours
    where `PUBLIC_URL` has it."""
    scheme, _, authority = origin.lower().partition("://")
    is_called = scheme in ("http", "https") and authority == host.lower() and public_origin != f"https://{authority}"
    return is_called or origin.lower() == public_origin
