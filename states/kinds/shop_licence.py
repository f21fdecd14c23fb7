"""Licences of JTL-Shop: an Abonnement can be cancelled, a Subscription runs out (SL)."""

from states.kinds.licence import (
    LicenceInquiry,
    check_of_ending,
    licence_kind,
    questions_about,
    recorded_of,
    term_runs,
    two_contracts,
)
from states.model.facts import Check, Question, Refusal
from states.model.record import Licence
from states.paths.licence_end import LicenceEnd


class ShopLicenceEnd(LicenceEnd):
    """The end of a licence on a monthly basis (SL2, X6)."""

    traits = LicenceEnd.traits.but(
        unused=frozenset({"feature_warning", "third_party", "external", "reassigning", "reassigned"})
    )


def check(inquiry: LicenceInquiry) -> Check:
    """A Subscription is refused with its expiry (SL2); hosting is another contract, where one is recorded (SL5).

    Only an Abonnement is known to be cancellable (SL1): where no contract is recorded, it is asked which one it is. So
    is what a Subscription costs that should have run out already (X5).
    """
    licence, hosting = inquiry.licence, two_contracts(inquiry, "shop_hosting")
    if licence.contract == "abonnement":
        return check_of_ending(inquiry, *hosting)
    if licence.contract is None:
        return check_of_ending(inquiry, *hosting, effect="unknown", questions=which_contract(inquiry))
    if licence.term_ends is not None and not term_runs(inquiry):
        return check_of_ending(inquiry, *hosting, effect="unknown")
    return inquiry.conclude(refusal=runs_out(licence))


def runs_out(licence: Licence) -> Refusal:
    """A Subscription needs no cancellation, and cannot be cancelled (SL2)."""
    ends_on = licence.term_ends.isoformat() if licence.term_ends else None
    return Refusal(rule="SL2", code="subscription", values={"ends_on": ends_on})


def which_contract(inquiry: LicenceInquiry) -> tuple[Question, ...]:
    """Abonnement or Subscription; and what would have to be asked of an Abonnement."""
    effect = inquiry.effect()
    question = Question(
        type="clarify",
        rule="SL1",
        text="clarify_contract",
        values={"recorded": recorded_of(inquiry.licence)},
        answers={"abonnement": effect, "subscription": runs_out(inquiry.licence)},
    )
    return (question, *questions_about(inquiry, effect))


KIND = licence_kind(
    "shop_licence",
    "ShopLicenceCancellation",
    ShopLicenceEnd,
    check,
    codes={"subscription", "two_contracts"},
    saves=True,
)
