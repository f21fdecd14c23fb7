"""One thin workflow class for each kind: `@workflow.run` must stand in the class itself."""

from typing import Any

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from states.model.status import Status
from workflows.driver import Driver


@workflow.defn
class EditionDowngrade(Driver):
    """Downgrade of a JTL or WMS edition. Rules and path: `states.kinds.edition`."""

    kind = "edition"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class OrderPackageDowngrade(Driver):
    """Downgrade of an order package. Rules and path: `states.kinds.order_package`."""

    kind = "order_package"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class WmsUserCancellation(Driver):
    """Cancellation of an additional WMS user. Rules and path: `states.kinds.wms_user`."""

    kind = "wms_user"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class HostingAddonCancellation(Driver):
    """Cancellation of a hosting's add-on. Rules and path: `states.kinds.hosting_addon`."""

    kind = "hosting_addon"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class VoucherCancellation(Driver):
    """End of JTL-Vouchers. Rules and path: `states.kinds.voucher`."""

    kind = "voucher"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class MarketplaceDeactivation(Driver):
    """Deactivation of a marketplace connection. Rules and path: `states.kinds.marketplace`."""

    kind = "marketplace"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class MarketplaceTransfer(Driver):
    """Move of a marketplace account to another customer. Rules and path: `states.kinds.marketplace_transfer`."""

    kind = "marketplace_transfer"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class ConnectorDeactivation(Driver):
    """Deactivation of a shop connector. Rules and path: `states.kinds.connector`."""

    kind = "connector"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class WawiModuleCancellation(Driver):
    """End of a JTL-Wawi module. Rules and path: `states.kinds.wawi_module`."""

    kind = "wawi_module"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class PosDeactivation(Driver):
    """Deactivation of a till's connection. Rules and path: `states.kinds.pos`."""

    kind = "pos"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class ShippingModuleDeactivation(Driver):
    """Deactivation of a shipping module. Rules and path: `states.kinds.shipping_module`."""

    kind = "shipping_module"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class ProductionCancellation(Driver):
    """End of a production module or user. Rules and path: `states.kinds.production`."""

    kind = "production"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class WmsModuleDeactivation(Driver):
    """Deactivation of a WMS module. Rules and path: `states.kinds.wms_module`."""

    kind = "wms_module"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class FulfillmentExit(Driver):
    """Exit from the Fulfillment Network. Rules and path: `states.kinds.fulfillment`."""

    kind = "fulfillment"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class ShopLicenceCancellation(Driver):
    """End of a shop licence. Rules and path: `states.kinds.shop_licence`."""

    kind = "shop_licence"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class ShopHostingCancellation(Driver):
    """End or change of a shop hosting. Rules and path: `states.kinds.shop_hosting`."""

    kind = "shop_hosting"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class RestApiCancellation(Driver):
    """End of the JTL-Wawi API. Rules and path: `states.kinds.rest_api`."""

    kind = "rest_api"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class SetupServiceCancellation(Driver):
    """Cancellation of a booked setup service. Rules and path: `states.kinds.setup_service`."""

    kind = "setup_service"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class KeyAccountingCancellation(Driver):
    """End of key accounting. Rules and path: `states.kinds.key_accounting`."""

    kind = "key_accounting"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class SupportLevelCancellation(Driver):
    """Support level: always refused. Rules and path: `states.kinds.support_level`."""

    kind = "support_level"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class EcomdataHandover(Driver):
    """Handover to ecomDATA. Rules and path: `states.kinds.ecomdata`."""

    kind = "ecomdata"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class HostingCancellation(Driver):
    """Cancellation of a hosting contract. Rules and path: `states.kinds.hosting`."""

    kind = "hosting"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


@workflow.defn
class MisclickTicket(Driver):
    """Ticket after a mis-click. Rules and path: `states.kinds.misclick`."""

    kind = "misclick"

    @workflow.run
    async def run(self, *payloads: Any) -> Status:
        """Drive the chart to its end; the one argument is the `requested` document."""
        return await self.drive(payloads)


WORKFLOWS: tuple[type[Driver], ...] = (
    EditionDowngrade,
    OrderPackageDowngrade,
    WmsUserCancellation,
    HostingAddonCancellation,
    VoucherCancellation,
    MarketplaceDeactivation,
    MarketplaceTransfer,
    ConnectorDeactivation,
    WawiModuleCancellation,
    PosDeactivation,
    ShippingModuleDeactivation,
    ProductionCancellation,
    WmsModuleDeactivation,
    FulfillmentExit,
    ShopLicenceCancellation,
    ShopHostingCancellation,
    RestApiCancellation,
    SetupServiceCancellation,
    KeyAccountingCancellation,
    SupportLevelCancellation,
    EcomdataHandover,
    HostingCancellation,
    MisclickTicket,
)
"""Every workflow type; a test holds them against the registry."""
