"""All routes of the customers' pages."""

from fastapi import APIRouter

from pages import site
from pages.my import acts, board, calendar, case, live, mails, receipt, several, start, what_if

router = APIRouter()
for module in (site, board, calendar, what_if, start, several, live, receipt, mails, case, acts):
    router.include_router(module.router)
