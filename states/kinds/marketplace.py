"""eazyAuction marketplaces: no fee of their own, so deactivation in every edition (MP)."""

from states.kinds.licence import LicenceInquiry, check_of_ending, licence_kind
from states.model.facts import Check, OutsideStep, Warning
from states.paths.licence_end import LicenceEnd


class MarketplaceEnd(LicenceEnd):
    """The end of a licence, with steps at the third party and in the pilot programme beside it (MP3, MP4, X9)."""

    traits = LicenceEnd.traits.but(unused=frozenset({"feature_warning", "external", "reassigning", "reassigned"}))


def check(inquiry: LicenceInquiry) -> Check:
    """No saving (MP1), no date stated (MP5).

    A pilot is signed off (MP3) and a third party told (MP4) too; never before a transfer (MOV2).
    """
    licence = inquiry.licence
    if f"marketplace_transfer/{inquiry.record.customer}/{licence.licence}" in inquiry.context.open_runs:
        return inquiry.refuse("MOV2", "use_support")
    warnings, steps = [], []
    if licence.pilot:
        warnings.append(Warning(code="pilot_sign_off"))
        steps.append(OutsideStep(what="pilot", rule="MP3"))
    if licence.third_party:
        warnings.append(Warning(code="third_party_too", values={"name": licence.third_party}))
        steps.append(OutsideStep(what="third_party", rule="MP4", name=licence.third_party))
    return check_of_ending(inquiry, *warnings, outside=tuple(steps))


KIND = licence_kind(
    "marketplace",
    "MarketplaceDeactivation",
    MarketplaceEnd,
    check,
    codes={"pilot_sign_off", "third_party_too"},
    steps={"pilot", "third_party"},
    by_edition=True,
)
