"""The body of a call: so long at most, and JSON."""

from typing import Annotated, Any

from fastapi import Depends, Request

from portal.problems import malformed
from portal.strict_json import JSON_TYPES, is_json, read_json

LONGEST_BODY = 256 * 1024
"""Bytes that a body may have."""


async def read_body(request: Request) -> bytes:
    """The body, up to the limit. Raises `malformed`."""
    parts: list[bytes] = []
    length = 0
    async for part in request.stream():
        length += len(part)
        if length > LONGEST_BODY:
            raise malformed("too_large", limit=LONGEST_BODY)
        parts.append(part)
    return b"".join(parts)


async def json_body(request: Request) -> Any:
    """The body of a call that takes JSON. Raises `malformed`."""
    given = request.headers.get("content-type", JSON_TYPES[0])
    if not is_json(given):
        raise malformed("content_type", given=repr(given)[:80])
    try:
        return read_json(await read_body(request))
    except ValueError as error:
        raise malformed("not_json", why=str(error)) from error


JsonBody = Annotated[Any, Depends(json_body)]
