"""All routes of the customers' pages."""

from fastapi import APIRouter

from pages import site
from pages.my import acts, board, calendar, case, live, several, start

router = APIRouter()
for module in (site, board, calendar, start, several, live, case, acts):
    router.include_router(module.router)
