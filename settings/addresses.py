"""Addresses of the web, of mail, of machines and of databases: how each is written, and what of it may be shown."""

import ipaddress
import re
from contextlib import suppress
from email.utils import parseaddr
from urllib.parse import urlsplit


def mail_server(url: str) -> str:
    """The address: `smtp://` or `smtps://` with a host, and a port that is a number. Raises `ValueError`."""
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0:
            return url
    raise ValueError("write smtp://user:password@host:port or smtps://…; without it mails are files")


def web_address(url: str) -> str:
    """An address that a browser opens, without a slash at its end, or nothing. Raises `ValueError`."""
    with suppress(ValueError):
        parts = urlsplit(url)
        if not url or (parts.scheme in ("http", "https") and parts.hostname and parts.port != 0):
            return url.rstrip("/")
    raise ValueError("an address of the web is like https://cancellations.example")


def mail_address(text: str) -> str:
    """An address of mail, perhaps with a name before it in angle brackets. Raises `ValueError`."""
    local, _, domain = parseaddr(text)[1].rpartition("@")
    if local and domain and not re.search(r"[\s<>]", local + domain) and text.isprintable():
        return text
    raise ValueError("an address of mail is like kuendigung@shop.example, or Shop <kuendigung@shop.example>")


def mail_addresses(text: str) -> str:
    """One or several of them, with a comma between. Raises `ValueError`."""
    return ", ".join(mail_address(part.strip()) for part in text.split(","))


def link_pattern(url: str) -> str:
    """An address of the web with one `{workflow_id}` in it, or nothing. Raises `ValueError`."""
    with suppress(ValueError):
        before, mark, behind = url.partition("{workflow_id}")
        in_path = any(sign in before.partition("://")[2] for sign in "/?#")
        if not url or (mark and in_path and not set("{}") & set(before + behind) and web_address(before)):
            return url
    raise ValueError("write an address with {workflow_id} in it, like https://shop.example/cases/{workflow_id}")


def origins(text: str) -> list[str]:
    """Origins of the web, each as browsers write it. Raises `ValueError`."""
    given = [part.strip().rstrip("/") for part in text.split(",") if part.strip()]
    found = [origin_of(part) for part in given if re.fullmatch(r"[a-z]+://[^/?#]+", part, re.IGNORECASE)]
    if None in found or len(found) < len(given):
        raise ValueError("an origin is like https://konto.shop.example, without a path (several, comma-separated)")
    return [origin for origin in found if origin is not None]


def origin_of(url: str) -> str | None:
    """The origin of an address of the web as browsers write it; None for what is no such address, or says a user."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError):
        return None
    usual = {"http": 80, "https": 443}
    if parts.scheme not in usual or not re.fullmatch(r"[a-z0-9._:-]+", host) or "@" in parts.netloc or port == 0:
        return None
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + ("" if port in (None, usual[parts.scheme]) else f":{port}")


def host_names(text: str) -> list[str]:
    """Names or addresses by which a machine is called. Raises `ValueError`."""
    found = [name.strip() for name in text.split(",") if name.strip()]
    if not all(re.fullmatch(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]", name) for name in found):
        raise ValueError("a host is like k.example, 10.0.0.5 or [fd00::5], without scheme and port")
    return found


def networks(text: str) -> list[str]:
    """Addresses, or networks of them. Raises `ValueError`."""
    found = [part.strip() for part in text.split(",") if part.strip()]
    with suppress(ValueError):
        if all(ipaddress.ip_network(part).prefixlen for part in found):
            return found
    raise ValueError("a proxy is an address or a network, like 10.0.0.5 or 10.0.0.0/24 (several, comma-separated)")


DATABASE = (
    "write postgresql://user:password@host:5432/name, with %40 for @ and the like in a password, "
    "or sqlite:///folder/file.db"
)
SERVER = re.compile(r"([^@/?#]*@)?(\[[^\]@]*\]|[^:@/?#\[\]]*)(:(?P<port>\d{1,5}))?/(?P<name>[^@/?#]*)(\?.*)?")
"""What stands behind `postgresql://`."""


def database_address(url: str) -> str:
    """The address of a database of a kind that we speak, or nothing. Raises `ValueError`, which says what to write."""
    scheme, _, rest = url.partition("://")
    if url and (fault := fault_of_server(rest) if scheme == "postgresql" else fault_of_file(scheme, rest)):
        raise ValueError(f"{fault}: {DATABASE}")
    return url


def fault_of_server(rest: str) -> str | None:
    """What is wrong with the address of a server."""
    parts = SERVER.fullmatch(rest)
    if parts is None or (parts["port"] and not 0 < int(parts["port"]) < 65536):
        return "host, port or password are not as in an address"
    return None if parts["name"] else "it names no database"


def fault_of_file(scheme: str, rest: str) -> str | None:
    """What is wrong with the address of a file."""
    if scheme != "sqlite" or not rest.startswith("/"):
        return "it begins neither with postgresql:// nor with sqlite:///"
    name = rest[1:].partition("?")[0]
    return "it names no file, which all programs share" if name in ("", ":memory:") else None


def masked(address: str) -> str:
    """An address without its password: whatever stands between the user's name and the last @, and `password=`."""
    before, at, behind = address.rpartition("@")
    scheme, _, user = before.rpartition("://") if "://" in before else ("", "", "")
    if at and (":" in user or not scheme):
        address = f"{scheme}://{user.partition(':')[0]}:***@{behind}" if scheme else f"***@{behind}"
    return re.sub(r"(?i)((?:password|passwd|pwd)=)[^&]*", r"\1***", address)


def loopback(host: str) -> bool:
    """Whether only this machine reaches that host."""
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def of_no_use_elsewhere(url: str) -> bool:
    """Whether an address leads nowhere from another machine: on loopback, or `0.0.0.0`, where a portal listens."""
    host = urlsplit(url).hostname or ""
    return loopback(host) or host in ("0.0.0.0", "::")
