"""Hosting by JTL: a paid contract, whose add-ons are asked about one by one (HOS, ADD2)."""

from states.kinds.licence import LicenceInquiry, check_of_ending, licence_kind
from states.model.facts import Check, Warning
from states.paths.licence_end import LicenceEnd
from states.rules.cost_effect import name_of


class HostingEnd(LicenceEnd):
    """The end of a contract, after the warning about backups (HOS1, HOS3, X6)."""

    traits = LicenceEnd.traits.but(unused=frozenset({"third_party", "external", "reassigning", "reassigned"}))


def check(inquiry: LicenceInquiry) -> Check:
    """Back up first (HOS3); for each add-on the order must say whether it ends or stays (ADD2)."""
    record, hosting = inquiry.record, inquiry.licence.licence
    addons = [licence for licence in record.licences if licence.parent == hosting]
    warnings = [Warning(code="backup")]
    if addons:
        names = [name_of(addon, inquiry.catalogue, record.language) for addon in addons]
        warnings.append(Warning(code="addons_remain", values={"addons": names}))
    return check_of_ending(inquiry, *warnings, addons=tuple(addon.licence for addon in addons))


KIND = licence_kind(
    "hosting", "HostingCancellation", HostingEnd, check, codes={"backup", "addons_remain"}, watches=True
)
