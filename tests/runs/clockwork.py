"""A workflow that looks at the clock: what the sandbox must catch."""

from datetime import datetime

from temporalio import workflow


@workflow.defn
class Clockwork:
    """Answers a moment that no replay would find again."""

    @workflow.run
    async def run(self) -> str:
        """The clock of the machine."""
        return datetime.now().isoformat()  # noqa: DTZ005
