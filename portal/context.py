"""What every call of one application shares."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import Request
from standardwebhooks import Webhook

from activities.adapters import Adapters
from catalogue.accepted import preferred_language, weights
from catalogue.loader import Catalogues
from portal.credentials import Credentials
from portal.intake import Intake
from portal.metrics import Metrics
from portal.readiness import Readiness
from portal.run_client import RunClient
from portal.sessions import Sessions
from settings import Settings, ShownSetting

if TYPE_CHECKING:
    from portal.identity_provider import Provider


@dataclass(frozen=True)
class Portal:
    """One application's parts. `trusted`: called in process by the command line; nobody has to prove anything.
    `off`: what the settings leave off, `shown_settings`: what may be shown of them; they themselves hold no tokens any
    more.

    Errors of the database that may pass are answered as `unavailable` (`portal.app`).
    """

    settings: Settings
    readiness: Readiness
    catalogues: Catalogues
    adapters: Adapters
    runs: RunClient
    intake: Intake
    metrics: Metrics
    webhooks: tuple[Webhook, ...]
    credentials: Credentials
    sessions: Sessions
    provider: "Provider | None"
    off: tuple[str, ...]
    shown_settings: tuple[ShownSetting, ...]
    guards: bool
    trusted: bool

    @property
    def guarded(self) -> bool:
        """Whether who calls must show an authority."""
        return self.guards and not self.trusted


def portal_of(request: Request) -> Portal:
    """The parts of the application that got this call."""
    portal: Portal = request.app.state.portal
    return portal


# Asynchronous, since FastAPI asks what is not in a thread.


async def current_portal(request: Request) -> Portal:
    """The parts of the application that got this call."""
    return portal_of(request)


def takes_pages(request: Request) -> bool:
    """Whether the caller would rather have HTML than JSON, as browsers would; who names neither gets JSON."""
    accepted = weights(request.headers.get("accept", ""))
    return accepted.get("text/html", 0.0) > accepted.get("application/json", 0.0)


def requested_language(request: Request) -> str | None:
    """German or English where the caller asks for one of them."""
    return preferred_language(request.headers.get("accept-language", ""))
