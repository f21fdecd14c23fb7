"""Mail as files and by SMTP: once for a key, and what a server's answer means."""

import email
import email.policy
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from activities.mail.senders import FolderMail, Sender, mail_of, message
from activities.ports import Attachment, Letter, Misconfigured, Refused, Unavailable
from settings import Settings
from tests.adapters.mail_server import mail_server, smtp

SENDER = Sender("shop@shop.example", "Shop")


def letter(*to: str, subject: str = "Betreff", text: str = "Grüße", **more: Any) -> Letter:
    """A mail to a customer."""
    return Letter(to or ("kontakt@muster.example",), subject, text, **more)


async def test_a_mail_is_a_file_written_once_for_its_key(tmp_path: Path) -> None:
    mail = mail_of(Settings(state_dir=tmp_path))
    assert isinstance(mail, FolderMail)
    for key in ("a/b", "a/b", "a_b"):
        await mail.send(key, letter(subject="Vorgemerkt:\nJTL"))
    files = sorted((tmp_path / "mail").iterdir())
    assert len(files) == 2
    read = email.message_from_bytes(files[0].read_bytes(), policy=email.policy.default)
    assert read["Subject"] == "Vorgemerkt: JTL"
    assert read["To"] == "kontakt@muster.example"
    assert read.get_content().strip() == "Grüße"


def test_a_mail_is_the_same_whenever_it_is_made_and_no_part_contains_what_ends_it() -> None:
    """But for its date; parts within parts too, and a text that looks like a boundary."""
    files = (
        Attachment("a.pdf", "application/pdf", bytes(range(256)) * 300),
        Attachment("b.txt", "application/jose", b"--=_\n"),
    )
    picture = (Attachment("logo", "image/png", b"png"),)
    texts = {"text": "--=_\n" * 40 + "Grüße", "html": "<p>--=_</p>\n" * 40 + '<img src="cid:logo">'}
    made = [message("k/1", letter(**texts, pictures=picture, attachments=files), SENDER) for _ in range(2)]
    for mail in made:
        del mail["Date"]
    assert made[0].as_bytes() == made[1].as_bytes()
    read = email.message_from_bytes(made[0].as_bytes(), policy=email.policy.default)
    boundaries = [part.get_boundary() for part in read.walk() if part.is_multipart()]
    assert len(set(boundaries)) == len(boundaries) == 3
    assert [part.get_content() for part in read.iter_attachments()] == [file.content for file in files]
    shown = read.get_body(("html",))
    assert shown is not None and shown.get_content().strip() == texts["html"]


async def test_a_mail_that_cannot_be_written_is_tried_again(tmp_path: Path) -> None:
    """A disk that is full or a folder without permission passes (`Unavailable`); nobody is asked for each mail."""
    (tmp_path / "mail").touch()
    with pytest.raises(Unavailable, match="cannot be written"):
        await mail_of(Settings(state_dir=tmp_path)).send("k", letter())
    (tmp_path / "mail").unlink()
    await mail_of(Settings(state_dir=tmp_path)).send("k", letter())


async def test_smtp_sends_with_a_message_id_that_comes_from_the_key() -> None:
    async with mail_server({}) as (port, taken):
        mail = smtp(f"smtp://127.0.0.1:{port}")
        for key in ("a", "a", "b"):
            await mail.send(key, letter())
    ids = [email.message_from_string(one)["Message-ID"] for one in taken]
    assert ids[0] == ids[1] != ids[2]
    assert ids[0].endswith("@shop.example>")


@pytest.mark.parametrize(
    ("answers", "login", "error"),
    [
        ({"RCPT": "550 no such user"}, "", Refused),
        ({"RCPT": "450 later"}, "", Unavailable),
        ({"DATA": "554 spam"}, "", Refused),
        ({"MAIL": "421 busy"}, "", Unavailable),
        ({"EHLO": "250-test\r\n250 AUTH PLAIN", "AUTH": "535 wrong"}, "u:geheim@", Misconfigured),
        ({"EHLO": "250-test\r\n250 AUTH PLAIN", "AUTH": "454 later"}, "u:geheim@", Unavailable),
        ({}, "u:geheim@", Misconfigured),
    ],
)
async def test_what_a_mail_server_says(answers: dict[str, str], login: str, error: type[Exception]) -> None:
    async with mail_server(answers) as (port, taken):
        with pytest.raises(error) as caught:
            await smtp(f"smtp://{login}127.0.0.1:{port}").send("k", letter())
    assert "geheim" not in str(caught.value)
    assert "muster" not in str(caught.value)
    assert taken == []


TWO = ("a@muster.example", "b@muster.example")


@pytest.mark.parametrize(("refused", "taken"), [((), 1), (TWO[:1], 1), (TWO[1:], 1), (TWO, 0)])
async def test_a_mail_to_two_is_sent_where_one_of_them_is_taken(refused: tuple[str, ...], taken: int) -> None:
    answers = {f"RCPT TO:<{address}>": "550 no such user" for address in refused}
    async with mail_server(answers) as (port, mails):
        sending = smtp(f"smtp://127.0.0.1:{port}").send("k", letter(*TWO))
        with capture_logs() as lines:
            if taken:
                assert (await sending).addresses == tuple(address for address in TWO if address not in refused)
            else:
                with pytest.raises(Refused):
                    await sending
    told = [(line["event"], line["log_level"], line["refused"], line["codes"]) for line in lines]
    assert told == [("recipients_refused", "error", 1, [550])] * (taken and len(refused))
    assert not any(address in str(lines) for address in TWO), "the log names nobody"
    assert [email.message_from_string(mail)["To"] for mail in mails] == [", ".join(TWO)] * taken


@pytest.mark.parametrize("url", ["smtp://127.0.0.1:1", "smtps://127.0.0.1:1"])
async def test_a_mail_server_that_does_not_answer_is_tried_again(url: str) -> None:
    with pytest.raises(Unavailable):
        await smtp(url).send("k", letter())


@pytest.mark.parametrize("url", ["http://mail.example", "smtp://", "smtp://mail.example:x"])
async def test_a_wrong_mail_address_is_for_an_administrator(url: str) -> None:
    with pytest.raises(Misconfigured, match="SMTP_URL"):
        await smtp(url).send("k", letter())


def test_a_login_goes_over_tls_except_on_this_machine() -> None:
    assert smtp("smtp://u:p%40@mail.example").connection(1)["start_tls"] is True
    assert smtp("smtp://u:p%40@mail.example").connection(1)["password"] == "p@"
    assert smtp("smtp://u:p@127.0.0.1").connection(1)["start_tls"] is None
    assert smtp("smtps://u:p@mail.example").connection(1)["use_tls"] is True
