"""All routes of the customers' pages."""

from fastapi import APIRouter

from pages import site
from pages.my import board

router = APIRouter()
for module in (site, board):
    router.include_router(module.router)
