"""How the calls are described in `/openapi.json`: answers, problems and bodies with their examples."""

from typing import Any

from fastapi import FastAPI

from portal import openapi_examples
from portal.freeze_schemas import FreezeOrder, FreezeRelease
from portal.on_behalf import Beginning
from portal.problems import MEDIA_TYPE
from portal.schemas import (
    AskedConsequence,
    BulkBy,
    BulkRequest,
    CalendarChange,
    CloudEventDocument,
    Comment,
    Confirmation,
    CustomerSession,
    Doing,
    HandOver,
    ProblemDocument,
    Rejection,
    Step,
)
from states.model.request import Request

WHEN = {
    401: "`unauthorised`: signature or token is missing or wrong",
    403: "`forbidden`: this authority is not for that customer or call; `cross_site`: another site's page has sent it",
    404: "`unknown_run`, `unknown_task` or `unknown_customer`",
    405: "`method_not_allowed`",
    409: "The state does not allow it: the code says why, `enabled` what is possible, `current` how the run stands",
    413: "`too_large`: the body is longer than 256 KiB",
    415: "`wrong_content_type`: the body is not said to be of the form that the call takes",
    421: "`foreign_host`: the portal is not called by one of its own names",
    422: "`malformed`, `details_missing` or `proof_missing`: the payload is wrong, or its `time` is out of bounds",
    429: "`too_many_tries`: too many wrong tokens or signatures in a row; a right one is taken at any time",
    500: "`internal`: a fault on our side",
    503: "`unavailable`: nothing is lost by sending again after `Retry-After` seconds",
}
REQUIRED_ATTRIBUTES = ("specversion", "type", "source", "id")
NEEDED = "Binary mode only, needed there."
SIGNATURE = "Standard Webhooks; needed where a secret is set."
OPERATOR, PORTAL, SESSION, SIGNED = "operator", "portal", "session", "signature"
BY_ANYBODY = (OPERATOR, PORTAL, SESSION)
"""The authorities by which a customer's own may be read."""
REFERENCE = "#/components/schemas/{model}"


def reference_to(schema: str) -> dict[str, str]:
    """A schema that is only referred to: `DescribedApp` adds it."""
    return {"$ref": REFERENCE.format(model=schema)}


def problems(*statuses: int) -> dict[int | str, dict[str, Any]]:
    """The problem answers of a call."""
    return {
        status: {
            "description": WHEN[status],
            "content": {
                MEDIA_TYPE: {
                    "schema": reference_to("ProblemDocument"),
                    "example": openapi_examples.PROBLEM | {"status": status},
                }
            },
        }
        | ({"headers": {"Retry-After": {"schema": {"type": "string"}}}} if status in (429, 503) else {})
        for status in statuses
    }


def answer(status: int, model: Any, example: Any, description: str) -> dict[int | str, dict[str, Any]]:
    """The answer of a call that was taken."""
    content = {"application/json": {"example": example}}
    return {status: {"model": model, "description": description, "content": content}}


def body(example: Any, schema: str | None = None) -> dict[str, Any]:
    """The example of a JSON body, and its schema where the call reads it by itself."""
    content = {"example": example} | ({"schema": reference_to(schema)} if schema else {})
    return {"requestBody": {"content": {"application/json": content}}}


def secured(*schemes: str) -> dict[str, Any]:
    """By which authorities a call may be made: any one of them, or none where nothing is guarded."""
    return {"security": [{}, *({scheme: []} for scheme in schemes)]}


def header(name: str, description: str, example: str | None = None) -> dict[str, Any]:
    """An optional header."""
    parameter = {"name": name, "in": "header", "required": False, "schema": {"type": "string"}}
    return parameter | ({"example": example} if example else {}) | {"description": description}


def event_body() -> dict[str, Any]:
    """The body and headers of `POST /events`, in both modes."""
    structured = {
        "schema": reference_to("CloudEventDocument"),
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
            *(header(f"ce-{name}", NEEDED, openapi_examples.EVENT[name]) for name in REQUIRED_ATTRIBUTES),
            header("ce-subject", "Binary mode only.", openapi_examples.ORDER["subject"]),
            header("ce-time", "Binary mode only.", openapi_examples.EVENT["time"]),
            *(header(f"webhook-{part}", SIGNATURE) for part in ("id", "timestamp", "signature")),
        ],
    }


SCHEMES = {
    OPERATOR: {"type": "http", "scheme": "bearer", "description": "A token of `OPERATOR_TOKENS`: all customers."},
    PORTAL: {
        "type": "http",
        "scheme": "bearer",
        "description": "A token of `PORTAL_TOKENS`: the customers' view; sends events where no webhook secret is set.",
    },
    SESSION: {
        "type": "apiKey",
        "in": "cookie",
        "name": "__Host-cancellations",
        "description": "A session of `POST /customer-sessions`, for its own customer alone. The cookie is called "
        "`cancellations` where `PUBLIC_URL` is not https.",
    },
    SIGNED: {
        "type": "apiKey",
        "in": "header",
        "name": "webhook-signature",
        "description": "Standard Webhooks, with a secret of `WEBHOOK_SECRET`; where one is set, all events need it.",
    },
}
"""The authorities, as OpenAPI names them."""


def add_guards(method: str, responses: dict[str, Any]) -> None:
    """Add to the answers of a call those of the guards that stand before each."""
    sending = (403, 413, 415) if method == "post" else ()
    tries = (429,) if "401" in responses else ()
    for status, described in problems(*sending, 421, *tries).items():
        responses.setdefault(str(status), described)


class DescribedApp(FastAPI):
    """An application whose `/openapi.json` also has the schemas that are only referred to, and the authorities."""

    def openapi(self) -> dict[str, Any]:
        """The document, made once."""
        document = super().openapi()
        schemas = document["components"]["schemas"]
        for model in (
            ProblemDocument,
            CloudEventDocument,
            Request,
            Confirmation,
            Beginning,
            Rejection,
            BulkBy,
            BulkRequest,
            Comment,
            Doing,
            HandOver,
            Step,
            AskedConsequence,
            CustomerSession,
            CalendarChange,
            FreezeOrder,
            FreezeRelease,
        ):
            if model.__name__ not in schemas:
                schema = model.model_json_schema(ref_template=REFERENCE)
                schemas |= schema.pop("$defs", {}) | schemas | {model.__name__: schema}
        document["components"]["securitySchemes"] = SCHEMES
        for calls in document["paths"].values():
            for method, call in calls.items():
                add_guards(method, call["responses"])
        return document
