"""Receipts over the portal: lists and forms, who may read them, and the keys that check them. Temporal is not asked."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from pydantic import SecretStr
from temporalio.client import Client
from temporalio.contrib.pydantic import pydantic_data_converter

from activities.receipts.issuing import ReceiptDesk
from activities.receipts.keys import ReceiptKeys, read_keys, receipt_keys
from activities.receipts.verification import receipts_in, verify
from secret_strength import new_receipt_key, new_token
from settings import Settings
from tests.portal.conftest import Caller
from tests.receipts.samples import APPLIED, BOOKED, FACTS, ORDERED, step_of

RECEIPTS = "/cancellations/edition/K-1001/jtl/receipts"


def issue_all(caller: Caller, *effects: Any, **more: Any) -> None:
    """These receipts, one after the other."""
    portal = caller.app.state.portal
    desk = ReceiptDesk(portal.adapters, portal.catalogues, receipt_keys(caller.settings), "Europe/Berlin")
    for effect in effects:
        desk.issue(step_of(effect, **more), effect, more.get("run_id", "r-1"))


@pytest_asyncio.fixture
async def issued(offline: Caller) -> Caller:
    """A portal without Temporal, which knows a case with three receipts."""
    await asyncio.to_thread(issue_all, offline, ORDERED, BOOKED, APPLIED)
    return offline


async def published(caller: Caller) -> ReceiptKeys:
    """The keys as everybody gets them."""
    answer = await caller.http.get("/.well-known/jwks.json")
    assert answer.status_code == 200 and "max-age" in answer.headers["cache-control"]
    assert all("d" not in key and key["kid"] for key in answer.json()["keys"])
    return ReceiptKeys(tuple(read_keys(answer.text)))


async def test_the_list_is_what_verify_reads_with_the_published_keys(issued: Caller) -> None:
    answer = await issued.http.get(RECEIPTS)
    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert [item["event"] for item in answer.json()["items"]] == ["ordered", "booked", "applied"]
    verdict = verify(list(receipts_in("list", answer.content)), await published(issued))
    assert verdict.valid and len(verdict.receipts) == 3


async def test_each_is_answered_in_each_form(issued: Caller) -> None:
    keys = await published(issued)
    for name, accept, media_type in (
        ("2", "*/*", "application/json"),
        ("2.json", "*/*", "application/json"),
        ("2.jws", "*/*", "application/jose"),
        ("2.pdf", "*/*", "application/pdf"),
        ("2", "application/jose", "application/jose"),
        ("2", "application/pdf, */*;q=0.1", "application/pdf"),
    ):
        answer = await issued.http.get(f"{RECEIPTS}/{name}", headers={"accept": accept})
        assert (answer.status_code, answer.headers["content-type"].partition(";")[0]) == (200, media_type), name
        (given,) = receipts_in(name, answer.content)
        verdict = verify([given], keys)
        assert verdict.valid and verdict.receipts[0].document["number"] == 2
        named = answer.headers.get("content-disposition", "")
        assert named.endswith(f'-2.{media_type[-3:].replace("ose", "jws")}"') or media_type == "application/json"


async def test_one_that_there_is_not_is_said_with_where_to_look(issued: Caller) -> None:
    answer = await issued.http.get(f"{RECEIPTS}/9")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert "receipts" in answer.json()["detail"]
    for name in ("0", "x", "1.exe", "1.pdf.jws"):
        assert (await issued.http.get(f"{RECEIPTS}/{name}")).status_code == 422, name


async def test_run_id_names_an_older_run(issued: Caller) -> None:
    later = ORDERED.model_copy(update={"facts": FACTS.model_copy(update={"first_run_id": "r-9"})})
    await asyncio.to_thread(issue_all, issued, later, run_id="r-9")
    newest = (await issued.http.get(RECEIPTS)).json()["items"]
    assert [item["document"]["run_id"] for item in newest] == ["r-9"]
    older = (await issued.http.get(RECEIPTS, params={"run_id": "r-1"})).json()["items"]
    assert [item["document"]["run_id"] for item in older] == ["r-1"] * 3


TOKEN = new_token()


@pytest_asyncio.fixture
async def guarded(settings: Settings) -> AsyncIterator[Caller]:
    """The same where a portal has a token, so that everybody needs one."""
    settings = settings.model_copy(update={"portal_tokens": {"shop": (SecretStr(TOKEN),)}})
    client = await Client.connect("127.0.0.1:1", data_converter=pydantic_data_converter, lazy=True)
    caller = Caller(client, settings)
    await asyncio.to_thread(issue_all, caller, ORDERED)
    yield caller
    await caller.close()


@pytest.mark.parametrize("address", [RECEIPTS, f"{RECEIPTS}/1", f"{RECEIPTS}/1.pdf", f"{RECEIPTS}/1.jws"])
async def test_who_may_read_the_case_may_read_its_receipts_and_nobody_else(guarded: Caller, address: str) -> None:
    assert (await guarded.http.get(address)).status_code == 401
    with_token = await guarded.http.get(address, headers={"authorization": f"Bearer {TOKEN}"})
    assert with_token.status_code == 200


async def test_everybody_may_read_the_keys(guarded: Caller) -> None:
    assert (await published(guarded)).by_id.keys() == receipt_keys(guarded.settings).by_id.keys()


async def test_every_key_of_the_setting_is_published_and_the_first_signs(settings: Settings) -> None:
    old, new = new_receipt_key(), new_receipt_key()
    keys = receipt_keys(settings.model_copy(update={"receipt_key": (SecretStr(new), SecretStr(old))}))
    (first,), (second,) = read_keys(new), read_keys(old)
    assert [key["kid"] for key in keys.published()["keys"]] == [first.thumbprint(), second.thumbprint()]
    assert keys.signing.thumbprint() == first.thumbprint()


def test_a_key_that_is_made_is_its_owners_alone_and_stays(settings: Settings) -> None:
    made = receipt_keys(settings)
    assert (settings.state_dir / "receipt_key").stat().st_mode & 0o777 == 0o600
    assert receipt_keys(settings).by_id.keys() == made.by_id.keys()


def test_a_key_is_read_as_pem_jwk_and_set_from_the_setting_and_from_a_file(settings: Settings) -> None:
    (key,) = read_keys(new_receipt_key())
    jwk = key.as_dict(private=True)
    forms = [key.as_pem(private=True).decode(), json.dumps(jwk), json.dumps({"keys": [jwk]})]
    for number, form in enumerate(forms):
        file = settings.state_dir / f"key{number}"
        file.write_text(form)
        for given in (form, str(file)):
            (read,) = read_keys(given)
            assert read.thumbprint() == key.thumbprint() and read.is_private
