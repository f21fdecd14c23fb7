"""Posts notices of tasks to an address of the vendor's: CloudEvents in JSON, signed after Standard Webhooks."""

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import structlog
from standardwebhooks import Webhook

from activities.links import operator_page
from activities.sql.notices import Told
from portal.notices.mailing import items_of
from portal.task_items import Recorded
from settings import Settings

if TYPE_CHECKING:  # loaded when there is something to post, which most workers never have
    import httpx

log = structlog.get_logger(__name__)
WITHIN_S = 10.0
"""Seconds in which whoever is called must have answered."""
MEDIA_TYPE = "application/cloudevents+json"


@dataclass(frozen=True)
class NoticeCalls:
    """Calls of the webhook. What is not taken is tried again, under the same ID, for as long as the task is open."""

    portal: Recorded

    async def post_due(self) -> int:
        """What is to be posted now; answers how much it was. Raises `AdapterError`."""
        adapters, settings = self.portal.adapters, self.portal.settings
        in_thread, wanted = adapters.database.in_thread, bool(settings.notice_webhook_url)
        claimed = await in_thread(adapters.notices.claim_calls, datetime.now(UTC), wanted=wanted)
        if not claimed:
            return 0
        import httpx

        items = await in_thread(items_of, self.portal, claimed)
        async with httpx.AsyncClient(timeout=WITHIN_S, follow_redirects=False) as http:
            await asyncio.gather(*(self.post(http, told, task) for told, task in items))
        return len(claimed)

    async def post(self, http: "httpx.AsyncClient", told: Told, task: Mapping[str, Any]) -> None:
        """One notice; any 2xx takes it."""
        import httpx

        adapters, settings = self.portal.adapters, self.portal.settings
        body = json.dumps(event_of(told, task, settings), ensure_ascii=False).encode()
        headers = signed(told.id, body, settings) | {"content-type": MEDIA_TYPE}
        bound = log.bind(notice=told.id, tries=told.tries + 1)
        try:
            async with asyncio.timeout(WITHIN_S):
                answer = await http.post(settings.notice_webhook_url, content=body, headers=headers)
        except (httpx.HTTPError, OSError, TimeoutError) as error:
            fault = f"no answer ({type(error).__name__})"
        else:
            fault = "" if answer.is_success else f"answered {answer.status_code}"
        if fault:
            bound.error("notice_not_posted", reason=fault)
            await adapters.database.in_thread(adapters.notices.not_called, told.id, fault)
            return
        await adapters.database.in_thread(adapters.notices.called, told.id)
        bound.info("notice_posted")


def event_of(told: Told, task: Mapping[str, Any], settings: Settings) -> dict[str, Any]:
    """A notice as a CloudEvent: the same ID however often it is posted."""
    return {
        "specversion": "1.0",
        "id": told.id,
        "source": settings.public_url,
        "type": f"jtl.cancellation.task-{told.occasion}.v1",
        "subject": task["workflow_id"],
        "time": told.at.isoformat(),
        "datacontenttype": "application/json",
        "data": {
            "number": told.number,
            "url": operator_page(settings, task["workflow_id"], task["task"]),
            "task": dict(task),
        },
    }


def signed(id: str, body: bytes, settings: Settings) -> dict[str, str]:
    """The headers of Standard Webhooks, with a signature by each secret."""
    now = datetime.now(UTC)
    secrets = [secret.get_secret_value() for secret in settings.notice_webhook_secret]
    signatures = [Webhook(secret).sign(id, now, body.decode()) for secret in secrets]
    return {
        "webhook-id": id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }
