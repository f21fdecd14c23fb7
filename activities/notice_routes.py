"""Which way a notice of a task goes by mail: what the settings say of its type, else the type itself."""

from collections.abc import Callable, Iterable
from datetime import datetime
from email.utils import parseaddr
from typing import NamedTuple

from settings import ANY, Notice, Settings
from states.chart.task_types import TASK_TYPES


class Route(NamedTuple):
    """How a notice goes by mail: not before `at`, in a digest or at once, to whom."""

    at: datetime
    digest: bool
    to: tuple[str, ...]


Router = Callable[[str, datetime], Route | None]
"""The route of a type's notice that comes about at a moment; None: there is no mail."""


def notice_of(settings: Settings, type_: str) -> Notice:
    """How a type is told by mail, and to whom: as it is named, else as `*`, else in its own way."""
    general, record = settings.notice.get(ANY), TASK_TYPES.get(type_)
    own = Notice("at_once" if record is not None and record.told_at_once else "digest")
    chosen = settings.notice.get(type_) or general or own
    return Notice(chosen.way, chosen.to or (general.to if general else ()))


def recipients(settings: Settings, type_: str) -> tuple[str, ...]:
    """The addresses to which mails about tasks of a type go."""
    return addresses_of(notice_of(settings, type_).to) or operators(settings)


def operators(settings: Settings) -> tuple[str, ...]:
    """The operators' addresses."""
    return addresses_of(settings.operator_mail.split(","))


def addresses_of(written: Iterable[str]) -> tuple[str, ...]:
    """The addresses alone, without a name before them."""
    return tuple(parseaddr(address)[1] for address in written)


def router(settings: Settings) -> Router:
    """The routes under these settings."""

    def route(type_: str, at: datetime) -> Route | None:
        way = notice_of(settings, type_).way
        if way == "none":
            return None
        digest = way == "digest"
        when = settings.notice_digest_at.first_after(at, settings.time_zone) if digest else at
        return Route(when, digest, recipients(settings, type_))

    return route
