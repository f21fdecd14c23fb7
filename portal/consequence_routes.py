"""What a decision would do, said before it is sent."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from activities.mail.messages import addressee, link_of
from activities.mail.words import words_of
from activities.ports import AdapterError
from portal import openapi_examples
from portal.authority import Authority, OperatorAuthority
from portal.context import Portal
from portal.first_come import too_late
from portal.freezes import standing_freeze
from portal.incoming import check_own
from portal.json_body import JsonBody
from portal.openapi import OPERATOR, answer, body, problems, secured
from portal.operator_routes import payload_of, row_of
from portal.parameters import AskedLanguage, CurrentPortal, TaskId
from portal.problems import PortalProblem, malformed
from portal.schemas import AskedConsequence, ConsequenceDocument
from portal.shown import with_names
from portal.strict_json import read_document
from portal.told_in import told_in
from states.model.effects import Notify, Step

router = APIRouter(tags=["operators"])


@router.post(
    "/tasks/{task}/consequence",
    summary="What a decision would do, before it is sent",
    responses=answer(200, ConsequenceDocument, openapi_examples.CONSEQUENCE, "Nothing has changed")
    | problems(401, 403, 404, 422, 503),
    openapi_extra=body(openapi_examples.ASKED_CONSEQUENCE, "AskedConsequence") | secured(OPERATOR),
)
async def consequence(
    task: TaskId, authority: OperatorAuthority, data: JsonBody, portal: CurrentPortal, language: AskedLanguage
) -> JSONResponse:
    """`confirm` or `reject` with the payload of that call; the texts in the language that is asked for."""
    for payload in data.values() if isinstance(data, dict) else ():
        check_own(payload)
    asked = read_document(AskedConsequence, data)
    return JSONResponse(await weighed(portal, task, asked, authority, language))


async def weighed(
    portal: Portal, task: str, asked: AskedConsequence, authority: Authority, language: str | None
) -> dict[str, Any]:
    """What a decision would do, asked of the run. Raises `unknown_task`, `malformed` and that it does not answer.

    What the run would refuse is no problem of this call: the answer says it.
    """
    given = {"confirm": asked.confirm, "reject": asked.reject}
    decisions = {name: payload_of(task, decision, authority) for name, decision in given.items() if decision}
    if len(decisions) != 1:
        raise malformed("one_decision")
    row = await row_of(portal, task)
    question = decisions | {"now": datetime.now(UTC).isoformat(), "language": language}
    try:
        said = await portal.runs.reader.weigh(row.workflow_id, question)
    except PortalProblem as problem:
        problem.customer = row.customer
        raise await too_late(portal.runs.reader, row, problem) from problem
    mails = said.pop("mails")
    if language is not None:
        for opened in said["opens"]:
            opened["instructions"] = told_in(opened["instructions"], portal.catalogues, language)
    named = await with_names(portal, said, row.customer)
    return named | await portal.adapters.database.in_thread(beside_it, portal, mails)


def beside_it(portal: Portal, mails: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """What a run does not know of: the words of its mails, and the freeze that holds up what it asks for. Blocks."""
    with portal.adapters.database.read():
        return {"mails": mails_to_come(portal, mails), "freeze": standing_freeze(portal)}


def mails_to_come(portal: Portal, mails: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """The mails as they would go out, with the names of our record; as the run says them where it cannot be read.

    Blocks.
    """
    return [{"to": mail["to"]} | words_to_come(portal, mail) for mail in mails]


def words_to_come(portal: Portal, mail: dict[str, Any]) -> dict[str, Any]:
    """Subject and text of a mail."""
    step = Step.model_validate(mail["step"])
    assert isinstance(step.effect, Notify)
    try:
        record, former_names = portal.adapters.records.with_former_names(addressee(step, step.effect))
    except AdapterError:
        return {"subject": mail["subject"], "text": mail["text"]}
    link = link_of(step, step.effect, portal.settings)
    text = words_of(step, step.effect, record, former_names, portal.catalogues, portal.settings, link)
    return {"subject": text.subject, "text": text.body}
