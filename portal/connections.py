"""Connections end in time, and are only so many: what uvicorn leaves to a proxy that may not be there.

A request that stays half sent, an answer that nobody takes and a connection that is idle each hold a place; from one
address only so many places are given away.
"""

import asyncio
import ipaddress
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import h11
import structlog
from uvicorn.protocols.http.h11_impl import H11Protocol

from portal.guards.callers import subscriber
from portal.guards.front_door import ANSWER_HEADERS
from portal.problems import PortalProblem, body_of, malformed, response_of

log = structlog.get_logger(__name__)
SAID_EVERY = 10.0
"""Seconds between two lines of the log about the same."""
REASONS = {400: "Bad Request", 408: "Request Timeout", 503: "Service Unavailable"}


@dataclass(frozen=True)
class Limits:
    """How many connections there may be, and how long they may take, in seconds.

    `proxies`: addresses and networks from which any number may come: many people's calls come by them.
    """

    most: int = 500
    most_of_one: int = 200
    sent_within: float = 10
    """A request, from its first byte (or from the connection's beginning) to its last."""
    taken_within: float = 10
    """The next part of an answer, while the caller takes none."""
    idle: float = 15
    """Between two requests."""
    thrown_away: int = 1024 * 1024
    """Bytes that are thrown away of what a caller still sends when he has his answer."""
    thrown_away_within: float = 2
    proxies: tuple[str, ...] = ()

    def counted(self, address: str) -> bool:
        """Whether the connections from that address are."""
        try:
            found = ipaddress.ip_address(address)
        except ValueError:
            return True
        return not any(found in ipaddress.ip_network(proxy) for proxy in self.proxies)


@dataclass
class Places:
    """The places that connections of one server have, by whose they are."""

    limits: Limits
    taken: Counter[str] = field(default_factory=Counter)
    full_said_at: float = -SAID_EVERY

    def has_one(self, address: str) -> bool:
        """Whether there is one for a connection from that address."""
        is_many = self.taken[subscriber(address)] >= self.limits.most_of_one and self.limits.counted(address)
        return self.taken.total() < self.limits.most and not is_many

    def take(self, address: str) -> None:
        """A connection has begun."""
        self.taken[subscriber(address)] += 1

    def leave(self, address: str) -> None:
        """A connection has ended."""
        self.taken -= Counter({subscriber(address): 1})

    def tell_full(self, at: float) -> None:
        """Say in the log that connections are refused, now and then: they may be many."""
        if at - self.full_said_at >= SAID_EVERY:
            self.full_said_at = at
            log.warning("connections_refused", open=self.taken.total(), most=self.limits.most)


class Ending:
    """A connection's transport, which ends so that the last answer arrives.

    A caller who is still sending when his connection is closed loses the answer that is on its way to him, for his
    system then takes the connection for broken. So a little of what he sends is thrown away first.
    """

    def __init__(self, transport: asyncio.Transport, is_sending: Callable[[], bool], within: float) -> None:
        self.transport = transport
        self.is_sending = is_sending
        self.within = within
        self.end: asyncio.TimerHandle | None = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.transport, name)

    def is_closing(self) -> bool:
        """Whether nothing more is answered."""
        return self.end is not None or self.transport.is_closing()

    def close(self) -> None:
        """End it, as soon as the caller has ended or a while has passed."""
        if self.is_closing():
            return
        if not self.is_sending():
            self.transport.close()
            return
        self.end = asyncio.get_running_loop().call_later(self.within, self.transport.abort)
        self.transport.write_eof()
        self.transport.resume_reading()


class TimelyConnection(H11Protocol):
    """A connection that has a place, and keeps it only while something moves on it."""

    places: Places

    def __init__(self, *parts: Any, **named: Any) -> None:
        super().__init__(*parts, **named)
        self.limits = self.places.limits
        self.address: str | None = None
        self.half_sent: asyncio.TimerHandle | None = None
        self.untaken: asyncio.TimerHandle | None = None
        self.thrown_away = 0
        self.ending: Ending

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Give it a place, or refuse it."""
        self.ending = Ending(transport, self.is_sending, self.limits.thrown_away_within)
        super().connection_made(self.ending)  # type: ignore[arg-type]  # all of a transport, by delegation
        address = self.client[0] if self.client else ""
        if not self.places.has_one(address):
            self.places.tell_full(self.loop.time())
            self.refuse(PortalProblem("unavailable"))
            return
        self.address = address
        self.places.take(address)
        self.half_sent = self.loop.call_later(self.limits.sent_within, self.drop_half_sent)

    def connection_lost(self, exc: Exception | None) -> None:
        """Give its place to another."""
        super().connection_lost(exc)
        self._unset_keepalive_if_required()
        for timer in (self.half_sent, self.untaken, self.ending.end):
            if timer is not None:
                timer.cancel()
        if self.address is not None:
            self.places.leave(self.address)
            self.address = None

    def data_received(self, data: bytes) -> None:
        """Read on, and see whether a request is whole by now, or has begun."""
        if self.ending.is_closing():
            self.throw_away(len(data))
            return
        super().data_received(data)
        self.watch_request()

    def on_response_complete(self) -> None:
        """Wait for the next request, and for the answer to be taken."""
        super().on_response_complete()
        if not self.transport.is_closing():
            self.watch_request()
        self.watch_answer()

    def pause_writing(self) -> None:
        """See whether the answer is taken: the application waits with the rest of it."""
        super().pause_writing()
        self.watch_answer()

    def timeout_keep_alive_handler(self) -> None:
        """Close what is idle; what was answered may not be taken yet."""
        super().timeout_keep_alive_handler()
        self.watch_answer()

    def send_400_response(self, msg: str) -> None:
        """Answer what is no HTTP, as any other call that is wrong."""
        self.refuse(malformed("http", why=msg), status=400)

    # A caller who sends on when he has his answer.

    def is_sending(self) -> bool:
        """Whether more of a request may come than was read."""
        return self.conn.their_state in (h11.SEND_BODY, h11.ERROR)

    def throw_away(self, length: int) -> None:
        """Wait for his end, but for no more than a little."""
        self.thrown_away += length
        if self.thrown_away > self.limits.thrown_away:
            self.ending.abort()

    # A request that stays half sent.

    def watch_request(self) -> None:
        """Begin to wait for the rest of a request, and for no longer than that; or stop, since all is there."""
        if not self.is_half_sent():
            if self.half_sent is not None:
                self.half_sent.cancel()
                self.half_sent = None
        elif self.half_sent is None:
            self.half_sent = self.loop.call_later(self.limits.sent_within, self.drop_half_sent)

    def is_half_sent(self) -> bool:
        """Whether part of a request is there, and its end is not."""
        begun = self.conn.their_state is h11.IDLE and bool(self.conn.trailing_data[0])
        return begun or self.conn.their_state is h11.SEND_BODY

    def drop_half_sent(self) -> None:
        """End it. Who has sent half a head is told why; what reads half a body hears that nobody is there any more."""
        self.half_sent = None
        if self.conn.their_state is h11.IDLE and self.is_half_sent():
            self.refuse(malformed("half_sent", seconds=round(self.limits.sent_within)), status=408)
        else:
            self.transport.abort()

    # An answer that nobody takes.

    def watch_answer(self) -> None:
        """See after a while whether what was written is taken."""
        left = self.transport.get_write_buffer_size()
        if left and self.untaken is None:
            self.untaken = self.loop.call_later(self.limits.taken_within, partial(self.drop_untaken, left))

    def drop_untaken(self, left: int) -> None:
        """End it where nothing was taken; else wait on."""
        self.untaken = None
        if self.transport.get_write_buffer_size() < left:
            self.watch_answer()
        else:
            self.transport.abort()

    # Refusals before there is a request.

    def refuse(self, problem: PortalProblem, status: int = 0) -> None:
        """Answer with a problem, and end the connection; an answer that has begun cannot be another one."""
        if self.cycle is not None and self.cycle.response_started and not self.cycle.response_complete:
            self.transport.abort()
            return
        problem.status = status or problem.status
        self.transport.write(written(problem))
        self.transport.close()
        self.watch_answer()


def connections_within(limits: Limits) -> type[TimelyConnection]:
    """The class of the connections of one server, which share its places."""
    return type("Connection", (TimelyConnection,), {"places": Places(limits)})


def written(problem: PortalProblem) -> bytes:
    """An answer as it goes over the wire, where there is no request that the application could answer."""
    answer = response_of(problem, body_of(problem, "en"))
    answer.headers.update(ANSWER_HEADERS | {"Connection": "close"})
    head = "".join(f"{name}: {value}\r\n" for name, value in answer.headers.items())
    return f"HTTP/1.1 {problem.status} {REASONS[problem.status]}\r\n{head}\r\n".encode("latin-1") + bytes(answer.body)
