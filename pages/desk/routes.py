"""All pages of the desk."""

from fastapi import APIRouter

from pages.desk import administration, bulk, freeze, site

router = APIRouter()
for module in (site, bulk, freeze, administration):
    router.include_router(module.router)
