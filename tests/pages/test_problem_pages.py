"""Addresses behind which there is nothing: what the customer does not have is said to be not his."""

import pytest

from tests.pages.desk import Desk

pytestmark = pytest.mark.server
NOT_HELD = "Das haben Sie nicht"
PAGES = {
    "edition/nope": (404, NOT_HELD),
    "edition/wms": (404, NOT_HELD),
    "pos/NOPE": (404, NOT_HELD),
    "marketplace_transfer/NOPE": (404, NOT_HELD),
    "order_package/nope": (404, NOT_HELD),
    "nokind/x": (404, "Diese Adresse gibt es nicht"),
    "edition/jtl": (200, "JTL Pro"),
    "order_package/orders": (200, "Auftragspaket"),
    "marketplace_transfer/M-61": (200, "Kaufland Modehaus"),
    "pos/TT-61": (200, "Sendungsverfolgung"),
}
"""A number of the customer's under another kind is his: he is told by which request it ends (G1)."""


async def test_nothing_begins_of_what_is_not_held(desk: Desk):
    browser = await desk.browser("K-1006")
    for path, (status, title) in PAGES.items():
        page = await browser.open(f"/my/cancel/{path}")
        assert (page.status, title in page.text) == (status, True), (path, page.text)
        assert "schon das Kleinste" not in page.text, path
