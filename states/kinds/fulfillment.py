"""The Fulfillment Network: left by ending the cooperation with every partner (FFN)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import customer_of, fixed_subject, made, no_target
from states.model.facts import Check, Inquiry, OutsideStep, Question
from states.model.offers import Catalogue
from states.model.record import Partner
from states.model.request import Request
from states.paths.fulfillment import FulfillmentPath
from states.rules.surplus import open_at_partners

NAME = "fulfillment"


class FulfillmentExit(FulfillmentPath):
    """Nothing open and no stock left, then each partner on its own (FFN2, FFN5)."""


def malformed(request: Request) -> str | None:
    """The subject is the network itself."""
    return fixed_subject(request, "ffn") or no_target(request)


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """Open operations and stock stand against it (FFN2); without recorded partners a person is asked (FFN1)."""
    record = customer_of(inquiry, context, catalogue, malformed(inquiry.request))
    if isinstance(record, Check):
        return record
    return made(
        record,
        catalogue,
        cost_effect="none",
        surplus=open_at_partners(record.partners),
        questions=() if record.partners else (Question(type="clarify", rule="FFN1"),),
        outside=tuple(step_with(partner) for partner in record.partners),
    )


def step_with(partner: Partner) -> OutsideStep:
    """The end of the cooperation with one partner, whoever has to act (FFN3, FFN5)."""
    return OutsideStep(
        what="partner",
        rule="FFN5",
        name=partner.id,
        subject=partner.id,
        values={"role": partner.role},
    )


KIND = Kind(kind=NAME, workflow="FulfillmentExit", chart=FulfillmentExit, check=check, malformed=malformed)
