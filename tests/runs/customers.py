"""Customers of whole runs, and what they hold."""

from typing import Any

TRACKING = {"licence": "T-1", "product": "track_and_trace"}
"""Included in JTL Pro, not available below it (SH2)."""
REGISTERS = [{"licence": f"P-{number}", "product": "pos_wawi"} for number in range(1, 6)]
"""Five registers: what JTL Pro allows, two more than JTL Advanced does (POS2)."""
VOUCHERS = {"licence": "V-1", "product": "vouchers"}


def customer_record(*licences: dict[str, Any], **fields: Any) -> dict[str, Any]:
    """The guide's customer: JTL Pro and WMS Pro, package 2.500."""
    editions = {"jtl": "jtl_pro", "wms": "wms_pro"}
    base = {"customer": "K-1001", "name": "Muster GmbH", "email": "kontakt@muster.example", "language": "de"}
    return base | {"editions": editions, "order_package": 2500, "licences": list(licences)} | fields
