"""JSON as it arrives, read strictly and in one place: what has two meanings, or cannot be sent on, is refused.

It knows no HTTP: the worker's deliverer and the command line read so too.
"""

import json
from typing import Any, NoReturn, TypeVar

from pydantic import BaseModel, ValidationError

from catalogue.texts import say
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


class NotPlain(ValueError):
    """What is no plain JSON. `fault`: why, as a text `json.<what>` with its values, and nothing of what was sent."""

    def __init__(self, what: str, **values: Any) -> None:
        self.fault = {"key": f"json.{what}"} | values
        super().__init__(say("en", f"json.{what}", values))


def read_json(content: bytes) -> Any:
    """The document. Raises `NotPlain`."""
    try:
        document = json.loads(content.decode("utf-8-sig"), parse_constant=no_number, object_pairs_hook=named_once)
    except NotPlain:
        raise
    except UnicodeDecodeError as error:
        raise NotPlain("encoding", byte=error.start + 1) from None
    except json.JSONDecodeError as error:
        raise NotPlain("form", line=error.lineno, column=error.colno) from None
    except ValueError:  # so many digits that Python does not read them
        raise NotPlain("number") from None
    except RecursionError:
        raise NotPlain("depth", limit=DEEPEST) from None
    check_plain(document)
    return document


def check_plain(document: Any) -> None:
    """Raise `NotPlain` for what JSON in UTF-8 cannot say: half a surrogate pair, an endless number; and for depth."""
    if depth_of(document, DEEPEST) > DEEPEST:
        raise NotPlain("depth", limit=DEEPEST)
    try:
        json.dumps(document, allow_nan=False, ensure_ascii=False).encode()
    except UnicodeEncodeError:
        raise NotPlain("half_character") from None
    except ValueError:
        raise NotPlain("number") from None


def no_number(name: str) -> NoReturn:
    """JSON knows no NaN and no infinity."""
    raise NotPlain("no_number", name=name)


def named_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """An object, whose names stand there once: of two values one would be dropped without a word."""
    names = [name for name, _ in pairs]
    if len(set(names)) < len(names):
        raise NotPlain("twice")
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
