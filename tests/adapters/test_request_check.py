"""Judging by record and catalogue: version, mode, settings, the other customer."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from activities.cancellations import CancellationActivities
from activities.ports import Misconfigured
from activities.request_check import check_request, version
from catalogue.loader import Catalogues
from settings import Settings
from states.model.effects import BookOrder
from states.model.facts import Check, Inquiry
from states.model.request import Request
from tests.adapters.customers import EFFECTIVE, PLACED, step
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
