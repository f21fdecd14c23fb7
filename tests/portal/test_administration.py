"""What administrators see: what runs, the settings without any secret, the catalogue, the last comparison."""

from datetime import UTC, datetime
from typing import Any

import pytest
from pydantic import SecretStr

from activities.sql.migrate import HEAD
from catalogue.differences import differences
from portal import administration_examples
from portal.administration_schemas import Administration
from portal.readiness import OK
from states.model.reconciliation import Comparison, Finding
from tests.portal.access import KEY, OPERATOR, PORTAL, SECRET, SHOP, SIGNED, TOKENS, opened
from tests.portal.conftest import Caller
from tests.portal.standin import until
from tests.strong import ANNA, OTTO

FOUND = Finding(key="k", code="run_lost", workflow_id="edition/K-1001/jtl", run_id="r", how="terminated", by="paul")


async def test_what_runs_is_seen(portal: Caller) -> None:
    async def served() -> bool:
        return (await portal.http.get("/administration")).json()["parts"]["worker"] == OK

    await until(served)
    seen = (await portal.http.get("/administration")).json()
    (worker,) = seen["workers"]
    assert worker["workflows"] and worker["activities"]
    assert (datetime.now(UTC) - datetime.fromisoformat(worker["last_seen"])).total_seconds() < 120
    temporal = seen["temporal"]
    assert (temporal["namespace"], temporal["task_queue"]) == ("default", portal.settings.task_queue)
    assert temporal["version"] and temporal["problem"] is None
    assert seen["database"] == {"kind": "SQLite", "revision": HEAD, "expected": HEAD}


async def test_without_temporal_the_rest_is_seen_all_the_same(offline: Caller) -> None:
    offline.adapters.comparisons.keep(Comparison(compared=3, total=1, findings=(FOUND,)), datetime.now(UTC))
    offline.adapters.freezes.freeze("anna", "wrong prices", None, datetime.now(UTC))
    seen = (await offline.http.get("/administration", headers={"accept-language": "de"})).json()
    assert seen["workers"] == [] and seen["temporal"]["problem"] and seen["parts"]["temporal"] != OK
    assert (seen["comparison"]["compared"], seen["comparison"]["total"]) == (3, 1)
    (finding,) = seen["comparison"]["findings"]
    assert finding["code"] == "run_lost" and "paul" in finding["text"] and "Vorgang" in finding["text"]
    assert seen["freeze"]["standing"]["reason"] == seen["freeze"]["log"][0]["reason"] == "wrong prices"
    versions = [version["version"] for version in seen["catalogues"]]
    known = offline.app.state.portal.catalogues.all
    assert versions == [catalogue.version for catalogue in reversed(known)]
    assert sum(version["in_force"] for version in seen["catalogues"]) == 1
    assert seen["catalogues"][0]["differences"] == list(differences(*known[-2:]))


async def test_no_secret_is_in_it_and_what_is_set_is_said(client: Any, settings: Any) -> None:
    """By the tokens that an application is made with, though its parts hold none of them."""
    mail = SecretStr("smtp://user:geheim-42@127.0.0.1:1")
    async with opened(client, settings, **TOKENS, **SIGNED, smtp_url=mail) as caller:
        answer = await caller.http.get("/administration", headers=OPERATOR)
        assert answer.status_code == 200
        assert not [secret for secret in (ANNA, OTTO, SHOP, SECRET, KEY, "geheim-42") if secret in answer.text]
        found = {setting["name"]: setting for setting in answer.json()["settings"]}
        for name in ("OPERATOR_TOKENS", "PORTAL_TOKENS", "WEBHOOK_SECRET", "SESSION_SECRET", "SMTP_URL"):
            setting = found[f"CANCELLATIONS_{name}"]
            assert (setting["value"], setting["secret"], setting["set"]) == (None, True, True)


@pytest.mark.parametrize(("headers", "status"), [({}, 401), (PORTAL, 403)])
async def test_it_is_for_operators(client: Any, settings: Any, headers: dict[str, str], status: int) -> None:
    async with opened(client, settings, **TOKENS) as caller:
        assert (await caller.http.get("/administration", headers=headers)).status_code == status


def test_the_example_is_what_is_answered() -> None:
    answer = Administration.model_validate(administration_examples.ADMINISTRATION)
    assert answer.model_dump(mode="json") == administration_examples.ADMINISTRATION
