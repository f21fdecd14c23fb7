"""Which entries of surplus are resolved: by their own end (X3), or by an override that names them (X2)."""

from collections.abc import Iterable
from datetime import datetime
from typing import NamedTuple

from states.model.ends import ENDS
from states.model.facts import Surplus
from states.model.memory import LicenceNews, Memory
from states.model.names import named
from states.model.record import MOST_LICENCES
from states.model.request import LicenceChanged


def resolved_flags(entries: Iterable[Surplus], overridden: Iterable[str]) -> list[bool]:
    """For each entry whether it is resolved: by booked ends, or since as many were named as are too many (POS3)."""
    named = set(overridden)
    return [entry.left <= len(named.intersection(entry.licences)) for entry in entries]


def unresolved_surplus(memory: Memory) -> tuple[Surplus, ...]:
    """The entries that stand against an order."""
    entries = memory.check.surplus if memory.check else ()
    flags = resolved_flags(entries, memory.overridden)
    return tuple(entry for entry, resolved in zip(entries, flags, strict=True) if not resolved)


def called_in_surplus(memory: Memory, licences: Iterable[str]) -> list[str]:
    """What texts call licences that are in surplus, or candidates of a limit."""
    products = {
        number: str(entry.values.get("product") or entry.product)
        for entry in (memory.check.surplus if memory.check else ())
        for number in (entry.licence, *entry.candidates)
    }
    return [named(products[number], number) if number in products else number for number in licences]


class CancellationForRun(NamedTuple):
    """A cancellation made for this run's sake: its own run, and when it takes or took effect, where known (X13)."""

    workflow_id: str
    licence: str
    called: str
    ends_at: datetime | None
    state: str


def split_by_licence(entry: Surplus) -> tuple[Surplus, ...]:
    """An entry for each licence that it is about, with no more than is needed to name it and its own run."""
    kept = {name: value for name, value in entry.values.items() if name in ("kind", "product")}
    return tuple(
        Surplus(licence=licence, product=entry.product, reason=entry.reason, values=kept)
        for licence in all_licences(entry)
    )


def all_licences(entry: Surplus) -> tuple[str, ...]:
    """Every licence that it is about, those that end with the rest."""
    return tuple(dict.fromkeys((*entry.licences, *entry.ending)))


def with_licence_news(memory: Memory, news: LicenceChanged, at: datetime) -> tuple[LicenceNews, ...]:
    """The memory's news of licences with another run's news, which takes the place of older ones of its licence."""
    others = tuple(older for older in memory.licence_news if older.licence != news.licence)
    return (*others, LicenceNews(licence=news.licence, state=news.state, at=at))[-MOST_LICENCES:]


def booked_ends(memory: Memory) -> dict[str, datetime | None]:
    """The licences that the last check still found, each with its booked end."""
    ends: dict[str, datetime | None] = {}
    for entry in memory.check.surplus if memory.check else ():
        ends |= {licence: entry.booked_ends.get(licence) for licence in all_licences(entry)}
    return ends


def cancellations_for_run(memory: Memory) -> list[CancellationForRun]:
    """The cancellations made for this run's sake: booked ones, and licences that are gone (X13).

    Which candidate of a limit has ended, only its own run's news can say.
    """
    ends, news_of = booked_ends(memory), {news.licence: news for news in memory.licence_news}
    cancellations = []
    for entry in memory.once_surplus:
        licence, kind = entry.licence or "", entry.values.get("kind")
        subject = entry.product if kind in SUBJECT_IS_PRODUCT else licence
        news = news_of.get(subject)
        ended_at = news.at if news is not None and news.state in LICENCE_IS_GONE else None
        gone = licence not in ends and (entry.reason != "limit" or ended_at is not None)
        if kind and (gone or ends.get(licence)):
            workflow_id = f"{kind}/{memory.request.customer}/{subject}"
            moment = ended_at if gone else ends.get(licence)
            called = named(str(entry.values.get("product") or entry.product), licence)
            state = "applied" if gone else "scheduled"
            cancellations.append(CancellationForRun(workflow_id, licence, called, moment, state))
    return cancellations


SUBJECT_IS_PRODUCT = frozenset({"key_accounting"})
"""The kinds whose subject names the product, of which a customer holds one."""

LICENCE_IS_GONE = frozenset(state for state, end in ENDS.items() if end.licence_gone)
"""The ends of a licence's run after which the licence is no more."""
