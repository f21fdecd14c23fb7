"""The overview matrix: what each thing is when it ends, from when, who acts, what blocks it, what is warned of.

Nothing of a row is written down but the request: effect, date, blocks and warnings are what the kind's own check
answers for a made-up customer, asked under every edition. A block that the check does not make stops the build.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, get_args

from catalogue.loader import load_catalogues
from states.kinds.kind import Context
from states.kinds.registry import KINDS
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue
from states.model.record import Customer, EditionKey
from states.model.request import Request
from tools.docs import kind_facts

AT = datetime(2027, 1, 4, 9, tzinfo=UTC)
Fields = dict[str, Any]


@dataclass(frozen=True)
class Block:
    """A request that is refused, or held until something is gone: in words, and what differs from the row's sample."""

    says: str
    request: Fields = field(default_factory=dict)
    licence: Fields = field(default_factory=dict)
    record: Fields = field(default_factory=dict)
    open_runs: tuple[str, ...] = ()


@dataclass(frozen=True)
class Row:
    """What is cancelled: in words, its kind, and a request with the licence and the record that it needs."""

    says: str
    kind: str
    request: Fields = field(default_factory=lambda: {"subject": "L-1"})
    licence: Fields | None = None
    record: Fields = field(default_factory=dict)
    blocks: tuple[Block, ...] = ()
    catalogue: Fields = field(default_factory=dict)
    """What differs from the catalogue."""


HELD = {"jtl": "jtl_pro", "wms": "wms_pro"}
PRO: Fields = {"editions": HELD, "order_package": 2500}
CHANNEL = {"licences": [{"licence": "M-1", "product": "marketplace"}]}
TRACKING = {"licences": [{"licence": "TT-1", "product": "track_and_trace"}]}
MODULES = {"licences": [{"licence": "W-1", "product": "wms_module"}]}
PARTNER = {"id": "P-1", "name": "Lager Nord", "role": "fulfiller"}
EDITION = {"subject": "jtl", "target": "jtl_advanced"}
WMS = {"subject": "wms", "target": "wms_start"}
TRANSFER = {"subject": "L-1", "target": "K-2"}
EXPLAINED = {"subject": "L-1", "explanation": "…"}

ROWS = (
    Row("JTL edition", "edition", EDITION, blocks=(
        Block("below JTL Start", record={"editions": {"jtl": "jtl_start"}}),
        Block("not lower", {"target": "jtl_enterprise"}),
        Block("licences in surplus, unless overridden by name", record=TRACKING),
    )),
    Row("WMS edition", "edition", WMS, blocks=(
        Block("below WMS Start", record={"editions": {"wms": "wms_start"}}),
        Block("licences in surplus, unless overridden by name", record=MODULES),
    )),
    Row("order package 0", "order_package", {"subject": "orders", "target": 0}, blocks=(
        Block("an active marketplace or connector; no override", record=CHANNEL),
        Block("already 0", record={"order_package": 0}),
    )),
    Row("order package, lower", "order_package", {"subject": "orders", "target": 1000}, blocks=(
        Block("tier not bookable in the edition", {"target": 7}),
        Block("not lower", {"target": 5000}),
    )),
    Row("marketplace", "marketplace",
        licence={"product": "marketplace", "third_party": "Marktplatz X", "pilot": True}, blocks=(
            Block("while its move is open: do not deactivate first", open_runs=("marketplace_transfer/K-1/L-1",)),
        )),
    Row("marketplace, move to another account", "marketplace_transfer", TRANSFER, {"product": "marketplace"}, blocks=(
        Block("target below order package 100", {"target": "K-3"}),
        Block("target unknown", {"target": "K-4"}),
    )),
    Row("connector Shopify", "connector", licence={"product": "connector_shopify"}),
    Row("connector Shopify, booked via Shopify", "connector",
        licence={"product": "connector_shopify", "booked_via": "shopify"}),
    Row("connector Shopware 6", "connector", licence={"product": "connector_shopware6"}),
    Row("JTL-Wawi module", "wawi_module", licence={"product": "wawi_module"}),
    Row("POS register at JTL-Wawi", "pos", licence={"product": "pos_wawi"}),
    Row("JTL-POS without JTL-Wawi", "pos", licence={"product": "pos_standalone"}),
    Row("JTL-ShippingLabels", "shipping_module", licence={"product": "shipping_labels"}),
    Row("JTL-Track&Trace", "shipping_module", licence={"product": "track_and_trace"}),
    Row("JTL-Plan&Produce", "production", licence={"product": "plan_and_produce"}),
    Row("production module", "production", licence={"product": "production_module"}),
    Row("production user", "production", licence={"product": "production_user"}),
    Row("WMS module", "wms_module", licence={"product": "wms_module"}),
    Row("WMS user, additional", "wms_user", licence={"product": "wms_user", "assigned_to": "wms"}, blocks=(
        Block("the inclusive user", licence={"included": True}),
    )),
    Row("Fulfillment Network", "fulfillment", {"subject": "ffn"}, record={"partners": [PARTNER]}, blocks=(
        Block("open operations at a partner", record={"partners": [PARTNER | {"open_operations": 1}]}),
        Block("stock at a partner", record={"partners": [PARTNER | {"stock": 5}]}),
    )),
    Row("shop licence", "shop_licence", licence={"product": "shop_licence", "contract": "abonnement"}, blocks=(
        Block("a Subscription: it runs out", licence={"contract": "subscription"}),
    )),
    Row("shop hosting", "shop_hosting", licence={"product": "shop_hosting"}),
    Row("shop hosting, change of tariff", "shop_hosting", {"subject": "L-1", "target": "new_tariff"},
        {"product": "shop_hosting"}, blocks=(Block("without the new contract's number"),)),
    Row("JTL-Vouchers", "voucher", licence={"product": "vouchers"}),
    Row("JTL-Wawi API, in its beta phase", "rest_api", licence={"product": "wawi_api"}, catalogue={"api_beta": True}),
    Row("JTL-Wawi API, once stable", "rest_api", licence={"product": "wawi_api"}, catalogue={"api_beta": False}),
    Row("setup service", "setup_service", EXPLAINED, {"product": "setup_service"}, blocks=(
        Block("no explanation: there is no self-service", {"explanation": None}),
    )),
    Row("Key Accounting", "key_accounting", {"subject": "key_accounting"}, {"product": "key_accounting"}),
    Row("support level", "support_level", {"subject": "support"}, blocks=(Block("always: change the edition"),)),
    Row("ecomDATA Cloud", "ecomdata", licence={"product": "ecomdata"}),
    Row("Hosting by JTL", "hosting", licence={"product": "hosting"}, blocks=(
        Block("not said of each add-on whether it ends",
              record={"licences": [{"licence": "A-1", "product": "hosting_addon", "parent": "L-1"}]}),
    )),
    Row("hosting add-on", "hosting_addon", licence={"product": "hosting_addon"},
        blocks=(Block("details missing"),)),
    Row("mis-click", "misclick", EXPLAINED, blocks=(
        Block("no explanation: a person decides by it", {"explanation": None}),
    )),
)  # fmt: skip
"""As in the guide's order."""


def answers(row: Row, version: Catalogue, block: Block | None = None) -> dict[str, Check]:
    """What the check says under each edition that matters, by the edition's label; "" where none does."""
    product = version.products.get((row.licence or {}).get("product", ""))
    family = product.family if product and product.offers else None
    if family is None or block is not None:
        return {"": answer(row, version, block, {})}
    editions = [version.editions[key] for key in get_args(EditionKey) if version.editions[key].family == family]
    return {one.label: answer(row, version, block, {family: one.key}) for one in editions}


def answer(row: Row, version: Catalogue, block: Block | None, editions: Fields) -> Check:
    """The check of one request."""
    block = block or Block("")
    record = PRO | row.record | block.record
    record["editions"] = HELD | record["editions"] | editions
    own = [{"licence": "L-1", "term_ends": "2027-06-30"} | row.licence | block.licence] if row.licence else []
    record["licences"] = [*own, *record.get("licences", ())]
    request = Request.model_validate({"kind": row.kind, "customer": "K-1"} | row.request | block.request)
    if row.kind == "key_accounting":
        record["editions"] = record["editions"] | {"jtl": "jtl_enterprise"} | editions
    runs = frozenset(block.open_runs)
    context = Context(record=customer("K-1", record), other=others(request.target), open_runs=runs)
    return KINDS[row.kind].check(Inquiry(request=request, at=AT), context, version.model_copy(update=row.catalogue))


def customer(name: str, record: Fields) -> Customer:
    """A made-up customer."""
    return Customer.model_validate({"customer": name, "name": name, "language": "en"} | record)


def others(target: Any) -> Customer | None:
    """The customers whom a marketplace may move to: one with an order package, one without, none else."""
    packages = {"K-2": 100, "K-3": 0}
    return customer(target, PRO | {"order_package": packages[target]}) if target in packages else None


EFFECTS = {
    "cancellation": "cancellation: the cost falls",
    "deactivation": "deactivation: no saving",
    "none": "nothing is charged here",
    "unknown": "not known: asked (X5)",
}


def effect_of(row: Row, found: dict[str, Check]) -> str:
    """What ending it does to the cost, by edition where that makes a difference."""
    if row.kind in NOT_CANCELLED:
        return NOT_CANCELLED[row.kind]
    groups: dict[str, list[str]] = {}
    for edition, check in found.items():
        said = f"`{check.refusal.code}`" if check.refusal else EFFECTS[check.cost_effect]
        groups.setdefault(said, []).append(edition)
    if len(groups) == 1:
        return next(iter(groups)) + (" (every edition)" if "" not in found else "")
    return "; ".join(f"{said} ({', '.join(editions)})" for said, editions in groups.items())


NOT_CANCELLED = {
    "marketplace_transfer": "not a cancellation: it moves",
    "fulfillment": "the cooperation ends; nothing is charged here",
    "setup_service": "an exception, decided by a person",
    "support_level": "impossible",
    "ecomdata": "elsewhere: ends at ecomDATA",
    "misclick": "a ticket; no claim",
}
"""What is no cancellation with an effect on the cost."""


def date_of(row: Row, found: dict[str, Check]) -> str:
    """Where the effective date comes from."""
    if row.kind in DATES:
        return DATES[row.kind]
    if ends_outside(found):
        return "when Shopify has confirmed (CO4)"
    said: dict[str, None] = {}
    for check in found.values():
        if check.refusal is None and check.date_rule == "notice":
            said["14 days' notice to the end of the month (D1–D5)"] = None
        elif check.refusal is None and check.cost_effect in ("cancellation", "unknown"):
            said["paid: after the recorded term, else asked (X6)"] = None
        if check.refusal is None and check.date_rule != "notice" and check.cost_effect != "cancellation":
            said["not charged: at once, or on a day chosen (X6)"] = None
    return "; ".join(said)


DATES = {
    "marketplace_transfer": "the moment agreed (MOV1)",
    "fulfillment": "when every partner has confirmed (FFN5)",
    "setup_service": "as a person decides",
    "key_accounting": "after the recorded term, else as sales says (SUP3)",
    "support_level": "never",
    "ecomdata": "when ecomDATA has confirmed (ECO2)",
    "misclick": "as a person decides",
}


def actors_of(row: Row, found: dict[str, Check]) -> str:
    """Who acts: C customer, S system (an operator in guided mode), J a person at the vendor, T a third party."""
    chart = KINDS[row.kind].chart
    states = set(chart.states_map) - chart.unused
    outside = any(check.outside for check in found.values())
    if row.kind == "support_level":
        return "–"
    said = ["C"]
    said += ["S"] if "placing" in states and not ends_outside(found) else []
    said += ["J"] if "support_ticket" in states else []
    said += ["T"] if outside else []
    return ", ".join(said)


def ends_outside(found: dict[str, Check]) -> bool:
    """Whether it can only end at the third party (CO4)."""
    return any(step.what == "shopify" for check in found.values() for step in check.outside)


def blocks_of(row: Row, version: Catalogue) -> str:
    """What is refused or held, each as the check answers it. Raises `ValueError` where it does not."""
    return "; ".join(blocked(row, block, version) for block in row.blocks) or "–"


def blocked(row: Row, block: Block, version: Catalogue) -> str:
    """One block with its code."""
    check = answer(row, version, block, {})
    code = code_of(row, check)
    if code is None:
        raise ValueError(f"{row.says}: nothing blocks {block.says!r}")
    return f"{block.says} (`{code}`)"


def code_of(row: Row, check: Check) -> str | None:
    """The code with which a request, or its order, is refused."""
    if check.refusal is not None:
        return check.refusal.code
    if check.surplus:
        return "in_surplus"
    return "details_missing" if check.addons or needs_details(row, check) else None


def needs_details(row: Row, check: Check) -> bool:
    """Whether the order needs details (ADD1, SHH2); of an add-on any that are not empty."""
    return bool(check.details_needed) or (row.kind == "hosting_addon" and check.details_needed is not None)


def warnings_of(row: Row, found: dict[str, Check]) -> str:
    """The warnings, and whether they must be acknowledged before the order."""
    codes = {note.code: None for check in found.values() for note in check.warnings}
    if row.kind == "edition":
        codes |= dict.fromkeys(("surplus", "surplus_gap", "knock_on"))
    chart = KINDS[row.kind].chart
    acknowledged = "feature_warning" in set(chart.states_map) - chart.unused
    said = ", ".join(f"`{code}`" for code in codes)
    return (f"acknowledge: {said}" if acknowledged else said) or "–"


HEAD = ("what", "kind", "effect", "takes effect", "who", "hard blocks", "warnings")


def rows() -> Iterator[tuple[str, ...]]:
    """The matrix, by the catalogue version in force."""
    version = load_catalogues().all[-1]
    for row in ROWS:
        found = answers(row, version)
        kind = f"[`{row.kind}`](kinds/{row.kind}.md)"
        shown = (effect_of(row, found), date_of(row, found), actors_of(row, found), blocks_of(row, version))
        yield (row.says, kind, *shown, warnings_of(row, found))


def missing() -> set[str]:
    """Kinds that no row is about."""
    return {kind.kind for kind in kind_facts.kinds()} - {row.kind for row in ROWS}
