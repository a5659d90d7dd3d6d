"""One call of a test phone: a dialog by hand, every message kept, every reaction replaceable."""

from __future__ import annotations

import time
from collections.abc import Callable
from secrets import randbelow, token_hex
from typing import TYPE_CHECKING
from urllib.parse import quote

from . import wire
from .audio import Audio
from .wire import Message

if TYPE_CHECKING:
    from .phone import Phone

Headers = tuple[tuple[str, str], ...]


class Leg:
    """A call as one phone sees it.

    Reactions that stories replace: ``on_cancel`` (called instead of answering 200 and 487), ``acks`` (False:
    a 2xx to our INVITE stays without ACK), ``answers_bye`` (False: BYE stays without answer),
    ``options_status`` (what OPTIONS within the call is answered).
    """

    def __init__(self, phone: Phone, call_id: str, *, local: str, remote: str, target: str) -> None:
        self.phone, self.call_id = phone, call_id
        self.local, self.remote, self.target = local, remote, target
        self.tag = token_hex(4)
        self.routes: list[str] = []
        self.cseq = randbelow(1000)
        self.invite: Message | None = None  # the one that made this leg, when it came to us
        self.log: list[Message] = []  # received, without repeats
        self.repeats: list[Message] = []  # received again
        self.is_up, self.is_ended = False, False
        self.audio: Audio | None = None
        self.answered_at = 0.0
        self.on_cancel: Callable[[Message], None] | None = None
        self.acks, self.answers_bye, self.options_status = True, True, 200
        self._replies: dict[tuple[str, str], bytes] = {}
        self._seen: set[tuple[str, str, int | None, str]] = set()
        self._ack = b""
        self._invite_branch = wire.new_branch()
        self._sdp_version = 0
        self._is_late_offer = False
        self._extra: Headers = ()
        self._offer: str | None = None

    # Calls we make

    def dial(self, *, late_offer: bool = False, headers: Headers = (), offer: str | None = None) -> None:
        """Send the INVITE; with ``late_offer`` the ACK brings our SDP; ``offer`` is sent in place of ours."""
        self._is_late_offer, self._extra, self._offer = late_offer, headers, offer
        self._open_audio()
        self._send_invite()

    def cancel(self, *, headers: Headers = ()) -> None:
        """Send CANCEL for the INVITE in progress (RFC 3261 section 9.1: same branch, same CSeq number)."""
        self._request("CANCEL", branch=self._invite_branch, cseq=self.cseq, headers=headers)

    def wait_answered(self, timeout: float = 8.0) -> Message:
        """Wait for the 200 to our INVITE."""
        return self.wait_response("INVITE", 200, timeout)

    def wait_refused(self, timeout: float = 8.0) -> int:
        """Wait for a final refusal of our INVITE; its status."""
        self._wait(lambda: self.is_ended, timeout, "a refusal")
        return next(
            m.status for m in reversed(self.log) if m.status and m.method == "INVITE" and m.status >= 300
        )

    # Calls we get

    def ring(self) -> None:
        self.respond(180)

    def progress(self, status: int = 183, *, is_heard: bool = True, is_reliable: bool = False) -> None:
        """Send a provisional response with SDP, and audio if it is to be heard; a reliable one (RFC 3262) is
        sent for its PRACK."""
        with self.phone.reactor.changed:
            assert self.invite is not None
            self._open_audio()
            headers = (("Require", "100rel"), ("RSeq", "1")) if is_reliable else ()
            self.respond(status, headers=headers, body=self._sdp())
            if is_heard:
                self._take_audio_address(self.invite.body)
        if is_reliable:
            self.wait_request("PRACK")

    def speak(self) -> None:
        """Begin to send audio."""
        with self.phone.reactor.changed:
            assert self.invite is not None
            self._take_audio_address(self.invite.body)

    def answer(self, *, headers: Headers = (), described: bool = True) -> None:
        """Send 200, with SDP unless the far side has it already; again until the ACK comes."""
        with self.phone.reactor.changed:
            assert self.invite is not None
            self._open_audio()
            self.answered_at = time.time()
            sent = self.respond(200, headers=headers, body=self._sdp() if described else "")
            self._take_audio_address(self.invite.body)
            self.phone.repeat(("200", self.call_id), sent)

    def decline(self, status: int = 603, *, headers: Headers = ()) -> None:
        self.respond(status, headers=headers)
        self.is_ended = True

    def respond(
        self, status: int, *, headers: Headers = (), body: str = "", to: Message | None = None
    ) -> bytes:
        """Answer the INVITE that made this leg, or the request ``to``."""
        request = to or self.invite
        assert request is not None
        contact = ("Contact", f"<{self.phone.contact}>")
        data = wire.reply(request, status, self.tag, (contact, *headers), body)
        if status >= 180:
            self._replies[request.branch, request.method] = data
        self.phone.send(data, request.source)
        return data

    def wait_up(self, timeout: float = 8.0) -> None:
        """Wait until the ACK confirms the call."""
        self._wait(lambda: self.is_up, timeout, "ACK")

    def wait_cancelled(self, timeout: float = 8.0) -> Message:
        """Wait for CANCEL; the message."""
        return self.wait_request("CANCEL", timeout)

    # Both

    def hang_up(self, *, headers: Headers = ()) -> None:
        """Send BYE; do not wait for its answer. An INVITE that nothing answered yet is not sent again, and
        should it be answered all the same, that call is ended at once."""
        with self.phone.reactor.changed:
            self._end()
            self.phone.stop_repeating((self._invite_branch, "INVITE"))
            self._request("BYE", headers=headers)

    def wait_ended(self, timeout: float = 8.0) -> None:
        self._wait(lambda: self.is_ended, timeout, "the end of the call")

    def reinvite(self, *, direction: str = "sendrecv", late_offer: bool = False) -> Message:
        """Offer anew (hold: ``sendonly``); the final response, which is acknowledged."""
        return self.wait_final("INVITE", self.start_reinvite(direction=direction, late_offer=late_offer))

    def press(self, key: str, content_type: str = "application/dtmf-relay") -> int:
        """Tell of a key by INFO; the final status."""
        body = f"Signal={key}\r\nDuration=100\r\n" if "relay" in content_type else key
        return self.transact("INFO", body, (("Content-Type", content_type),)).status or 0

    def start_reinvite(self, *, direction: str = "sendrecv", late_offer: bool = False) -> int:
        """Offer anew without waiting; the CSeq number for :meth:`wait_final`."""
        self._is_late_offer = late_offer
        return self._request("INVITE", body="" if late_offer else self._sdp(direction))

    def move_audio(self) -> None:
        """Open another port for the audio; the next offer names it."""
        with self.phone.reactor.changed:
            if self.audio is not None:
                self.audio.close()
            self.audio = self.phone.new_audio()

    def refer(self, to: str, *, replaces: str = "", headers: Headers = ()) -> Message:
        """Hand the far party on (RFC 3515), with ``replaces`` to the dialog it names; the final response."""
        embedded = f"?Replaces={quote(replaces, safe='')}" if replaces else ""
        return self.wait_final("REFER", self.start_refer(f"{to}{embedded}", headers))

    def start_refer(self, to: str, headers: Headers = ()) -> int:
        """Hand the far party on without waiting; the CSeq number for :meth:`wait_final`."""
        return self._request("REFER", headers=(("Refer-To", f"<{to}>"), *headers))

    def wait_notified(self, status: int, timeout: float = 8.0) -> Message:
        """Wait for the NOTIFY that tells this status of what was referred."""
        return self._wait_message(
            lambda m: m.status is None and m.method == "NOTIFY" and m.body.startswith(f"SIP/2.0 {status} "),
            timeout,
            f"NOTIFY of {status}",
        )

    def notified(self) -> list[int]:
        """All statuses that NOTIFYs have told, in order."""
        return [int(notify.body.split()[1]) for notify in self.requests("NOTIFY")]

    @property
    def replaces(self) -> str:
        """The value of Replaces that names this dialog to the server (RFC 3891): its tag first."""
        told = [m.header("to") for m in self.log if m.status is not None and m.status > 100]
        remote = wire.parameter(self.remote, "tag") or wire.parameter(told[-1], "tag")
        return f"{self.call_id};to-tag={remote};from-tag={self.tag}"

    def update(self, *, direction: str = "sendrecv") -> Message:
        return self.transact("UPDATE", self._sdp(direction))

    def transact(self, method: str, body: str = "", headers: Headers = (), timeout: float = 8.0) -> Message:
        """Send a request within the dialog and wait for its final response."""
        return self.wait_final(method, self._request(method, body=body, headers=headers), timeout)

    def wait_final(self, method: str, cseq: int, timeout: float = 8.0) -> Message:
        """Wait for the final response to a request of ours."""

        def is_final(m: Message) -> bool:
            return m.method == method and m.cseq == cseq and m.status is not None and m.status >= 200

        return self._wait_message(is_final, timeout, f"a final response to {method}")

    @property
    def sound(self) -> Audio:
        """The leg's audio, once it has any."""
        assert self.audio is not None
        return self.audio

    def wait_response(self, method: str, status: int, timeout: float = 8.0) -> Message:
        return self._wait_message(
            lambda m: m.method == method and m.status == status, timeout, f"{status} {method}"
        )

    def wait_request(self, method: str, timeout: float = 8.0) -> Message:
        return self._wait_message(lambda m: m.status is None and m.method == method, timeout, method)

    def wait_requests(self, method: str, count: int, timeout: float = 8.0) -> list[Message]:
        """The requests of a method, once there are so many."""
        self._wait(lambda: len(self.requests(method)) >= count, timeout, f"{count} {method}")
        return self.requests(method)

    def responses(self, method: str = "INVITE") -> list[int]:
        """The status codes received for a method, in order, without repeats."""
        return [m.status for m in self.log if m.status is not None and m.method == method]

    def requests(self, method: str) -> list[Message]:
        return [m for m in self.log if m.status is None and m.method == method]

    # What comes in

    def receive(self, message: Message) -> None:
        key = (message.branch, message.method, message.status, message.header("rseq"))
        is_repeat = key in self._seen
        self._seen.add(key)
        (self.repeats if is_repeat else self.log).append(message)
        if message.status is not None:
            self._receive_response(message, message.status, is_repeat=is_repeat)
        elif is_repeat and message.method != "ACK":
            again = self._replies.get((message.branch, message.method))
            if again is not None:
                self.phone.send(again, message.source)
        else:
            self._receive_request(message)

    def _receive_request(self, request: Message) -> None:
        if self.is_ended and request.method not in ("ACK", "BYE", "CANCEL"):
            self.respond(481, to=request)
        elif request.method == "INVITE" and self.invite is None:
            self._start_incoming(request)
        elif request.method == "INVITE":
            answer = self.respond(200, body=self._answer(request.body), to=request)
            self.phone.repeat(("200", self.call_id), answer)
            self._take_audio_address(request.body)
        elif request.method == "ACK":
            self._confirmed(request)
        elif request.method == "CANCEL":
            (self.on_cancel or self._cancelled)(request)
        elif request.method == "BYE":
            self._end()
            if self.answers_bye:
                self.respond(200, to=request)
        elif request.method == "OPTIONS":
            self.respond(self.options_status, to=request)
        else:
            body = self._answer(request.body) if request.method == "UPDATE" and request.body else ""
            self.respond(200, body=body, to=request)
            self._take_audio_address(request.body)

    def _start_incoming(self, request: Message) -> None:
        self.invite = request
        self.local, self.remote = request.header("to"), request.header("from")
        self.target = wire.uri_of(request.header("contact"))
        self.routes = request.all("record-route")

    def _confirmed(self, ack: Message) -> None:
        self.phone.stop_repeating(("200", self.call_id))
        if self.answered_at and not self.is_ended:
            self.is_up = True
            self._take_audio_address(ack.body)

    def _cancelled(self, cancel: Message) -> None:
        self.respond(200, to=cancel)
        if not self.answered_at and not self.is_ended:
            self.respond(487)
            self.is_ended = True

    def _receive_response(self, response: Message, status: int, *, is_repeat: bool) -> None:
        self.phone.stop_repeating((response.branch, response.method))
        if response.method != "INVITE":
            return
        if status >= 300:
            self._acknowledge_refusal(response, status, is_repeat=is_repeat)
        elif status >= 200:
            self._acknowledge_success(response, is_repeat=is_repeat)
        else:
            self._provisional(response, is_repeat=is_repeat)

    def _provisional(self, response: Message, *, is_repeat: bool) -> None:
        self._take_audio_address(response.body)
        if response.header("rseq") and not is_repeat:
            self._follow(response)
            rack = f"{response.header('rseq')} {response.cseq} INVITE"
            self._request("PRACK", headers=(("RAck", rack),))

    def _acknowledge_success(self, response: Message, *, is_repeat: bool) -> None:
        if not is_repeat:
            self._follow(response)
            self._take_audio_address(response.body)
            body = self._answer(response.body) if self._is_late_offer else ""
            self._ack = self._compose("ACK", response.cseq, wire.new_branch(), body)
            self.is_up = True
        if self.acks:
            self.phone.send(self._ack)
        if self.is_ended and not is_repeat:
            self._request("BYE")

    def _acknowledge_refusal(self, response: Message, status: int, *, is_repeat: bool) -> None:
        ack = self._compose("ACK", response.cseq, response.branch, "", remote=response.header("to"))
        self.phone.send(ack)
        if is_repeat or self.is_up:
            return
        challenged = self.responses().count(status)
        if status in (401, 407) and self.phone.password is not None and challenged < 2:
            self._extra = (*self._extra, self.phone.credentials(response, "INVITE", self.target))
            self._send_invite()
        else:
            self._end()

    # What goes out

    def _send_invite(self) -> None:
        self._invite_branch = wire.new_branch()
        body = "" if self._is_late_offer else self._offer or self._sdp()
        self._request("INVITE", body=body, headers=self._extra, branch=self._invite_branch)

    def _request(
        self, method: str, *, body: str = "", headers: Headers = (), branch: str = "", cseq: int | None = None
    ) -> int:
        with self.phone.reactor.changed:
            if cseq is None:
                self.cseq += 1
                cseq = self.cseq
            branch = branch or wire.new_branch()
            data = self._compose(method, cseq, branch, body, headers)
            self.phone.send(data)
            self.phone.repeat((branch, method), data)
            return cseq

    def _compose(
        self, method: str, cseq: int, branch: str, body: str, headers: Headers = (), remote: str = ""
    ) -> bytes:
        lines = [("Via", self.phone.via(branch)), ("Max-Forwards", str(self.phone.max_forwards))]
        lines += [("Route", route) for route in self.routes]
        lines += [("From", self._local()), ("To", remote or self.remote), ("Call-ID", self.call_id)]
        lines += [("CSeq", f"{cseq} {method}"), ("Contact", f"<{self.phone.contact}>")]
        lines += [("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS, UPDATE, PRACK, INFO")]
        is_typed = any(name == "Content-Type" for name, _ in headers)
        lines += [("Content-Type", "application/sdp")] if body and not is_typed else []
        return wire.compose(f"{method} {self.target} SIP/2.0", [*lines, *headers], body)

    def _local(self) -> str:
        return self.local if "tag=" in self.local else f"{self.local};tag={self.tag}"

    def _follow(self, response: Message) -> None:
        self.remote = response.header("to")
        self.target = wire.uri_of(response.header("contact")) or self.target
        self.routes = response.all("record-route")[::-1]

    # Audio

    def _open_audio(self) -> None:
        if self.audio is None:
            self.audio = self.phone.new_audio()

    def _sdp(self, direction: str = "sendrecv") -> str:
        assert self.audio is not None
        self._sdp_version += 1
        return wire.session_description(
            self.audio.host,
            self.audio.port,
            payload_type=self.audio.payload_type,
            direction=direction,
            version=self._sdp_version,
        )

    def _answer(self, offer: str) -> str:
        """Our SDP in the direction that fits the far side's."""
        fitting = {"a=sendonly": "recvonly", "a=recvonly": "sendonly", "a=inactive": "inactive"}
        return self._sdp(next((mine for theirs, mine in fitting.items() if theirs in offer), "sendrecv"))

    def _take_audio_address(self, body: str) -> None:
        address = wire.audio_address(body)
        if address is not None and self.audio is not None and not self.is_ended:
            self.audio.start(address)

    # Waiting

    def _end(self) -> None:
        self.is_ended = True
        self.phone.stop_repeating(("200", self.call_id))
        if self.audio is not None:
            self.audio.pause()

    def _wait_message(self, wanted: Callable[[Message], bool], timeout: float, what: str) -> Message:
        self._wait(lambda: any(map(wanted, self.log)), timeout, what)
        return next(filter(wanted, self.log))

    def _wait(self, ready: Callable[[], bool], timeout: float, what: str) -> None:
        def failure() -> str:
            return f"{what} at {self.phone.user}; came so far: {[str(m) for m in self.log]}"

        self.phone.reactor.wait(ready, timeout, failure)
