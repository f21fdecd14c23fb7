"""What a catalogue version must not contradict: each rule yields (place, what is wrong), for people to correct."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import get_args

from catalogue.texts import keys
from states.model.offers import Catalogue, Edition, Offer, Product, Text
from states.model.record import Family, Language

Problem = tuple[str, str]

KIND_NAMES = tuple(key.removeprefix("kind.") for key in keys() if key.startswith("kind."))
"""The kinds of cancellation that a catalogue may speak of: those with a name (a test: the registry)."""

LANGUAGES: tuple[Language, ...] = get_args(Language)
FAMILIES: tuple[Family, ...] = get_args(Family)
LEVELS = {"none": 0, "limited": 1, "full": 2}
WORTH = {"not_available": 0, "paid_addon": 1, "included": 2, "unlimited": 3}
"""What is better for the customer; statuses not named here cannot be compared."""


def contradictions(catalogue: Catalogue) -> Iterator[Problem]:
    """Everything that is wrong with a version whose shape is right."""
    yield from editions_of_family(catalogue)
    for key, product in catalogue.products.items():
        yield from product_problems(catalogue, f"products.{key}", product)
    yield from feature_problems(catalogue)
    yield from kind_problems(catalogue)
    for key, service in catalogue.optional_services.items():
        yield from languages(f"optional_services.{key}.label", service.label)
    for code, reason in catalogue.reasons.items():
        yield from languages(f"reasons.{code}.label", reason.label)
    yield from remark_problems(catalogue)
    if not any(catalogue.minimum_channel_tier in edition.tiers for edition in catalogue.editions.values()):
        yield "minimum_channel_tier", f"no edition has the order package {catalogue.minimum_channel_tier}"


def family_of(catalogue: Catalogue, family: Family) -> list[Edition]:
    """The editions of a family, lowest first."""
    members = [edition for edition in catalogue.editions.values() if edition.family == family]
    return sorted(members, key=lambda edition: edition.rank)


def editions_of_family(catalogue: Catalogue) -> Iterator[Problem]:
    """Ranks are unique; a lower edition costs no more and has no order package that a higher one lacks."""
    for edition in catalogue.editions.values():
        yield from tier_problems(edition)
    for family in FAMILIES:
        for lower, higher in pairwise(family_of(catalogue, family)):
            place = f"editions.{lower.key}"
            if lower.rank == higher.rank:
                yield f"editions.{higher.key}.rank", f"{higher.rank} is the rank of {lower.key} too"
            if extra := set(lower.tiers) - set(higher.tiers):
                yield f"{place}.tiers", f"{listed(extra)} bookable here, but not in the higher {higher.key}"
            low, high = lower.price_per_month, higher.price_per_month
            if low is not None and high is not None and low > high:
                yield f"{place}.price_per_month", f"more than in the higher {higher.key}"


def tier_problems(edition: Edition) -> Iterator[Problem]:
    """Order packages rise, begin with 0 (which is always possible) and say where they come from."""
    place = f"editions.{edition.key}.tiers"
    if list(edition.tiers) != sorted(set(edition.tiers)):
        yield place, f"{listed(edition.tiers)}: give each once, rising"
    if edition.tiers and 0 not in edition.tiers:
        yield place, "0 is missing: it is possible in every edition that has order packages"
    if any(tier < 0 for tier in edition.tiers):
        yield place, "an order package is 0 or more"
    if extra := sorted(set(edition.tiers_attested) - set(edition.tiers)):
        yield f"editions.{edition.key}.tiers_attested", f"{listed(extra)}: attested, but not in the list itself"
    if edition.tiers and edition.tiers_source is None:
        yield f"editions.{edition.key}.tiers_source", "missing: say where the list comes from"


def product_problems(catalogue: Catalogue, place: str, product: Product) -> Iterator[Problem]:
    """Kind, languages, and an offer for just the editions of its family."""
    if product.kind is None and not any(product.click_path.values()):
        yield f"{place}.click_path", "missing: no kind ends it, so say where it is ended instead"
    elif product.kind not in (None, *KIND_NAMES):
        yield f"{place}.kind", f"unknown kind {product.kind}; known are {listed(KIND_NAMES)}"
    base = product.key.partition("/")[0]
    if base not in catalogue.products:
        yield place, f"a module's entry needs the product {base}"
    yield from languages(f"{place}.label", product.label)
    if product.plural:
        yield from languages(f"{place}.plural", product.plural)
    if product.click_path:
        yield from path_problems(f"{place}.click_path", product.click_path)
    if product.family is None:
        if product.offer is None:
            yield f"{place}.offer", "missing: without a family one offer holds for all"
        if product.offers:
            yield f"{place}.offers", "offers by edition need a family"
        return
    if product.offer is not None:
        yield f"{place}.offer", f"the family {product.family} decides: put it into offers"
    yield from offer_problems(catalogue, place, product.family, product.offers)


def offer_problems(catalogue: Catalogue, place: str, family: Family, offers: Mapping[str, Offer]) -> Iterator[Problem]:
    """One offer for each edition, never better or wider in a lower one."""
    editions = family_of(catalogue, family)
    known = {edition.key for edition in editions}
    for key in offers.keys() - known:
        yield f"{place}.offers.{key}", f"unknown edition of {family}; known are {listed(sorted(known))}"
    for key in sorted(known - offers.keys()):
        yield f"{place}.offers.{key}", "missing: say what the product is in this edition"
    offered = [(edition.key, offers[edition.key]) for edition in editions if edition.key in offers]
    for (lower, low), (higher, high) in pairwise(offered):
        if WORTH.get(low.status, 0) > WORTH.get(high.status, 3):
            yield f"{place}.offers.{lower}.status", f"{low.status} here, but only {high.status} in the higher {higher}"
        if low.status != "not_available" and high.limit is not None and (low.limit is None or low.limit > high.limit):
            limit = "no limit" if low.limit is None else f"limit {low.limit}"
            yield f"{place}.offers.{lower}.limit", f"{limit} here, but {high.limit} in the higher {higher}"


def feature_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """Known editions and functions, languages, and no more of a function in a lower edition."""
    keys_of_features = {feature.key for feature in catalogue.features}
    for feature in catalogue.features:
        place = f"features.{feature.key}"
        yield from languages(f"{place}.label", feature.label)
        if feature.beyond is not None and feature.beyond not in keys_of_features:
            yield f"{place}.beyond", f"unknown function {feature.beyond}"
        editions = family_of(catalogue, feature.family)
        known = {edition.key for edition in editions}
        for key in feature.levels.keys() - known:
            yield f"{place}.levels.{key}", f"unknown edition of {feature.family}; known are {listed(sorted(known))}"
        for lower, higher in pairwise(edition.key for edition in editions):
            low, high = feature.levels.get(lower, "full"), feature.levels.get(higher, "full")
            if LEVELS[low] > LEVELS[high]:
                yield f"{place}.levels.{lower}", f"{low} here, but {high} in the higher {higher}"


def remark_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """A remark is there in every language, and about products that exist."""
    for key, remark in catalogue.remarks.items():
        yield from languages(f"remarks.{key}.text", remark.text)
        if unknown := sorted(set(remark.products) - catalogue.products.keys()):
            yield f"remarks.{key}.products", f"unknown: {listed(unknown)}"


def kind_problems(catalogue: Catalogue) -> Iterator[Problem]:
    """Each kind has its steps by hand (X12); a variant is named `kind/variant`."""
    for key, entry in catalogue.kinds.items():
        if key.partition("/")[0] not in KIND_NAMES:
            yield f"kinds.{key}", f"unknown kind; known are {listed(KIND_NAMES)}"
        yield from path_problems(f"kinds.{key}.click_path", entry.click_path)
    described = {key.partition("/")[0] for key in catalogue.kinds}
    for kind in KIND_NAMES:
        if kind not in described:
            yield f"kinds.{kind}", "missing: say how it is done by hand"


def path_problems(place: str, path: Mapping[Language, tuple[str, ...]]) -> Iterator[Problem]:
    """The same steps in every language; none in any where none is known."""
    if not any(path.values()) and set(path) == set(LANGUAGES):
        return
    for language in LANGUAGES:
        if not path.get(language) or not all(step.strip() for step in path[language]):
            yield f"{place}.{language}", "missing or empty"
    counts = {len(steps) for steps in path.values()}
    if len(counts) > 1:
        yield place, "the languages have different numbers of steps"


def languages(place: str, label: Text) -> Iterator[Problem]:
    """A label in every language."""
    for language in LANGUAGES:
        if not label.get(language, "").strip():
            yield f"{place}.{language}", "missing or empty"


def listed(values: Iterable[object]) -> str:
    """Values for a sentence."""
    return ", ".join(str(value) for value in values)
