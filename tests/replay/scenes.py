"""The runs whose histories are recorded: every kind, in each state in which a run sleeps."""

from collections.abc import AsyncIterator
from typing import Any

from states.kinds.registry import KINDS
from tests.kinds import module_of
from tests.kinds.scene import BEFORE_THE_ORDER, Scene
from tests.runs.harness import Run, World

SCENES: tuple[Scene, ...] = tuple(scene for kind in KINDS for scene in module_of(kind).SCENES)
"""Of each kind, in the order of the registry."""
WALKS = 8
"""Waiting states that a walk passes at most."""


def waiting(document: dict[str, Any]) -> str:
    """The name of a waiting state: the state, and the task that is open in it."""
    tasks = sorted({task["type"] for task in document["tasks"]} - {document["state"]})
    return "-".join([document["state"], *tasks])


async def onwards(run: Run, scene: Scene, document: dict[str, Any]) -> bool:
    """Do what the state waits for; False where only time is left, or nothing."""
    enabled, tasks = document["enabled"], {task["type"] for task in document["tasks"]}
    clarify = {"clarify_cost": {"decision": "cancellation"}, "clarify_term": {"at": "2027-05-31"}}
    clarify["clarify"] = {"note": "none"}
    asked = next((type_ for type_ in clarify if type_ in tasks), None)
    if "acknowledge_warning" in enabled:
        await run("acknowledge_warning")
    elif asked:
        await run.confirm(asked, **clarify[asked])
    elif document["state"] == "surplus_resolution" and "override_surplus" in enabled:
        surplus = document["surplus"]
        await run(
            "override_surplus", licences=[name for one in surplus for name in one["candidates"][: one["too_many"]]]
        )
    elif document["state"] == "support_ticket" and "support_ticket" in tasks and document["kind"] != "misclick":
        at = {"at": "2027-04-30T12:00:00+02:00"} if document["kind"] == "key_accounting" else {}
        await run.confirm("support_ticket", decision="granted", note="as agreed", **at)
    elif "appointment" in tasks:
        await run.confirm("appointment", at="2027-04-30T12:00:00+02:00")
    elif "perform" in tasks and document["state"] == "order":
        await run.confirm("perform", proof={"reference": "T-1"})
    elif "place_order" in enabled and not any(step in BEFORE_THE_ORDER for _, step in scene.then):
        await run("place_order", **scene.order)
    else:
        return False
    return True


async def walk(world: World, scene: Scene) -> AsyncIterator[tuple[str, Run]]:
    """The scene's run in each of its waiting states, with the name that its history gets."""
    if scene.beside:
        await world.request("edition", scene.customer, "jtl", target=scene.beside)
    run = await world.request(scene.kind, scene.customer, scene.subject, **scene.more)
    document = run.first
    for _ in range(WALKS):
        assert document["state"] != "refused", (scene.title, document["refusal"])
        yield f"{scene.title}-{waiting(document)}", run
        if not await onwards(run, scene, document):
            break
        document = await run.status()
    for step, act in scene.then:
        await act(run)
        yield f"{scene.title}-{step}", run
