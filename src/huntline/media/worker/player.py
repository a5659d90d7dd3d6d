"""Stations: a packet of a source is built once a tick and codec, and sent to all who listen to it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

from huntline.media import g711
from huntline.media.worker.codec_process import CodecProcess
from huntline.media.worker.leg import MediaLeg
from huntline.media.worker.media_clock import SAMPLES_PER_TICK, SCALES, MediaClock
from huntline.media.worker.mixing import Mixer
from huntline.media.worker.playing import Playing
from huntline.media.worker.relay import Send
from huntline.media.worker.rtp import HEADER, VERSION_2, StationListener
from huntline.media.worker.sounds import (
    SILENT_PACKETS,
    EncodedSound,
    Packets,
    SoundLibrary,
    SoundMissing,
    SoundTape,
    tape_of,
)

_BATCH = 32
"""After so many packets those that have arrived are relayed, before the round goes on."""

_Entry = tuple[Send, int, int, int, int]


class Station:
    """One sound in one codec, and the legs that hear it now."""

    def __init__(
        self, tape: SoundTape, codec: str, once: Playing | None = None, below: SoundTape | None = None
    ) -> None:
        """All hear the ``tape`` where it is now; with ``once`` it is heard from the position noted there, and
        ``below`` it, softer, the part of a loop that others hear in full at that moment."""
        self.listeners: dict[MediaLeg, StationListener] = {}
        self.once = once
        self._tape, self._below, self._codec = tape, below, codec
        self._scale = SCALES[codec]
        self._packet = bytearray(HEADER.size)
        self._batches: list[list[_Entry]] | None = None

    def add(self, leg: MediaLeg, listener: StationListener) -> None:
        """Let a leg hear the station from the next tick on."""
        self.listeners[leg] = listener
        self._batches = None

    def remove(self, leg: MediaLeg) -> None:
        """Let a leg hear it no more."""
        self.listeners.pop(leg).settle()
        self._batches = None

    @property
    def has_ended(self) -> bool:
        """Whether the last sample of a sound that is heard once was sent."""
        return self.once is not None and self.once.position >= self._tape.length

    def send(self, count: int, samples: int) -> Iterator[int]:
        """Send the packet of a tick to all, pausing after each batch; yields how many that has."""
        if not self.listeners:  # silence, mostly
            return
        packet, pack_header = self._packet, HEADER.pack_into
        packet[HEADER.size :] = self._next_payload(samples)
        now = samples * self._scale
        for batch in self._batches or self._rebuilt_batches():
            for send, payload_type, sequence_shift, timestamp_shift, ssrc in batch:
                sequence = (count + sequence_shift) & 0xFFFF
                timestamp = (now + timestamp_shift) & 0xFFFFFFFF
                pack_header(packet, 0, VERSION_2, payload_type, sequence, timestamp, ssrc)
                try:
                    send(packet)
                except OSError:  # The peer is gone or a buffer is full: audio waits for nobody.
                    continue
            yield len(batch)

    def _next_payload(self, samples: int) -> bytes:
        if self.once is None:
            return self._tape.at(samples)
        audio = self._tape.at(self.once.position)
        self.once.position += SAMPLES_PER_TICK
        if self._below is not None:
            audio = Mixer.of(self._codec).mix(audio, self._below.at(samples))
        return audio

    def _rebuilt_batches(self) -> list[list[_Entry]]:
        entries = [(leg.send, *subscription.entry) for leg, subscription in self.listeners.items()]
        self._batches = [entries[start : start + _BATCH] for start in range(0, len(entries), _BATCH)]
        return self._batches


class Player:
    """All stations, and the round of packets that each tick sends."""

    def __init__(
        self,
        clock: MediaClock,
        codecs: CodecProcess,
        on_finished: Callable[[MediaLeg, Playing], None],
        on_made: Callable[[], None],
    ) -> None:
        """``on_finished`` is told when a sound without loop has ended for a leg, ``on_made`` when one may be
        there that was pending."""
        self._clock = clock
        self._on_finished = on_finished
        self._library = SoundLibrary(codecs, on_made)
        self._silence = {
            codec: Station(Packets([packet], codec, loop=True), codec)
            for codec, packet in SILENT_PACKETS.items()
        }
        self._radio: dict[tuple[tuple[str, ...], str, tuple[int, ...]], Station] = {}
        self._once: dict[MediaLeg, Station] = {}
        self._tuned: dict[MediaLeg, Station] = {}
        self._round: Iterator[None] | None = None

    def play(self, leg: MediaLeg, playing: Playing, law: str, below: Playing | None = None) -> None:
        """Let a leg hear sounds from the next tick on, and nothing else but, softer, those ``below``.

        What cannot be read of them is left out and noted; raises SoundMissing when nothing is left, and
        SoundPending where they are to be heard later.
        """
        sounds = self._sounds_of(playing, law)
        self.leave(leg)
        if playing.loop:
            self._tune(leg, self._radio_of(playing, sounds, law))
            return
        tape = tape_of(sounds, law, loop=False)
        playing.position = min(playing.position, tape.length)
        # Only samples can be added to each other: in other codecs the music pauses below speech.
        bed = self._bed_of(below, law) if below is not None and law in g711.SUFFIX else None
        self._once[leg] = Station(tape, law, playing, bed)
        self._tune(leg, self._once[leg])

    def silence(self, leg: MediaLeg, law: str) -> None:
        """Let a leg hear silence from the next tick on."""
        self.leave(leg)
        self._tune(leg, self._silence[law])

    def leave(self, leg: MediaLeg) -> None:
        """Send a leg nothing more."""
        self._finish_round()
        station = self._tuned.pop(leg, None)
        if station is None:
            return
        station.remove(leg)
        self._once.pop(leg, None)
        if not station.listeners:
            self._radio = {key: other for key, other in self._radio.items() if other is not station}

    def settle(self, leg: MediaLeg) -> None:
        """Bring the leg's stream up to what was sent until now."""
        station = self._tuned.get(leg)
        if station is not None:
            station.listeners[leg].settle()

    def tick(self) -> None:
        """Begin this tick's round; it goes on in pieces between other things."""
        self._finish_round()
        self._round = self._send_all()
        self._continue_round()

    def _radio_of(self, playing: Playing, sounds: list[EncodedSound], law: str) -> Station:
        key = playing.sources, law, tuple(sound.modified_at for sound in sounds)
        station = self._radio.get(key)
        if station is None:
            station = self._radio[key] = Station(tape_of(sounds, law, loop=True), law)
        return station

    def _sounds_of(self, playing: Playing, law: str) -> list[EncodedSound]:
        sounds, missing = list[EncodedSound](), list[str]()
        for source in playing.sources:
            try:
                sounds.append(self._library.load(source, law))
            except SoundMissing as error:
                missing.append(str(error))
        playing.error = "; ".join(missing) or None
        if not sounds:
            raise SoundMissing(playing.error or "there is nothing to play")
        return sounds

    def _bed_of(self, below: Playing, law: str) -> SoundTape | None:
        try:
            return tape_of(self._sounds_of(below, law), law, loop=True)
        except SoundMissing:
            return None

    def _tune(self, leg: MediaLeg, station: Station) -> None:
        station.add(leg, StationListener(leg.stream, leg.payload_type, self._clock))
        self._tuned[leg] = station

    def _send_all(self) -> Iterator[None]:
        # The next tick may come before the last station has its turn; its packet is still that of this tick.
        count, samples, in_one_go = self._clock.count, self._clock.samples, 0
        for stations in (self._radio, self._silence, self._once):
            for station in stations.values():
                for sent in station.send(count, samples):
                    in_one_go += sent
                    if in_one_go >= _BATCH:
                        in_one_go = 0
                        yield

    def _continue_round(self) -> None:
        if self._round is None:
            return
        if next(self._round, self) is self:
            self._end_round()
        else:
            asyncio.get_running_loop().call_soon(self._continue_round)

    def _finish_round(self) -> None:
        """Whoever changes the listeners does it between two rounds: nobody misses or repeats a packet."""
        if self._round is not None:
            for _ in self._round:
                pass
            self._end_round()

    def _end_round(self) -> None:
        self._round = None
        ended = [(leg, station.once) for leg, station in self._once.items() if station.has_ended]
        for leg, playing in ended:
            if playing is not None:
                self._on_finished(leg, playing)
