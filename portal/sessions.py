"""Customers' sessions: links that are entered once, cookies, and what each form carries; all signed.

A link says whose session it begins, and to which page it leads. Its ID is the session's: entering keeps it
(`activities.sql.customer_sessions`), so the link is used up, at every portal, and a session can be ended.
"""

import hashlib
import re
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from itsdangerous import BadData, Signer, URLSafeSerializer

from activities.kept_secrets import kept_secret
from settings import PREFIX, Settings, origin_of

LINK_LASTS = timedelta(hours=1)
"""How long a link may be entered."""
SIGNED: dict[str, Any] = {"key_derivation": "hmac", "digest_method": hashlib.sha256}
ADDRESS = re.compile(r"https?://[A-Za-z0-9\-._~:/?#\[\]@!$&()*+,;=%]+")
"""An address that can stand in a header and in a page as it is, and that browsers read as we do."""
KEY_FILE = "session.key"
"""In `STATE_DIR`, where no secret is set."""


@dataclass(frozen=True)
class Session:
    """A customer's session. `return_url`: where the vendor wants him back."""

    id: str
    customer: str
    language: str
    return_url: str | None


@dataclass(frozen=True)
class Link:
    """What a link says: the session that it begins, the page that it leads to, until when it may be entered."""

    session: Session
    page: str
    until: datetime


@dataclass(frozen=True)
class Sessions:
    """Signs and reads links, cookies and forms under these settings. No method asks the database."""

    settings: Settings

    @cached_property
    def keys(self) -> tuple[str, ...]:
        """The secrets, the one that signs last. Raises `Misconfigured` where none is set and none can be kept."""
        given = tuple(secret.get_secret_value() for secret in self.settings.session_secret)
        if given:
            return given[::-1]
        path = self.settings.state_dir / KEY_FILE
        return (kept_secret(path, lambda: secrets.token_urlsafe(32), f"{PREFIX}SESSION_SECRET"),)

    def prove(self) -> None:
        """Raise `Misconfigured` now, and not when a customer comes. Blocks."""
        assert self.keys

    @property
    def secure(self) -> bool:
        """Whether browsers reach the portal by TLS."""
        return self.settings.public_url.startswith("https://")

    @property
    def cookie(self) -> str:
        """The cookie's name. With `__Host-` a browser takes it from this very host alone, over TLS."""
        return "__Host-cancellations" if self.secure else "cancellations"

    def address(self, link: Link) -> str:
        """The address by which a link is entered."""
        document = asdict(link.session) | {"page": link.page, "until": int(link.until.timestamp())}
        return f"{self.settings.public_url}/my/enter?link={self.signed('link', document)}"

    def link_of(self, text: str) -> Link | None:
        """The link, entered in time or not; None where it is not ours."""
        document = self.unsigned("link", text)
        if document is None:
            return None
        page, until = document.pop("page"), datetime.fromtimestamp(document.pop("until")).astimezone()
        return Link(Session(**document), page, until)

    def cookie_of(self, session: Session) -> str:
        """What the cookie of a session holds."""
        return self.signed("session", asdict(session))

    def session_of(self, cookie: str) -> Session | None:
        """The session of a cookie, whether it is open or not; None where it is not ours."""
        document = self.unsigned("session", cookie)
        return None if document is None else Session(**document)

    def form_token(self, session: str) -> str:
        """What each form of a session carries, by the session's ID: no other site can know it."""
        return self.signer.get_signature(session).decode()

    def is_form_token(self, session: str, given: str) -> bool:
        """Whether that is what a form of this session carries. Compared in constant time."""
        return self.signer.verify_signature(session, given.encode("utf-8", "replace"))

    def may_return_to(self, url: str) -> bool:
        """Whether a customer may be led there."""
        return ADDRESS.fullmatch(url) is not None and origin_of(url) in self.settings.return_origins

    @cached_property
    def signer(self) -> Signer:
        """Signs forms."""
        return Signer(self.keys, salt="cancellations form", **SIGNED)

    def signed(self, what: str, document: dict[str, Any]) -> str:
        """A document as a text that nobody else can make; one thing is never taken for another."""
        return str(URLSafeSerializer(self.keys, salt=f"cancellations {what}", signer_kwargs=SIGNED).dumps(document))

    def unsigned(self, what: str, text: str) -> dict[str, Any] | None:
        """The document that was signed; None for anything else. Every key is tried."""
        try:
            document = URLSafeSerializer(self.keys, salt=f"cancellations {what}", signer_kwargs=SIGNED).loads(text)
        except BadData:
            return None
        return dict(document)


def new_session(customer: str, language: str, return_url: str | None) -> Session:
    """A session of which nobody knows yet."""
    return Session(secrets.token_urlsafe(18), customer, language, return_url)
