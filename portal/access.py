"""Who may call: Standard Webhooks signatures for events, bearer tokens for operators."""

import hmac
from collections.abc import Mapping

from pydantic import SecretStr
from standardwebhooks import Webhook, WebhookVerificationError

from portal.problems import PortalProblem


def check_signature(webhooks: tuple[Webhook, ...], headers: Mapping[str, str], body: bytes) -> None:
    """Raise `unauthorised` unless one of the secrets made the signature; nothing to check without secrets."""
    if webhooks and not any(is_signed(webhook, headers, body) for webhook in webhooks):
        raise PortalProblem("unauthorised", headers={"WWW-Authenticate": "StandardWebhooks"})


def is_signed(webhook: Webhook, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether this secret made the signature. Headers of a wrong form raise more than the library's own error."""
    try:
        webhook.verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True


def operator_of(tokens: Mapping[str, SecretStr], authorization: str | None) -> str | None:
    """The operator's name; None where no tokens are set. Raises `unauthorised`. Every token is compared in full."""
    if not tokens:
        return None
    scheme, _, token = (authorization or "").partition(" ")
    given = token.strip().encode()
    names = [name for name, secret in tokens.items() if hmac.compare_digest(secret.get_secret_value().encode(), given)]
    if not names or scheme.lower() != "bearer":
        raise PortalProblem("unauthorised")
    return names[-1]
