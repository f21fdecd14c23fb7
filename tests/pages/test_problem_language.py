"""A problem page is in one language: the session's where there is one, else the browser's; with the session's menu."""

import pytest

from tests.pages.desk import Desk

pytestmark = pytest.mark.server
PROBLEMS = [
    ("GET", "/my/nope", 404),
    ("POST", "/my", 405),
    ("GET", "/my/cancel/nokind/x", 404),
    ("GET", "/my/cases/edition/K-1001/nope", 404),
    ("POST", "/my/cases/edition/K-1001/jtl/abandon", 403),
]
GERMAN, ENGLISH = ("Diese Adresse gibt", "Das Formular", "Methode"), ("No such address", "The form is", "Method")


@pytest.mark.parametrize(("session", "other", "title"), [("de", "en", GERMAN), ("en", "de", ENGLISH)])
async def test_a_problem_page_speaks_the_language_of_the_session(
    desk: Desk, session: str, other: str, title: tuple[str, ...]
):
    http = (await desk.browser("K-1001", language=session)).http
    for method, path, status in PROBLEMS:
        form = {"csrf": "another"} if method == "POST" else None
        pages = [
            await http.request(method, path, headers={"accept": "text/html", "accept-language": browser}, data=form)
            for browser in (other, session)
        ]
        assert [page.status_code for page in pages] == [status, status]
        page = main_of(pages[0].text)
        assert f'<html lang="{session}">' in pages[0].text and 'action="/my/leave"' in pages[0].text
        assert page == main_of(pages[1].text), "the browser does not matter"
        if path != "/my/cases/edition/K-1001/nope":
            assert any(words in page for words in title), page


@pytest.mark.parametrize(("browser", "title"), [("de", GERMAN), ("en", ENGLISH)])
async def test_without_a_session_it_speaks_that_of_the_browser(desk: Desk, browser: str, title: tuple[str, ...]):
    http = (await desk.browser("K-1001", language="de")).http
    http.cookies.clear()
    page = (await http.get("/my/nope", headers={"accept": "text/html", "accept-language": browser})).text
    assert f'<html lang="{browser}">' in page and 'action="/my/leave"' not in page
    assert any(words in page for words in title)


def main_of(page: str) -> str:
    """What a page says between its menu and its foot."""
    return page.partition("<main")[2].partition("</main>")[0]
