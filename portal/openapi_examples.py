"""Examples for `/openapi.json`: one conversation about a made-up customer."""

from typing import Any

from portal.event_types import event_type
from portal.schemas import PreviewDocument
from states.model.status import CancellationItem


def cloud_event(name: str, id: str, time: str, data: dict[str, Any], **attributes: str) -> dict[str, Any]:
    """An event of the made-up customer's portal, in structured mode."""
    envelope = {"specversion": "1.0", "type": event_type(name), "source": "/portal", "id": id, "time": time}
    return envelope | attributes | {"datacontenttype": "application/json", "data": data}


REQUEST: dict[str, Any] = {
    "kind": "edition",
    "customer": "K-1001",
    "subject": "jtl",
    "target": "jtl_advanced",
    "reason": {"code": "cost"},
    "by": "kontakt@muster.example",
}
EVENT = cloud_event("requested", "7f0c2a", "2027-01-11T09:30:00+01:00", REQUEST)
ORDER = cloud_event(
    "place_order",
    "7f0c2b",
    "2027-01-12T10:00:00+01:00",
    {"by": REQUEST["by"], "effective_at": "2027-02-01T00:00:00+01:00"},
    subject="edition/K-1001/jtl",
)
STATUS: dict[str, Any] = {
    "workflow_id": "edition/K-1001/jtl",
    "run_id": "0196f3c2-7a54-7c1e-9d53-0e6f5f4a2b11",
    "case_number": "V-7K3M-2Q9X",
    "ui_url": "http://127.0.0.1:8233/namespaces/default/workflows/edition%2FK-1001%2Fjtl/0196f3c2/history",
    "kind": "edition",
    "customer": "K-1001",
    "subject": "jtl",
    "language": "en",
    "label": "JTL Pro",
    "target": "jtl_advanced",
    "target_text": "JTL Advanced",
    "reason": {"code": "cost", "text": None},
    "state": "order",
    "state_text": "Not submitted yet",
    "being_booked": False,
    "waiting_for": ["customer"],
    "waiting_text": "Please submit it if you want to go on.",
    "enabled": ["recheck_licences", "place_order", "abandon"],
    "effective_at": "2027-01-31T23:00:00Z",
    "effective_day": "2027-02-01",
    "order_by": "2027-01-17T23:00:00Z",
    "order_by_day": "2027-01-17",
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
        {
            "at": "2027-01-11T08:30:00Z",
            "state": "received",
            "event": "requested",
            "actor": "customer",
            "by": "kontakt@muster.example",
            "note": None,
            "audience": "everyone",
            "customer_note": None,
            "task": None,
        }
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
    "language": "en",
}
LICENCES: dict[str, Any] = {
    "customer": "K-1001",
    "licences": [
        {
            "licence": "L-77",
            "kind": "wms_user",
            "subject": "L-77",
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
CHOICES: dict[str, Any] = {
    "kind": "edition",
    "subject": "jtl",
    "held": True,
    "label": "JTL Pro",
    "targets": [{"target": "jtl_advanced", "label": "JTL Advanced"}, {"target": "jtl_start", "label": "JTL Start"}],
    "target": "listed",
    "explanation": "optional",
    "details": None,
    "addons": [],
    "optional_services": [],
    "reassign_to": [],
    "reasons": [{"key": "cost", "label": "The cost is too high"}],
}
DATES: dict[str, Any] = {
    "timing": "notice",
    "timing_text": "Last day for your change as of 1 February 2027: 17 January 2027.",
    "order_by": "2027-01-17T23:00:00Z",
    "order_by_day": "2027-01-17",
    "last_day_unclear": True,
    "effective_at": "2027-01-31T23:00:00Z",
    "effective_day": "2027-02-01",
}
BOARD: dict[str, Any] = {
    "customer": "K-1001",
    "name": "Muster GmbH",
    "language": "en",
    "as_of": "2027-01-11T08:30:00Z",
    "total": {"price_per_month": "9.00", "currency": "EUR", "unknown": 1},
    "items": [
        DATES
        | {
            "kind": "edition",
            "subject": "jtl",
            "licence": None,
            "product": "jtl_pro",
            "product_label": "JTL edition",
            "label": "JTL Pro",
            "price_per_month": None,
            "currency": "EUR",
            "effect": "cancellation",
            "rule": "G7",
            "text": "Cancellation: the cost falls",
            "can_be_ended_here": True,
            "where_instead": None,
            "next": DATES
            | {
                "timing_text": "Last day for your change as of 1 March 2027: 14 February 2027.",
                "order_by": "2027-02-14T23:00:00Z",
                "order_by_day": "2027-02-14",
                "effective_at": "2027-02-28T23:00:00Z",
                "effective_day": "2027-03-01",
            },
            "term_ends": None,
            "targets": [{"target": "jtl_advanced", "label": "JTL Advanced"}],
            "saving_per_month": None,
            "running": {
                "workflow_id": "edition/K-1001/jtl",
                "kind": "edition",
                "subject": "jtl",
                "label": "JTL Pro",
                "state": "order",
                "state_text": "Waiting for your order",
                "waiting_for": ["customer"],
                "order_by_day": "2027-01-17",
                "effective_day": "2027-02-01",
            },
        }
    ],
    "others": [],
}
CALENDAR: dict[str, Any] = {
    "customer": "K-1001",
    "since": "2027-01-11T08:30:00Z",
    "remind_before": 7,
    "url": "https://cancellations.example/my/calendar/0f4b7c1d9e2a83556c70b1d4e8f39a26.ics",
}
CALENDAR_CHANGE: dict[str, Any] = {"renew": True, "remind_before": 7}
PREVIEW = {name: STATUS.get(name) for name in PreviewDocument.model_fields} | {
    "next": {"effective_at": "2027-02-28T23:00:00Z", "order_by": "2027-02-14T23:00:00Z"},
    "features_lost": [{"feature": "Track&Trace", "limited": False}],
}
ITEM = {name: STATUS.get(name) for name in (*CancellationItem.model_fields, "label", "state_text")} | {
    "started_at": "2027-01-11T08:30:01Z"
}
PAGE: dict[str, Any] = {"items": [ITEM], "total": 1, "next": None}
MAIL: dict[str, Any] = {name: STATUS[name] for name in ("workflow_id", "run_id", "case_number", "customer")} | {
    "to": "customer",
    "addresses": ["kontakt@muster.example"],
    "language": "en",
    "template": "scheduled",
    "subject": "Scheduled: JTL Pro [V-7K3M-2Q9X]",
    "text": "Hello Muster GmbH, …",
    "attachments": ["V-7K3M-2Q9X-2.pdf", "V-7K3M-2Q9X-2.jws"],
    "message_id": "<5f1c0b@shop.example>",
    "sent_at": "2027-01-11T08:30:04Z",
}
MAILS: dict[str, Any] = {"items": [MAIL], "total": 1, "next": None}
TASK: dict[str, Any] = {
    "task": "t-0b1c2d3e4f506172",
    "id": "t-0b1c2d3e4f506172",
    "type": "perform",
    "due_at": "2027-01-17T23:00:00Z",
    "instructions": "Book JTL Advanced for K-1001.",
    "customer_text": "We carry out what you have ordered, and write to you as soon as it is done.",
    "decisions": [],
    "proof_required": True,
    "proposed": None,
    "customer_name": "Muster GmbH",
    "label": "JTL Pro",
    "opened_at": "2027-01-11T08:30:02Z",
    "waiting_for": "operator",
    "urgency": "deadline",
    "deadline": "2027-01-17T23:00:00Z",
    "claimed_by": "anna",
    "claimed_at": "2027-01-11T09:00:00Z",
} | {name: STATUS[name] for name in ("workflow_id", "kind", "customer")}
TASKS: dict[str, Any] = {"items": [TASK], "total": 1, "next": None, "as_of": "2027-01-11T09:10:00Z"}
TASK_DETAILS: dict[str, Any] = TASK | {
    "instructions_language": "en",
    "open": True,
    "ticket": None,
    "claim": {"by": "anna", "at": "2027-01-11T09:00:00Z"},
    "comments": [{"at": "2027-01-11T09:05:00Z", "by": "ben", "text": "Asked accounting.", "task": TASK["task"]}],
    "steps_done": [{"step": 1, "by": "anna", "at": "2027-01-11T09:01:00Z"}],
}
TASK_COUNTS: dict[str, Any] = {
    "as_of": "2027-01-11T09:10:00Z",
    "types": [{"type": "perform", "total": 1, "today": 1, "three_days": 0, "week": 0, "older": 0}],
    "due": {"overdue": 0, "today": 0, "week": 1, "later": 0, "undated": 0},
    "waiting": 0,
    "unclaimed": 0,
    "mine": 1,
}
HAND_OVER: dict[str, Any] = {"to": "ben"}
COMMENT: dict[str, Any] = {"text": "Asked accounting."}
STEP_DONE: dict[str, Any] = {"step": 1, "done": True}
CONFIRMATION: dict[str, Any] = {"by": "anna", "proof": {"reference": "order 4711"}}
REJECTION: dict[str, Any] = {"by": "anna", "note": "The configurator does not open; asked support."}
TASK_TYPES: dict[str, Any] = {
    "items": [
        {
            "type": "repair",
            "label": "Fault",
            "decisions": [{"decision": "skip", "label": "skip", "note_needed": True}],
            "at": None,
            "at_form": "day",
            "note_needed": False,
            "proof_needed": False,
            "rejected_as": None,
        }
    ]
}
BULK_REQUEST: dict[str, Any] = {
    "id": "6f1c2d3e4f5061728394a5b6c7d8e9f0",
    "filter": {"type": "perform", "kind": "edition"},
    "confirm": {"proof": {"reference": "list of 11 January"}},
}
BULK: dict[str, Any] = {
    "id": BULK_REQUEST["id"],
    "workflow_id": "bulk/6f1c2d3e4f5061728394a5b6c7d8e9f0",
    "ui_url": "http://127.0.0.1:8233/namespaces/default/workflows/bulk%2F6f1c2d3e4f5061728394a5b6c7d8e9f0",
    "by": "anna",
    "type": "perform",
    "confirm": BULK_REQUEST["confirm"],
    "created_at": "2027-01-11T08:30:00Z",
    "state": "running",
    "total": 50,
    "decided": 30,
    "proposed": 0,
    "failed": 1,
    "left": 0,
    "waiting": 19,
    "possible": ["pause", "resume", "stop", "again"],
    "acts": [{"at": "2027-01-11T08:30:00Z", "by": "anna", "act": "prepared"}],
}
BULK_LINE: dict[str, Any] = {
    "number": 7,
    "task": TASK["task"],
    "workflow_id": STATUS["workflow_id"],
    "customer": STATUS["customer"],
    "state": "failed",
    "at": "2027-01-11T08:30:04Z",
    "code": "unknown_task",
    "rule": "contract",
    "text": "“otto” was faster, 11 January 2027, 09:29: Performed.",
    "detail": "No task t-1 is open here. No task is open at present.",
    "first": {"by": "otto", "at": "2027-01-11T08:29:00Z", "note": "Performed."},
}
BULK_WHOLE: dict[str, Any] = BULK | {
    "customers": [{"customer": STATUS["customer"], "tasks": 50}],
    "more_customers": False,
    "closed": 0,
    "lines": {"items": [BULK_LINE], "next": None},
}
BULK_CONSEQUENCE: dict[str, Any] = {
    "looked_at": 20,
    "refused": [{"code": "proof_missing", "text": "Confirming this task needs proof.", "tasks": 1}],
    "comes_to": [
        {"state": "scheduled", "state_text": "Noted for the date", "effective_day": "2027-02-01", "tasks": 19}
    ],
    "needs_second": 0,
    "freeze": None,
}
BULK_FAILURES = "number,task,workflow_id,customer,code,rule,text,detail,at\r\n7,t-0b1c2d3e4f506172,…\r\n"
BULK_PAGE: dict[str, Any] = {"items": [BULK], "total": 1, "next": None}
BULK_BY: dict[str, Any] = {"by": "anna"}
ASKED_CONSEQUENCE: dict[str, Any] = {"confirm": {"by": "anna", "decision": "granted", "note": "Clicked wrongly"}}
CONSEQUENCE: dict[str, Any] = {
    "refused": None,
    "state": "revoked",
    "state_text": "Taken back",
    "effective_at": "2027-01-31T23:00:00Z",
    "effective_day": "2027-02-01",
    "waiting_for": [],
    "waiting_text": None,
    "closes": ["t-0b1c2d3e4f506172"],
    "opens": [],
    "mails": [{"to": "customer", "subject": "Taken back: JTL Advanced", "text": "Hello Muster GmbH, …"}],
    "needs_second": False,
    "freeze": None,
}
HEALTH: dict[str, Any] = {"status": "ok"}
READY: dict[str, Any] = {
    "status": "ok",
    "temporal": "ok",
    "worker": "ok",
    "database": "ok",
    "mail": "ok",
    "frozen": False,
    "notices": "ok",
    "off": ["CANCELLATIONS_SMTP_URL is not set: mails are files in var/mail, and nobody gets them"],
}
CUSTOMER_SESSION = {"customer": "K-1001", "language": "de", "open": {"licence": "L-77"}}
SESSION_LINK = {
    "url": "https://cancellations.example/my/enter?link=eyJpZCI6…",
    "expires_at": "2027-01-10T10:00:00+00:00",
}
RECEIPT: dict[str, Any] = {
    "number": 1,
    "event": "ordered",
    "title": "Your order has arrived: Change to a lower edition",
    "issued_at": "2027-01-11T08:30:02Z",
    "sha256": "5f" * 32,
    "document": {"format": "cancellations/receipt/1", "case": "V-7K3M-2Q9X", "number": 1, "previous": None},
    "jws": "eyJhbGciOiJFZERTQSJ9.e30.c2ln",
}
RECEIPTS: dict[str, Any] = {"workflow_id": "edition/K-1001/jtl", "items": [RECEIPT]}
KEYS: dict[str, Any] = {
    "keys": [
        {
            "kty": "OKP",
            "crv": "Ed25519",
            "x": "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",
            "kid": "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k",
            "use": "sig",
            "alg": "EdDSA",
        }
    ]
}
