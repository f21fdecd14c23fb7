"""Talks with the portal, over HTTP or in this process; its answers become documents, or a line of refusal."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from console.connection import Connection
from console.refusals import Document, Misuse, PortalRefusal, one_line, refusal

if TYPE_CHECKING:
    import httpx

    from settings import Settings

ANSWERS_WITHIN = 30
"""Seconds."""


def language() -> Literal["de", "en"]:
    """German where the terminal is German, else English."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "de" if locale.lower().startswith("de") else "en"


@asynccontextmanager
async def open_portal(
    connection: Connection, path: str, *, without_temporal: bool = False
) -> AsyncIterator["httpx.AsyncClient"]:
    """The portal that is meant, to be asked at an address. Raises `PortalRefusal` where it does not answer, or has no
    Temporal.

    `without_temporal`: the call needs the database alone, and in this process nobody waits for more.
    """
    if connection.url is None:
        async with portal_in_process(path, without_temporal=without_temporal) as http:
            yield http
        return
    import httpx

    token = {"authorization": f"Bearer {connection.token}"} if connection.token else {}
    headers = {"accept-language": language(), "accept": "application/json"} | token
    try:
        async with httpx.AsyncClient(base_url=connection.url, headers=headers, timeout=ANSWERS_WITHIN) as http:
            yield http
    except httpx.TimeoutException:
        raise unavailable(f"{connection.url} did not answer within {ANSWERS_WITHIN} seconds") from None
    except httpx.TransportError as error:
        said = one_line(error) or type(error).__name__
        raise unavailable(f"no portal answers at {connection.url} ({said}): is it running?") from None


def unavailable(detail: str) -> PortalRefusal:
    """Nobody answers: nothing was asked of anybody, or nobody knows what came of it."""
    return refusal({"code": "unavailable", "detail": detail})


@asynccontextmanager
async def portal_in_process(path: str, *, without_temporal: bool = False) -> AsyncIterator["httpx.AsyncClient"]:
    """The portal in this process, trusted, and of it what answers at that address: the same rules as over HTTP. Raises
    `PortalRefusal` without Temporal."""
    import httpx

    from portal.app import build

    settings = environment()
    app = build(await connect_to_temporal(settings, lazy=without_temporal), settings, trusted=True, path=path)
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    headers = {"accept-language": language()}
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://portal", headers=headers, timeout=60) as http,
    ):
        yield http


def environment() -> "Settings":
    """The settings from the environment. Raises `ValidationError`."""
    from activities.setting_names import SETTING_NAMES
    from settings import read_settings

    return read_settings(SETTING_NAMES)


async def connect_to_temporal(settings: "Settings", *, lazy: bool = False) -> Any:
    """A client that has reached the server, or a lazy one that connects when it is needed.

    Raises `PortalRefusal`, naming the variable and the address.
    """
    from workflows.connect import NotConnected, Unreachable, connect

    try:
        return await connect(settings.temporal_port, settings.guarded_elsewhere, lazy=lazy)
    except NotConnected as error:
        raise unavailable(str(error)) if isinstance(error, Unreachable) else PortalRefusal(str(error)) from None


async def call(http: "httpx.AsyncClient", method: str, path: str, **parts: Any) -> Document:
    """The portal's answer. Raises `PortalRefusal` with code, rule and reason, and `Misuse` for what names no part of
    an address: it would lead to another call."""
    if not {".", ".."}.isdisjoint(path.split("/")):
        raise Misuse(f"{path!r} leads nowhere: `.` and `..` are no names")
    answer = await http.request(method, path, **parts)
    try:
        document = dict(answer.json())
    except (TypeError, ValueError):
        where = http.base_url if answer.is_success or answer.is_redirect else "the portal"
        what = "which is no portal's answer" if answer.is_success or answer.is_redirect else "and said no more"
        raise PortalRefusal(f"internal: {where} answered {answer.status_code}, {what}") from None
    if answer.is_success:
        return document
    raise refusal(document)


def read_data(data: str) -> Any:
    """JSON from the argument, from standard input (`-`) or from a file (`@name`). Raises `Misuse`."""
    from portal.strict_json import read_json

    try:
        text = sys.stdin.read() if data == "-" else Path(data[1:]).read_text("utf-8") if data[:1] == "@" else data
        document = read_json(text.encode())
    except UnicodeError:
        raise Misuse("--data is not UTF-8") from None
    except OSError as error:
        raise Misuse(f"--data {data}: cannot be read: {error.strerror or error}") from None
    except ValueError as error:
        raise Misuse(f"--data is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise Misuse('--data is not a JSON object, like \'{"by": "Anna"}\'')
    return document
