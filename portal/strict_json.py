"""JSON as it arrives, read strictly and in one place: what has two meanings, or cannot be sent on, is refused.

It knows no HTTP: the worker's deliverer and the command line read so too.
"""

import json
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from portal.problems import malformed
from states.chart.unfilled import fault_of_unfilled
from states.model.base import depth_of
from states.model.payload_errors import faults_of

DEEPEST = 32
"""So many objects and lists may stand within each other."""
JSON = "application/json"

Document = TypeVar("Document", bound=BaseModel)


def media_type_of(content_type: str) -> str:
    """The media type without its parameters."""
    return content_type.partition(";")[0].strip().lower()


def is_json(content_type: str) -> bool:
    """Whether a content type says that it is JSON."""
    media_type = media_type_of(content_type)
    return media_type == JSON or (media_type.startswith("application/") and media_type.endswith("+json"))


def read_json(content: bytes) -> Any:
    """The document. Raises `ValueError`, which says why, with nothing of what was sent."""
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_constant=no_number, object_pairs_hook=named_once)
    except UnicodeDecodeError as error:
        raise ValueError(f"byte {error.start} is not UTF-8") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg}, at line {error.lineno}, column {error.colno}") from None
    except RecursionError:
        raise ValueError(TOO_DEEP) from None
    check_plain(document)
    return document


TOO_DEEP = f"nested too deep, at most {DEEPEST} levels"


def check_plain(document: Any) -> None:
    """Raise `ValueError` for what JSON in UTF-8 cannot say: half a surrogate pair, an endless number; and for depth."""
    if depth_of(document, DEEPEST) > DEEPEST:
        raise ValueError(TOO_DEEP)
    try:
        json.dumps(document, allow_nan=False, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise ValueError("a text holds half a character (a lone surrogate)") from None
    except ValueError:
        raise ValueError("a number is too large, or none") from None


def no_number(name: str) -> NoReturn:
    """JSON knows no NaN and no infinity."""
    raise ValueError(f"{name} is no number of JSON")


def named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, whose names stand there once: of two values one would be dropped without a word."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise ValueError("a name stands twice in one object")
    return dict(pairs)


def read_document(model: type[Document], data: Any) -> Document:
    """The document in its shape. Raises `malformed`, naming each field that is wrong."""
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise malformed(faults_of(error.errors())) from error


def read_filled(model: type[Document], data: Any) -> Document:
    """A person's document in its shape, and no template. Raises `malformed`, naming each field that is wrong."""
    document = read_document(model, data)
    unfilled = fault_of_unfilled(document)
    if unfilled is not None:
        raise malformed(unfilled.pop("fault"), **unfilled)
    return document
