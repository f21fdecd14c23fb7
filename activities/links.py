"""Where a case is seen: by its customer on a page, by operators where they work."""

from urllib.parse import quote

from settings import Settings
from states.model.status import page_of

HOME = "/my"
"""Our own pages for customers, below `PUBLIC_URL`."""


def customer_page(settings: Settings, workflow_id: str) -> str:
    """A customer's page of a case: the vendor's own where it has one, else ours."""
    pattern = settings.customer_url or f"{settings.public_url}{HOME}/cases/{{workflow_id}}"
    return written(pattern, workflow_id)


def customer_home(settings: Settings) -> str:
    """Where a customer begins who has no case."""
    return f"{settings.public_url}{HOME}"


def operator_page(settings: Settings, workflow_id: str, run_id: str, namespace: str) -> str:
    """An operator's page of a case: the vendor's own where it has one, else that of its run in Temporal's web UI."""
    if settings.operator_url:
        return written(settings.operator_url, workflow_id)
    return page_of(settings.temporal_ui_url, namespace, workflow_id, run_id)


def written(pattern: str, workflow_id: str) -> str:
    """The address that a pattern makes; a workflow ID's slashes stay."""
    return pattern.replace("{workflow_id}", quote(workflow_id))
