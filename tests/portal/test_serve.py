"""The portal as a program: starts without Temporal, stops at a signal, and refuses to stand open."""

import asyncio
import os
import signal
import socket

import httpx
import pytest

from embedded.example_player import portal_client
from portal import server
from portal.server import Server, Taken, serve
from settings import Settings
from tests.portal.standin import until
from workflows.connect import Unguarded


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_it_starts_without_temporal_and_returns_at_a_signal(tmp_path, monkeypatch, number):
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    settings = Settings(state_dir=tmp_path, portal_port=free_port())
    serving = asyncio.create_task(serve(settings))
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{settings.portal_port}") as http:

        async def healthy() -> bool:
            try:
                return (await http.get("/healthz")).status_code == 200
            except httpx.ConnectError:
                return False

        await until(healthy)
        assert (await http.get("/readyz")).status_code == 503
    os.kill(os.getpid(), number)
    await asyncio.wait_for(serving, 10)


async def test_neither_end_of_a_connection_keeps_back_what_it_has_to_send(tmp_path, monkeypatch):
    """TCP_NODELAY on the connection that the portal accepted, and on that of the project's own client."""
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    serving: asyncio.Future[Server] = asyncio.Future()

    class Watched(Server):
        async def startup(self, sockets=None):
            await super().startup(sockets)
            serving.set_result(self)

    monkeypatch.setattr(server, "Server", Watched)
    settings = Settings(state_dir=tmp_path, portal_port=free_port())
    program = asyncio.create_task(serve(settings))
    portal = await asyncio.wait_for(serving, 10)
    async with portal_client(settings) as http, http.stream("GET", "/healthz") as answer:
        ours = answer.extensions["network_stream"].get_extra_info("socket")
        (accepted,) = (connection.transport for connection in portal.server_state.connections)
        for end in (ours, accepted.get_extra_info("socket")):
            assert end.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    portal.stop()
    await asyncio.wait_for(program, 10)


async def test_examples_are_sent_by_the_portals_public_name_wherever_it_is_found():
    inside = Settings(portal_host="portal", public_url="https://k.example:8443/cancellations")
    async with portal_client(inside) as http:
        sent = http.build_request("GET", "/healthz")
    assert (sent.url.host, sent.headers["host"]) == ("portal", "k.example:8443")


@pytest.mark.parametrize(
    ("values", "address", "named"),
    [
        ({"portal_host": "0.0.0.0"}, "127.0.0.1:1", "CANCELLATIONS_PORTAL_HOST"),
        ({}, "temporal.example:7233", "TEMPORAL_ADDRESS"),
    ],
)
async def test_it_does_not_start_where_others_reach_it_unguarded(tmp_path, monkeypatch, values, address, named):
    monkeypatch.setenv("TEMPORAL_ADDRESS", address)
    with pytest.raises(Unguarded, match=named):
        await serve(Settings(state_dir=tmp_path, portal_port=free_port(), **values))


async def test_a_taken_port_is_named_with_the_variable_to_change(tmp_path, monkeypatch):
    monkeypatch.setenv("TEMPORAL_ADDRESS", "127.0.0.1:1")
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        with pytest.raises(Taken, match=f"port {port} .*CANCELLATIONS_PORTAL_PORT"):
            await serve(Settings(state_dir=tmp_path, portal_port=port))
