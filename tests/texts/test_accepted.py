"""What a caller would rather have: the weights of `Accept` and `Accept-Language` (RFC 9110, 12.4.2)."""

import pytest
from starlette.requests import Request

from catalogue.accepted import preferred_language, weights
from portal.context import takes_pages
from portal.receipt_routes import form_of


@pytest.mark.parametrize(
    ("header", "language"),
    [
        ("", None),
        ("fr, *", None),
        ("de", "de"),
        ("en-GB,en;q=0.9,de;q=0.8", "en"),
        ("de;q=0.1, en;q=0.9", "en"),
        ("en;q=0, de", "de"),
        ("EN ; Q=0.2 , De-AT; q = 0.3", "de"),
        ("de;q=0", None),
        ("fr, en;q=0.2, de;q=0.2", "en"),
        ("den, en;q=0.1", "en"),
        ("de;q=2, en;q=0.9", "de"),
    ],
)
def test_the_language_is_the_one_wanted_most(header: str, language: str | None) -> None:
    assert preferred_language(header) == language


def asking(accept: str) -> Request:
    """A call with that header."""
    return Request({"type": "http", "headers": [(b"accept", accept.encode())]})


@pytest.mark.parametrize(
    ("header", "form"),
    [
        ("", "json"),
        ("*/*", "json"),
        ("application/pdf", "pdf"),
        ("application/pdf;q=0", "json"),
        ("application/pdf;q=0.1, application/json", "json"),
        ("application/pdf;q=0.1, */*", "json"),
        ("application/pdf, */*", "pdf"),
        ("application/jose;q=0.5, application/pdf;q=0.6", "pdf"),
        ("application/jose, application/pdf", "jws"),
        ("text/html", "json"),
        ("application/json;q=0", "json"),
    ],
)
def test_a_receipt_comes_in_the_form_wanted_most(header: str, form: str) -> None:
    assert form_of(asking(header)) == form


@pytest.mark.parametrize(
    ("header", "pages"),
    [
        ("text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8", True),
        ("*/*", False),
        ("text/html;q=0", False),
        ("text/html;q=0.4, application/json;q=0.5", False),
        ("TEXT/HTML; charset=utf-8; q=0.5, application/json; q=0.4", True),
    ],
)
def test_a_page_is_for_whoever_wants_it_more_than_json(header: str, pages: bool) -> None:
    assert takes_pages(asking(header)) is pages


def test_what_is_no_weight_counts_as_none_given() -> None:
    assert weights("a;q=x, b;q=-1, c;q=0.1234, d;q=, , e;q=1.000") == dict.fromkeys("abcde", 1.0)
