"""All pages of the desk."""

from pages.desk import administration, bulk, cases, freeze, mails, overview, site, start, task, tasks
from pages.room import Room

router = Room(site.DESK)
for module in (site, cases, start, mails, tasks, bulk, freeze, overview, administration, task):
    router.include_router(module.router)
