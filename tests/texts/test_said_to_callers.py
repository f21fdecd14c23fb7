"""What a caller of the portal or the command line reads: the list of licences, and what is wrong with a request."""

import re
from datetime import UTC, datetime
from itertools import product
from typing import Any

import pytest

from catalogue.formats import LANGUAGES
from catalogue.loader import load_catalogues
from catalogue.texts import say
from portal.incoming import read_request
from portal.problems import PortalProblem, body_of
from portal.read_models import ended_elsewhere, meaning_of, request_for
from states.kinds.kind import Context
from states.kinds.registry import KINDS
from states.model.facts import Check, Inquiry, RunSettings
from states.model.record import Customer, Licence
from states.model.request import Request
from states.views.preview import preview
from tests.texts.written import WRITTEN, check_all

IN_BOTH = pytest.mark.parametrize("language", LANGUAGES)
NOW = datetime(2026, 11, 5, 9, tzinfo=UTC)
CATALOGUE = load_catalogues(None).in_force(NOW.date())
KEY = re.compile(r"\b(fault|call|shape|cost|listed|refusal|note|surplus)\.[a-z_]+")
"""The key of a text in place of the text."""
WRONG_SUBJECT = {
    "edition": "`jtl` oder `wms`",
    "order_package": "`orders`",
    "fulfillment": "`ffn`",
    "key_accounting": "`key_accounting`",
    "support_level": "`support`",
}


def held(licence: str, product: str, **more: Any) -> Customer:
    """A customer with JTL Enterprise who has one licence."""
    editions: dict[Any, Any] = {"jtl": "jtl_enterprise", "wms": "wms_pro"}
    own = Licence(licence=licence, product=product, **more)
    return Customer(customer="K-1", name="Muster GmbH", editions=editions, licences=(own,))


# What is wrong with a request.

FAULTY: list[dict[str, Any]] = [
    {},
    {"subject": "x" * 41},
    {"target": "nonsense"},
    {"target": 7},
    {"target": "K-1"},
    {"explanation": None},
    {"subject": "jtl", "target": "wms_pro"},
    {"subject": "wms", "target": "jtl_pro"},
    {"subject": "orders", "target": -1},
]
"""Documents that are wrong for many a kind."""


def problem_of(document: dict[str, Any]) -> PortalProblem | None:
    """What the portal finds wrong with a document, or None."""
    try:
        read_request(document)
    except PortalProblem as problem:
        return problem
    return None


def details(language: str, document: dict[str, Any]) -> list[str]:
    """What is said to an event, to a preview and in the run itself."""
    problem = problem_of(document)
    if problem is None:
        return []
    texts = []
    for problem.reading in (False, True):
        texts.append(body_of(problem, language)["detail"])
    if len(document["subject"]) <= 40:
        record = held("L-1", "vouchers").model_copy(update={"language": language})
        request = Request.model_validate(document)
        check = KINDS[request.kind].check(Inquiry(request=request, at=NOW), Context(record=record), CATALOGUE)
        refusal = preview(KINDS[request.kind], request, check, NOW, RunSettings(), say).refusal
        assert refusal is not None
        texts.append(refusal.text)
    return texts


def check_no_key(language: str, kind: str, change: dict[str, Any]) -> None:
    """No key, and nothing doubled at the end of the sentence."""
    for text in details(language, {"kind": kind, "customer": "K-1", "subject": "zzz"} | change):
        assert not KEY.search(text), text
        assert ".." not in text and not text.endswith(";."), text


def test_what_is_wrong_with_a_request_is_never_said_as_a_key() -> None:
    check_all(check_no_key, product(LANGUAGES, KINDS, FAULTY))


@IN_BOTH
def test_every_text_that_shows_a_fault_explains_it(language: str) -> None:
    shown = {key for key, text in WRITTEN[language].items() if re.search(r"\{\{ fault *(\||\}\})", text)}
    assert {key for key in shown if "{{ fault | explained }}" not in WRITTEN[language][key]} == set()


@pytest.mark.parametrize(("kind", "subjects"), WRONG_SUBJECT.items())
def test_G1_a_wrong_subject_is_told_the_kinds_own(kind: str, subjects: str) -> None:
    target = {"order_package": 0}.get(kind)
    for text in details("de", {"kind": kind, "customer": "K-1", "subject": "zzz", "target": target}):
        assert f"hier heißt es {subjects}" in text


@pytest.mark.parametrize(
    ("subject", "offered", "other"), [("wms", "`wms_start`", "jtl_start"), ("jtl", "`jtl_start`", "wms_start")]
)
def test_WE1_a_wrong_target_is_told_the_editions_of_its_family(subject: str, offered: str, other: str) -> None:
    texts = details("de", {"kind": "edition", "customer": "K-1", "subject": subject, "target": "nonsense"})
    assert texts and all(offered in text and other not in text for text in texts)


@pytest.mark.parametrize(("kind", "asked"), [("setup_service", "nicht brauchen"), ("misclick", "was gemeint war")])
def test_SVC1_MIS1_what_is_to_be_explained_is_said_for_the_kind(kind: str, asked: str) -> None:
    texts = details("de", {"kind": kind, "customer": "K-1", "subject": "E-1"})
    assert texts and all(asked in text for text in texts)


# The list of licences.


def listed(record: Customer, language: str = "de") -> tuple[str, str, str]:
    """Effect, rule and text of the only licence of a record."""
    record = record.model_copy(update={"language": language})
    licence = record.licences[0]
    product = CATALOGUE.products.get(licence.product)
    request = request_for(record, licence, product)
    if request is None:
        return ended_elsewhere(licence, product, record.language)
    return meaning_of(request, check_of(request, record), language)


def check_of(request: Request, record: Customer) -> Check:
    """What the kind's own check says."""
    return KINDS[request.kind].check(Inquiry(request=request, at=NOW), Context(record=record), CATALOGUE)


@pytest.mark.parametrize(
    ("product", "more", "effect", "rule", "part"),
    [
        ("key_accounting", {}, "cancellation", "SUP3", "über unseren Vertrieb"),
        ("setup_service", {}, "unknown", "SVC1", "Nur ausnahmsweise"),
        ("ecomdata", {}, "unknown", "ECO2", "bei ecomDATA gekündigt"),
        ("connector_shopify", {"booked_via": "shopify"}, "deactivation", "CO4", "bei Shopify beendet"),
        ("connector_shopify", {"booked_via": "jtl"}, "deactivation", "G5", "Abschaltung"),
        ("wawi_user", {}, "none", "G1", "Lizenzen & Benutzerlimit verwalten"),
        ("connector_elsewhere", {}, "none", "G1", "wird nicht hier beendet"),
    ],
)
def test_the_list_says_how_each_ends(product: str, more: dict[str, Any], effect: str, rule: str, part: str) -> None:
    found = listed(held("X-1", product, **more))
    assert found[:2] == (effect, rule)
    assert part in found[2]


def check_listed(language: str, key: str) -> None:
    """No key, and nothing about a wrong document: what is held is never malformed."""
    record = held("X-1", key.partition("/")[0])
    _, _, text = listed(record, language)
    assert not KEY.search(text), text
    assert "`" not in text, text


def test_what_is_listed_of_any_product_is_a_text() -> None:
    check_all(check_listed, product(LANGUAGES, CATALOGUE.products))
