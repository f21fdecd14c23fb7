"""The JTL-Wawi API: in the beta phase nothing is charged, afterwards it depends on the edition (API)."""

from states.kinds.licence import LicenceInquiry, check_of_ending, licence_kind
from states.model.facts import Check, CostEffect, OutsideStep, Warning
from states.paths.licence_end import LicenceEnd
from states.rules.cost_effect import listed_effect


class RestApiEnd(LicenceEnd):
    """The end of a licence, after the warning about integrations (API4), with the pilot's sign-off (API3, X9)."""

    traits = LicenceEnd.traits.but(unused=frozenset({"external", "reassigning", "reassigned"}))


def check(inquiry: LicenceInquiry) -> Check:
    """Every integration ends with it (API4). In the beta phase there is nothing to save where it will be sold (API2),
    and the pilot programme is left too (API3, X7).

    Whether it still is in that phase may not be known: then a person is asked what it costs there (X5), and looks
    whether there is a programme to leave.
    """
    integrations_end, beta = Warning(code="integrations_end"), inquiry.catalogue.api_beta
    if beta is False:
        return check_of_ending(inquiry, integrations_end)
    effect: CostEffect = listed_effect(inquiry.offer)
    if effect == "cancellation":
        effect = "none" if beta is True else "unknown"
    unsure = {} if beta is True or inquiry.licence.pilot else {"unsure": True}
    sign_off = Warning(code="pilot_sign_off", values=unsure)
    pilot = OutsideStep(what="pilot", rule="API3", values=unsure)
    return check_of_ending(inquiry, integrations_end, sign_off, effect=effect, outside=(pilot,))


KIND = licence_kind(
    "rest_api",
    "RestApiCancellation",
    RestApiEnd,
    check,
    codes={"integrations_end", "pilot_sign_off"},
    steps={"pilot"},
    by_edition=True,
)
