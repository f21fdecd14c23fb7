"""Every kind of cancellation, in the order of its table in docs/contract.md. A new one is two lines here and a file."""

from states.kinds import (
    connector,
    ecomdata,
    edition,
    fulfillment,
    hosting,
    hosting_addon,
    key_accounting,
    marketplace,
    marketplace_transfer,
    misclick,
    order_package,
    pos,
    production,
    rest_api,
    setup_service,
    shipping_module,
    shop_hosting,
    shop_licence,
    support_level,
    voucher,
    wawi_module,
    wms_module,
    wms_user,
)
from states.kinds.kind import Kind

KINDS: dict[str, Kind] = {
    kind.kind: kind
    for kind in (
        edition.KIND,
        order_package.KIND,
        wms_user.KIND,
        hosting_addon.KIND,
        voucher.KIND,
        marketplace.KIND,
        marketplace_transfer.KIND,
        connector.KIND,
        wawi_module.KIND,
        pos.KIND,
        shipping_module.KIND,
        production.KIND,
        wms_module.KIND,
        fulfillment.KIND,
        shop_licence.KIND,
        shop_hosting.KIND,
        rest_api.KIND,
        setup_service.KIND,
        key_accounting.KIND,
        support_level.KIND,
        ecomdata.KIND,
        hosting.KIND,
        misclick.KIND,
    )
}
"""By kind."""
