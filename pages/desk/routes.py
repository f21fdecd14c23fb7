"""All pages of the desk."""

from fastapi import APIRouter

from pages.desk import administration, bulk, cases, freeze, mails, overview, site, start, task, tasks

router = APIRouter()
for module in (site, cases, start, mails, tasks, bulk, freeze, overview, administration, task):
    router.include_router(module.router)
