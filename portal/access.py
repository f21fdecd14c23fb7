"""Whether an event is signed by one of the secrets that we share (Standard Webhooks)."""

from collections.abc import Mapping

from standardwebhooks import Webhook, WebhookVerificationError

from portal.problems import PortalProblem


def check_signature(webhooks: tuple[Webhook, ...], headers: Mapping[str, str], body: bytes) -> None:
    """Raise `unauthorised` unless one of the secrets made the signature; nothing to check without secrets."""
    if webhooks and not any(is_signed(webhook, headers, body) for webhook in webhooks):
        raise PortalProblem("unauthorised", headers={"WWW-Authenticate": "StandardWebhooks"})


def message_of(webhooks: tuple[Webhook, ...], headers: Mapping[str, str]) -> str | None:
    """The ID of the signed message; None without secrets, where nothing is signed."""
    return headers.get("webhook-id") if webhooks else None


def is_signed(webhook: Webhook, headers: Mapping[str, str], body: bytes) -> bool:
    """Whether this secret made the signature. Headers of a wrong form raise more than the library's own error."""
    try:
        webhook.verify(body, dict(headers), json_parse=False)
    except (WebhookVerificationError, ValueError):
        return False
    return True
