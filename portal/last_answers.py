"""What open runs answered last: good for as long as nothing has happened to them, which Temporal itself knows.

To ask a run goes by way of a worker; whether something has happened to it since, the server says alone. Its answer is
a function of what has happened, so that an answer from here is the one that the run would give (docs/adr/0024).
"""

import json
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from temporalio.api.workflow.v1 import WorkflowExecutionInfo

KEPT_FOR = 60.0
"""Seconds after which a run is asked anew all the same: another version of the program may say it in other words."""
MOST = 1_000
LONGEST = 64 * 1024
"""So many answers are kept, of at most so many bytes."""

Moment = tuple[int, int]
"""How far a run has come: the events of its history, and how often the server has changed its state."""


class LastAnswer(NamedTuple):
    """What a run answered, and when: by its history and by the clock."""

    moment: Moment
    asked_at: float
    content: bytes


@dataclass
class LastAnswers:
    """The last answer of each run, by run ID."""

    clock: Callable[[], float] = time.monotonic
    answers: OrderedDict[str, LastAnswer] = field(default_factory=OrderedDict)

    def of(self, run: WorkflowExecutionInfo) -> dict[str, Any] | None:
        """What it would answer now; None where that is not known."""
        run_id = run.execution.run_id
        answer = self.answers.get(run_id)
        if answer is None or answer.moment != moment_of(run) or self.clock() - answer.asked_at > KEPT_FOR:
            return None
        self.answers.move_to_end(run_id)
        document: dict[str, Any] = json.loads(answer.content)
        return document

    def keep(self, run: WorkflowExecutionInfo, document: dict[str, Any]) -> None:
        """Keep what it has answered. `run`: as it stood before it was asked.

        What has happened in between may be in the answer or not: the server then names another moment.
        """
        run_id, content = run.execution.run_id, json.dumps(document).encode()
        # A server that does not count says 0. A run that has gone on meanwhile answers with another run ID.
        if run.state_transition_count and document["run_id"] == run_id and len(content) <= LONGEST:
            self.answers[run_id] = LastAnswer(moment_of(run), self.clock(), content)
            self.answers.move_to_end(run_id)
        while len(self.answers) > MOST:
            self.answers.popitem(last=False)


def moment_of(run: WorkflowExecutionInfo) -> Moment:
    """How far a run has come, as the server describes it."""
    return run.history_length, run.state_transition_count
