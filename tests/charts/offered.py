"""Whether a customer is offered on the page of his case what he could do, and asked for nothing else."""

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from pages.brand import Brand
from pages.calls import Visitor
from pages.my.addresses import act_address
from pages.my.case import case_values
from pages.rendering import Look
from states.chart.base import Chart
from states.rules.surplus_resolution import unresolved_surplus
from states.views.audience import customer_view
from states.views.labels import waits
from states.views.status import awaited_by, status

ASKED_FOR = {
    "customer_feature_warning": "acknowledge_warning",
    "customer_surplus_resolution": "recheck_licences",
    "customer_order": "place_order",
    "customer_unclear": "recheck_licences",
    "third_party": "hand_in_proof",
}
"""By sentence (`waits.<name>`) the event that it asks the customer for; the others ask for nothing."""
CHOICES = {
    "reassign_to": [{"target": "wms_mobile", "label": "JTL-WMS Mobile"}],
    "addons": [],
    "details": None,
    "optional_services": [],
}
NOTHING: dict[str, Any] = {"items": [], "total": 0, "next": None, "licences": [], "cost": None}
NOTHING |= {"cost_effect": "unknown", "at_rest": None}
VISITOR = Visitor("K", "de", "c")
REQUEST = cast(Any, SimpleNamespace(query_params={}, url=SimpleNamespace(path="/my")))


class NothingBeside:
    """Calls that answer nothing beside the case itself, but what may be chosen."""

    def __getattr__(self, name: str) -> Any:
        async def answer(*_: Any) -> dict[str, Any]:
            return CHOICES if name == "choices" else NOTHING

        return answer


LOOK = Look(Brand("JTL", "#164a7c", "#fff", "#164a7c", "#9cf"), "Europe/Berlin", "http://portal")
SITE = cast(Any, SimpleNamespace(calls=NothingBeside(), look=LOOK))


def not_offered(chart: Chart) -> str | None:
    """What is wrong with the page of a run, if anything."""
    memory, enabled = chart.model, chart.enabled()
    sentences = waits(chart.public_state, chart.waiting_for(), awaited_by(memory), enabled)
    asked = [ASKED_FOR[name] for name in sentences if name in ASKED_FOR]
    if not set(asked) <= set(enabled):
        return f"the customer is asked for {asked}, and could do {enabled}"
    page = page_of(chart)
    # Where nothing is too many any more there is nothing to name: it is checked again, and goes on.
    offered = [event for event in enabled if event != "override_surplus" or unresolved_surplus(memory)]
    missing = [event for event in offered if f'action="{act_address("w", event)}"' not in page]
    return f"no button on the page for {missing}" if missing else None


def by_key(language: str, key: str, values: Any = None) -> str:
    """A text by its key: what is explored has not all facts that texts name."""
    return key


def page_of(chart: Chart) -> str:
    """The live part of a case's page."""
    document = status(chart, by_key, workflow_id="w", run_id="r", ui_url="").model_dump(mode="json")
    values = asyncio.run(case_values(REQUEST, SITE, VISITOR, customer_view(document, "JTL")))
    return SITE.look.fragment(REQUEST, "my/case_live.html", "de", values | {"notice": None}, visitor=VISITOR)


def situation(chart: Chart) -> tuple[Any, ...]:
    """What decides what is offered."""
    memory = chart.model
    check, refusal = memory.check, memory.refusal
    return (
        *(memory.state, memory.request.target, chart.enabled(), chart.waiting_for(), memory.standing is not None),
        *(
            check and len(check.surplus),
            bool(unresolved_surplus(memory)),
            refusal and refusal.code,
            memory.order is not None,
        ),
        tuple((task.type, task.proof is not None) for task in memory.tasks),
    )
