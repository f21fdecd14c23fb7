"""The calls for receipts: those of a case as documents, signed or to print; and the keys that check the signatures."""

import json
from typing import Annotated, Any

from fastapi import APIRouter, Path, Request
from fastapi.responses import JSONResponse, Response

from activities.receipts.keys import receipt_keys
from activities.receipts.printed import file_name, pdf_of
from activities.sql.issued_receipts import IssuedReceipt
from catalogue.accepted import weights
from portal import openapi_examples
from portal.authority import CurrentAuthority
from portal.context import Portal
from portal.openapi import BY_ANYBODY, answer, problems, secured
from portal.parameters import AddressedRun, CurrentPortal, RunId
from portal.problems import PortalProblem
from portal.schemas import KeySet, ReceiptAnswer, ReceiptsAnswer

JWS, PDF = "application/jose", "application/pdf"
FORMS = {"json": "application/json", "jws": JWS, "pdf": PDF}
NAMED = r"^[1-9][0-9]{0,5}(\.(json|jws|pdf))?$"
"""A receipt's number, perhaps with the form in which it is asked for."""
KEPT_AN_HOUR = {"Cache-Control": "public, max-age=3600"}

router = APIRouter()


@router.get(
    "/cancellations/{kind}/{customer}/{subject}/receipts",
    tags=["customers"],
    summary="The receipts of a case, in order",
    responses=answer(200, ReceiptsAnswer, openapi_examples.RECEIPTS, "What `cancellations verify` reads")
    | problems(401, 404, 422, 503),
    openapi_extra=secured(*BY_ANYBODY),
)
async def receipts(
    workflow_id: AddressedRun,
    authority: CurrentAuthority,
    portal: CurrentPortal,
    run_id: RunId = None,
) -> JSONResponse:
    """Of the newest run, or of the one that `run_id` names; none where nothing has arrived yet."""
    authority.check_run(workflow_id, run_id)
    return JSONResponse(await receipts_of(portal, workflow_id, run_id))


@router.get(
    "/cancellations/{kind}/{customer}/{subject}/receipts/{name}",
    tags=["customers"],
    summary="A receipt: as JSON, as JWS (`Accept: application/jose`, or `.jws`) or as PDF (`application/pdf`, `.pdf`)",
    responses=answer(200, ReceiptAnswer, openapi_examples.RECEIPT, "The receipt") | problems(401, 404, 422, 503),
    openapi_extra=secured(*BY_ANYBODY),
)
async def receipt(
    workflow_id: AddressedRun,
    name: Annotated[str, Path(pattern=NAMED, examples=["1", "1.pdf"])],
    request: Request,
    authority: CurrentAuthority,
    portal: CurrentPortal,
    run_id: RunId = None,
) -> Response:
    """Of the newest run, or of the one that `run_id` names."""
    number, _, form = name.partition(".")
    authority.check_run(workflow_id, run_id)
    found = await receipt_of(portal, workflow_id, run_id, int(number))
    return await in_form(portal, found, form or form_of(request))


@router.get(
    "/.well-known/jwks.json",
    tags=["customers"],
    summary="The public keys by which receipts are signed, as a JWK set (RFC 7517)",
    responses=answer(200, KeySet, openapi_examples.KEYS, "The keys, each with its `kid`") | problems(503),
)
async def keys(portal: CurrentPortal) -> JSONResponse:
    """For everybody: who has a receipt may check it anywhere."""
    found = await portal.adapters.database.in_thread(receipt_keys, portal.settings)
    return JSONResponse(found.published(), headers=KEPT_AN_HOUR)


async def receipts_of(portal: Portal, workflow_id: str, run_id: str | None = None) -> dict[str, Any]:
    """The receipts of a run, the newest unless `run_id` says which. Raises `unknown_run`, `unavailable`."""
    found = await issued(portal, workflow_id, run_id)
    return {"workflow_id": workflow_id, "items": [entry_of(receipt) for receipt in found]}


async def receipt_of(portal: Portal, workflow_id: str, run_id: str | None, number: int) -> IssuedReceipt:
    """One of them. Raises `not_found` where the run has none of that number."""
    for receipt in await issued(portal, workflow_id, run_id):
        if receipt.number == number:
            return receipt
    values = {"fault": "receipt", "number": number, "workflow_id": workflow_id}
    raise PortalProblem("not_found", values=values, customer=workflow_id.split("/")[1])


async def issued(portal: Portal, workflow_id: str, run_id: str | None) -> tuple[IssuedReceipt, ...]:
    """The receipts of a run, from the database alone; where there are none, the run must be known."""
    kept = portal.adapters.issued_receipts
    found = await portal.adapters.database.in_thread(
        lambda: kept.of_run(workflow_id, run_id) if run_id else kept.of_newest(workflow_id)
    )
    if not found:
        await portal.runs.reader.read(workflow_id, run_id)
    return found


def entry_of(receipt: IssuedReceipt) -> dict[str, Any]:
    """A receipt as the portal answers it."""
    document = json.loads(receipt.content)
    entry = ReceiptAnswer(
        number=receipt.number,
        event=document["event"],
        title=document["title"],
        issued_at=receipt.issued_at,
        sha256=receipt.sha256,
        document=document,
        jws=receipt.jws,
    )
    return entry.model_dump(mode="json")


def form_of(request: Request) -> str:
    """The form that the caller would rather have, of several the one named first; JSON unless another is wanted."""
    accepted = weights(request.headers.get("accept", ""))
    wanted = {name: accepted[media_type] for media_type in accepted for name in FORMS if FORMS[name] == media_type}
    anything = max(accepted.get("application/*", 0.0), accepted.get("*/*", 0.0))
    wanted.setdefault("json", anything)
    return max(wanted, key=wanted.__getitem__) if any(wanted.values()) else "json"


async def in_form(portal: Portal, receipt: IssuedReceipt, form: str) -> Response:
    """The answer in that form; a file is named after case and number."""
    headers = {"Vary": "Accept"}
    if form == "json":
        return JSONResponse(entry_of(receipt), headers=headers)
    headers |= {"Content-Disposition": f'attachment; filename="{file_name(receipt, form)}"'}
    if form == "jws":
        return Response(receipt.jws, media_type=JWS, headers=headers)
    made = await portal.adapters.database.in_thread(pdf_of, receipt, portal.settings)
    return Response(made, media_type=PDF, headers=headers)
