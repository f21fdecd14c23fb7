"""Connecting to Temporal: its own environment variables and `temporal.toml` profiles, and our plugin."""

from typing import Any

from temporalio.client import Client
from temporalio.envconfig import ClientConfig

from workflows.plugin import CancellationsPlugin

LOOPBACK = ("127.0.0.1:", "localhost:", "[::1]:")


class Unguarded(RuntimeError):
    """Temporal has no authorisation by default, and the address is not this machine's."""


def connect_config(default_port: int) -> dict[str, Any]:
    """What `TEMPORAL_*` and the profiles say; without an address the embedded server's on this machine."""
    config: dict[str, Any] = dict(ClientConfig.load_client_connect_config())
    config.setdefault("target_host", f"127.0.0.1:{default_port}")
    config.setdefault("namespace", "default")
    return config


def check_guarded(config: dict[str, Any], guarded_elsewhere: bool) -> None:
    """Refuse an address beyond this machine without TLS or an API key. Raises `Unguarded`."""
    address = config["target_host"]
    safe = address.startswith(LOOPBACK) or config.get("tls") or config.get("api_key") or guarded_elsewhere
    if not safe:
        raise Unguarded(
            f"TEMPORAL_ADDRESS={address} is not this machine, and neither TLS (TEMPORAL_TLS) nor TEMPORAL_API_KEY is "
            "set: anyone who reaches it could end contracts. Set one, or CANCELLATIONS_GUARDED_ELSEWHERE=true if "
            "somebody else guards it"
        )


async def connect(default_port: int, guarded_elsewhere: bool = False) -> Client:
    """A client with our plugin. Raises `Unguarded`, or `RuntimeError` where the server cannot be reached."""
    config = connect_config(default_port)
    check_guarded(config, guarded_elsewhere)
    return await Client.connect(**config, plugins=[CancellationsPlugin()])
