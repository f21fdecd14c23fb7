"""Refusals as `application/problem+json` (RFC 9457): the status is that of the code."""

from collections.abc import Mapping
from dataclasses import KW_ONLY, dataclass, field
from typing import Any

from fastapi.responses import JSONResponse
from pydantic import ValidationError
from temporalio.client import WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from catalogue.texts import say
from portal.faults import FAULTS, fault
from states.model import payload_errors
from states.model.codes import status_of
from states.model.payload_errors import faults_of

MEDIA_TYPE = "application/problem+json"
RETRY_AFTER = "5"
"""Seconds after which a caller may try again."""

TITLES: dict[str, dict[str, str]] = {
    "malformed": {"en": "The payload is wrong", "de": "Die Nutzlast ist fehlerhaft"},
    "details_missing": {"en": "Details are missing", "de": "Angaben fehlen"},
    "proof_missing": {"en": "Proof is missing", "de": "Ein Nachweis fehlt"},
    "unknown_task": {"en": "No such task is open", "de": "Diese Aufgabe ist nicht offen"},
    "unknown_run": {"en": "There is no such cancellation", "de": "Diese Kündigung gibt es nicht"},
    "unknown_customer": {"en": "There is no such customer", "de": "Diesen Kunden gibt es nicht"},
    "unauthorised": {"en": "Not allowed", "de": "Nicht erlaubt"},
    "unavailable": {"en": "A system does not answer", "de": "Ein System antwortet nicht"},
    "not_enabled": {"en": "Not possible in this state", "de": "In diesem Zustand nicht möglich"},
    "changed": {"en": "What was seen no longer holds", "de": "Was zu sehen war, gilt nicht mehr"},
    "in_surplus": {"en": "Licences are in surplus", "de": "Es sind Lizenzen überzählig"},
    "too_late": {"en": "Too late", "de": "Zu spät"},
    "ended": {"en": "The cancellation has ended", "de": "Die Kündigung ist beendet"},
    "id_reused": {"en": "The id belongs to another event", "de": "Die id gehört zu einem anderen Ereignis"},
    "not_found": {"en": "No such address", "de": "Diese Adresse gibt es nicht"},
    "method_not_allowed": {"en": "Method not allowed", "de": "Methode nicht erlaubt"},
    "internal": {"en": "A fault on our side", "de": "Ein Fehler auf unserer Seite"},
}
SAID_HERE = ("not_found", "method_not_allowed", "internal", "unknown_task", "unknown_run")
"""The problems whose text is that of their fault, where they name one."""
READING: dict[str, dict[str, str]] = {
    "malformed": {"en": "This cannot be answered: {fault}.", "de": "Das lässt sich nicht beantworten: {fault}."},
    "unauthorised": {
        "en": "The credentials are missing or wrong. Send a valid token.",
        "de": "Die Berechtigung fehlt oder stimmt nicht. Senden Sie ein gültiges Token mit.",
    },
    "unavailable": {
        "en": "The system cannot be reached at the moment. Ask again shortly.",
        "de": "Das System ist gerade nicht erreichbar. Fragen Sie in Kürze noch einmal.",
    },
}
"""What is said to a call that only reads: nothing could have been changed or lost."""
PARAMETERS = {"customer": "customer", "workflow_id": "workflow_id", "run_id": "run_id", "task": "task_id"}
"""The faults of parameters that are wrongly formed."""
REFUSED = {"en": "The request is refused", "de": "Die Anfrage ist abgelehnt"}


@dataclass(eq=False)
class PortalProblem(Exception):
    """A call cannot be taken. `code` is one of `states.model.codes`; `text` is made from `values` where not given.

    `customer`: whom it concerns, for the language of the text. `reading`: the call only read. `status`: that of the
    code unless given.
    """

    code: str
    _: KW_ONLY
    rule: str | None = None
    values: Mapping[str, Any] = field(default_factory=dict)
    text: str | None = None
    enabled: tuple[str, ...] = ()
    current: dict[str, Any] | None = None
    customer: str | None = None
    status: int = 0
    headers: Mapping[str, str] | None = None
    reading: bool = False

    def __post_init__(self) -> None:
        super().__init__(self.code)
        self.status = self.status or status_of(self.code)
        defaults = {503: {"Retry-After": RETRY_AFTER}, 401: {"WWW-Authenticate": "Bearer"}}.get(self.status, {})
        self.headers = defaults | dict(self.headers or {})


def malformed(name: str, /, **values: Any) -> PortalProblem:
    """The payload is wrong: `name` is a key of `portal.faults`."""
    return PortalProblem("malformed", values={"fault": name} | values)


def malformed_fields(error: ValidationError) -> PortalProblem:
    """The payload is wrong, field by field."""
    return PortalProblem("malformed", values={"fault": faults_of(error.errors())})


def wrong_call(errors: Any) -> PortalProblem:
    """What the framework found wrong with a call's parameters or body."""
    for error in errors:
        name = PARAMETERS.get(str(error["loc"][-1])) if error["loc"][0] in ("path", "query") else None
        if name is not None:
            return malformed(name, given=repr(error["input"])[:80])
    within = [error | {"loc": error["loc"][1:] or error["loc"]} for error in errors]
    return PortalProblem("malformed", values={"fault": faults_of(within)})


def body_of(problem: PortalProblem, language: str) -> dict[str, Any]:
    """The problem document in a language."""
    titles = TITLES.get(problem.code, REFUSED)
    return {
        "type": f"urn:jtl:cancellation:problem:{problem.code}",
        "title": titles[language],
        "status": problem.status,
        "detail": problem.text or text_of(problem, language),
        "code": problem.code,
        "rule": problem.rule,
        "enabled": list(problem.enabled),
        "current": problem.current,
    }


def text_of(problem: PortalProblem, language: str) -> str:
    """The text for people: what, why, what now. A fault that has a name becomes its text first."""
    values = dict(problem.values)
    name = values.get("fault")
    if isinstance(name, list):
        values["fault"] = payload_errors.text_of(say, language, name)
    elif name in FAULTS:
        values["fault"] = fault(language, name, values)
    if problem.code in SAID_HERE and not isinstance(name, list) and name in FAULTS:
        return str(values.get("fault"))
    if problem.reading and problem.code in READING:
        return READING[problem.code][language].format(fault=str(values.get("fault")).rstrip("."))
    for prefix in ("problem", "refusal"):
        try:
            return say(language, f"{prefix}.{problem.code}", values)
        except KeyError:
            continue
    return str(values.get("fault") or TITLES.get(problem.code, REFUSED)[language])


def response_of(body: dict[str, Any], headers: Mapping[str, str] | None = None) -> JSONResponse:
    """A problem document as an answer."""
    return JSONResponse(body, status_code=body["status"], headers=dict(headers or {}), media_type=MEDIA_TYPE)


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
    )
