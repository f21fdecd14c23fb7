"""What the command line talks with: the portal in this process, whose answers become documents or a line of refusal."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from settings import Settings

if TYPE_CHECKING:
    import httpx

Document = dict[str, Any]


class PortalRefusal(Exception):
    """The answer is no: exit code 1. The message is one line: code, rule, reason."""


class Misuse(Exception):
    """Wrong usage: exit code 2. The message is one line."""


def language() -> Literal["de", "en"]:
    """German where the terminal is German, else English."""
    locale = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "de" if locale.lower().startswith("de") else "en"


@asynccontextmanager
async def open_portal(settings: Settings) -> AsyncIterator["httpx.AsyncClient"]:
    """The portal in this process, trusted: the same rules as over HTTP. Raises `PortalRefusal` without Temporal."""
    import httpx

    from portal.app import build

    app = build(await connect_to_temporal(settings), settings, trusted=True)
    headers = {"accept-language": language()}
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://portal", headers=headers, timeout=60) as http,
    ):
        yield http


async def connect_to_temporal(settings: Settings) -> Any:
    """A client that has reached the server. Raises `PortalRefusal`, naming the variable and the address."""
    from workflows.connect import NotConnected, Unreachable, connect

    try:
        return await connect(settings.temporal_port, settings.guarded_elsewhere)
    except NotConnected as error:
        raise PortalRefusal(f"{'unavailable: ' if isinstance(error, Unreachable) else ''}{error}") from None


async def call(http: "httpx.AsyncClient", method: str, path: str, **parts: Any) -> Document:
    """The portal's answer. Raises `PortalRefusal` with code, rule and reason."""
    answer = await http.request(method, path, **parts)
    try:
        document = answer.json()
    except ValueError:
        raise PortalRefusal(f"internal: the portal answered {answer.status_code}") from None
    if answer.is_success:
        return dict(document)
    raise PortalRefusal(reason(document))


def reason(document: Document) -> str:
    """A problem or a refusal in one line: code, rule, text, and what is possible instead."""
    rule = f" ({document['rule']})" if document.get("rule") else ""
    text = one_line(document.get("detail") or document.get("text") or document.get("title") or "refused")
    return f"{document.get('code', 'refused')}{rule}: {text}"


def one_line(text: Any) -> str:
    """The text without line breaks."""
    return " ".join(str(text).split())


def read_data(data: str) -> Any:
    """JSON from the argument, from standard input (`-`) or from a file (`@name`). Raises `Misuse`."""
    from portal.strict_json import read_json

    try:
        text = sys.stdin.read() if data == "-" else Path(data[1:]).read_text("utf-8") if data[:1] == "@" else data
        document = read_json(text.encode())
    except (OSError, UnicodeDecodeError) as error:
        raise Misuse(f"--data {data}: cannot be read: {getattr(error, 'strerror', None) or error}") from None
    except ValueError as error:
        raise Misuse(f"--data is not JSON: {error}") from None
    if not isinstance(document, dict):
        raise Misuse('--data is not a JSON object, like \'{"by": "Anna"}\'')
    return document
