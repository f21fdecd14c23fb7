"""Versions and their differences; a catalogue that contradicts itself does not load, and the message says where."""

import shutil
from datetime import date
from pathlib import Path

import pytest

from catalogue.differences import differences
from catalogue.loader import SHIPPED, CatalogueError, Catalogues, load_catalogues, load_version
from states.model.offers import Catalogue


@pytest.fixture(scope="module")
def catalogues() -> Catalogues:
    return load_catalogues(None)


@pytest.fixture(scope="module")
def catalogue(catalogues: Catalogues) -> Catalogue:
    return catalogues.version("2024-09-01")


@pytest.fixture
def own(tmp_path: Path) -> Path:
    """A directory of one's own with a copy of the shipped version, to be spoilt."""
    shutil.copytree(SHIPPED / "2024-09-01", tmp_path / "2024-09-01")
    return tmp_path


def spoil(own: Path, file: str, old: str, new: str) -> None:
    path = own / "2024-09-01" / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


# Versions.


def test_X8_the_version_in_force_is_the_last_one_begun(own: Path) -> None:
    shutil.copytree(own / "2024-09-01", own / "later")
    later = own / "later" / "version.toml"
    later.write_text(
        later.read_text(encoding="utf-8")
        .replace('version = "2024-09-01"', 'version = "later"')
        .replace("valid_from = 2024-09-01", "valid_from = 2027-01-01"),
        encoding="utf-8",
    )
    catalogues = load_catalogues(own)
    assert [version.version for version in catalogues.all] == ["2024-09-01", "later"]
    assert catalogues.in_force(date(2026, 12, 31)).version == "2024-09-01"
    assert catalogues.in_force(date(2027, 1, 1)).version == "later"
    assert catalogues.in_force(date(2020, 1, 1)).version == "2024-09-01"


@pytest.mark.parametrize(
    ("day", "version"),
    [
        (date(2024, 9, 1), "2024-09-01"),
        (date(2026, 3, 31), "2024-09-01"),
        (date(2026, 4, 1), "2026-04-01"),
        (date(2026, 11, 24), "2026-04-01"),
    ],
)
def test_X8_the_shipped_versions_on_both_sides_of_their_first_days(
    catalogues: Catalogues, day: date, version: str
) -> None:
    assert catalogues.in_force(day).version == version


def test_an_unknown_version_is_refused_and_those_that_exist_are_named(catalogues: Catalogues) -> None:
    with pytest.raises(KeyError, match=r"no catalogue version 1999; there are 2024-09-01, 2026-04-01"):
        catalogues.version("1999")


def test_differences_name_place_before_and_after(own: Path, catalogue: Catalogue) -> None:
    spoil(own, "version.toml", "api_beta = true", "api_beta = false")
    spoil(own, "editions.toml", 'label = "JTL Pro"', 'label = "JTL Profi"')
    spoil(own, "choices.toml", "[reasons.other]", "[reasons.another]")
    changed = load_version(own / "2024-09-01")
    assert differences(catalogue, catalogue) == ()
    assert set(differences(catalogue, changed)) == {
        "~ api_beta: True → False",
        "~ editions.jtl_pro.label: JTL Pro → JTL Profi",
        "- reasons.other.label.de: Anderer Grund",
        "- reasons.other.label.en: Another reason",
        "+ reasons.another.label.de: Anderer Grund",
        "+ reasons.another.label.en: Another reason",
    }


def test_one_file_is_a_version_too(own: Path) -> None:
    files = sorted((own / "2024-09-01").glob("*.toml"))
    content = "\n".join(
        file.read_text(encoding="utf-8") for file in sorted(files, key=lambda file: file.name != "version.toml")
    )
    (own / "whole.toml").write_text(content, encoding="utf-8")
    assert load_version(own / "whole.toml") == load_version(own / "2024-09-01")


# A version that says only what differs.


def write(own: Path, name: str, text: str) -> Path:
    """A version of one's own in one file beside the copy."""
    place = own / f"{name}.toml"
    place.write_text(f'version = "{name}"\nsource = "[?] my own"\n{text}', encoding="utf-8")
    return place


def test_based_on_takes_over_what_is_not_said_anew(own: Path, catalogue: Catalogue) -> None:
    vouchers = 'products.vouchers = { kind = "voucher", label = { de = "V", en = "V" }, source = "[?] mine", offer = '
    vouchers += '{ status = "unknown", source = "[?] mine" } }'
    place = write(own, "mine", f'valid_from = 2027-01-01\nbased_on = "2024-09-01"\napi_beta = false\n{vouchers}')
    mine = load_version(place)
    assert set(differences(catalogue, mine)) >= {
        "~ api_beta: True → False",
        "~ products.vouchers.label.de: JTL-Vouchers → V",
        "- products.vouchers.family: jtl",
        "+ products.vouchers.offer.status: unknown",
        "~ source: [S] L12, L198: rules in force from 1 September 2024, state of knowledge August 2024 → [?] my own",
    }
    assert mine.products.keys() == catalogue.products.keys()
    assert mine.editions == catalogue.editions


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ('based_on = "2023"', "mine.toml: based_on: there is no folder or file of a version '2023'"),
        ("based_on = 3", "mine.toml: based_on: there is no folder or file of a version 3"),
        ('based_on = "mine"', "mine.toml: based_on: mine is based on this version in turn"),
        ('based_on = "other"', "other.toml: based_on: mine is based on this version in turn"),
        ('based_on = "2024-09-01"\nproducts = 3', "products"),
        ('based_on = "2024-09-01"\n[editions.jtl_pro]\nrank = 9', "mine.toml: editions.jtl_pro.family: Field required"),
        ('based_on = "2024-09-01"\n[remarks.r]\ntext.de = "a"\nproducts = ["no"]\nsource = "[?] x"',
         "mine.toml: remarks.r.products: unknown: no"),
    ],
)  # fmt: skip
def test_based_on_something_wrong_is_said_with_its_place(own: Path, text: str, problem: str) -> None:
    write(own, "other", 'valid_from = 2027-02-01\nbased_on = "mine"')
    place = write(own, "mine", f"valid_from = 2027-01-01\n{text}")
    with pytest.raises(CatalogueError) as error:
        load_version(place)
    assert problem in str(error.value)


def test_a_shipped_version_may_be_the_base_of_one_in_another_folder(tmp_path: Path) -> None:
    write(tmp_path, "mine", 'valid_from = 2027-01-01\nbased_on = "2026-04-01"')
    mine = load_catalogues(tmp_path).version("mine")
    assert mine.products == load_catalogues(None).version("2026-04-01").products


# What contradicts itself does not load, and the message says where.


@pytest.mark.parametrize(
    ("file", "old", "new", "problem"),
    [
        (
            "editions.toml",
            'rank = 2\nlabel = "JTL Advanced"',
            'rank = 1\nlabel = "JTL Advanced"',
            "editions.toml: editions.jtl_advanced.rank: 1 is the rank of jtl_start too",
        ),
        (
            "editions.toml",
            "tiers = [0, 100, 1000, 2500]",
            "tiers = [0, 100, 1000, 2500, 7000]",
            "editions.toml: editions.jtl_start.tiers: 7000 bookable here, but not in the higher jtl_advanced",
        ),
        (
            "editions.toml",
            "tiers = [0, 100, 1000, 2500]",
            "tiers = [0, 1000, 100, 2500]",
            "editions.jtl_start.tiers: 0, 1000, 100, 2500: give each once, rising",
        ),
        (
            "editions.toml",
            "tiers = [0, 100, 1000, 2500]",
            "tiers = [100, 1000]",
            "editions.jtl_start.tiers: 0 is missing",
        ),
        (
            "editions.toml",
            "tiers_attested = [0, 100]",
            "tiers_attested = [0, 100, 700]",
            "editions.jtl_start.tiers_attested: 700: attested, but not in the list itself",
        ),
        (
            "editions.toml",
            "tiers = [0, 100, 1000, 2500]",
            "tiers = [-5, 0]",
            "editions.jtl_start.tiers: an order package is 0 or more",
        ),
        (
            "editions.toml",
            'tiers_source = "[?] example: tiers L42, L70, L93; which edition allows which is not known"\n',
            "",
            "editions.toml: editions.jtl_start.tiers_source: missing",
        ),
        (
            "editions.toml",
            'label = "WMS Pro"',
            'label = "WMS Pro"\nprice_per_month = "-1"',
            "editions.wms_start.price_per_month: more than in the higher wms_pro",
        ),
        (
            "editions.toml",
            'source = "[S] L155; price not known"',
            "",
            "editions.toml: editions.wms_pro.source: Field required",
        ),
        (
            "editions.toml",
            'source = "[S] L155; price not known"',
            'source = "L155"',
            "editions.toml: editions.wms_pro.source: write a source like",
        ),
        (
            "products_jtl.toml",
            'kind = "voucher"',
            'kind = "vouchers"',
            "products_jtl.toml: products.vouchers.kind: unknown kind vouchers",
        ),
        (
            "products_jtl.toml",
            'kind = "voucher"\n',
            "",
            "products_jtl.toml: products.vouchers.click_path: missing: no kind ends it, so say where",
        ),
        (
            "products_jtl.toml",
            'jtl_pro = { status = "included", source = "[S] L189" }',
            "",
            "products_jtl.toml: products.vouchers.offers.jtl_pro: missing",
        ),
        (
            "products_jtl.toml",
            'jtl_pro = { status = "included", source = "[S] L189" }',
            'jtl_pro = { status = "included", source = "[S] L189" }\n'
            'jtl_ultra = { status = "included", source = "[S] L189" }',
            "products.vouchers.offers.jtl_ultra: unknown edition of jtl",
        ),
        (
            "products_jtl.toml",
            'jtl_start = { status = "paid_addon", source = "[S] L189" }',
            'jtl_start = { status = "included", source = "[S] L189" }',
            "products.vouchers.offers.jtl_start.status: included here, but only paid_addon in the higher jtl_advanced",
        ),
        (
            "products_jtl.toml",
            "limit = 1",
            "limit = 4",
            "products.pos_wawi.offers.jtl_start.limit: limit 4 here, but 3 in the higher jtl_advanced",
        ),
        (
            "products_jtl.toml",
            "limit = 1, ",
            "",
            "products.pos_wawi.offers.jtl_start.limit: no limit here, but 3 in the higher jtl_advanced",
        ),
        (
            "products_jtl.toml",
            'label = { de = "JTL-Vouchers", en = "JTL-Vouchers" }',
            'label = { de = "JTL-Vouchers" }',
            "products.vouchers.label.en: missing or empty",
        ),
        (
            "products_jtl.toml",
            'status = "included", limit = 1',
            'status = "free", limit = 1',
            "products_jtl.toml: products.pos_wawi.offers.jtl_start.status: Input should be",
        ),
        (
            "products_jtl.toml",
            "[products.vouchers.offers]",
            'offer = { status = "included", source = "[S] L189" }\n[products.vouchers.offers]',
            "products.vouchers.offer: the family jtl decides",
        ),
        (
            "products_other.toml",
            'offer = { status = "included", source = "[I] L131 read like what is priced in" }',
            "",
            "products_other.toml: products.shipping_labels.offer: missing",
        ),
        (
            "products_other.toml",
            'offer = { status = "included", source = "[I] L131 read like what is priced in" }',
            'offer = { status = "included", source = "[I] L131 read like what is priced in" }\n'
            '[products.shipping_labels.offers]\njtl_pro = { status = "included", source = "[S] L131" }',
            "products.shipping_labels.offers: offers by edition need a family",
        ),
        (
            "products_other.toml",
            "[products.shipping_labels]",
            '[products."shipping_labels/x"]',
            "products.shipping_labels/x: a module's entry needs the product shipping_labels",
        ),
        (
            "features.toml",
            'levels = { jtl_start = "none", jtl_advanced = "none" }',
            'levels = { jtl_advanced = "none" }',
            "features.toml: features.track_and_trace.levels.jtl_start: full here, but none in the higher jtl_advanced",
        ),
        (
            "features.toml",
            'levels = { jtl_start = "none", jtl_advanced = "none" }',
            'levels = { wms_start = "none" }',
            "features.track_and_trace.levels.wms_start: unknown edition of jtl",
        ),
        (
            "features.toml",
            'label = { de = "JTL-Track&Trace", en',
            'label = { de = " ", en',
            "features.track_and_trace.label.de: missing or empty",
        ),
        ("paths_other.toml", "[kinds.hosting]", "[kinds.hostings]", "paths_other.toml: kinds.hostings: unknown kind"),
        ("paths_other.toml", "[kinds.hosting]", "[kinds.hostings]", "kinds.hosting: missing"),
        (
            "paths_other.toml",
            '  "Confirm the cancellation",\n',
            "",
            "kinds.wawi_module.click_path: the languages have different numbers of steps",
        ),
        (
            "paths_other.toml",
            'click_path.en = ["Ask our sales team"]',
            "click_path.en = []",
            "kinds.key_accounting.click_path.en: missing or empty",
        ),
        (
            "choices.toml",
            'en = "The cost is too high"',
            'en = ""',
            "choices.toml: reasons.cost.label.en: missing or empty",
        ),
        (
            "choices.toml",
            'en = "Example: setup service"',
            'en = ""',
            "optional_services.setup_service_example.label.en",
        ),
        (
            "version.toml",
            "minimum_channel_tier = 100 ",
            "minimum_channel_tier = 150 ",
            "version.toml: minimum_channel_tier: no edition has the order package 150",
        ),
        ("version.toml", "complete = false", "colour = 1", "version.toml: colour: Extra inputs are not permitted"),
        ("version.toml", "complete = false", "complete =", "version.toml: not readable as TOML"),
        (
            "choices.toml",
            "[reasons.cost]",
            "[products.vouchers]\n[reasons.cost]",
            "2024-09-01/products_jtl.toml: products.vouchers: stands in 2024-09-01/choices.toml already",
        ),
    ],
)
def test_a_contradiction_is_named_with_its_file_and_place(
    own: Path, file: str, old: str, new: str, problem: str
) -> None:
    spoil(own, file, old, new)
    with pytest.raises(CatalogueError) as caught:
        load_catalogues(own)
    assert problem in str(caught.value)


def test_all_problems_are_said_at_once(own: Path) -> None:
    spoil(own, "editions.toml", 'rank = 2\nlabel = "WMS Pro"', 'rank = 1\nlabel = "WMS Pro"')
    spoil(
        own, "features.toml", 'levels = { jtl_start = "none", jtl_advanced = "none" }', 'levels = { jtl_pro = "none" }'
    )
    spoil(own, "choices.toml", 'en = "The cost is too high"', 'en = ""')
    with pytest.raises(CatalogueError) as caught:
        load_catalogues(own)
    places = {problem.split(": ")[1] for problem in caught.value.problems}
    assert places == {"editions.wms_pro.rank", "features.track_and_trace.levels.jtl_advanced", "reasons.cost.label.en"}


def test_X8_two_versions_from_the_same_day_or_of_the_same_name_do_not_load(own: Path) -> None:
    shutil.copytree(own / "2024-09-01", own / "again")
    with pytest.raises(CatalogueError, match="two versions have this name"):
        load_catalogues(own)
    path = own / "again" / "version.toml"
    path.write_text(
        path.read_text(encoding="utf-8").replace('version = "2024-09-01"', 'version = "again"'), encoding="utf-8"
    )
    with pytest.raises(CatalogueError, match="valid_from: 2024-09-01 is the first day of 2024-09-01 too"):
        load_catalogues(own)


@pytest.mark.parametrize(
    "content", ["features = [1]", "features = 3", "editions = [1]", "products = 7", "", "kinds = 'x'"]
)
def test_a_file_of_any_other_shape_is_a_catalogue_error_too(tmp_path: Path, content: str) -> None:
    (tmp_path / "own.toml").write_text(content, encoding="utf-8")
    with pytest.raises(CatalogueError, match=r"own\.toml"):
        load_catalogues(tmp_path)


def test_a_directory_without_a_version_says_what_belongs_there(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="no version here"):
        load_catalogues(tmp_path)
    with pytest.raises(CatalogueError, match="no version here"):
        load_catalogues(tmp_path / "missing")
