"""The settings: one frozen class, read from the environment by the composition roots only.

Each is described in docs/contract.md, Settings.
"""

import ipaddress
import os
import re
import sys
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from datetime import time, timedelta
from difflib import get_close_matches
from email.utils import parseaddr
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from pydantic import (
    AfterValidator,
    BeforeValidator,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)
from pydantic_core import InitErrorDetails, PydanticCustomError
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from secret_strength import check_tokens, receipt_keys, webhook_secrets

PREFIX = "CANCELLATIONS_"

Mode = Literal["automatic", "guided"]
Port = Annotated[int, Field(ge=1, le=65535)]

SECRETS = (
    *("webhook_secret", "operator_tokens", "portal_tokens", "session_secret", "receipt_key"),
    *("smtp_url", "database_url"),
)
"""What is never shown as it is: each may hold a secret."""
ADDRESSES = ("smtp_url", "database_url")
"""Of these, what is shown with its password masked."""
DURATION = "write an ISO 8601 duration, like P30D (30 days), P2W (two weeks) or PT1H (an hour)"
DURATIONS = ("abandon_after", "remind_every", "recheck_before", "repair_after", "max_event_age", "apply_window")


def read_from_text(read: Callable[[str], Any]) -> BeforeValidator:
    """Read what stands in the environment by `read`; what is given in the program is no text and stays as it is."""
    return BeforeValidator(lambda value: read(value) if isinstance(value, str) else value)


def iso_8601(text: str) -> str:
    """The duration, which Pydantic reads on; it would take a bare number too. Raises `ValueError`."""
    if not text.lstrip("+-").startswith("P"):
        raise ValueError(DURATION)
    return text


def mail_server(url: str) -> str:
    """The address: `smtp://` or `smtps://` with a host, and a port that is a number. Raises `ValueError`."""
    with suppress(ValueError):
        parts = urlsplit(url)
        if parts.scheme in ("smtp", "smtps") and parts.hostname and parts.port != 0:
            return url
    raise ValueError("write smtp://user:password@host:port or smtps://…; without it mails are files")


def web_address(url: str) -> str:
    """An address that a browser opens, without a slash at its end, or nothing. Raises `ValueError`."""
    with suppress(ValueError):
        parts = urlsplit(url)
        if not url or (parts.scheme in ("http", "https") and parts.hostname and parts.port != 0):
            return url.rstrip("/")
    raise ValueError("an address of the web is like https://cancellations.example")


def mail_address(text: str) -> str:
    """An address of mail, perhaps with a name before it in angle brackets. Raises `ValueError`."""
    local, _, domain = parseaddr(text)[1].rpartition("@")
    if local and domain and not re.search(r"[\s<>]", local + domain) and text.isprintable():
        return text
    raise ValueError("an address of mail is like kuendigung@shop.example, or Shop <kuendigung@shop.example>")


def mail_addresses(text: str) -> str:
    """One or several of them, with a comma between. Raises `ValueError`."""
    return ", ".join(mail_address(part.strip()) for part in text.split(","))


def optional(check: Callable[[str], str]) -> Callable[[str], str]:
    """The same check of what may be left empty."""
    return lambda text: check(text) if text else text


def lines_of_text(text: str) -> str:
    """Lines that are printed, where `\\n` begins one as a line's end does. Raises `ValueError`."""
    lines = [line.strip() for line in text.replace("\\n", "\n").splitlines()]
    if not all(line.isprintable() for line in lines):
        raise ValueError("write lines of text; \\n begins a new one")
    return "\n".join(lines).strip()


def one_line(text: str) -> str:
    """A name. Raises `ValueError`."""
    if not text.strip() or not text.isprintable():
        raise ValueError("write a name in one line")
    return text.strip()


def colour(text: str) -> str:
    """A colour as pages and mails write it. Raises `ValueError`."""
    if not re.fullmatch("#?[0-9a-fA-F]{6}", text):
        raise ValueError("a colour is like 164a7c: two hexadecimal digits each of red, green and blue")
    return "#" + text.removeprefix("#").lower()


LARGEST_PICTURE = 256 * 1024
PICTURES = {".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg"}
"""The media types of pictures, by how the names of their files end."""
BEGINNINGS = {"image/svg+xml": b"<", "image/png": b"\x89PNG\r\n", "image/jpeg": b"\xff\xd8\xff"}
"""How the files of each begin."""


def picture(path: Path | None) -> Path | None:
    """A file with a picture that is there. Raises `ValueError`."""
    if path is None:
        return None
    kinds = "an SVG, PNG or JPEG file of 256 KiB at most"
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ValueError(f"it cannot be read ({error.strerror}): name {kinds}") from None
    begins = BEGINNINGS.get(PICTURES.get(path.suffix.lower(), ""))
    if begins is None or len(content) > LARGEST_PICTURE or not content.lstrip().startswith(begins):
        raise ValueError(f"it is none: name {kinds}")
    return path


def link_pattern(url: str) -> str:
    """An address of the web with one `{workflow_id}` in it, or nothing. Raises `ValueError`."""
    with suppress(ValueError):
        before, mark, behind = url.partition("{workflow_id}")
        in_path = any(sign in before.partition("://")[2] for sign in "/?#")
        if not url or (mark and in_path and not set("{}") & set(before + behind) and web_address(before)):
            return url
    raise ValueError("write an address with {workflow_id} in it, like https://shop.example/cases/{workflow_id}")


def tokens(text: str) -> dict[str, list[str]]:
    """Tokens by name, of one name perhaps several, for rotation: each one's own, and fit for a header.

    Raises `ValueError`.
    """
    found = list_of_pairs(":", text)
    given = [token for _, token in found]
    if len(set(given)) < len(given):
        raise ValueError("two names, or one name twice, have the same token: who calls could not be told")
    check_printable(given, "a token")
    check_tokens(given)
    return {name: [token for other, token in found if other == name] for name, _ in found}


def session_secrets(text: str) -> list[str]:
    """The secrets that sign customers' sessions: the first one signs, all are valid. Raises `ValueError`."""
    secrets = [secret.strip() for secret in text.split(",") if secret.strip()]
    check_printable(secrets, "a secret")
    check_tokens(secrets)
    return secrets


def check_printable(secrets: list[str], what: str) -> None:
    """Raise `ValueError` for a secret that cannot stand in a header or a file as it is."""
    if any(not re.fullmatch(r"[!-~]+", secret) for secret in secrets):
        raise ValueError(f"{what} holds letters, digits and signs of ASCII, without blanks")


def origins(text: str) -> list[str]:
    """Origins of the web, each as browsers write it. Raises `ValueError`."""
    given = [part.strip().rstrip("/") for part in text.split(",") if part.strip()]
    found = [origin_of(part) for part in given if re.fullmatch(r"[a-z]+://[^/?#]+", part, re.IGNORECASE)]
    if None in found or len(found) < len(given):
        raise ValueError("an origin is like https://konto.shop.example, without a path (several, comma-separated)")
    return [origin for origin in found if origin is not None]


def origin_of(url: str) -> str | None:
    """The origin of an address of the web as browsers write it; None for what is no such address, or says a user."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").encode("idna").decode(), parts.port
    except (ValueError, UnicodeError):
        return None
    usual = {"http": 80, "https": 443}
    if parts.scheme not in usual or not re.fullmatch(r"[a-z0-9._:-]+", host) or "@" in parts.netloc or port == 0:
        return None
    host = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{host}" + ("" if port in (None, usual[parts.scheme]) else f":{port}")


def pairs(separator: str, text: str) -> dict[str, str]:
    """Values by name, each once. Raises `ValueError`."""
    given = list_of_pairs(separator, text)
    found = dict(given)
    if len(found) < len(given):
        raise ValueError("a name stands there twice")
    return found


def list_of_pairs(separator: str, text: str) -> list[tuple[str, str]]:
    """Names with their values, as they stand there. Raises `ValueError`."""
    given = [pair.strip().partition(separator) for pair in text.split(",") if pair.strip()]
    if any(not name.strip() or not mid or not rest.strip() for name, mid, rest in given):
        raise ValueError(f"give pairs like name{separator}value, comma-separated")
    return [(name.strip(), rest.strip()) for name, _, rest in given]


def host_names(text: str) -> list[str]:
    """Names or addresses by which a machine is called. Raises `ValueError`."""
    found = [name.strip() for name in text.split(",") if name.strip()]
    if not all(re.fullmatch(r"[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\]", name) for name in found):
        raise ValueError("a host is like k.example, 10.0.0.5 or [fd00::5], without scheme and port")
    return found


def networks(text: str) -> list[str]:
    """Addresses, or networks of them. Raises `ValueError`."""
    found = [part.strip() for part in text.split(",") if part.strip()]
    with suppress(ValueError):
        if all(ipaddress.ip_network(part).prefixlen for part in found):
            return found
    raise ValueError("a proxy is an address or a network, like 10.0.0.5 or 10.0.0.0/24 (several, comma-separated)")


def time_of_day(text: str) -> time | None:
    """The time of day, or None for `never`. Raises `ValueError`."""
    if text == "never":
        return None
    hour, _, minute = text.partition(":")
    try:
        return time(int(hour), int(minute))
    except ValueError:
        raise ValueError("a time of day is like 03:00; never: without the comparison") from None


def zone_name(name: str) -> str:
    """The name of a time zone that there is. Raises `ValueError`."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError("a time zone's name is like Europe/Berlin") from None
    return name


DATABASE = (
    "write postgresql://user:password@host:5432/name, with %40 for @ and the like in a password, "
    "or sqlite:///folder/file.db"
)
SERVER = re.compile(r"([^@/?#]*@)?(\[[^\]@]*\]|[^:@/?#\[\]]*)(:(?P<port>\d{1,5}))?/(?P<name>[^@/?#]*)(\?.*)?")
"""What stands behind `postgresql://`."""


def database_address(url: str) -> str:
    """The address of a database of a kind that we speak, or nothing. Raises `ValueError`, which says what to write."""
    scheme, _, rest = url.partition("://")
    if url and (fault := fault_of_server(rest) if scheme == "postgresql" else fault_of_file(scheme, rest)):
        raise ValueError(f"{fault}: {DATABASE}")
    return url


def fault_of_server(rest: str) -> str | None:
    """What is wrong with the address of a server."""
    parts = SERVER.fullmatch(rest)
    if parts is None or (parts["port"] and not 0 < int(parts["port"]) < 65536):
        return "host, port or password are not as in an address"
    return None if parts["name"] else "it names no database"


def fault_of_file(scheme: str, rest: str) -> str | None:
    """What is wrong with the address of a file."""
    if scheme != "sqlite" or not rest.startswith("/"):
        return "it begins neither with postgresql:// nor with sqlite:///"
    name = rest[1:].partition("?")[0]
    return "it names no file, which all programs share" if name in ("", ":memory:") else None


def masked(address: str) -> str:
    """An address without its password: whatever stands between the user's name and the last @, and `password=`."""
    before, at, behind = address.rpartition("@")
    scheme, _, user = before.rpartition("://") if "://" in before else ("", "", "")
    if at and (":" in user or not scheme):
        address = f"{scheme}://{user.partition(':')[0]}:***@{behind}" if scheme else f"***@{behind}"
    return re.sub(r"(?i)((?:password|passwd|pwd)=)[^&]*", r"\1***", address)


Tokens = Annotated[dict[str, tuple[SecretStr, ...]], NoDecode, read_from_text(tokens)]
"""Tokens by the name of who has them."""
Positive = Annotated[timedelta, Field(gt=timedelta(0)), read_from_text(iso_8601)]


class Settings(BaseSettings):
    """Everything that may be set, as `CANCELLATIONS_<NAME>`. Durations are ISO 8601 (`P30D`, `PT1H`).

    Constructed without arguments it reads the environment; raises `pydantic.ValidationError`, which `explain` turns
    into lines that name the variable, the value and what would be right.
    """

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, frozen=True, extra="forbid", env_ignore_empty=True, hide_input_in_errors=True
    )

    state_dir: Path = Path("var")
    database_url: Annotated[str, AfterValidator(database_address)] = ""
    task_queue: str = Field(default="cancellations", min_length=1)
    portal_host: str = "127.0.0.1"
    portal_port: Port = 8080
    temporal_port: Port = 7233
    temporal_ui_port: Port = 8233
    webhook_secret: Annotated[tuple[SecretStr, ...], NoDecode, read_from_text(webhook_secrets)] = ()
    operator_tokens: Tokens = {}
    portal_tokens: Tokens = {}
    session_secret: Annotated[tuple[SecretStr, ...], NoDecode, read_from_text(session_secrets)] = ()
    """Signs customers' sessions; without it a secret is made and kept in `STATE_DIR`."""
    return_origins: Annotated[tuple[str, ...], NoDecode, read_from_text(origins)] = ()
    """Where a customer may be led back to."""
    receipt_key: Annotated[tuple[SecretStr, ...], NoDecode, read_from_text(receipt_keys)] = ()
    """Ed25519: the first signs receipts, all are published; without one, a key is made in `STATE_DIR`."""
    customer_centre: Mode = "automatic"
    customer_centre_modes: Annotated[dict[str, Mode], NoDecode, read_from_text(partial(pairs, "="))] = {}
    notice_boundary: Literal["inclusive", "strict"] = "inclusive"
    time_zone: Annotated[str, AfterValidator(zone_name)] = "Europe/Berlin"
    abandon_after: Positive = timedelta(days=30)
    remind_every: Positive = timedelta(days=7)
    recheck_before: Positive = timedelta(days=5)
    repair_after: Positive = timedelta(hours=1)
    max_event_age: Positive = timedelta(days=7)
    apply_window: Annotated[timedelta, Field(ge=timedelta(0)), read_from_text(iso_8601)] = timedelta(minutes=10)
    compare_at: Annotated[time | None, read_from_text(time_of_day)] = time(3)
    """When the customer centre is compared with Temporal each night, in `TIME_ZONE`; None (`never`): it is not."""
    public_url: Annotated[str, AfterValidator(web_address)] = ""
    temporal_ui_url: Annotated[str, AfterValidator(web_address)] = ""
    catalogue_dir: Path | None = None
    smtp_url: Annotated[SecretStr | None, read_from_text(mail_server)] = None
    """`smtp://user:password@host:port` or `smtps://…`; without it mails are `.eml` files in `STATE_DIR/mail`."""
    mail_from: Annotated[str, AfterValidator(mail_address)] = "kuendigung@localhost"
    mail_reply_to: Annotated[str, AfterValidator(optional(mail_address))] = ""
    """Where answers go; without it to `MAIL_FROM`."""
    mail_closing: Annotated[str, AfterValidator(lines_of_text)] = ""
    """How mails end, in place of a greeting in the customer's language with the brand's name. `\\n` begins a line."""
    mail_particulars: Annotated[str, AfterValidator(lines_of_text)] = ""
    """What a company must say of itself below each mail: form, seat, register, managers. `\\n` begins a line."""
    operator_mail: Annotated[str, AfterValidator(mail_addresses)] = "operators@localhost"
    """Where operators are written to; several with a comma between."""
    brand_name: Annotated[str, Field(min_length=1, max_length=60), AfterValidator(one_line)] = "JTL"
    """What the vendor is called in mails and on pages."""
    brand_colour: Annotated[str, AfterValidator(colour)] = "#164a7c"
    brand_logo: Annotated[Path | None, AfterValidator(picture)] = None
    """A file: SVG, PNG or JPEG. Mails show it too, but for SVG, which mail programs do not."""
    customer_url: Annotated[str, AfterValidator(link_pattern)] = ""
    """Where a customer sees a case, with `{workflow_id}` in it; without it our own page below `PUBLIC_URL`."""
    operator_url: Annotated[str, AfterValidator(link_pattern)] = ""
    """Where an operator sees a case; without it its page in Temporal's web UI."""
    hosts: Annotated[tuple[str, ...], NoDecode, read_from_text(host_names)] = ()
    """Further names by which the portal is called, beside those of `PUBLIC_URL`, `PORTAL_HOST` and this machine."""
    proxies: Annotated[tuple[str, ...], NoDecode, read_from_text(networks)] = ()
    """Whose word counts for where a call comes from and whether it came by TLS (`X-Forwarded-For`, `-Proto`)."""
    guarded_elsewhere: bool = False
    """Somebody else guards an address of Temporal or of the portal that is not loopback."""

    @model_validator(mode="after")
    def _derived(self) -> "Settings":
        if not self.database_url:
            object.__setattr__(self, "database_url", f"sqlite:///{self.state_dir / 'customer_centre.db'}")
        if not self.public_url:
            object.__setattr__(self, "public_url", f"http://{self.portal_host}:{self.portal_port}")
        if not self.temporal_ui_url:
            object.__setattr__(self, "temporal_ui_url", f"http://127.0.0.1:{self.temporal_ui_port}")
        return self

    @property
    def brand_logo_type(self) -> str | None:
        """The media type of the picture, if there is one."""
        return PICTURES[self.brand_logo.suffix.lower()] if self.brand_logo else None

    @property
    def brand_ink(self) -> str:
        """Black or white, whichever is better read on the brand's colour: 4.5 to 1 at least."""
        return "#ffffff" if luminance(self.brand_colour) < MIDDLE else "#000000"

    @field_validator("portal_tokens", mode="after")
    @classmethod
    def _nobody_is_both(cls, given: dict[str, tuple[SecretStr, ...]], info: ValidationInfo) -> Any:
        operators = {token for tokens in info.data.get("operator_tokens", {}).values() for token in tokens}
        if any(operators.intersection(tokens) for tokens in given.values()):
            raise ValueError("an operator has this token too: who calls could not be told")
        return given

    @property
    def guarded(self) -> bool:
        """Whether who calls the portal must show an authority: others reach it (by a proxy say), or a secret is set."""
        here = loopback(self.portal_host) and loopback(urlsplit(self.public_url).hostname or "")
        return bool(self.webhook_secret or self.operator_tokens or self.portal_tokens or not here)

    def without_tokens(self) -> "Settings":
        """The same settings for parts that need no tokens: they keep none."""
        return self.model_copy(update={"operator_tokens": {}, "portal_tokens": {}})

    def mode(self, kind: str) -> Mode:
        """How changes of this kind are made: by an adapter, or by a person by hand (X12)."""
        return self.customer_centre_modes.get(kind, self.customer_centre)


MIDDLE = 0.179
"""The luminance on which black and white are read alike."""


def luminance(colour: str) -> float:
    """How bright a colour is, from 0 to 1 (WCAG 2.2, relative luminance)."""
    shares = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def loopback(host: str) -> bool:
    """Whether only this machine reaches that host."""
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def of_no_use_elsewhere(url: str) -> bool:
    """Whether an address leads nowhere from another machine: on loopback, or `0.0.0.0`, where a portal listens."""
    host = urlsplit(url).hostname or ""
    return loopback(host) or host in ("0.0.0.0", "::")


def switched_off(settings: Settings) -> list[str]:
    """What these settings leave off or open, on purpose or by oversight: a line for each, which names the variable."""
    ui, public = (of_no_use_elsewhere(url) for url in (settings.temporal_ui_url, settings.public_url))
    lost = "the links in mails that go out lead nowhere: set it to where customers reach the pages"
    links = lost if settings.smtp_url else "links in mails work on this machine only"
    events, tasks, reads = (
        ("a token alone sends events", "nobody decides tasks but by the command line", "no customers' portal may call")
        if settings.guarded
        else (
            "whoever reaches the portal may send events",
            "whoever reaches the portal may decide tasks",
            "whoever reaches the portal may read everything",
        )
    )
    to_nobody = [
        f"{PREFIX}{name} is {address}: such mail reaches nobody"
        for name, address in (("MAIL_FROM", settings.mail_from), ("OPERATOR_MAIL", settings.operator_mail))
        if address.rpartition("@")[2].strip(" >") == "localhost"
    ]
    found = {
        f"SMTP_URL is not set: mails are files in {settings.state_dir / 'mail'}, and nobody gets them": (
            settings.smtp_url is None
        ),
        f"WEBHOOK_SECRET is not set: {events}": not settings.webhook_secret,
        f"OPERATOR_TOKENS is not set: {tasks}": not settings.operator_tokens,
        f"PORTAL_TOKENS is not set: {reads}": not settings.portal_tokens,
        f"SESSION_SECRET is not set: a file in {settings.state_dir} stands in for it, which all portals must share": (
            not settings.session_secret
        ),
        f"RECEIPT_KEY is not set: receipts are signed with the key that is made in {settings.state_dir}, which "
        "worker and portal must share": not settings.receipt_key,
        f"PUBLIC_URL is {settings.public_url}: {links}": public,
        f"TEMPORAL_UI_URL is {settings.temporal_ui_url}: links to the web UI work on this machine only": ui,
        "COMPARE_AT is never: a run that is terminated is not noticed": settings.compare_at is None,
        "GUARDED_ELSEWHERE is true: others must guard Temporal and the portal": settings.guarded_elsewhere,
    }
    return [PREFIX + text for text, holds in found.items() if holds] + (to_nobody if settings.smtp_url else [])


def read_settings(kinds: Collection[str]) -> Settings:
    """The settings of this process. Raises `ValidationError` for what is wrong, an unknown kind too."""
    return checked(Settings(), kinds)


def checked(settings: Settings, kinds: Collection[str]) -> Settings:
    """The settings, where there is every kind that they name. Raises `ValidationError`, as for any other wrong value.

    The settings themselves know no kinds: whoever puts the parts together does.
    """
    faults: list[InitErrorDetails] = []
    for name, mode in settings.customer_centre_modes.items():
        if name not in kinds:
            text = f"{suggestion(name, kinds)} the kinds are {', '.join(kinds)}".strip()
            fault = PydanticCustomError("unknown_kind", "{text}", {"text": text})
            faults.append({"type": fault, "loc": ("customer_centre_modes",), "input": f"{name}={mode}"})
    if faults:
        raise ValidationError.from_exception_data("Settings", faults)
    return settings


def run_program(
    program: Callable[[Settings], None], kinds: Collection[str], faults: tuple[type[Exception], ...], begin: str = ""
) -> int:
    """Tell of misspelt names, read the settings and run a program with them; answers its exit code.

    0 done, 1 for one of the `faults`, whose text stands behind `begin`, 2 for wrong settings; each is said on stderr.
    """
    tell_misspelt()
    try:
        settings = read_settings(kinds)
    except ValidationError as error:
        sys.stderr.write("\n".join(explain(error)) + "\n")
        return 2
    try:
        program(settings)
    except faults as error:
        sys.stderr.write(f"{begin}{str(error) or repr(error)}\n")
        return 1
    return 0


def tell_misspelt() -> None:
    """Say on stderr which variables of the environment are misspelt."""
    sys.stderr.writelines(f"{line}\n" for line in misspelt(os.environ))


def misspelt(names: Iterable[str]) -> list[str]:
    """One line for each variable that is named like a setting of ours and is none: it has no effect."""
    settings = [field.upper() for field in Settings.model_fields]
    given = {name: name.upper().removeprefix(PREFIX) for name in sorted(names) if name.upper().startswith(PREFIX)}
    otherwise = "README.md lists the settings"
    return [
        f"{name} is not a setting and has no effect: {suggestion(bare, settings, PREFIX) or otherwise}"
        for name, bare in given.items()
        if bare not in settings
    ]


def suggestion(name: str, names: Collection[str], prefix: str = "") -> str:
    """Which of the names was probably meant, as a question; empty where none is like it."""
    return "".join(f"did you mean {prefix}{close}?" for close in get_close_matches(name, names, n=1))


SENTENCES = {
    "time_delta_parsing": DURATION,
    "greater_than": "it must be longer than nothing",
    "greater_than_equal": "it must not be negative",
}
"""The remedies of a wrong duration where the library's own words do not say what to write."""


def shown(name: str, given: Any) -> str:
    """What was given, without its secrets."""
    if name in SECRETS:
        return repr(masked(given)) if name in ADDRESSES and isinstance(given, str) else "(not shown)"
    return repr(given)


def explain(error: ValidationError) -> list[str]:
    """One line for each wrong setting: the variable, the value given, what would be right. Secrets are not shown."""
    lines = []
    for fault in error.errors():
        name = str(fault["loc"][0]) if fault["loc"] else "settings"
        given = shown(name, fault.get("input"))
        remedy = (name in DURATIONS and SENTENCES.get(fault["type"])) or fault["msg"].removeprefix("Value error, ")
        lines.append(f"{PREFIX}{name.upper()}: {given} is not usable: {remedy}")
    return lines
