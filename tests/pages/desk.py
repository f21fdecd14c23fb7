"""The whole system in process, and a customer's browser without a window."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx

from portal.app import build
from tests.pages.forms import Browser
from tests.pages.sessions import logged_in
from tests.runs.harness import World, new_namespace, settings_of, working

EXAMPLES = [json.loads(line) for line in Path("examples/customers.jsonl").read_text(encoding="utf-8").splitlines()]


@dataclass
class Desk:
    """A system whose portal is called in process."""

    world: World
    app: Any

    async def browser(self, customer: str, language: str = "de") -> Browser:
        """The browser of a customer who is logged in."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        http = httpx.AsyncClient(transport=transport, base_url=self.world.settings.public_url)
        await logged_in(http, self.world.settings, customer, language)
        return Browser(http)

    async def operator(self, name: str = "anna", language: str = "de") -> Browser:
        """The browser of an operator who is logged in."""
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        http = httpx.AsyncClient(transport=transport, base_url=self.world.settings.public_url)
        browser = Browser(http, {"accept": "text/html", "accept-language": language})
        page = await browser.open("/desk/login")
        tokens = self.world.settings.operator_tokens.get(name)
        given = ("token", tokens[0].get_secret_value()) if tokens else ("name", name)
        form = page.form("given")
        await browser.send(form, [field for field in form.fields if field[0] != given[0]] + [given])
        return browser

    async def status(self, workflow_id: str) -> dict[str, Any]:
        """How a run stands, by its own word."""
        return await self.world.run(workflow_id).status()


@asynccontextmanager
async def open_desk(server_address: str, folder: Path, **settings: Any) -> AsyncIterator[Desk]:
    """A worker and the portal on a namespace of a development server, with the example customers."""
    env = await new_namespace(server_address)
    async with working(env, settings_of(folder, **settings)) as world:
        await world.load(*EXAMPLES)
        app = build(env.client, world.settings, trusted=False)
        try:
            yield Desk(world, app)
        finally:
            app.state.portal.adapters.close()
