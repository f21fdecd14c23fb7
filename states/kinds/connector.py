"""The connectors to Shopify and Shopware 6: no fee of their own, so deactivation (CO)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, ending, find, plain_licence
from states.model.facts import Check, Inquiry, OutsideStep
from states.model.offers import Catalogue
from states.paths.licence_end import LicenceEnd

NAME = "connector"


class ConnectorEnd(LicenceEnd):
    """The end of a licence; booked through Shopify it ends there, with proof (CO4, X9)."""

    traits = LicenceEnd.traits.but(unused=frozenset({"feature_warning", "reassigning", "reassigned"}))


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """No saving (CO1); booked through Shopify it is ended there (CO4).

    A connector to another shop cannot be booked through Shopify: such a record is asked about (CO5, X5).
    """
    found = find(NAME, inquiry, context, catalogue, plain_licence(inquiry.request))
    if not isinstance(found, HeldLicence):
        return found
    if found.licence.booked_via != "shopify":
        return ending(found)
    if found.product.key != "connector_shopify":
        return ending(found, effect="unknown")
    return ending(found, outside=(OutsideStep(what="shopify", rule="CO4"),))


KIND = Kind(kind=NAME, workflow="ConnectorDeactivation", chart=ConnectorEnd, check=check, malformed=plain_licence)
