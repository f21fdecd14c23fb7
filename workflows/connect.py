"""Connecting to Temporal: its own environment variables and `temporal.toml` profiles, our converter, and the guard.

Temporal has no authorisation by default: whoever reaches it could end contracts.
"""

import asyncio
from datetime import timedelta
from typing import Any

from temporalio.api.enums.v1 import NamespaceState
from temporalio.api.workflowservice.v1 import DescribeNamespaceRequest, ListNamespacesRequest
from temporalio.client import Client
from temporalio.envconfig import ClientConfig
from temporalio.service import RPCError, RPCStatusCode

from settings import loopback
from workflows.converter import DATA_CONVERTER

CONNECT_WITHIN = timedelta(seconds=5)
"""How long Temporal may take to answer a program that starts."""
NOT_LET_IN = (RPCStatusCode.PERMISSION_DENIED, RPCStatusCode.UNAUTHENTICATED)


class NotConnected(RuntimeError):
    """Temporal cannot be used. The message names the variable, its value and what to do."""


class Unguarded(NotConnected):
    """An address that others reach, with nothing that guards it."""


class WrongProfile(NotConnected):
    """Temporal's own settings cannot be read, or do not fit the server."""


class Unreachable(NotConnected):
    """The server does not answer now; it may later."""


def connect_config(default_port: int) -> dict[str, Any]:
    """What `TEMPORAL_*` and the profiles say; without an address the embedded server's on this machine.

    Raises `WrongProfile`.
    """
    try:
        config: dict[str, Any] = dict(ClientConfig.load_client_connect_config())
    except (RuntimeError, ValueError, OSError) as error:
        raise WrongProfile(f"TEMPORAL_PROFILE, or the file that TEMPORAL_CONFIG_FILE names: {error}") from error
    config.setdefault("target_host", f"127.0.0.1:{default_port}")
    config.setdefault("namespace", "default")
    return config


def check_temporal(config: dict[str, Any], guarded_elsewhere: bool) -> None:
    """Raise `Unguarded` where Temporal lies beyond this machine and is spoken to without TLS and without a token."""
    address = config["target_host"]
    host = address.rpartition(":")[0] or address
    if guarded_elsewhere or config.get("tls") or config.get("api_key") or loopback(host):
        return
    raise Unguarded(
        f"TEMPORAL_ADDRESS is {address}, which is not loopback: set TEMPORAL_TLS (or TEMPORAL_API_KEY), "
        "or CANCELLATIONS_GUARDED_ELSEWHERE=true if something else guards Temporal"
    )


def check_address(address: str) -> None:
    """Raise `WrongProfile` where an address is no host with a port: the client would try it all the same."""
    host, _, port = address.rpartition(":")
    if "/" in address or not host or not port.isdecimal() or not 0 < int(port) < 65536:
        raise WrongProfile(f"TEMPORAL_ADDRESS is {address}, which is no address: write host:port, like 127.0.0.1:7233")


async def connect(default_port: int, guarded_elsewhere: bool = False, *, lazy: bool = False) -> Client:
    """A client with our converter, of a server that answers for the namespace; a lazy one connects when first needed.

    Raises `NotConnected`: `Unguarded`, `WrongProfile`, and unless lazy what `prove` raises.
    """
    config = connect_config(default_port)
    check_address(config["target_host"])
    check_temporal(config, guarded_elsewhere)
    try:
        async with asyncio.timeout(CONNECT_WITHIN.total_seconds()):
            client = await Client.connect(**config, data_converter=DATA_CONVERTER, lazy=lazy)
    except (TimeoutError, RuntimeError) as error:
        raise unreachable(config["target_host"], reason(error)) from error
    if not lazy:
        await prove(client)
    return client


async def prove(client: Client) -> None:
    """Ask the server for the namespace.

    Raises `Unreachable` where it does not answer in time, and `WrongProfile` where the namespace is not there, or we
    are not let in: both would stay so.
    """
    address, namespace = client.service_client.config.target_host, client.namespace
    try:
        async with asyncio.timeout(CONNECT_WITHIN.total_seconds()):
            described = await client.workflow_service.describe_namespace(
                DescribeNamespaceRequest(namespace=namespace), timeout=CONNECT_WITHIN
            )
    except RPCError as error:
        if error.status == RPCStatusCode.NOT_FOUND:
            raise WrongProfile(await no_namespace(client)) from error
        if error.status in NOT_LET_IN:
            raise WrongProfile(
                f"Temporal at {address} does not let us into TEMPORAL_NAMESPACE {namespace} ({error.status.name}): "
                "check TEMPORAL_API_KEY, or the certificate of TEMPORAL_TLS_CLIENT_CERT_PATH"
            ) from error
        if error.status != RPCStatusCode.UNIMPLEMENTED:  # the time-skipping server has one namespace and no such call
            raise unreachable(address, error.status.name) from error
        return
    except (TimeoutError, RuntimeError) as error:
        raise unreachable(address, reason(error)) from error
    if described.namespace_info.state == NamespaceState.NAMESPACE_STATE_DELETED:
        raise WrongProfile(await no_namespace(client))


def reason(error: BaseException) -> str:
    """Why a client could not connect, of what its core says."""
    if isinstance(error, TimeoutError):
        return f"nothing heard for {CONNECT_WITHIN.total_seconds():.0f} seconds"
    said = str(error)
    causes = {
        "dns error": "no such host",
        "ConnectionRefused": "nothing listens there",
        "InvalidContentType": "it speaks no TLS: set TEMPORAL_TLS=false",
        "Certificate": "its certificate is not accepted: see TEMPORAL_TLS_SERVER_CA_CERT_PATH",
    }
    return next((cause for sign, cause in causes.items() if sign in said), said.rpartition(": ")[2][:200])


def unreachable(address: str, why: str) -> Unreachable:
    """The server does not answer."""
    return Unreachable(
        f"Temporal does not answer at {address} ({why}): is it running (make run)? TEMPORAL_ADDRESS says where it is"
    )


async def no_namespace(client: Client) -> str:
    """What to do where the namespace is not there, with those that are, as far as we may know."""
    address, namespace = client.service_client.config.target_host, client.namespace
    try:
        request = ListNamespacesRequest(page_size=20)
        listed = await client.workflow_service.list_namespaces(request, timeout=CONNECT_WITHIN)
        names = [found.namespace_info.name for found in listed.namespaces]
        known = ", ".join(name for name in names if name != "temporal-system")
    except RPCError:
        known = ""
    return (
        f"TEMPORAL_NAMESPACE is {namespace}, and Temporal at {address} has no such namespace: set it to one that is "
        f"there{f' ({known})' if known else ''}, or make it: temporal operator namespace create --namespace {namespace}"
    )
