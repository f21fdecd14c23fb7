"""How a run that sleeps over a change of its chart goes on as it began (docs/adr/0016, CONTRIBUTING.md).

Runs sleep for weeks over deployments, and replay what they did. Each keeps in its settings the revision under which it
was requested. A change that would have made an open run act otherwise raises `REVISION`, and what is new asks for it:

    given_back = scheduled.to(revoked, cond=since(2))                 another state
    if memory.settings.revision >= 2: turn.ask(…)                     another effect
    if memory.settings.revision >= 2: due["remind"] = …               another timer

What was before stays beside it until no run of an older revision is open.
"""

from collections.abc import Callable

from states.model.memory import Memory

REVISION = 2
"""Under which runs are requested now. A run learns it with its first check: what it does before that never changes.

2: operators' dates are weighed, and what they leave unfilled is refused; a cancel request opens a task.
"""


def since(revision: int) -> Callable[[Memory], bool]:
    """A guard that holds in runs that were requested under this revision or a later one."""

    def requested_since(model: Memory) -> bool:
        return model.settings.revision >= revision

    return requested_since
