"""What a kind of cancellation is, in one entry of the registry; and what its check may read and say."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Literal

from states.chart.base import Chart
from states.model.facts import BookedChange, Check, DateRule, Inquiry, Refusal
from states.model.offers import Catalogue
from states.model.record import Customer
from states.model.request import Request

KEPT_WHEN_EMPTY = frozenset({"details_needed"})
"""Fields of a check whose empty tuple means something else than their default."""

COMMON_CODES = frozenset({"malformed", "unknown_customer"})
"""The refusals of every kind, made before its own check is asked (G1, G2)."""


@dataclass(frozen=True)
class Context:
    """What a check reads beside the catalogue.

    `record`: the customer, None where unknown. `ends`: when booked ends of this customer's licences take effect,
    by licence (X3); `own_ends`: those of them that were ordered for it by itself (ADD2). `changes`: what is booked in
    the configurator. `open_runs`: workflow IDs of this customer's open runs. `other`: the customer named as target of
    a marketplace transfer. `zone`, `boundary`: for what depends on the day (X1). `names`: what licences are called, by
    catalogue version, product and day, as far as a check has asked. `later`: the same when some of these changes are
    made, as far as one has.
    """

    record: Customer | None
    ends: Mapping[str, datetime] = field(default_factory=dict)
    own_ends: Mapping[str, datetime] = field(default_factory=dict)
    changes: tuple[BookedChange, ...] = ()
    open_runs: frozenset[str] = frozenset()
    other: Customer | None = None
    zone: str = "Europe/Berlin"
    boundary: Literal["inclusive", "strict"] = "inclusive"
    names: dict[tuple[str, str, date], dict[str, list[str]]] = field(default_factory=dict, init=False)
    later: dict[tuple[BookedChange, ...], "Context"] = field(default_factory=dict, init=False)


@dataclass(frozen=True)
class CustomerInquiry:
    """What a kind's own check is asked: the document is well-formed and the customer is known.

    `after`: the change has been made, and only what is in surplus now is asked (X2).
    """

    request: Request
    at: datetime
    after: bool
    record: Customer
    context: Context
    catalogue: Catalogue

    def conclude(self, **fields: Any) -> Check:
        """The check with these fields."""
        return new_check(self.record, self.catalogue, **fields)

    def refuse(self, rule: str, code: str, **values: Any) -> Check:
        """The check that refuses: rule number, stable code, values of its text."""
        return self.conclude(refusal=Refusal(rule=rule, code=code, values=values))


def new_check(record: Customer | None, catalogue: Catalogue, **fields: Any) -> Check:
    """A check with only those fields set that say something, which keeps histories small."""
    if record is not None and record.language != "de":
        fields["language"] = record.language
    values = {
        name: value for name, value in fields.items() if value is not None and (value != () or name in KEPT_WHEN_EMPTY)
    }
    return Check(catalogue=catalogue.version, **values)


OwnCheck = Callable[[CustomerInquiry], Check]


@dataclass(frozen=True)
class Kind:
    """One row of the table of kinds (docs/contract.md).

    `malformed` answers what is wrong with a document of this kind, as a key of the texts (`fault.…`), or None.
    `watches`: its check depends on the customer's other licences, so that their runs tell it (X3). `rests_on`: the
    other kinds whose changes its check depends on too, so that their runs tell it.

    What its check may say, whatever the record and the catalogue hold, so that documents need not guess it:
    `dates`: where the date may come from; empty where it always refuses. `codes`: its warnings and refusals.
    `steps`: the steps outside our reach that it may ask for, by `OutsideStep.what`.
    """

    kind: str
    workflow: str
    chart: type[Chart]
    own_check: OwnCheck
    malformed: Callable[[Request], str | None]
    dates: tuple[DateRule, ...]
    codes: frozenset[str]
    steps: frozenset[str] = frozenset()
    watches: bool = False
    rests_on: frozenset[str] = frozenset()

    def refusal_of_document(self, request: Request) -> Refusal | None:
        """What is wrong with a document (G1), with what its text needs to name this kind's own subjects and targets."""
        fault = self.malformed(request)
        if fault is None:
            return None
        values = {"fault": fault, "kind": self.kind, "subject": request.subject}
        return Refusal(rule="G1", code="malformed", values=values)

    def check(self, inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
        """What record and catalogue say of a request. Refuses a wrong document (G1) and an unknown customer (G2)."""
        request, record = inquiry.request, context.record
        wrong = self.refusal_of_document(request)
        if wrong is not None:
            return new_check(record, catalogue, refusal=wrong)
        if record is None:
            refusal = Refusal(rule="G2", code="unknown_customer", values={"customer": request.customer})
            return new_check(None, catalogue, refusal=refusal)
        return self.own_check(CustomerInquiry(request, inquiry.at, inquiry.after, record, context, catalogue))
