"""When a run wakes: the moments that its chart names, and one timer for the earliest."""

import asyncio
from datetime import datetime, timedelta

from temporalio import workflow

with workflow.unsafe.imports_passed_through():
    from states.model.base import day_of
from workflows.publisher import Face


class Alarm(Face):
    """One timer at a time, read off the chart: nothing to cancel there, nothing to carry."""

    def prepare_alarm(self) -> None:
        """No timer yet."""
        self.alarm: asyncio.Task[None] | None = None
        self.alarm_at: datetime | None = None
        self.rang = False
        self.spread = 0.0

    def moments(self) -> dict[str, datetime]:
        """The moments at which the run wakes, by event; worked out once for each state of the chart."""
        if self.known_moments is None:
            timers = self.chart.timers().items()
            self.known_moments = {event: self.spread_out(event, moment) for event, moment in timers}
        return self.known_moments

    def due(self) -> str | None:
        """The event of a moment that has come."""
        now = workflow.now()
        return next((event for event, moment in self.moments().items() if moment <= now), None)

    def spread_out(self, event: str, moment: datetime) -> datetime:
        """Runs due at one month's start are spread over a window; a moment that has passed is not put off."""
        settings = self.chart.model.settings
        ordered = self.chart.model.order
        if event not in ("date_reached", "standing_due") or ordered is None or moment <= ordered.placed_at:
            return moment
        month_start = day_of(moment, settings.zone).day == 1
        return moment + self.spread * settings.apply_window if month_start else moment

    def set_alarm(self) -> None:
        """One timer for the earliest moment; one that rings early enough is left, except in a long wait."""
        timers = self.moments()
        if not timers:
            self.stop_alarm()
            return
        event = min(timers, key=lambda name: timers[name])
        moment = timers[event]
        if self.alarm is not None and not self.alarm.done() and self.alarm_at is not None:
            early_enough = self.alarm_at < moment and self.chart.model.state != "scheduled"
            if self.alarm_at == moment or early_enough:
                return
        self.stop_alarm()
        self.alarm_at = moment
        self.alarm = asyncio.create_task(self.ring(moment, event))

    def stop_alarm(self) -> None:
        """No timer is needed, or another one."""
        if self.alarm is not None and not self.alarm.done():
            self.alarm.cancel()
        self.alarm = self.alarm_at = None

    async def ring(self, moment: datetime, event: str) -> None:
        """Wait until the moment; the loop finds out by itself what is due."""
        wait = max(moment - workflow.now(), timedelta(milliseconds=1))
        await workflow.sleep(wait, summary=self.timer_summary(event, moment))
        self.rang = True
