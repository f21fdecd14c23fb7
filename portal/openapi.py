"""How the calls are described in `/openapi.json`: answers, problems and bodies with their examples."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from portal import openapi_examples
from portal.problems import MEDIA_TYPE
from portal.schemas import CloudEventDocument, ProblemDocument
from states.model.request import Request

WHEN = {
    401: "`unauthorised`: signature or token is missing or wrong",
    404: "`unknown_run`, `unknown_task` or `unknown_customer`",
    405: "`method_not_allowed`",
    409: "The state does not allow it: the code says why, `enabled` what is possible, `current` how the run stands",
    422: "`malformed`, `details_missing` or `proof_missing`: the payload is wrong, or its `time` is out of bounds",
    500: "`internal`: a fault on our side",
    503: "`unavailable`: nothing is lost by sending again after `Retry-After` seconds",
}
NEEDED = "Binary mode only, needed there."
SIGNED = "Standard Webhooks; needed where a secret is set."
PROBLEM_REF = {"$ref": "#/components/schemas/ProblemDocument"}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem answers of a call."""
    return {
        status: {
            "description": WHEN[status],
            "content": {MEDIA_TYPE: {"schema": PROBLEM_REF, "example": openapi_examples.PROBLEM | {"status": status}}},
        }
        | ({"headers": {"Retry-After": {"schema": {"type": "string"}}}} if status == 503 else {})
        for status in statuses
    }


def answer(status: int, model: Any, example: Any, description: str) -> dict[int | str, dict[str, Any]]:
    """The answer of a call that was taken."""
    content = {"application/json": {"example": example}}
    return {status: {"model": model, "description": description, "content": content}}


def body(example: Any, schema: str | None = None) -> dict[str, Any]:
    """The example of a JSON body, and its schema where the call reads it by itself."""
    content: dict[str, Any] = {"example": example}
    if schema:
        content["schema"] = {"$ref": f"#/components/schemas/{schema}"}
    return {"requestBody": {"content": {"application/json": content}}}


def header(name: str, description: str, example: str | None = None) -> dict[str, Any]:
    """An optional header."""
    shown = {"example": example} if example else {}
    return (
        {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
        | shown
        | {"description": description}
    )


def event_body() -> dict[str, Any]:
    """The body and headers of `POST /events`, in both modes."""
    structured = {
        "schema": {"$ref": "#/components/schemas/CloudEventDocument"},
        "examples": {
            "requested": {"value": openapi_examples.EVENT},
            "place-order": {"value": openapi_examples.ORDER},
        },
    }
    binary = {
        "schema": {"type": "object", "description": "Binary mode: the data alone, with the attributes as ce- headers."},
        "example": openapi_examples.REQUEST,
    }
    return {
        "requestBody": {
            "required": True,
            "content": {"application/cloudevents+json": structured, "application/json": binary},
        },
        "parameters": [
            header("ce-specversion", NEEDED, "1.0"),
            header("ce-type", NEEDED, "jtl.cancellation.requested.v1"),
            header("ce-source", NEEDED, "/portal"),
            header("ce-id", NEEDED, "7f0c2a"),
            header("ce-subject", "Binary mode only.", "edition/K-1001/jtl"),
            header("ce-time", "Binary mode only.", "2027-01-11T09:30:00+01:00"),
            *(header(f"webhook-{part}", SIGNED) for part in ("id", "timestamp", "signature")),
        ],
    }


def with_openapi(app: FastAPI) -> FastAPI:
    """The application with `/openapi.json` as completed here, made once."""

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            document = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            app.openapi_schema = complete(document)
        return app.openapi_schema

    app.openapi = openapi  # type: ignore[method-assign]
    return app


def complete(document: dict[str, Any]) -> dict[str, Any]:
    """Add the schemas that are only referred to, and take out what FastAPI says of its own errors."""
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for model in (ProblemDocument, CloudEventDocument, Request):
        schema = model.model_json_schema(ref_template="#/components/schemas/{model}")
        for name, inner in schema.pop("$defs", {}).items():
            schemas.setdefault(name, inner)
        schemas[model.__name__] = schema
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    return document
