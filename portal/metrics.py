"""What is counted: events by type and outcome, calls by route with their latency."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from activities.sql.freezes import SqlFreezes
from activities.sql.inbox import SqlInbox
from activities.sql.ledger import SqlLedger
from activities.sql.notices import SqlNotices

METHODS = frozenset({"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"})


class Metrics:
    """The counters of one application, in a registry of its own."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.events = Counter(
            "cancellations_events",
            "Events received, by event and outcome",
            ("event", "outcome"),
            registry=self.registry,
        )
        self.ended = Gauge(
            "cancellations_ended",
            "Cancellations in the ledger, by kind, end and the reason given for leaving",
            ("kind", "state", "reason"),
            registry=self.registry,
        )
        self.promises = Gauge(
            "cancellations_promises",
            "Events answered 202 that have not reached their run yet",
            registry=self.registry,
        )
        self.frozen = Gauge(
            "cancellations_frozen",
            "1 while all effects are frozen, else 0",
            registry=self.registry,
        )
        self.held = Gauge(
            "cancellations_held",
            "Effects that wait for the end of a freeze, by effect",
            ("effect",),
            registry=self.registry,
        )
        self.notices = Gauge(
            "cancellations_notices_failing",
            "Notices of tasks to operators that could not be sent at the last try, by way: mail or call (the webhook)",
            ("way",),
            registry=self.registry,
        )
        self.calls = Histogram(
            "cancellations_request_seconds",
            "Seconds that a call took, by method, route and status",
            ("method", "route", "status"),
            registry=self.registry,
        )

        self.loop_lag = Histogram(
            "cancellations_loop_lag_seconds",
            "Seconds that the event loop woke later than due: how long something held it up",
            buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0),
            registry=self.registry,
        )

    async def count(self, ledger: SqlLedger, inbox: SqlInbox, freezes: SqlFreezes, notices: SqlNotices) -> None:
        """Count anew what the database holds, whoever wrote it."""
        for way, number in (await notices.database.in_thread(notices.failing)).items():
            self.notices.labels(way).set(number)
        counts = await ledger.database.in_thread(ledger.counts)
        promises = await inbox.database.in_thread(inbox.open_promises)
        frozen = await freezes.database.in_thread(freezes.standing) is not None
        held = await freezes.database.in_thread(freezes.waiting)
        self.frozen.set(frozen)
        self.held.clear()
        for effect, number in held.items():
            if effect != "runs":
                self.held.labels(effect).set(number)
        self.ended.clear()
        for kind, state, reason, number in counts:
            self.ended.labels(kind, state, reason or "").set(number)
        self.promises.set(promises)


class Measured:
    """Measures each call under its route's pattern, so that identifiers never become labels."""

    def __init__(self, app: ASGIApp, metrics: Metrics) -> None:
        self.app = app
        self.metrics = metrics

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the call on and note how long it took."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        status = [500]

        async def noted(message: Message) -> None:
            if message["type"] == "http.response.start":
                status[0] = message["status"]
            await send(message)

        began = time.perf_counter()
        try:
            await self.app(scope, receive, noted)
        finally:
            method = scope["method"] if scope["method"] in METHODS else "other"
            route = getattr(scope.get("route"), "path", None) or "unmatched"
            self.metrics.calls.labels(method, route, str(status[0])).observe(time.perf_counter() - began)
