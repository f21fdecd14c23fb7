"""That the browser of the tests sees what a person would."""

import json
from pathlib import Path

from tests.pages.browser import Shop, check_page

EXAMPLES = [json.loads(line) for line in Path("examples/customers.jsonl").read_text(encoding="utf-8").splitlines()]


async def test_who_is_logged_in_sees_the_page_and_who_is_not_a_page_that_says_so(shop: Shop):
    await shop.world.load(*EXAMPLES)
    page = await shop.visit("K-1001", "/my")
    assert await page.locator("h1").inner_text() == "Meine Verträge"
    await check_page(page)
    stranger = await (await shop.window()).new_page()
    answer = await stranger.goto("/my")
    assert answer and answer.status == 401
    await check_page(stranger)
