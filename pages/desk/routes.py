"""All pages of the desk."""

from fastapi import APIRouter

from pages.desk import freeze, site

router = APIRouter()
for module in (site, freeze):
    router.include_router(module.router)
