"""All routes of the customers' pages."""

from pages import site
from pages.my import acts, board, calendar, case, live, mails, receipt, several, start, what_if
from pages.room import Room

router = Room("/my")
for module in (site, board, calendar, what_if, start, several, live, receipt, mails, case, acts):
    router.include_router(module.router)
