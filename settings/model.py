"""The class itself: each setting with its type, its default, and what follows from several of them."""

from datetime import time, timedelta
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from secret_strength import receipt_keys, webhook_secrets
from settings.addresses import (
    database_address,
    host_names,
    link_pattern,
    loopback,
    mail_address,
    mail_addresses,
    mail_server,
    networks,
    origins,
    web_address,
)
from settings.brand import MIDDLE, PICTURES, colour, luminance, picture
from settings.grades import Grade, check_names, grades_by_group, grades_by_name
from settings.identities import claim, issuer, scopes
from settings.notices import Digest, Notice, digest, notices
from settings.reading import (
    durations,
    iso_8601,
    lines_of_text,
    names,
    one_line,
    optional,
    pairs,
    read_from_text,
    session_secrets,
    time_of_day,
    tokens,
    zone_name,
)

PREFIX = "CANCELLATIONS_"

Mode = Literal["automatic", "guided"]
Port = Annotated[int, Field(ge=1, le=65535)]


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
    operator_grades: Annotated[dict[str, Grade], NoDecode, read_from_text(grades_by_name)] = {}
    """Of those whom `OPERATOR_TOKENS` names; who is not named here is an `admin`."""
    oidc_issuer: Annotated[str, AfterValidator(optional(issuer))] = ""
    """Who says who somebody is (OpenID Connect), beside the tokens."""
    oidc_client_id: Annotated[str, AfterValidator(optional(one_line))] = ""
    oidc_client_secret: SecretStr | None = None
    oidc_grades: Annotated[dict[str, Grade], NoDecode, read_from_text(grades_by_group)] = {}
    """What the members of a group may do; of several groups the highest grade counts."""
    oidc_groups_claim: Annotated[str, AfterValidator(claim)] = "groups"
    oidc_name_claim: Annotated[str, AfterValidator(claim)] = "preferred_username"
    oidc_scopes: Annotated[str, AfterValidator(scopes)] = "openid profile"
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
    second_opinion: Annotated[tuple[str, ...], NoDecode, read_from_text(names)] = ()
    """The decisions that two people must take, as `<task type>:<decision>`."""
    abandon_after: Positive = timedelta(days=30)
    remind_every: Positive = timedelta(days=7)
    recheck_before: Positive = timedelta(days=5)
    repair_after: Positive = timedelta(hours=1)
    max_event_age: Positive = timedelta(days=7)
    apply_window: Annotated[timedelta, Field(ge=timedelta(0)), read_from_text(iso_8601)] = timedelta(minutes=10)
    task_due: Annotated[dict[str, str], NoDecode, read_from_text(durations)] = {}
    """Within which time tasks of a type are due, where that is not the type's own."""
    notice: Annotated[dict[str, Notice], NoDecode, read_from_text(notices)] = {}
    """By type of task, or `*`, how operators learn of it by mail, where that is not the type's own way."""
    notice_digest_at: Annotated[Digest, NoDecode, read_from_text(digest)] = Digest((time(8),))
    """When digests go out, in `TIME_ZONE`."""
    notice_webhook_url: Annotated[str, AfterValidator(web_address)] = ""
    """Where notices are posted to; without it nowhere."""
    notice_webhook_secret: Annotated[
        tuple[SecretStr, ...], NoDecode, read_from_text(webhook_secrets), Field(validate_default=True)
    ] = ()
    """What they are signed with (Standard Webhooks): by each of several, for rotation."""
    operator_language: Literal["de", "en"] = "de"
    """The language of mails to operators."""
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

    @field_validator("operator_grades", mode="after")
    @classmethod
    def _graded_have_tokens(cls, given: dict[str, Grade], info: ValidationInfo) -> Any:
        if "operator_tokens" in info.data:  # else they are wrong, which is said of them
            check_names(given, info.data["operator_tokens"])
        return given

    def grade_of(self, name: str) -> Grade:
        """The grade of an operator with a token: whoever is given none may do all."""
        return self.operator_grades.get(name, "admin")

    @field_validator("notice_webhook_secret", mode="after")
    @classmethod
    def _signs_what_it_posts(cls, given: tuple[SecretStr, ...], info: ValidationInfo) -> Any:
        if bool(given) != bool(info.data.get("notice_webhook_url")):
            raise ValueError("NOTICE_WEBHOOK_URL and NOTICE_WEBHOOK_SECRET belong together: set both, or none")
        return given

    @property
    def guarded(self) -> bool:
        """Whether who calls the portal must show an authority: others reach it (by a proxy say), or a secret is set."""
        here = loopback(self.portal_host) and loopback(urlsplit(self.public_url).hostname or "")
        secrets = self.webhook_secret or self.operator_tokens or self.portal_tokens or self.oidc_issuer
        return bool(secrets or not here)

    def without_tokens(self) -> "Settings":
        """The same settings for parts that need no tokens: they keep none."""
        return self.model_copy(update={"operator_tokens": {}, "portal_tokens": {}, "oidc_client_secret": None})

    def mode(self, kind: str) -> Mode:
        """How changes of this kind are made: by an adapter, or by a person by hand (X12)."""
        return self.customer_centre_modes.get(kind, self.customer_centre)
