"""The connectors to Shopify and Shopware 6: no fee of their own, so deactivation (CO)."""

from states.kinds.licence import LicenceInquiry, check_of_ending, licence_kind
from states.model.facts import Check, OutsideStep, Warning
from states.paths.licence_end import LicenceEnd


class ConnectorEnd(LicenceEnd):
    """The end of a licence; booked through Shopify it ends there, with proof (CO4, X9)."""

    traits = LicenceEnd.traits.but(unused=frozenset({"feature_warning", "reassigning", "reassigned"}))


def check(inquiry: LicenceInquiry) -> Check:
    """No saving (CO1); booked through Shopify it is ended there (CO4).

    A connector to another shop cannot be booked through Shopify: such a record is asked about (CO5, X5).
    """
    ends_there = inquiry.licence.booked_via == "shopify" and inquiry.product.key == "connector_shopify"
    if not ends_there:
        return check_of_ending(inquiry)
    return check_of_ending(inquiry, Warning(code="ended_elsewhere"), outside=(OutsideStep(what="shopify", rule="CO4"),))


KIND = licence_kind(
    "connector",
    "ConnectorDeactivation",
    ConnectorEnd,
    check,
    codes={"ended_elsewhere"},
    steps={"shopify"},
    by_edition=True,
)
