"""The cancel-by board: everything that a customer has, until when each could be ended, and what that would do.

Whether or not anything was requested. Each date is read off the chart that a run would follow, played at this moment
and again at the first moment after its deadline.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cached_property
from typing import Any, Literal, NamedTuple

from activities.request_check import check_in, context_of, run_settings
from catalogue.quoting import one_line
from catalogue.texts import say
from portal.choices import label_of, listed_targets
from portal.context import Portal
from portal.problems import unknown_customer
from portal.read_models import licence_answer, meaning_of, request_for, running_for, spoken_in
from portal.schemas import Board, BoardItem, Deadline, RunningItem, Total
from states.kinds.kind import Context
from states.kinds.registry import KINDS
from states.model.base import Value, day_of
from states.model.ends import DEADLINE_KEPT
from states.model.facts import CONFIGURED, BookedChange, Check, Inquiry, RunSettings
from states.model.offers import Catalogue
from states.model.record import Customer, Language, Licence, NamedPart
from states.model.request import Request
from states.model.status import ShownRun
from states.rules.cost_effect import product_of
from states.rules.run_values import isoformat
from states.rules.surplus_resolution import SUBJECT_IS_PRODUCT
from states.views.labels import ended_subject, last_day_before, state_text
from states.views.outlook import Outlook, outlook
from states.views.preview import played

CURRENCY = "EUR"
REFUSED = Outlook(None, None, None, False, "none", None)
"""Of what no process here ends."""
ORDERED = DEADLINE_KEPT | {"third_party"}
"""The states in which what the customer sent holds."""
CHANGED = CONFIGURED | {"shop_hosting"}
"""The kinds of which another target may be asked for on top of a booked order (X10)."""

Stage = Literal["unsent", "asked", "sent"]
"""How far an open run is for the customer: his to send, a person's to decide, or sent."""


class Standing(Value):
    """The booked order beneath a change, in force until the change is booked (X10). `target`: as people call it."""

    target: str | None
    effective_day: date


class UnderWay(RunningItem):
    """An open run as the pages show it: what is beside the fields of `RunningItem` no call answers.

    `target`: to what it is booked to change, as people call it.
    """

    stage: Stage
    target: str | None
    standing: Standing | None


def board(portal: Portal, customer: str, language: Language | None = None) -> dict[str, Any]:
    """The board of a customer, in that language or the customer's own. Blocks. Raises `unknown_customer`."""
    return read(portal, customer, language).model_dump(mode="json")


def board_of_pages(portal: Portal, customer: str, language: Language | None = None) -> dict[str, Any]:
    """The same for a page: its open runs are `UnderWay`."""
    return read(portal, customer, language).model_dump(mode="json", serialize_as_any=True)


def read(portal: Portal, customer: str, language: Language | None) -> Board:
    """The board of a customer as it is now. Blocks. Raises `unknown_customer`."""
    with portal.adapters.together(portal.adapters.bookings, writes=False):
        context = context_of(customer, portal.adapters, portal.settings)
        shown = portal.adapters.open_list.held(context.open_runs)
    if context.record is None:
        raise unknown_customer(customer)
    return drawn(portal, spoken_in(context, language), shown, datetime.now(UTC))


def drawn(portal: Portal, context: Context, shown: Mapping[str, ShownRun], at: datetime) -> Board:
    """The board as it is at a moment, of what has been read. `shown`: how the open runs stand."""
    assert context.record is not None
    return Drawing(Judge(portal, context, at), context.record, shown).board()


class Judgement(NamedTuple):
    """What was found about a request: its check, the outlook of an order now, and of one after the deadline."""

    check: Check
    now: Outlook
    later: Outlook | None


@dataclass(frozen=True)
class Judge:
    """Judges requests by what has been read once, and those whose answer must be the same only once."""

    portal: Portal
    context: Context
    at: datetime
    judged: dict[Hashable, Judgement] = field(default_factory=dict)

    def judge(self, request: Request, facts: Hashable) -> Judgement:
        """The judgement of a request. `facts`: all that the answer depends on beside kind and target."""
        key = (request.kind, request.target, facts)
        if key not in self.judged:
            check, now = self.outlook(request, self.at)
            later = self.outlook(request, now.order_by)[1] if now.order_by else None
            self.judged[key] = Judgement(check, now, later)
        return self.judged[key]

    def outlook(self, request: Request, at: datetime) -> tuple[Check, Outlook]:
        """What an order placed at a moment would give."""
        check = check_in(self.context, Inquiry(request=request, at=at), self.portal.catalogues, self.portal.settings)
        return check, outlook(played(KINDS[request.kind], request, check, at, self.settings))

    @cached_property
    def settings(self) -> RunSettings:
        """Those that a run would be requested under now."""
        return run_settings(self.portal.settings, self.catalogue)

    @cached_property
    def catalogue(self) -> Catalogue:
        """The version in force."""
        return self.portal.catalogues.in_force(day_of(self.at, self.portal.settings.time_zone))

    @cached_property
    def spoken_of(self) -> frozenset[str]:
        """The licences by whose numbers something is known: what belongs to them, their runs, their booked ends."""
        record = self.context.record
        parents = record.by_parent if record else {}
        return frozenset({*parents, *(run.split("/", 2)[2] for run in self.context.open_runs), *self.context.ends})

    def facts_of(self, licence: Licence) -> Hashable:
        """All that the answer about a licence depends on: its number only where something else names it."""
        facts = {name: getattr(licence, name) for name in licence.model_fields_set - {"licence", "label"}}
        return (frozenset(facts.items()), licence.licence if licence.licence in self.spoken_of else None)


@dataclass(frozen=True)
class Drawing:
    """The board being made. `record`: in the language of who reads it; `shown`: the open runs, as they stand."""

    judge: Judge
    record: Customer
    shown: Mapping[str, ShownRun]

    def board(self) -> Board:
        """The whole."""
        running = running_for(self.judge.context.open_runs)
        items = (*self.main_items(running), *self.licence_items(running))
        told = {item.running.workflow_id for item in items if item.running}
        return Board(
            customer=self.record.customer,
            name=self.record.name,
            language=self.language,
            as_of=self.judge.at,
            total=total_of(items),
            items=items,
            others=tuple(self.running(run) for run in sorted(self.judge.context.open_runs - told)),
        )

    def main_items(self, running: Mapping[str, str]) -> Iterator[BoardItem]:
        """The editions, the order package, and what is left as a whole."""
        catalogue = self.judge.catalogue
        for kind, subject, product in main_subjects(self.record):
            request = Request(kind=kind, customer=self.record.customer, subject=subject)
            targets = listed_targets(request, self.record, catalogue)
            lowest = product if kind == "edition" else None  # to be told that nothing lower can be booked
            request = request.model_copy(update={"target": targets[0].target if targets else lowest})
            edition = catalogue.editions.get(product)
            judgement = self.judge.judge(request, subject)
            effect, rule, text = meaning_of(request, judgement.check, self.language)
            yield self.item(
                request,
                judgement,
                running.get(subject),
                licence=None,
                product=product,
                product_label=say(self.language, f"subject.{subject}"),
                label=label_of(request.kind, request.subject, self.record, catalogue, self.record.language),
                price_per_month=edition.price_per_month if edition else None,
                effect=effect,
                rule=rule,
                text=text,
                term_ends=judgement.check.term_ends,
                targets=targets,
            )

    def licence_items(self, running: Mapping[str, str]) -> Iterator[BoardItem]:
        """Every licence and contract, in the record's order."""
        for licence in self.record.licences:
            product = product_of(self.judge.catalogue, licence)
            request = request_for(self.record, licence, product)
            judgement = self.judge.judge(request, self.judge.facts_of(licence)) if request else None
            judged = (request, judgement.check) if request and judgement else None
            answer = licence_answer(self.record, licence, self.judge.catalogue, None, judged)
            yield self.item(
                request,
                judgement,
                running.get(request.subject if request else licence.licence) or self.ended_by(licence),
                licence=licence.licence,
                product=licence.product,
                product_label=product.label[self.language] if product else licence.product,
                label=answer.label,
                price_per_month=licence.price_per_month,
                effect=answer.effect,
                rule=answer.rule,
                text=answer.text,
                term_ends=licence.term_ends,
                targets=(),
            )

    def ended_by(self, addon: Licence) -> str | None:
        """The open run of a hosting with whose booked end an add-on ends (ADD2)."""
        context, hosting = self.judge.context, addon.parent
        run = f"hosting/{self.record.customer}/{hosting}"
        if hosting is None or run not in context.open_runs or hosting not in context.ends:
            return None
        return run if addon.licence in context.ends.keys() - context.own_ends.keys() else None

    def item(self, request: Request | None, judgement: Judgement | None, run: str | None, **known: Any) -> BoardItem:
        """An item, with what has been judged about it, if anything."""
        refusal = judgement.check.refusal if judgement else None
        elsewhere = request is None or (refusal is not None and refusal.code == "use_support")
        now, later = (judgement.now, judgement.later) if judgement else (REFUSED, None)
        return BoardItem(
            **known,
            **self.deadline(now, request),
            kind=request.kind if request else None,
            subject=request.subject if request else known["licence"],
            currency=CURRENCY,
            can_be_ended_here=request is not None and refusal is None,
            where_instead=known["text"] if elsewhere else None,
            next=Deadline(**self.deadline(later, request)) if later else None,
            saving_per_month=saving_of(now),
            running=self.running(run) if run else None,
        )

    def deadline(self, found: Outlook, request: Request | None) -> dict[str, Any]:
        """The fields of `Deadline`, about what a request asks for."""
        values = {
            "kind": request.kind if request else None,
            "cost_effect": found.cost_effect,
            "effective_at": isoformat(found.effective_at),
            "order_by": isoformat(found.order_by),
            "last_day_unclear": found.last_day_unclear or None,
            "zone": self.zone,
        }
        return {
            "timing": found.timing,
            "timing_text": say(self.language, f"timing.{found.timing}", values) if found.timing else None,
            "order_by": found.order_by,
            "order_by_day": self.last_day(found.order_by),
            "last_day_unclear": found.last_day_unclear,
            "effective_at": found.effective_at,
            "effective_day": self.day(found.effective_at),
        }

    def running(self, workflow_id: str) -> UnderWay:
        """An open run, as it has shown itself last."""
        kind, _, subject = workflow_id.split("/", 2)
        run = self.shown.get(workflow_id)
        ordered = run is not None and run.state in DEADLINE_KEPT
        change, beneath = self.booked(kind, subject), run is None or run.state not in ORDERED
        return UnderWay(
            workflow_id=workflow_id,
            kind=kind,
            subject=subject,
            label=self.label(kind, subject),
            stage=stage_of(run, self.judge.at),
            target=self.target(change) if change and not beneath else None,
            standing=self.standing(change) if change and beneath else None,
            state=run.state if run else None,
            state_text=state_text(say, self.language, kind, run.state, run.being_booked)
            if run
            else state_text(say, self.language, kind, "received"),
            waiting_for=run.waiting_for if run else (),
            order_by_day=self.last_day(run.order_by) if run and not ordered else None,
            effective_day=self.day(run.effective_at) if run else None,
        )

    def label(self, kind: str, subject: str) -> str:
        """What an open run ends, as people call it; of what has left the record by the name in which it left."""
        number = ended_subject(kind, subject)
        former = self.former_names.get(("licences", number)) if self.has_left(kind, number) else None
        language, catalogue = self.language, self.judge.catalogue
        return one_line(former or label_of(kind, subject, self.record, catalogue, language))

    def has_left(self, kind: str, number: str) -> bool:
        """Whether the subject of a run may be a licence that is not in the record any more."""
        named_otherwise = kind in (*CONFIGURED, "fulfillment", *SUBJECT_IS_PRODUCT)
        return not named_otherwise and self.record.licence(number) is None

    @cached_property
    def former_names(self) -> Mapping[NamedPart, str]:
        """What licences were called that have left the record; read where a run is about one."""
        return self.judge.portal.adapters.records.with_former_names(self.record.customer)[1]

    def booked(self, kind: str, subject: str) -> BookedChange | None:
        """What a kind that can be changed has booked of a subject; of a licence its end."""
        context = self.judge.context
        if kind in CONFIGURED:
            return next(
                (change for change in context.changes if (change.kind, change.subject) == (kind, subject)), None
            )
        at = context.ends.get(subject) if kind in CHANGED else None
        return BookedChange(kind=kind, subject=subject, effective_at=at) if at else None

    def target(self, change: BookedChange) -> str | None:
        """To what is changed, as people call it."""
        if change.target is None:
            return None
        return say(self.language, "about.target", {"kind": change.kind, "target": change.target})

    def standing(self, change: BookedChange) -> Standing | None:
        """The booked order that a change would take the place of; not once its day has come."""
        at = change.effective_at
        if at is None or at <= self.judge.at:
            return None
        return Standing(target=self.target(change), effective_day=day_of(at, self.zone))

    @property
    def language(self) -> Language:
        """Of who reads it."""
        return self.record.language

    @property
    def zone(self) -> str:
        """In which days are said."""
        return self.judge.portal.settings.time_zone

    def day(self, moment: datetime | None) -> date | None:
        """The calendar day of a moment."""
        return day_of(moment, self.zone) if moment else None

    def last_day(self, order_by: datetime | None) -> date | None:
        """The last day that lies before a moment, in whole or in part."""
        return last_day_before(order_by, self.zone) if order_by else None


def stage_of(run: ShownRun | None, at: datetime) -> Stage:
    """How far an open run is for the customer; one that has just begun has not shown itself."""
    if run is None:
        return "unsent"
    if run.state == "support_ticket":
        return "asked"
    # What is left over when the date has come stands in a state that one also passes before the order (X2, X4).
    left_over = run.state == "surplus_resolution" and run.effective_at is not None and run.effective_at <= at
    return "sent" if run.being_booked or left_over or run.state in ORDERED else "unsent"


def main_subjects(record: Customer) -> Iterator[tuple[str, str, str]]:
    """Kind, subject and product of what a customer has beside licences."""
    for family, edition in record.editions.items():
        yield "edition", family, edition
    if record.order_package:
        yield "order_package", "orders", "order_package"
    if record.partners:
        yield "fulfillment", "ffn", "fulfillment"


def saving_of(found: Outlook) -> Decimal | None:
    """What the cost falls by a month, where both prices are known."""
    if found.cost_effect != "cancellation" or found.cost is None:
        return None
    return found.cost.before - found.cost.after


def total_of(items: Iterable[BoardItem]) -> Total:
    """What all of them cost a month."""
    listed = list(items)
    return Total(
        price_per_month=sum((item.price_per_month for item in listed if item.price_per_month), Decimal(0)),
        currency=CURRENCY,
        unknown=sum(item.price_per_month is None and may_cost(item) for item in listed),
    )


def may_cost(item: BoardItem) -> bool:
    """Whether we may charge something for it, whether or not a price is recorded."""
    return item.effect in ("cancellation", "unknown") and item.timing != "third_party"
