"""What a mail looks like: text and HTML from one text, and nothing in it that a person has forged."""

import email
import email.policy
import re
from email.message import EmailMessage
from html.parser import HTMLParser
from pathlib import Path
from typing import Any

import pytest

from activities.mail.addresses import addresses_in, faults_of_field
from activities.mail.frame import Case, framed
from activities.mail.headers import MOST_IN_SUBJECT
from activities.mail.senders import message, sender_of
from activities.ports import Attachment, Letter, Refused
from settings import Settings, luminance
from states.views.mails import MailText

LINK = "https://k.example/my/cases/pos/K-1001/POS-21"
BODY = f"""
Guten Tag Muster GmbH,

wir bestätigen Ihre Kündigung: Kasse Filiale 2 (POS-21).
Das gilt ab dem 1. Februar 2027.

Es fehlt noch:

- Der Nachweis.
- Die Antwort.

> Bitte zurück.

{LINK}
""".strip()
SETTINGS = Settings(
    mail_from="k@shop.example",
    brand_name="Müller & Söhne",
    mail_particulars="Shop GmbH\nAmtsgericht Köln",
    brand_logo=Path("docs/images/run.png"),
)
FORGED = ["a\r\nBcc: x@evil.example", "a\nSubject: b", "a\r\n\r\n<b>Hallo</b>", "a\u2028b", "a\x00b\x1b[31m", "\ud800"]


def letter_with(subject: str = "Kündigung: Kasse", body: str = BODY, to: str = "a@b.example", **more: Any) -> Letter:
    """A letter to a customer."""
    given: dict[str, Any] = {"case": Case("V-7K3M-2Q9X"), "link": LINK} | more
    settings = given.pop("settings", SETTINGS)
    return framed(MailText(subject, body), (to,), "de", settings, **given)


def read(letter: Letter, key: str = "k", settings: Settings = SETTINGS) -> EmailMessage:
    """The mail as a mail program reads it."""
    written = message(key, letter, sender_of(settings)).as_bytes()
    parsed = email.message_from_bytes(written, policy=email.policy.default)
    assert isinstance(parsed, EmailMessage)
    return parsed


def part(mail: EmailMessage, kind: str) -> str:
    """The text of a mail, `plain` or `html`."""
    body = mail.get_body((kind,))
    assert body is not None
    return str(body.get_content())


class Elements(HTMLParser):
    """The elements of a document with their attributes, and the words in it."""

    def __init__(self, document: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.words: list[str] = []
        self.feed(document)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Called by the parser."""
        self.found.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        """Called by the parser."""
        self.words.append(data)

    def of(self, *tags: str) -> list[dict[str, str | None]]:
        """The attributes of each of these elements."""
        return [attributes for tag, attributes in self.found if tag in tags]


def test_a_mail_is_text_and_the_same_as_html() -> None:
    mail = read(letter_with())
    assert mail.get_content_type() == "multipart/alternative"
    html = Elements(part(mail, "html"))
    shown = " ".join(" ".join(html.words).split())
    for line in BODY.splitlines():
        if line != LINK:
            assert line.removeprefix("- ").removeprefix("> ") in shown
    assert [len(html.of(tag)) for tag in ("ul", "li", "blockquote", "a")] == [1, 2, 1, 1]
    assert html.of("a")[0]["href"] == LINK
    assert html.of("html")[0]["lang"] == "de"
    assert part(mail, "plain").startswith(BODY)


def test_a_mail_ends_with_closing_case_number_and_particulars_in_both_parts() -> None:
    mail = read(letter_with())
    plain = part(mail, "plain")
    end = ["Freundliche Grüße", "Müller & Söhne", "Vorgangsnummer: V-7K3M-2Q9X", "Shop GmbH", "Amtsgericht Köln"]
    assert [line for line in plain.removeprefix(BODY).splitlines() if line and line != "-- "] == end
    shown = " ".join(Elements(part(mail, "html")).words)
    assert all(line in shown for line in end)
    closed = read(letter_with(settings=SETTINGS.model_copy(update={"mail_closing": "Bis bald\nIhr Shop"})))
    assert "Bis bald\nIhr Shop" in part(closed, "plain") and "Freundliche" not in part(closed, "plain")


def test_operators_are_not_told_what_a_company_must_say_to_customers() -> None:
    plain = part(read(letter_with(whose="operator")), "plain")
    assert "V-7K3M-2Q9X" in plain and "Freundliche" not in plain and "Amtsgericht" not in plain


def test_nothing_in_html_comes_from_elsewhere_and_the_logo_goes_with_it() -> None:
    mail = read(letter_with())
    html = Elements(part(mail, "html"))
    (logo,) = html.of("img")
    assert logo["src"] == "cid:logo" and logo["alt"] == "Müller & Söhne"
    assert html.of("script", "link", "iframe", "form") == []
    assert "url(" not in part(mail, "html") and "@import" not in part(mail, "html")
    body = mail.get_body(("related",))
    assert body is not None
    (picture,) = body.iter_attachments()
    assert (picture["Content-ID"], picture.get_content_type()) == ("<logo>", "image/png")


@pytest.mark.parametrize("logo", [None, "brand.svg", "gone.png"])
def test_without_a_picture_that_mail_programs_show_the_brand_is_named(tmp_path: Path, logo: str | None) -> None:
    (tmp_path / "brand.svg").write_text("<svg/>")
    path = tmp_path / logo if logo else None
    mail = read(letter_with(settings=SETTINGS.model_copy(update={"brand_logo": path})))
    html = Elements(part(mail, "html"))
    assert html.of("img") == [] and any("Müller & Söhne" in word for word in html.words)


@pytest.mark.parametrize("colour", ["#000000", "#ffffff", "#164a7c", "#f7a600", "#767676", "#757575", "#ff0000"])
def test_the_brands_name_is_readable_on_its_colour(colour: str) -> None:
    """WCAG 2.2, 1.4.3: 4.5 to 1."""
    settings = Settings(brand_colour=colour)
    bright, dark = sorted((luminance(settings.brand_colour), luminance(settings.brand_ink)), reverse=True)
    assert (bright + 0.05) / (dark + 0.05) >= 4.5


FORGERIES = [
    "<script>alert(1)</script>",
    '"><img src=https://evil.example/x>',
    "<a href='https://evil.example'>hier</a>",
    "https://evil.example/login",
    "[Anmelden](https://evil.example)",
]


@pytest.mark.parametrize("forged", FORGERIES)
def test_what_a_person_wrote_is_text_and_never_an_element_or_a_link(forged: str) -> None:
    letter = letter_with(f"Kündigung: {forged}", BODY.replace("Kasse", forged).replace("Muster", forged))
    mine, html = Elements(letter_with().html or ""), Elements(letter.html or "")
    assert [tag for tag, _ in html.found] == [tag for tag, _ in mine.found]
    assert [link["href"] for link in html.of("a")] == [LINK]
    assert any(forged in word for word in html.words)


def test_an_address_that_looks_like_ours_within_a_sentence_is_no_link() -> None:
    html = Elements(letter_with(body=f"Siehe {LINK}@evil.example\n\n{LINK}.evil.example").html or "")
    assert html.of("a") == []


@pytest.mark.parametrize("forged", FORGED)
def test_no_name_makes_a_header(forged: str) -> None:
    plain = set(read(letter_with()).keys())
    mail = read(letter_with(f"Kündigung: {forged}", f"Guten Tag {forged},\n\n{LINK}", attachments=[
        Attachment(f"{forged}.pdf", "application/pdf", b"%PDF")
    ]))  # fmt: skip
    assert set(mail.keys()) == plain
    assert mail["Bcc"] is None and mail["To"] == "a@b.example"
    assert re.fullmatch(r"[^\x00-\x1f\u2028\ud800]+\[V-7K3M-2Q9X\]", str(mail["Subject"]))


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\u200f", "\u061c"])
def test_no_sign_turns_the_direction_of_reading(sign: str) -> None:
    mail = read(letter_with(f"Kasse {sign}fdp.exe", f"Kasse {sign}moc.live\n\n{LINK}"))
    assert sign not in str(mail["Subject"]) + part(mail, "plain") + part(mail, "html")


def test_a_long_subject_is_cut_and_keeps_the_number() -> None:
    subject = str(read(letter_with("Kündigung: " + "ä" * 5000))["Subject"])
    assert len(subject) == MOST_IN_SUBJECT and subject.endswith("… [V-7K3M-2Q9X]")
    short = "x" * (MOST_IN_SUBJECT - len(" [V-7K3M-2Q9X]"))
    assert str(read(letter_with(short))["Subject"]) == f"{short} [V-7K3M-2Q9X]"


@pytest.mark.parametrize(("mail_from", "name"), [
    ("k@shop.example", "Müller & Söhne"), ('"Shop, \\"Nord\\"" <k@shop.example>', 'Shop, "Nord"'),
    ("Kündigung <k@shop.example>", "Kündigung"),
])  # fmt: skip
def test_the_sender_is_called_as_it_is_set_or_as_the_brand(mail_from: str, name: str) -> None:
    settings = SETTINGS.model_copy(update={"mail_from": mail_from, "mail_reply_to": "Hilfe <h@shop.example>"})
    mail = read(letter_with(), settings=settings)
    (sender,) = mail["From"].addresses
    assert (sender.display_name, sender.addr_spec) == (name, "k@shop.example")
    assert mail["Reply-To"] == "Hilfe <h@shop.example>"
    assert read(letter_with())["Reply-To"] is None


def test_the_mails_of_a_case_are_a_thread_of_each_to_whom_they_go() -> None:
    first = read(letter_with(case=Case("V-1", opens_thread=True)), key="a")
    second, third = (read(letter_with(case=Case("V-1")), key=key) for key in "bc")
    assert first["References"] is first["In-Reply-To"] is None
    assert second["References"] == second["In-Reply-To"] == third["References"] == first["Message-ID"]
    assert len({mail["Message-ID"] for mail in (first, second, third)}) == 3
    assert read(letter_with(case=Case("V-2")))["References"] != first["Message-ID"]
    assert read(letter_with(case=Case("V-1"), whose="operator"))["References"] != first["Message-ID"]


def test_an_attachment_goes_beside_the_text() -> None:
    content = b"%PDF-1.7 \x00\xff"
    mail = read(letter_with(attachments=[Attachment("Bestätigung.pdf", "application/pdf", content)]))
    assert mail.get_content_type() == "multipart/mixed"
    (file,) = mail.iter_attachments()
    assert (file.get_filename(), file.get_content_type()) == ("Bestätigung.pdf", "application/pdf")
    assert file.get_content() == content
    assert part(mail, "plain").startswith("Guten Tag")


# Addresses.

LONG = "x" * 64


@pytest.mark.parametrize(("field", "usable"), [
    (None, ()), ("", ()), (" ", ()), ("a@b.example", ("a@b.example",)),
    ("a@b.example, c@d.example", ("a@b.example", "c@d.example")),
    ("a@b.example;c@d.example;", ("a@b.example", "c@d.example")),
    ("a@b.example,A@B.example", ("a@b.example",)),
    ("o'neil+x@b.c.example", ("o'neil+x@b.c.example",)), ("käthe@müller.example", ("käthe@müller.example",)),
    (f"{LONG}@b.example", (f"{LONG}@b.example",)),
])  # fmt: skip
def test_a_field_holds_one_address_or_several(field: str | None, usable: tuple[str, ...]) -> None:
    assert addresses_in(field) == (usable, ())
    assert [*faults_of_field(field)] == []


@pytest.mark.parametrize("wrong", [
    "a", "@b.example", "a@", "a@b", "a b@c.example", "a@b c.example", "a@b@c.example", "a..b@c.example", ".a@c.example",
    "a@-b.example", "a@b..example", "a@127.0.0.1", "a@[::1]", "Erika <a@b.example>", '"a"@b.example', "a@b.example.",
    "a@b.example\r\nBcc: x@y.example", "a\u202e@b.example", f"{LONG}x@b.example", f"a@{'b' * 250}.example",
])  # fmt: skip
def test_what_is_no_address_is_named_with_what_to_write(wrong: str) -> None:
    addresses = addresses_in(f"a@b.example, {wrong}")
    assert addresses == (("a@b.example",), (wrong,))
    (fault,) = faults_of_field(wrong)
    assert repr(wrong) in fault and "write kontakt@muster.example, several with a comma between" in fault


def test_a_field_holds_ten_addresses_at_most() -> None:
    many = [f"a{number}@b.example" for number in range(11)]
    assert [*faults_of_field(", ".join(many[:10]))] == []
    assert "10 at most" in next(iter(faults_of_field(", ".join(many))))


def test_a_domain_goes_out_in_ascii_and_an_impossible_address_is_refused() -> None:
    assert read(letter_with(to="a@müller.example"))["To"] == "a@xn--mller-kva.example"
    with pytest.raises(Refused):
        message("k", letter_with(to="a b@c\n.example"), sender_of(SETTINGS))
