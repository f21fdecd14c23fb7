"""All pages of the desk."""

from fastapi import APIRouter

from pages.desk import administration, bulk, freeze, overview, site, task, tasks

router = APIRouter()
for module in (site, tasks, bulk, freeze, overview, administration, task):
    router.include_router(module.router)
