"""A browser's path: ICE-lite, DTLS-SRTP and RTCP on one port, demultiplexed as RFC 7983 says.

Nothing is sent or heard before the peer has shown that it knows our ICE password, and has proved in the DTLS
handshake that it is the one whose fingerprint came by signalling.
"""

from __future__ import annotations

import asyncio
import contextlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Any

from huntline.errors import PeerError
from huntline.media.interface import MediaUnavailable, NotAcceptable
from huntline.media.worker import filter as packet_filter
from huntline.media.worker import rtp
from huntline.media.worker.dtls import Dtls, DtlsCertificate
from huntline.media.worker.ice import IceCredentials, IceLite
from huntline.media.worker.latch import Address
from huntline.media.worker.media_clock import MediaClock
from huntline.media.worker.path import PACKET, VIEW, PathUser, send_nowhere
from huntline.media.worker.ports import SocketPair
from huntline.media.worker.relay import Send
from huntline.media.worker.srtp import Heard, Srtp, SrtpKeys
from huntline.network.readiness import Readiness
from huntline.plain import fields_of
from huntline.sdp import Agreed, AgreedSecurity

SETUP_SECONDS = 8.0
"""How long it may take to make the path; the engine gives a ring ten seconds to get audio."""

RETURN_SECONDS = 10.0
"""How long a browser that has closed is waited for: a page loaded anew takes its call over by then."""

_HIGHEST_STUN = 3
_DTLS = range(20, 64)
_RTP = range(128, 192)


class SecurePath:
    """Implements ``path.AudioPath`` for browsers."""

    def __init__(
        self,
        user: PathUser,
        sockets: SocketPair,
        identity: DtlsCertificate,
        clock: MediaClock,
        dead_after: float,
    ) -> None:
        """Listen on the first socket; the path closes both. ``user.local.security`` must be there.

        ``dead_after`` are the seconds without consent after which the path ends.
        """
        self.refused = 0
        self._user = user
        # The second one only keeps the port from others: RTCP comes on the first.
        self._rtp, self._unused = sockets
        self._identity, self._clock = identity, clock
        self._agreed: AgreedSecurity | None = None
        self._ice = IceLite(dead_after)
        self._dtls: Dtls | None = None
        self._keys: SrtpKeys | None = None
        self._srtp: Srtp | None = None
        self._remote: Address | None = None
        """Where packets are sent to, once the path is open."""
        self._heard: Heard | None = None
        self._waiting: list[asyncio.Future[None]] = []
        self._event_type: int | None = None
        self._is_heard = False
        self._filter = packet_filter.SocketFilter(self._rtp)
        self._loop = asyncio.get_running_loop()
        self._repetition: asyncio.TimerHandle | None = None
        self._deadline: asyncio.TimerHandle | None = None
        self._readiness = Readiness(self._rtp, self._read)

    def close(self) -> None:
        self._stop_timers()
        for future in self._waiting:
            future.cancel()
        self._readiness.close()
        self._rtp.close()
        self._unused.close()

    @property
    def is_open(self) -> bool:
        return self._remote is not None

    # What signalling says

    def apply(self, agreed: Agreed, event_type: int | None) -> None:
        """Believe the peer that is described. With another certificate it is another one: all starts anew."""
        ours, theirs = self._user.local.security, agreed.security
        if ours is None or theirs is None:
            raise MediaUnavailable("an encrypted leg needs an encrypted description")
        self._event_type = event_type
        known = self._agreed
        if known is None or (known.fingerprints, known.role) != (theirs.fingerprints, theirs.role):
            self._begin_anew(theirs)
        self._agreed = theirs
        self._ice.expect(
            IceCredentials(ours.ufrag, ours.password), IceCredentials(theirs.ufrag, theirs.password)
        )
        self._set_filter()

    def made(self) -> asyncio.Future[None] | None:
        if self.is_open:
            return None
        future: asyncio.Future[None] = self._loop.create_future()
        self._waiting.append(future)
        self._expect_soon()
        return future

    def relatch(self) -> None:
        """Nothing is to be learnt: only the browser whose description was applied last is believed."""

    def listen(self, is_heard: bool) -> None:
        self._is_heard = is_heard
        self._set_filter()

    def admit(self, source: Address) -> bool:
        return self._ice.admits(source)

    def is_peer(self, source: Address) -> bool:
        return source == self._remote

    # Over a restart of the worker

    def secrets(self) -> dict[str, object]:
        """Identity, our credentials, and what the handshake and the peer's choice came to."""
        heard = self._srtp.heard if self._srtp else None
        keys = self._keys and {
            "profile": self._keys.profile,
            "ours": b64encode(self._keys.ours).decode(),
            "theirs": b64encode(self._keys.theirs).decode(),
        }
        return {
            "identity": self._identity.pem,
            "local": self._user.local.security and fields_of(self._user.local.security),
            "keys": keys,
            "remote": self._remote,
            "heard": heard and fields_of(heard),
        }

    def resume(self, secrets: Mapping[str, Any] | None) -> None:
        """Go on with the keys and the address of the earlier path; without them the handshake is awaited."""
        if secrets is None:
            return
        keys, remote, heard = secrets["keys"], secrets["remote"], secrets["heard"]
        if keys is None or remote is None:
            return
        self._keys = SrtpKeys(keys["profile"], b64decode(keys["ours"]), b64decode(keys["theirs"]))
        self._heard = Heard(**heard) if heard else None
        self._srtp = Srtp(self._keys, self._heard)
        self._dtls = None  # the association ended with the process that had it; the keys live on
        host, port = remote
        self._ice.settle((str(host), int(port)), self._clock.count)
        self._open_when_ready()

    # What comes in

    def _read(self) -> None:
        try:
            size, source = self._rtp.recvfrom_into(PACKET)
        except OSError:
            return
        first = PACKET[0]
        if size <= rtp.HEADER.size or size > rtp.LARGEST_PACKET:
            self.refused += 1
        elif first in _RTP:
            self._take_media(size, source[:2])
        elif first <= _HIGHEST_STUN:
            self._take_check(bytes(VIEW[:size]), source[:2])
        elif first in _DTLS:
            self._take_handshake(bytes(VIEW[:size]), source[:2])
        else:
            self.refused += 1

    def _take_media(self, size: int, source: Address) -> None:
        srtp = self._srtp
        if srtp is None or not (source == self._remote or self._ice.admits(source)):
            self.refused += 1
            return
        packet = bytes(VIEW[:size])
        if rtp.is_rtcp(packet[1]):
            if srtp.unprotect_report(packet) is not None:
                self._user.take_report()
            else:
                self.refused += 1
            return
        plain = srtp.unprotect(packet)
        if plain is None:
            self.refused += 1
            return
        VIEW[: len(plain)] = plain
        self._user.take(len(plain), None)

    def _take_check(self, datagram: bytes, source: Address) -> None:
        answer = self._ice.receive(datagram, source, self._clock.count)
        if answer is not None:
            self._send(answer, source)
            self._expect_soon()
            self._begin_handshake()
        elif not self._ice.admits(source):
            self.refused += 1
        self._ask_peer()
        self._open_when_ready()

    def _take_handshake(self, datagram: bytes, source: Address) -> None:
        if self._dtls is None or not self._ice.admits(source):
            self.refused += 1
            return
        datagrams = self._dtls.receive(datagram)
        if self._dtls.keys is not None:
            # Browsers shake hands on the path they use, but nominate it only up to a second later.
            self._ice.settle(source, self._clock.count)
        self._follow_handshake(self._dtls, datagrams)

    # The handshake

    def _begin_anew(self, theirs: AgreedSecurity) -> None:
        self._stop_timers()
        self._release(MediaUnavailable("another description was applied before the path was made"))
        self._ice.forget()
        self._dtls = Dtls(self._identity, theirs.role, theirs.fingerprints)
        self._srtp = self._keys = self._heard = self._remote = None
        # RFC 3711 section 3.3.1: a new listener can only count from the beginning of a stream.
        self._user.begin_stream()
        self._user.redirect(send_nowhere)

    def _begin_handshake(self) -> None:
        """Begin when that is ours to do: as soon as there is somebody to begin with."""
        if self._dtls is not None:
            self._follow_handshake(self._dtls, self._dtls.begin())

    def _repeat_handshake(self) -> None:
        if self._dtls is not None:
            self._follow_handshake(self._dtls, self._dtls.expire())

    def _follow_handshake(self, dtls: Dtls, datagrams: list[bytes]) -> None:
        target = self._ice.target
        for datagram in datagrams:
            if target is not None:
                self._send(datagram, target)
        if dtls.failure is not None and self._keys is None:
            self._fail(NotAcceptable(dtls.failure))
            return
        if dtls.failure is not None:
            self._await_return(NotAcceptable(dtls.failure))
            return
        if dtls.keys is not None and self._keys is None:
            self._keys, self._srtp = dtls.keys, Srtp(dtls.keys)
            self._open_when_ready()
        if self._repetition is not None:
            self._repetition.cancel()
        timeout = dtls.timeout
        self._repetition = None if timeout is None else self._loop.call_later(timeout, self._repeat_handshake)

    def _open_when_ready(self) -> None:
        """Send to where the peer wants it, once there are keys."""
        if self._srtp is None or self._ice.chosen is None or self._ice.chosen == self._remote:
            return
        self._remote = self._ice.chosen
        if self._deadline is not None:
            self._deadline.cancel()
        self._set_filter()
        self._user.redirect(self._sender(self._srtp, self._remote))
        self._user.keep_secrets()
        self._release(None)

    # The end

    def _expect_soon(self) -> None:
        """Fail when the path is not made in time. Counted from when the peer can begin to make it."""
        if self._deadline is None and not self.is_open:
            why = MediaUnavailable(f"no encrypted audio path was made within {SETUP_SECONDS:.0f} s")
            self._deadline = self._loop.call_later(SETUP_SECONDS, self._fail, why)

    def _await_return(self, why: PeerError) -> None:
        """Send nothing more. A leg in the place of this one may come while its page is loaded anew."""
        self._stop_timers()
        self._dtls = None
        self._user.redirect(send_nowhere)
        self._deadline = self._loop.call_later(RETURN_SECONDS, self._fail, why)

    def _fail(self, why: PeerError) -> None:
        """Stop sending and hearing; whoever waits for the path is told, else the leg."""
        self._stop_timers()
        self._ice.forget()
        self._dtls = self._srtp = self._keys = self._remote = self._agreed = None
        if self._waiting:
            self._release(why)
            self._user.redirect(send_nowhere)
        else:
            self._user.lose()

    def _release(self, failure: PeerError | None) -> None:
        waiting, self._waiting = self._waiting, []
        for future in waiting:
            if future.done():
                continue
            if failure is None:
                future.set_result(None)
            else:
                future.set_exception(failure)

    def _stop_timers(self) -> None:
        for timer in (self._repetition, self._deadline):
            if timer is not None:
                timer.cancel()
        self._repetition = self._deadline = None

    # What is sent

    def look_after(self, now: int) -> None:
        """Ask for consent (RFC 7675), and end the path when there is none any more."""
        if not self._ice.has_consent(now):
            self._fail(MediaUnavailable("the browser consents no more to be sent to"))
            return
        self._ask_peer()
        if self._srtp is not None and self._srtp.heard != self._heard:
            self._heard = self._srtp.heard
            self._user.keep_secrets()

    def send_report(self, report: bytes) -> None:
        if self._srtp is not None and self._remote is not None:
            with contextlib.suppress(OSError):
                self._rtp.sendto(self._srtp.protect_report(report), self._remote)

    def _ask_peer(self) -> None:
        for request, address in self._ice.requests(self._clock.count):
            self._send(request, address)

    def _send(self, datagram: bytes, address: Address) -> None:
        with contextlib.suppress(OSError):
            self._rtp.sendto(datagram, address)

    def _sender(self, srtp: Srtp, address: Address) -> Send:
        protect, sendto = srtp.protect, self._rtp.sendto
        return lambda packet: sendto(protect(bytes(packet)), address)

    def _set_filter(self) -> None:
        """While nobody listens, most packets need not come; and none needs to be decrypted."""
        is_wanted = not self._is_heard and self.is_open
        program = packet_filter.program(self._event_type, is_shared=True) if is_wanted else None
        self._filter.run(program)
