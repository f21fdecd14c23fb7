"""The list of cancellations: open runs as they show themselves, then ended ones from the ledger."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from functools import cache, partial
from typing import Any, Literal, NamedTuple, get_args

from activities.sql.paging import Page, total_of
from catalogue.quoting import one_line
from catalogue.texts import say
from portal.choices import label_of
from portal.context import Portal
from portal.parameters import bound_of, choice
from portal.problems import malformed
from portal.run_reader import UNKNOWN_LANGUAGE
from states.chart.state_names import public_state
from states.kinds.registry import KINDS
from states.model.base import day_of
from states.model.offers import Catalogue
from states.model.record import Customer, Language, NamedPart
from states.model.status import CancellationItem, WaitingFor
from states.views.diagram import states_of
from states.views.labels import ended_subject, state_text, subject_label

STATES = tuple(dict.fromkeys(public_state(state) for kind in KINDS.values() for state in states_of(kind.chart)))
"""The states that a run of any kind may be in, as outsiders call them."""
WAITING_FOR = get_args(WaitingFor)


@dataclass(frozen=True)
class Criteria:
    """What is searched for. Both bounds of the effective date are included. `open`: None for open and ended runs."""

    customer: str | None = None
    kind: str | None = None
    state: str | None = None
    waiting_for: str | None = None
    effective_from: datetime | None = None
    effective_to: datetime | None = None
    open: bool | None = None


def criteria_of(given: Mapping[str, Any], zone: str) -> Criteria:
    """What is asked for by the parameters of `GET /cancellations`. Raises `malformed`."""
    return Criteria(
        customer=given.get("customer"),
        kind=choice("kind", given.get("kind"), KINDS),
        state=choice("state", given.get("state"), STATES),
        waiting_for=choice("waiting_for", given.get("waiting_for"), WAITING_FOR),
        effective_from=bound_of("effective_from", given.get("effective_from"), zone, "from"),
        effective_to=bound_of("effective_to", given.get("effective_to"), zone, "to"),
        open=given.get("open"),
    )


class Cursor(NamedTuple):
    """Where a list goes on: in which part, and where there; nothing there: from its beginning."""

    part: Literal["open", "ended"] = "open"
    place: str = ""

    def __str__(self) -> str:
        return f"{self.part}.{self.place}"

    @classmethod
    def read(cls, text: str | None) -> "Cursor":
        """The cursor that a caller gives. Raises `malformed`."""
        part, dot, place = (text or "open.").partition(".")
        if not dot or part not in ("open", "ended"):
            raise malformed("cursor")
        return cls("open" if part == "open" else "ended", place)


def search(
    portal: Portal, criteria: Criteria, cursor: str | None, limit: int, language: Language | None = None
) -> dict[str, Any]:
    """One page: open runs, and where they end, ended ones; their labels in that language, or in each customer's own.
    Blocks. Raises `malformed` or `WrongCursor`.
    """
    part, place = Cursor.read(cursor)
    with portal.adapters.database.read():  # one picture: what ends meanwhile is not missing from both parts
        return page_from(portal, criteria, part, place, limit, language)


def page_from(
    portal: Portal, criteria: Criteria, part: str, place: str, limit: int, language: Language | None
) -> dict[str, Any]:
    """The page that begins in a part, at a place there."""
    adapters = portal.adapters
    wanted = {name: value for name, value in asdict(criteria).items() if name != "open" and value is not None}
    open_runs = ended = Page[CancellationItem]((), 0, None)
    if criteria.open is not False:
        at = {"limit": limit, "cursor": place} if part == "open" else {"limit": 0}
        open_runs = adapters.open_list.open_runs(**at, **wanted)
    if not criteria.open and criteria.waiting_for is None:  # ended runs wait for nobody
        room = 0 if open_runs.next else limit - len(open_runs.items)
        ended = adapters.ledger.ended_runs(limit=room, cursor=place if part == "ended" else None, **wanted)
    following = next_cursor(open_runs, ended, limit)
    items = labelled(portal, (*open_runs.items, *ended.items), language)
    total = total_of(open_runs.total + ended.total)
    return {"items": items, **total, "next": str(following) if following else None}


def labelled(portal: Portal, items: Sequence[CancellationItem], language: Language | None) -> list[dict[str, Any]]:
    """The items as they are answered, each with what people call what it ends; the records are read in one go."""
    records = portal.adapters.records.several({item.customer for item in items})
    catalogue = portal.catalogues.in_force(day_of(datetime.now(UTC), portal.settings.time_zone))
    said = cache(partial(state_text, say))
    found = []
    for item in items:
        record, former_names = records.get(item.customer, (None, {}))
        spoken = language or (record.language if record else UNKNOWN_LANGUAGE)
        label = label_in(item, record, former_names, catalogue, spoken)
        text = said(spoken, item.kind, item.state, item.being_booked)
        found.append(item.model_dump(mode="json") | {"label": label, "state_text": text})
    return found


def label_in(
    item: CancellationItem,
    record: Customer | None,
    former_names: Mapping[NamedPart, str],
    catalogue: Catalogue,
    language: Language,
) -> str:
    """What is ended, by its name in the record, or that in which it has left it; else what the subject stands for.

    The edition and the package of which a run has ended are no longer those that the record says.
    """
    number = ended_subject(item.kind, item.subject)
    former = former_names.get(("licences", number))
    if record and record.licence(number) is None and former:
        return one_line(former)
    if record is None or (item.ended_at is not None and record.licence(number) is None):
        return subject_label(say, language, item.kind, item.subject)
    return one_line(label_of(item.kind, item.subject, record, catalogue, language))


def next_cursor(open_runs: Page[CancellationItem], ended: Page[CancellationItem], limit: int) -> Cursor | None:
    """Where the list goes on; ended runs begin on a page of their own where open ones fill one."""
    if open_runs.next:
        return Cursor("open", open_runs.next)
    if ended.next:
        return Cursor("ended", ended.next)
    return Cursor("ended") if ended.total and len(open_runs.items) == limit else None
