"""The overview matrix: what each thing is when it ends, from when, who acts, what blocks it, what is warned of.

Nothing of a row is written down but the request (matrix.toml): effect, date, blocks and warnings are what the kind's
own check answers for a made-up customer, asked under every edition. A block that it does not make stops the build.
"""

import tomllib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, get_args

from pydantic import Field
from pydantic.dataclasses import dataclass

from states.kinds.kind import Context
from states.kinds.registry import KINDS
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue
from states.model.record import Customer, EditionKey
from states.model.request import Request
from states.rules.cost_effect import listed_effect, offer_for
from states.views.diagram import states_of
from tools.docs.conversations import shipped
from tools.docs.kind_facts import holding

AT = datetime(2027, 1, 4, 9, tzinfo=UTC)
Fields = dict[str, Any]


@dataclass(frozen=True)
class Block:
    """A request that is refused, or held until something is gone: in words, and what differs from the row's sample."""

    says: str
    request: Fields = Field(default_factory=dict)
    licence: Fields = Field(default_factory=dict)
    record: Fields = Field(default_factory=dict)
    open_runs: Sequence[str] = ()
    without: Sequence[str] = ()
    """Fields that the request then lacks."""
    catalogue: Fields = Field(default_factory=dict)
    """What then differs from the catalogue."""


@dataclass(frozen=True)
class Row:
    """What is cancelled: in words, its kind, and a request with the licence and the record that it needs."""

    says: str
    kind: str
    request: Fields = Field(default_factory=lambda: {"subject": "L-1"})
    licence: Fields | None = None
    record: Fields = Field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    catalogue: Fields = Field(default_factory=dict)
    """What differs from the catalogue."""
    effect: str | None = None
    """Where it is no cancellation with an effect on the cost, what it is."""
    date: str | None = None
    """Where no date follows from the record, when it ends."""


HELD = {"jtl": "jtl_pro", "wms": "wms_pro"}
RECORD: Fields = {"order_package": 2500}
"""What every row's customer has, unless it says otherwise."""
PACKAGES = {"K-2": 100, "K-3": 0}
"""The customers to whom a marketplace may move, each with its order package."""


@cache
def listed() -> tuple[Row, ...]:
    """The rows of matrix.toml, as in the guide's order."""
    document = tomllib.loads(Path(__file__).with_suffix(".toml").read_text(encoding="utf-8"))
    return tuple(Row(**row) for row in document["rows"])


EFFECTS = {
    "cancellation": "cancellation: the cost falls",
    "deactivation": "deactivation: no saving",
    "none": "nothing is charged here",
    "unknown": "not known: asked (X5)",
}


def rows() -> Iterator[tuple[str, ...]]:
    """The matrix, by the catalogue version in force."""
    version = shipped().all[-1]
    for row in listed():
        checks = answers(row, version)
        kind = f"[`{row.kind}`](kinds/{row.kind}.md)"
        shown = (effect_of(row, checks), date_of(row, checks), actors_of(row, checks), blocks_of(row, version))
        yield (row.says, kind, *shown, warnings_of(row, checks))


def answers(row: Row, version: Catalogue) -> dict[str, Check]:
    """What the check says under each edition that matters, by the edition's label; "" where none does."""
    product = version.products.get((row.licence or {}).get("product", ""))
    family = product.family if product and product.offers else None
    if family is None:
        return {"": answer(row, version)}
    editions = [version.editions[key] for key in get_args(EditionKey) if version.editions[key].family == family]
    return {edition.label: answer(row, version, editions={family: edition.key}) for edition in editions}


def answer(row: Row, version: Catalogue, block: Block | None = None, editions: Fields | None = None) -> Check:
    """The check of one request."""
    block = block or Block("")
    record = RECORD | row.record | block.record
    record["editions"] = HELD | record.get("editions", {}) | (editions or {})
    if row.licence:
        product = version.products[row.licence["product"]]
        paid = listed_effect(offer_for(product, record["editions"])) != "deactivation"
        term = {"term_ends": "2027-06-30"} if paid else {}
        record["licences"] = [{"licence": "L-1"} | term | row.licence | block.licence, *record.get("licences", ())]
    document = {"kind": row.kind, "customer": "K-1"} | row.request | block.request
    request = Request.model_validate({name: value for name, value in document.items() if name not in block.without})
    others = {name: customer(name, {"editions": HELD, "order_package": tier}) for name, tier in PACKAGES.items()}
    runs = frozenset(block.open_runs)
    context = Context(record=customer("K-1", record), other=others.get(str(request.target)), open_runs=runs)
    catalogue = version.model_copy(update=row.catalogue | block.catalogue)
    return KINDS[row.kind].check(Inquiry(request=request, at=AT), context, catalogue)


def customer(name: str, record: Fields) -> Customer:
    """A made-up customer."""
    return Customer.model_validate({"customer": name, "name": name, "language": "en"} | record)


def effect_of(row: Row, checks: dict[str, Check]) -> str:
    """What ending it does to the cost, by edition where that makes a difference."""
    if row.effect is not None:
        return row.effect
    editions: dict[str, list[str]] = {}
    for edition, check in checks.items():
        effect = f"`{check.refusal.code}`" if check.refusal else EFFECTS[check.cost_effect]
        editions.setdefault(effect, []).append(edition)
    if len(editions) == 1:
        return next(iter(editions)) + ("" if "" in checks else " (every edition)")
    return "; ".join(f"{effect} ({', '.join(labels)})" for effect, labels in editions.items())


def date_of(row: Row, checks: dict[str, Check]) -> str:
    """Where the effective date comes from."""
    if row.date is not None:
        return row.date
    if ends_outside(checks):
        return "when Shopify has confirmed (CO4)"
    rules: dict[str, None] = {}
    for check in (check for check in checks.values() if check.refusal is None):
        if check.date_rule == "notice":
            rules["14 days' notice to the end of the month (D1–D5)"] = None
            continue
        if check.cost_effect in ("cancellation", "unknown"):
            rules["paid: after the recorded term, else asked (X6)"] = None
        if check.cost_effect != "cancellation":
            rules["not charged: at once, or on a day chosen (X6)"] = None
    return "; ".join(rules)


def actors_of(row: Row, checks: dict[str, Check]) -> str:
    """Who acts: C customer, S system (an operator in guided mode), J a person at the vendor, T a third party."""
    if row.date == "never":
        return "–"
    states = states_of(KINDS[row.kind].chart)
    acts = {
        "C": True,
        "S": "placing" in states and not ends_outside(checks),
        "J": "support_ticket" in states,
        "T": any(check.outside for check in checks.values()),
    }
    return ", ".join(holding(acts))


def ends_outside(checks: dict[str, Check]) -> bool:
    """Whether it can only end at the third party (CO4)."""
    return any(step.what == "shopify" for check in checks.values() for step in check.outside)


def blocks_of(row: Row, version: Catalogue) -> str:
    """What is refused or held, each with its code. Raises `ValueError` where the check does not."""
    blocks = []
    for block in row.blocks:
        code = code_of(row, answer(row, version, block))
        if code is None:
            raise ValueError(f"{row.says}: nothing blocks {block.says!r}")
        blocks.append(f"{block.says} (`{code}`)")
    return "; ".join(blocks) or "–"


def code_of(row: Row, check: Check) -> str | None:
    """The code with which a request, or its order, is refused. An add-on needs any details (ADD1), others what they
    name (SHH2, ADD2)."""
    if check.refusal is not None:
        return check.refusal.code
    if check.surplus:
        return "in_surplus"
    needs_any = row.kind == "hosting_addon" and check.details_needed is not None
    return "details_missing" if check.addons or check.details_needed or needs_any else None


def warnings_of(row: Row, checks: dict[str, Check]) -> str:
    """The warnings, and whether they must be acknowledged before the order."""
    codes = {warning.code: None for check in checks.values() for warning in check.warnings}
    if row.kind == "edition":
        codes |= dict.fromkeys(("surplus", "surplus_gap", "knock_on"))
    listed = ", ".join(f"`{code}`" for code in codes)
    acknowledged = "feature_warning" in states_of(KINDS[row.kind].chart)
    return (f"acknowledge: {listed}" if acknowledged else listed) or "–"
