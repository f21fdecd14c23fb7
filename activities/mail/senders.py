"""Mail: `.eml` files in a folder by default, SMTP where configured. The message ID comes from the key."""

import asyncio
import hashlib
import os
import re
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email.errors import MessageError
from email.headerregistry import Address, HeaderRegistry
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import formatdate, parseaddr
from pathlib import Path
from typing import Any, cast
from urllib.parse import unquote, urlsplit

import aiosmtplib
import structlog
from pydantic import SecretStr

from activities.mail.addresses import for_servers
from activities.mail.headers import in_one_line, readable
from activities.ports import AdapterError, Letter, Mail, Misconfigured, Refused, TakenMail, Unavailable
from settings import Settings

log = structlog.get_logger(__name__)
TIMEOUT_S = 20
"""How long a mail server may take for each answer."""
READY_S = 3
"""The same, where only somebody asks whether it is there."""


class HeaderTypes(HeaderRegistry):
    """The type of each header. The library makes it anew for each header of each mail, and leaves it as garbage."""

    def __init__(self) -> None:
        super().__init__()
        self.known: dict[str, type] = {}

    def __getitem__(self, name: str) -> type:
        """The type of a header's values."""
        if name not in self.known:
            self.known[name] = super().__getitem__(name)
        return self.known[name]


POLICY = EmailPolicy(header_factory=HeaderTypes())
"""How mails are written: as the library does by default."""


@dataclass(frozen=True)
class Sender:
    """Who writes: the address with the name that is shown, and where answers go, where that is elsewhere."""

    address: str
    name: str
    reply_to: str = ""

    @property
    def domain(self) -> str:
        """What message IDs end with."""
        return for_servers(self.address).rpartition("@")[2]


def sender_of(settings: Settings) -> Sender:
    """The sender of these settings; one without a name is called as the brand is."""
    name, address = parseaddr(settings.mail_from)
    return Sender(address, name or settings.brand_name, settings.mail_reply_to)


def mail_of(settings: Settings) -> Mail:
    """The way that mail goes under these settings."""
    if settings.smtp_url is None:
        return FolderMail(settings.state_dir / "mail", sender_of(settings))
    return SmtpMail(settings.smtp_url, sender_of(settings))


def message(key: str, letter: Letter, sender: Sender) -> EmailMessage:
    """The mail of a key; its message ID is the same whenever it is made. Raises `Refused` for an impossible address."""
    mail = EmailMessage(POLICY)
    try:
        mail["From"] = Address(in_one_line(sender.name), addr_spec=for_servers(sender.address))
        mail["To"] = [Address(addr_spec=address) for address in recipients_of(letter)]
        if sender.reply_to:
            mail["Reply-To"] = sender.reply_to
        mail["Subject"] = in_one_line(letter.subject)
        mail["Date"] = formatdate()
        write_ids(mail, key, letter, sender.domain)
        mail["Auto-Submitted"] = "auto-generated"
        write_body(mail, letter)
        write_boundaries(mail, key)
    except (ValueError, IndexError, UnicodeError, MessageError):
        raise Refused("the mail cannot be written with this address") from None
    return mail


def recipients_of(letter: Letter) -> list[str]:
    """The addresses as servers know them."""
    return [for_servers(address) for address in letter.to]


def write_ids(mail: EmailMessage, key: str, letter: Letter, domain: str) -> None:
    """The message ID from the key; of the first mail of a thread from the thread, to which the others refer."""
    root = message_id(letter.thread, domain) if letter.thread else None
    mail["Message-ID"] = root if root and letter.opens_thread else message_id(key, domain)
    if root and not letter.opens_thread:
        mail["In-Reply-To"] = root
        mail["References"] = root


def message_id(name: str, domain: str) -> str:
    """The message ID that is made of a name."""
    return f"<{hashlib.sha256(name.encode()).hexdigest()[:40]}@{domain}>"


def write_body(mail: EmailMessage, letter: Letter) -> None:
    """The text, the same as HTML with its pictures, and what goes with the mail."""
    mail.set_content(readable(letter.text) + "\n", cte="quoted-printable")
    if letter.html is not None:
        mail.add_alternative(letter.html, subtype="html", cte="quoted-printable")
        shown = cast(EmailMessage, mail.get_body(("html",)))
        for picture in letter.pictures:
            main, _, sub = picture.media_type.partition("/")
            shown.add_related(picture.content, main, sub, cid=f"<{picture.name}>", disposition="inline")
    for file in letter.attachments:
        main, _, sub = file.media_type.partition("/")
        mail.add_attachment(file.content, main, sub, filename=in_one_line(file.name))


def write_boundaries(mail: EmailMessage, key: str) -> None:
    """What stands between the parts: of the key, and with `=_`, which no encoded part contains.

    Else the library searches all that the mail holds for one that does not occur in it.
    """
    for number, part in enumerate(part for part in mail.walk() if part.is_multipart()):
        part.set_boundary(f"=_{hashlib.sha256(key.encode()).hexdigest()[:24]}_{number}")


@dataclass(frozen=True)
class FolderMail:
    """The port `Mail` as files that any mail program opens; the name comes from the key, so each is written once."""

    folder: Path
    sender: Sender

    async def send(self, key: str, letter: Letter) -> TakenMail:
        """Write the mail unless it is there. Raises `Unavailable` where it cannot be written: the disk is full, say."""
        mail = message(key, letter, self.sender)
        await asyncio.to_thread(self.write, key, mail)
        return TakenMail(str(mail["Message-ID"]), letter.to)

    async def ready(self) -> None:
        """Raises `Misconfigured` where the folder cannot be written, so that who starts a program is told at once."""
        try:
            await asyncio.to_thread(self.try_folder)
        except Unavailable as error:
            raise Misconfigured(str(error)) from None

    def write(self, key: str, mail: EmailMessage) -> None:
        """Write whole or not at all, under a readable name with what tells keys apart that read alike."""
        readable = re.sub(r"[^A-Za-z0-9._-]+", "_", key)[-100:].lstrip("._-")
        target = self.folder / f"{readable}-{hashlib.sha256(key.encode()).hexdigest()[:12]}.eml"
        with self.written():
            if target.exists():
                return
            handle, name = tempfile.mkstemp(dir=self.folder, suffix=".part")
            with os.fdopen(handle, "wb") as file:
                file.write(mail.as_bytes())
            os.replace(name, target)

    def try_folder(self) -> None:
        """Write what leaves nothing behind."""
        with self.written(), tempfile.TemporaryFile(dir=self.folder) as file:
            file.write(b"mail")
            file.flush()

    @contextmanager
    def written(self) -> Iterator[None]:
        """The folder, made where missing. Raises `Unavailable` where it cannot be written."""
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            yield
        except OSError as error:
            raise Unavailable(
                f"{self.folder} cannot be written ({error.strerror}): check CANCELLATIONS_STATE_DIR"
            ) from None


@dataclass(frozen=True)
class SmtpMail:
    """The port `Mail` by SMTP. A retry sends the same message ID, by which mail programs drop the double."""

    url: SecretStr
    sender: Sender

    async def send(self, key: str, letter: Letter) -> TakenMail:
        """Hand the mail to the server; it is sent where one of its addresses is taken, and the log tells of the others.

        Raises `Refused` (this mail, for good), `Unavailable` or `Misconfigured`.
        """
        mail = message(key, letter, self.sender)
        with spoken():
            refused, _ = await aiosmtplib.send(mail, recipients=recipients_of(letter), **self.connection(TIMEOUT_S))
        if refused:
            codes = sorted({answer.code for answer in refused.values()})
            log.error("recipients_refused", message_id=str(mail["Message-ID"]), refused=len(refused), codes=codes)
        taken = tuple(address for address in letter.to if for_servers(address) not in refused)
        return TakenMail(str(mail["Message-ID"]), taken)

    async def ready(self) -> None:
        """Log in, and send nothing. Raises `Unavailable` or `Misconfigured`, naming the server."""
        parts = urlsplit(self.url.get_secret_value())
        try:
            with spoken():
                async with aiosmtplib.SMTP(**self.connection(READY_S)):
                    pass
        except AdapterError as error:
            raise type(error)(f"{parts.scheme}://{parts.hostname}:{parts.port or ''}: {error}") from None

    def connection(self, timeout: int) -> dict[str, Any]:
        """What the address says. A login goes over TLS only, except on this machine. Raises `Misconfigured`."""
        try:
            parts = urlsplit(self.url.get_secret_value())
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port, parts = None, None, urlsplit("")
        if host is None or parts.scheme not in ("smtp", "smtps"):
            raise Misconfigured("CANCELLATIONS_SMTP_URL: write smtp://user:password@host:port or smtps://…")
        encrypted = parts.scheme == "smtps"
        guarded = parts.username is not None and host not in ("127.0.0.1", "localhost", "::1")
        return {
            "hostname": host,
            "port": port or (465 if encrypted else 587),
            "username": unquote(parts.username) if parts.username else None,
            "password": unquote(parts.password) if parts.password else None,
            "use_tls": encrypted,
            "start_tls": None if encrypted or not guarded else True,
            "timeout": timeout,
        }


@contextmanager
def spoken() -> Iterator[None]:
    """Turn what a mail server answers, or does not, into the errors of ports."""
    try:
        yield
    except aiosmtplib.SMTPRecipientsRefused as error:
        raise failure_of(min(recipient.code for recipient in error.recipients)) from None
    except aiosmtplib.SMTPResponseException as error:
        if isinstance(error, aiosmtplib.SMTPAuthenticationError) and error.code >= 500:
            raise Misconfigured(
                f"the mail server does not accept the login ({error.code}): check CANCELLATIONS_SMTP_URL"
            ) from None
        raise failure_of(error.code) from None
    except aiosmtplib.SMTPNotSupported:
        raise Refused("the mail server cannot take mail for this address") from None
    except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
        if type(error) is aiosmtplib.SMTPException:
            raise Misconfigured("the mail server offers no TLS or no login: check CANCELLATIONS_SMTP_URL") from None
        raise Unavailable(f"the mail server does not answer ({type(error).__name__})") from None


def failure_of(code: int) -> Refused | Unavailable:
    """What a server's answer means: 5xx is final, anything else may pass. The answer's text may quote an address."""
    if 500 <= code < 600:
        return Refused("the mail server does not take this mail", reference=str(code))
    return Unavailable(f"the mail server does not take mail now ({code})")
