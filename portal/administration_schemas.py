"""The shapes of what is answered to administrators (docs/contract.md, Administration)."""

from datetime import date

from pydantic import Field

from activities.sql.freezes import Freeze
from states.model.base import Moment, Value
from states.model.reconciliation import Code


class PortalShown(Value):
    """The portal that answers. `loop_late`: in how many of `loop_measures` something held up its event loop for more
    than 50 ms."""

    version: str
    python: str
    loop_measures: int
    loop_late: int


class WorkerShown(Value):
    """A worker that asks for work on the task queue, as Temporal last heard of it."""

    identity: str
    workflows: bool
    activities: bool
    last_seen: Moment


class TemporalShown(Value):
    """Temporal; `problem` where it does not say the rest."""

    address: str
    namespace: str
    task_queue: str
    ui_url: str
    version: str | None
    problem: str | None


class DatabaseShown(Value):
    """Our database. `revision` is that of its schema, `expected` the one that this version is made for."""

    kind: str
    revision: str | None
    expected: str


class SettingShown(Value):
    """A setting: `value` as it would be written; of a secret only whether it is `set`, which elsewhere says whether it
    is another than the default."""

    name: str
    value: str | None
    secret: bool
    set: bool


class CatalogueShown(Value):
    """A catalogue version; `differences` from the one before, a line each."""

    version: str
    valid_from: date
    in_force: bool
    complete: bool
    source: str
    differences: tuple[str, ...]


class FindingShown(Value):
    """What was found, and what to do about it. `known`: operators had been told before."""

    code: Code
    workflow_id: str
    known: bool
    text: str


class ComparisonShown(Value):
    """A comparison with Temporal: of how many runs, and what it found; `total` counts what is not shown, too."""

    made_at: Moment
    compared: int
    total: int
    findings: tuple[FindingShown, ...]


class FreezeShown(Value):
    """The freeze that stands, and all of them."""

    standing: Freeze | None
    log: tuple[Freeze, ...]


class Administration(Value):
    """What runs, under which settings, with which catalogue, and what was found amiss."""

    as_of: Moment
    portal: PortalShown
    workers: tuple[WorkerShown, ...]
    temporal: TemporalShown
    database: DatabaseShown
    parts: dict[str, str] = Field(description="As in `/readyz`: `ok`, or what is wrong")
    off: tuple[str, ...]
    settings: tuple[SettingShown, ...]
    catalogues: tuple[CatalogueShown, ...] = Field(description="The newest first")
    compare_at: str | None = Field(description="When it is compared each night, in `TIME_ZONE`; null: it is not")
    comparison: ComparisonShown | None = Field(description="The last comparison; null where there was none yet")
    freeze: FreezeShown
