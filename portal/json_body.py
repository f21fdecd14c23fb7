"""The body of a call that takes JSON. That it is said to be JSON, and not too long, guards have seen to before."""

from typing import Annotated, Any

from fastapi import Depends, Request

from portal.problems import malformed
from portal.strict_json import NotPlain, read_json


async def json_body(request: Request) -> Any:
    """The document. Raises `malformed`."""
    try:
        return read_json(await request.body())
    except NotPlain as error:
        raise malformed("not_json", why=[error.fault]) from error


async def optional_body(request: Request) -> Any:
    """The document of a call that needs none: an empty one where there is no body. Raises `malformed`."""
    return await json_body(request) if await request.body() else {}


OptionalBody = Annotated[Any, Depends(optional_body)]
JsonBody = Annotated[Any, Depends(json_body)]
