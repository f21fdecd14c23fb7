"""All pages of the desk."""

from fastapi import APIRouter

from pages.desk import administration, bulk, freeze, overview, site

router = APIRouter()
for module in (site, bulk, freeze, overview, administration):
    router.include_router(module.router)
