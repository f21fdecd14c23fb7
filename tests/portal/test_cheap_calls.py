"""What a call must not cost, as far as it can be said without a clock."""

import inspect
from collections.abc import Callable
from typing import Any

from fastapi.routing import APIRoute

from portal import customer_routes, health_routes, home_page, operator_routes


def test_no_call_waits_for_a_thread_before_it_begins():
    """FastAPI asks dependencies and routes that are not asynchronous in a thread each."""
    modules = (customer_routes, operator_routes, health_routes, home_page)
    routes = [route for module in modules for route in module.router.routes if isinstance(route, APIRoute)]
    called: list[Callable[..., Any] | None] = [route.endpoint for route in routes]
    dependants = [route.dependant for route in routes]
    while dependants:
        within = dependants.pop().dependencies
        called += [dependant.call for dependant in within]
        dependants += within
    assert len(called) > len(routes) >= 10
    assert [call for call in called if not inspect.iscoroutinefunction(call)] == []
