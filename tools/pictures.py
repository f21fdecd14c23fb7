"""Pictures of the pages for docs/images: `python -m tools.pictures`, beside a fresh `make run`.

Plays one customer's way from the board to the receipt in German, as README.md tells it, then looks through the
operators' desk, and takes each page as wide as a desk and as narrow as a phone, light and dark.
"""

import re
import sys
from pathlib import Path
from typing import Literal

from playwright.sync_api import Page, sync_playwright

FOLDER = Path(__file__).resolve().parents[1] / "docs" / "images"
CUSTOMER = "K-1006"
WIDTHS = {"desk": 1280, "phone": 360}
BROWSER = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-sync"]


def take(page: Page, name: str, *, all_four: bool = True) -> None:
    """The page in both widths and both lights, under one name each; or wide and light, narrow and dark alone."""
    lights: tuple[Literal["light", "dark"], ...] = ("light", "dark")
    for light in lights:
        for width, pixels in WIDTHS.items():
            if all_four or (width == "desk") is (light == "light"):
                page.emulate_media(color_scheme=light)
                page.set_viewport_size({"width": pixels, "height": 800})
                page.screenshot(path=FOLDER / f"{name}-{width}-{light}.png", full_page=True)
    page.set_viewport_size({"width": WIDTHS["desk"], "height": 800})


def walk(page: Page, portal: str) -> None:
    """From the board to the receipt."""
    page.goto(f"{portal}/my/enter?customer={CUSTOMER}")
    take(page, "board")
    page.goto(f"{portal}/my/what-if")
    page.get_by_label("JTL Pro").first.check()
    press(page, "Ansehen")
    take(page, "what-if")
    page.goto(f"{portal}/my/cancel/edition/jtl")
    page.get_by_label("JTL Advanced").check()
    for name in ("Folgen ansehen", "Vorgang beginnen", "Gelesen, weiter"):
        press(page, name)
    take(page, "case")
    page.get_by_role("link", name="Abschalten Sendungsverfolgung").click()
    for name in ("Vorgang beginnen", "Wie gewählt abschalten"):
        press(page, name)
    page.get_by_role("link", name="Zurück").first.click()
    order = page.get_by_role("button", name=re.compile("^Zum .* wechseln$"))
    order.wait_for()
    take(page, "order")
    order.click()
    page.get_by_text("Bestätigung Ihres Wechsels").first.wait_for()
    take(page, "after")
    page.get_by_role("link", name="Ansehen").first.click()
    take(page, "receipt")


def look_through_the_desk(page: Page, portal: str) -> None:
    """The rooms of the operators' desk, and one task on its way to a decision."""
    page.goto(f"{portal}/desk/login")
    page.get_by_label("Ihr Name").fill("Anna")
    press(page, "Anmelden")
    take(page, "tasks", all_four=False)
    page.goto(f"{portal}/desk/tasks?type=clarify_term")
    page.locator("a[href^='/desk/tasks/t-']").first.click()
    page.wait_for_load_state()
    take(page, "task", all_four=False)
    for name in ("overview", "calendar", "bulk", "cases"):
        page.goto(f"{portal}/desk/{name}")
        take(page, name, all_four=False)
    page.goto(f"{portal}/desk/cases/edition/{CUSTOMER}/jtl")
    take(page, "desk-case", all_four=False)
    page.goto(f"{portal}/desk/customers/{CUSTOMER}")
    take(page, "customer", all_four=False)


def press(page: Page, name: str) -> None:
    """Press the button of that name, and wait for the page that comes."""
    page.get_by_role("button", name=name).first.click()
    page.wait_for_load_state()


def main(portal: str) -> None:
    """Take all pictures from the portal at this address."""
    FOLDER.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path="/usr/bin/chromium", args=BROWSER)
        page = browser.new_page(locale="de-DE")
        walk(page, portal.rstrip("/"))
        look_through_the_desk(page, portal.rstrip("/"))
        browser.close()


if __name__ == "__main__":
    main(*(sys.argv[1:] or ["http://127.0.0.1:8080"]))
