"""All pages of the desk."""

from fastapi import APIRouter

from pages.desk import site

router = APIRouter()
for module in (site,):
    router.include_router(module.router)
