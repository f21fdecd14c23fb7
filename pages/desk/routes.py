"""All pages of the desk."""

from fastapi import APIRouter

from pages.desk import bulk, freeze, site

router = APIRouter()
for module in (site, bulk, freeze):
    router.include_router(module.router)
