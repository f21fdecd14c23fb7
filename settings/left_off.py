"""What settings leave off or open, told to whoever starts a program."""

from settings.addresses import of_no_use_elsewhere
from settings.model import PREFIX, Settings


def switched_off(settings: Settings) -> list[str]:
    """What these settings leave off or open, on purpose or by oversight: a line for each, which names the variable."""
    ui, public = (of_no_use_elsewhere(url) for url in (settings.temporal_ui_url, settings.public_url))
    lost = "the links in mails that go out lead nowhere: set it to where customers reach the pages"
    links = lost if settings.smtp_url else "links in mails work on this machine only"
    events, tasks, reads = (
        ("a token alone sends events", "nobody decides tasks but by the command line", "no customers' portal may call")
        if settings.guarded
        else (
            "whoever reaches the portal may send events",
            "whoever reaches the portal may decide tasks",
            "whoever reaches the portal may read everything",
        )
    )
    to_nobody = [
        f"{PREFIX}{name} is {address}: such mail reaches nobody"
        for name, address in (("MAIL_FROM", settings.mail_from), ("OPERATOR_MAIL", settings.operator_mail))
        if address.rpartition("@")[2].strip(" >") == "localhost"
    ]
    found = {
        f"SMTP_URL is not set: mails are files in {settings.state_dir / 'mail'}, and nobody gets them": (
            settings.smtp_url is None
        ),
        f"WEBHOOK_SECRET is not set: {events}": not settings.webhook_secret,
        f"OPERATOR_TOKENS is not set: {tasks}": not settings.operator_tokens and not settings.oidc_issuer,
        f"PORTAL_TOKENS is not set: {reads}": not settings.portal_tokens,
        f"SESSION_SECRET is not set: a file in {settings.state_dir} stands in for it, which all portals must share": (
            not settings.session_secret
        ),
        f"RECEIPT_KEY is not set: receipts are signed with the key that is made in {settings.state_dir}, which "
        "worker and portal must share": not settings.receipt_key,
        f"PUBLIC_URL is {settings.public_url}: {links}": public,
        f"TEMPORAL_UI_URL is {settings.temporal_ui_url}: links to the web UI work on this machine only": ui,
        "COMPARE_AT is never: a run that is terminated is not noticed": settings.compare_at is None,
        "GUARDED_ELSEWHERE is true: others must guard Temporal and the portal": settings.guarded_elsewhere,
    }
    return [PREFIX + text for text, holds in found.items() if holds] + (to_nobody if settings.smtp_url else [])
