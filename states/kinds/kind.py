"""What a kind of cancellation is: its chart, its check and its workflow type, in one entry of the registry."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from states.model.facts import Check, DateRule, Inquiry
from states.model.offers import Catalogue
from states.model.record import Customer
from states.model.request import Request

if TYPE_CHECKING:
    from states.chart.base import Chart


@dataclass(frozen=True)
class Context:
    """What a check reads beside the catalogue.

    `record`: the customer, None where unknown. `ends`: when booked ends of this customer's licences take effect,
    by licence (X3). `open_runs`: workflow IDs of this customer's open runs. `other`: the customer named as target of
    a marketplace transfer. `zone`: for what depends on the day.
    """

    record: Customer | None
    ends: Mapping[str, datetime] = field(default_factory=dict)
    open_runs: frozenset[str] = frozenset()
    other: Customer | None = None
    zone: str = "Europe/Berlin"


CheckFunction = Callable[[Inquiry, Context, Catalogue], Check]


@dataclass(frozen=True)
class Kind:
    """One row of the contract's table of kinds.

    `malformed` answers what is wrong with a document of this kind, as a key of the texts (`fault.…`), or None.
    `watches`: its check depends on the customer's other licences, so that their runs tell it (X3).
    """

    kind: str
    workflow: str
    chart: "type[Chart]"
    check: CheckFunction
    malformed: Callable[[Request], str | None] = lambda request: None
    watches: bool = False
    dates: tuple[DateRule, ...] = ()
    """The date rules that its check may give."""
    codes: frozenset[str] = frozenset()
    """The warnings and refusals that its check may say."""
    steps: frozenset[str] = frozenset()
    """The steps outside our reach that it may ask for (`OutsideStep.what`)."""
