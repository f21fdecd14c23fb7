"""All that is worked out for a run of a large customer, step by step: as activities, workflow and portal do it."""

import json
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path

from activities.mail.messages import mail_text, values_of
from activities.names import names_in
from activities.request_check import check_in
from catalogue.loader import load_catalogues
from catalogue.texts import say
from portal.read_models import licence_answers
from settings import Settings
from states.kinds.kind import Context
from states.kinds.registry import KINDS
from states.model.base import Value
from states.model.effects import Notify, Step
from states.model.facts import Check, Inquiry, RunSettings
from states.model.request import LicenceChanged
from states.model.status import Status
from states.views.preview import preview
from states.views.status import status
from tests.charts.lone_run import LoneRun
from tests.large_customers import CUSTOMER, Large, all_booked
from workflows.current_details import CurrentDetails

CATALOGUES = load_catalogues()
SETTINGS = Settings(state_dir=Path("unused"), notice_boundary="inclusive")
AT = datetime.now(UTC)


class LargeRun:
    """Each step may be done again; one that makes a document or a text answers it."""

    def __init__(self, large: Large, *, booked: bool = False) -> None:
        self._record, self._request = large
        self._context = Context(
            record=self._record,
            ends=all_booked(self._record) if booked else {},
            open_runs=frozenset(f"pos/{CUSTOMER}/{licence.licence}" for licence in self._record.licences),
        )
        self._names = names_in(self._record, {}, CATALOGUES)

    def check(self) -> str:
        """What record and catalogue say: in the history of the run, each time."""
        return self._check().model_dump_json(exclude_unset=True)

    def licences(self) -> None:
        """What the end of each licence would mean."""
        licence_answers(self._context, self._record, CATALOGUES, SETTINGS)

    def preview(self) -> str:
        """What would happen."""
        kind = KINDS[self._request.kind]
        return self._named(preview(kind, self._request, self._checked, AT, RunSettings(), say))

    def events(self) -> None:
        """From the request as far as the customer gets by acknowledging, overriding and ordering."""
        self._run()

    def news(self) -> None:
        """Another run's news."""
        self._ordered.receive("licence_changed", LicenceChanged(licence="P-0001", state="scheduled"))

    def document(self) -> str:
        """Where it stands, as it is shown to a customer."""
        return self._named(self._status(self._ordered))

    def details(self) -> str:
        """The same for operators."""
        return CurrentDetails(self._status(self._ordered), self._ordered.memory).markdown()

    def document_later(self) -> str:
        """Where it stands when time has passed: reminders, the date, what is left to do."""
        return self._named(self._status(self._later))

    def details_later(self) -> str:
        """The same for operators."""
        return CurrentDetails(self._status(self._later), self._later.memory).markdown()

    def mails(self) -> str:
        """The longest mail so far."""
        effects = [*self._ordered.effects, *self._later.effects]
        return max((self._letter(effect) for effect in effects if isinstance(effect, Notify)), key=len, default="")

    # What the steps rest on.

    @cached_property
    def _checked(self) -> Check:
        return self._check()

    @cached_property
    def _ordered(self) -> LoneRun:
        return self._run()

    @cached_property
    def _later(self) -> LoneRun:
        run = self._run()
        run.wait(max(run.chart.timers().values(), default=run.now))
        return run

    def _check(self) -> Check:
        inquiry = Inquiry(request=self._request, at=AT, first=True)
        return check_in(self._context, inquiry, CATALOGUES, SETTINGS)

    def _run(self) -> LoneRun:
        check = self._checked
        says = {name: getattr(check, name) for name in check.model_fields_set if name != "settings"}
        document = self._request.model_dump(exclude_unset=True, exclude={"kind"})
        run = LoneRun(self._request.kind, says, now=AT, **document)
        named = [name for entry in check.surplus for name in entry.candidates[: entry.left]]
        for event, payload in (
            ("acknowledge_warning", {}),
            ("recheck_licences", {}),
            ("override_surplus", {"licences": named}),
            ("place_order", {}),
        ):
            if event in run.chart.enabled():
                refusal = run.send(event, **payload)
                assert refusal is None, refusal.code
        return run

    def _status(self, run: LoneRun) -> Status:
        return status(run.chart, say, workflow_id=self._request.workflow_id, run_id="r", ui_url="u")

    def _named(self, document: Value) -> str:
        return json.dumps(self._names.in_document(document.model_dump(mode="json")), ensure_ascii=False)

    def _letter(self, effect: Notify) -> str:
        asked = self._request.model_dump(include={"kind", "customer", "subject", "target"})
        step = Step(key="k", workflow_id=self._request.workflow_id, effect=effect, **asked)
        text = mail_text(
            effect.template, "de", values_of(step, effect, self._record, SETTINGS, "de", "https://k.example/my")
        )
        return self._names.in_text(text.body)
