"""Client transactions (RFC 3261 section 17.1, the INVITE one as corrected by RFC 6026).

One method per state of the RFC's figures; timers carry the RFC's letters. A failure reaches the handler as
the response it stands for (section 8.1.3.1): 408 for a timeout, 503 for a dead flow, with ``is_local`` true.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from huntline.sip.core.context import Context
from huntline.sip.core.flow import Flow
from huntline.sip.core.leg_record import ClientTransactionRecord
from huntline.sip.core.message import RequestHead, Response, local_response
from huntline.sip.core.timers import GIVE_UP, T1, T2, T4, Timer, deadline_of

Handler = Callable[["ClientTransaction", Response, float], None]


class ClientTransaction:
    """What both kinds share. ``on_end`` is called once, when the transaction is terminated. ``owner`` is the
    tag of the leg that it belongs to, if any."""

    __slots__ = (
        "_context",
        "_interval",
        "_on_end",
        "_resend",
        "_state",
        "_wait",
        "data",
        "flow",
        "handler",
        "head",
        "key",
        "owner",
    )

    _recorded: ClassVar[dict[str, Callable[[Any, Response, float], None]]]
    """The states of which there are records: those in which the peer's responses matter."""

    def __init__(
        self,
        context: Context,
        head: RequestHead,
        data: bytes,
        flow: Flow,
        handler: Handler,
        on_end: Callable[[ClientTransaction], None],
        owner: str = "",
    ) -> None:
        self._context = context
        self._on_end = on_end
        self.data = data
        self.flow = flow
        self.handler: Handler | None = handler
        self.head = head
        self.owner = owner
        self.key = client_key(head.via.rpartition("branch=")[2], head.method)
        self._state: Callable[[Any, Response, float], None] = type(self)._first_state
        self._interval = T1
        self._wait: Timer | None = None
        self._resend: Timer | None = None

    def start(self, now: float) -> None:
        """Send the request."""
        # Timers B and F run for 64*T1 and bound the wait for the first or the final response.
        self._wait = self._context.timers.set(now + GIVE_UP, self._timer_give_up)
        self._send(now)

    def _send(self, now: float) -> None:
        # Timers A and E: retransmit over an unreliable transport.
        if not self.flow.transport.is_reliable:
            self._resend = self._context.timers.set(now + T1, self._timer_resend)
        self._context.send(self.flow, self.data)
        self._changed()

    def record(self) -> ClientTransactionRecord | None:
        """What it takes to go on; None when the responses to come do not matter."""
        if self.state not in self._recorded:
            return None
        return ClientTransactionRecord(
            self.data, self.flow, self.state, deadline_of(self._wait), self._recorded_acks()
        )

    def _recorded_acks(self) -> tuple[tuple[str | None, Flow, bytes], ...]:
        return ()

    def restore(self, record: ClientTransactionRecord, now: float) -> None:
        """Go on; a request that may never have arrived is sent again."""
        self._state = self._recorded[record.state]
        if record.ends_at is not None:
            self._wait = self._context.timers.set(record.ends_at, self._when_over())
        if self.is_unheard and not self.flow.connection:
            self._send(now)

    def move(self, flow: Flow, now: float) -> None:
        """The peer is reached by another flow: what it has not answered for good it gets there again."""
        if self.state in self._recorded and self.state != "accepted":
            self.flow = flow
            self._context.send(flow, self.data)

    def _when_over(self) -> Callable[[float], None]:
        return self._timer_give_up

    def _changed(self) -> None:
        if self.owner:
            self._context.changed.add(self.owner)

    def _first_state(self, response: Response, now: float) -> None:
        raise NotImplementedError

    @property
    def state(self) -> str:
        """The state's name in the RFC, in lower case."""
        return self._state.__name__.strip("_")

    @property
    def is_unheard(self) -> bool:
        """Whether nothing has come from the peer yet."""
        return self._state is type(self)._first_state

    def receive(self, response: Response, now: float) -> None:
        """A response whose branch and method match."""
        self._changed()
        self._state(self, response, now)

    def flow_failed(self, now: float) -> None:
        """The request could not be sent (section 17.1.4): the user learns of it as 503."""
        raise NotImplementedError

    def _tell(self, response: Response, now: float) -> None:
        if self.handler is not None:
            self.handler(self, response, now)

    def _timer_give_up(self, now: float) -> None:
        self._fail(408, now)

    def _fail(self, status: int, now: float) -> None:
        handler = self.handler
        self._changed()
        self.terminate()
        if handler is not None:
            handler(self, local_response(status), now)

    def _timer_resend(self, now: float) -> None:
        raise NotImplementedError

    def _resend_after(self, interval: float, now: float) -> None:
        self._context.send(self.flow, self.data)
        self._interval = interval
        self._resend = self._context.timers.set(now + interval, self._timer_resend)

    def _stop_timers(self) -> None:
        if self._resend is not None:
            self._resend.cancel()
            self._resend = None
        if self._wait is not None:
            self._wait.cancel()
            self._wait = None

    def _linger(self, seconds: float, now: float) -> None:
        """Stay to absorb repetitions, then terminate (timers D, K and M)."""
        self._stop_timers()
        if seconds:
            self._wait = self._context.timers.set_about(now + seconds, self._timer_linger)
        else:
            self.terminate()

    def _timer_linger(self, now: float) -> None:
        self.terminate()

    def terminate(self) -> None:
        """Forget the transaction at once."""
        if self._state is not ClientTransaction._terminated:
            self._stop_timers()
            self._state = ClientTransaction._terminated
            self.handler = None
            self._on_end(self)

    def _terminated(self, response: Response, now: float) -> None:
        """Nothing is expected any more."""


class NonInviteClientTransaction(ClientTransaction):
    """Figure 6 of RFC 3261."""

    __slots__ = ()

    def _trying(self, response: Response, now: float) -> None:
        # 17.1.2.2: a provisional response moves to Proceeding, a final one to Completed.
        if response.status < 200:
            self._state = NonInviteClientTransaction._proceeding
            self._tell(response, now)
        else:
            self._complete(response, now)

    _first_state = _trying

    def _proceeding(self, response: Response, now: float) -> None:
        # 17.1.2.2: as in Trying; only the retransmissions are slower.
        if response.status < 200:
            self._tell(response, now)
        else:
            self._complete(response, now)

    _recorded: ClassVar = {"trying": _trying, "proceeding": _proceeding}

    def restore(self, record: ClientTransactionRecord, now: float) -> None:
        """As the parent says; over UDP it is also repeated as before."""
        super().restore(record, now)
        if not self.is_unheard and not self.flow.transport.is_reliable:
            self._resend = self._context.timers.set(now, self._timer_resend)

    def _completed(self, response: Response, now: float) -> None:
        # 17.1.2.2: Completed is there to absorb repeated responses.
        pass

    def _complete(self, response: Response, now: float) -> None:
        handler = self.handler
        self._state = NonInviteClientTransaction._completed
        self.handler = None
        # Timer K: T4 over UDP, nothing over a reliable transport.
        self._linger(0 if self.flow.transport.is_reliable else T4, now)
        if handler is not None:
            handler(self, response, now)

    def _timer_resend(self, now: float) -> None:
        # Timer E: doubled up to T2 in Trying, always T2 in Proceeding.
        is_proceeding = self._state is NonInviteClientTransaction._proceeding
        self._resend_after(T2 if is_proceeding else min(self._interval * 2, T2), now)

    def flow_failed(self, now: float) -> None:
        """As the parent says; a completed transaction no longer cares."""
        if self._state is not NonInviteClientTransaction._completed:
            self._fail(503, now)


class InviteClientTransaction(ClientTransaction):
    """Figure 5 of RFC 3261 with the Accepted state of RFC 6026.

    The user acknowledges each 2xx once with ``acknowledge``; repetitions of the 2xx are answered here with
    the same ACK, also after the user has forgotten the call.
    """

    __slots__ = ("_acks", "_failure_ack")

    def __init__(
        self,
        context: Context,
        head: RequestHead,
        data: bytes,
        flow: Flow,
        handler: Handler,
        on_end: Callable[[ClientTransaction], None],
        owner: str = "",
    ) -> None:
        super().__init__(context, head, data, flow, handler, on_end, owner)
        self._acks: dict[str | None, tuple[Flow, bytes]] = {}
        self._failure_ack = b""

    def _calling(self, response: Response, now: float) -> None:
        # 17.1.1.2: any response stops the retransmissions; a provisional one moves to Proceeding.
        self._stop_timers()
        self._state = InviteClientTransaction._proceeding
        self._proceeding(response, now)

    _first_state = _calling

    def _proceeding(self, response: Response, now: float) -> None:
        # 17.1.1.2 and RFC 6026 7.2: 1xx to the user; 2xx to Accepted; 300-699 is acknowledged here.
        if response.status < 200:
            self._tell(response, now)
        elif response.status < 300:
            self._state = InviteClientTransaction._accepted
            # Timer M.
            self._linger(GIVE_UP, now)
            self._tell(response, now)
        else:
            self._refused(response, now)

    def _accepted(self, response: Response, now: float) -> None:
        # RFC 6026 7.2: in Accepted each 2xx goes to the user, anything else is dropped.
        if not 200 <= response.status < 300:
            return
        if (ack := self._acks.get(response.to_tag)) is not None:
            self._context.send(*ack)
        else:
            self._tell(response, now)

    _recorded: ClassVar = {"calling": _calling, "proceeding": _proceeding, "accepted": _accepted}

    def _recorded_acks(self) -> tuple[tuple[str | None, Flow, bytes], ...]:
        return tuple([(to_tag, flow, ack) for to_tag, (flow, ack) in self._acks.items()])

    def restore(self, record: ClientTransactionRecord, now: float) -> None:
        """As the parent says; an ACK that may be lost is sent again when the 2xx comes again."""
        super().restore(record, now)
        self._acks = {to_tag: (flow, ack) for to_tag, flow, ack in record.acks}

    def _when_over(self) -> Callable[[float], None]:
        is_accepted = self._state is InviteClientTransaction._accepted
        return self._timer_linger if is_accepted else self._timer_give_up

    def _completed(self, response: Response, now: float) -> None:
        # 17.1.1.2: a repeated final response gets the ACK again, the user does not see it.
        if response.status >= 300:
            self._context.send(self.flow, self._failure_ack)

    def _refused(self, response: Response, now: float) -> None:
        handler = self.handler
        self.handler = None
        self._state = InviteClientTransaction._completed
        # 17.1.1.3: this ACK has the branch of the INVITE and the To of the response.
        self._failure_ack = self.head.of("ACK", response.raw_to).write()
        self._context.send(self.flow, self._failure_ack)
        # Timer D: more than 32 s over UDP, nothing over a reliable transport.
        self._linger(0 if self.flow.transport.is_reliable else GIVE_UP, now)
        if handler is not None:
            handler(self, response, now)

    def acknowledge(self, to_tag: str | None, flow: Flow, ack: bytes) -> None:
        """Send the ACK for a 2xx, and again for each repetition of it."""
        self._changed()
        self._acks[to_tag] = (flow, ack)
        self._context.send(flow, ack)

    def limit_wait(self, deadline: float) -> None:
        """Give up with 408 at the deadline when no final response came (section 9.1: 64*T1 after CANCEL)."""
        if self._state is InviteClientTransaction._proceeding:
            self._stop_timers()
            self._wait = self._context.timers.set(deadline, self._timer_give_up)
            self._changed()

    def _timer_resend(self, now: float) -> None:
        # Timer A: doubled without a cap until timer B ends it.
        self._resend_after(self._interval * 2, now)

    def flow_failed(self, now: float) -> None:
        """As the parent says, as long as no final response came."""
        if self.is_pending:
            self._fail(503, now)

    @property
    def is_pending(self) -> bool:
        """Whether no final response came yet."""
        return self._state in (InviteClientTransaction._calling, InviteClientTransaction._proceeding)

    @property
    def may_be_cancelled(self) -> bool:
        """Whether a provisional response but no final one came (section 9.1)."""
        return self._state is InviteClientTransaction._proceeding


def client_key(branch: str, method: str) -> str:
    """The key by which responses find their transaction (section 17.1.3)."""
    return f"{branch}|{method}"
