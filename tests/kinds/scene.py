"""The words for the runs whose histories are recorded: whose run it is, and what is done in it."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from embedded.examples import in_time
from tests.runs.harness import Run

LICENCES: list[tuple[str, str, dict[str, Any]]] = [
    ("U-1", "wms_user", {"term_ends": "2027-03-31", "assigned_to": "wms"}),
    ("A-1", "hosting_addon", {"term_ends": "2027-03-31", "parent": "H-1"}),
    ("H-1", "hosting", {"term_ends": "2027-03-31"}),
    ("V-1", "vouchers", {}),
    ("SL-1", "shipping_labels", {}),
    ("M-1", "marketplace", {"pilot": True}),
    ("M-2", "marketplace", {}),
    ("C-1", "connector_shopify", {}),
    ("C-2", "connector_shopify", {"booked_via": "shopify"}),
    ("WM-1", "wawi_module", {"module": "example"}),
    ("POS-1", "pos_wawi", {}),
    ("PR-1", "production_module", {}),
    ("WMM-1", "wms_module", {}),
    ("SH-1", "shop_licence", {"term_ends": "2027-03-31", "contract": "abonnement"}),
    ("SHH-1", "shop_hosting", {"term_ends": "2027-03-31"}),
    ("API-1", "wawi_api", {"pilot": True}),
    ("O-1", "setup_service", {}),
    ("E-1", "ecomdata", {}),
    ("KA-1", "key_accounting", {}),
]
"""One of everything that the contract's kinds are about; a further kind's scene names what it is about (`holds`)."""


def customer(name: str, edition: str = "jtl_pro") -> dict[str, Any]:
    """Somebody who holds one of everything."""
    return {
        "customer": name,
        "name": "Muster GmbH",
        "email": "kontakt@muster.example",
        "language": "en",
        "editions": {"jtl": edition, "wms": "wms_pro"},
        "order_package": 2500,
        "licences": [{"licence": licence, "product": product} | more for licence, product, more in LICENCES],
        "partners": [{"id": "P-1", "name": "Lager Nord", "role": "fulfiller", "open_operations": 0, "stock": 0}],
    }


@dataclass(frozen=True)
class Scene:
    """A run that is brought from one waiting state to the next; at each of them its history is taken.

    `more`: what the request carries; `holds`: licences beside one of everything; `order`: what the order carries;
    `beside`: the target of an edition's run that is open already, and hears of this one; `then`: what is done in the
    last state, by the name of its history.
    """

    kind: str
    subject: str
    name: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    order: dict[str, Any] = field(default_factory=dict)
    edition: str = "jtl_pro"
    guided: bool = False
    bare: bool = False
    """The customer holds the edition, and nothing else but `holds`."""
    holds: tuple[dict[str, Any], ...] = ()
    beside: str = ""
    then: tuple[tuple[str, Callable[[Run], Awaitable[Any]]], ...] = ()

    @property
    def title(self) -> str:
        """What its histories are called."""
        return self.name or self.kind

    @property
    def customer(self) -> str:
        """One for each scene."""
        return f"K-{self.title}".replace("_", "-")

    @property
    def record(self) -> dict[str, Any]:
        """What the customer holds, its terms still ahead; with `bare` nothing that a lower edition leaves over."""
        full = customer(self.customer, self.edition)
        licences = {"licences": [*([] if self.bare else full["licences"]), *self.holds]}
        record: dict[str, Any] = in_time(full | licences, datetime.now(UTC).date())
        return record


def revoked(run: Run) -> Awaitable[Any]:
    """A revocation is asked for."""
    return run("request_revocation", explanation="a mistake")


def changed(run: Run) -> Awaitable[Any]:
    """Another target, over the booked order."""
    return run.world.request("edition", run.first["customer"], "jtl", target="jtl_start")


async def failed(run: Run) -> None:
    """The customer centre fails for good, and a person is asked."""
    broken.add(run.first["workflow_id"])
    await run("place_order")


async def repaired(run: Run) -> None:
    """It works again, and the person says so."""
    broken.clear()
    await run.confirm("repair", decision="retry")


async def ended(run: Run) -> None:
    """The person ends the run instead."""
    await run.confirm("repair", decision="end", note="we look after it by hand")


async def reassigned(run: Run) -> None:
    """The user is assigned elsewhere instead of ending."""
    await run("reassign", to="wms_mobile")


async def rejected(run: Run) -> None:
    """The customer hands in a proof, and an operator finds it no good."""
    await run("hand_in_proof", task=await run.task("third_party"), reference="a call")
    await run.reject("third_party", note="a call is no proof")


BEFORE_THE_ORDER = (failed, reassigned)
"""What a scene does in place of placing its order."""

broken: set[str] = set()
"""The runs whose bookings fail: a fault that an administrator must mend."""
