"""ecomDATA Cloud: ended at ecomDATA, outside the customer centre (ECO)."""

from states.kinds.documents import plain_licence
from states.kinds.kind import Kind
from states.kinds.licence import FOUND_CODES, LicenceInquiry, about_licence
from states.model.facts import Check, OutsideStep, Warning
from states.paths.handover import HandoverPath


class EcomdataHandover(HandoverPath):
    """Handed over to ecomDATA; ended only with its confirmation (ECO1, ECO2, X9)."""


def check(inquiry: LicenceInquiry) -> Check:
    """A contract that is held; what it costs or saves is between customer and ecomDATA (ECO1)."""
    step = OutsideStep(what="ecomdata", rule="ECO2", subject=inquiry.licence.licence)
    return inquiry.conclude(cost_effect="unknown", warnings=(Warning(code="ended_elsewhere"),), outside=(step,))


KIND = Kind(
    kind="ecomdata",
    workflow="EcomdataHandover",
    chart=EcomdataHandover,
    own_check=about_licence("ecomdata", check),
    malformed=plain_licence,
    dates=("moment",),
    codes=FOUND_CODES | {"ended_elsewhere"},
    steps=frozenset({"ecomdata"}),
)
