"""What every page has: a policy that loads nothing from elsewhere, and a page for a refusal too."""

import re
from pathlib import Path

import httpx
import pytest

from catalogue.texts import keys
from pages.rendering import STATIC, static_address
from portal.branding import brand_of, contrast
from settings import Settings
from tests.portal.conftest import Caller

HTML = {"accept": "text/html", "accept-language": "de"}


@pytest.mark.server
async def test_who_is_not_logged_in_gets_a_page_that_says_so(alone: Caller):
    answer: httpx.Response = await alone.http.get("/my", headers=HTML)
    assert answer.status_code == 401
    assert answer.headers["content-type"].startswith("text/html")
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy and "unsafe-inline" not in policy
    assert '<html lang="de">' in answer.text and "<h1" in answer.text


@pytest.mark.server
@pytest.mark.parametrize("name", sorted(STATIC))
async def test_what_pages_load_is_kept_by_the_browser_under_an_address_that_changes_with_it(alone: Caller, name: str):
    answer = await alone.http.get(static_address(name))
    assert answer.content == STATIC[name]
    assert "immutable" in answer.headers["cache-control"]
    assert (await alone.http.get(f"/my/static/000000000000/{name}")).status_code == 404


COLOURS = ["#164a7c", "#ffdd00", "#000000", "#ffffff", "#e30613", "#7f7f7f", "#0a5ea8"]


@pytest.mark.parametrize("colour", COLOURS)
def test_links_in_any_colour_of_a_brand_can_be_read_in_light_and_in_the_dark(colour: str):
    brand = brand_of(Settings(brand_colour=colour))
    for background in ("#ffffff", "#f4f6f8"):
        assert contrast(brand.link, background) >= 4.5, background
    for background in ("#18212b", "#10161d"):
        assert contrast(brand.link_in_the_dark, background) >= 7, background
    assert contrast(brand.ink, brand.colour) >= 4.5


def test_a_colour_that_can_be_read_already_stays_as_it_is():
    assert brand_of(Settings(brand_colour="#164a7c")).link == "#164a7c"


async def test_the_vendors_name_colours_and_picture_are_on_each_page(client, settings: Settings, tmp_path: Path):
    logo = tmp_path / "logo.svg"
    logo.write_text("<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>")
    given = {"brand_name": "Händler & Söhne", "brand_colour": "e30613", "brand_logo": logo}
    caller = Caller(client, Settings(**(settings.model_dump() | given)))
    page = (await caller.http.get("/my", headers=HTML)).text
    assert 'alt="Händler &amp; Söhne"' in page
    style = re.search(r'href="(/my/brand/[0-9a-f]{12}/colours\.css)"', page)
    picture = re.search(r'src="(/my/brand/[0-9a-f]{12}/logo)"', page)
    assert style and picture
    assert "--brand: #e30613" in (await caller.http.get(style[1])).text
    answer = await caller.http.get(picture[1])
    assert (answer.content, answer.headers["content-type"]) == (logo.read_bytes(), "image/svg+xml")
    # Opened by itself it is a document of our own origin: it runs nothing.
    assert "sandbox" in answer.headers["content-security-policy"]
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert (await caller.http.get("/my/brand/000000000000/logo")).status_code == 404
    await caller.close()


WRITTEN = "\n".join(
    path.read_text(encoding="utf-8")
    for room in ("pages", "portal", "activities")
    for path in Path(room).rglob("*")
    if path.suffix in (".html", ".py")
)
NAMED = frozenset(re.findall(r"['\"](?:page\.)?([a-z_]+(?:\.[a-z_]+)+)['\"]", WRITTEN))
PUT_TOGETHER = tuple(
    begin for begin in re.findall(r"['\"](?:page\.)?([a-z_]+(?:\.[a-z_]+)*[._])['\"{]", WRITTEN) if "." in begin
)
"""How names begin that are put together: `t('board.effect.' ~ effect)`, `f"calendar.day.{key}"`."""
LABELLED = tuple(
    f"{namespace}."
    for label in re.findall(r"label\(([^)]*)\)", WRITTEN)
    for namespace in re.findall(r"['\"]([a-z_.]+)['\"]", label)
)
"""Of labels: `label('state', run.state)`."""


def test_every_text_of_a_page_is_shown_somewhere():
    names = [key.removeprefix("page.") for key in keys() if key.startswith("page.")]
    assert len(names) > 100
    assert [name for name in names if name not in NAMED and not name.startswith(PUT_TOGETHER + LABELLED)] == []
