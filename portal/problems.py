"""Refusals as `application/problem+json` (RFC 9457): the status is that of the code."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from starlette.responses import JSONResponse
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from catalogue.texts import known, say
from states.model.codes import status_of
from states.model.payload_errors import faults_of
from states.views.refusals import with_fault

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "5"
"""Seconds after which a caller may try again."""

SAID_HERE = (
    *("not_found", "method_not_allowed", "internal", "unknown_task", "unknown_run"),
    *("ended", "changed", "unauthorised", "forbidden", "not_enabled", "id_reused"),
)
"""The problems whose text is that of their fault, where they name one."""
PARAMETERS = {"customer": "customer", "workflow_id": "workflow_id", "run_id": "run_id", "task": "task_id"}
"""The faults of parameters that are wrongly formed."""


@dataclass(eq=False)
class PortalProblem(Exception):
    """A call cannot be taken. `code` is one of `states.model.codes`; `text` is made from `values` where not given.

    `customer`: whom it concerns, for the language of the text; `language`: that of `text`. `reading`: the call only
    read. `status`: that of the code unless given.
    """

    code: str
    _: KW_ONLY
    rule: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    text: str | None = None
    enabled: tuple[str, ...] = ()
    current: dict[str, Any] | None = None
    customer: str | None = None
    language: str | None = None
    status: int = 0
    headers: Mapping[str, str] | None = None
    reading: bool = False

    def __post_init__(self) -> None:
        super().__init__(self.code)
        self.status = self.status or status_of(self.code)
        defaults = {503: {"Retry-After": RETRY_AFTER}, 401: {"WWW-Authenticate": "Bearer"}}.get(self.status, {})
        self.headers = defaults | dict(self.headers or {})


def malformed(fault: Any, /, **values: Any) -> PortalProblem:
    """The payload is wrong: `fault` is the name of a text `call.<name>`, or what is wrong field by field."""
    return PortalProblem("malformed", values={"fault": fault} | values)


def unknown_customer(customer: str) -> PortalProblem:
    """What a call asks about is not there, since nobody has that number."""
    return PortalProblem("unknown_customer", values={"customer": customer}, status=404)


def wrong_call(errors: Any) -> PortalProblem:
    """What the framework found wrong with a call's parameters or body."""
    for error in errors:
        name = PARAMETERS.get(str(error["loc"][-1])) if error["loc"][0] in ("path", "query") else None
        if name is not None:
            return malformed(name, given=repr(error["input"])[:80])
    within = [error | {"loc": error["loc"][1:] or error["loc"]} for error in errors]
    return malformed(faults_of(within))


def body_of(problem: PortalProblem, language: str) -> dict[str, Any]:
    """The problem document in a language."""
    return {
        "type": f"urn:jtl:cancellation:problem:{problem.code}",
        "title": title_of(problem.code, language, problem.values.get("fault")),
        "status": problem.status,
        "detail": problem.text or text_of(problem, language),
        "code": problem.code,
        "rule": problem.rule,
        "enabled": list(problem.enabled),
        "current": problem.current,
        "language": (problem.text and problem.language) or language,
    }


def title_of(code: str, language: str, fault: Any = None) -> str:
    """The title of a fault that has one of its own, else of its code, else the one of all that have none."""
    keys = (f"title.{name}" for name in (fault, code) if isinstance(name, str))
    return say(language, next((key for key in keys if known(key)), "title.refused"))


def text_of(problem: PortalProblem, language: str) -> str:
    """The text for people: what, why, what now. A fault that has a name becomes its text first."""
    values = with_fault(say, language, problem.values)
    if isinstance(values.get("why"), list):
        values["why"] = "; ".join(say(language, reason["key"], reason) for reason in values["why"])
    fault = values.get("fault")
    has_text = isinstance(fault, str) and known(f"call.{fault}")
    if has_text:
        values["fault"] = say(language, f"call.{fault}", values)
    if has_text and problem.code in SAID_HERE:
        return str(values["fault"])
    if problem.reading and known(f"reading.{problem.code}"):
        return say(language, f"reading.{problem.code}", values)
    for prefix in ("problem", "refusal"):
        try:
            return say(language, f"{prefix}.{problem.code}", values)
        except KeyError:
            continue
    return str(values.get("fault") or title_of(problem.code, language))


def response_of(problem: PortalProblem, body: dict[str, Any]) -> JSONResponse:
    """The problem document as an answer."""
    headers = dict(problem.headers or {})
    return JSONResponse(body, status_code=problem.status, headers=headers, media_type=MEDIA_TYPE)


def refused_by_run(error: WorkflowUpdateFailedError) -> PortalProblem:
    """What a run said no to: `details[0]` is the problem, the error's type its code."""
    cause = error.cause
    details = cause.details[0] if isinstance(cause, ApplicationError) and cause.type and cause.details else None
    if not isinstance(cause, ApplicationError) or not isinstance(details, dict) or not details:
        return PortalProblem("internal", values={"fault": "internal"})
    return PortalProblem(
        str(details.get("code") or cause.type),
        rule=details.get("rule"),
        text=str(details.get("text") or cause.message),
        enabled=tuple(details.get("enabled") or ()),
        current=details.get("current"),
        language=(details.get("current") or {}).get("language"),
    )
