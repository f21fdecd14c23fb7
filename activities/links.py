"""Where a case is seen: by its customer on a page, by operators where they work."""

from urllib.parse import quote

from settings import Settings

HOME = "/my"
"""Our own pages for customers, below `PUBLIC_URL`."""
DESK = "/desk"
"""And those for operators."""


def customer_page(settings: Settings, workflow_id: str) -> str:
    """A customer's page of a case: the vendor's own where it has one, else ours."""
    pattern = settings.customer_url or f"{settings.public_url}{HOME}/cases/{{workflow_id}}"
    return written(pattern, workflow_id)


def customer_home(settings: Settings) -> str:
    """Where a customer begins who has no case."""
    return f"{settings.public_url}{HOME}"


def operator_page(settings: Settings, workflow_id: str, task: object = None) -> str:
    """An operator's page of a case: the vendor's own where it has one, else that at our desk; where it is about a task
    of the case, given by its ID, that of the task."""
    if settings.operator_url:
        return written(settings.operator_url, workflow_id)
    if isinstance(task, str) and task:
        return f"{work_list_page(settings)}/{quote(task, safe='')}"
    return written(f"{settings.public_url}{DESK}/cases/{{workflow_id}}", workflow_id)


def work_list_page(settings: Settings) -> str:
    """The operators' work list."""
    return f"{settings.public_url}{DESK}/tasks"


def written(pattern: str, workflow_id: str) -> str:
    """The address that a pattern makes; a workflow ID's slashes stay."""
    return pattern.replace("{workflow_id}", quote(workflow_id))
