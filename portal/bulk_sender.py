"""Decisions of a bulk decision on their way to the runs: the adapter of the port `activities.ports.TaskDecisions`."""

from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from activities.adapters import Adapters
from activities.ports import LineOutcome, SentDecision, Unavailable
from catalogue.formats import LANGUAGES
from portal.first_come import too_late_for
from portal.incoming import RunCommand
from portal.problems import PortalProblem
from portal.run_client import RunClient
from portal.run_reader import Document
from states.model.request import OPERATOR_MESSAGES

LONGEST = 2000
"""So many signs of a reason are kept."""


@dataclass(frozen=True)
class RunDecisions:
    """Sends them as the portal sends an operator's own."""

    runs: RunClient
    adapters: Adapters

    async def decide(self, decision: SentDecision) -> LineOutcome:
        """Send a decision. Raises `Unavailable` where nobody can say what came of it."""
        command = RunCommand(decision.event, decision.workflow_id, decision.payload, decision.update_id)
        try:
            delivered = await self.runs.send(command, again=decision.again)
        except PortalProblem as problem:
            return await self.refused(decision, problem)
        if not delivered.answered:
            raise Unavailable("the run has not yet said what came of it")
        return LineOutcome("proposed" if is_proposed(delivered.document, decision.task) else "decided")

    async def refused(self, decision: SentDecision, problem: PortalProblem) -> LineOutcome:
        """Why it was not taken; where the task was no longer open, who was faster. Raises `Unavailable`."""
        if problem.status in (500, 503):
            raise Unavailable(problem.text or problem.code) from problem
        first = None
        if problem.code in ("unknown_task", "ended"):
            document = problem.current
            if document is None:
                with suppress(PortalProblem):
                    document = await self.runs.reader.read(decision.workflow_id)
            first = first_in(document, decision.since)
        text = problem.text[:LONGEST] if problem.text else None
        reader, workflow_id = self.runs.reader, decision.workflow_id
        told = await too_late_for(self.adapters, reader, workflow_id, decision.task, problem)
        said = await self.said_in_each(decision, problem) if text and told is problem else None
        return LineOutcome("failed", told.code, told.rule, text, first, said)

    async def said_in_each(self, decision: SentDecision, problem: PortalProblem) -> dict[str, str] | None:
        """By language why the run refuses the decision: it is asked, as far as it answers and still says the same."""
        asked = {decision.event.removesuffix("_task"): decision.payload, "now": datetime.now(UTC).isoformat()}
        said = {problem.language: problem.text} if problem.language else {}
        for language in (each for each in LANGUAGES if each not in said):
            with suppress(PortalProblem):
                refused = (await self.runs.reader.weigh(decision.workflow_id, asked | {"language": language}))[
                    "refused"
                ]
                if refused and refused["code"] == problem.code:
                    said[language] = refused["text"]
        return {language: text[:LONGEST] for language, text in said.items() if text} or None


def is_proposed(document: Document, task: str) -> bool:
    """Whether the decision waits for a second person's."""
    return any(entry["task"] == task and entry.get("proposed") for entry in document.get("tasks", ()))


def first_in(document: Document | None, since: datetime) -> dict[str, Any] | None:
    """Who decided a task of the run last since then: who, when, and how the timeline says it."""
    lines = [
        line
        for line in (document or {}).get("timeline", ())
        if line["event"] in OPERATOR_MESSAGES and datetime.fromisoformat(line["at"]) >= since
    ]
    return {name: lines[-1][name] for name in ("by", "at", "note")} if lines else None
