"""The Fulfillment Network: left by ending the cooperation with every partner (FFN)."""

from states.kinds.documents import fixed_subject, no_target
from states.kinds.kind import COMMON_CODES, CustomerInquiry, Kind
from states.model.facts import Check, OutsideStep, Question
from states.model.names import PARTNER, named
from states.model.record import Partner
from states.model.request import Request
from states.paths.fulfillment import FulfillmentPath
from states.rules.surplus import open_at_partners


class FulfillmentExit(FulfillmentPath):
    """Nothing open and no stock left, then each partner on its own (FFN2, FFN5)."""


def malformed(request: Request) -> str | None:
    """The subject is the network itself."""
    return fixed_subject(request, "ffn") or no_target(request)


def check(inquiry: CustomerInquiry) -> Check:
    """Open operations and stock stand against it (FFN2); without recorded partners a person is asked (FFN1)."""
    partners = inquiry.record.partners
    return inquiry.conclude(
        cost_effect="none",
        surplus=open_at_partners(partners),
        questions=() if partners else (Question(type="clarify", rule="FFN1", text="clarify_partners"),),
        outside=tuple(step_with(partner) for partner in partners),
    )


def step_with(partner: Partner) -> OutsideStep:
    """The end of the cooperation with one partner, whoever has to act (FFN3, FFN5)."""
    values = {"role": partner.role}
    name = named(PARTNER, partner.id)
    return OutsideStep(what="partner", rule="FFN5", name=name, subject=partner.id, values=values)


KIND = Kind(
    kind="fulfillment",
    workflow="FulfillmentExit",
    chart=FulfillmentExit,
    own_check=check,
    malformed=malformed,
    dates=("moment",),
    codes=COMMON_CODES,
    steps=frozenset({"partner"}),
)
