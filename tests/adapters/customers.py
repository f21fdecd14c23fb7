"""Customers, licences and steps for tests: the contract's own example, and short ways to vary it."""

import json
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

from activities.customer_centre import customer
from settings import Settings
from states.model.effects import AnyEffect, ApplyChange, BookOrder, Step

CONTRACT = {
    "customer": "K-1001",
    "name": "Muster GmbH",
    "email": "kontakt@muster.example",
    "language": "de",
    "editions": {"jtl": "jtl_pro", "wms": "wms_pro"},
    "edition_terms": {"jtl": {"term": "annual", "ends": "2027-06-30"}},
    "order_package": 2500,
    "licences": [
        {
            "licence": "L-77",
            "product": "wms_user",
            "label": "Picker 3",
            "included": False,
            "term_ends": "2027-01-31",
            "price_per_month": "9.00",
            "assigned_to": "wms",
            "booked_via": "jtl",
            "pilot": False,
            "third_party": None,
            "contract": "abonnement",
            "module": None,
            "parent": None,
        }
    ],
    "partners": [{"id": "P-1", "name": "Lager Nord", "role": "fulfiller", "open_operations": 0, "stock": 0}],
}
"""The line that the contract shows."""

PLACED = datetime(2027, 1, 10, 9, 30, tzinfo=timezone(timedelta(hours=1)))
EFFECTIVE = datetime(2027, 1, 31, 23, tzinfo=UTC)


def line(**changes: Any) -> dict[str, Any]:
    """The contract's customer with changes."""
    return CONTRACT | changes


def licence(number: str, product: str = "wms_user", **more: Any) -> dict[str, Any]:
    """A licence as short as it may be."""
    return {"licence": number, "product": product, **more}


def file_of(folder: Path, *lines: Any) -> Path:
    """A JSON Lines file."""
    path = folder / "customers.jsonl"
    texts = [one if isinstance(one, str) else json.dumps(one) for one in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8")
    return path


def step(kind: str, subject: str, effect: AnyEffect, *, target: Any = None, key: str = "") -> Step:
    """A step of K-1001's run for that subject."""
    workflow_id = f"{kind}/K-1001/{subject}"
    return Step(
        key=key or f"{workflow_id}/run/{effect.effect}/{effect.number}",
        workflow_id=workflow_id,
        kind=kind,
        customer="K-1001",
        subject=subject,
        target=target,
        effect=effect,
    )


def order(number: int = 1, **more: Any) -> BookOrder:
    """An order placed on 10 January for 1 February."""
    return BookOrder(number=number, **({"placed_at": PLACED, "effective_at": EFFECTIVE} | more))


CHANGE = ApplyChange(number=2, catalogue="2024-09-01")


async def record_of(settings: Settings) -> dict[str, Any]:
    """K-1001 as the command line shows it."""
    found = await customer(settings, "K-1001")
    assert found is not None
    return found


def licences_of(found: dict[str, Any]) -> set[str]:
    """The licences' numbers."""
    return {one["licence"] for one in found["licences"]}
