"""One party's RTP: what is agreed with it, what is heard in its packets, and the stream that it hears."""

from __future__ import annotations

import contextlib
import time
from collections import deque
from dataclasses import dataclass
from typing import Protocol

from huntline.media.g711 import needs_change
from huntline.media.worker import rtcp, rtp
from huntline.media.worker.codec_process import CodecProcess, CodecStream
from huntline.media.worker.dtmf import EventPacket, KeyPresses, OutgoingKeys, rescaled
from huntline.media.worker.latch import Address
from huntline.media.worker.media_clock import SCALES, TICKS_PER_SECOND, MediaClock
from huntline.media.worker.path import PACKET, VIEW, AudioPath, send_nowhere
from huntline.media.worker.playing import Playing
from huntline.media.worker.recorder import LegRecording
from huntline.media.worker.relay import ChangingRelay, Relay, Send
from huntline.media.worker.rtp import EVENTS
from huntline.sdp import CLOCK_RATES, G711, Agreed, LocalAudio

# Names of the module are the fastest to look up, and each packet needs these.
_HEADER_SIZE, _LARGEST_PACKET, _VERSION_2 = rtp.HEADER.size, rtp.LARGEST_PACKET, rtp.VERSION_2
_unpack_header = rtp.HEADER.unpack_from


class LegObserver(Protocol):
    """What a leg tells of itself."""

    def on_keys(self, leg: MediaLeg, keys: str) -> None:
        """Keys were pressed."""
        ...

    def on_key_begun(self, leg: MediaLeg) -> None:
        """A key is pressed, whose end may be lost."""
        ...

    def on_awaited(self, leg: MediaLeg) -> None:
        """The first audio has come that was waited for; it is relayed if that is asked for now."""
        ...

    def on_redirected(self, leg: MediaLeg) -> None:
        """``leg.send`` is another one now."""
        ...

    def on_report_due(self, leg: MediaLeg) -> None:
        """The counts of ``leg.stream`` are about to be told and must be true."""
        ...

    def on_silent(self, leg: MediaLeg) -> None:
        """Nothing has come for the silence time from a peer that has sent before and still may."""
        ...

    def on_died(self, leg: MediaLeg) -> None:
        """The path has ended."""
        ...

    def on_secrets(self, leg: MediaLeg) -> None:
        """What restores the leg has changed, without a verb."""
        ...


@dataclass(frozen=True, slots=True)
class LegRules:
    """What holds for all legs of a worker."""

    dead_after: float = 30.0
    """Seconds without a packet after which a peer's presence is in doubt; without consent it is gone."""
    expects_media: bool = False
    """Whether that holds for a peer that has never sent anything, too; load generators do not."""
    cname: bytes = b"huntline"
    """What RTCP calls us."""


_RECORDED = "PCMU"
"""What other codecs are changed into to be recorded."""


class _Decoder:
    """What a party says, made G.711 for its recording."""

    def __init__(self, codecs: CodecProcess, encoding: str, recording: LegRecording) -> None:
        self.encoding = encoding
        self._recording = recording
        self._stream = CodecStream(codecs, encoding, _RECORDED, self._heard)
        self._fed: deque[tuple[int, int]] = deque()

    def hear(self, audio: bytes, ssrc: int, timestamp: int) -> None:
        """Take a packet; its time is in samples of 8 kHz."""
        if self._stream.feed(audio):
            self._fed.append((ssrc, timestamp))

    def close(self) -> None:
        """Hear no more."""
        self._stream.close()

    def _heard(self, packets: list[bytes]) -> None:
        if self._fed:
            self._recording.hear(b"".join(packets), _RECORDED, *self._fed.popleft())


class MediaLeg:
    """A port pair and the peer at its other end.

    Whoever makes a leg gives it its ``path`` at once: that is all in which plain RTP and a browser's differ.
    """

    # Slots are read faster than a dict, which matters for each packet.
    __slots__ = (
        "_clock",
        "_codecs",
        "_decoder",
        "_event_type",
        "_heard",
        "_is_awaited",
        "_keys",
        "_observer",
        "_pressed",
        "_pressed_at",
        "_quiet_since",
        "_relay",
        "_report_at",
        "_reported_packets",
        "_reports",
        "_rules",
        "_spoken",
        "agreed",
        "announcing",
        "leg_id",
        "local",
        "path",
        "peer",
        "playing",
        "received",
        "recording",
        "sdp",
        "send",
        "sent_before",
        "stream",
    )

    path: AudioPath

    def __init__(
        self,
        leg_id: str,
        local: LocalAudio,
        clock: MediaClock,
        codecs: CodecProcess,
        rules: LegRules,
        observer: LegObserver,
    ) -> None:
        self.leg_id = leg_id
        self.local = local
        self.sdp = ""
        """The description that was last sent to the peer."""
        self.stream = rtp.OutgoingStream()
        self.agreed: Agreed | None = None
        self.playing: Playing | None = None
        self.announcing: Playing | None = None
        """What is spoken over what is played."""
        self.peer: MediaLeg | None = None
        """The leg it is bridged with."""
        self.recording: LegRecording | None = None
        self.received = 0
        self.sent_before = 0
        """Packets of earlier streams, see ``begin_stream``."""
        self.send: Send = send_nowhere
        """Sends one packet; may raise OSError, which means nothing."""

        self._clock, self._codecs, self._rules, self._observer = clock, codecs, rules, observer
        self._spoken: dict[int, str] = {}
        self._event_type: int | None = None
        self._relay: Relay | ChangingRelay | None = None
        self._decoder: _Decoder | None = None
        self._is_awaited = False
        self._keys = KeyPresses()
        self._pressed = OutgoingKeys()
        self._pressed_at = 0
        self._quiet_since = self._report_at = clock.count
        self._heard = self._reports = self._reported_packets = 0

    def close(self) -> None:
        """Close the path. Nothing is sent or heard any more."""
        self.path.close()
        self.send = send_nowhere
        self.forward(None)
        self.record(None)

    # What is agreed

    @property
    def payload_type(self) -> int:
        """The number the peer wants our audio under."""
        return self.agreed.payload_type if self.agreed else 0

    @property
    def may_be_heard(self) -> bool:
        """Whether the agreed direction lets the peer send."""
        return self.agreed is not None and self.agreed.direction in ("sendrecv", "recvonly")

    @property
    def may_be_sent_to(self) -> bool:
        """Whether the agreed direction and the path let us send."""
        return (
            self.agreed is not None
            and self.agreed.direction in ("sendrecv", "sendonly")
            and self.path.is_open
        )

    @property
    def spoken(self) -> dict[int, str]:
        """The payload types that may come in, and their encodings."""
        return self._spoken

    def apply(self, agreed: Agreed) -> None:
        """Take over what offer and answer came to."""
        self.agreed = agreed
        self._spoken = rtp.receivable(self.sdp, CLOCK_RATES[agreed.codec])
        if SCALES[agreed.codec] != self.stream.scale:
            self.begin_stream()  # RFC 7160 section 4: no stream has two clocks
        if agreed.codec not in G711:
            self._codecs.get_ready()
        self._event_type = next((number for number, name in self._spoken.items() if name == EVENTS), None)
        self._quiet_since = self._clock.count
        self.path.apply(agreed, self._event_type)

    def wants(self, playing: Playing | None) -> None:
        """Hear this in place of what was played or spoken before."""
        self.playing, self.announcing = playing, None

    # Keys for the peer

    @property
    def is_pressing(self) -> bool:
        """Whether keys go out, with each ``press_on``, in place of all else."""
        return not self._pressed.is_idle

    def press(self, key: str) -> None:
        """Let the peer hear a key. Nothing happens where it takes none or may not be sent to."""
        if self._takes_keys:
            self._pressed.add(key)

    def press_on(self) -> None:
        """Send what is due in this tick of the keys that are pressed."""
        if not self._takes_keys:
            self._pressed.clear()
        elif (packet := self._pressed.next()) is not None:
            self._send_event(packet)

    @property
    def _takes_keys(self) -> bool:
        return self.may_be_sent_to and self.agreed is not None and self.agreed.event_payload_type is not None

    def _send_event(self, packet: EventPacket) -> None:
        """RFC 4733 section 2.5.1.3: all packets of a press have the time of its beginning."""
        stream, number = self.stream, (self.agreed and self.agreed.event_payload_type) or 0
        if packet.begins:
            self._pressed_at = stream.next_timestamp(self._clock.samples)
        sequence = (stream.sequence + 1) & 0xFFFF
        header = (_VERSION_2, 0x80 * packet.begins | number, sequence, self._pressed_at, stream.ssrc)
        payload = rescaled(packet.payload, 1, stream.scale)
        stream.sent(sequence, self._pressed_at, len(payload))
        with contextlib.suppress(OSError):
            self.send(bytearray(rtp.HEADER.pack(*header) + payload))

    def forward(self, relay: Relay | ChangingRelay | None, *, is_awaited: bool = False) -> None:
        """Relay what is heard, or do so no more; or tell when it is heard."""
        if self._relay is not None and self._relay is not relay:
            self._relay.close()
        self._relay, self._is_awaited = relay, is_awaited
        self._listen()

    def record(self, recording: LegRecording | None) -> None:
        """Let what is heard be recorded, or be so no more."""
        self.recording = recording
        if self._decoder is not None:
            self._decoder.close()
            self._decoder = None
        self._listen()

    def _listen(self) -> None:
        self.path.listen(self._relay is not None or self._is_awaited or self.recording is not None)

    # What the path tells

    def take(self, size: int, source: Address | None) -> None:
        """Take a packet from ``source``; None: from the peer, as the path knows."""
        if not _HEADER_SIZE < size <= _LARGEST_PACKET:
            return
        first, second, sequence, timestamp, ssrc = _unpack_header(PACKET)
        payload_type = second & 0x7F
        if first & 0xC0 != _VERSION_2:
            return
        if payload_type not in self._spoken:
            # RTCP, comfort noise (RFC 3389), whatever else: the peer is there.
            if source is None or self.path.is_peer(source):
                self._reports += 1
            return
        if source is not None and not self.path.admit(source):
            return
        if first != _VERSION_2 and not (size := rtp.without_extras(PACKET, size)):
            return
        self.received += 1
        if payload_type == self._event_type:
            self._take_event(size, ssrc, timestamp)
        elif self._is_awaited:
            self._observer.on_awaited(self)
        if self.recording is not None and payload_type != self._event_type and not self._keys.is_pressed:
            self._record(bytes(VIEW[_HEADER_SIZE:size]), self._spoken[payload_type], ssrc, timestamp)
        if self._relay is not None:
            self._relay.pass_on(VIEW, size, second, sequence, timestamp, ssrc)

    def _record(self, audio: bytes, encoding: str, ssrc: int, timestamp: int) -> None:
        recording = self.recording
        if recording is None:
            return
        if not needs_change(encoding, _RECORDED):
            recording.hear(audio, encoding, ssrc, timestamp)
            return
        if self._decoder is None or self._decoder.encoding != encoding:
            if self._decoder is not None:
                self._decoder.close()
            self._decoder = _Decoder(self._codecs, encoding, recording)
        self._decoder.hear(audio, ssrc, timestamp // SCALES[encoding])

    def take_report(self) -> None:
        """The peer lives, even if it does not speak."""
        self._reports += 1

    def redirect(self, send: Send) -> None:
        """Send by another way from now on."""
        self.send = send
        self._observer.on_redirected(self)

    def begin_stream(self) -> None:
        """Go on with numbers of another stream."""
        self._observer.on_report_due(self)
        self.sent_before += self.stream.packets
        scale = SCALES[self.agreed.codec] if self.agreed else 1
        self.stream, self._reported_packets = rtp.OutgoingStream(scale, self.stream), 0

    def keep_secrets(self) -> None:
        """Let them be kept for a restart."""
        self._observer.on_secrets(self)

    def lose(self) -> None:
        """The peer is gone; nothing can be sent until it comes back by a new agreement."""
        self.redirect(send_nowhere)
        self._observer.on_died(self)

    def _take_event(self, size: int, ssrc: int, timestamp: int) -> None:
        payload, scale = PACKET[_HEADER_SIZE:size], self.stream.scale
        self._tell_keys(self._keys.heard(payload, ssrc, timestamp, self._clock.count, scale))
        if self._keys.is_pressed:
            self._observer.on_key_begun(self)

    def expire_key(self) -> bool:
        """Notice a key whose end was lost; whether no key is pressed any more. To be asked with each tick
        since ``on_key_begun``."""
        self._tell_keys(self._keys.expire(self._clock.count))
        return not self._keys.is_pressed

    def _tell_keys(self, keys: str) -> None:
        if keys:
            self._observer.on_keys(self, keys)

    # What happens once a second

    def look_after(self) -> None:
        """Send a report when it is due; notice silence."""
        now = self._clock.count
        self.path.look_after(now)
        if now >= self._report_at and self.agreed is not None:
            self._report_at = now + int(rtcp.next_interval() * TICKS_PER_SECOND)
            self._send_report()
        self._check_life(now)

    def _check_life(self, now: int) -> None:
        heard = self.received + self._reports
        if heard != self._heard:
            self._heard, self._quiet_since = heard, now
        is_quiet = now - self._quiet_since > self._rules.dead_after * TICKS_PER_SECOND
        if is_quiet and self._is_watched:
            self._quiet_since = now
            self._observer.on_silent(self)

    @property
    def _is_watched(self) -> bool:
        """Whether silence may mean something. On hold it never does (RFC 3264 sections 5.1 and 8.4), and a
        browser shows by its consent that it is there (RFC 7675)."""
        is_talking = self.agreed is not None and self.agreed.direction == "sendrecv"
        has_reason = bool(self._heard) or self._rules.expects_media
        return is_talking and has_reason and self.local.security is None

    def _send_report(self) -> None:
        self._observer.on_report_due(self)
        stream, cname = self.stream, self._rules.cname
        if stream.packets == self._reported_packets:
            report = rtcp.receiver_report(stream.ssrc, cname)
        else:
            self._reported_packets = stream.packets
            report = rtcp.sender_report(
                stream.ssrc, time.time(), stream.timestamp, stream.packets, stream.octets, cname
            )
        self.path.send_report(report)
