"""ecomDATA Cloud: ended at ecomDATA, outside the customer centre (ECO)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, find, made, plain_licence
from states.model.facts import Check, Inquiry, OutsideStep
from states.model.offers import Catalogue
from states.paths.handover import HandoverPath

NAME = "ecomdata"


class EcomdataHandover(HandoverPath):
    """Handed over to ecomDATA; ended only with its confirmation (ECO1, ECO2, X9)."""


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """A contract that is held; what it costs or saves is between customer and ecomDATA (ECO1)."""
    found = find(NAME, inquiry, context, catalogue, plain_licence(inquiry.request))
    if not isinstance(found, HeldLicence):
        return found
    step = OutsideStep(what="ecomdata", rule="ECO2", subject=found.licence.licence)
    return made(found.record, catalogue, cost_effect="unknown", outside=(step,))


KIND = Kind(kind=NAME, workflow="EcomdataHandover", chart=EcomdataHandover, check=check, malformed=plain_licence)
