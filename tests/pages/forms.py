"""A browser without JavaScript and without a window: follows links, fills in forms, sends what they hold."""

from dataclasses import dataclass, field, replace
from html.parser import HTMLParser
from urllib.parse import urlencode, urljoin

import httpx

Fields = list[tuple[str, str]]
FORM = {"content-type": "application/x-www-form-urlencoded"}


@dataclass
class Form:
    """A form with what it would send if nobody touched it."""

    action: str
    method: str
    fields: Fields = field(default_factory=list)
    names: set[str] = field(default_factory=set)
    """Everything that can be filled in."""
    ids: set[str] = field(default_factory=set)
    elsewhere: dict[str, str] = field(default_factory=dict)
    """Where buttons send it that do not send it to `action`."""


class Reader(HTMLParser):
    """Reads the forms, links and texts of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.within: Form | None = None
        self.links: dict[str, str] = {}
        self.select: tuple[str, str] | None = None
        self.area: tuple[str, str] | None = None
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take up a form, a field, a link."""
        given = {name: value or "" for name, value in attrs}
        if tag == "a" and "id" in given:
            self.links[given["id"]] = given["href"]
        if tag == "form":
            self.within = Form(given["action"], given.get("method", "get"))
            self.forms.append(self.within)
        form = self.within
        if form is None:
            return
        form.ids |= {given["id"]} if "id" in given else set()
        if "formaction" in given:
            form.elsewhere[given["id"]] = given["formaction"]
        name = given.get("name")
        if name is None:
            if tag == "option" and self.select and ("selected" in given or not self.select[1]):
                self.select = (self.select[0], given.get("value", ""))
            return
        form.names.add(name)
        if tag == "input" and (given.get("type") not in ("checkbox", "radio") or "checked" in given):
            form.fields.append((name, given.get("value", "")))
        elif tag == "select":
            self.select = (name, "")
        elif tag == "textarea":
            self.area = (name, "")

    def handle_endtag(self, tag: str) -> None:
        """Leave a form or a field."""
        if tag == "form":
            self.within = None
        if tag == "select" and self.select and self.within:
            self.within.fields.append(self.select)
            self.select = None
        if tag == "textarea" and self.area and self.within:
            self.within.fields.append(self.area)
            self.area = None

    def handle_data(self, data: str) -> None:
        """Words that a person reads."""
        if self.area:
            self.area = (self.area[0], self.area[1] + data)
        self.words.append(data)


class Page:
    """A page as it was answered."""

    def __init__(self, browser: "Browser", answer: httpx.Response) -> None:
        self.browser = browser
        self.status = answer.status_code
        self.headers = answer.headers
        self.url = answer.url.raw_path.decode()
        self.html = answer.text
        reader = Reader()
        reader.feed(self.html)
        self.forms, self.links = reader.forms, reader.links
        self.text = " ".join(" ".join(reader.words).split())

    def form(self, button: str) -> Form:
        """The form of a button, by the button's ID."""
        found = [form for form in self.forms if button in form.ids]
        assert found, f"no form with #{button} on {self.url}; there are {[sorted(form.ids) for form in self.forms]}"
        return found[0]

    def has(self, button: str) -> bool:
        """Whether there is such a button."""
        return any(button in form.ids for form in self.forms)

    async def send(self, button: str, **filled: str | list[str]) -> "Page":
        """Send the form of a button, filled in. Names with dots are given with `__`."""
        form = self.form(button)
        sent = replace(form, action=form.elsewhere.get(button, form.action))
        return await self.browser.send(sent, filled_in(form, filled))

    async def follow(self, link: str) -> "Page":
        """Follow a link by its ID."""
        return await self.browser.open(self.links[link])


def filled_in(form: Form, filled: dict[str, str | list[str]]) -> Fields:
    """What a form holds once a person has filled it in; only what it has can be filled in."""
    given = {name.replace("__", "."): value for name, value in filled.items()}
    unknown = set(given) - form.names
    assert not unknown, f"the form has no {unknown}; it has {sorted(form.names)}"
    kept = [(name, value) for name, value in form.fields if name not in given]
    chosen = [
        (name, entry) for name, value in given.items() for entry in ([value] if isinstance(value, str) else value)
    ]
    return kept + chosen


@dataclass
class Browser:
    """One customer's browser."""

    http: httpx.AsyncClient
    headers: dict[str, str] = field(default_factory=lambda: {"accept": "text/html"})

    async def open(self, address: str) -> Page:
        """Open an address."""
        return Page(self, await self.http.get(address, headers=self.headers, follow_redirects=True))

    async def send(self, form: Form, fields: Fields) -> Page:
        """Send a form; where it leads on by a redirect, follow."""
        if form.method.lower() == "get":
            return await self.open(urljoin(form.action, f"{form.action.partition('?')[0]}?{urlencode(fields)}"))
        answer = await self.http.post(form.action, content=urlencode(fields), headers=self.headers | FORM)
        if answer.status_code == 303:
            return await self.open(answer.headers["location"])
        return Page(self, answer)
