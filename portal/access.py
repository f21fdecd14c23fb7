"""Who may call: Standard Webhooks signatures for events, bearer tokens for operators."""

import hmac
from collections.abc import Mapping

from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from portal.problems import PortalProblem


def webhooks(secrets: tuple[SecretStr, ...]) -> tuple[Webhook, ...]:
    """The verifiers, one a secret (several while a secret is being replaced). Raises `ValueError` for no base64."""
    return tuple(Webhook(secret.get_secret_value()) for secret in secrets)


def check_signature(verifiers: tuple[Webhook, ...], headers: Mapping[str, str], body: bytes) -> None:
    """Raise `unauthorised` unless one of the secrets made the signature; nothing to check without secrets."""
    if verifiers and not any(signed(verifier, headers, body) for verifier in verifiers):
        raise PortalProblem("unauthorised", headers={"WWW-Authenticate": "StandardWebhooks"})


def signed(verifier: Webhook, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether this secret made the signature. Headers of a wrong form raise more than the library's own error."""
    try:
        verifier.verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def operator_of(tokens: Mapping[str, SecretStr], authorization: str | None) -> str | None:
    """The operator's name; None where no tokens are set. Raises `unauthorised`. Every token is compared in full."""
    if not tokens:
        return None
    scheme, _, given = (authorization or "").partition(" ")
    found = None
    for name, token in tokens.items():
        if hmac.compare_digest(token.get_secret_value().encode(), given.strip().encode()):
            found = name
    if found is None or scheme.lower() != "bearer":
        raise PortalProblem("unauthorised")
    return found
