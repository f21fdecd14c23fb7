"""Examples for `/openapi.json`: one conversation about a made-up customer."""

from typing import Any

REQUEST: dict[str, Any] = {
    "kind": "edition",
    "customer": "K-1001",
    "subject": "jtl",
    "target": "jtl_advanced",
    "reason": {"code": "too_expensive"},
    "by": "kontakt@muster.example",
}
EVENT: dict[str, Any] = {
    "specversion": "1.0",
    "type": "jtl.cancellation.requested.v1",
    "source": "/portal",
    "id": "7f0c2a",
    "time": "2027-01-11T09:30:00+01:00",
    "datacontenttype": "application/json",
    "data": REQUEST,
}
ORDER: dict[str, Any] = {
    "specversion": "1.0",
    "type": "jtl.cancellation.place-order.v1",
    "source": "/portal",
    "id": "7f0c2b",
    "time": "2027-01-12T10:00:00+01:00",
    "subject": "edition/K-1001/jtl",
    "datacontenttype": "application/json",
    "data": {"by": "kontakt@muster.example", "effective_at": "2027-02-01T00:00:00+01:00"},
}
STATUS: dict[str, Any] = {
    "workflow_id": "edition/K-1001/jtl",
    "run_id": "0196f3c2-7a54-7c1e-9d53-0e6f5f4a2b11",
    "ui_url": "http://127.0.0.1:8233/namespaces/default/workflows/edition%2FK-1001%2Fjtl/0196f3c2/history",
    "kind": "edition",
    "customer": "K-1001",
    "subject": "jtl",
    "target": "jtl_advanced",
    "state": "order",
    "waiting_for": ["customer"],
    "enabled": ["recheck_licences", "place_order", "abandon"],
    "effective_at": "2027-01-31T23:00:00Z",
    "order_by": "2027-01-17T23:00:00Z",
    "why": [{"step": "Takes effect on 1 February 2027", "value": "2027-02-01", "rule": "D2"}],
    "term_ends": None,
    "cost_effect": "cancellation",
    "catalogue": "2024-09-01",
    "warnings": [],
    "refusal": None,
    "surplus": [],
    "standing": None,
    "tasks": [],
    "timeline": [
        {"at": "2027-01-11T08:30:00Z", "state": "received", "event": "requested", "by": "portal", "note": None}
    ],
}
PROBLEM: dict[str, Any] = {
    "type": "urn:jtl:cancellation:problem:not_enabled",
    "title": "Not possible in this state",
    "status": 409,
    "detail": "place_order is not possible in state feature_warning; possible now: acknowledge_warning, abandon",
    "code": "not_enabled",
    "rule": "contract",
    "enabled": ["acknowledge_warning", "abandon"],
    "current": None,
}
LICENCES: dict[str, Any] = {
    "customer": "K-1001",
    "licences": [
        {
            "licence": "L-77",
            "product": "wms_user",
            "label": "Picker 3",
            "term_ends": "2027-01-31",
            "effect": "cancellation",
            "rule": "G7",
            "text": "The cost falls.",
            "running": None,
        }
    ],
}
PREVIEW: dict[str, Any] = {
    "effective_at": "2027-01-31T23:00:00Z",
    "order_by": "2027-01-17T23:00:00Z",
    "why": [{"step": "Takes effect on 1 February 2027", "value": "2027-02-01", "rule": "D2"}],
    "next": {"effective_at": "2027-02-28T23:00:00Z", "order_by": "2027-02-14T23:00:00Z"},
    "cost_effect": "cancellation",
    "cost": None,
    "features_lost": [{"feature": "Track&Trace", "limited": False}],
    "surplus": [],
    "warnings": [],
    "refusal": None,
    "catalogue": "2024-09-01",
}
ITEM: dict[str, Any] = {
    "workflow_id": "edition/K-1001/jtl",
    "run_id": "0196f3c2-7a54-7c1e-9d53-0e6f5f4a2b11",
    "kind": "edition",
    "customer": "K-1001",
    "subject": "jtl",
    "state": "order",
    "waiting_for": ["customer"],
    "effective_at": "2027-01-31T23:00:00Z",
    "order_by": "2027-01-17T23:00:00Z",
    "started_at": "2027-01-11T08:30:01Z",
    "ended_at": None,
}
PAGE: dict[str, Any] = {"items": [ITEM], "total": 1, "next": None}
TASK: dict[str, Any] = {
    "task": "t-0b1c2d3e4f506172",
    "id": "t-0b1c2d3e4f506172",
    "type": "perform",
    "due_at": "2027-01-17T23:00:00Z",
    "instructions": "Book JTL Advanced for K-1001.",
    "decisions": [],
    "proof_required": True,
    "workflow_id": "edition/K-1001/jtl",
    "kind": "edition",
    "customer": "K-1001",
}
TASKS: dict[str, Any] = {"items": [TASK], "total": 1, "next": None}
CONFIRMATION: dict[str, Any] = {"by": "anna", "proof": {"reference": "order 4711"}}
REJECTION: dict[str, Any] = {"by": "anna", "note": "The configurator does not open; asked support."}
HEALTH: dict[str, Any] = {"status": "ok", "temporal": None, "database": None}
READY: dict[str, Any] = {"status": "ok", "temporal": "ok", "database": "ok"}
