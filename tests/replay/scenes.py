"""The runs whose histories are recorded: every kind, in each state in which a run sleeps."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from tests.harness import Run, World

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

    `order`: what the order carries; `then`: what is done in the last state, by the name of its history.
    """

    kind: str
    subject: str
    name: str = ""
    more: dict[str, Any] = field(default_factory=dict)
    order: dict[str, Any] = field(default_factory=dict)
    edition: str = "jtl_pro"
    guided: bool = False
    bare: bool = False
    """The customer holds the edition and nothing else."""
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
        """What the customer holds; with `bare` nothing that a lower edition would leave in surplus."""
        return customer(self.customer, self.edition) | ({"licences": []} if self.bare else {})


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


async def rejected(run: Run) -> None:
    """The customer hands in a proof, and an operator finds it no good."""
    await run("hand_in_proof", task=await run.task("third_party"), reference="a call")
    await run.reject("third_party", note="a call is no proof")


broken: set[str] = set()
"""The runs whose bookings fail: a fault that an administrator must mend."""

# Beside a scene of what open runs did before a change stands the same one as it is now: `workflows.began`.
SCENES = (
    Scene("edition", "jtl", more={"target": "jtl_advanced"}),
    Scene(
        "edition", "jtl", "edition-bare", more={"target": "jtl_advanced"}, bare=True, then=(("revocation", revoked),)
    ),
    Scene("edition", "jtl", "edition-change", more={"target": "jtl_advanced"}, bare=True, then=(("change", changed),)),
    Scene("edition", "jtl", "edition-guided", more={"target": "jtl_advanced"}, bare=True, guided=True),
    Scene(
        "edition",
        "jtl",
        "edition-repair",
        more={"target": "jtl_advanced"},
        bare=True,
        then=(("repair", failed), ("repaired", repaired)),
    ),
    Scene("order_package", "orders", more={"target": 1000}),
    Scene("order_package", "orders", "order_package-zero", more={"target": 0}),
    Scene("wms_user", "U-1"),
    Scene("wms_user", "U-1", "wms_user-guided", guided=True),
    Scene("hosting_addon", "A-1", more={"details": {"reason": "not needed"}}),
    Scene("voucher", "V-1"),
    Scene("voucher", "V-1", "voucher-guided", guided=True),
    Scene("shipping_module", "SL-1"),
    Scene("marketplace", "M-1"),
    Scene("connector", "C-1"),
    Scene("connector", "C-2", "connector-shopify"),
    Scene("connector", "C-2", "connector-rejected", then=(("proof", rejected),)),
    Scene("connector", "C-2", "connector-dropped", then=(("proof", rejected),)),
    Scene("misclick", "anything", more={"explanation": "booked twice"}),
    Scene("marketplace_transfer", "M-2", more={"target": "K-edition"}),
    Scene("wawi_module", "WM-1"),
    Scene("pos", "POS-1"),
    Scene("production", "PR-1"),
    Scene("wms_module", "WMM-1"),
    Scene("fulfillment", "ffn"),
    Scene("shop_licence", "SH-1"),
    Scene("shop_hosting", "SHH-1"),
    Scene("rest_api", "API-1"),
    Scene("setup_service", "O-1", more={"explanation": "not wanted"}),
    Scene("key_accounting", "key_accounting", edition="jtl_enterprise"),
    Scene("key_accounting", "key_accounting", "key_accounting-noted", edition="jtl_enterprise"),
    Scene("ecomdata", "E-1"),
    Scene("ecomdata", "E-1", "ecomdata-once"),
    Scene("hosting", "H-1", order={"details": {"addons": {"A-1": "end"}}}),
)
WALKS = 8
"""Waiting states that a walk passes at most."""


def waiting(document: dict[str, Any]) -> str:
    """The name of a waiting state: the state, and the task that is open in it."""
    tasks = sorted({task["type"] for task in document["tasks"]} - {document["state"]})
    return "-".join([document["state"], *tasks])


async def onwards(run: Run, scene: Scene, document: dict[str, Any]) -> bool:
    """Do what the state waits for; False where only time is left, or nothing."""
    enabled, tasks = document["enabled"], {task["type"] for task in document["tasks"]}
    clarify = {"clarify_cost": {"decision": "cancellation"}, "clarify_term": {"at": "2027-05-31"}}
    clarify["clarify"] = {"note": "none"}
    asked = next((type_ for type_ in clarify if type_ in tasks), None)
    if "acknowledge_warning" in enabled:
        await run("acknowledge_warning")
    elif asked:
        await run.confirm(asked, **clarify[asked])
    elif document["state"] == "surplus_resolution" and "override_surplus" in enabled:
        await run("override_surplus", licences=[one["licence"] or one["candidates"][0] for one in document["surplus"]])
    elif document["state"] == "support_ticket" and "support_ticket" in tasks and document["kind"] != "misclick":
        at = {} if document["kind"] == "setup_service" else {"at": "2027-05-31T12:00:00+02:00"}
        await run.confirm("support_ticket", decision="granted", note="as agreed", **at)
    elif "appointment" in tasks:
        await run.confirm("appointment", at="2027-05-31T12:00:00+02:00")
    elif "perform" in tasks and document["state"] == "order":
        await run.confirm("perform", proof={"reference": "T-1"})
    elif "place_order" in enabled and not any(step is failed for _, step in scene.then):
        await run("place_order", **scene.order)
    else:
        return False
    return True


async def walk(world: World, scene: Scene) -> AsyncIterator[tuple[str, Run]]:
    """The scene's run in each of its waiting states, with the name that its history gets."""
    run = await world.request(scene.kind, scene.customer, scene.subject, **scene.more)
    document = run.first
    for _ in range(WALKS):
        assert document["state"] != "refused", (scene.title, document["refusal"])
        yield f"{scene.title}-{waiting(document)}", run
        if not await onwards(run, scene, document):
            break
        document = await run.status()
    for step, act in scene.then:
        await act(run)
        yield f"{scene.title}-{step}", run
