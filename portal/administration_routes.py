"""The call by which administrators see what runs."""

from fastapi import APIRouter
from fastapi.responses import JSONResponse

from portal.administration import administration as administration_of
from portal.administration_examples import ADMINISTRATION
from portal.administration_schemas import Administration
from portal.authority import AdminAuthority
from portal.openapi import OPERATOR, answer, problems, secured
from portal.parameters import AskedLanguage, CurrentPortal

router = APIRouter(tags=["operators"])


@router.get(
    "/administration",
    summary="What runs, the settings in force, the catalogue's versions, the last comparison, and freezes",
    responses=answer(200, Administration, ADMINISTRATION, "As of now") | problems(401, 403, 422, 503),
    openapi_extra=secured(OPERATOR),
)
async def administration(_: AdminAuthority, portal: CurrentPortal, language: AskedLanguage) -> JSONResponse:
    """No secret is in it: of those it says only whether they are set. Findings are told in German or English."""
    return JSONResponse(await administration_of(portal, language or "en"))
