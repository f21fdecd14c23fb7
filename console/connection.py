"""Which portal the command line talks with: one over HTTP, by its address and a token, or the one in this process.

`--url` goes before `CANCELLATIONS_URL`, that before the address of a profile. The token is in the environment
(`CANCELLATIONS_TOKEN`) or in a profile, never on the command line, where every other user of the machine reads it.
"""

import os
import re
import stat
import tomllib
from collections.abc import Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from console.refusals import Misuse

URL, TOKEN, PROFILE = "CANCELLATIONS_URL", "CANCELLATIONS_TOKEN", "CANCELLATIONS_PROFILE"
"""The variables that say it: the command line alone reads them."""
FIELDS = {"url", "token"}
"""What a profile may hold."""


@dataclass(frozen=True)
class Connection:
    """`url` None: the portal in this process, which needs the machine that has the database, and no token."""

    url: str | None = None
    token: str | None = None

    def check_local(self, command: str) -> None:
        """Raise `Misuse` for a command that works on this machine's database where another portal is meant."""
        if self.url is not None:
            raise Misuse(
                f"{command} works on the database of its own machine, not over HTTP: run it there, without {URL}"
            )


IN_PROCESS = Connection()
chosen: ContextVar[Connection] = ContextVar("chosen", default=IN_PROCESS)
"""What the command that runs was told."""


def profiles_file(environment: Mapping[str, str] = os.environ) -> Path:
    """Where profiles stand (XDG Base Directory)."""
    home = environment.get("XDG_CONFIG_HOME") or str(Path(environment.get("HOME", "~")).expanduser() / ".config")
    return Path(home) / "cancellations" / "profiles.toml"


def connection(url: str | None, profile: str | None, environment: Mapping[str, str] = os.environ) -> Connection:
    """The portal that is meant. Raises `Misuse` for an address or a profile that is none."""
    name = profile or environment.get(PROFILE) or None
    kept = read_profile(profiles_file(environment), name) if name else {}
    address = url or environment.get(URL) or kept.get("url")
    if not address:
        return IN_PROCESS
    # A profile's token is for its own address: no other one is told it.
    token = environment.get(TOKEN) or (kept.get("token") if address == kept.get("url") else None)
    return Connection(checked_url(address, bool(token)), checked_token(token))


def checked_token(token: str | None) -> str | None:
    """The token without blanks around it. Raises `Misuse`, which does not repeat it, for one that cannot be sent."""
    sent = (token or "").strip()
    if not re.fullmatch("[!-~]*", sent):
        raise Misuse(f"the token ({TOKEN}, or a profile's) is none: it has blanks, or signs that no token has")
    return sent or None


def checked_url(url: str, with_token: bool) -> str:
    """The address without what calls put behind it. Raises `Misuse`."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment or parts.username:
        raise Misuse(f"{url!r} is no address of a portal: write it like https://cancellations.example")
    if with_token and parts.scheme == "http":
        check_stays_here(url, parts.hostname)
    return url.rstrip("/")


def check_stays_here(url: str, host: str) -> None:
    """Raise `Misuse` where a token would leave this machine readable."""
    from settings import loopback

    if not loopback(host):
        raise Misuse(f"{url}: a token is sent over https alone, since everybody on the way reads http")


def read_profile(path: Path, name: str) -> dict[str, str]:
    """A profile of the file. Raises `Misuse`, naming file and remedy."""
    try:
        if stat.S_IMODE(path.stat().st_mode) & 0o077:
            raise Misuse(f"{path} holds tokens, and others may read it: chmod 600 {path}")
        profiles = tomllib.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        raise Misuse(f"there is no profile {name!r}: {path} is not there") from None
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise Misuse(f"{path} cannot be read: {error}") from None
    profile = profiles.get(name)
    if not isinstance(profile, dict):
        raise Misuse(f"there is no profile {name!r} in {path}: it has {', '.join(map(repr, profiles)) or 'none'}")
    wrong = [key for key, value in profile.items() if key not in FIELDS or not isinstance(value, str)]
    if wrong or "url" not in profile:
        fault = f"{', '.join(wrong)} is not one of url, token" if wrong else "url is missing"
        raise Misuse(f"profile {name!r} in {path}: {fault}; both are texts")
    return profile
