"""Server transactions (RFC 3261 section 17.2, the INVITE one as corrected by RFC 6026).

One method per state of the RFC's figures for what the peer sends; ``reply`` is what the user says.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from huntline.sip.core.answer_flow import flow_of_answers
from huntline.sip.core.context import Context
from huntline.sip.core.flow import Flow
from huntline.sip.core.leg_record import ServerTransactionRecord
from huntline.sip.core.message import Headers, Request, build_response
from huntline.sip.core.timers import GIVE_UP, T1, T2, T4, TRYING, Timer, deadline_of


class ServerTransaction:
    """What both kinds share. ``on_end`` is called once, when the transaction is terminated; ``on_success``
    when the request is answered with a 2xx, and never for one that is refused. The request came by
    ``source``, its answers go by ``flow``. ``owner`` is the tag of the leg that it belongs to, if any."""

    __slots__ = (
        "_context",
        "_on_end",
        "_state",
        "_wait",
        "flow",
        "key",
        "last",
        "on_success",
        "owner",
        "request",
        "source",
        "to_tag",
    )

    _recorded: ClassVar[dict[str, Callable[[Any, Request, float], None]]]
    """The states of which there are records: those in which the peer may still send or miss something."""

    def __init__(
        self,
        context: Context,
        key: str,
        request: Request,
        source: Flow,
        on_end: Callable[[ServerTransaction], None],
    ) -> None:
        self._context = context
        self._on_end = on_end
        self.last = b""
        self._wait: Timer | None = None
        self._state: Callable[[Any, Request, float], None] = type(self)._first_state
        self.source = source
        self.flow = flow_of_answers(request, source)
        self.key = key
        self.request = request
        self.to_tag = request.to_tag or context.token()
        self.on_success: Callable[[ServerTransaction], None] | None = None
        self.owner = ""

    def record(self) -> ServerTransactionRecord | None:
        """What it takes to go on; None when nothing that matters is to come."""
        if self.state not in self._recorded:
            return None
        return ServerTransactionRecord(
            self.request.raw,
            self.source,
            self.flow,
            self.to_tag,
            self.state,
            self.last,
            deadline_of(self._wait),
        )

    def restore(self, record: ServerTransactionRecord, now: float) -> None:
        """Go on; the last response may never have arrived."""
        self._state = self._recorded[record.state]
        self.flow, self.to_tag, self.last = record.flow, record.to_tag, record.last
        if record.ends_at is not None:
            self._wait = self._context.timers.set(record.ends_at, self._timer_linger)

    def _changed(self) -> None:
        if self.owner:
            self._context.changed.add(self.owner)

    def _first_state(self, request: Request, now: float) -> None:
        raise NotImplementedError

    @property
    def state(self) -> str:
        """The state's name in the RFC, in lower case."""
        return self._state.__name__.strip("_")

    @property
    def is_answered(self) -> bool:
        """Whether the final response was given."""
        raise NotImplementedError

    def receive(self, request: Request, now: float) -> None:
        """The same request again, or the ACK to our refusal."""
        self._state(self, request, now)

    def reply(
        self,
        status: int,
        now: float,
        *,
        reason: str | None = None,
        headers: Headers = (),
        body: str | bytes = b"",
        content_type: str | None = None,
    ) -> bytes:
        """Send a response and return its bytes; empty bytes, and nothing sent, after a final one."""
        if self.is_answered:
            return b""
        data = build_response(
            self.request,
            status,
            reason=reason,
            to_tag=self.to_tag if status > 100 else None,
            source=self.source.remote,
            headers=(*headers, ("Server", self._context.settings.product)),
            body=body,
            content_type=content_type,
        )
        self.last = data
        self._context.send(self.flow, data)
        self._changed()
        if status >= 200:
            self._answered(status, now)
        if self.on_success is not None and 200 <= status < 300:
            self.on_success(self)
        return data

    def _answered(self, status: int, now: float) -> None:
        raise NotImplementedError

    def _repeat(self) -> None:
        if self.last:
            self._context.send(self.flow, self.last)

    def _linger(self, seconds: float, now: float) -> None:
        if self._wait is not None:
            self._wait.cancel()
            self._wait = None
        if seconds:
            self._wait = self._context.timers.set_about(now + seconds, self._timer_linger)
        else:
            self.terminate()

    def _timer_linger(self, now: float) -> None:
        self.terminate()

    def terminate(self) -> None:
        """Forget the transaction at once."""
        if self._state is not ServerTransaction._terminated:
            if self._wait is not None:
                self._wait.cancel()
                self._wait = None
            self._state = ServerTransaction._terminated
            self._on_end(self)

    def _terminated(self, request: Request, now: float) -> None:
        """Nothing is expected any more."""


class NonInviteServerTransaction(ServerTransaction):
    """Figure 8 of RFC 3261."""

    __slots__ = ()

    def _trying(self, request: Request, now: float) -> None:
        # 17.2.2: in Trying a repeated request is dropped, in Proceeding the last provisional is sent again.
        self._repeat()

    _first_state = _trying

    def _completed(self, request: Request, now: float) -> None:
        # 17.2.2: a repeated request gets the final response again.
        self._repeat()

    _recorded: ClassVar = {"trying": _trying, "completed": _completed}

    @property
    def is_answered(self) -> bool:
        """Whether the final response was given."""
        return self._state is not NonInviteServerTransaction._trying

    def _answered(self, status: int, now: float) -> None:
        self._state = NonInviteServerTransaction._completed
        # Timer J: 64*T1 over UDP, nothing over a reliable transport.
        self._linger(0 if self.flow.transport.is_reliable else GIVE_UP, now)


class InviteServerTransaction(ServerTransaction):
    """Figure 7 of RFC 3261 with the Accepted state of RFC 6026."""

    __slots__ = ("_interval", "_resend")

    def __init__(
        self,
        context: Context,
        key: str,
        request: Request,
        source: Flow,
        on_end: Callable[[ServerTransaction], None],
    ) -> None:
        super().__init__(context, key, request, source, on_end)
        self._resend: Timer | None = None
        self._interval = T1

    def expect_answer(self, now: float) -> None:
        """Answer 100 unless there is soon something better to say, so that the peer repeats nothing.

        At once where the transport is reliable: a request that comes once only must not be lost with us.
        """
        if self.flow.transport.is_reliable:
            self._try(now)
        else:
            self._resend = self._context.timers.set(now + TRYING, self._timer_trying)

    def _timer_trying(self, now: float) -> None:
        if not self.last:
            self._try(now, TRYING)

    def _try(self, now: float, delay: float = 0.0) -> None:
        timestamp = self.request.header("timestamp")
        # 8.2.6.1: it goes back with how long the response has taken.
        late = f" {delay}" if delay else ""
        self.reply(100, now, headers=(("Timestamp", timestamp + late),) if timestamp else ())

    def _proceeding(self, request: Request, now: float) -> None:
        # 17.2.1: a repeated INVITE gets the last provisional response again.
        if request.method == "INVITE":
            if self.last:
                self._repeat()
            else:
                self._try(now)

    _first_state = _proceeding

    def _accepted(self, request: Request, now: float) -> None:
        # RFC 6026 7.1: a repeated INVITE is absorbed; the user repeats the 2xx until the ACK comes.
        pass

    def _completed(self, request: Request, now: float) -> None:
        # 17.2.1: a repeated INVITE gets the refusal again, the ACK moves to Confirmed.
        if request.method == "INVITE":
            self._repeat()
        elif request.method == "ACK":
            self._stop_resending()
            self._state = InviteServerTransaction._confirmed
            self._changed()
            # Timer I absorbs further ACKs: T4 over UDP, nothing over a reliable transport.
            self._linger(0 if self.flow.transport.is_reliable else T4, now)

    def _confirmed(self, request: Request, now: float) -> None:
        # 17.2.1: Confirmed is there to absorb repeated ACKs.
        pass

    _recorded: ClassVar = {"proceeding": _proceeding, "accepted": _accepted, "completed": _completed}

    def restore(self, record: ServerTransactionRecord, now: float) -> None:
        """As the parent says: a refusal is repeated, and that it rings is told again."""
        super().restore(record, now)
        if self._state is InviteServerTransaction._accepted or self.flow.connection:
            return
        if self.last:
            self._repeat()
        else:
            self.expect_answer(now)
        if self._state is InviteServerTransaction._completed and not self.flow.transport.is_reliable:
            self._resend = self._context.timers.set(now + T1, self._timer_g)

    @property
    def is_answered(self) -> bool:
        """Whether the final response was given."""
        return self._state is not InviteServerTransaction._proceeding

    @property
    def awaits_ack(self) -> bool:
        """Whether an ACK with this branch belongs to our refusal (and not to a 2xx)."""
        return self._state is not InviteServerTransaction._accepted

    def _answered(self, status: int, now: float) -> None:
        self._stop_resending()
        if status < 300:
            self._state = InviteServerTransaction._accepted
            # Timer L.
            self._linger(GIVE_UP, now)
            return
        self._state = InviteServerTransaction._completed
        # Timer H: how long to wait for the ACK.
        self._linger(GIVE_UP, now)
        if not self.flow.transport.is_reliable:
            # Timer G.
            self._resend = self._context.timers.set(now + T1, self._timer_g)

    def _timer_g(self, now: float) -> None:
        # 17.2.1: the refusal is repeated after T1, doubled up to T2.
        self._repeat()
        self._interval = min(self._interval * 2, T2)
        self._resend = self._context.timers.set(now + self._interval, self._timer_g)

    def _stop_resending(self) -> None:
        if self._resend is not None:
            self._resend.cancel()
            self._resend = None

    def terminate(self) -> None:
        """Forget the transaction at once."""
        self._stop_resending()
        if self._state is InviteServerTransaction._completed:
            self._changed()  # it may be all that is left of a leg
        super().terminate()


def server_key(request: Request, method: str) -> str:
    """The key by which a repeated request, an ACK or a CANCEL finds its transaction (section 17.2.3)."""
    via = request.top_via
    branch = via.branch
    if len(branch) > 7 and branch.startswith("z9hG4bK"):
        return f"{branch}|{via.host}:{via.port}|{method}"
    # An RFC 2543 peer: all that is the same in an INVITE, its repetition, its ACK and its CANCEL.
    top = request.header("via")
    return f"{request.call_id}|{request.from_tag}|{request.cseq.sequence}|{request.uri}|{top}|{method}"


def merge_key(request: Request) -> tuple[str, str | None, int, str]:
    """What is equal in a request that came here twice by different ways (section 8.2.2.2)."""
    return request.call_id, request.from_tag, request.cseq.sequence, request.method
