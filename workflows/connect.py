"""Connecting to Temporal: its own environment variables and `temporal.toml` profiles, our plugin, and the guard.

Temporal has no authorisation by default: whoever reaches it could end contracts.
"""

import ipaddress
from typing import Any

from temporalio.client import Client
from temporalio.envconfig import ClientConfig

from workflows.plugin import CancellationsPlugin


class Unguarded(RuntimeError):
    """An address that others reach, with nothing that guards it. The message names what to set."""


class WrongProfile(RuntimeError):
    """Temporal's own settings cannot be read. The message names them."""


def loopback(host: str) -> bool:
    """Whether only this machine reaches that host."""
    bare = host.strip("[]").lower()
    if bare == "localhost":
        return True
    try:
        return ipaddress.ip_address(bare).is_loopback
    except ValueError:
        return False


def connect_config(default_port: int) -> dict[str, Any]:
    """What `TEMPORAL_*` and the profiles say; without an address the embedded server's on this machine.

    Raises `WrongProfile`.
    """
    try:
        config: dict[str, Any] = dict(ClientConfig.load_client_connect_config())
    except RuntimeError as error:
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


async def connect(default_port: int, guarded_elsewhere: bool = False, *, lazy: bool = False) -> Client:
    """A client with our plugin; a lazy one connects when first needed.

    Raises `Unguarded`, `WrongProfile`, and unless lazy `RuntimeError` where the server cannot be reached.
    """
    config = connect_config(default_port)
    check_temporal(config, guarded_elsewhere)
    try:
        return await Client.connect(**config, plugins=[CancellationsPlugin()], lazy=lazy)
    except RuntimeError as error:
        address = config["target_host"]
        raise RuntimeError(
            f"Temporal does not answer at {address}: is it running (make run)? TEMPORAL_ADDRESS says where it is"
        ) from error
