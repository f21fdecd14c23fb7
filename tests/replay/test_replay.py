"""What runs have written is read again by the workflows as they are now: every kind, in every state it sleeps in.

Runs sleep for weeks, over deployments. A change of a chart or of the driver that makes another decision from the same
events stops each run that is open, at its next event; here it fails before that.
"""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from temporalio import workflow
from temporalio.client import WorkflowHistory
from temporalio.worker import Replayer, WorkflowRunner

from states.chart.state_names import AWAITED_EFFECT
from states.kinds.registry import KINDS
from states.views.diagram import states_of
from tests.replay.record import HISTORIES, missing
from tests.replay.replaying import fault_of
from tests.replay.scenes import SCENES
from workflows.converter import DATA_CONVERTER
from workflows.kinds import Cancellation
from workflows.plugin import guarded_runner, runner

ROOT = Path(__file__).parents[2]
PATHS = sorted(HISTORIES.glob("*.json"))

HELP = """
{name}: this history does not fit the workflows any more, so runs like it that are open would be stuck: {fault}

Either the change was not meant to alter what a run does: then find out where it does. Or it was: then open runs must go
on as they began: see "Changing a chart under sleeping runs" in CONTRIBUTING.md.
"""


def history(path: Path) -> WorkflowHistory:
    """A recorded history."""
    document = json.loads(path.read_text(encoding="utf-8"))
    return WorkflowHistory.from_json(document["workflowId"], {"events": document["events"]})


async def replays(path: Path, how: WorkflowRunner | None = None) -> None:
    """Fails with what to do about it."""
    fault = await fault_of(history(path), how)
    assert fault is None, HELP.format(name=path.name, fault=fault)


@pytest.mark.parametrize("path", PATHS, ids=lambda path: path.stem)
async def test_a_recorded_run_goes_on_as_it_began(path: Path) -> None:
    await replays(path)


def kind_of(path: Path) -> str:
    """The kind that a history belongs to."""
    return str(json.loads(path.read_text(encoding="utf-8"))["workflowId"]).partition("/")[0]


def waits(kind: str) -> bool:
    """Whether a run of it ever sleeps: one that is always refused does not."""
    states = KINDS[kind].chart.states_map
    return any(name not in AWAITED_EFFECT and not states[name].final for name in states_of(KINDS[kind].chart))


def test_every_kind_that_waits_is_recorded() -> None:
    waiting = {kind for kind in KINDS if waits(kind)}
    assert "support_level" not in waiting
    assert {scene.kind for scene in SCENES} == waiting, "say what is recorded: SCENES in tests/kinds/<kind>.py"
    assert {kind_of(path) for path in PATHS} == waiting


def test_every_scene_is_recorded() -> None:
    assert [scene.title for scene in missing()] == [], "record what is missing: python -m tests.replay.record"


@pytest.mark.parametrize("part", ["Timer", "Activity", "SearchAttributes", "Marker"])
async def test_a_history_with_an_event_taken_out_is_rejected(part: str) -> None:
    """The check is known to work: what another workflow would have written does not pass."""
    recorded = history(HISTORIES / "edition-bare-scheduled.json")
    kept = [event for event in recorded.events if part.lower() not in kind_of_event(event)]
    assert 0 < len(kept) < len(recorded.events)
    for number, event in enumerate(kept, 1):
        event.event_id = number
    assert await fault_of(WorkflowHistory(recorded.workflow_id, kept)) is not None


def kind_of_event(event: Any) -> str:
    """`timerstarted`, say."""
    return str(event.WhichOneof("attributes")).replace("_", "")


@workflow.defn(name="EditionDowngrade")
class Hasty(Cancellation):
    """An edition whose run sleeps before it reads the record: what a careless change of the driver would be."""

    kind = "edition"

    @workflow.run
    async def run(self, *payloads: Any) -> Any:
        """Another order of commands than the recorded one."""
        await workflow.sleep(1)
        return await self.drive()


async def test_a_changed_workflow_is_caught() -> None:
    recorded = history(HISTORIES / "edition-bare-scheduled.json")
    careless = Replayer(workflows=[Hasty], data_converter=DATA_CONVERTER, workflow_runner=runner())
    fault = (await careless.replay_workflow(recorded, raise_on_replay_failure=False)).replay_failure
    assert isinstance(fault, workflow.NondeterminismError), fault


GUARDED = [
    HISTORIES / f"{name}-later.json" for name in ("edition-bare", "edition-change", "wms_user-guided", "hosting")
]


@pytest.mark.parametrize("path", GUARDED, ids=lambda path: path.stem)
async def test_in_the_sandbox_too(path: Path) -> None:
    """Charts and driver call nothing that the sandbox forbids: neither a clock nor chance, disk or network."""
    await replays(path, guarded_runner())


def test_no_history_tells_of_the_machine_that_recorded_it() -> None:
    for path in PATHS:
        text = path.read_text(encoding="utf-8")
        private = (str(ROOT), str(Path.home()), "site-packages", socket.gethostname())
        assert [words for words in private if words in text] == [], path.name
        identities = {
            line.split('"identity": "')[1].split('"')[0] for line in text.splitlines() if '"identity": "' in line
        }
        assert identities == {"recorder"}, path.name
