"""What the tests of the checks share: customers made in a line, a check asked in a line."""

from datetime import UTC, datetime
from typing import Any

from catalogue.loader import load_catalogues
from states.kinds.kind import Context
from states.kinds.registry import KINDS
from states.model.facts import Check, Inquiry
from states.model.offers import Catalogue
from states.model.record import Customer
from states.model.request import Request

AT = datetime(2026, 11, 24, 12, tzinfo=UTC)
SHIPPED = load_catalogues(None).version("2024-09-01")
NEWER = load_catalogues(None).version("2026-04-01")
COMPLETE = SHIPPED.model_copy(update={"tiers_complete": True})
STABLE = SHIPPED.model_copy(update={"api_beta": False})
FAR = "2027-01-31"


def customer(*licences: dict[str, Any], **fields: Any) -> Customer:
    numbered = [
        {"licence": f"L-{number}", "product": "vouchers", **licence} for number, licence in enumerate(licences, 1)
    ]
    base: dict[str, Any] = {
        "customer": "K-1",
        "name": "Muster GmbH",
        "editions": {"jtl": "jtl_pro", "wms": "wms_pro"},
        "order_package": 2500,
        "licences": numbered,
    }
    return Customer.model_validate(base | fields)


def ask(
    kind: str,
    record: Customer | None,
    subject: str = "L-1",
    target: Any = None,
    catalogue: Catalogue = SHIPPED,
    at: datetime = AT,
    after: bool = False,
    explanation: str | None = "verklickt",
    **context: Any,
) -> Check:
    request = Request(kind=kind, customer="K-1", subject=subject, target=target, explanation=explanation)
    inquiry = Inquiry(request=request, at=at, after=after)
    return KINDS[kind].check(inquiry, Context(record=record, **context), catalogue)


def refusal_of(check: Check) -> tuple[str, str]:
    assert check.refusal is not None, check
    return check.refusal.rule, check.refusal.code


def warned(check: Check) -> dict[str, dict[str, Any]]:
    assert check.refusal is None, check.refusal
    return {warning.code: warning.values for warning in check.warnings}


def editions(jtl: str = "jtl_pro", wms: str = "wms_pro") -> dict[str, str]:
    return {"jtl": jtl, "wms": wms}
