"""All pages of the desk."""

from fastapi import APIRouter

from pages.desk import administration, bulk, freeze, overview, site, tasks

router = APIRouter()
for module in (site, tasks, bulk, freeze, overview, administration):
    router.include_router(module.router)
