"""Hosting by JTL: a paid contract, whose add-ons are asked about one by one (HOS, ADD2)."""

from dataclasses import replace
from typing import Any

from states.kinds.licence import LicenceInquiry, check_of_ending, cost_of, licence_kind, offer_of
from states.model.facts import Addon, Check, Warning
from states.model.record import Licence
from states.paths.licence_end import LicenceEnd
from states.rules.cost_effect import name_of, product_of


class HostingEnd(LicenceEnd):
    """The end of a contract, after the warning about backups (HOS1, HOS3, X6)."""

    traits = LicenceEnd.traits.but(unused=frozenset({"third_party", "external", "reassigning", "reassigned"}))


def check(inquiry: LicenceInquiry) -> Check:
    """Back up first (HOS3); for each add-on the order must say whether it ends or stays (ADD2)."""
    record, hosting = inquiry.record, inquiry.licence.licence
    licences = record.of_parent(hosting)
    warnings = [Warning(code="backup")]
    if licences:
        names = [name_of(addon, inquiry.catalogue, record.language) for addon in licences]
        warnings.append(Warning(code="addons_remain", values={"addons": names}))
    return check_of_ending(inquiry, *warnings, addons=tuple(addon_of(licence, inquiry) for licence in licences))


def addon_of(licence: Licence, hosting: LicenceInquiry) -> Addon:
    """An add-on, with what its end saves, what its own form asks for (ADD1), and whether its own end is booked."""
    product = product_of(hosting.catalogue, licence)
    ends_at = hosting.context.own_ends.get(licence.licence)
    booked = {"ends_at": ends_at} if ends_at else {}
    if product is None:
        return Addon(licence=licence.licence, product=licence.product, **booked)
    offer = offer_of(product, hosting.record.editions)
    addon = replace(hosting, licence=licence, product=product, offer=offer)
    fields: dict[str, Any] = {"cost": cost_of(licence, addon.effect()), "details_needed": product.details_needed}
    known = {name: value for name, value in fields.items() if value is not None}
    return Addon(licence=licence.licence, product=product.label[hosting.record.language], **booked, **known)


KIND = licence_kind(
    "hosting", "HostingCancellation", HostingEnd, check, codes={"backup", "addons_remain"}, watches=True
)
