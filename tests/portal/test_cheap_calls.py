"""What a call must not cost, as far as it can be said without a clock."""

import inspect
from collections.abc import Callable
from typing import Any

import pytest
from fastapi.routing import APIRoute

from activities.sql.database import Database
from tests.portal.conftest import Caller, requested, routes_in


def test_no_call_waits_for_a_thread_before_it_begins(offline: Caller):
    """FastAPI asks dependencies and routes that are not asynchronous in a thread each."""
    routes = [route for route in routes_in(offline.app) if isinstance(route, APIRoute)]
    called: list[Callable[..., Any] | None] = [route.endpoint for route in routes]
    dependants = [route.dependant for route in routes]
    while dependants:
        within = dependants.pop().dependencies
        called += [dependant.call for dependant in within]
        dependants += within
    assert len(called) > len(routes) >= 40
    assert [call for call in called if not inspect.iscoroutinefunction(call)] == []


@pytest.mark.parametrize(
    ("method", "path", "document", "times"),
    [
        ("POST", "/previews", {"kind": "edition", "customer": "K-1001", "subject": "jtl", "target": "jtl_start"}, 2),
        ("POST", "/previews", {"kind": "edition", "customer": "K-1002", "subject": "jtl", "target": "jtl_start"}, 1),
        ("GET", "/customers/K-1001/licences", None, 1),
        ("GET", "/customers/K-1001/board", None, 1),
        ("GET", "/tasks", None, 1),
        ("GET", "/cancellations/edition/{customer}/jtl", None, 0),
        ("GET", "/cancellations/voucher/{customer}/V-1", None, 1),
    ],
    ids=["a preview that names licences", "a preview", "licences", "the board", "tasks", "an open run", "an ended run"],
)
async def test_a_call_goes_to_the_database_once_and_only_for_what_it_says(
    portal, client, customer, monkeypatch, method, path, document, times
):
    """Once there and back, in a thread, for all that is read together; once more for names, where there are any."""
    await portal.send(requested(customer))
    ended = {"kind": "voucher", "subject": "V-1", "explanation": "refused"}
    await portal.send(requested(customer, "2", target=None, **ended))
    await client.get_workflow_handle(f"voucher/{customer}/V-1").result()
    asked: list[Any] = []
    in_thread = Database.in_thread

    async def counted(database: Database, *parts: Any, **named: Any) -> Any:
        asked.append(parts[0])
        return await in_thread(database, *parts, **named)

    monkeypatch.setattr(Database, "in_thread", counted)
    answer = await portal.http.request(method, path.format(customer=customer), json=document)
    assert answer.status_code == 200, answer.text
    assert len(asked) == times, asked
