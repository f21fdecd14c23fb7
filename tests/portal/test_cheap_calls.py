"""What a call must not cost, as far as it can be said without a clock."""

import inspect
import re
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import APIRouter
from fastapi.routing import APIRoute
from starlette.routing import Match

from portal.app import all_calls, calls_at
from tests.portal.conftest import Caller, requested, routes_in, trips_noted


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


def test_the_command_lines_own_portal_answers_each_address_as_the_whole_one_does():
    """It has the calls alone that may answer at the address that is asked for."""
    calls = all_calls()
    routes = [route for router in calls for route in router.routes if isinstance(route, APIRoute)]
    paths = {re.sub(r"{[^}]+}", "x", route.path) for route in routes} | {
        "/cancellations/",
        "/cancellations/x/y/mails/z",
    }
    asked = [(path, method) for path in sorted(paths) for method in ("GET", "POST")]
    assert len(asked) > 80
    for path, method in asked:
        assert answering(calls_at(path), path, method) == answering(calls, path, method), (path, method)
    shorter = [path for path in paths if len(calls_at(path)) < 4]
    assert {path.split("/")[1] for path in shorter} == {
        *("cancellations", "events", "previews", "tasks", "bulk-decisions", "freeze", "customer-sessions")
    }


def answering(calls: tuple[APIRouter, ...], path: str, method: str) -> list[Any]:
    """What answers, or refuses the method, in the order in which it is asked."""
    scope = {"type": "http", "path": path, "method": method, "root_path": "", "headers": []}
    found = [(route.matches(scope)[0], route) for router in calls for route in router.routes]
    return [getattr(route, "endpoint", None) for match, route in found if match is not Match.NONE]


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
    asked = trips_noted(monkeypatch)
    answer = await portal.http.request(method, path.format(customer=customer), json=document)
    assert answer.status_code == 200, answer.text
    assert len(asked) == times, asked
