"""Many callers behind one socket, and many agents behind another."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Any

from tests.scenarios import wire
from tests.scenarios.leg import Leg
from tests.scenarios.phone import Address, Phone
from tests.scenarios.reactor import Reactor

from .streams import Pacer, Stream

HOST = "127.0.0.1"
CALLERS_PORT, AGENTS_PORT = 5080, 5070
AGENTS = f"{HOST}:{AGENTS_PORT}"
_USER = re.compile(r"sips?:([^@;>]*)")
_LOOKED_AT_EVERY = 0.05
_RING = 0.05


@dataclass(slots=True, eq=False)
class Call:
    """A leg and its moments, in seconds since the epoch, as the kernel or the socket saw them; 0 is never."""

    leg: Leg
    user: str
    """The caller, on both sides of the server."""
    agent: str = ""
    began_at: float = 0.0
    hung_up_at: float = 0.0

    @property
    def stream(self) -> Stream:
        assert isinstance(self.leg.audio, Stream)
        return self.leg.audio

    @property
    def is_up(self) -> bool:
        return self.leg.is_up and not self.leg.is_ended

    @property
    def answered_at(self) -> float:
        """When the caller saw the 200."""
        return next((m.at for m in self.leg.log if m.status == 200 and m.method == "INVITE"), 0.0)

    @property
    def failure(self) -> str:
        """Why a call of ours did not come up, or an empty string."""
        refusals = [m.start for m in self.leg.log if m.method == "INVITE" and (m.status or 0) >= 300]
        return refusals[0] if refusals else "" if self.leg.is_up else "no answer"

    @property
    def told_at(self) -> float:
        """When the other side hung up; 0 if it did not."""
        return next((m.at for m in self.leg.log if m.status is None and m.method == "BYE"), 0.0)

    def forget(self) -> None:
        """Be over without a word."""
        self.leg.is_ended = True
        self.stream.pause()

    def hang_up(self) -> None:
        """Send BYE, unless the call is over."""
        if not self.leg.is_ended:
            self.hung_up_at = time.time()
            self.leg.hang_up()


class _Party(Phone):
    def __init__(self, load: Load, name: str, port: int, *, speaks: bool) -> None:
        super().__init__(load.reactor, load.target, name, port=port)
        self._pacer, self._speaks = load.pacer, speaks
        self.calls: list[Call] = []

    def new_audio(self) -> Stream:
        return Stream(self.reactor, self.host, self._pacer, speaks=self._speaks)

    def seen_again(self) -> int:
        """Messages that came more than once."""
        return sum(len(call.leg.repeats) for call in self.calls)


class Callers(_Party):
    """Each call has a caller of its own: ``c0``, ``c1``, ..."""

    def call(self, number: str) -> Call:
        host = f"{self.server[0]}:{self.server[1]}"
        user, uri = f"c{len(self.calls)}", f"sip:{number}@{host}"
        local = f"<sip:{user}@{self.host}:{self.port}>"
        leg = Leg(self, token_hex(8), local=local, remote=f"<{uri}>", target=uri)
        call = Call(leg, user)
        with self.reactor.changed:
            self.calls.append(call)
            self._add(leg)
            leg.audio = self.new_audio()
            call.began_at = time.time()
            leg.dial()
        return call


class Agents(_Party):
    """All agents' phones, which the user part of the Request-URI tells apart. ``on_ring`` decides what they
    do; they ring already."""

    def __init__(self, load: Load, port: int, *, speaks: bool) -> None:
        super().__init__(load, "agents", port, speaks=speaks)
        self.on_ring: Callable[[Call], None] = lambda call: None
        self.on_call = self._ring

    def _ring(self, leg: Leg) -> None:
        assert leg.invite is not None
        agent, caller = _user(leg.invite.uri), _user(wire.uri_of(leg.invite.header("from")))
        call = Call(leg, caller, agent, began_at=leg.invite.at)
        self.calls.append(call)
        leg.ring()
        self.on_ring(call)

    def answers_after(self, seconds: float = _RING) -> Callable[[Call], None]:
        """What answers every call so long after it began to ring."""
        return lambda call: self.answer(call, seconds)

    def answer(self, call: Call, after: float = _RING) -> None:
        def answer() -> None:
            if not call.leg.is_ended:
                call.leg.answer()

        self.reactor.after(after, answer)


class Load:
    """Callers and agents at one server, and the clock by which they come and go."""

    def __init__(
        self,
        reactor: Reactor,
        target: Address,
        *,
        callers_speak: bool = False,
        agents_speak: bool = False,
        callers_port: int = CALLERS_PORT,
        agents_port: int = AGENTS_PORT,
    ) -> None:
        self.reactor, self.target = reactor, target
        self.pacer = Pacer(reactor)
        self.callers = Callers(self, "callers", callers_port, speaks=callers_speak)
        self.agents = Agents(self, agents_port, speaks=agents_speak)
        self._chance = random.Random(1)  # noqa: S311  # the same calls in each run

    def ramp(self, number: str, count: int, rate: float) -> None:
        """Let so many callers come, from now on, at this rate; a little unevenly, or all calls would meet the
        server's clock of 20 ms in the same phase."""

        def call() -> None:
            self.callers.call(number)

        for n in range(count):
            uneven = self._chance.uniform(0, min(0.9, 0.04 * rate))
            self.reactor.after((n + uneven) / rate, call)

    def wait(self, is_true: Callable[[], bool], timeout: float) -> bool:
        """Wait until something is true; whether it became so. Looked at seldom: the phones need the time."""
        deadline = time.monotonic() + timeout
        while time.monotonic() < deadline:
            with self.reactor.changed:
                if is_true():
                    return True
            time.sleep(_LOOKED_AT_EVERY)
        return False

    def wait_over(self, count: int, timeout: float) -> bool:
        """Wait until so many callers have come, and all calls are over."""
        calls = self.callers.calls
        return self.wait(lambda: len(calls) == count and all(c.leg.is_ended for c in calls), timeout)

    def hang_up(self, rate: float = 100) -> bool:
        """Let all callers go, one after the other; whether all are gone."""
        up = [call for call in self.callers.calls if not call.leg.is_ended]
        for n, call in enumerate(up):
            self.reactor.after(n / rate, call.hang_up)
        gone = self.wait(lambda: all(call.leg.is_ended for call in up), len(up) / rate + 10)
        agents = self.agents.calls
        return self.wait(lambda: all(call.leg.is_ended for call in agents), 5) and gone

    def notes(self) -> dict[str, float]:
        """What tells whether the generator itself was in the way."""
        seen = self.callers.seen_again() + self.agents.seen_again()
        return {"messages_seen_again": seen, "generator_late_ms": round(1e3 * self.pacer.late, 1)}

    def close(self) -> None:
        self.callers.close()
        self.agents.close()


@contextmanager
def load(target: Address, **options: Any) -> Iterator[Load]:
    """Callers and agents with these options of :class:`Load`, gone at the end."""
    with Reactor() as reactor:
        made = Load(reactor, target, **options)
        try:
            yield made
        finally:
            made.close()


def _user(uri: str) -> str:
    found = _USER.match(uri)
    return found[1] if found else ""
