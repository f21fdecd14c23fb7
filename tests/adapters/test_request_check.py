"""Judging by record and catalogue: version, mode, settings, the other customer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.cancellations import CancellationActivities
from activities.ports import Misconfigured
from activities.request_check import check_in, check_request, context_of, version
from catalogue.loader import Catalogues
from settings import Settings
from states.model.effects import BookOrder
from states.model.facts import Check, Inquiry
from states.model.record import Licence
from states.model.request import Request
from tests.adapters.customers import EFFECTIVE, PLACED, licence, step
from tests.adapters.databases import database, postgres, settings
from tests.adapters.wired import CATALOGUES, LATER, acts, inquiry

__all__ = ["acts", "database", "postgres", "settings"]


async def judged(acts: CancellationActivities, asked: Inquiry, **changes: Any) -> Check:
    """The check, under changed settings or catalogues."""
    changed = replace(acts, **changes)
    return check_request(asked, changed.adapters, changed.catalogues, changed.settings)


def test_X8_a_version_that_is_gone_is_for_an_administrator() -> None:
    with pytest.raises(Misconfigured, match=r"1999.*put it back.*start the worker anew"):
        version("1999", CATALOGUES)


async def test_a_request_is_judged_by_record_and_ends(acts: CancellationActivities) -> None:
    acts.adapters.bookings.place_order(
        step("shipping_module", "TT-1", BookOrder(number=1, placed_at=PLACED, effective_at=EFFECTIVE))
    )
    check = await judged(acts, inquiry("edition", "jtl", "jtl_advanced"))
    assert check.refusal is None
    assert {entry.licence: entry.ends_at for entry in check.surplus}["TT-1"] == EFFECTIVE
    assert check.settings is check.in_force is None
    unknown = Request(kind="edition", customer="K-9", subject="jtl", target="jtl_start")
    refused = await judged(acts, inquiry("edition", "jtl", request=unknown))
    assert refused.refusal is not None
    assert refused.refusal.code == "unknown_customer"


@pytest.mark.parametrize(
    ("at", "asked", "judged_by", "in_force"),
    [
        (datetime(2027, 1, 31, 22, 59, tzinfo=UTC), None, "2024-09-01", None),
        (datetime(2027, 1, 31, 23, tzinfo=UTC), None, "later", None),
        (datetime(2027, 1, 31, 23, tzinfo=UTC), "2024-09-01", "2024-09-01", "later"),
        (datetime(2027, 1, 31, 22, 59, tzinfo=UTC), "2024-09-01", "2024-09-01", None),
    ],
)
async def test_X8_the_version_in_force_is_that_of_the_day_in_Berlin(
    acts: CancellationActivities, at: datetime, asked: str | None, judged_by: str, in_force: str | None
) -> None:
    first = CATALOGUES.all[0]
    both = Catalogues((first, LATER))
    check = await judged(acts, inquiry("wms_user", "L-77", at=at, version=asked), catalogues=both)
    assert (check.catalogue, check.in_force) == (judged_by, in_force)


# What is booked holds from its date on, whoever asks.

BEFORE = EFFECTIVE - timedelta(microseconds=1)
HELD = (
    *(licence(*names) for names in (("V-1", "vouchers"), ("A-1", "wawi_api"), ("TT-1", "track_and_trace"))),
    licence("W-1", "wms_module"),
)


def book(acts: CancellationActivities, kind: str, subject: str, target: Any) -> None:
    """An open run of K-1001 has booked this for 1 February."""
    acts.adapters.runs.register(f"{kind}/K-1001/{subject}", "run", kind, "K-1001", True)
    effect = BookOrder(number=1, placed_at=PLACED, effective_at=EFFECTIVE)
    acts.adapters.bookings.place_order(step(kind, subject, effect, target=target))


def asked_at(
    acts: CancellationActivities, at: datetime, *asked: Any, jtl: str = "jtl_pro", preview: bool = False
) -> Check:
    """The check of K-1001 as of a moment, as runs and the board ask for it; or as a preview does."""
    context = context_of("K-1001", acts.adapters, acts.settings)
    assert context.record is not None
    licences = tuple(Licence.model_validate(one) for one in HELD)
    record = context.record.model_copy(
        update={"licences": licences, "editions": context.record.editions | {"jtl": jtl}}
    )
    read = replace(context, record=record)
    return check_in(read, inquiry(*asked, at=at), acts.catalogues, acts.settings, own_too=preview)


@pytest.mark.parametrize(
    ("jtl", "booked", "kind", "subject", "before", "then"),
    [
        ("jtl_pro", ("jtl", "jtl_advanced"), "voucher", "V-1", "deactivation", "cancellation"),
        ("jtl_enterprise", ("jtl", "jtl_advanced"), "rest_api", "A-1", "deactivation", "unknown"),
        ("jtl_pro", ("jtl", "jtl_advanced"), "shipping_module", "TT-1", "deactivation", "unknown"),
        ("jtl_pro", ("wms", "wms_start"), "wms_module", "W-1", "deactivation", "unknown"),
    ],
)
async def test_ED14_G6_what_an_end_costs_follows_the_edition_that_is_in_force_at_that_moment(
    acts: CancellationActivities,
    jtl: str,
    booked: tuple[str, str],
    kind: str,
    subject: str,
    before: str,
    then: str,
) -> None:
    book(acts, "edition", *booked)
    for at, effect in ((BEFORE, before), (EFFECTIVE, then), (EFFECTIVE + timedelta(days=2), then)):
        check = asked_at(acts, at, kind, subject, jtl=jtl, preview=at > EFFECTIVE)
        codes = {warning.code for warning in check.warnings}
        assert (check.cost_effect, "no_saving" in codes, "knock_on" in codes) == (
            effect,
            at < EFFECTIVE,
            at < EFFECTIVE,
        )
        assert bool(check.questions) == (at >= EFFECTIVE)  # a term, or the cost, that a person must clarify (X5, X6)


async def test_ED1_OPL2_what_is_booked_for_the_subject_itself_holds_for_a_preview_and_not_for_its_own_run(
    acts: CancellationActivities,
) -> None:
    book(acts, "edition", "jtl", "jtl_advanced")
    book(acts, "order_package", "orders", 1000)
    for asked in (("edition", "jtl", "jtl_advanced"), ("order_package", "orders", 1000)):
        refusals = [asked_at(acts, at, *asked, preview=True).refusal for at in (BEFORE, EFFECTIVE)]
        assert [refusal and refusal.code for refusal in refusals] == [None, "not_lower"]
        assert asked_at(acts, EFFECTIVE, *asked).refusal is None
    lower = asked_at(acts, EFFECTIVE, "edition", "jtl", "jtl_start", preview=True)
    assert lower.current == "jtl_advanced"
    assert lower.beside == ()


async def test_X4_package_0_that_may_be_held_back_and_what_was_given_up_are_not_taken_as_made(
    acts: CancellationActivities, monkeypatch: pytest.MonkeyPatch
) -> None:
    book(acts, "order_package", "orders", 0)
    assert asked_at(acts, EFFECTIVE, "order_package", "orders", 1000, preview=True).current == 2500
    book(acts, "edition", "jtl", "jtl_advanced")
    assert asked_at(acts, EFFECTIVE, "voucher", "V-1").cost_effect == "cancellation"
    monkeypatch.setattr(type(acts.adapters.runs), "open_runs", lambda self, customer: frozenset())
    assert asked_at(acts, EFFECTIVE, "voucher", "V-1").cost_effect == "deactivation"


async def test_X12_a_click_path_is_shown_where_a_person_clicks(acts: CancellationActivities) -> None:
    automatic = await judged(acts, inquiry("wms_user", "L-77"))
    assert (automatic.mode, automatic.click_paths) == ("automatic", {})
    assert not {"mode", "click_paths", "service_labels", "settings", "in_force"} & automatic.model_fields_set
    guided = await judged(
        acts, inquiry("wms_user", "L-77"), settings=Settings(customer_centre_modes={"wms_user": "guided"})
    )
    assert guided.mode == "guided"
    assert set(guided.click_paths) == {"order", "reassign"}
    move = await judged(acts, inquiry("marketplace_transfer", "M-1", "K-1002"))
    assert set(move.click_paths) == {"decouple"}


async def test_the_first_check_records_the_settings_that_differ_from_their_defaults(
    acts: CancellationActivities,
) -> None:
    check = await judged(acts, inquiry("wms_user", "L-77", first=True))
    assert check.settings is not None
    assert check.settings.model_fields_set == {"revision", "reasons"}  # ours, and the catalogue's
    strict = Settings(notice_boundary="strict", abandon_after=timedelta(days=3))
    check = await judged(acts, inquiry("wms_user", "L-77", first=True), settings=strict)
    assert check.settings is not None
    recorded = check.settings.model_dump(exclude_unset=True, exclude={"revision", "reasons"})
    assert recorded == {"boundary": "strict", "abandon_after": timedelta(days=3)}


@pytest.mark.parametrize(
    ("target", "code"), [("K-1002", None), ("K-9", "unknown_customer"), ("no such / name", "unknown_customer")]
)
async def test_MOV2_the_other_customer_is_looked_up(
    acts: CancellationActivities, target: str, code: str | None
) -> None:
    check = await judged(acts, inquiry("marketplace_transfer", "M-1", target))
    assert (check.refusal.code if check.refusal else None) == code
