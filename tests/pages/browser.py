"""A person at a browser: the portal on a port of its own, as the program serves it, a worker, the system's Chromium.

Nothing is faked. A test says `shop.visit("K-1001", "/my")` and plays on with Playwright's page.
"""

import asyncio
import shutil
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import uvicorn
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, BrowserContext, Page, async_playwright

from portal.app import create_app
from portal.connections import Limits
from portal.server import config_of
from tests.pages.sessions import log_in, log_in_operator
from tests.runs.harness import World, new_namespace, settings_of, working

ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
DESK, PHONE, ZOOMED, NARROWEST = (1280, 900), (360, 740), (640, 450), (320, 256)
"""Sizes of a window in pixels of CSS; ZOOMED is a desk at a zoom of 200 %, NARROWEST at 400 % (WCAG 1.4.10)."""
LOOKED_AT_WITHIN = 120
"""Seconds after which a look at a page counts as one that has no end, on a busy machine too."""
SPACED = """() => {
  const sheet = new CSSStyleSheet();
  sheet.replaceSync("* { line-height: 1.5 !important; letter-spacing: .12em !important }"
    + "* { word-spacing: .16em !important } p { margin-bottom: 2em !important }");
  document.adoptedStyleSheets = [sheet];
}"""
"""The spacing of text that a reader may set himself (WCAG 1.4.12)."""
AXE = {"resultTypes": ["violations"], "rules": {"target-size": {"enabled": True}}}
"""All of axe's rules, with the one of WCAG 2.2 that is off by default."""
WIDER = """() => [...document.querySelectorAll("body *")]
  .filter((part) => getComputedStyle(part).position !== "absolute")
  .filter((part) => part.getBoundingClientRect().right > innerWidth + 1)
  .map((part) => `${part.tagName} ${part.className} ${(part.textContent || "").trim().slice(0, 40)}`)"""
"""What is wider than the window."""


@dataclass
class Shop:
    """A system that a person visits: the worker's world, the portal's address, and a browser."""

    world: World
    address: str
    browser: Browser

    async def window(
        self,
        size: tuple[int, int] = DESK,
        *,
        scheme: Literal["light", "dark"] = "light",
        language: str = "de-DE",
        scripts: bool = True,
    ) -> BrowserContext:
        """A window with cookies of its own. `scripts`: whether JavaScript runs in it."""
        width, height = size
        context = await self.browser.new_context(
            base_url=self.address,
            viewport={"width": width, "height": height},
            color_scheme=scheme,
            locale=language,
            java_script_enabled=scripts,
        )
        context.set_default_timeout(15_000)
        return context

    async def visit(self, customer: str, path: str = "/my", **window: Any) -> Page:
        """A page as the customer sees it who is logged in, in a window of its own (`window`)."""
        context = await self.window(**window)
        await log_in(context, self.world.settings, self.address, customer)
        page = await context.new_page()
        await page.goto(path)
        return page

    async def at_desk(self, path: str = "/desk", name: str = "anna", **window: Any) -> Page:
        """A page as the operator sees it who is logged in, in a window of its own (`window`)."""
        context = await self.window(**window)
        page = await context.new_page()
        await log_in_operator(page, self.world.settings, name)
        await page.goto(path)
        return page


@asynccontextmanager
async def open_shop(server_address: str, folder: Path, **settings: Any) -> AsyncIterator[Shop]:
    """The whole system on a namespace of a development server, and a browser."""
    listening = socket.create_server(("127.0.0.1", 0))
    port = listening.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    env = await new_namespace(server_address)
    async with working(env, settings_of(folder, portal_port=port, public_url=address, **settings)) as world:
        app = await asyncio.to_thread(create_app, env.client, world.settings)
        config = config_of(app, Limits())
        config.timeout_graceful_shutdown = 1
        server = uvicorn.Server(config)
        serving = asyncio.create_task(server.serve([listening]))
        try:
            async with async_playwright() as playwright:
                browser = await playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
                yield Shop(world, address, browser)
                await browser.close()
        finally:
            server.should_exit = True
            await serving


def chromium() -> str:
    """The system's browser: no package of Python, so that whoever runs the tests installs it."""
    path = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    assert path, "Chromium is missing, which the tests of pages drive: apt-get install chromium (see CONTRIBUTING.md)"
    return path


async def check_page(page: Page) -> None:
    """What every page must be, in any state: axe finds nothing, in light and in dark, and nothing sticks out.

    In front of other tabs: one that lies behind another may never be drawn anew, and what waits for that has no end.
    """
    async with asyncio.timeout(LOOKED_AT_WITHIN):
        await page.bring_to_front()
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme)
            found = await Axe().run(page, options=AXE)
            assert not found.violations_count, f"{page.url} in {scheme}:\n{found.generate_report()}"
        await check_width(page)


async def check_width(page: Page) -> None:
    """Nobody must scroll sideways, at whatever width, zoom and spacing of text the page is looked at."""
    present = page.viewport_size
    for width, height, spaced in (
        (*DESK, False),
        (*ZOOMED, False),
        (*PHONE, False),
        (*NARROWEST, False),
        (*PHONE, True),
    ):
        await page.evaluate(SPACED if spaced else "document.adoptedStyleSheets = []")
        await page.set_viewport_size({"width": width, "height": height})
        wider = await page.evaluate("document.documentElement.scrollWidth") - width
        assert wider <= 0, f"{page.url} is {wider} px too wide at {width} px: {await page.evaluate(WIDER)}"
    await page.evaluate("document.adoptedStyleSheets = []")
    if present:
        await page.set_viewport_size(present)
