"""What administrators see: what runs, under which settings, and what was found amiss. Nothing here is a secret."""

import asyncio
import platform
from datetime import UTC, datetime
from typing import Any

from temporalio.api.enums.v1 import TaskQueueType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import DescribeTaskQueueRequest, GetSystemInfoRequest
from temporalio.service import RPCError

from activities.reconciliation.findings import text_of
from activities.sql.comparisons import MadeComparison
from activities.sql.migrate import HEAD, revision
from catalogue.differences import differences
from loop_watch import TOO_LONG_S
from portal.administration_schemas import (
    Administration,
    CatalogueShown,
    ComparisonShown,
    DatabaseShown,
    FindingShown,
    FreezeShown,
    PortalShown,
    SettingShown,
    TemporalShown,
    WorkerShown,
)
from portal.context import Portal
from portal.deadline import in_time
from portal.readiness import PART_WITHIN
from portal.version import installed_version
from states.model.base import day_of

KINDS = (TaskQueueType.TASK_QUEUE_TYPE_WORKFLOW, TaskQueueType.TASK_QUEUE_TYPE_ACTIVITY)


async def administration(portal: Portal, language: str) -> dict[str, Any]:
    """All of it. `language`: of what is said about findings. Raises `AdapterError` where the database does not answer.

    Temporal may not answer: that is said, and the rest all the same.
    """
    in_thread = portal.adapters.database.in_thread
    (workers, temporal), parts, ours = await asyncio.gather(
        temporal_shown(portal), portal.readiness.look(), in_thread(from_database, portal, language)
    )
    document = Administration(
        as_of=datetime.now(UTC),
        portal=portal_shown(portal),
        workers=workers,
        temporal=temporal,
        parts=parts,
        off=portal.off,
        settings=tuple(SettingShown(**setting._asdict()) for setting in portal.shown_settings),
        catalogues=catalogues_shown(portal),
        compare_at=f"{portal.settings.compare_at:%H:%M}" if portal.settings.compare_at else None,
        **ours,
    )
    return document.model_dump(mode="json")


def from_database(portal: Portal, language: str) -> dict[str, Any]:
    """What the database says. Blocks."""
    adapters, zone = portal.adapters, portal.settings.time_zone
    with adapters.database.read() as connection:
        kind = {"postgresql": "PostgreSQL"}.get(connection.dialect.name, "SQLite")
        database = DatabaseShown(kind=kind, revision=revision(connection), expected=HEAD)
        last = adapters.comparisons.last()
        return {
            "database": database,
            "comparison": comparison_shown(last, language, zone) if last else None,
            "freeze": FreezeShown(standing=adapters.freezes.standing(), log=adapters.freezes.log()),
        }


def comparison_shown(made: MadeComparison, language: str, zone: str) -> ComparisonShown:
    """A comparison, with what to do about each finding."""
    findings = tuple(
        FindingShown(
            code=finding.code,
            workflow_id=finding.workflow_id,
            known=finding.known,
            text=text_of(finding, language, zone),
        )
        for finding in made.comparison.findings
    )
    comparison = made.comparison
    return ComparisonShown(
        made_at=made.made_at, compared=comparison.compared, total=comparison.total, findings=findings
    )


def portal_shown(portal: Portal) -> PortalShown:
    """The program that answers."""
    samples = [sample for metric in portal.metrics.loop_lag.collect() for sample in metric.samples]
    measures = next((sample.value for sample in samples if sample.name.endswith("_count")), 0)
    quick = (sample.value for sample in samples if sample.labels.get("le") == str(TOO_LONG_S))
    return PortalShown(
        version=installed_version(),
        python=platform.python_version(),
        loop_measures=int(measures),
        loop_late=int(measures - next(quick, measures)),
    )


def catalogues_shown(portal: Portal) -> tuple[CatalogueShown, ...]:
    """The versions, the newest first, each with what differs from the one before."""
    catalogues = portal.catalogues
    present = catalogues.in_force(day_of(datetime.now(UTC), portal.settings.time_zone))
    pairs = zip((None, *catalogues.all), catalogues.all, strict=False)
    shown = [
        CatalogueShown(
            version=catalogue.version,
            valid_from=catalogue.valid_from,
            in_force=catalogue is present,
            complete=catalogue.complete,
            source=catalogue.source.written,
            differences=differences(before, catalogue) if before else (),
        )
        for before, catalogue in pairs
    ]
    return tuple(reversed(shown))


async def temporal_shown(portal: Portal) -> tuple[tuple[WorkerShown, ...], TemporalShown]:
    """The workers that ask for work, and Temporal itself, as far as it answers."""
    client = portal.readiness.client
    shown = {
        "address": client.service_client.config.target_host,
        "namespace": client.namespace,
        "task_queue": portal.settings.task_queue,
        "ui_url": portal.settings.temporal_ui_url,
    }
    try:
        workers, server = await in_time(asked_of_temporal(portal), PART_WITHIN)
    except TimeoutError:
        return (), TemporalShown(**shown, version=None, problem=f"does not answer within {PART_WITHIN:.0f} seconds")
    except RPCError as error:
        return (), TemporalShown(**shown, version=None, problem=f"does not say ({error.status.name})")
    except RuntimeError:  # a client that cannot connect
        return (), TemporalShown(**shown, version=None, problem="does not answer")
    return workers, TemporalShown(**shown, version=server or None, problem=None)


async def asked_of_temporal(portal: Portal) -> tuple[tuple[WorkerShown, ...], str]:
    """The workers, and the server's version. Raises `RPCError`."""
    service, namespace = portal.readiness.client.workflow_service, portal.readiness.client.namespace
    queue = TaskQueue(name=portal.settings.task_queue)
    seen: dict[str, dict[Any, datetime]] = {}
    for kind in KINDS:
        request = DescribeTaskQueueRequest(namespace=namespace, task_queue=queue, task_queue_type=kind)
        for poller in (await service.describe_task_queue(request)).pollers:
            seen.setdefault(poller.identity, {})[kind] = poller.last_access_time.ToDatetime(UTC)
    workers = tuple(
        WorkerShown(
            identity=identity, workflows=KINDS[0] in kinds, activities=KINDS[1] in kinds, last_seen=max(kinds.values())
        )
        for identity, kinds in sorted(seen.items())
    )
    return workers, (await service.get_system_info(GetSystemInfoRequest())).server_version
