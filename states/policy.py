"""The rules about dates and cost as pure functions: no clock, no I/O, the same for runs and previews."""

import calendar
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field

from states.model.base import day_of, start_of
from states.model.facts import CostEffect
from states.model.offers import Catalogue, Offer, Product
from states.model.record import Licence


def first_of_month(day: date, months: int) -> date:
    """The first of the month that lies `months` after the month of `day`."""
    index = day.year * 12 + day.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


class NoticeRule(BaseModel):
    """When an order takes effect (D1-D5, X1).

    Source: domain section 2; the reading is a setting, recorded when it is requested.
    Unit: calendar days in `zone`. Pure: no clock, no I/O.
    Raises `ValidationError` unless `days` is 1 to 27.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = Field(default=14, ge=1, le=27)
    boundary: Literal["inclusive", "strict"] = "inclusive"
    zone: str = "Europe/Berlin"

    def last_day_in_time(self, day: date) -> date:
        """The boundary day of a day's month: `days` before its last day (D5)."""
        return day.replace(day=calendar.monthrange(day.year, day.month)[1]) - timedelta(days=self.days)

    def in_time(self, day: date) -> bool:
        """Whether an order placed on that calendar day still takes effect next month."""
        last = self.last_day_in_time(day)
        return day <= last if self.boundary == "inclusive" else day < last

    def is_boundary(self, placed_at: datetime) -> bool:
        """Whether the moment lies on the day that the guide does not define (X1)."""
        day = day_of(placed_at, self.zone)
        return day == self.last_day_in_time(day)

    def effective_on(self, day: date) -> date:
        """The first of the next month, or of the one after it where the notice came late (D2, D3)."""
        return first_of_month(day, 1 if self.in_time(day) else 2)

    def effective_at(self, placed_at: datetime) -> datetime:
        """00:00 in `zone` of the effective day, in UTC."""
        return start_of(self.effective_on(day_of(placed_at, self.zone)), self.zone)

    def order_by(self, effective_at: datetime) -> datetime:
        """The first moment that is too late for `effective_at`: the deadline, exclusive, in UTC."""
        last = self.last_day_in_time(first_of_month(day_of(effective_at, self.zone), -1))
        return start_of(last + timedelta(days=1 if self.boundary == "inclusive" else 0), self.zone)

    def next_change(self, moment: datetime) -> datetime:
        """When what is shown before an order changes by itself: the boundary day begins, or the deadline passes."""
        day = day_of(moment, self.zone)
        for months in (0, 1):
            last = self.last_day_in_time(first_of_month(day, months))
            for turn in (last, last + timedelta(days=1)):
                if turn > day:
                    return start_of(turn, self.zone)
        raise AssertionError("a month has a boundary day")  # pragma: no cover

    def other_reading(self) -> "NoticeRule":
        """The same rule with the boundary day read the other way (X1)."""
        return self.model_copy(update={"boundary": "strict" if self.boundary == "inclusive" else "inclusive"})


def offer_for(product: Product, editions: Mapping[str, str]) -> Offer | None:
    """What a product is with the editions held (G6, G8); None where the deciding family is not held."""
    if product.family is None:
        return product.offer
    edition = editions.get(product.family)
    return product.offers.get(edition) if edition else None


EFFECTS: dict[str, CostEffect] = {
    "paid_addon": "cancellation",
    "included": "deactivation",
    "unlimited": "deactivation",
    "usage_billed": "deactivation",
}
"""What ending a product does to the cost (G5-G8); anything else is unknown and asked about (X5)."""


def cost_effect(offer: Offer | None, licence: Licence) -> CostEffect:
    """Whether ending a licence lowers the cost (G7), does not (G5), or nobody knows (X5).

    An explicit `included` of the record that differs from the catalogue is a contradiction: unknown.
    """
    known = EFFECTS.get(offer.status, "unknown") if offer else "unknown"
    if licence.included is None or known == "unknown":
        return known
    return known if licence.included == (known == "deactivation") else "unknown"


def product_of(catalogue: Catalogue, licence: Licence) -> Product | None:
    """The product of a licence: with a `module`, its own entry `<product>/<module>` where the catalogue has one."""
    return catalogue.products.get(f"{licence.product}/{licence.module}") or catalogue.products.get(licence.product)
