"""Examples for `/openapi.json`: what is found, a case and a customer as a whole."""

from typing import Any

from portal import openapi_examples as others

TASK: dict[str, Any] = others.TASKS["items"][0] | {"open": True}
FOUND: dict[str, Any] = {
    "q": "müller",
    "customers": [{"customer": "K-1001", "name": "Müller & Söhne GmbH"}],
    "cases": [others.PAGE["items"][0]],
    "tasks": [],
}
COMMENT: dict[str, Any] = {
    "at": "2027-01-12T09:30:00Z",
    "by": "anna",
    "text": "Called the customer, who sends the contract.",
    "task": TASK["task"],
}
CASE: dict[str, Any] = {
    "status": others.STATUS,
    "customer_name": "Müller & Söhne GmbH",
    "tasks": [],
    "comments": [COMMENT],
    "receipts": [others.RECEIPT],
    "mails": others.MAILS,
    "runs": [others.PAGE["items"][0]],
}
CUSTOMER: dict[str, Any] = {
    "customer": "K-1001",
    "name": "Müller & Söhne GmbH",
    "mail": "einkauf@mueller.example",
    "language": "de",
    "board": others.BOARD,
    "cases": others.PAGE,
    "receipts": [
        {
            "workflow_id": "edition/K-1001/jtl",
            "run_id": "0b1c2d3e-4f50-4172-8394-a5b6c7d8e9f0",
            "number": 1,
            "event": "ordered",
            "issued_at": "2027-01-12T09:00:00Z",
        }
    ],
    "mails": others.MAILS,
    "tasks": [],
}
BEGINNING: dict[str, Any] = {
    "kind": "edition",
    "subject": "jtl",
    "target": "jtl_advanced",
    "note": "Frau Muster asked for it on the telephone, called back on the number that we have.",
}
