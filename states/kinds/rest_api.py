"""The JTL-Wawi API: in the beta phase nothing is charged, afterwards it depends on the edition (API)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, ending, find, plain_licence
from states.model.facts import Check, CostEffect, Inquiry, OutsideStep, Warning
from states.model.offers import Catalogue
from states.paths.licence_end import LicenceEnd

NAME = "rest_api"


class RestApiEnd(LicenceEnd):
    """The end of a licence, after the warning about integrations (API4), with the pilot's sign-off (API3, X9)."""

    traits = LicenceEnd.traits.but(unused=frozenset({"external", "reassigning", "reassigned"}))


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """Every integration ends with it (API4). In the beta phase there is nothing to save where it will be sold (API2),
    and the pilot programme is left too (API3, X7)."""
    found = find(NAME, inquiry, context, catalogue, plain_licence(inquiry.request))
    if not isinstance(found, HeldLicence):
        return found
    integrations = Warning(code="integrations_end")
    if not catalogue.api_beta:
        return ending(found, integrations)
    effect: CostEffect | None = "none" if found.effect == "cancellation" else None
    pilot = OutsideStep(what="pilot", rule="API3")
    return ending(found, integrations, Warning(code="pilot_sign_off"), effect=effect, outside=(pilot,))


KIND = Kind(kind=NAME, workflow="RestApiCancellation", chart=RestApiEnd, check=check, malformed=plain_licence)
