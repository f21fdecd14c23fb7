"""The texts as the pages show them: with made-up values, in both languages."""

from functools import cache
from typing import Any

from catalogue.texts import say
from states.rules.run_values import run_facts
from tools.docs.conversations import Play

SAMPLES: dict[str, Any] = {
    "addons": ["A-71"], "assigned_to": "wms", "belongs_to": "voucher", "bookable": [100, 1000],
    "complete": False, "count": 2, "current": "JTL Pro", "customer": "K-1001", "details": {}, "effective_at":
    "2027-02-01T00:00:00+01:00", "enabled": ["acknowledge_warning", "abandon"], "ends_on": "2027-08-31", "event":
    "place_order", "fault": "fault.target", "features": ["JTL-Track&Trace"], "held": 4, "id": "4711", "level":
    "Silber", "licence": "TT-61", "licence_ends_at": "2027-01-01T00:00:00+01:00", "licences": ["TT-61", "POS-12"],
    "limit": 3, "limited": ["JTL-Vouchers"], "minimum": None, "missing": ["new_contract"], "name": "Lager Nord",
    "note": "…", "open": ["t-1"], "other": "JTL-WMS Mobile", "other_effective_at": "2027-03-01T00:00:00+01:00",
    "product": "JTL-Track&Trace", "products": ["JTL-Vouchers"], "reason": "…", "source": "portal",
    "standing_at": "2027-01-01T00:00:00+01:00", "state": "feature_warning", "subject": "V-61", "target": "JTL Advanced",
    "task": "t-1", "what": "target", "workflow_id": "edition/K-1001/jtl", "placed_on": "2027-01-17", "number": 2,
    "explanation": "…", "meant": "…", "role": "fulfiller", "action": "place_order", "error": "503", "recorded":
    "product: plan_and_produce, term_ends: 2027-01-31", "click_path": ["…"], "optional_services": [], "by": "customer",
    "reference": "…", "cancelled": [{"run": "shipping_module/K-1/TT-1", "ends_at": "2027-01-31T23:00:00Z", "state":
    "scheduled"}], "due_at": "2027-01-17T23:00:00Z", "late": False, "name_of_customer": "Muster GmbH", "url":
    "https://portal.example/cancellations/edition/K-1/jtl", "steps": [], "provider": None, "last": False,
    "urgent": True, "again": False, "findings": "edition/K-1001/jtl: …",
    "abandons_on": "2027-02-03T09:00:00Z", "standing": None, "type": "perform", "price": "9.00", "saved_price": "9.00",
    "new_price": "0", "order_by": "2027-01-17T23:00:00Z", "cost_effect": "cancellation", "kind": "edition",
    "term_ends": "2027-01-31", "asked_at": "2027-01-04T09:00:00Z", "asked_by_whom": "customer", "ordered_at": None,
    "ordered_by_whom": None, "surplus": [
        {"licence": "TT-61", "product": "JTL-Track&Trace", "candidates": ["TT-61"], "reason": "lacking", "number": 1},
        {"licence": None, "product": "POS", "candidates": ["POS-1", "POS-2"], "reason": "limit", "number": 1}],
}  # fmt: skip
"""Values for the texts shown: made up, one for each name."""
OF_KIND: dict[str, dict[str, Any]] = {
    "order_package": {"current": 2500, "bookable": [0, 100, 1000], "count": 1, "surplus": [
        {"licence": "M-31", "product": "eazyAuction", "candidates": ["M-31"], "reason": "channel", "number": 1}]},
    "edition": {
        "limits": ["POS-Anbindung: 3"],
        "lost": ["JTL-Track&Trace"],
        "package": "Auftragspaket 5.000",
        "shop_licences": ["SH-61"],
        "support_after": "Bronze",
        "support_before": "Silber",
        "users": ["U-61"],
        "warehouse": True,
    },
    "wms_module": {"warehouse": True},
    "marketplace": {"channel": "marketplace"},
    "connector": {"channel": "connector"},
    "fulfillment": {"surplus": [
        {"name": "P-1", "count": 2, "reason": "open_operations", "candidates": ["P-1"], "number": 1}]},
}  # fmt: skip
"""What differs for a kind, beside the facts of its example."""


def quoted(text: str) -> str:
    """A text for people as a block quote."""
    return "\n".join(f"> {line}".rstrip() for line in text.strip().splitlines())


def spoken(key: str, kind: str | None = None) -> str:
    """A text in both languages, with made-up values."""
    values = SAMPLES | (facts_of_example(kind) if kind else {})
    return f"{quoted(say('de', key, values))}\n>\n{quoted(say('en', key, values))}\n"


@cache
def facts_of_example(kind: str) -> dict[str, Any]:
    """What the example of a kind knows when it begins: its target, its date, its deadline; a made-up price."""
    known = {name: value for name, value in run_facts(Play(kind).memory).items() if value is not None}
    saves = known["cost_effect"] == "cancellation" and kind not in ("edition", "order_package")
    unpriced = dict.fromkeys(("price", "new_price", "saved_price"))
    no_deadline = {} if "order_by" in known else {"order_by": None}
    undated = {} if "effective_at" in known else {"effective_at": None}
    return ({} if saves else unpriced) | no_deadline | undated | known | OF_KIND.get(kind, {})


def mail(key: str) -> str:
    """A mail in both languages: subject, then body."""
    values = SAMPLES | {"name": SAMPLES["name_of_customer"], "subject": "jtl", "target": "jtl_advanced", "note": "…"}
    parts = [(f"**{say(one, f'{key}.subject', values)}**", say(one, f"{key}.body", values)) for one in ("de", "en")]
    return "\n>\n".join(quoted(f"{subject}\n\n{body}") for subject, body in parts) + "\n"
