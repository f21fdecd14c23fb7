"""What `cancellations verify` finds: each way in which a receipt, or the chain of a case, may be other than issued."""

import asyncio
import json
import re
from pathlib import Path
from typing import Any

import pytest

import cli
from activities.cancellations import CancellationActivities
from activities.receipts.keys import ReceiptKeys, read_keys
from activities.receipts.printed import ATTACHED, pdf_of
from activities.receipts.signed import canonical, digest, sign
from activities.receipts.verification import Given, NotReadable, receipts_in, verify
from activities.sql.issued_receipts import IssuedReceipt
from portal.receipt_routes import entry_of
from secret_strength import new_receipt_key
from settings import Settings
from tests.adapters.wired import acts
from tests.receipts.pdf_text import said_in
from tests.receipts.samples import APPLIED, BOOKED, ORDERED, issue
from tests.runs.harness import prepare_database

__all__ = ["acts"]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings with a migrated database: what is checked here needs none but to have been issued."""
    settings = Settings(state_dir=tmp_path / "state")
    prepare_database(settings)
    return settings


@pytest.fixture
async def chain(acts: CancellationActivities) -> list[IssuedReceipt]:
    """The receipts of a case: ordered, booked, applied."""
    return await asyncio.to_thread(issue, acts, ORDERED, BOOKED, APPLIED)


@pytest.fixture
def keys(acts: CancellationActivities) -> ReceiptKeys:
    """The keys as the portal publishes them: public ones."""
    return ReceiptKeys(tuple(read_keys(json.dumps(acts.receipt_keys.published()))))


def codes(given: list[Given], keys: ReceiptKeys) -> list[str]:
    """What is found wrong, in order."""
    verdict = verify(given, keys)
    found = [finding.code for receipt in verdict.receipts for finding in receipt.findings]
    assert verdict.valid == (not found and not verdict.together)
    return found + [finding.code for finding in verdict.together]


def as_jws(receipts: list[IssuedReceipt]) -> list[Given]:
    """Receipts as their JWS alone."""
    return [Given(f"{receipt.number}.jws", receipt.jws) for receipt in receipts]


def signed_anew(receipt: IssuedReceipt, acts: CancellationActivities, **changes: Any) -> Given:
    """A receipt that says something else, signed by the right key all the same."""
    return Given("x", sign(canonical(json.loads(receipt.content) | changes), acts.receipt_keys.signing))


def test_what_was_issued_is_valid_alone_and_together(chain: list[IssuedReceipt], keys: ReceiptKeys) -> None:
    assert codes(as_jws(chain), keys) == []
    assert [codes([given], keys) for given in as_jws(chain)] == [[], [], []]
    assert codes(as_jws(chain[::-1]), keys) == []  # files come in any order


def test_one_that_is_not_the_first_says_so_when_it_is_alone(chain: list[IssuedReceipt], keys: ReceiptKeys) -> None:
    assert "number 2" in verify(as_jws(chain[1:2]), keys).notes[0]
    assert verify(as_jws(chain[:1]), keys).notes == ()


def test_a_changed_document_breaks_the_signature(chain: list[IssuedReceipt], keys: ReceiptKeys) -> None:
    import base64

    head, _, signature = chain[0].jws.split(".")
    document = json.loads(chain[0].content) | {"placed_at": "2027-01-10T09:30:00+00:00"}
    payload = base64.urlsafe_b64encode(canonical(document)).decode().rstrip("=")
    assert codes([Given("x", f"{head}.{payload}.{signature}")], keys) == ["signature"]


def test_a_wrong_signature_is_none(chain: list[IssuedReceipt], keys: ReceiptKeys) -> None:
    first, second = (receipt.jws.split(".") for receipt in chain[:2])
    assert codes([Given("x", ".".join((*first[:2], second[2])))], keys) == ["signature"]


def test_a_foreign_key_is_unknown_and_under_our_name_a_wrong_signature(
    chain: list[IssuedReceipt], keys: ReceiptKeys
) -> None:
    (foreign,) = read_keys(new_receipt_key())
    content = chain[0].content.encode()
    assert codes([Given("x", sign(content, foreign))], keys) == ["unknown_key"]
    ours = next(iter(keys.by_id))
    posing = ReceiptKeys((foreign,))
    posing.by_id[ours] = posing.by_id.pop(foreign.thumbprint())
    assert codes(as_jws(chain[:1]), posing) == ["signature"]


def test_what_stands_beside_the_signature_must_be_what_was_signed(
    chain: list[IssuedReceipt], keys: ReceiptKeys
) -> None:
    entry = entry_of(chain[0])
    changed = entry | {"document": entry["document"] | {"by": "Somebody else"}}
    assert codes(list(receipts_in("x", json.dumps(entry).encode())), keys) == []
    assert codes(list(receipts_in("x", json.dumps(changed).encode())), keys) == ["changed"]
    assert codes(list(receipts_in("x", json.dumps(entry | {"sha256": "0" * 64}).encode())), keys) == ["changed"]


@pytest.mark.parametrize(("left", "missing"), [([0, 2], "2"), ([1, 2], "1"), ([0, 1], "")])
def test_a_missing_number_shows_but_for_what_came_last(
    chain: list[IssuedReceipt], keys: ReceiptKeys, left: list[int], missing: str
) -> None:
    verdict = verify(as_jws([chain[place] for place in left]), keys)
    assert [finding.code for finding in verdict.together] == (["missing"] if missing else [])
    assert not missing or verdict.together[0].text.endswith(missing)


def test_one_that_was_put_in_place_of_another_shows_in_the_chain(
    chain: list[IssuedReceipt], keys: ReceiptKeys, acts: CancellationActivities
) -> None:
    """Whoever holds the key can sign anew, and must then sign all that came after it anew."""
    forged = signed_anew(chain[0], acts, by="Somebody else")
    assert codes([forged, *as_jws(chain[1:])], keys) == ["chain"]
    assert codes([forged, *as_jws(chain)], keys)[0] == "chain"  # two different ones of one number
    begun = signed_anew(chain[0], acts, previous="0" * 64)
    assert "chain" in codes([begun, *as_jws(chain[1:])], keys)


def test_one_that_was_issued_before_the_one_before_it_is_out_of_order(
    chain: list[IssuedReceipt], keys: ReceiptKeys, acts: CancellationActivities
) -> None:
    early = signed_anew(chain[2], acts, issued_at="2020-01-01T00:00:00+00:00")
    assert codes([*as_jws(chain[:2]), early], keys) == ["order"]


def test_a_list_in_another_order_shows(chain: list[IssuedReceipt], keys: ReceiptKeys) -> None:
    items = [entry_of(receipt) for receipt in chain]
    assert codes(list(receipts_in("x", json.dumps({"items": items}).encode())), keys) == []
    turned = {"items": [items[0], items[2], items[1]]}
    assert codes(list(receipts_in("x", json.dumps(turned).encode())), keys) == ["order"]


async def test_receipts_of_two_cases_are_no_chain(
    chain: list[IssuedReceipt], keys: ReceiptKeys, acts: CancellationActivities
) -> None:
    (other,) = await asyncio.to_thread(issue, acts, ORDERED, customer="K-1002")
    assert codes(as_jws([*chain, other]), keys) == ["different_cases"]


def test_what_another_program_signed_by_the_same_key_is_no_receipt(
    acts: CancellationActivities, keys: ReceiptKeys
) -> None:
    assert codes([Given("x", sign(b'{"hello":1}', acts.receipt_keys.signing))], keys) == ["form"]
    assert codes([Given("x", sign(b'{"format": "cancellations/receipt/1"}', acts.receipt_keys.signing))], keys) == [
        "form"
    ]


def test_a_pdf_is_the_same_each_time_and_holds_what_was_signed(
    chain: list[IssuedReceipt], keys: ReceiptKeys, acts: CancellationActivities
) -> None:
    made = pdf_of(chain[0], acts.settings)
    assert made == pdf_of(chain[0], acts.settings) and made.startswith(b"%PDF-") and ATTACHED.encode() in made
    (given,) = receipts_in("x.pdf", made)
    assert given.jws == chain[0].jws and codes([given], keys) == []


def bare(text: str) -> str:
    """A text without what its lines bring with them."""
    return re.sub(r"[\s-]", "", text)


def test_a_persons_words_are_no_markup_of_the_page(chain: list[IssuedReceipt], acts: CancellationActivities) -> None:
    """A `#` would read a file, and a bracket would end the block that it stands in."""
    words = '#read("/etc/passwd") ] } $x$ *b* = Heading @label <tag> \\ "quoted"'
    document = json.loads(chain[0].content)
    document["rows"].append({"name": "words", "label": "Ihre Nachricht", "text": words})
    said = said_in(pdf_of(chain[0]._replace(content=json.dumps(document)), acts.settings))
    assert bare(words) in bare(said)


NOT_DRAWN = {
    "an emoji": ("gern \U0001f642!", "gern \u25a1!"),
    "Chinese and Japanese": ("東京おもちゃ GmbH", "\u25a1\u25a1\u25a1\u25a1\u25a1\u25a1 GmbH"),
    "Thai": ("\u0e01\u0e02", "\u25a1\u25a1"),
    "a control character": ("a\u0007b", "a\u25a1b"),
    "a family": ("\U0001f468\u200d\U0001f469", "\u25a1"),
    "beside what is drawn": ("Привет, \u0161i\u0161ka \uac00", "Привет, \u0161i\u0161ka \u25a1"),
}


@pytest.mark.parametrize(("words", "shown"), NOT_DRAWN.values(), ids=NOT_DRAWN)
def test_what_no_font_has_is_marked_in_the_pdf_and_stands_as_written_in_what_was_signed(
    chain: list[IssuedReceipt], acts: CancellationActivities, words: str, shown: str
) -> None:
    """A customer's name or message in any script: without its PDF there would be no mail."""
    document = json.loads(chain[0].content)
    document["rows"].append({"name": "words", "label": "Ihre Nachricht", "text": words})
    receipt = chain[0]._replace(content=json.dumps(document))
    said = said_in(pdf_of(receipt, acts.settings))
    assert bare(shown) in bare(said)
    assert "stands for a character" in said or "Statt eines Zeichens" in said
    assert receipt.jws in said and pdf_of(receipt, acts.settings) == pdf_of(receipt, acts.settings)
    assert "\u25a1" not in said_in(pdf_of(chain[0], acts.settings)), "nothing is marked where all is drawn"


@pytest.mark.parametrize("block", range(0, 0x30000, 0x400))
def test_every_character_that_may_be_written_has_its_pdf(
    chain: list[IssuedReceipt], acts: CancellationActivities, block: int
) -> None:
    """Alone, beside a letter and beside a mark that joins it."""
    characters = "".join(chr(code) for code in range(block, block + 0x400, 7) if not 0xD800 <= code < 0xE000)
    document = json.loads(chain[0].content)
    text = characters + "".join(f"e{character}\u0301" for character in characters)
    document["rows"].append({"name": "words", "label": "Ihre Nachricht", "text": text})
    assert pdf_of(chain[0]._replace(content=json.dumps(document)), acts.settings).startswith(b"%PDF-")


def test_a_pdf_says_what_the_receipt_says_and_carries_what_was_signed(
    chain: list[IssuedReceipt], acts: CancellationActivities
) -> None:
    document = json.loads(chain[0].content)
    said = said_in(pdf_of(chain[0], acts.settings))
    assert chain[0].jws in said
    for row in document["rows"]:
        assert bare(row["text"]) in bare(said), row["name"]


def test_the_brand_stands_on_the_page(chain: list[IssuedReceipt], acts: CancellationActivities, tmp_path: Path) -> None:
    plain = pdf_of(chain[0], acts.settings)
    branded = acts.settings.model_copy(update={"brand_name": "Other GmbH", "brand_colour": "#ff0000"})
    assert pdf_of(chain[0], branded) != plain


@pytest.mark.parametrize("content", [b"", b"hello", b"{}", b"[1]", b'{"items": [1]}', b"\xff\xfe", b"%PDF-1.7 nothing"])
def test_a_file_without_a_receipt_is_said_to_be_one(content: bytes) -> None:
    with pytest.raises(NotReadable):
        list(receipts_in("x", content))


# The command.


@pytest.fixture
def files(chain: list[IssuedReceipt], acts: CancellationActivities, tmp_path: Path) -> Path:
    """A folder with the receipts in every form, and the keys."""
    folder = tmp_path / "files"
    folder.mkdir()
    (folder / "1.pdf").write_bytes(pdf_of(chain[0], acts.settings))
    (folder / "2.jws").write_text(chain[1].jws)
    (folder / "3.json").write_text(json.dumps(entry_of(chain[2])))
    (folder / "jwks.json").write_text(json.dumps(acts.receipt_keys.published()))
    return folder


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str, str]:
    """Exit code and what a command says."""
    code = cli.code_of(["verify", *arguments])
    said = capsys.readouterr()
    return code, said.out, said.err


def test_the_command_says_valid_with_0(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [str(files / name) for name in ("1.pdf", "2.jws", "3.json")]
    code, out, err = told(capsys, *names, "--keys", str(files / "jwks.json"))
    assert (code, err) == (0, "") and out.count(": valid") == 3 and "Muster GmbH" in out


def test_the_command_says_what_is_wrong_with_1(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    names = [str(files / name) for name in ("1.pdf", "3.json")]
    code, out, err = told(capsys, *names, "--keys", str(files / "jwks.json"), "--json")
    document = json.loads(out)
    assert code == 1 and json.loads(err)["detail"] == "not valid: missing"
    assert (document["valid"], document["wrong"][0]["code"]) == (False, "missing")


def test_the_command_says_with_2_what_it_cannot_read(
    files: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("CANCELLATIONS_STATE_DIR", str(tmp_path / "empty"))
    code, _, err = told(capsys, str(files / "2.jws"))
    assert code == 2 and "/.well-known/jwks.json" in err and not (tmp_path / "empty").exists()
    code, _, err = told(capsys, str(files / "none.pdf"), "--keys", str(files / "jwks.json"))
    assert code == 2 and "cannot be read" in err
    code, _, err = told(capsys, str(files / "2.jws"), "--keys", str(files / "2.jws"))
    assert code == 2 and "--keys" in err


def test_the_hash_is_that_of_what_is_signed(chain: list[IssuedReceipt]) -> None:
    assert all(receipt.sha256 == digest(receipt.content.encode()) for receipt in chain)
