"""Checking a request against record and catalogue: the same for runs, previews and the list of licences."""

from collections.abc import Container
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from activities.adapters import Adapters
from activities.ports import Ends, Judge, Judgement, Misconfigured
from activities.subjects import subject_of
from catalogue.click_paths import click_path
from catalogue.loader import Catalogues
from settings import Settings
from states.chart.revision import REVISION
from states.kinds.kind import Context
from states.kinds.registry import KINDS
from states.model.base import Identifier, day_of
from states.model.effects import ApplyChange, Decouple, Step
from states.model.facts import ACTIONS, BookedChange, Check, Inquiry, RunSettings, Surplus
from states.model.offers import Catalogue
from states.model.record import Customer
from states.model.request import Request
from states.rules.surplus import unlisted_channels

RECORDED = (
    *("abandon_after", "remind_every", "recheck_before", "repair_after", "apply_window", "max_event_age"),
    "task_due",
)
"""The settings that a run records under their own name."""
IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)


def check_request(inquiry: Inquiry, adapters: Adapters, catalogues: Catalogues, settings: Settings) -> Check:
    """What the record and the catalogue say about a request at one moment.

    Raises `KeyError` for a kind that does not exist, `Misconfigured` for a catalogue version that is gone, and what
    the ports raise.
    """
    request = inquiry.request
    context = context_of(request.customer, adapters, settings, other_customer(request))
    return check_in(context, inquiry, catalogues, settings)


def context_of(customer: str, adapters: Adapters, settings: Settings, other: str | None = None) -> Context:
    """What checks read of a customer, once for all that are made together. Raises what the ports raise.

    `other`: the customer that a marketplace account moves to.
    """
    with adapters.together(adapters.bookings, writes=False):
        standing = adapters.bookings.standing(customer, other)
        return Context(
            record=standing.record,
            ends=standing.ends,
            own_ends=standing.own_ends,
            changes=standing.changes,
            other=standing.other,
            open_runs=adapters.runs.open_runs(customer),
            zone=settings.time_zone,
            boundary=settings.notice_boundary,
        )


def check_in(
    context: Context, inquiry: Inquiry, catalogues: Catalogues, settings: Settings, *, own_too: bool = False
) -> Check:
    """What record and catalogue say about a request, of what has been read. Raises as `check_request` does.

    `own_too`: what is booked for the subject itself is made by then too, as whoever only asks what would be wants to
    know; the run that booked it has yet to make it.
    """
    request = inquiry.request
    context = context_then(context, inquiry, own_too=own_too)
    catalogue, in_force = versions(inquiry, catalogues, settings)
    check = KINDS[request.kind].check(inquiry, context, catalogue)
    added = by_hand(check, request, context.record, catalogue, settings)
    if in_force.version != catalogue.version:
        added["in_force"] = in_force.version
    if inquiry.first:
        added["settings"] = run_settings(settings, catalogue)
    if not added:
        return check
    return Check.model_validate({name: getattr(check, name) for name in check.model_fields_set} | added)


def context_then(context: Context, inquiry: Inquiry, *, own_too: bool) -> Context:
    """What has been read, as it will be at the moment asked about: edition and order package as booked until then,
    whether or not our record follows already (OPL-2, ED14)."""
    record, asked = context.record, inquiry.request
    if record is None or inquiry.after:
        return context
    own = None if own_too else (asked.kind, asked.subject)
    made = tuple(
        change
        for change in context.changes
        if in_force_by(inquiry.at, change, context.open_runs, record) and (change.kind, change.subject) != own
    )
    if not made:
        return context
    if made not in context.later:
        for change in made:
            record = subject_of(change.kind).changed(record, change.subject, change.target, None)
        left = tuple(change for change in context.changes if change not in made)
        runs = context.open_runs - {run_of(change, record) for change in made}
        context.later[made] = replace(context, record=record, changes=left, open_runs=runs)
    return context.later[made]


def in_force_by(at: datetime, change: BookedChange, open_runs: Container[str], record: Customer) -> bool:
    """Whether a booked change holds at a moment.

    Package 0 may be held back beyond its date (X4). What a run has given up nobody brings into our record: that is
    loaded, and may say something else by now.
    """
    due = change.effective_at is not None and change.effective_at <= at
    return due and change.target != 0 and run_of(change, record) in open_runs


def run_of(change: BookedChange, record: Customer) -> str:
    """The workflow ID of the run that has booked it."""
    return Request(kind=change.kind, customer=record.customer, subject=change.subject).workflow_id


def other_customer(request: Request) -> str | None:
    """The customer that a marketplace account moves to; None where that can be none (MOV2)."""
    if request.kind != "marketplace_transfer":
        return None
    try:
        return IDENTIFIER.validate_python(request.target)
    except ValidationError:
        return None


def versions(inquiry: Inquiry, catalogues: Catalogues, settings: Settings) -> tuple[Catalogue, Catalogue]:
    """The version to judge by, and the one in force at the moment asked about (X8)."""
    in_force = catalogues.in_force(day_of(inquiry.at, settings.time_zone))
    return (version(inquiry.version, catalogues) if inquiry.version else in_force), in_force


def version(name: str, catalogues: Catalogues) -> Catalogue:
    """A version by name. Raises `Misconfigured`: an order keeps its version, so it must stay there (X8)."""
    try:
        return catalogues.version(name)
    except KeyError as error:
        raise Misconfigured(
            f"{error.args[0]}: put it back where the catalogue lies, and start the worker anew"
        ) from None


def by_hand(
    check: Check, request: Request, record: Customer | None, catalogue: Catalogue, settings: Settings
) -> dict[str, Any]:
    """How the change is made, and where a person must click (X12). Nothing where it is refused.

    A marketplace account is decoupled by a person in either mode (MOV1).
    """
    added: dict[str, Any] = {}
    if check.refusal is not None:
        return added
    guided = settings.mode(request.kind) == "guided"
    if guided:
        added["mode"] = "guided"
        labels = {key: catalogue.optional_services[key].label[check.language] for key in check.optional_services}
        if labels:
            added["service_labels"] = labels
    actions = ACTIONS if guided else (Decouple.action,)
    paths = {action: click_path(catalogue, request, record, action) for action in actions}
    known = {action: path for action, path in paths.items() if path}
    if known:
        added["click_paths"] = known
    if guided and check.addons:
        addon = request.model_copy(update={"kind": "hosting_addon", "subject": check.addons[0].licence})
        added["addon_path"] = click_path(catalogue, addon, record)
    return added


def run_settings(settings: Settings, catalogue: Catalogue) -> RunSettings:
    """The settings that a run is requested under; only what differs from the default is written down."""
    chosen: dict[str, Any] = {
        "boundary": settings.notice_boundary,
        "zone": settings.time_zone,
        "ui_url": settings.temporal_ui_url,
        "revision": REVISION,
        "reasons": tuple(catalogue.reasons),
        "second_opinion": settings.second_opinion,
    } | {name: getattr(settings, name) for name in RECORDED}
    defaults = RunSettings()
    return RunSettings(**{name: value for name, value in chosen.items() if value != getattr(defaults, name)})


def judge_of(step: Step, catalogues: Catalogues, settings: Settings) -> Judge:
    """How a change is judged: by what the kind's own check still finds in surplus after it.

    A lower edition is made in any case, and what is then in surplus is answered (X2). Package 0 is held while a sales
    channel that is billed by order packages in any version is in the record; that its end is booked does not help (X4).
    """

    def surplus_left(record: Customer, ends: Ends) -> tuple[Surplus, ...]:
        request = Request(kind=step.kind, customer=step.customer, subject=step.subject, target=step.target)
        asked_by = step.effect.catalogue if isinstance(step.effect, ApplyChange) and step.effect.catalogue else None
        inquiry = Inquiry(request=request, at=datetime.now(UTC), version=asked_by, after=True)
        catalogue, _ = versions(inquiry, catalogues, settings)
        context = Context(record=record, ends=ends, zone=settings.time_zone)
        return KINDS[step.kind].check(inquiry, context, catalogue).surplus

    def judge(record: Customer, ends: Ends) -> Judgement:
        if step.kind == "edition":
            return Judgement(surplus_left(record, ends))
        if step.kind == "order_package" and step.target == 0:
            billed = channels(catalogues)
            active = [licence for licence in record.licences if licence.product in billed]
            entries = surplus_left(record, {}) if active else ()
            listed = {number for entry in entries for number in entry.licences}
            unlisted = unlisted_channels(licence for licence in active if licence.licence not in listed)
            return Judgement((*entries, *unlisted), held=bool(active))
        return Judgement()

    return judge


def channels(catalogues: Catalogues) -> frozenset[str]:
    """The products billed by order packages in any version (OP0-1)."""
    return frozenset(
        product.key.partition("/")[0]
        for version in catalogues.all
        for product in version.products.values()
        if product.channel
    )
