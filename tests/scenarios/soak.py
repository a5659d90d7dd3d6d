"""Mixed calls for a long time, with kills in between: ``python -m scenarios.soak``, in ``tests``.

Callers dial, hang up, cancel at the worst moment; agents answer, decline, let it ring, hold, hand over; they
sign out and in, packets of SIP get lost, settings change, and processes of the server are killed. Prints a
balance as one JSON object; its exit code is 0 when nothing is missing and nothing left.
"""

from __future__ import annotations

import argparse
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from . import ports
from .audio import Audio
from .commands import Commands
from .leg import Leg
from .office import Office
from .phone import Phone
from .reactor import Reactor
from .server import Json, Server

PROCESSES = ("signalling", "media", "media-2", "web", "supervisor")
_AGENTS, _CALLERS = 20, 4
_AUDIO_PORTS = 2600  # twenty calls a second that last for some seconds, on two legs each
_PATIENCE = 25.0
"""Seconds after which a caller who is still there hangs up."""
_FORGOTTEN_AFTER = 45.0
"""Seconds for which a phone knows a call that is over: longer than anything is sent again."""
_GIVES_UP = 33.0
"""Seconds after which a phone does not wait any more for what was sent again for 32."""
_LAST_TIMERS = 75.0
"""Seconds after which nothing may be left: both directions of a dialog may need their 32 (64 times T1)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What happens, and how often; spaces are seconds on average."""

    seconds: float
    rate: float = 5.0
    kill_every: float = 60.0
    kills: tuple[str, ...] = PROCESSES
    most_kills: int = sys.maxsize
    """After so many it is over, too."""
    loss: float = 0.02
    flap_every: float = 2.0
    change_every: float = 15.0
    seed: int = 1


Strike = Callable[[random.Random], str]
"""Does something bad to the server, by chance; what it was."""


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=60.0)
    parser.add_argument("--rate", type=float, default=5.0, help="calls a second")
    parser.add_argument("--kill-every", type=float, default=60.0, help="seconds between kills, on average")
    parser.add_argument("--kill", default=",".join(PROCESSES), help="which processes")
    parser.add_argument("--loss", type=float, default=2.0, help="percent of the SIP packets")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    parser.add_argument("--keep", type=Path, help="a folder for the server's data, which stays")
    options = parser.parse_args()
    plan = Plan(
        seconds=options.minutes * 60,
        rate=options.rate,
        kill_every=options.kill_every,
        kills=tuple(options.kill.split(",")),
        loss=options.loss / 100,
        seed=options.seed,
    )
    with tempfile.TemporaryDirectory(prefix="huntline-soak-") as folder:
        balance = soak(options.keep or Path(folder), plan)
    print(json.dumps(balance, indent=1))
    return 1 if balance["wrong"] else 0


def soak(folder: Path, plan: Plan) -> Json:
    """The balance of a server that went through all that."""
    with Commands() as commands, Reactor() as reactor:
        server = Server(folder / "data", commands, media_ports=800)
        server.start()
        try:
            with closing(Soak(server, reactor, folder, plan, partial(kill_one, server, plan.kills))) as story:
                return story.run()
        finally:
            server.stop()


def kill_one(server: Server, roles: tuple[str, ...], chance: random.Random) -> str:
    """Kill one of a server's processes, which it starts again, or its supervisor, which is started again."""
    alive = {role: pid for pid, role in server.children().items()}
    victim = chance.choice(roles)
    if victim == "supervisor":
        server.kill_supervisor()
        server.start()
    elif victim in alive:
        with suppress(ProcessLookupError):
            os.kill(alive[victim], signal.SIGKILL)
    return f"killed {victim}"


class FaintAudio(Audio):
    """Audio of a phone that is one of many: ten packets a second, and what is heard is forgotten."""

    def _tick(self) -> None:
        self.send(bytes(160))
        self._timer = self._reactor.after(0.1, self._tick)

    def _receive(self) -> None:
        super()._receive()
        self.heard.clear()


class BusyPhone(Phone):
    """A phone with many calls, which it forgets. Its audio has ports that the server never has, not even
    those that media gives up for a moment when it is killed."""

    audio_ports: Iterator[int]

    def new_audio(self) -> Audio:
        port = next(
            port for port in self.audio_ports if all(ports.is_free(port + n, self.host) for n in (0, 1))
        )
        return FaintAudio(self.reactor, self.host, tone=None, payload_type=self.payload_type, port=port)


class Soak:
    """Mixed calls at a server that runs, and ``strike`` again and again."""

    def __init__(self, server: Server, reactor: Reactor, folder: Path, plan: Plan, strike: Strike) -> None:
        self._server, self._reactor, self._plan, self._strike = server, reactor, plan, strike
        self._random = random.Random(plan.seed)  # noqa: S311 - the same story again for the same seed
        self._office = Office(server, reactor, folder)
        names = [f"a{n}" for n in range(_AGENTS)]
        self._queues = [
            self._office.queue(*names[4:], distribution="round-robin", max_wait=600, agent_alert_time=15),
            self._office.queue(*names[:4], max_wait=600),  # all of them ring at once
        ]
        self._office.open()
        first = ports.take(_AUDIO_PORTS)
        self._audio_ports = itertools.cycle(range(first, first + _AUDIO_PORTS, 2))
        self._agents = {name: self._phone(name, self._office.domain, "secret") for name in names}
        self._callers = [self._phone(f"+1206000{n:04d}", "", None) for n in range(_CALLERS)]
        self._dialled: dict[str, Leg] = {}
        self._for_queues: set[str] = set()
        self._numbers = itertools.count(1)
        self._did: Counter[str] = Counter()
        self._is_dialling = True
        self._strikes = 0
        self._ended_at: dict[Leg, float] = {}

    def run(self) -> Json:
        for phone in self._agents.values():
            self._register(phone)
        memory = {"at first": self._memory()}
        self._dial_next()
        self._reactor.after(5.0, self._forget_old)
        self._disturb(time.monotonic() + self._plan.seconds)
        memory["under calls"] = self._memory()
        self._is_dialling = False
        for phone in self._agents.values():
            self._register(phone)
        stuck = self._wait_all_ended()
        left = self._left()
        memory["at last"] = self._memory()
        return self._balance(stuck, left, memory)

    def close(self) -> None:
        """Give the sockets of the phones back."""
        for phone in self._phones():
            phone.close()

    # What callers do

    def _dial_next(self) -> None:
        if not self._is_dialling:
            return
        phone = self._random.choice(self._callers)
        phone.user = f"+1206{next(self._numbers):07d}"
        is_direct = self._chance(0.2)
        leg = phone.dial(self._random.choice(list(self._agents.values())).aor if is_direct else self._queue())
        self._dialled[phone.user] = leg
        self._after(_GIVES_UP, lambda: self._not_heard_of(leg))
        if not is_direct:
            self._for_queues.add(phone.user)
        if self._chance(0.75 if is_direct else 0.1):
            self._after(self._random.uniform(0, 0.5 if is_direct else 0.02), lambda: self._cancel(leg))
        else:
            patience = self._random.uniform(0.5, 8) if self._chance(0.2) else _PATIENCE
            self._after(patience, lambda: self._leave(leg))
        self._reactor.after(self._random.expovariate(self._plan.rate), self._dial_next)

    def _queue(self) -> str:
        return self._queues[1 if self._chance(0.2) else 0]

    def _cancel(self, leg: Leg) -> None:
        """Give up before anybody answers; as soon as the server has said anything (RFC 3261 section 9.1)."""
        if not leg.is_ended and not leg.is_up and not leg.responses():
            self._after(0.005, lambda: self._cancel(leg))
            return
        if not leg.is_ended and not leg.is_up:
            leg.cancel()
            self._did["cancelled"] += 1
            self._after(_GIVES_UP, lambda: self._cancelled(leg))
        self._after(1.0, lambda: self._leave(leg))

    def _cancelled(self, leg: Leg) -> None:
        """No server knows of it any more (RFC 3261 section 9.1)."""
        if not leg.is_up and not leg.is_ended:
            self._did["cancelled in vain"] += 1
            leg.is_ended = True

    def answered_at(self, number: str) -> float:
        """When somebody who has dialled was answered, in seconds since the epoch."""
        log = self._dialled[number].log
        return next(message.at for message in log if (message.method, message.status) == ("INVITE", 200))

    def _not_heard_of(self, leg: Leg) -> None:
        """No server has answered all the time, not even for a moment (RFC 3261 section 17.1.1.2, timer B)."""
        if not leg.responses():
            self._did["not answered at all"] += 1
            leg.is_ended = True

    def _leave(self, leg: Leg, rings_since: float = 0.0) -> None:
        """Hang up, as soon as there is something to hang up; where it rings for too long, give up."""
        if leg.is_up and not leg.is_ended:
            leg.hang_up()
        elif rings_since > _PATIENCE and not leg.is_ended:
            self._cancel(leg)
        elif not leg.is_ended:
            self._after(1.0, lambda: self._leave(leg, rings_since + 1.0))

    # What agents do

    def _rung(self, leg: Leg) -> None:
        leg.ring()
        what = self._random.random()
        if what < 0.08:
            self._after(self._random.uniform(0, 1), lambda: self._decline(leg))
        elif what > 0.05:
            self._after(self._random.uniform(0, 0.6), lambda: self._answer(leg))

    def _decline(self, leg: Leg) -> None:
        if not leg.is_ended:
            leg.decline(self._random.choice((486, 603)))
            self._did["declined"] += 1

    def _answer(self, leg: Leg) -> None:
        if not leg.is_ended:
            leg.answer()
            self._after(self._random.uniform(0.3, 2.0), lambda: self._talked(leg))
            self._after(_GIVES_UP, lambda: self._not_acknowledged(leg))

    def _not_acknowledged(self, leg: Leg) -> None:
        """RFC 3261 section 13.3.1.4."""
        if not leg.is_up and not leg.is_ended:
            self._did["not acknowledged"] += 1
            leg.hang_up()

    def _talked(self, leg: Leg) -> None:
        what = self._random.random()
        if not leg.is_up or leg.is_ended:
            self._leave(leg)
        elif what < 0.15:
            self._hand_over(leg)
        elif what < 0.3:
            leg.start_reinvite(direction="sendonly")
            self._did["held"] += 1
            self._after(1.0, lambda: self._resume(leg))
        else:
            leg.hang_up()

    def _hand_over(self, leg: Leg) -> None:
        colleague = self._random.choice(list(self._agents.values())).aor
        target = f"sip:{self._queue()}@{self._server.address[0]}" if self._chance(0.3) else colleague
        leg.start_refer(target)
        self._did["transferred"] += 1
        self._after(self._random.uniform(0, 3.0), lambda: self._leave(leg))

    def _resume(self, leg: Leg) -> None:
        if leg.is_up and not leg.is_ended:
            leg.start_reinvite()
        self._after(0.5, lambda: self._leave(leg))

    # What happens to all of them

    def _disturb(self, until: float) -> None:
        """Kills, phones that flap, changes of settings: until that moment, or as many kills as are wanted."""
        due: dict[Callable[[], None], float] = {
            self._struck: self._plan.kill_every,
            self._flap: self._plan.flap_every,
            self._change: self._plan.change_every,
        }
        next_at = {do: time.monotonic() + self._random.uniform(0.5, 1.0) * every for do, every in due.items()}
        while (at := min(next_at.values())) < until and self._strikes < self._plan.most_kills:
            time.sleep(max(0.0, at - time.monotonic()))  # the rate itself
            do = next(each for each in due if next_at[each] == at)
            do()
            next_at[do] = time.monotonic() + self._random.uniform(0.5, 1.5) * due[do]

    def _struck(self) -> None:
        self._strikes += 1
        self._did[self._strike(self._random)] += 1

    def _flap(self) -> None:
        phone = self._random.choice(list(self._agents.values()))
        self._did["registered"] += 1
        if phone.is_registered and self._chance(0.3):
            self._register(phone, expires=0)
        else:
            self._register(phone)

    def _register(self, phone: Phone, *, expires: int = 300) -> None:
        with suppress(AssertionError):  # its answer got lost or late: tried again with the next flap
            if phone.register(expires=expires, timeout=10).status != 200:
                self._did["registrations refused"] += 1

    def _change(self) -> None:
        alert = self._random.randint(15, 30)
        self._office.settings["queues"][0]["agent_alert_time"] = alert
        with suppress(subprocess.SubprocessError):
            done = self._server.run("apply", str(self._office.write()), expect=None)
            self._did["settings changed" if done.returncode == 0 else "settings not changed"] += 1

    # The balance

    def _wait_all_ended(self) -> list[Leg]:
        legs = [leg for phone in self._phones() for leg in phone.legs]
        for leg in self._dialled.values():
            self._after(3.0, partial(self._leave, leg))
        with suppress(AssertionError):
            self._reactor.wait(lambda: all(leg.is_ended for leg in legs), _LAST_TIMERS, "every call ends")
        return [leg for leg in legs if not leg.is_ended]

    def _left(self) -> Json:
        deadline = time.monotonic() + _LAST_TIMERS
        while (held := self._held()) and time.monotonic() < deadline:
            time.sleep(1.0)  # timers of the server, of which the command line knows nothing
        return held

    def _held(self) -> Json:
        try:
            status = self._server.status()
        except AssertionError as error:
            return {"status": str(error)}
        found: Json = {name: count for name, count in status["resources"].items() if name != "registrations"}
        found["calls"] = status["calls"]
        found["busy_agents"] = [a for a in status["agents"] if a["state"] not in ("ready", "signed-out")]
        return {name: what for name, what in found.items() if what}

    def _balance(self, stuck: list[Leg], left: Json, memory: Json) -> Json:
        history = self._server.history(1_000_000)
        records = Counter(call["caller"] for call in history)
        # Who is handed on may arrive in a queue again: then the record before this one says so.
        ends = Counter(call["caller"] for call in history if not call["reason"].startswith("transferred to"))
        begun = {number for number, leg in self._dialled.items() if leg.responses()}
        answered = {number for number, leg in self._dialled.items() if 200 in leg.responses()}
        log = self._server.log_text()
        wrong: Json = {
            "records lost": sorted((answered & self._for_queues) - set(records)),
            "records double": sorted(number for number, count in ends.items() if count > 1),
            "stuck": [[str(message) for message in leg.log[-8:]] for leg in stuck],
            "left": left,
            "exceptions": log.count("Traceback (most recent call last)"),
        }
        return {
            "calls": len(self._dialled),
            "answered": len(answered),
            "without any answer": len(self._dialled) - len(begun),
            "final answers": Counter(str(max(leg.responses(), default=0)) for leg in self._dialled.values()),
            "did": self._did,
            "reasons": Counter(f"{call['outcome']}: {call['reason']}" for call in history),
            "memory MB": memory,
            "seed": self._plan.seed,
            "wrong": {name: what for name, what in wrong.items() if what},
        }

    def _memory(self) -> Json:
        """Of each process: megabytes, open files, threads."""
        found = {}
        for pid, role in {self._server.pid: "supervisor", **self._server.children()}.items():
            with suppress(OSError):
                status = Path(f"/proc/{pid}/status").read_text()
                values = dict(line.split(":", 1) for line in status.splitlines())
                files = len(list(Path(f"/proc/{pid}/fd").iterdir()))
                found[role] = [int(values["VmRSS"].split()[0]) // 1024, files, int(values["Threads"])]
        return found

    # Small things

    def _phone(self, user: str, domain: str, password: str | None) -> Phone:
        host = self._server.host
        phone = BusyPhone(
            self._reactor, self._server.address, user, domain=domain, password=password, host=host
        )
        phone.drops = lambda _: self._chance(self._plan.loss)
        phone.on_call = self._rung
        phone.audio_ports = self._audio_ports
        return phone

    def _phones(self) -> list[Phone]:
        return [*self._agents.values(), *self._callers]

    def _chance(self, share: float) -> bool:
        return self._random.random() < share

    def _after(self, seconds: float, do: Callable[[], object]) -> None:
        self._reactor.after(seconds, lambda: (do(), None)[1])

    def _forget_old(self) -> None:
        now = time.monotonic()
        for phone in self._phones():
            phone.incoming.clear()
            for leg in [leg for leg in phone.legs if leg.is_ended]:
                if leg.audio is not None:
                    leg.audio.close()
                if now - self._ended_at.setdefault(leg, now) > _FORGOTTEN_AFTER:
                    del self._ended_at[leg]
                    phone.forget(leg)
        self._reactor.after(5.0, self._forget_old)


if __name__ == "__main__":
    sys.exit(main())
