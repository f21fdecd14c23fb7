"""Judging a request by record and catalogue: the same for runs, previews and the list of licences."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from pydantic import TypeAdapter, ValidationError

from activities.ports import CustomerCentre, Misconfigured, Runs
from activities.sql.subjects import Ends
from catalogue.click_paths import click_path
from catalogue.loader import Catalogues
from settings import Settings
from states.chart.revision import REVISION
from states.kinds.kind import Context
from states.kinds.registry import KINDS
from states.model.base import Identifier, day_of
from states.model.effects import ApplyChange, Step
from states.model.facts import Check, Inquiry, RunSettings, Surplus
from states.model.offers import Catalogue
from states.model.record import Customer
from states.model.request import Request

RECORDED = ("abandon_after", "remind_every", "recheck_before", "repair_after", "apply_window")
"""The settings that a run records under their own name."""
IDENTIFIER: TypeAdapter[str] = TypeAdapter(Identifier)


async def assess(
    inquiry: Inquiry, *, centre: CustomerCentre, runs: Runs, catalogues: Catalogues, settings: Settings
) -> Check:
    """What the record and the catalogue say about a request at one moment.

    Raises `KeyError` for a kind that does not exist, `Misconfigured` for a catalogue version that is gone, and what
    the ports raise.
    """
    request = inquiry.request
    record, ends = await centre.with_ends(request.customer)
    context = Context(
        record=record,
        ends=ends,
        open_runs=await runs.open_runs(request.customer),
        other=await other_of(request, centre),
        zone=settings.time_zone,
    )
    catalogue, in_force = versions(inquiry, catalogues, settings)
    check = KINDS[request.kind].check(inquiry, context, catalogue)
    added = by_hand(check, request, record, catalogue, settings)
    if in_force.version != catalogue.version:
        added["in_force"] = in_force.version
    if inquiry.first:
        added["settings"] = run_settings(settings)
    return Check.model_validate({**fields_of(check), **added}) if added else check


def fields_of(check: Check) -> dict[str, Any]:
    """The fields that say something."""
    return {name: getattr(check, name) for name in check.model_fields_set}


async def other_of(request: Request, centre: CustomerCentre) -> Customer | None:
    """The customer that a marketplace account moves to; None where nobody knows it (MOV2)."""
    if request.kind != "marketplace_transfer":
        return None
    try:
        return await centre.customer(IDENTIFIER.validate_python(request.target))
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
    """How the change is made, and where a person must click (X12, X9). Nothing where it is refused."""
    added: dict[str, Any] = {}
    if check.refusal is not None:
        return added
    guided = settings.mode(request.kind) == "guided"
    if guided:
        added["mode"] = "guided"
        labels = {key: catalogue.optional_services[key].label[check.language] for key in check.optional_services}
        if labels:
            added["service_labels"] = labels
    if guided or check.outside:
        path = click_path(catalogue, request, record)
        if path:
            added["click_path"] = path
    return added


def run_settings(settings: Settings) -> RunSettings:
    """The settings that a run is requested under; only what differs from the default is written down."""
    chosen: dict[str, Any] = {
        "boundary": settings.notice_boundary,
        "zone": settings.time_zone,
        "ui_url": settings.temporal_ui_url,
        "revision": REVISION,
    } | {name: getattr(settings, name) for name in RECORDED}
    defaults = RunSettings()
    return RunSettings(**{name: value for name, value in chosen.items() if value != getattr(defaults, name)})


def surplus_after(catalogues: Catalogues, settings: Settings) -> Callable[[Customer, Ends, Step], tuple[Surplus, ...]]:
    """What `SqlCustomerCentre` asks after a change: what the kind's own check still finds in surplus (X2, X4)."""

    def found(record: Customer, ends: Ends, step: Step) -> tuple[Surplus, ...]:
        request = Request(kind=step.kind, customer=step.customer, subject=step.subject, target=step.target)
        name = step.effect.catalogue if isinstance(step.effect, ApplyChange) and step.effect.catalogue else None
        inquiry = Inquiry(request=request, at=datetime.now(UTC), version=name, after=True)
        context = Context(record=record, ends=ends, zone=settings.time_zone)
        catalogue, _ = versions(inquiry, catalogues, settings)
        return KINDS[step.kind].check(inquiry, context, catalogue).surplus

    return found


def channels(catalogues: Catalogues) -> frozenset[str]:
    """The products billed by order packages in any version (OP0-1)."""
    return frozenset(
        product.key.partition("/")[0] for one in catalogues.all for product in one.products.values() if product.channel
    )
