"""eazyAuction marketplaces: no fee of their own, so deactivation in every edition (MP)."""

from states.kinds.kind import Context, Kind
from states.kinds.shared import HeldLicence, ending, find, plain_licence, refused
from states.model.facts import Check, Inquiry, OutsideStep, Warning
from states.model.offers import Catalogue
from states.paths.licence_end import LicenceEnd

NAME = "marketplace"


class MarketplaceEnd(LicenceEnd):
    """The end of a licence, with steps at the third party and in the pilot programme beside it (MP3, MP4, X9)."""

    traits = LicenceEnd.traits.but(unused=frozenset({"feature_warning", "external", "reassigning", "reassigned"}))


def check(inquiry: Inquiry, context: Context, catalogue: Catalogue) -> Check:
    """No saving (MP1), at once or on a day chosen (MP5); never before a transfer (MOV2).

    A pilot is signed off (MP3) and a third party told (MP4) too.
    """
    found = find(NAME, inquiry, context, catalogue, plain_licence(inquiry.request))
    if not isinstance(found, HeldLicence):
        return found
    licence = found.licence
    if f"marketplace_transfer/{found.record.customer}/{licence.licence}" in context.open_runs:
        return refused(found.record, catalogue, "MOV2", "use_support")
    warnings, outside = [], []
    if licence.pilot:
        warnings.append(Warning(code="pilot_sign_off"))
        outside.append(OutsideStep(what="pilot", rule="MP3"))
    if licence.third_party:
        warnings.append(Warning(code="third_party_too", values={"name": licence.third_party}))
        outside.append(OutsideStep(what="third_party", rule="MP4", name=licence.third_party))
    return ending(found, *warnings, outside=tuple(outside))


KIND = Kind(kind=NAME, workflow="MarketplaceDeactivation", chart=MarketplaceEnd, check=check, malformed=plain_licence)
